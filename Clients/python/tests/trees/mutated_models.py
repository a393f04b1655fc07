#!/usr/bin/env python3
"""Files of trees with bytes and numbers changed by lot: each is refused in one line, or has its library's bits.

    mutated_models.py --count 3000 --seed 1

`check(seed, directory)` changes a small model's file in one to four places and converts it. Where it is taken, the
written file is held against what the library predicts from the changed file. Ends with 1 where one is wrong.
"""

import argparse
import collections
import contextlib
import functools
import io
import pathlib
import random
import re
import sys
import tempfile

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

import numpy as np
import tree_models
import tree_walk

from rank_client import convert
from rank_client.conversion.trees import apart
from rank_client.conversion.trees import rows as tree_rows

NUMBERS = ["0", "-0", "1", "-1", "2", "7", "8", "255", "-129", "65536", "2147483648", "4294967296", "1e-35", "-1e-36",
           "1e39", "1e400", "nan", "NaN", "inf", "Infinity", "-inf", "0.5", "1e-46", "3.4028236e38", '""', "true", "[]"]


@functools.lru_cache(maxsize=None)
def sources():
    """(name of a file, content) of small models."""
    categorical = dict(categorical=True, max_cat_to_onehot=1, rounds=3)
    trees = [tree_models.xgboost_model(objective="reg:squarederror", max_depth=3, **categorical),
             tree_models.xgboost_model(objective="binary:logistic", labels=tree_models.binary, max_depth=2, rounds=2)]
    found = [(f"m.{form}", bytes(model.save_raw(form))) for model in trees for form in ("json", "ubj")]
    for settings in (dict(objective="regression", **categorical), dict(objective="binary", labels=tree_models.binary,
                                                                       zero_as_missing=True, rounds=2)):
        model = tree_models.lightgbm_model(num_leaves=6, **settings)
        found.append(("m.txt", model.model_to_string().encode()))
    return found


def changed(lot, name, data):
    """The content with one to four changes; some are to a number, so that the file stays well-formed."""
    for _ in range(lot.randint(1, 4)):
        at = lot.randrange(len(data))
        kind = lot.randrange(8)
        if kind < 4 and not name.endswith("ubj"):
            found = list(re.finditer(rb"-?\d[\d.eE+-]*", data[:at + 4000]))
            spot = lot.choice(found[-200:]) if found else None
            if spot:
                other = lot.choice([*NUMBERS, lot.choice(found).group().decode()])
                data = data[:spot.start()] + other.encode() + data[spot.end():]
        elif kind == 4:
            data = data[:at] + bytes([lot.randrange(256)]) + data[at + 1:]
        elif kind == 5:
            data = data[:at] + data[at + lot.choice([1, 1, 2, 8, 100]):]
        elif kind == 6:
            data = data[:at] + data[at:at + lot.choice([1, 4, 8, 60])] + data[at:]
        else:
            spot = at & ~3
            data = data[:spot] + lot.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xc0\0\0", b"\x7f\xff\xff\xff",
                                             b"\0\0\0\1"]) + data[spot + 4:]
    return data


def check(seed, directory):
    """(what became of it, an error or None)."""
    lot = random.Random(seed)
    name, data = lot.choice(sources())
    data = changed(lot, name, data)
    source, output = pathlib.Path(directory) / name, pathlib.Path(directory) / "out.rank"
    source.write_bytes(data)
    output.unlink(missing_ok=True)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = convert.main([str(source), str(output), "--rounds", "all"])
    if code == 65 and not output.exists() and said.getvalue().count("\n") == 1:
        told = said.getvalue()
        kind = "differs" if "differ in their bits" in told else "library" if "does not take" in told else "refused"
        return f"{name[2:]} {kind}", None if kind != "differs" else told
    if code != 0:
        return "wrong", f"exit code {code}: {said.getvalue()}"
    metadata, tensors = tree_walk.load(output)
    rows = tree_walk.adversarial(tensors, int(metadata["features"]), 200, seed)
    own = tree_walk.margins(metadata, tensors, rows)
    library, rounds = "lightgbm" if name.endswith("txt") else "xgboost", len(tensors["trees.nodes"]) - 1
    found = apart.predict(library, data, rounds, rows)
    same = (tree_walk.bits(own) == tree_walk.bits(found.margins)).all()
    return f"{name[2:]} taken", None if same else "other bits than the library's"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts, wrong = collections.Counter(), 0
    np.seterr(all="ignore")
    tree_rows.MOST_ROWS, tree_rows.MOST_DIRECTED = 300, 100
    with tempfile.TemporaryDirectory() as directory:
        for seed in range(options.seed, options.seed + options.count):
            outcome, error = check(seed, directory)
            counts[outcome] += 1
            if error is not None:
                wrong += 1
                print(f"seed {seed}, {outcome}: {error}", flush=True)
    for outcome, count in sorted(counts.items()):
        print(f"{outcome:16} {count}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
