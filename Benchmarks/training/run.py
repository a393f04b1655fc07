"""Trains on one core with rank-train and with what people use otherwise, in turns.

    run.py --train PATH --data DIRECTORY [--torch-python PATH] [--myfm-python PATH] [--surprise-python PATH]
           [--rounds N] [--json] [--svg FILE]

Benchmarks/run training calls it with what it has built. In each round every peer is a process of its own, whose first
training ends its cold start and whose second is warm. A peer whose library is not there is left out and named.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

# One core for everything: threads would only take turns. The kernels and the block sizes of OpenBLAS are its own choice.
os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["KERAS_BACKEND"] = "jax"
for forced in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(forced, None)

import numpy as np  # noqa: E402

from picture import svg  # noqa: E402

import commandline  # noqa: E402  (beside bars, where picture looks)

HERE = pathlib.Path(__file__).resolve().parent
SPLIT = 42
# Of each group: its title, what its error is, our preset and what it learns from, and the peers: a name, what they
# learn from, the kind that peer.py knows them by, and the packages whose versions count.
GROUPS = {
    "tutorial": ("The tutorial, 5 epochs", "loss of the last epoch", ("tutorial", "ids"), [
        ("JAX lax.scan", "ids", "scan", ["jax"]), ("Keras + JAX", "ids", "keras", ["keras", "jax"]),
        ("PyTorch", "ids", "torch", ["torch"])]),
    "factorisation": ("A factorisation, 32 factors", "test RMSE, stars",
                      ("map-fm", "ids, histories, columns; 10 sweeps"), [
                          ("myFM, ids", "ids; 30 sweeps", "myfm", ["myfm"]),
                          ("myFM, histories", "ids, histories; 30 sweeps", "myfm-history", ["myfm"]),
                          ("Surprise SVD", "ids; 20 epochs", "svd", ["surprise"])]),
}
PROBE = """import importlib, importlib.metadata, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    print(importlib.metadata.version({"surprise": "scikit-surprise"}.get(name, name)))"""


class Peer:
    def __init__(self, name, features, kind, packages, python, data):
        self.features, self.command = features, [python, HERE / "peer.py", kind, data]
        self.warm, self.cold, self.error = [], [], None
        found = subprocess.run([python, "-c", PROBE, *packages], capture_output=True, text=True) if python else None
        self.there = found is not None and found.returncode == 0
        self.versions = dict(zip(packages, found.stdout.split())) if self.there else {}
        self.name = name

    def turn(self):
        start = time.perf_counter()
        process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   text=True)
        self.train(process)
        self.cold.append(self.ended - start)
        self.warm.append(self.train(process))
        process.stdin.close()
        process.wait(30)

    def train(self, process):
        process.stdin.write("\n")
        process.stdin.flush()
        seconds = process.stdout.readline()
        self.ended = time.perf_counter()
        error = process.stdout.readline()
        if not error:
            sys.exit(f"error: {self.name} ended without an answer")
        # Everything is seeded, so another error would mean that something was left over from the training before.
        if self.error not in (None, float(error)):
            sys.exit(f"error: {self.name} trained to {float(error)}, and to {self.error} before")
        self.error = float(error)
        return float(seconds)


class Ours:
    versions = {}

    def __init__(self, preset, features, train, part, data, model):
        self.name, self.features, self.warm, self.cold = f"rank-train {preset}", features, [], []
        self.command = [train, "fit", "--preset", preset, "--no-refit", "--output", model, "--json"]
        self.part = part
        # What it errs on the test rows is no part of the timed trainings, which do without those rows.
        self.error = None if preset == "tutorial" else self.fit(data, f"seed:{SPLIT}")["test"]["rmse_stars"]

    def fit(self, data, split):
        command = [*self.command, "--data", data, "--split", split]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    def turn(self):
        start = time.perf_counter()
        report = self.fit(self.part, "none")
        self.cold.append(time.perf_counter() - start)
        self.warm.append(report["seconds"])
        if "epochs" in report:
            self.error = report["epochs"][-1]["loss"]


def copy_training_part(data, directory):
    """Copies a data set without the test rows of seed:42, so that all train on the same rows and none tests."""
    for path in pathlib.Path(data).iterdir():
        if path.suffix not in (".data", ".inter"):
            if path.suffix in (".item", ".user"):
                shutil.copy(path, directory)
            continue
        lines = path.read_bytes().splitlines(keepends=True)
        head = 1 if path.suffix == ".inter" else 0
        rows = np.random.default_rng(SPLIT).permutation(len(lines) - head)[: (len(lines) - head) * 4 // 5]
        (directory / path.name).write_bytes(b"".join(lines[:head] + [lines[head + row] for row in rows]))


def row(found, base):
    warm, cold = statistics.median(found.warm), statistics.median(found.cold)
    return {"name": found.name, "versions": found.versions, "learns_from": found.features, "training_seconds": warm,
            "training_over_ours": warm / statistics.median(base.warm), "process_seconds": cold,
            "process_over_ours": cold / statistics.median(base.cold), "error": found.error,
            "training_seconds_all": found.warm, "process_seconds_all": found.cold}


def measure(options):
    load = os.getloadavg()[0]
    cpus = pathlib.Path("/proc/cpuinfo").read_text().split("\n")
    cpu = next(line.split(":")[1].strip() for line in cpus if line.startswith("model name"))
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        part = directory / "data"
        part.mkdir()
        copy_training_part(options.data, part)
        groups, missing = {}, []
        for key, (_, _, (preset, features), peers) in GROUPS.items():
            ours = Ours(preset, features, options.train, part, options.data, directory / "model.safetensors")
            # The networks get the training part alone; the others need the test rows for their error, and split themselves.
            data = part if key == "tutorial" else options.data
            asked = [Peer(*peer, getattr(options, f"{peer[3][0]}_python", sys.executable), data) for peer in peers]
            missing += [peer.name for peer in asked if not peer.there]
            groups[key] = [ours, *(peer for peer in asked if peer.there)]
        for _ in range(options.rounds):
            for found in groups.values():
                for each in found:
                    each.turn()
    return {"machine": f"{cpu}, {os.cpu_count()} cores, pinned to one", "load_average": load,
            "date": datetime.date.today().isoformat(), "rounds": options.rounds, "split": f"seed:{SPLIT}",
            "missing": missing,
            "groups": [{"title": GROUPS[key][0], "error": GROUPS[key][1], "rows": [row(each, found[0]) for each in found]}
                       for key, found in groups.items()]}


def table(report):
    lines = [f"{report['machine']}, load average {report['load_average']:.1f}; {report['date']}; medians of "
             f"{report['rounds']} rounds"]
    for group in report["groups"]:
        lines += ["", f"| {group['title']} | learns from | training, s | over ours | whole process, s | over ours "
                  f"| {group['error']} |", "|---|---|---:|---:|---:|---:|---:|"]
        for row in group["rows"]:
            versions = ", ".join(row["versions"].values())
            lines.append(f"| {row['name']}{f' ({versions})' if versions else ''} | {row['learns_from']} "
                         f"| {row['training_seconds']:.3f} | {row['training_over_ours']:.2f} | {row['process_seconds']:.2f} "
                         f"| {row['process_over_ours']:.1f} | {row['error']:.4f} |")
    if report["missing"]:
        lines += ["", f"not installed, not measured: {', '.join(report['missing'])}"]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True)
    parser.add_argument("--data", required=True)
    for name in ("torch", "myfm", "surprise"):
        parser.add_argument(f"--{name}-python", help=f"the interpreter that has {name}; without it, {name} is left out")
    commandline.add_options(parser, rounds=5, drawn="the medians")
    commandline.show(parser.parse_args(), measure, table, svg)


if __name__ == "__main__":
    main()
