"""What others make of the splits of docs/quality.md: means, biases, and SVD, SVD++ and kNN of Surprise.

    python -m venv VENV && VENV/bin/pip install -r Benchmarks/quality/requirements.txt
    VENV/bin/python Benchmarks/quality/baselines.py DIRECTORY [--only NAME] [--splits N ...] [--json]

DIRECTORY holds u.data or a *.inter of MovieLens-100k. The settings are Surprise's own, but for
one SVD, whose 100 epochs, rate and penalty were chosen on the training rows of seed:42 alone (docs/quality.md). RMSE is of predictions as they are, and of those clipped to 1...5,
as Surprise gives them. kNN and SVD++ take
some seconds a split.
"""
import argparse
import json
import time

import numpy as np
from surprise import SVD, BaselineOnly, Dataset, KNNBaseline, Reader, SVDpp

from ratings import SPLITS, ndcg_at_10, read_rows, split

MODELS = {
    "global mean": None,
    "item mean": None,
    "user and item biases": lambda: BaselineOnly(verbose=False),
    "kNN with biases, 40 items": lambda: KNNBaseline(
        k=40, sim_options={"name": "pearson_baseline", "user_based": False}, verbose=False),
    "SVD, as it comes": lambda: SVD(random_state=1),
    "SVD, 128 factors, tuned": lambda: SVD(n_factors=128, n_epochs=100, lr_all=0.005, reg_all=0.12, random_state=1),
    "SVD++, as it comes": lambda: SVDpp(random_state=1),
}


def predict(name, train, test):
    """Predictions of a model that has seen the training rows alone, in stars and unclipped."""
    users, items, stars = train
    if name == "global mean":
        return np.full(len(test[0]), stars.mean())
    if name == "item mean":
        sums, counts = np.bincount(items, stars, 10_000), np.bincount(items, minlength=10_000)
        return np.where(counts > 0, sums / np.maximum(counts, 1), stars.mean())[test[1]]
    data = Dataset.load_from_df(frame(users, items, stars), Reader(rating_scale=(1, 5)))
    model = MODELS[name]()
    model.fit(data.build_full_trainset())
    return np.array([model.predict(user, item, clip=False).est for user, item in zip(test[0], test[1])])


def frame(users, items, stars):
    import pandas

    return pandas.DataFrame({"user": users, "item": items, "stars": stars})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("--only", choices=list(MODELS))
    parser.add_argument("--splits", type=int, nargs="+", default=SPLITS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = read_rows(options.directory)
    results = []
    for name in [options.only] if options.only else MODELS:
        raw, clipped, gain, seconds = [], [], [], []
        for seed in options.splits:
            train, test = ([column[part] for column in rows] for part in split(len(rows[0]), seed))
            start = time.perf_counter()
            predictions = predict(name, train, test)
            seconds.append(time.perf_counter() - start)
            raw.append(np.sqrt(np.mean((predictions - test[2]) ** 2)))
            clipped.append(np.sqrt(np.mean((np.clip(predictions, 1, 5) - test[2]) ** 2)))
            gain.append(ndcg_at_10(test[0], test[2], predictions))
        results.append({"name": name, "rmse": raw, "clipped": clipped, "ndcg@10": gain, "seconds": seconds})
        if options.json:
            print(json.dumps(results[-1]), flush=True)
            continue
        if len(results) == 1:
            heads = "".join(f" seed:{seed} |" for seed in options.splits)
            print(f"| model |{heads} mean ± sd | clipped | NDCG@10 | seconds a split |")
            print("|---|" + "---:|" * (len(options.splits) + 4))
        spread = np.std(raw, ddof=1) if len(raw) > 1 else 0
        print(f"| {name} |" + "".join(f" {value:.4f} |" for value in raw)
              + f" {np.mean(raw):.4f} ± {spread:.4f} | {np.mean(clipped):.4f} | {np.mean(gain):.4f} "
              f"| {np.mean(seconds):.1f} |", flush=True)


if __name__ == "__main__":
    main()
