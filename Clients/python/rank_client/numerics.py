"""Profile `fp32-fma` of docs/NUMERICS.md in NumPy: the scores of many pairs, bit for bit as workers compute them."""

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


def scores(network: Network, user_rows: NDArray[np.integer], candidate_rows: NDArray[np.integer]) -> Floats:
    """The scores [pairs] of (user row, candidate row) pairs; not finite where the weights are too large."""
    user, candidate = network.user[user_rows], network.candidate[candidate_rows]
    y = np.zeros(len(user_rows), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        if network.layers:
            (kernel, bias), split = network.layers[0], user.shape[1]
            zero = np.zeros(1, np.float32)
            h = chain(bias, user, kernel[:split]) + chain(zero, candidate, kernel[split:])
            for kernel, bias in network.layers[1:-1]:
                h = chain(bias, relu(h), kernel)
            if len(network.layers) > 1:
                kernel, bias = network.layers[-1]
                y = lanes(relu(h), kernel[:, 0]) + bias[0]
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
        return y + np.float32(0)
