"""The definition of an ensemble's margins, over many rows at once: one node after the other, trees in order."""

from typing import List

import numpy as np

from .ensemble import CATEGORICAL, LISTED_LEFT, MISSING_RIGHT, NEGATIVE_FRACTION, NEVER, ZERO, ZERO_IS_MISSING
from .ensemble import Ensemble, Tree


def margins(ensemble: Ensemble, rows: np.ndarray) -> np.ndarray:
    """The sums [rows] in the ensemble's type, from its base on; rows are [rows, features] of float32."""
    total = np.full(len(rows), ensemble.base, ensemble.type)
    for tree in ensemble.trees:
        total += tree.leaves[leaves(tree, rows)]
    return total


def leaves(tree: Tree, rows: np.ndarray) -> np.ndarray:
    """The number of the leaf that each row ends in."""
    result = np.zeros(len(rows), np.int64)
    if not tree.tests:
        return result
    feature = np.array([test.feature for test in tree.tests])
    threshold = np.array([test.threshold for test in tree.tests], np.float32)
    flags = np.array([test.flags for test in tree.tests])
    children = np.array([tree.left, tree.right], np.int64)
    at, open_ = np.zeros(len(rows), np.int64), np.arange(len(rows))
    while len(open_):
        x = rows[open_, feature[at]]
        own = flags[at]
        missing = np.isnan(x) | ((own & ZERO_IS_MISSING != 0) & (np.abs(x) <= ZERO))
        right = (x >= threshold[at]) & (own & NEVER == 0)
        categorical = own & CATEGORICAL != 0
        if categorical.any():
            right[categorical] = _listed(tree, at[categorical], x[categorical], own[categorical])
        right = np.where(missing, own & MISSING_RIGHT != 0, right)
        next_ = children[right.astype(np.int64), at]
        done = next_ < 0
        result[open_[done]] = ~next_[done]
        open_, at = open_[~done], next_[~done]
    return result


def _listed(tree: Tree, nodes: np.ndarray, x: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """Whether categorical nodes send these values right, were none of them missing."""
    with np.errstate(invalid="ignore"):
        fraction = (flags & NEGATIVE_FRACTION != 0) & (-1 < x) & (x < 0)
        known = ((x >= 0) | fraction) & (x < 2.0**31)
    category = np.where(known, x, 0).astype(np.int64)
    listed = np.zeros(len(x), bool)
    for node in np.unique(nodes).tolist():
        words: List[int] = list(tree.tests[node].words or ())
        own = nodes == node
        word = np.minimum(category[own] // 32, len(words) - 1)
        inside = known[own] & (category[own] < 32 * len(words))
        listed[own] = inside & (np.array(words, np.uint32)[word] >> (category[own] % 32).astype(np.uint32) & 1 == 1)
    return listed ^ (flags & LISTED_LEFT != 0)
