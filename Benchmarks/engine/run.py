"""Scores lists with our kernels and with what people use otherwise, on one core, in interleaved rounds.

    run.py --model FILE --shallow FILE --bench PATH [--rounds N] [--json] [--svg FILE]

Benchmarks/run engine calls it with what it has built. `rank-bench engine` measures our rows and takes its turn in each
round; every peer's scores must agree with ours. Cold rows score lists of 500 after 128 MiB of other memory were
written, as after other work.
"""
import argparse
import json
import os
import subprocess
import sys
import time

# One core for everything: threads would only take turns.
os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import numpy as np  # noqa: E402

import peers  # noqa: E402
from picture import svg  # noqa: E402

import commandline  # noqa: E402  (beside bars, where picture looks)

SIZES = (1, 10, 100, 500, 10_000)
TURN_NS = 4_000_000
COLD_SIZE, COLD_LISTS = 500, 3
HEADLINE = ("ONNX Runtime", "precomputed")


class Ours:
    """rank-bench, a round each time it is told to."""

    def __init__(self, options):
        command = [options.bench, "engine", "--model", options.model, "--shallow", options.shallow,
                   "--rounds", str(options.rounds), "--turns", "stdin", "--json"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def turn(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        if self.process.stdout.readline().strip() != "done":
            sys.exit("error: rank-bench ended before its last round")

    def report(self):
        self.process.stdin.close()
        text = self.process.stdout.read()
        if self.process.wait() != 0:
            sys.exit("error: rank-bench failed")
        return json.loads(text)


class Row:
    def __init__(self, name, score, user, lists, cold=False):
        self.engine, self.plan = name
        self.score, self.user, self.lists, self.cold, self.times = score, user, lists, cold, []
        score(user, lists[0])
        score(user, lists[0])

    def turn(self, other):
        spent = number = 0
        while number < COLD_LISTS if self.cold else spent < TURN_NS:
            if self.cold:
                other += 1
            ids = self.lists[number % len(self.lists)]
            start = time.perf_counter_ns()
            self.score(self.user, ids)
            took = time.perf_counter_ns() - start
            self.times.append(took)
            spent += took
            number += 1

    def found(self, reference):
        p25, median = np.percentile(self.times, [25, 50])
        count = len(self.lists[0])
        return {"engine": self.engine, "shape": reference["shape"], "kernel": "its own", "plan": self.plan,
                "profile": "its own", "cache": "cold" if self.cold else "warm",
                "candidates": count, "ns_p25": float(p25), "ns_median": float(median),
                "candidates_per_s": count * 1e9 / float(p25),
                "share_of_peak": count * reference[self.plan] / float(p25) / reference["peak"]}


def check(name, score, sample):
    wanted = np.array(sample["scores"], np.float32)
    scores = score(np.array([sample["user"]]), np.array(sample["candidates"]))
    error = np.abs(scores - wanted).max()
    if not error <= 1e-5:
        sys.exit(f"error: the scores of {' '.join(name)} are {error} away from ours")


def operations(path):
    """Multiplications and additions of the dense layers for one candidate."""
    layers = peers.layers(peers.graph.tensors(path))
    counts = [2 * kernel.size for kernel, _ in layers]
    return {"plain": sum(counts), "precomputed": sum(counts[1:])}


def measure(options):
    found, missing = peers.all_of(options.model)
    users, items = (peers.graph.tensors(options.model)[f"{side}_embedding"].shape[0] for side in ("user", "candidate"))
    random = np.random.default_rng(42)
    rows = []
    for size in SIZES:
        lists = [random.integers(1, items, size) for _ in range(64)]
        for name, score in found.items():
            rows.append(Row(name, score, random.integers(1, users, 1), lists))
            if size == COLD_SIZE:
                rows.append(Row(name, score, random.integers(1, users, 1), lists, cold=True))
    ours, other = Ours(options), np.zeros(128 << 17)
    for _ in range(options.rounds):
        ours.turn()
        for row in rows:
            row.turn(other)
    report = ours.report()
    sample = report.pop("sample")
    for name, score in found.items():
        check(name, score, sample)
    # More than 16 lanes are integers.
    peak = max(peak for lanes, peak in report["peak_gflops"].items() if int(lanes) <= 16)
    reference = operations(options.model) | {"peak": peak, "shape": report["shape"]}
    report["rows"] += [row.found(reference) for row in rows]
    report["missing"] = missing
    chosen, plan = report["chosen"].split(", ")
    mine = row_of(report, "swift-rank", plan, chosen)
    report["headline"] = {"engine": " ".join(HEADLINE), "candidates": 500, "kernel": chosen, "plan": plan,
                          "times_as_fast": row_of(report, *HEADLINE)["ns_p25"] / mine["ns_p25"]}
    return report


def row_of(report, engine, plan, kernel=None):
    """The row of one engine with warm caches and lists of 500."""
    wanted = {"shape": report["shape"], "engine": engine, "plan": plan, "cache": "warm", "candidates": 500}
    return next(row for row in report["rows"] if wanted.items() <= row.items() and kernel in (None, row["kernel"]))


def table(report):
    """For each model a line for each engine, kernel, plan and cache state: ns of a list by its size."""
    lines = [f"{report['machine']}; {report['date']}; peak of multiply-adds, 10⁹ operations/s "
             "(64 and 32 lanes are integers): " + ", ".join(
                 f"{lanes} lanes {peak:.0f}" for lanes, peak in sorted(report["peak_gflops"].items(), key=lambda at: -int(at[0])))]
    grouped = {}
    for row in report["rows"]:
        width = row["profile"].split("-")[0]
        key = (row["engine"], row["kernel"] + (f" {width}" if width.startswith("int") else ""), row["plan"], row["cache"])
        grouped.setdefault(row["shape"], {}).setdefault(key, {})[row["candidates"]] = row
    for shape, rows in grouped.items():
        lines += ["", shape, "", f"| engine | kernel | plan | cache | {' | '.join(f'{size:,}' for size in SIZES)} | "
                  "candidates/s at 500 | of peak at 500 | over avx512 |",
                  f"|---|---|---|---|{'---:|' * (len(SIZES) + 3)}"]
        for key, sizes in rows.items():
            times = [f"{sizes[size]['ns_p25']:,.0f}" if size in sizes else "" for size in SIZES]
            found = sizes[500]
            share = "" if found["share_of_peak"] is None else f"{found['share_of_peak']:.2f}"
            dense = next((rows[at] for plan in ("factored", "direct")
                          if (at := ("swift-rank", "avx512", plan, key[3])) in rows), None)
            over = "" if dense is None else f"{dense[500]['ns_p25'] / found['ns_p25']:.2f}"
            lines.append(f"| {' | '.join([*key, *times])} | {found['candidates_per_s'] / 1e6:.2f} M | {share} | {over} |")
    headline = report["headline"]
    lines += ["", f"{headline['kernel']}, {headline['plan']}: {headline['times_as_fast']:.2f} times as fast as "
              f"{headline['engine']}, {headline['candidates']} candidates, caches warm"]
    if report["missing"]:
        lines.append(f"not installed, not measured: {', '.join(report['missing'])}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--model", "--shallow", "--bench"):
        parser.add_argument(name, required=True)
    commandline.add_options(parser, rounds=12, drawn="the lists of 500")
    commandline.show(parser.parse_args(), measure, table, svg)


if __name__ == "__main__":
    main()
