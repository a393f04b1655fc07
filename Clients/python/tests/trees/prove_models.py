#!/usr/bin/env python3
"""Converts every model of tree_models.py, and compares the written files with the libraries on many rows each.

    prove_models.py --rows 100000 --rounds 60 [--kernels] [--keep DIRECTORY]

The walk is that of tree_walk.py, rows are its adversarial ones: thresholds and their neighbours, missing and infinite
values, ±0, subnormals, odd categories. `--kernels` compiles those of Sources/CRankKernels and holds every one that
this CPU has against the libraries' margins, too. `--keep` leaves model files, rows, margins and outputs. Ends with 1
where a bit differs.
"""

import argparse
import contextlib
import io
import pathlib
import subprocess
import sys
import tempfile
import time

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

import numpy as np
import tree_kernels
import tree_models
import tree_walk

from rank_client import convert


def models(rounds):
    """(name, file's form, Booster) of each, with more rounds than tests take; those that name theirs keep them."""
    for name, settings in tree_models.XGBOOST.items():
        yield f"xgboost-{name}", "ubj", tree_models.xgboost_model(**{"rounds": rounds, "max_depth": 6, **settings})
    for name, settings in tree_models.LIGHTGBM.items():
        yield f"lightgbm-{name}", "txt", tree_models.lightgbm_model(**{"rounds": rounds, "num_leaves": 31, **settings})


def predicted(model, form, rows):
    if form == "txt":
        return model.predict(rows, raw_score=True, num_threads=1), model.predict(rows, num_threads=1)
    return [model.inplace_predict(rows, predict_type=kind, validate_features=False) for kind in ("margin", "value")]


def prove(name, form, model, count, directory):
    """How many rows of how many differ in margins or outputs, and the trees; the conversion must be taken."""
    source, output = directory / f"{name}.{form}", directory / f"{name}.rank"
    model.save_model(str(source))
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = convert.main([str(source), str(output), "--rounds", "all"])
    if code != 0:
        raise SystemExit(f"{name}: {said.getvalue()}")
    metadata, tensors = tree_walk.load(output)
    rows = tree_walk.adversarial(tensors, int(metadata["features"]), count, 1)
    margins, outputs = predicted(model, form, rows)
    own = tree_walk.margins(metadata, tensors, rows)
    wrong = tree_walk.bits(own) != tree_walk.bits(margins)
    wrong |= tree_walk.bits(tree_walk.scores(metadata, own)) != tree_walk.bits(outputs)
    for kind, values in (("rows", rows), ("margins", margins), ("outputs", outputs)):
        np.save(directory / f"{name}.{kind}.npy", values)
    tree_kernels.write(directory / f"{name}.flat", metadata, tensors, rows, margins)
    return int(wrong.sum()), len(tensors["trees.nodes"]) - 1, len(set(own.tolist()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--kernels", action="store_true")
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    failed, program = 0, None
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep or pathlib.Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        for name, form, model in models(options.rounds):
            start = time.monotonic()
            wrong, trees, different = prove(name, form, model, options.rows, directory)
            failed += wrong > 0
            print(f"{name:34} {trees:4} trees  {options.rows} rows  {different:6} margins  {wrong} differ  "
                  f"{time.monotonic() - start:5.1f} s", flush=True)
            if options.kernels:
                program = program or tree_kernels.build(temporary)
                failed += subprocess.run([program, directory / f"{name}.flat"], check=False).returncode != 0
    print(f"{failed} models differ" if failed else "every bit is the library's")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
