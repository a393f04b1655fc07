"""Rows that tell a wrong reading from a right one: drawn from a model's own decisions and their neighbours."""

import math
from typing import Dict, Iterator, List, Optional, Set, Tuple

import numpy as np

from .ensemble import CATEGORICAL, LISTED_LEFT, MISSING_RIGHT, NEGATIVE_FRACTION, NEVER, ZERO, ZERO_IS_MISSING
from .ensemble import Ensemble, Test, Tree, spread

MOST_ROWS, MOST_DIRECTED, MOST_EDGES, MOST_CELLS = 6144, 4096, 6, 1 << 25
MOST_SETS, MOST_ANSWERS = 64, 1 << 13
INFINITE = np.float32(np.inf)
ODD = np.array([
    np.nan, np.nan, np.inf, -np.inf, 0.0, -0.0, ZERO, -ZERO, np.nextafter(ZERO, INFINITE),
    -np.nextafter(ZERO, INFINITE), 1.4e-45, -1.4e-45, 1e-39, -1e-39, 3.4028235e38, -3.4028235e38,
    -0.5, -1.0, 0.5, 1.5, 2.0**24, 2.0**24 - 1, 2.0**31, -2.0**31, 4e9, 1e30], np.float32)

Key = Tuple[int, int, bool]
Bounds = Dict[int, Dict[Key, Tuple[Test, bool]]]
"""Of each feature that a way to a node asks for: tests that its value has to meet, and whether it goes right."""


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
    order = random.permutation(int(sizes[-1]))
    rows: List[np.ndarray] = []
    start, taken = 0, count // 4 + 1
    while start < len(order) and len(rows) < count:
        before, chosen = len(rows), order[start:start + taken]
        numbers = np.searchsorted(sizes, chosen, side="right")
        for k in np.unique(numbers).tolist():
            nodes = chosen[numbers == k] - (sizes[k - 1] if k else 0)
            for node, bounds in paths(ensemble.trees[k], set(nodes.tolist())):
                rows += _at_edges(random, ensemble.trees[k].tests[node], bounds, base)
        start += taken
        # Each time about as many nodes as rows are missing, or twice as many where few can be reached: trees are gone
        # through a number of times that does not grow with their nodes.
        taken = max(64, (count - len(rows)) // 3) if len(rows) - before >= taken else 2 * taken
    kept = random.permutation(len(rows))[:count].tolist()
    return np.array([rows[k] for k in kept], np.float32).reshape(-1, ensemble.features)


def _at_edges(random: np.random.Generator, test: Test, bounds: Bounds, base: np.ndarray) -> List[np.ndarray]:
    """Rows of the base that are led to a node, some of its edges in its feature."""
    rows = []
    edges = [math.nan, *_edges(test)]
    for place in random.permutation(len(edges))[:MOST_EDGES].tolist():
        row = base[int(random.integers(len(base)))].copy()
        if _lead(random, test.feature, bounds, row, edges[place]):
            rows.append(row)
    return rows


def paths(tree: Tree, chosen: Set[int]) -> Iterator[Tuple[int, Bounds]]:
    """Of the chosen nodes, each with the bounds of the way there, which hold until the next one is asked for.

    Every node is visited once. Of tests of numbers that have the same flags and the same answer only the narrowest is
    a bound, so that a feature has few, however deep the node lies."""
    bounds: Bounds = {}
    rest: List[Tuple[int, int, bool]] = [(0, -1, False)] if tree.tests else []
    undone: List[Tuple[int, Key, Optional[Tuple[Test, bool]]]] = []
    while rest:
        node, parent, side = rest.pop()
        if node < 0:
            feature, key, earlier = undone.pop()
            if earlier is not None:
                bounds[feature][key] = earlier
                continue
            del bounds[feature][key]
            if not bounds[feature]:
                del bounds[feature]
            continue
        if parent >= 0:
            test = tree.tests[parent]
            key = (parent if test.flags & CATEGORICAL else -1, test.flags, side)
            own = bounds.setdefault(test.feature, {})
            earlier = own.get(key)
            undone.append((test.feature, key, earlier))
            rest.append((-1, -1, False))
            if earlier is None or (test.threshold > earlier[0].threshold) == side:
                own[key] = (test, side)
        if node in chosen:
            yield node, bounds
        rest += [(child, node, right) for child, right in ((tree.left[node], False), (tree.right[node], True))
                 if child >= 0]


def _lead(random: np.random.Generator, own: int, bounds: Bounds, row: np.ndarray, edge: float) -> bool:
    """Sets a row's cells so that it comes to a node, whose feature has the value `edge`; false where none does."""
    def fits(x: float, tests: List[Tuple[Test, bool]]) -> bool:
        return all(goes_right(test, x) == side for test, side in tests)

    for feature, of_feature in bounds.items():
        tests = list(of_feature.values())
        candidates = [edge] if feature == own else [float(row[feature])]
        if feature != own and not fits(candidates[0], tests):
            # Of many sets those of the nearest nodes.
            near = [value for test, _ in tests[-MOST_SETS:] for value in _edges(test)]
            candidates = [*near[-max(8, MOST_ANSWERS // len(tests)):], math.nan, 0.0]
        fitting = [x for x in candidates if fits(x, tests)]
        if not fitting:
            return False
        row[feature] = fitting[int(random.integers(len(fitting)))]
    row[own] = edge
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
