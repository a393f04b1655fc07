"""Writes movielens.txt: which rows of MovieLens-100k NumPy's shuffle puts into the test set.

Run with NumPy installed:  python3 make_movielens.py DIR/u.data > movielens.txt   (or DIR/ml-100k.inter)
Each line is a seed and the 64-bit FNV-1a sum of the canonical bytes of that test set, so that the split can be
checked without the data, whose licence forbids redistribution.
"""

import struct
import sys

import numpy as np


def fnv1a(data):
    total = 0xCBF29CE484222325
    for byte in data:
        total = ((total ^ byte) * 0x100000001B3) % 2**64
    return total


lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
rows = [tuple(map(int, line.split("\t")[:2])) for line in lines if not line.startswith("user_id")]
for seed in (42, 0, 1, 2, 3):
    order = np.random.default_rng(seed).permutation(len(rows))
    pairs = sorted(rows[row] for row in order[len(rows) * 4 // 5 :])
    body = b"".join(struct.pack("<QQ", *pair) for pair in pairs)
    print(seed, fnv1a(b"rank-split-v1\n" + struct.pack("<Q", len(pairs)) + body))
