#!/usr/bin/env python3
"""Writes the model files of this directory and expected.json, from model-file.md and numerics.md of docs/reference alone.

Shares nothing with the package: every float32 operation is done on exact fractions and rounded once. Needs Python 3 only.
Usage: make_models.py [DIRECTORY]
"""
import hashlib
import json
import math
import random
import struct
import sys
from fractions import Fraction
from pathlib import Path


def round_f32(exact: Fraction, negative_zero: bool) -> float:
    """The float32 nearest to a fraction, ties to even, subnormals kept; zero takes the sign that it is given."""
    if exact == 0:
        return -0.0 if negative_zero else 0.0
    magnitude = abs(exact)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if Fraction(2) ** exponent > magnitude:
        exponent -= 1
    step = Fraction(2) ** (max(exponent, -126) - 23)
    count = magnitude / step
    whole = count.numerator // count.denominator
    rest = count - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1):
        whole += 1
    value = whole * step
    if value >= Fraction(2) ** 128:
        result = math.inf
    else:
        result = float(value)
    return -result if exact < 0 else result


def fma(x: float, y: float, z: float) -> float:
    product = Fraction(x) * Fraction(y)
    product_negative = (math.copysign(1, x) < 0) != (math.copysign(1, y) < 0)
    both_negative = product == 0 and z == 0 and product_negative and math.copysign(1, z) < 0
    return round_f32(product + Fraction(z), both_negative)


def add(x: float, y: float) -> float:
    return fma(x, 1.0, y)


def chain(start, x, weights):
    z = list(start)
    for k, value in enumerate(x):
        z = [fma(value, weights[k][j], z[j]) for j in range(len(z))]
    return z


def lanes(x, w):
    padded = (len(x) + 15) // 16 * 16
    lane = [0.0] * 16
    for k in range(padded):
        inside = k < len(x)
        lane[k % 16] = fma(x[k] if inside else 0.0, w[k] if inside else 0.0, lane[k % 16])
    for half in (8, 4, 2, 1):
        lane = [add(lane[i], lane[i + half]) for i in range(half)]
    return lane[0]


def relu(x: float) -> float:
    return x if x > 0 else 0.0


def multiply(x: float, y: float) -> float:
    return round_f32(Fraction(x) * Fraction(y), (math.copysign(1, x) < 0) != (math.copysign(1, y) < 0))


def divide(x: float, y: float) -> float:
    return round_f32(Fraction(x) / Fraction(y), (math.copysign(1, x) < 0) != (math.copysign(1, y) < 0))


def constants(text: str):
    return [float.fromhex(part) for part in text.split()]


EXPONENTIAL = constants("0x1p-1 0x1.55548ep-3 0x1.55545ep-5 0x1.123bdep-7 0x1.6db4e8p-10")
NORMAL = constants("0x1.9884f4p-1 0x1.45e7c6p-2 0x1.2ad556p-5 -0x1.492194p-8 "
                   "0x1.8b7facp-13 0x1.7e3a6cp-14 -0x1.4646c6p-16 0x1.61e88ep-20")
LOG2E, ROUNDER, LN2_HIGH, LN2_LOW, FIRST, THIRD = constants(
    "0x1.715476p0 0x1.8p23 0x1.62e4p-1 0x1.7f7d1cp-20 0x1.988454p0 0x1.2444f2p-4")


def polynomial(coefficients, x):
    z = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        z = fma(z, x, coefficient)
    return z


def power(z):
    z = max(z, -87.0)
    n = add(fma(z, LOG2E, ROUNDER), -ROUNDER)
    r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, z))
    return 2.0 ** int(n), fma(multiply(r, r), polynomial(EXPONENTIAL, r), r)


def exp(z):
    s, q = power(z)
    return 0.0 if z < -87 else fma(s, q, s)


def expm1(z):
    s, q = power(z)
    return fma(s, q, add(s, -1.0))


def tanh(x):
    e = expm1(multiply(-2.0, abs(x)))
    return math.copysign(divide(-e, add(2.0, e)), x)


def sigmoid(x):
    t = exp(-abs(x))
    g = divide(1.0, add(1.0, t))
    return multiply(t, g) if x < 0 else g


def gelu(x):
    a = abs(x)
    b = min(a, 6.0)
    t = 0.0 if a > 6 else multiply(0.5, exp(-multiply(b, polynomial(NORMAL, b))))
    return multiply(x, add(1.0, -t) if x > 0 else t)


def activate(name: str, x: float) -> float:
    function, _, rest = name.partition("(")
    number = struct.unpack("<f", struct.pack("<f", float(rest[:-1])))[0] if rest else None
    return {
        "relu": lambda: relu(x),
        "linear": lambda: x,
        "leaky_relu": lambda: x if x > 0 else multiply(number, x),
        "relu6": lambda: 0.0 if x <= 0 else min(x, 6.0),
        "elu": lambda: x if x > 0 else multiply(number, expm1(x)),
        "tanh": lambda: tanh(x),
        "sigmoid": lambda: sigmoid(x),
        "silu": lambda: multiply(x, sigmoid(x)),
        "gelu_tanh": lambda: multiply(x, sigmoid(multiply(x, fma(multiply(x, x), THIRD, FIRST)))),
        "gelu": lambda: gelu(x),
    }[function]()


def score(model, user: int, candidate: int) -> float:
    activations = model.get("activations") or ["relu"] * len(model["layers"])
    u, m = model["user_embedding"][user], model["candidate_embedding"][candidate]
    layers = model["layers"]
    y = 0.0
    if layers:
        kernel, bias = layers[0]
        a = chain(bias, u, kernel[: len(u)])
        c = chain([0.0] * len(bias), m, kernel[len(u):])
        z = [add(left, right) for left, right in zip(a, c)]
        if len(layers) == 1:
            y = z[0]
        else:
            h = [activate(activations[0], value) for value in z]
            for (kernel, bias), name in zip(layers[1:-1], activations[1:]):
                h = [activate(name, value) for value in chain(bias, h, kernel)]
            kernel, bias = layers[-1]
            y = add(lanes(h, [row[0] for row in kernel]), bias[0])
    if model["dot"]:
        y = add(y, lanes(u, m))
    if "user_bias" in model:
        y = add(y, model["user_bias"][user])
    if "candidate_bias" in model:
        y = add(y, model["candidate_bias"][candidate])
    if "mean" in model:
        y = add(y, model["mean"])
    y = activate(model.get("output", "linear"), y)
    if "output_scale" in model:
        y = fma(model["output_scale"][0], y, model["output_scale"][1])
    return add(y, 0.0)


def flat(values):
    return [item for row in values for item in row] if isinstance(values[0], list) else list(values)


def floats(values):
    return struct.pack(f"<{len(flat(values))}f", *flat(values))


def tensors_of(model):
    users, candidates = len(model["user_embedding"]), len(model["candidate_embedding"])
    yield "user_embedding", "F32", [users, len(model["user_embedding"][0])], floats(model["user_embedding"])
    yield ("candidate_embedding", "F32", [candidates, len(model["candidate_embedding"][0])],
           floats(model["candidate_embedding"]))
    for k, (kernel, bias) in enumerate(model["layers"]):
        yield f"dense_{k}.kernel", "F32", [len(kernel), len(bias)], floats(kernel)
        yield f"dense_{k}.bias", "F32", [len(bias)], floats(bias)
    for name in ("user_bias", "candidate_bias"):
        if name in model:
            yield name, "F32", [len(model[name])], floats(model[name])
    if "mean" in model:
        yield "mean", "F32", [1], floats([model["mean"]])
    if "output_scale" in model:
        yield "output_scale", "F32", [2], floats(model["output_scale"])
    pairs = [(1 + g * 7919 % (users - 1) if users > 1 else 0, 1 + g * 104729 % (candidates - 1) if candidates > 1 else 0)
             for g in range(255)] + [(0, 0)]
    yield "golden.user_rows", "U32", [256], struct.pack("<256I", *[pair[0] for pair in pairs])
    yield "golden.candidate_rows", "U32", [256], struct.pack("<256I", *[pair[1] for pair in pairs])
    known = {pair: score(model, *pair) for pair in set(pairs)}
    scores = [known[pair] for pair in pairs]
    yield "golden.scores", "F32", [256], floats(scores)
    if "proof.max_difference" in model.get("metadata", {}):
        # As far away as the file allows, above and below in turn; a quarter is a power of two.
        away = float(model["metadata"]["proof.max_difference"]) * 0.75
        yield "golden.source_scores", "F32", [256], floats([value + away * (-1) ** g for g, value in enumerate(scores)])
    for side in ("user", "candidate"):
        ids = model[f"{side}_ids"]
        if model["vocabulary"] == "u64":
            yield f"{side}_ids", "U64", [len(ids)], struct.pack(f"<{len(ids)}Q", *ids)
        elif model["vocabulary"] == "utf8":
            offsets, text = [0], b""
            for identifier in ids:
                text += identifier.encode()
                offsets.append(len(text))
            yield f"{side}_ids.text", "U8", [len(text)], text
            yield f"{side}_ids.offsets", "U64", [len(offsets)], struct.pack(f"<{len(offsets)}Q", *offsets)


def write(model, path: Path) -> str:
    metadata = {
        "format": "swift-rank/1", "architecture": "two-tower-rating/1", "digest": "0" * 64,
        "user_vocabulary": model["vocabulary"], "candidate_vocabulary": model["vocabulary"],
        "dot_product": "true" if model["dot"] else "false",
        "label_transform": "(rating-1)/4", "prior": "0.625", "claim.test_rmse": "0.25",
    }
    for key in ("batch_size", "data", "data_sha256", "epochs", "preset", "seed", "split", "split_sha256", "version"):
        metadata[f"fingerprint.{key}"] = "unknown"
    metadata.update(model.get("metadata", {}))
    if "activations" in model:
        metadata["architecture"] = "two-tower-rating/2"
        metadata.update(activations=",".join(model["activations"]), output=model["output"])
    header, body = {"__metadata__": dict(sorted(metadata.items()))}, b""
    for name, kind, shape, data in tensors_of(model):
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % 64)
    whole = struct.pack("<Q", len(text)) + text + body
    digest = hashlib.sha256(whole).hexdigest()
    path.write_bytes(whole.replace(b'"digest":"' + b"0" * 64, b'"digest":"' + digest.encode(), 1))
    return digest[:32]


def make(seed, users, candidates, dimensions, hidden, vocabulary="identity", dot=False, biases=False, mean=None):
    generator = random.Random(seed)

    def vector(count):
        return [struct.unpack("<f", struct.pack("<f", generator.uniform(-0.6, 0.6)))[0] for _ in range(count)]

    def matrix(rows, columns):
        return [vector(columns) for _ in range(rows)]

    model = {"vocabulary": vocabulary, "dot": dot, "layers": [],
             "user_embedding": matrix(users, dimensions), "candidate_embedding": matrix(candidates, dimensions)}
    if hidden is not None:
        inputs = 2 * dimensions
        for width in hidden + [1]:
            model["layers"].append((matrix(inputs, width), vector(width)))
            inputs = width
    if biases:
        model["user_bias"], model["candidate_bias"] = vector(users), vector(candidates)
    if mean is not None:
        model["mean"] = mean
    for side, count in (("user", users), ("candidate", candidates)):
        if vocabulary == "identity":
            model[f"{side}_ids"] = list(range(count))
        elif vocabulary == "u64":
            model[f"{side}_ids"] = [0] + [generator.getrandbits(64) for _ in range(count - 1)]
        else:
            model[f"{side}_ids"] = [""] + [f"{side}-ß{row}" for row in range(1, count)]
    return model


def main():
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
    models = {
        "two_hidden": make(1, 4, 6, 3, [5, 4]),
        "every_term": make(2, 3, 7, 18, [17], "u64", dot=True, biases=True, mean=0.5),
        "dot_only": make(3, 3, 5, 20, None, "utf8", dot=True, biases=True),
        "linear": make(4, 3, 4, 2, []),
        "activated": make(5, 3, 4, 3, [4, 17, 5, 3, 4, 3, 5, 4, 3], dot=True, biases=True, mean=0.5),
    }
    models["activated"].update(
        activations=["tanh", "gelu", "leaky_relu(0.2)", "silu", "elu(1.5)", "sigmoid", "gelu_tanh", "linear", "relu6"],
        output="sigmoid", output_scale=[4.0, 1.0],
        metadata={"proof": "source", "proof.source": "exact fractions", "proof.max_difference": "1e-06"})
    expected = {}
    for name, model in models.items():
        identifier = write(model, directory / f"{name}.rank")
        pairs = [(u, c) for u in range(len(model["user_ids"])) for c in range(len(model["candidate_ids"]))]
        expected[name] = {
            "model_id": identifier,
            "vocabulary": model["vocabulary"],
            "user_ids": [str(value) for value in model["user_ids"]],
            "candidate_ids": [str(value) for value in model["candidate_ids"]],
            "score_bits": [struct.unpack("<I", struct.pack("<f", score(model, u, c)))[0] for u, c in pairs],
        }
    (directory / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
