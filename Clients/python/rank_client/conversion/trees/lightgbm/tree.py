"""A tree of LightGBM, brought to the rule of the model file: float64 thresholds, what is zero, what is missing."""

import math
from typing import Optional, Tuple

import numpy as np

from ...refusals import Refused
from ..ensemble import CATEGORICAL, LISTED_LEFT, MISSING_RIGHT, NEGATIVE_FRACTION, NEVER, ZERO, ZERO_IS_MISSING
from ..ensemble import Test, Tree
from ..sets import Sets
from ..structure import breadth_first
from .text import Block

INFINITE = np.float32(np.inf)


def read(block: Block, features: int, sets: Sets) -> Tree:
    """The tree of a block; every node and leaf must be reached."""
    name = block.name
    if block.text("is_linear", "0") != "0":
        raise Refused(f"{name} has linear leaves (is_linear); a leaf is one number")
    count = block.count("num_leaves")
    if not 1 <= count <= len(block.text("leaf_value")):
        raise Refused(f"{name}: num_leaves is {count}")
    leaves = block.reals("leaf_value", count)
    if not np.isfinite(leaves).all():
        at = int(np.argmin(np.isfinite(leaves)))
        raise Refused(f"{name}, leaf {at}: its value is {leaves[at]}")
    if count == 1:
        return Tree([], [], [], leaves)
    feature, kind, left, right = (block.whole(key, count - 1) for key in (
        "split_feature", "decision_type", "left_child", "right_child"))
    threshold = block.reals("threshold", count - 1)
    lists = _lists(block)
    order, ends, lefts, rights = breadth_first(name, count - 1, count, 0, lambda n: (int(left[n]), int(right[n])))
    if len(order) < count - 1:
        raise Refused(f"{name}: nothing leads to node {min(set(range(count - 1)) - set(order))}")
    tests = []
    for node in order:
        own = f"{name}, node {node}"
        if not 0 <= feature[node] < features:
            raise Refused(f"{own} asks for feature {feature[node]}; the model has {features}")
        if not 0 <= kind[node] < 12:
            raise Refused(f"{own}: decision_type is {kind[node]}, which no rule of missing values is")
        if kind[node] & 1:
            tests.append(_categorical(own, int(feature[node]), float(threshold[node]), lists, sets))
        else:
            tests.append(Test(int(feature[node]), *numeric(own, float(threshold[node]), int(kind[node]))))
    return Tree(tests, lefts, rights, leaves[ends])


def numeric(name: str, threshold: float, kind: int) -> Tuple[float, int]:
    """(threshold, flags) of a test x <= threshold in float64, in which every |x| <= 1e-35 is zero."""
    if math.isnan(threshold):
        raise Refused(f"{name}: the threshold is no number")
    zero_right = threshold < 0
    missing = kind >> 2
    flags = ZERO_IS_MISSING if missing == 1 else 0
    if zero_right if missing == 0 else not kind & 2:
        flags |= MISSING_RIGHT
    with np.errstate(over="ignore", under="ignore"):
        last = np.float32(threshold)  # the last value that goes left
        if float(last) > threshold:
            last = np.nextafter(last, -INFINITE)
        first = np.nextafter(last, INFINITE)
    if -ZERO <= last <= ZERO:  # zero itself lies on one side
        return (float(-ZERO) if zero_right else float(np.nextafter(ZERO, INFINITE))), flags
    if last == INFINITE:
        return 0.0, flags | NEVER
    return float(first), flags


def _lists(block: Block) -> Optional[Tuple[np.ndarray, np.ndarray]]:
    """(boundaries, words) of the tree's sets of categories."""
    count = block.count("num_cat")
    if count == 0:
        return None
    if count > len(block.text("cat_boundaries")):
        raise Refused(f"{block.name}: num_cat is {count}")
    ends = block.whole("cat_boundaries", count + 1)
    if ends[0] != 0 or (np.diff(ends) < 0).any() or ends[-1] > len(block.text("cat_threshold")):
        raise Refused(f"{block.name}: cat_boundaries do not ascend from 0")
    words = block.whole("cat_threshold", int(ends[-1]))
    if len(words) and not (0 <= words.min() and words.max() < 1 << 32):
        raise Refused(f"{block.name}: cat_threshold has an entry of more than 32 bits")
    return ends, words


def _categorical(name: str, feature: int, number: float, lists: Optional[Tuple[np.ndarray, np.ndarray]],
                 sets: Sets) -> Test:
    if lists is None or not 0 <= number < len(lists[0]) - 1 or number != int(number):
        raise Refused(f"{name} asks for the set {number:g} of categories; there are "
                      f"{0 if lists is None else len(lists[0]) - 1}")
    ends, words = lists
    own = words[int(ends[int(number)]):int(ends[int(number) + 1])].tolist()
    flags = CATEGORICAL | LISTED_LEFT | NEGATIVE_FRACTION | MISSING_RIGHT
    return Test(feature, 0.0, flags, sets.of_words(name, own))
