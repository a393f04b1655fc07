"""Sets of categories as words of 32 bits, short enough to be written."""

from typing import Iterable, List, Tuple

import numpy as np

from ..refusals import Refused
from .ensemble import MOST_WORDS


class Sets:
    """Counts the words of all sets of a model before they are made, so that no category makes a file huge."""

    def __init__(self) -> None:
        self._left = MOST_WORDS

    def of_categories(self, name: str, categories: np.ndarray) -> Tuple[int, ...]:
        """The words that list these categories, each from 0 up."""
        count = int(categories.max()) // 32 + 1 if len(categories) else 1
        self._take(name, count)
        words = np.zeros(count, np.uint32)
        np.bitwise_or.at(words, categories // 32, np.uint32(1) << (categories % 32).astype(np.uint32))
        return tuple(words.tolist())

    def of_words(self, name: str, words: Iterable[int]) -> Tuple[int, ...]:
        """The words without zeros at their end, and one at least."""
        own: List[int] = list(words)
        while len(own) > 1 and own[-1] == 0:
            own.pop()
        self._take(name, len(own))
        return tuple(own or [0])

    def _take(self, name: str, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise Refused(f"{name}: the sets of categories have more than {MOST_WORDS} words together")
