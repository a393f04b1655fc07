"""A tree of XGBoost: right unless x < threshold, a listed category right, NaN to the default side."""

from typing import Any, Dict, Optional, Tuple

import numpy as np

from ...refusals import Refused
from ..ensemble import CATEGORICAL, MISSING_RIGHT, Test, Tree
from ..sets import Sets
from ..structure import breadth_first
from . import fields

MOST_CATEGORY = 1 << 24  # of XGBoost's own: from there on float32 has no every number


def read(entry: Any, number: int, features: int, sets: Sets) -> Tree:
    """The tree under `trees`, walked from node 0: deleted nodes stay in its arrays and are left out."""
    name = f"tree {number}"
    if not isinstance(entry, dict):
        raise Refused(f"{name} is no table of keys")
    path = f"{name}, "
    parameters = fields.table(entry, "tree_param", path)
    if fields.count(parameters, "size_leaf_vector", f"{path}tree_param.", 0) > 1:
        raise Refused(f"{name} has leaves of several numbers (size_leaf_vector); a score is one number")
    left = fields.whole(entry, "left_children", path)
    count = len(left)
    right, feature, default, kind = (fields.whole(entry, key, path, count) for key in (
        "right_children", "split_indices", "default_left", "split_type"))
    condition = fields.reals(entry, "split_conditions", path, count)
    if count == 0 or fields.count(parameters, "num_nodes", f"{path}tree_param.", count) != count:
        raise Refused(f"{name}: tree_param.num_nodes is {parameters.get('num_nodes')}, and {count} nodes are there")
    listed = _categories(entry, name, count)

    def reference(node: int) -> int:
        return ~node if 0 <= node < count and left[node] == -1 else node

    def children(node: int) -> Tuple[int, int]:
        pair = int(left[node]), int(right[node])
        if min(pair) < 0:
            raise Refused(f"{name}, node {node}: its children are {pair[0]} and {pair[1]}")
        return reference(pair[0]), reference(pair[1])

    order, ends, lefts, rights = breadth_first(name, count, count, reference(0), children)
    for leaf in ends:
        if right[leaf] != -1:
            raise Refused(f"{name}, node {leaf}: its children are -1 and {right[leaf]}")
    leaves = condition[ends]
    if not np.isfinite(leaves).all():
        at = int(np.argmin(np.isfinite(leaves)))
        raise Refused(f"{name}, node {ends[at]}: the leaf's value is {leaves[at]}")
    tests = [_test(f"{name}, node {node}", int(feature[node]), features, float(condition[node]), int(kind[node]),
                   int(default[node]), listed.get(node), sets) for node in order]
    return Tree(tests, lefts, rights, leaves)


def _test(name: str, feature: int, features: int, threshold: float, kind: int, default: int,
          listed: Optional[np.ndarray], sets: Sets) -> Test:
    if not 0 <= feature < features:
        raise Refused(f"{name} asks for feature {feature}; the model has {features}")
    if default not in (0, 1) or kind not in (0, 1):
        raise Refused(f"{name}: default_left is {default}, split_type {kind}; both are 0 or 1")
    flags = 0 if default else MISSING_RIGHT
    if kind == 1:
        if listed is None:
            raise Refused(f"{name} asks for a category, and lists none")
        return Test(feature, 0.0, flags | CATEGORICAL, sets.of_categories(name, listed))
    if listed is not None:
        raise Refused(f"{name} lists categories, and asks for none")
    if np.isnan(threshold):
        raise Refused(f"{name}: the threshold is no number")
    return Test(feature, threshold + 0.0, flags)


def _categories(entry: Dict[str, Any], name: str, count: int) -> Dict[int, np.ndarray]:
    """The categories that each categorical node lists."""
    path = f"{name}, "
    nodes = fields.whole(entry, "categories_nodes", path)
    starts, sizes = (fields.whole(entry, f"categories_{key}", path, len(nodes)) for key in ("segments", "sizes"))
    values = fields.whole(entry, "categories", path)
    result: Dict[int, np.ndarray] = {}
    total = 0
    for node, start, size in zip(nodes.tolist(), starts.tolist(), sizes.tolist()):
        if not 0 <= node < count or node in result:
            raise Refused(f"{name}: categories_nodes has {node}, which is no node, or twice")
        if start < 0 or size < 0 or start + size > len(values):
            raise Refused(f"{name}, node {node}: its categories are {size} from {start} on; there are {len(values)}")
        own = values[start:start + size]
        total += size
        if total > len(values):
            raise Refused(f"{name}, node {node}: nodes share categories; each has its own")
        if size and not (0 <= own.min() and own.max() < MOST_CATEGORY):
            raise Refused(f"{name}, node {node} lists the category {own.min() if own.min() < 0 else own.max()}; they "
                          f"are from 0 to {MOST_CATEGORY - 1}")
        result[node] = own
    return result
