"""Which id is which row of a table: the vocabularies of docs/reference/model-file.md."""

from dataclasses import dataclass
from typing import Dict, List, Optional, Sequence, Union

import numpy as np

from .refusals import Refused

IdList = Union[Sequence[int], Sequence[str]]


@dataclass
class Vocabulary:
    """`identity`: row r is id r's. `u64` and `utf8`: `ids[r - 1]` is the id of row r. Row 0 is that of unknown ids."""

    kind: str
    rows: int
    ids: Optional[IdList] = None

    def __post_init__(self) -> None:
        if self.kind == "utf8":
            for text in self.ids or ():
                try:
                    empty = not text.encode()
                except UnicodeEncodeError as error:
                    raise Refused(f"the id {text!r} is no valid UTF-8: {error}") from error
                if empty:
                    raise Refused("an id is the empty text, which no request can name")

    def text(self) -> "Vocabulary":
        """The same rows, with numbers written as decimal texts."""
        if self.kind == "utf8":
            return self
        ids = range(1, self.rows) if self.ids is None else self.ids
        return Vocabulary("utf8", self.rows, [str(int(i)) for i in ids])

    def row_of(self, texts: Sequence[str]) -> np.ndarray:
        """The row of each id as a file writes it, 0 for unknown ones; ValueError for a number that is none."""
        if self.kind == "utf8":
            places = {text: r for r, text in enumerate(self.ids or (), 1)}
            return np.array([places.get(text, 0) for text in texts], np.int64)
        numbers = [int(text) for text in texts]
        if self.ids is None:
            return np.array([n if 0 <= n < self.rows else 0 for n in numbers], np.int64)
        places = {int(i): r for r, i in enumerate(self.ids, 1)}
        return np.array([places.get(n, 0) for n in numbers], np.int64)

    def id_of(self, row: int) -> str:
        """The row's id, for messages."""
        if row == 0:
            return "0" if self.kind == "identity" else "(unknown)"
        return str(row if self.ids is None else self.ids[row - 1])

    def tensors(self, name: str) -> Dict[str, np.ndarray]:
        """The tensors `NAME_ids…` of the model file."""
        if self.kind == "identity":
            return {}
        if self.kind == "u64":
            return {f"{name}_ids": np.array([0, *self.ids], np.uint64)}
        texts: List[bytes] = [b"", *(text.encode() for text in self.ids)]
        offsets = np.cumsum([0, *(len(t) for t in texts)]).astype(np.uint64)
        return {f"{name}_ids.text": np.frombuffer(b"".join(texts), np.uint8), f"{name}_ids.offsets": offsets}


def identity(rows: int) -> Vocabulary:
    return Vocabulary("identity", rows)
