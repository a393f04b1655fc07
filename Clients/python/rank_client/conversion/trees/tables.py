"""The caller's own files: rows of features, and what the source predicts for them."""

import csv
import hashlib
import os
from dataclasses import dataclass
from typing import List, Optional

import numpy as np

from ..refusals import Refused
from .ensemble import Ensemble

MISSING = ("", "na", "nan", "null", "none", "?")


@dataclass
class Predictions:
    """One number for each row, as the file has it."""

    path: str
    values: np.ndarray
    digest: str

    @property
    def source(self) -> str:
        return f"{os.path.basename(self.path)}, sha256 {self.digest}"


def read_rows(path: str, ensemble: Ensemble) -> np.ndarray:
    """Rows [n, features] as float32, each number rounded once; a text may begin with a header."""
    option = f"--rows {path}"
    if path.endswith(".npy"):
        found = _array(option, path)
        if found.ndim != 2 or found.dtype.kind not in "fiu":
            raise Refused(f"{option}: an array [rows, features] of numbers is expected, it is {list(found.shape)} of "
                          f"{found.dtype}")
        if found.shape[1] != ensemble.features:
            raise Refused(f"{option} has {found.shape[1]} columns; the model has {ensemble.features} features")
    else:
        found = _text(option, path, ensemble)
    if not len(found):
        raise Refused(f"{option} has no rows")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(found, np.float32)


def read_predictions(path: str) -> Predictions:
    """One prediction a line, or an array of them; a first line that is no number is a header."""
    option = f"--predictions {path}"
    data = _bytes(option, path)
    if path.endswith(".npy"):
        values = _array(option, path).astype(np.float64)
        values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
        if values.ndim != 1:
            raise Refused(f"{option}: one number for each row is expected, the array is {list(values.shape)}")
        return Predictions(path, values, hashlib.sha256(data).hexdigest())
    numbers: List[float] = []
    for number, line in enumerate(_lines(option, data), 1):
        try:
            numbers.append(float(line[0]))
            if len(line) != 1:
                raise ValueError
        except (ValueError, IndexError) as error:
            if number == 1 and len(line) == 1:
                continue
            raise Refused(f"{path}, line {number}: one number is expected, found {','.join(line)!r}") from error
    return Predictions(path, np.array(numbers), hashlib.sha256(data).hexdigest())


def _text(option: str, path: str, ensemble: Ensemble) -> np.ndarray:
    rows: List[List[float]] = []
    order: Optional[List[int]] = None
    for number, line in enumerate(_lines(option, _bytes(option, path)), 1):
        if number == 1 and _is_header(line, ensemble.names):
            order = _order(option, line, ensemble)
            continue
        try:
            values = [_number(field) for field in line]
        except ValueError as error:
            raise Refused(f"{path}, line {number}: {error}") from error
        if len(values) != ensemble.features:
            raise Refused(f"{path}, line {number}: {len(values)} columns; the model has {ensemble.features} features")
        rows.append(values)
    found = np.array(rows, np.float64).reshape(-1, ensemble.features)
    return found if order is None else found[:, order]


def _is_header(line: List[str], names: Optional[List[str]]) -> bool:
    """Whether a first line is no row: some field is no number, or the fields are the model's names, like 0, 1, 2."""
    return not all(map(_is_number, line)) or (names is not None and _fields(line, names) is not None)


def _order(option: str, line: List[str], ensemble: Ensemble) -> Optional[List[int]]:
    """Which column of the file is each feature of the model; none where a model without names leaves the header free.

    A header that is not the model's may be a damaged row, or that of other columns: it is refused."""
    if ensemble.names is None:
        numbers = [field for field in line if _is_number(field)]
        if numbers:
            raise Refused(f"{option}: the first line is neither a row of numbers nor a header, which would have no "
                          f"{numbers[0]!r}")
        if len(line) != ensemble.features:
            raise Refused(f"{option}: the header has {len(line)} columns; the model has {ensemble.features} features")
        return None
    header = _fields(line, ensemble.names)
    if header is None:
        given = {field.strip() for field in line}
        lost = [name for name in ensemble.names if name not in given]
        foreign = sorted(given.difference(ensemble.names))
        raise Refused(f"{option}: the first line is no row of numbers, and as a header not the model's features"
                      + (f"; {', '.join(lost[:4])} is not among them" if lost else "")
                      + (f"; {', '.join(map(repr, foreign[:4]))} is none of them" if foreign else ""))
    return [header.index(name) for name in ensemble.names]


def _fields(line: List[str], names: List[str]) -> Optional[List[str]]:
    """A line's fields, as they stand or without the blanks around them, where they are the model's names."""
    ways = (line, [field.strip() for field in line])
    return next((fields for fields in ways if sorted(fields) == sorted(names)), None)


def _number(field: str) -> float:
    """A field's number, NaN where it is missing; `ValueError` where it is none."""
    return np.nan if field.strip().lower() in MISSING else float(field)


def _is_number(field: str) -> bool:
    try:
        _number(field)
    except ValueError:
        return False
    return True


def _lines(option: str, data: bytes) -> List[List[str]]:
    try:
        return [line for line in csv.reader(data.decode("utf-8-sig").splitlines()) if line]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{option}: {error}") from error


def _bytes(option: str, path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Refused(f"{option}: {error.strerror or error}") from error


def _array(option: str, path: str) -> np.ndarray:
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise Refused(f"{option}: {getattr(error, 'strerror', None) or error}") from error
