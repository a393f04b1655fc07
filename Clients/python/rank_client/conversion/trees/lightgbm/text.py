"""LightGBM's text of a model: its header and one block for each tree, as lines of key=value, checked before use."""

import re
from dataclasses import dataclass
from typing import Dict, List, Optional

import numpy as np

from ...refusals import Refused

INTEGERS = re.compile(r"-?[0-9]{1,18}( -?[0-9]{1,18})*")
REALS = re.compile(r"[-+0-9.eEinfa]+( [-+0-9.eEinfa]+)*")  # and nan, to be refused by name


@dataclass
class Block:
    """Lines of key=value; `name` is for messages."""

    name: str
    values: Dict[str, str]

    def text(self, key: str, default: Optional[str] = None) -> str:
        found = self.values.get(key, default)
        if found is None:
            raise Refused(f"{self.name}: {key} is missing")
        return found

    def count(self, key: str, default: Optional[int] = None) -> int:
        """A whole number from 0 up."""
        found = self.text(key, None if default is None else str(default))
        if not (found.isascii() and found.isdigit() and len(found) <= 9):
            raise Refused(f'{self.name}: {key} is "{found[:40]}"; a whole number is expected')
        return int(found)

    def whole(self, key: str, length: int) -> np.ndarray:
        """A list of whole numbers."""
        found = self.text(key)
        if not INTEGERS.fullmatch(found):
            raise Refused(f"{self.name}: {key} is no list of whole numbers")
        return self._sized(key, np.array([int(word) for word in found.split(" ")], np.int64), length)

    def reals(self, key: str, length: int) -> np.ndarray:
        """A list of numbers as float64."""
        found = self.text(key)
        try:
            if not REALS.fullmatch(found):
                raise ValueError
            return self._sized(key, np.array([float(word) for word in found.split(" ")], np.float64), length)
        except ValueError:
            raise Refused(f"{self.name}: {key} is no list of numbers") from None

    def _sized(self, key: str, values: np.ndarray, length: int) -> np.ndarray:
        if len(values) != length:
            raise Refused(f"{self.name}: {key} has {len(values)} entries; {length} are expected")
        return values


@dataclass
class Text:
    """A whole file."""

    header: Block
    trees: List[Block]
    parameters: Dict[str, str]
    categories: str
    """What stands behind pandas_categorical."""


def read(data: bytes, path: str) -> Text:
    """The file's parts; refused where it is cut, or where its trees are not as long as tree_sizes says."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is no UTF-8: {error}") from error
    head, mark, _ = text.partition("\n\n")
    if not mark or not head.startswith("tree\n"):
        raise Refused(f"{path} is no whole model of LightGBM: its header does not end")
    header = _block("the header", head[len("tree\n"):])
    sizes = header.whole("tree_sizes", len(header.text("tree_sizes").split(" "))).tolist() \
        if header.values.get("tree_sizes") else []
    at = len((head + mark).encode())
    trees = []
    for number, size in enumerate(sizes):
        block = data[at:at + size] if 0 < size <= len(data) - at else b""
        start = f"Tree={number}\n"
        if not block.startswith(start.encode()) or not block.endswith(b"\n"):
            raise Refused(f"{path}: tree {number} is not where tree_sizes says, or the file is cut")
        trees.append(_block(f"tree {number}", block.decode()[len(start):]))
        at += size
    rest = data[at:].decode()
    if not rest.lstrip("\n").startswith("end of trees\n"):
        raise Refused(f"{path}: no end of trees behind {len(sizes)} of them: the file is cut, or tree_sizes lacks one")
    found = re.findall(r"^pandas_categorical:(.*)$", rest, re.MULTILINE)
    return Text(header, trees, _parameters(rest, path), found[-1] if found else "null")


def _parameters(rest: str, path: str) -> Dict[str, str]:
    """What stands between parameters and their end; LightGBM takes every line for [name: value] without looking."""
    _, start, own = rest.partition("\nparameters:\n")
    own, end, _ = own.partition("\nend of parameters\n")
    if bool(start) != bool(end):
        raise Refused(f"{path}: no end of parameters: the file is cut")
    parameters: Dict[str, str] = {}
    for line in own.split("\n"):
        match = re.fullmatch(r"\[(\w+): (.*)\]", line)
        if match:
            parameters[match.group(1)] = match.group(2)
        elif line:
            raise Refused(f'{path}: "{line[:60]}" is no parameter; [name: value] is expected')
    return parameters


def _block(name: str, text: str) -> Block:
    values: Dict[str, str] = {}
    for line in text.split("\n"):
        key, _, value = line.partition("=")
        if key in values:
            raise Refused(f"{name}: {key} stands there twice")
        if line:
            values[key] = value
    return Block(name, values)
