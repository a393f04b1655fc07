"""Rows that tell a wrong reading from a right one: drawn from a model's own decisions and their neighbours."""

import math
from typing import Dict, List, Tuple

import numpy as np

from .ensemble import CATEGORICAL, LISTED_LEFT, MISSING_RIGHT, NEGATIVE_FRACTION, NEVER, ZERO, ZERO_IS_MISSING
from .ensemble import Ensemble, Test, Tree, spread

MOST_ROWS, MOST_DIRECTED, MOST_EDGES, MOST_CELLS = 6144, 4096, 6, 1 << 25
INFINITE = np.float32(np.inf)
ODD = np.array([
    np.nan, np.nan, np.inf, -np.inf, 0.0, -0.0, ZERO, -ZERO, np.nextafter(ZERO, INFINITE),
    -np.nextafter(ZERO, INFINITE), 1.4e-45, -1.4e-45, 1e-39, -1e-39, 3.4028235e38, -3.4028235e38,
    -0.5, -1.0, 0.5, 1.5, 2.0**24, 2.0**24 - 1, 2.0**31, -2.0**31, 4e9, 1e30], np.float32)


def drawn(ensemble: Ensemble, seed: int = 20) -> np.ndarray:
    """Rows [n, features]: first those that are led to nodes and stand at their decisions, then rows by lot."""
    random = np.random.default_rng(seed)
    pools = _pools(ensemble)
    room = max(256, MOST_CELLS // ensemble.features)
    by_lot = _by_lot(random, pools, ensemble.features, min(MOST_ROWS, room))
    return np.concatenate([_directed(random, ensemble, by_lot, min(MOST_DIRECTED, room // 4)), by_lot])


def _pools(ensemble: Ensemble) -> Dict[int, np.ndarray]:
    """For each feature that is asked for, the values at which its decisions change, and their neighbours."""
    found: Dict[int, set] = {}
    for tree in ensemble.trees:
        for test in tree.tests:
            own = found.setdefault(test.feature, set())
            if len(own) < 100_000:
                own.update(_edges(test))
    return {feature: np.array(sorted(values), np.float32) for feature, values in found.items()}


def _edges(test: Test) -> List[float]:
    """Values at which a test's answer changes, as float32."""
    if test.flags & CATEGORICAL:
        end = 32.0 * len(test.words or (0,))
        near = [value + step for value in spread(test.some_listed, 8) for step in (1.0, 0.5)]
        return [*map(float, {*test.some_listed, *range(32)}), *near, end, end - 1, -0.5, -1.0]
    at = np.float32(test.threshold)
    return [float(at), float(np.nextafter(at, INFINITE)), float(np.nextafter(at, -INFINITE))]


def _by_lot(random: np.random.Generator, pools: Dict[int, np.ndarray], features: int, count: int) -> np.ndarray:
    """Rows whose cells are a decision's value or a neighbour, an odd number, or one in between."""
    rows = random.standard_normal((count, features)).astype(np.float32)
    for feature, pool in pools.items():
        finite = pool[np.isfinite(pool)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        own = random.uniform(0, 1, count) * (high - low) + low
        own = np.where(random.random(count) < 0.3, np.trunc(own), own).astype(np.float32)
        rows[:, feature] = np.where(random.random(count) < 0.4, random.choice(pool, count), own)
    odd = random.random(rows.shape) < 0.08
    rows[odd] = random.choice(ODD, int(odd.sum()))
    return rows


def _directed(random: np.random.Generator, ensemble: Ensemble, base: np.ndarray, count: int) -> np.ndarray:
    """For nodes in an order by lot, rows that are led there and stand at each of the node's edges, or miss its value."""
    sizes = np.cumsum([len(tree.tests) for tree in ensemble.trees])
    parents: Dict[int, Dict[int, Tuple[int, bool]]] = {}
    rows: List[np.ndarray] = []
    for number in random.permutation(int(sizes[-1])).tolist():
        if len(rows) >= count:
            break
        k = int(np.searchsorted(sizes, number, side="right"))
        tree = ensemble.trees[k]
        node = number - (int(sizes[k - 1]) if k else 0)
        if k not in parents:
            parents[k] = _parents(tree)
        edges = [math.nan, *_edges(tree.tests[node])]
        for place in random.permutation(len(edges))[:MOST_EDGES].tolist():
            row = base[int(random.integers(len(base)))].copy()
            if _lead(random, tree, node, parents[k], row, edges[place]):
                rows.append(row)
    return np.array(rows[:count], np.float32).reshape(-1, ensemble.features)


def _parents(tree: Tree) -> Dict[int, Tuple[int, bool]]:
    """Of each node but the root, its parent and whether it lies to the right."""
    sides = ((tree.left, False), (tree.right, True))
    return {child: (node, side) for children, side in sides for node, child in enumerate(children) if child >= 0}


def _lead(random: np.random.Generator, tree: Tree, node: int, parents: Dict[int, Tuple[int, bool]], row: np.ndarray,
          edge: float) -> bool:
    """Sets a row's cells so that it comes to a node, whose feature has the value `edge`; false where none does."""
    own = tree.tests[node].feature
    wanted: Dict[int, List[Tuple[Test, bool]]] = {own: []}
    at = node
    while at in parents:
        at, side = parents[at]
        wanted.setdefault(tree.tests[at].feature, []).append((tree.tests[at], side))
    for feature, tests in wanted.items():
        candidates = [edge] if feature == own else [float(row[feature])]
        if feature != own and not all(goes_right(test, candidates[0]) == side for test, side in tests):
            candidates = [*(value for test, _ in tests for value in _edges(test)), math.nan, 0.0]
        fitting = [x for x in candidates if all(goes_right(test, x) == side for test, side in tests)]
        if not fitting:
            return False
        row[feature] = fitting[int(random.integers(len(fitting)))]
    return True


def goes_right(test: Test, x: float) -> bool:
    """A node's answer for one value, a float32."""
    if math.isnan(x) or (test.flags & ZERO_IS_MISSING and abs(x) <= float(ZERO)):
        return bool(test.flags & MISSING_RIGHT)
    if not test.flags & CATEGORICAL:
        return x >= test.threshold and not test.flags & NEVER
    words = test.words or (0,)
    category = math.trunc(x) if 0 <= x < 2.0**31 or (test.flags & NEGATIVE_FRACTION and -1 < x < 0) else -1
    listed = 0 <= category < 32 * len(words) and bool(words[category // 32] >> (category % 32) & 1)
    return listed != bool(test.flags & LISTED_LEFT)
