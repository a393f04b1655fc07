"""Profile `fp32-fma` of docs/reference/numerics.md in NumPy: scores of many pairs, bit for bit as workers compute them."""

import re
from dataclasses import dataclass
from typing import List, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass
class Network:
    """A model of the family: tables [rows, dimensions], dense layers (kernel [in, out], bias [out]), optional terms."""

    user: Floats
    candidate: Floats
    layers: List[Tuple[Floats, Floats]]
    dot: bool = False
    user_bias: Optional[Floats] = None
    candidate_bias: Optional[Floats] = None
    mean: Optional[Floats] = None
    activations: Optional[List[str]] = None
    """The names of docs/reference/numerics.md, one for each dense layer but the last; None where all are relu."""
    output: str = "linear"
    """What the sum of all terms goes through, one of the same names."""
    output_scale: Optional[Floats] = None
    """[2]: the factor and the addend of the score, after `output`."""


def fma(x: Floats, y: Floats, z: Floats) -> Floats:
    """x·y + z with one rounding to float32, element by element, with broadcasting.

    The product of two float32 is exact in float64. The sum is rounded to odd there (TwoSum gives the sign of what
    was lost), and 53 bits rounded to odd round once more to 24 as if the exact sum had been rounded.
    """
    product = x.astype(np.float64) * y.astype(np.float64)
    addend = z.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.atleast_1d(product + addend)
        virtual = total - product
        lost = (product - (total - virtual)) + (addend - virtual)
        bits = total.view(np.int64)
        inexact_and_even = (lost != 0) & (bits & 1 == 0) & np.isfinite(total)
        away_from_zero = (lost > 0) == (total > 0)
        bits += np.where(inexact_and_even, np.where(away_from_zero, 1, -1), 0)
        return total.astype(np.float32)


def chain(start: Floats, x: Floats, weights: Floats) -> Floats:
    """chain(start; x, W) of each row of x [pairs, in] through weights [in, out]."""
    z = np.broadcast_to(start, (x.shape[0], weights.shape[1]))
    for k in range(weights.shape[0]):
        z = fma(x[:, k : k + 1], weights[k : k + 1, :], z)
    return z


def lanes(x: Floats, weights: Floats) -> Floats:
    """lanes(x, w) of each row of x [pairs, n] with weights [n] or [pairs, n]: 16 lanes, then a fixed tree."""
    weights = np.broadcast_to(weights, x.shape)
    padding = ((0, 0), (0, -x.shape[1] % 16))
    x, weights = np.pad(x, padding), np.pad(weights, padding)
    lane = np.zeros((x.shape[0], 16), np.float32)
    for k in range(0, x.shape[1], 16):
        lane = fma(x[:, k : k + 16], weights[:, k : k + 16], lane)
    for half in (8, 4, 2, 1):
        lane = lane[:, :half] + lane[:, half:]
    return lane[:, 0]


def relu(x: Floats) -> Floats:
    """x where x > 0, +0 everywhere else."""
    return np.where(x > 0, x, np.float32(0))


def _constant(text: str) -> np.float32:
    return np.float32(float.fromhex(text))


LOG2E, LN2_HIGH, LN2_LOW = _constant("0x1.715476p0"), _constant("0x1.62e4p-1"), _constant("0x1.7f7d1cp-20")
ROUNDER, LEAST = _constant("0x1.8p23"), np.float32(-87)
EXPONENTIAL = [_constant(text) for text in (
    "0x1p-1", "0x1.55548ep-3", "0x1.55545ep-5", "0x1.123bdep-7", "0x1.6db4e8p-10")]
NORMAL = [_constant(text) for text in (
    "0x1.9884f4p-1", "0x1.45e7c6p-2", "0x1.2ad556p-5", "-0x1.492194p-8",
    "0x1.8b7facp-13", "0x1.7e3a6cp-14", "-0x1.4646c6p-16", "0x1.61e88ep-20")]
GELU_FIRST, GELU_THIRD = _constant("0x1.988454p0"), _constant("0x1.2444f2p-4")
ONE, TWO, SIX, HALF = np.float32(1), np.float32(2), np.float32(6), np.float32(0.5)


def polynomial(coefficients: List[np.float32], x: Floats) -> Floats:
    """Horner's scheme with fma, from the last coefficient down to the first."""
    z = np.broadcast_to(coefficients[-1], x.shape)
    for coefficient in coefficients[-2::-1]:
        z = fma(z, x, coefficient)
    return z


def power(z: Floats) -> Tuple[Floats, Floats]:
    """(s, q) of z ≤ 0: e to the power of z is s + s·q, s a power of two; below −87 that of −87."""
    z = np.where(z < LEAST, LEAST, z)
    t = fma(z, LOG2E, ROUNDER)
    n = t - ROUNDER
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, z))
    q = fma(r * r, polynomial(EXPONENTIAL, r), r)
    return ((t.view(np.uint32) << np.uint32(23)) + np.uint32(0x3F800000)).view(np.float32), q


def exp(z: Floats) -> Floats:
    """e to the power of z ≤ 0; +0 below −87."""
    s, q = power(z)
    return np.where(z < LEAST, np.float32(0), fma(s, q, s))


def expm1(z: Floats) -> Floats:
    """e to the power of z ≤ 0, less 1."""
    s, q = power(z)
    return fma(s, q, s - ONE)


def relu6(x: Floats) -> Floats:
    """+0 where x ≤ 0, 6 where x ≥ 6, x elsewhere."""
    return np.where(x <= 0, np.float32(0), np.where(x >= SIX, SIX, x))


def leaky_relu(x: Floats, slope: np.float32) -> Floats:
    """x where x > 0, slope·x elsewhere."""
    return np.where(x > 0, x, slope * x)


def tanh(x: Floats) -> Floats:
    """The hyperbolic tangent."""
    e = expm1(-TWO * np.abs(x))
    return np.copysign(-e / (TWO + e), x)


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e to the power of −x)."""
    t = exp(-np.abs(x))
    g = ONE / (ONE + t)
    return np.where(x < 0, t * g, g)


def gelu(x: Floats) -> Floats:
    """x times the normal distribution's share below x."""
    a = np.abs(x)
    b = np.where(a > SIX, SIX, a)
    t = np.where(a > SIX, np.float32(0), HALF * exp(-(b * polynomial(NORMAL, b))))
    return x * np.where(x > 0, ONE - t, t)


def gelu_tanh(x: Floats) -> Floats:
    """gelu's approximation by a hyperbolic tangent."""
    return x * sigmoid(x * fma(x * x, GELU_THIRD, GELU_FIRST))


def silu(x: Floats) -> Floats:
    """x·sigmoid(x)."""
    return x * sigmoid(x)


def elu(x: Floats, alpha: np.float32) -> Floats:
    """x where x > 0, alpha·(e to the power of x − 1) elsewhere."""
    return np.where(x > 0, x, alpha * expm1(np.where(x > 0, np.float32(0), x)))


PLAIN = {
    "relu": relu, "linear": lambda x: x, "relu6": relu6, "tanh": tanh, "sigmoid": sigmoid, "gelu": gelu,
    "gelu_tanh": gelu_tanh, "silu": silu,
}
WITH_NUMBER = {"leaky_relu": leaky_relu, "elu": elu}


def parse_activation(text: str) -> Tuple[str, Optional[np.float32]]:
    """The name and the number of an activation as a model file has it; ValueError where it is none."""
    if text in PLAIN:
        return text, None
    match = re.fullmatch(r"(\w+)\((-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)\)", text)
    if not match or match.group(1) not in WITH_NUMBER:
        names = ", ".join([*PLAIN, "leaky_relu(SLOPE)", "elu(ALPHA)"])
        raise ValueError(f'"{text}" is no activation of a model file; those are {names}')
    with np.errstate(over="ignore"):
        number = np.float32(match.group(2))
    if not np.isfinite(number) or (number != 0 and abs(number) < np.finfo(np.float32).tiny):
        raise ValueError(f'the number of "{text}" is no float32, or subnormal')
    return match.group(1), number + np.float32(0)


def activate(text: str, x: Floats) -> Floats:
    """The activation of that name in a model file, element by element: the bits that workers compute."""
    name, number = parse_activation(text)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return PLAIN[name](x) if number is None else WITH_NUMBER[name](x, number)


def scores(network: Network, user_rows: NDArray[np.integer], candidate_rows: NDArray[np.integer]) -> Floats:
    """The scores [pairs] of (user row, candidate row) pairs; not finite where the weights are too large."""
    user, candidate = network.user[user_rows], network.candidate[candidate_rows]
    y = np.zeros(len(user_rows), np.float32)
    activations = network.activations or ["relu"] * max(len(network.layers) - 1, 0)
    with np.errstate(over="ignore", invalid="ignore"):
        if network.layers:
            (kernel, bias), split = network.layers[0], user.shape[1]
            zero = np.zeros(1, np.float32)
            h = chain(bias, user, kernel[:split]) + chain(zero, candidate, kernel[split:])
            for (kernel, bias), name in zip(network.layers[1:-1], activations):
                h = chain(bias, activate(name, h), kernel)
            if len(network.layers) > 1:
                kernel, bias = network.layers[-1]
                y = lanes(activate(activations[-1], h), kernel[:, 0]) + bias[0]
            else:
                y = h[:, 0]
        if network.dot:
            y = y + lanes(user, candidate)
        if network.user_bias is not None:
            y = y + network.user_bias[user_rows]
        if network.candidate_bias is not None:
            y = y + network.candidate_bias[candidate_rows]
        if network.mean is not None:
            y = y + network.mean[0]
        score = activate(network.output, y)
        if network.output_scale is not None:
            score = fma(network.output_scale[0], score, network.output_scale[1])
        return np.where(np.isfinite(y), score, y) + np.float32(0)
