"""JSON whose numbers become float64 in such a way that rounding them to float32 rounds the text itself."""

import json
import math
import struct
from collections import Counter
from fractions import Fraction
from typing import Any, Dict, List, Tuple

from ...refusals import Refused


def read(data: bytes, path: str) -> Any:
    """The document; refused where it is cut, nested beyond Python's limit, or names a key twice."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=number, object_pairs_hook=_table)
    except RecursionError as error:
        raise Refused(f"{path} nests its lists too deeply") from error
    except ValueError as error:  # of JSON, of UTF-8, of a number with thousands of digits
        raise Refused(f"{path} is no whole JSON document: {error}") from error


def number(text: str) -> float:
    """The float64 of a decimal; moved by one bit where it lies half-way between two float32 and the text does not."""
    value = float(text)
    (bits,) = struct.unpack("<Q", struct.pack("<d", value))
    if bits & 0xFFFFFFF == 0 and 0 < abs(value) < 1e39 and len(text) > 10:
        exact = Fraction(text) if len(text) < 400 else Fraction(value)
        if exact != value:
            return math.nextafter(value, math.inf if exact > value else -math.inf)
    return value


def _table(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise ValueError(f'the key "{twice}" stands there twice')
    return result
