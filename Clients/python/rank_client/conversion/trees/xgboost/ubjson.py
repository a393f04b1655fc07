"""Universal Binary JSON as XGBoost writes it: a length is held against the bytes that are left before it is used."""

import struct
from typing import Any, Dict, List

import numpy as np

from ...refusals import Refused

NUMBERS = {"i": "b", "U": "B", "I": ">h", "l": ">i", "L": ">q", "d": ">f", "D": ">d"}
TYPED = {"i": "i1", "U": "u1", "I": ">i2", "l": ">i4", "L": ">i8", "d": ">f4", "D": ">f8"}
DEEPEST = 32


def read(data: bytes, path: str) -> Any:
    """The document: tables as dict, typed lists as arrays, others as list."""
    reader = _Reader(data, path)
    document = reader.value(reader.marker(), 0)
    if reader.at != len(data):
        raise reader.refused("bytes follow the document")
    return document


class _Reader:
    def __init__(self, data: bytes, path: str) -> None:
        self._data, self._path, self.at = data, path, 0

    def refused(self, why: str) -> Refused:
        return Refused(f"{self._path}, byte {self.at}: {why}")

    def _take(self, count: int) -> bytes:
        if count > len(self._data) - self.at:
            raise self.refused(f"{count} bytes are announced, {len(self._data) - self.at} are left")
        self.at += count
        return self._data[self.at - count:self.at]

    def marker(self) -> str:
        return self._take(1).decode("latin-1")

    def _length(self) -> int:
        kind = self.marker()
        if kind not in "iUIlL":
            raise self.refused(f"a length of the type {kind!r}")
        length = self._number(kind)
        if length < 0:
            raise self.refused(f"a length of {length}")
        return int(length)

    def _number(self, kind: str) -> Any:
        form = NUMBERS[kind]
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _text(self) -> str:
        try:
            return self._take(self._length()).decode()
        except UnicodeDecodeError as error:
            raise self.refused(f"a text is no UTF-8: {error}") from error

    def value(self, kind: str, depth: int) -> Any:
        if depth > DEEPEST:
            raise self.refused(f"lists and tables lie more than {DEEPEST} deep in each other")
        if kind == "{":
            return self._table(depth)
        if kind == "[":
            return self._list(depth)
        if kind == "S":
            return self._text()
        if kind in NUMBERS:
            return self._number(kind)
        if kind in "TFZ":
            return {"T": True, "F": False, "Z": None}[kind]
        raise self.refused(f"a value of the type {kind!r}")

    def _table(self, depth: int) -> Dict[str, Any]:
        result: Dict[str, Any] = {}
        while self._data[self.at:self.at + 1] != b"}":
            key = self._text()
            if key in result:
                raise self.refused(f'the key "{key}" stands there twice')
            result[key] = self.value(self.marker(), depth + 1)
        self.at += 1
        return result

    def _list(self, depth: int) -> Any:
        following = self._data[self.at:self.at + 1]
        if following == b"$":
            self.at += 1
            kind = self.marker()
            if kind not in TYPED or self.marker() != "#":
                raise self.refused(f"a list of the type {kind!r}")
            own = np.dtype(TYPED[kind])
            return np.frombuffer(self._take(self._length() * own.itemsize), own).astype(own.newbyteorder("="))
        if following == b"#":
            self.at += 1
            length = self._length()
            if length > len(self._data) - self.at:
                raise self.refused(f"a list of {length} entries in {len(self._data) - self.at} bytes")
            return [self.value(self.marker(), depth + 1) for _ in range(length)]
        result: List[Any] = []
        while self._data[self.at:self.at + 1] != b"]":
            result.append(self.value(self.marker(), depth + 1))
        self.at += 1
        return result
