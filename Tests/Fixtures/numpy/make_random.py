"""Writes random.txt: what NumPy's default generator yields for given seeds.

Run with NumPy installed:  python3 make_random.py > random.txt
Each line is a kind, its arguments, a colon and the expected numbers.
"""

import numpy as np

SEEDS = [0, 1, 2, 3, 42, 2**32 - 1, 2**32, 0x0123_4567_89AB_CDEF, 2**64 - 1]
LIMITS = [0, 1, 5, 2**16, 2**31, 2**32 - 2, 2**32 - 1, 2**32, 3 * 2**62, 2**64 - 1]


def line(kind, arguments, numbers):
    print(kind, *arguments, ":", *numbers)


for seed in SEEDS:
    line("raw", [seed], np.random.default_rng(seed).bit_generator.random_raw(8))
    # The bits of the doubles, so that nothing depends on how decimals are printed.
    line("unit", [seed], np.random.default_rng(seed).random(4).view(np.uint64))
    for limit in LIMITS:
        # The legacy interface draws bounded integers as the shuffle does, by masking and rejecting.
        legacy = np.random.RandomState(np.random.PCG64(seed))
        draws = legacy.randint(0, limit + 1, size=12, dtype=np.uint64)
        line("integer", [seed, limit], draws)
    for count in [0, 1, 2, 5, 33]:
        line("permutation", [seed, count], np.random.default_rng(seed).permutation(count))
    # A long one as a checksum that depends on every position, modulo 2^64.
    order = np.random.default_rng(seed).permutation(100_000).astype(np.uint64)
    weights = np.arange(1, 100_001, dtype=np.uint64)
    line("checksum", [seed, 100_000], [int((order * weights).sum(dtype=np.uint64))])
