"""Five epochs of the tutorial on one core: rank-train beside JAX and Keras, in turns.

    run.py --train PATH --data DIRECTORY [--rounds N] [--json]

scripts/bench training calls it with what it has built.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
OURS, PEERS = "rank-train", {"JAX lax.scan": "scan", "Keras + JAX": "keras"}


class Peer:
    """A process that trains on demand; `cold` is the time from its start to its first trained weights."""

    def __init__(self, kind, data):
        start = time.perf_counter()
        self.process = subprocess.Popen([sys.executable, HERE / "peer.py", kind, data], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        _, self.loss = self.train()
        self.cold = time.perf_counter() - start

    def train(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if len(answer) != 2:
            raise SystemExit("a peer ended without an answer")
        return float(answer[0]), float(answer[1])

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)


def copy_training_part(data, directory):
    """Copies a data set without the test rows of seed:42, so that all train on the same rows and none tests."""
    for path in Path(data).iterdir():
        if path.suffix not in (".data", ".inter"):
            if path.suffix == ".item":
                shutil.copy(path, directory)
            continue
        lines = path.read_bytes().splitlines(keepends=True)
        head = 1 if path.suffix == ".inter" else 0
        rows = np.random.default_rng(42).permutation(len(lines) - head)[: (len(lines) - head) * 4 // 5]
        (directory / path.name).write_bytes(b"".join(lines[:head] + [lines[head + row] for row in rows]))


def ours(train, data, directory):
    start = time.perf_counter()
    result = subprocess.run([train, "fit", "--preset", "tutorial", "--data", data, "--split", "none", "--output",
                             directory / "model.safetensors", "--json"], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    report = json.loads(result.stdout)
    return report["seconds"], seconds, report["epochs"][-1]["loss"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # Everything that is started from here inherits the one core.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    warm = {name: [] for name in [OURS, *PEERS]}
    whole = []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        data = directory / "data"
        data.mkdir()
        copy_training_part(options.data, data)
        peers = {name: Peer(kind, data) for name, kind in PEERS.items()}
        for _ in range(options.rounds):
            seconds, process, loss = ours(options.train, data, directory)
            warm[OURS].append(seconds)
            whole.append(process)
            for name, peer in peers.items():
                warm[name].append(peer.train()[0])
    for peer in peers.values():
        peer.end()

    base = statistics.median(warm[OURS])
    rows = [{"name": OURS, "training_seconds": base, "process_seconds": statistics.median(whole), "loss": loss}]
    rows += [{"name": name, "training_seconds": statistics.median(warm[name]), "process_seconds": peer.cold,
              "loss": peer.loss} for name, peer in peers.items()]
    for row in rows:
        row["ratio"] = row["training_seconds"] / base
        row["process_ratio"] = row["process_seconds"] / rows[0]["process_seconds"]
    if options.json:
        print(json.dumps({"rounds": options.rounds, "rows": rows}, indent=2))
        return
    print("| | training, s | over ours | whole process, s | over ours | loss of the last epoch |")
    print("|---|---:|---:|---:|---:|---:|")
    for row in rows:
        print(f"| {row['name']} | {row['training_seconds']:.3f} | {row['ratio']:.2f} | {row['process_seconds']:.2f} "
              f"| {row['process_ratio']:.1f} | {row['loss']:.4f} |")


main()
