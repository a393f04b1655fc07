"""Scores lists by ensembles of trees with our kernels and with other engines, on one core, the engines in turn.

    run.py [--models NAME...] [--without ENGINE...] [--mixed] [--rows lists|strangers] [--rounds N] [--keep DIR]
           [--core N] [--json] [--svg FILE]

Benchmarks/run trees calls it. An engine's turn is a window of calls, each with the next list, behind one that is not
counted: it has its caches as in a service of its own. `--mixed` adds our best kernel and the library call by call in
turn, where each evicts the other's tables. Times are CPU time of the one thread; all but ONNX Runtime are called in C.
"""
import argparse
import contextlib
import importlib.metadata
import io
import json
import os
import pathlib
import sys
import tempfile
import time

# One core for everything: threads would only take turns.
os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})

import numpy as np  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CLIENT = HERE.parents[1] / "Clients" / "python"
sys.path += [str(CLIENT), str(CLIENT / "tests" / "trees")]
import calls  # noqa: E402
import invented  # noqa: E402
import models  # noqa: E402
import peers  # noqa: E402
import picture  # noqa: E402
import prove_models  # noqa: E402
import tree_kernels  # noqa: E402
import tree_walk  # noqa: E402

import commandline  # noqa: E402, beside bars, where picture looks

# Candidates: (lists, calls of a window). Few lists would let the libraries' branches be predicted.
SIZES = {1: (2_000, 500), 10: (200, 200), 100: (20, 50), 500: (4, 50), 10_000: (1, 3)}
PROVED_ROWS = 1_000
OURS = "swift-rank"


class Row:
    """An engine, its lists, and its times."""

    def __init__(self, call, model, engine, candidates, kernel="its own", once=False):
        self.call, self.times, self.mixed = call, [], []
        self.key = {"model": model, "engine": engine, "kernel": kernel, "query_once": once, "candidates": candidates}
        self.bits_equal = False

    def compare(self, expected):
        wanted, size = tree_walk.bits(expected), self.key["candidates"]
        found = [self.call.score(index).astype(expected.dtype, copy=True) for index in range(self.call.count)]
        self.bits_equal = bool((tree_walk.bits(np.concatenate(found)) == wanted[:self.call.count * size]).all())

    def turn(self, number):
        count = SIZES[self.key["candidates"]][1]
        self.times.append(self.call.window(number * count, count))

    def found(self):
        for turns, times in (("windows", self.times), ("mixed", self.mixed)):
            if times:
                p25, median = np.percentile(times, [25, 50])
                yield self.key | {"turns": turns, "ns_p25": float(p25), "ns_median": float(median),
                                  "bits_equal": self.bits_equal}


def log(text):
    print(text, file=sys.stderr, flush=True)


def engines(options, turns, name, directory, missing):
    """The flat file of a model, its Booster, the library's engine and those of peers."""
    path = directory / f"{name}.{models.form(name)}"
    log(f"{name}: training, conversion")
    booster = models.booster(name, path)
    with contextlib.redirect_stdout(io.StringIO()):
        wrong, *_ = prove_models.prove(name, models.form(name), booster, PROVED_ROWS, directory)
    if wrong:
        sys.exit(f"error: {name}: {wrong} rows of the converted model differ from the library's")
    library = calls.XGBoost if name.startswith("xgboost") else calls.LightGBM
    found = [library(turns, path)]
    for peer in peers.ALL.values():
        if peer.name in options.without or peer is peers.Lleaves and library is calls.XGBoost:
            continue
        start = time.monotonic()
        try:
            found.append(peer(turns, path, *tree_walk.load(directory / f"{name}.rank")))
        except Exception as error:
            missing[f"{peer.name}, {name}"] = f"{type(error).__name__}: {error}".splitlines()[0]
        log(f"{name}: {peer.name} made in {time.monotonic() - start:.0f} s")
    return directory / f"{name}.flat", booster, found


def rows_of(options, turns, name, directory, missing):
    """[rows] for each size, the library's one first, ours of the best kernel behind it."""
    flat, booster, others = engines(options, turns, name, directory, missing)
    world, kernels = invented.World(), turns.kernels()
    ensembles = {kernel: turns.ensemble(flat, kernel) for kernel in kernels}
    best = next(iter(kernels))
    once = turns.ensemble(flat, best, invented.USER)
    is_double = others[0].is_double
    for size, (count, _) in SIZES.items():
        lists = world.lists(size, count, seed=size, is_mixed=options.rows == "strangers")
        expected = prove_models.predicted(booster, models.form(name), lists)[0]
        rows = [Row(others[0].call(lists, size), name, others[0].name, size)]
        for kernel, ensemble in ensembles.items():
            call = calls.Call(turns, lists, size, is_double, kind=calls.KERNEL, handle=ensemble)
            rows.append(Row(call, name, OURS, size, kernel))
        if options.rows == "lists":
            call = calls.Call(turns, lists[:, invented.USER:], size, is_double, kind=calls.KERNEL, handle=once,
                              query=lists[::size, :invented.USER])
            rows.append(Row(call, name, OURS, size, best, once=True))
        rows += [Row(other.call(lists, size), name, other.name, size) for other in others[1:]]
        for row in rows:
            row.compare(expected)
            if row.key["engine"] in (OURS, others[0].name) and not row.bits_equal:
                sys.exit(f"error: {row.key}: the scores are not the library's")
        yield rows


def measure(options):
    os.sched_setaffinity(0, {options.core})
    load, start, missing, found = os.getloadavg()[0], time.monotonic(), {}, []
    with tempfile.TemporaryDirectory() as temporary:
        directory = options.keep or pathlib.Path(temporary)
        directory.mkdir(parents=True, exist_ok=True)
        turns = calls.Turns(tree_kernels.build(temporary, HERE / "turns.c", ["-fPIC", "-shared"]))
        for name in options.models:
            for rows in rows_of(options, turns, name, directory, missing):
                for number in range(options.rounds):
                    for row in rows[number % len(rows):] + rows[:number % len(rows)]:
                        row.turn(number)
                    if options.mixed:
                        count = SIZES[rows[0].key["candidates"]][1]
                        theirs, ours = rows[0].call.mixed(rows[1].call, number * count, count)
                        rows[0].mixed += theirs.tolist()
                        rows[1].mixed += ours.tolist()
                found += [one for row in rows for one in row.found()]
            log(f"{name}: measured, {time.monotonic() - start:.0f} s so far")
        return {"machine": machine(), "date": time.strftime("%Y-%m-%d"), "load_average": [load, os.getloadavg()[0]],
                "rounds": options.rounds, "lists_of": options.rows, "clock_ns": turns.library.turns_clock(),
                "versions": versions(), "missing": missing, "rows": found}


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        name = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown CPU")
    return f"{name}, {os.cpu_count()} cores, pinned to one"


def versions():
    found = {}
    for package in ("xgboost-cpu", "xgboost", "lightgbm", *peers.ALL):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found


def table(report):
    """A table for each kind of turns: microseconds of a list by its size, and the library's time over it."""
    lines = [f"{report['machine']}; {report['date']}; load average {report['load_average'][0]:.1f} before, "
             f"{report['load_average'][1]:.1f} after; " + ", ".join(f"{k} {v}" for k, v in report["versions"].items()),
             f"microseconds of a list, in brackets the library's own over it; reading the clock takes "
             f"{report['clock_ns'] / 1e3:.2f}, which calls in turn include and windows do not"]
    for turns, title in (("windows", "Windows of calls in turn"), ("mixed", "Call by call in turn")):
        rows = [row for row in report["rows"] if row["turns"] == turns]
        if not rows:
            continue
        heads = " | ".join(f"{size:,}" for size in SIZES)
        lines += ["", title, "", f"| model | engine | kernel | {heads} | bits equal |",
                  "|---|---|---|" + "---:|" * len(SIZES) + "---|"]
        grouped, library = {}, {}
        for row in rows:
            kernel = row["kernel"] + (", query once" if row["query_once"] else "")
            grouped.setdefault((row["model"], row["engine"], kernel), {})[row["candidates"]] = row
            # The library's row is the first one of a model.
            library.setdefault((row["model"], row["candidates"]), row["ns_p25"])
        for key, sizes in grouped.items():
            cells = [f"{row['ns_p25'] / 1e3:,.1f}" for row in sizes.values()]
            if not key[1].endswith("-c"):
                cells = [f"{cell} ({library[key[0], size] / row['ns_p25']:.1f})"
                         for cell, (size, row) in zip(cells, sizes.items(), strict=True)]
            equal = "yes" if all(row["bits_equal"] for row in sizes.values()) else "no"
            lines.append(f"| {' | '.join([*key, *cells])} | {equal} |")
    lines += [f"left out: {what}: {why}" for what, why in report["missing"].items()]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", nargs="+", choices=models.MODELS, default=list(models.MODELS), metavar="NAME")
    parser.add_argument("--without", nargs="+", choices=peers.ALL, default=[], metavar="ENGINE")
    parser.add_argument("--mixed", action="store_true", help="also call by call in turn with the library")
    parser.add_argument("--rows", choices=("lists", "strangers"), default="lists",
                        help="a list's rows share their user, or each has its own")
    parser.add_argument("--keep", type=pathlib.Path, help="where models are kept, and taken from in the next run")
    commandline.add_options(parser, rounds=12, drawn="the lists of 500")
    options = parser.parse_args()
    # What libraries print on the way goes to standard error: the report is alone on the output.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as output:
        os.dup2(2, 1)
        report = measure(options)
        if options.svg:
            commandline.write(options.svg, picture.svg(report))
        print(json.dumps(report, indent=2) if options.json else table(report), file=output)


if __name__ == "__main__":
    main()
