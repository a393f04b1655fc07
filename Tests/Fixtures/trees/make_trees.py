#!/usr/bin/env python3
"""Writes the ensembles of this directory and expected.json, from model-file.md and numerics.md of docs/reference alone.

Shares nothing with the package: trees are dictionaries, walked one row and one tree at a time. Needs NumPy.
Usage: make_trees.py [DIRECTORY]

expected.json has for each file rows of features (hex of float32 bits) with the bits of their margins and scores, among
them thresholds and their neighbours, missing values, infinities, zeros of both signs and categories beyond every set.
"""
import hashlib
import json
import math
import struct
import sys
from pathlib import Path

import numpy as np

CATEGORICAL, MISSING_RIGHT, ZERO_IS_MISSING, NEVER, LISTED_LEFT, NEGATIVE_FRACTION = 1, 2, 4, 8, 16, 32
TINY = np.float32(1e-35)


def goes_right(node, x):
    flags = node["flags"]
    if np.isnan(x) or (flags & ZERO_IS_MISSING and abs(x) <= TINY):
        return bool(flags & MISSING_RIGHT)
    if not flags & CATEGORICAL:
        return not flags & NEVER and bool(x >= node["threshold"])
    if math.isinf(x):
        listed = False
    elif x < 0:
        listed = bool(flags & NEGATIVE_FRACTION) and x > -1 and 0 in node["set"]
    else:
        listed = int(x) in node["set"]
    return listed != bool(flags & LISTED_LEFT)


def leaf_of(tree, row):
    while isinstance(tree, dict):
        tree = tree["right"] if goes_right(tree, row[tree["feature"]]) else tree["left"]
    return tree


def margin(model, row):
    total = model["type"](model["base"])
    for tree in model["trees"]:
        total = model["type"](total + leaf_of(tree, row))
    return total


def score(model, total):
    output = model.get("output")
    if output is None:
        return np.float32(total)
    if output == "exp":
        return np.float32(math.exp(total))
    sigmoid = float(output[len("logistic("):-1])
    return np.float32(1 / (1 + math.exp(-sigmoid * float(total))))


# The file


def flattened(tree):
    """Nodes in breadth-first order with children as numbers, and leaves in the order of their discovery."""
    if not isinstance(tree, dict):
        return [], [tree]
    nodes, leaves, order = [], [], [tree]
    for node in order:
        children = []
        for child in (node["left"], node["right"]):
            if isinstance(child, dict):
                order.append(child)
                children.append(len(order) - 1)
            else:
                leaves.append(child)
                children.append(~(len(leaves) - 1))
        nodes.append((node, children))
    return nodes, leaves


def arrays(model):
    nodes, leaves, first_node, first_leaf, sets = [], [], [0], [0], []
    for tree in model["trees"]:
        own_nodes, own_leaves = flattened(tree)
        nodes += own_nodes
        leaves += own_leaves
        first_node.append(len(nodes))
        first_leaf.append(len(leaves))
    numbers = []
    for node, _ in nodes:
        if node["flags"] & CATEGORICAL:
            if node["set"] not in sets:
                sets.append(node["set"])
            numbers.append(sets.index(node["set"]))
        else:
            numbers.append(0)
    found = {
        "trees.nodes": np.array(first_node, "<u4"), "trees.leaves": np.array(first_leaf, "<u4"),
        "nodes.feature": np.array([n["feature"] for n, _ in nodes], "<u4"),
        "nodes.threshold": np.array([n["threshold"] for n, _ in nodes], "<f4"),
        "nodes.flags": np.array([n["flags"] for n, _ in nodes], "u1"),
        "nodes.left": np.array([c[0] for _, c in nodes], "<i4"),
        "nodes.right": np.array([c[1] for _, c in nodes], "<i4"),
        "leaves.value": np.array(leaves, model["type"]), "base": np.array([model["base"]], model["type"]),
    }
    if sets:
        words = [np.zeros(max(s) // 32 + 1, "<u4") for s in sets]
        for bits, listed in zip(words, sets):
            for category in listed:
                bits[category // 32] |= np.uint32(1 << category % 32)
        found["nodes.set"] = np.array(numbers, "<u4")
        found["sets.offsets"] = np.array([0, *np.cumsum([len(w) for w in words])], "<u4")
        found["sets.words"] = np.concatenate(words)
    if "names" in model:
        text = [name.encode() for name in model["names"]]
        found["features.names.text"] = np.frombuffer(b"".join(text), "u1")
        found["features.names.offsets"] = np.array([0, *np.cumsum([len(t) for t in text])], "<u8")
    return found


TYPES = {"<f4": "F32", "<f8": "F64", "<u4": "U32", "<i4": "I32", "|u1": "U8", "<u8": "U64"}


def write(path, metadata, tensors):
    """A safetensors file with sorted keys, the digest read as zeros, and the header padded to a multiple of 64."""
    body, entries = b"", {}
    for name, array in sorted(tensors.items(), key=lambda item: (-item[1].dtype.itemsize, item[0])):
        data = array.tobytes()
        entries[name] = {"dtype": TYPES[array.dtype.str], "shape": list(array.shape),
                         "data_offsets": [len(body), len(body) + len(data)]}
        body += data
    metadata = {**metadata, "digest": "0" * 64}
    header = json.dumps({"__metadata__": dict(sorted(metadata.items())), **entries}, separators=(",", ":"),
                        ensure_ascii=False).encode()
    header += b" " * (-(8 + len(header)) % 64)
    whole = struct.pack("<Q", len(header)) + header + body
    digest = hashlib.sha256(whole).hexdigest().encode()
    path.write_bytes(whole.replace(b'"digest":"' + b"0" * 64, b'"digest":"' + digest, 1))


# The models


def node(feature, threshold=0.0, left=None, right=None, flags=0, listed=None):
    return {"feature": feature, "threshold": np.float32(threshold), "left": left, "right": right, "flags": flags,
            "set": listed}


def grown(random, depth, features, leaf, categorical):
    """A random tree, of a leaf alone now and then."""
    if depth == 0 or random.random() < 0.15:
        return leaf()
    left, right = (grown(random, depth - 1, features, leaf, categorical) for _ in range(2))
    feature = int(random.integers(features))
    flags = MISSING_RIGHT if random.random() < 0.5 else 0
    if feature in categorical:
        listed = frozenset(int(c) for c in random.choice(70, size=random.integers(1, 9), replace=False))
        for flag in (LISTED_LEFT, NEGATIVE_FRACTION):
            flags |= flag if random.random() < 0.5 else 0
        return node(feature, 0.0, left, right, flags | CATEGORICAL, listed)
    if random.random() < 0.1:
        return node(feature, 0.0, left, right, flags | NEVER)
    flags |= ZERO_IS_MISSING if random.random() < 0.2 else 0
    threshold = random.choice([0.0, -0.0, 1e-35, 1e-45, math.inf, -math.inf, *random.normal(size=12)])
    return node(feature, threshold, left, right, flags)


def models():
    random = np.random.default_rng(42)
    yield "margins", {
        "type": np.float32, "base": np.float32(-8.7e-10), "width": 6, "missing": True, "ids": "u64", "query": [0, 3],
        "objective": "rank:ndcg",
        "trees": [np.float32(0.25), *(grown(random, 6, 6, lambda: np.float32(random.normal()), ()) for _ in range(20)),
                  node(5, 0.5, np.float32(-0.0), np.float32(1e-45), MISSING_RIGHT)],
    }
    yield "doubles", {
        "type": np.float64, "base": 0.0, "width": 4, "missing": True, "ids": "utf8", "query": [], "objective": "binary",
        "output": "logistic(0.7)", "names": ["age", "genre", "gewicht in \u00b5g", "country"],
        "trees": [grown(random, 5, 4, lambda: float(random.normal() / 8), (1, 3)) for _ in range(24)],
    }
    yield "present", {
        "type": np.float32, "base": np.float32(0.5), "width": 2, "missing": False, "ids": "u64", "query": [1],
        "objective": "", "output": "exp",
        "trees": [grown(random, 3, 2, lambda: np.float32(random.normal() / 4), ()) for _ in range(5)],
    }


def thresholds(tree):
    if isinstance(tree, dict):
        if not tree["flags"] & (CATEGORICAL | NEVER):
            yield tree["threshold"]
        yield from thresholds(tree["left"])
        yield from thresholds(tree["right"])


def drawn_rows(random, model, count):
    near = []
    for value in {float(t) for tree in model["trees"] for t in thresholds(tree)}:
        value = np.float32(value)
        near += [value, np.nextafter(value, np.float32(-np.inf)), np.nextafter(value, np.float32(np.inf))]
    special = [0.0, -0.0, 1e-35, -1e-35, 1e-45, 3.4e38, math.inf, -math.inf, -0.5, -1.0, 2.0**24, 2.0**31, 33.5, 69.0]
    rows = np.empty((count, model["width"]), "<f4")
    for index in np.ndindex(rows.shape):
        kind = random.random()
        value = random.choice(near) if kind < 0.4 and near else random.choice(special) if kind < 0.6 else \
            random.integers(72) if kind < 0.8 else random.normal()
        rows[index] = np.nan if model["missing"] and random.random() < 0.1 else value
    return rows


def main(directory):
    random = np.random.default_rng(7)
    expected = {}
    with np.errstate(all="ignore"):
        for name, model in models():
            rows = drawn_rows(random, model, 120)
            margins = np.array([margin(model, row) for row in rows], model["type"])
            scores = np.array([score(model, m) for m in margins], "<f4")
            goldens = 40
            metadata = {
                "format": "swift-rank/1", "architecture": "tree-ensemble/1", "label_transform": "none",
                "prior": "0.125",
                "proof": "source", "proof.source": "make_trees.py", "proof.max_difference": "0",
                "sum": "float64" if model["type"] is np.float64 else "float32", "objective": model["objective"],
                "missing": "true" if model["missing"] else "false", "ids": model["ids"],
                "features": str(model["width"]),
            }
            if model["query"]:
                metadata["query_columns"] = ",".join(map(str, model["query"]))
            if "output" in model:
                metadata["output"] = model["output"]
            write(directory / f"{name}.rank", metadata, {
                **arrays(model), "golden.rows": rows[:goldens].copy(), "golden.scores": scores[:goldens].copy(),
                "golden.source_scores": margins[:goldens].copy(),
            })
            expected[name] = {"rows": rows.tobytes().hex(), "scores": scores.tobytes().hex()}
    text = json.dumps(expected, indent=1) + "\n"
    (directory / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
