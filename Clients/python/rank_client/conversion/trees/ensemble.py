"""An ensemble of trees as docs/reference/model-file.md has it: one rule for every node, whatever library it is of."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ..refusals import Refused

CATEGORICAL, MISSING_RIGHT, ZERO_IS_MISSING, NEVER, LISTED_LEFT, NEGATIVE_FRACTION = 1, 2, 4, 8, 16, 32
ZERO = np.float32(1e-35)  # what LightGBM takes for zero has no greater magnitude
MOST_FEATURES, MOST_QUERY_FEATURES, MOST_TREES = 65_536, 1_020, 1 << 20
MOST_SUM = float(np.finfo(np.float32).max) / 2
MOST_WORDS = 1 << 24  # of all sets of categories together


@dataclass
class Test:
    """A node's question; `words` lists categories, 32 in each."""

    feature: int
    threshold: float
    flags: int
    words: Optional[Tuple[int, ...]] = None

    @cached_property
    def some_listed(self) -> List[int]:
        """Up to 64 categories of those listed, ascending, spread over the whole set from its first to its last."""
        words = np.array(self.words or (0,), np.uint32)
        chosen = spread(np.flatnonzero(words).tolist(), 64)
        return spread([32 * k + bit for k in chosen for bit in range(32) if int(words[k]) >> bit & 1], 64)


@dataclass
class Tree:
    """Nodes in breadth-first order; a child c < 0 is leaf ~c."""

    tests: List[Test]
    left: List[int]
    right: List[int]
    leaves: np.ndarray


@dataclass
class Ensemble:
    """`bases` has what sums may start from, the likeliest first: a logarithm's last bit is the source's own affair."""

    features: int
    names: Optional[List[str]]
    objective: str
    output: Optional[str]
    bases: List[np.floating]
    trees: List[Tree]
    notes: List[str] = field(default_factory=list)
    base: np.floating = field(init=False)

    def __post_init__(self) -> None:
        if not self.trees:
            raise Refused("the model has no trees")
        if len(self.trees) > MOST_TREES:
            raise Refused(f"the model has {len(self.trees)} trees; at most {MOST_TREES} are taken")
        if not 1 <= self.features <= MOST_FEATURES:
            raise Refused(f"the model has {self.features} features; from 1 to {MOST_FEATURES} are taken")
        _check_names(self.names, self.features)
        self.base = self.bases[0]
        most = abs(float(self.base)) + sum(float(np.abs(tree.leaves).astype(np.float64).max()) for tree in self.trees)
        if not most <= MOST_SUM:
            raise Refused(f"the leaves may add up to {most:.3g}; at most {MOST_SUM:.3g} is taken")

    @property
    def type(self) -> Any:
        """That of sums and leaves: float32 or float64."""
        return type(self.base)

    @property
    def is_categorical(self) -> bool:
        return any(test.flags & CATEGORICAL for tree in self.trees for test in tree.tests)

    def tensors(self) -> Dict[str, np.ndarray]:
        """The tensors of the model file, but for goldens."""
        tests = [test for tree in self.trees for test in tree.tests]
        own = "f4" if self.type is np.float32 else "f8"
        tensors = {
            "trees.nodes": np.cumsum([0, *(len(tree.tests) for tree in self.trees)]).astype("<u4"),
            "trees.leaves": np.cumsum([0, *(len(tree.leaves) for tree in self.trees)]).astype("<u4"),
            "nodes.feature": np.array([test.feature for test in tests], "<u4"),
            "nodes.threshold": np.array([test.threshold for test in tests], "<f4"),
            "nodes.flags": np.array([test.flags for test in tests], "u1"),
            "nodes.left": np.array([child for tree in self.trees for child in tree.left], "<i4"),
            "nodes.right": np.array([child for tree in self.trees for child in tree.right], "<i4"),
        }
        if self.is_categorical:
            tensors.update(_sets(tests))
        tensors["leaves.value"] = np.concatenate([tree.leaves for tree in self.trees]).astype(f"<{own}")
        tensors["base"] = np.array([self.base], f"<{own}")
        if self.names is not None:
            texts = [name.encode() for name in self.names]
            tensors["features.names.text"] = np.frombuffer(b"".join(texts), np.uint8)
            tensors["features.names.offsets"] = np.cumsum([0, *(len(text) for text in texts)]).astype("<u8")
        return tensors


def spread(values: List[int], most: int) -> List[int]:
    """At most so many of the values, two at least, at even distances from the first to the last."""
    if len(values) <= most:
        return values
    return [values[k * (len(values) - 1) // (most - 1)] for k in range(most)]


def _check_names(names: Optional[Sequence[str]], features: int) -> None:
    if names is None:
        return
    if len(names) != features:
        raise Refused(f"the model has {len(names)} names of features for {features} features")
    if len(set(names)) != len(names) or "" in names:
        twice = next((name for name, count in Counter(names).items() if name == "" or count > 1), "")
        raise Refused(f'the feature name "{twice}" is empty, or stands there twice')
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError as error:
            raise Refused(f"the feature name {name!r} is no valid UTF-8: {error}") from error


def _sets(tests: Sequence[Test]) -> Dict[str, np.ndarray]:
    """Each different set once, and the number of each node's."""
    numbers: Dict[Tuple[int, ...], int] = {}
    chosen = [0 if test.words is None else numbers.setdefault(test.words, len(numbers)) for test in tests]
    words = [word for listed in numbers for word in listed]
    return {"nodes.set": np.array(chosen, "<u4"), "sets.words": np.array(words, "<u4"),
            "sets.offsets": np.cumsum([0, *(len(listed) for listed in numbers)]).astype("<u4")}
