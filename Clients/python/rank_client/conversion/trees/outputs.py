"""What a margin goes through to become a score, bit for bit as the libraries compute it, and the way back."""

import ctypes
import ctypes.util
import math
import re
from typing import Any, Callable, List, Optional

import numpy as np

LOGISTIC_XGBOOST, EXPONENTIAL, SIGNED_SQUARE = "logistic_xgboost", "exp", "signed_square"

TABLE = np.array([math.pow(2.0, k / 32) for k in range(32)]).view(np.uint64) - (np.arange(32, dtype=np.uint64) << 47)
TO_TABLE, SHIFT = float.fromhex("0x1.71547652b82fep+0") * 32, float.fromhex("0x1.8p+52")
CUBIC, SQUARE, LINEAR = (float.fromhex(text) / 32**power for text, power in (
    ("0x1.c6af84b912394p-5", 3), ("0x1.ebfce50fac4f3p-3", 2), ("0x1.62e42ff0c52d6p-1", 1)))
LARGEST, LEAST = float.fromhex("0x1.62e42ep6"), float.fromhex("-0x1.9fe368p6")


def exponential32(x: np.ndarray) -> np.ndarray:
    """glibc's expf in the same operations on float64, of float32."""
    wide = np.clip(x.astype(np.float64), -150, 150)
    scaled = TO_TABLE * wide
    shifted = scaled + SHIFT
    index = shifted.view(np.uint64)
    rest = scaled - (shifted - SHIFT)
    scale = (TABLE[(index % 32).astype(np.int64)] + (index << np.uint64(47))).view(np.float64)
    with np.errstate(over="ignore", under="ignore"):
        value = ((CUBIC * rest + SQUARE) * (rest * rest) + (LINEAR * rest + 1)) * scale
        result = value.astype(np.float32)
    result = np.where(x > LARGEST, np.float32(np.inf), np.where(x < LEAST, np.float32(0), result))
    return np.where(np.isnan(x), x, result).astype(np.float32)


def exponential64(x: np.ndarray) -> np.ndarray:
    """The C library's exp, of float64."""
    def one(value: float) -> float:
        try:
            return math.exp(value)
        except OverflowError:
            return math.inf

    return np.array([one(value) for value in x.tolist()], np.float64)


def logistic_name(slope: float) -> str:
    """The output of LightGBM's binary objective: 1 / (1 + exp(−slope·m))."""
    return f"logistic({np.format_float_positional(np.float64(slope), unique=True, trim='-')})"


def applied(output: Optional[str], margins: np.ndarray) -> np.ndarray:
    """The outputs in the margins' type, before they are rounded to float32."""
    if output is None:
        return margins
    if output == LOGISTIC_XGBOOST:
        one = np.float32(1)
        return one / (exponential32(np.minimum(-margins, np.float32(88.7))) + one + np.float32(1e-16))
    if output == EXPONENTIAL:
        return exponential32(margins) if margins.dtype == np.float32 else exponential64(margins)
    if output == SIGNED_SQUARE:
        return np.where(margins < 0, -margins, margins) * margins
    match = re.fullmatch(r"logistic\(([0-9.]+)\)", output)
    assert match, output
    return 1 / (1 + exponential64(-float(match.group(1)) * margins))


def _c_logarithm() -> Optional[Callable[[float], float]]:
    """The C library's logf, which XGBoost calls; None where there is none to be found."""
    try:
        function: Any = ctypes.CDLL(ctypes.util.find_library("m")).logf
    except (OSError, AttributeError, TypeError):
        return None
    function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float]
    return function  # type: ignore[no-any-return]


def logarithms(x: np.floating) -> List[np.floating]:
    """float32 logarithms of a number above 0, the likeliest first: logf need not round correctly."""
    rounded = np.float32(math.log(float(x)))
    own = _c_logarithm()
    found = [np.float32(own(float(x)))] if own is not None else []
    near = [rounded, np.nextafter(rounded, np.float32(np.inf)), np.nextafter(rounded, np.float32(-np.inf))]
    return list(dict.fromkeys([*found, *near]))
