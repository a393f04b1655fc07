"""Values of a document of keys, each checked for what it must be; a refusal names the field."""

from typing import Any, List, Optional

import numpy as np

from ...refusals import Refused


def table(parent: Any, key: str, path: str = "") -> dict:
    """The table under the key."""
    found = _at(parent, key, path)
    if not isinstance(found, dict):
        raise Refused(f"{path}{key} is no table of keys")
    return found


def entries(parent: Any, key: str, path: str) -> List[Any]:
    """The list under the key, of anything."""
    found = _at(parent, key, path)
    if isinstance(found, np.ndarray):
        return found.tolist()
    if not isinstance(found, list):
        raise Refused(f"{path}{key} is no list")
    return found


def text(parent: Any, key: str, path: str, default: Optional[str] = None) -> str:
    found = parent.get(key, default) if default is not None else _at(parent, key, path)
    if not isinstance(found, str):
        raise Refused(f"{path}{key} is no text")
    return found


def count(parent: Any, key: str, path: str, default: Optional[int] = None) -> int:
    """A whole number from 0 up, which XGBoost writes as a text."""
    found = text(parent, key, path, None if default is None else str(default))
    if not (found.isascii() and found.isdigit() and len(found) <= 18):
        raise Refused(f'{path}{key} is "{found[:40]}"; a whole number is expected')
    return int(found)


def whole(parent: Any, key: str, path: str, length: Optional[int] = None) -> np.ndarray:
    """A list of whole numbers as int64."""
    found = _at(parent, key, path)
    if isinstance(found, list):
        if not all(type(value) is int and -(1 << 63) <= value < 1 << 63 or isinstance(value, bool) for value in found):
            raise Refused(f"{path}{key} has an entry that is no whole number")
        found = np.array(found, np.int64)
    if not isinstance(found, np.ndarray) or found.dtype.kind not in "iu":
        raise Refused(f"{path}{key} is no list of whole numbers")
    return _sized(found.astype(np.int64), key, path, length)


def reals(parent: Any, key: str, path: str, length: Optional[int] = None) -> np.ndarray:
    """A list of numbers as float32, each rounded once."""
    found = _at(parent, key, path)
    if isinstance(found, list):
        if not all(type(value) in (int, float) for value in found):
            raise Refused(f"{path}{key} has an entry that is no number")
        try:
            found = np.array(found, np.float64)
        except OverflowError as error:
            raise Refused(f"{path}{key} has an entry that no float32 is") from error
    if not isinstance(found, np.ndarray):
        raise Refused(f"{path}{key} is no list of numbers")
    with np.errstate(over="ignore"):
        return _sized(found.astype(np.float32), key, path, length)


def _sized(found: np.ndarray, key: str, path: str, length: Optional[int]) -> np.ndarray:
    if length is not None and len(found) != length:
        raise Refused(f"{path}{key} has {len(found)} entries; {length} are expected")
    return found


def _at(parent: Any, key: str, path: str) -> Any:
    if key not in parent:
        raise Refused(f"{path}{key} is missing")
    return parent[key]
