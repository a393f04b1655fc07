"""What a written file of trees computes, by docs/reference/model-file.md alone: nothing here is the converter's own.

Rows go down a tree together: each node parts those that reached it, and each leaf adds its value to what is left.
"""

import ctypes
import ctypes.util
import json
import math
import struct

import numpy as np

CATEGORICAL, MISSING_RIGHT, ZERO_IS_MISSING, NEVER, LISTED_LEFT, NEGATIVE_FRACTION = 1, 2, 4, 8, 16, 32
TYPES = {"F32": "<f4", "F64": "<f8", "I32": "<i4", "U32": "<u4", "U64": "<u8", "U8": "u1"}


def load(path):
    """(metadata, tensors) of a model file."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    metadata, tensors = header.pop("__metadata__"), {}
    for name, tensor in header.items():
        begin, end = (8 + length + offset for offset in tensor["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], TYPES[tensor["dtype"]]).reshape(tensor["shape"])
    return metadata, tensors


def margins(metadata, tensors, rows):
    """The sums of [rows, features]."""
    kind = {"float32": np.float32, "float64": np.float64}[metadata["sum"]]
    assert tensors["leaves.value"].dtype == kind and rows.dtype == np.float32
    total = np.full(len(rows), tensors["base"][0], kind)
    nodes, leaves = tensors["trees.nodes"], tensors["trees.leaves"]
    for tree in range(len(nodes) - 1):
        values = tensors["leaves.value"][leaves[tree]:leaves[tree + 1]]
        waiting = [(0 if nodes[tree + 1] > nodes[tree] else ~0, np.arange(len(rows)))]
        while waiting:
            node, here = waiting.pop()
            if node < 0:
                total[here] = total[here] + values[~node]
                continue
            right = goes_right(tensors, int(nodes[tree]) + node, rows[here])
            for side, chosen in (("nodes.left", ~right), ("nodes.right", right)):
                if chosen.any():
                    waiting.append((int(tensors[side][int(nodes[tree]) + node]), here[chosen]))
    return total


def goes_right(tensors, node, rows):
    x, flags = rows[:, tensors["nodes.feature"][node]], int(tensors["nodes.flags"][node])
    missing = np.isnan(x)
    if flags & ZERO_IS_MISSING:
        missing = missing | (np.abs(x) <= np.float32(1e-35))
    if flags & CATEGORICAL:
        right = listed(tensors, int(tensors["nodes.set"][node]), x, bool(flags & NEGATIVE_FRACTION))
        right = ~right if flags & LISTED_LEFT else right
    elif flags & NEVER:
        right = np.zeros(len(x), bool)
    else:
        right = x >= tensors["nodes.threshold"][node]
    return np.where(missing, bool(flags & MISSING_RIGHT), right)


def listed(tensors, number, x, negative_fraction):
    begin, end = tensors["sets.offsets"][number:number + 2]
    words = [int(word) for word in tensors["sets.words"][begin:end]]
    categories = [32 * k + bit for k, word in enumerate(words) for bit in range(32) if word >> bit & 1]
    with np.errstate(invalid="ignore"):
        known = np.isfinite(x) & (x < 2**31) & ((x >= 0) | (negative_fraction & (x > -1)))
    return known & np.isin(np.trunc(np.where(known, x, 0)).astype(np.int64), categories)


def scores(metadata, sums):
    """The outputs in the type of the sums."""
    output = metadata.get("output")
    libm = ctypes.CDLL(ctypes.util.find_library("m"))
    expf = libm.expf
    expf.restype, expf.argtypes = ctypes.c_float, [ctypes.c_float]

    def exp(value):
        try:
            return math.exp(value)
        except OverflowError:
            return math.inf

    if output is None:
        return sums
    if output == "logistic_xgboost":
        power = np.array([expf(min(-float(m), float(np.float32(88.7)))) for m in sums], np.float32)
        return np.float32(1) / (power + np.float32(1) + np.float32(1e-16))
    if output == "exp" and sums.dtype == np.float32:
        return np.array([expf(float(m)) for m in sums], np.float32)
    if output == "exp":
        return np.array([exp(float(m)) for m in sums])
    if output == "signed_square":
        return np.abs(sums) * sums
    assert output.startswith("logistic(")
    return np.array([1 / (1 + exp(-float(output[9:-1]) * float(m))) for m in sums])


def bits(values):
    return np.ascontiguousarray(values).view(np.uint32 if values.dtype == np.float32 else np.uint64)


def adversarial(tensors, features, count, seed):
    """Rows of thresholds and their neighbours, missing, infinite, tiny and huge values, and odd categories."""
    random = np.random.default_rng(seed)
    zero, infinite = np.float32(1e-35), np.float32(np.inf)
    odd = np.array([np.nan, np.nan, np.nan, np.inf, -np.inf, 0, -0.0, zero, -zero, np.nextafter(zero, infinite),
                    np.nextafter(-zero, -infinite), 1e-45, -1e-45, 1e-39, 3.4028235e38, -3.4028235e38, 2**24, 2**31,
                    -2**31, 2**32, -1, -0.5, 0.5, 2.75, 1e6], np.float32)
    rows = (random.standard_normal((count, features)) * 2).astype(np.float32)
    whole = random.random((count, features)) < 0.4
    rows[whole] = random.integers(-1, 45, int(whole.sum())) + random.choice([0, 0, 0, 0.5], int(whole.sum()))
    for feature in range(features):
        own = tensors["nodes.threshold"][tensors["nodes.feature"] == feature]
        if len(own):
            near = np.concatenate([own, np.nextafter(own, infinite), np.nextafter(own, -infinite)])
            chosen = random.random(count) < 0.4
            rows[chosen, feature] = random.choice(near, int(chosen.sum()))
    strange = random.random((count, features)) < 0.08
    rows[strange] = random.choice(odd, int(strange.sum()))
    return rows
