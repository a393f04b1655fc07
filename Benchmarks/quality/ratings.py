"""Ratings of MovieLens-100k as the scripts beside this one read them, their splits, and how a ranking is judged."""
from pathlib import Path

import numpy as np

SPLITS = [42, 0, 1, 2, 3]


def ratings_file(directory):
    """The file of the ratings, u.data or a *.inter, and how many lines its header has."""
    path = Path(directory) / "u.data"
    return (path, 0) if path.exists() else (next(Path(directory).glob("*.inter")), 1)


def read_rows(directory):
    """Users, items and stars in the order of the file."""
    path, skip = ratings_file(directory)
    rows = np.loadtxt(path, delimiter="\t", skiprows=skip, usecols=(0, 1, 2))
    return rows[:, 0].astype(int), rows[:, 1].astype(int), rows[:, 2]


def split(count, seed):
    """The rows that train and those that test, as `--split seed:N` of rank-train has them."""
    order = np.random.default_rng(seed).permutation(count)
    cut = len(order) * 4 // 5
    return order[:cut], order[cut:]


def ndcg_at_10(users, stars, scores):
    """A mean over users; items of equal score share their places, each with the mean of their gains."""
    discounts = 1 / np.log2(np.arange(2, 12))
    total, count = 0.0, 0
    for user in np.unique(users):
        mine = users == user
        gains, ranks = stars[mine], scores[mine].astype(np.float32)
        order = np.argsort(-ranks, kind="stable")
        gains, ranks = gains[order], ranks[order]
        shared = gains.copy()
        for value in np.unique(ranks):
            shared[ranks == value] = gains[ranks == value].mean()
        best = np.sort(gains)[::-1]
        cut = min(10, len(gains))
        total += (shared[:cut] * discounts[:cut]).sum() / (best[:cut] * discounts[:cut]).sum()
        count += 1
    return total / count
