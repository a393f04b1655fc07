"""Writes a model of biases and dot product with an invented catalogue: items drawn from a normal distribution with the
covariance of another model's items, or, with --without-structure, users and items from independent normal numbers.

Needs NumPy. Ids are numbers from 1 on."""
import argparse
import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "Tests" / "Fixtures" / "model"))
from make_models import score

PART = 1 << 18


def read(path):
    data = Path(path).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    body = memoryview(data)[8 + length:]
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(body[start:end], "<f4").reshape(entry["shape"])
    return header["__metadata__"], tensors


def rows_of(kind, tensors, items, seed):
    """A function from a range of rows to their embeddings and biases."""
    table, bias = tensors["candidate_embedding"][1:], tensors["candidate_bias"][1:]
    both = np.column_stack([table, bias]).astype(np.float64)
    width = table.shape[1]
    deviation = table.std()

    def rows(start, end):
        generator = np.random.default_rng([seed, start])
        count = end - start
        if kind == "normal":
            drawn = generator.multivariate_normal(both.mean(0), np.cov(both.T), count, method="cholesky")
        else:
            drawn = generator.normal(0, deviation, (count, width + 1))
        drawn = drawn.astype("<f4")
        drawn[np.abs(drawn) < 1e-37] = 0
        return np.ascontiguousarray(drawn[:, :width]), np.ascontiguousarray(drawn[:, width])

    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="a model of biases and dot product")
    parser.add_argument("output")
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--without-structure", action="store_true")
    options = parser.parse_args()
    metadata, tensors = read(options.model)
    kind = "independent" if options.without_structure else "normal"
    users = np.array(tensors["user_embedding"])
    if kind == "independent":
        users = np.random.default_rng(1).normal(0, users.std(), users.shape).astype("<f4")
    rows = rows_of(kind, tensors, options.items + 1, 2)
    parts = [(start, min(start + PART, options.items + 1)) for start in range(0, options.items + 1, PART)]
    width = users.shape[1]
    pairs = [(1 + g * 7919 % (len(users) - 1), 1 + g * 104729 % options.items) for g in range(255)] + [(0, 0)]
    wanted = {item for _, item in pairs}
    golden, biases = {}, []
    for start, end in parts:
        table, bias = rows(start, end)
        biases.append(bias)
        golden.update({item: table[item - start].tolist() for item in wanted if start <= item < end})
    bias = np.concatenate(biases)
    mean = float(tensors["mean"][0])
    small = {"dot": True, "layers": [], "mean": mean, "user_embedding": users.tolist(), "candidate_embedding": golden,
             "user_bias": tensors["user_bias"].tolist(), "candidate_bias": {item: float(bias[item]) for item in wanted}}
    scores = [score(small, user, item) for user, item in pairs]
    shapes = [("user_embedding", "F32", users.shape), ("candidate_embedding", "F32", (options.items + 1, width)),
              ("user_bias", "F32", (len(users),)), ("candidate_bias", "F32", (options.items + 1,)),
              ("mean", "F32", (1,)), ("golden.user_rows", "U32", (256,)), ("golden.candidate_rows", "U32", (256,)),
              ("golden.scores", "F32", (256,))]
    left_out = ("claim.", "fingerprint.refit", "fingerprint.tested", "proof")
    kept = {key: metadata[key] for key in metadata if not key.startswith(left_out)}
    kept.update({"digest": "0" * 64, "claim.test_rmse": "0.25", "user_vocabulary": "identity",
                 "candidate_vocabulary": "identity",
                 "fingerprint.data": f"synthetic catalogue of {options.items} items, {kind}"})
    header, at = {"__metadata__": dict(sorted(kept.items()))}, 0
    for name, dtype, shape in shapes:
        size = 4 * int(np.prod(shape))
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % 64)
    head = struct.pack("<Q", len(text)) + text
    digest = hashlib.sha256()
    with open(options.output, "wb") as file:
        def write(data):
            digest.update(data)
            file.write(data)
        write(head)
        write(users.astype("<f4").tobytes())
        for start, end in parts:
            write(rows(start, end)[0].tobytes())
        write(tensors["user_bias"].astype("<f4").tobytes())
        write(bias.astype("<f4").tobytes())
        write(struct.pack("<f", mean))
        write(struct.pack("<256I", *[user for user, _ in pairs]))
        write(struct.pack("<256I", *[item for _, item in pairs]))
        write(struct.pack("<256f", *scores))
        file.seek(0)
        file.write(head.replace(b'"digest":"' + b"0" * 64, b'"digest":"' + digest.hexdigest().encode(), 1))


if __name__ == "__main__":
    main()
