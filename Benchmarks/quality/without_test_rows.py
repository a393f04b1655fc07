"""How well a preset predicts the splits of docs/quality.md when the training cannot see the test rows at all.

    swift build -c release --product rank-train
    python -m venv VENV && VENV/bin/pip install numpy
    VENV/bin/python Benchmarks/quality/without_test_rows.py DIRECTORY [--presets NAME ...] [--splits N ...] [--json]

DIRECTORY holds u.data or a *.inter of MovieLens-100k, with the files of users and items. For each split the test rows
are removed from a copy of it, `rank-train fit --split none` trains on the copy, and `rank-train predict --unknown
fallback` is asked for the test rows' pairs. RMSE is in stars and not clipped.

`--within N` first removes the test rows of seed:N for good, and splits what is left: so is tuned without them.
"""
import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from ratings import SPLITS, ndcg_at_10, ratings_file, read_rows, split


def keep(directory, rows, copy):
    """A copy of a data set with some of its ratings alone, in the order of the file."""
    copy.mkdir()
    path, skip = ratings_file(directory)
    for other in Path(directory).iterdir():
        if other.suffix in (".item", ".user", ".genre"):
            shutil.copy(other, copy)
    lines = path.read_bytes().splitlines(keepends=True)
    kept = lines[:skip] + [lines[skip + row] for row in np.sort(rows)]
    (copy / path.name).write_bytes(b"".join(kept))


def measure(train, preset, directory, seed, scratch):
    """RMSE, NDCG@10 and the model's id for one split."""
    users, items, stars = read_rows(directory)
    training, test = split(len(users), seed)
    model = scratch / "model.safetensors"
    keep(directory, training, scratch / "training")
    fit = subprocess.run(
        [train, "fit", "--data", scratch / "training", "--split", "none", "--preset", preset, "--output", model,
         "--json"], check=True, stdout=subprocess.PIPE)
    pairs = "".join(f"{users[row]},{items[row]}\n" for row in test)
    predicted = subprocess.run(
        [train, "predict", "--model", model, "--input", "-", "--unknown", "fallback"],
        check=True, input=pairs, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    scores = np.array([float(line.rsplit(",", 1)[1]) for line in predicted])
    return {"split": seed, "rmse_stars": float(np.sqrt(np.mean((1 + 4 * scores - stars[test]) ** 2))),
            "ndcg@10": ndcg_at_10(users[test], stars[test], scores), "model_id": json.loads(fit.stdout)["model_id"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("--presets", nargs="+", default=["map-fm", "best", "distilled"])
    parser.add_argument("--splits", type=int, nargs="+", default=SPLITS)
    parser.add_argument("--within", type=int, help="split the training rows of this split alone")
    parser.add_argument("--train", default=".build/release/rank-train", help="the command rank-train")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    report = {}
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(options.directory)
        if options.within is not None:
            rows = len(read_rows(directory)[0])
            keep(directory, split(rows, options.within)[0], Path(scratch) / "within")
            directory = Path(scratch) / "within"
        for preset in options.presets:
            report[preset] = []
            for seed in options.splits:
                place = Path(scratch) / f"{preset}-{seed}"
                place.mkdir()
                report[preset].append(measure(options.train, preset, directory, seed, place))
    if options.json:
        print(json.dumps(report, indent=1))
        return
    print("| model, stars |" + "".join(f" seed:{seed} |" for seed in options.splits) + " mean ± sd | NDCG@10 |")
    print("|---|" + "---:|" * (len(options.splits) + 2))
    for preset, rows in report.items():
        stars = [row["rmse_stars"] for row in rows]
        spread = np.std(stars, ddof=1) if len(stars) > 1 else 0
        print(f"| {preset} |" + "".join(f" {value:.4f} |" for value in stars)
              + f" {np.mean(stars):.4f} ± {spread:.4f} | {np.mean([row['ndcg@10'] for row in rows]):.4f} |")


if __name__ == "__main__":
    main()
