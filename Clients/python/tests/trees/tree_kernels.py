"""The kernels of Sources/CRankKernels on ensembles, rows and sums of the libraries: kernels.c, and what it reads."""

import os
import pathlib
import shutil
import subprocess

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[4]
FLAGS = ["-std=gnu17", "-O2", "-ffp-contract=off", "-w", "-pthread"]


def write(path, metadata, tensors, rows, margins):
    """Counts, base, the arrays of an ensemble, rows and sums, each from a multiple of 64 bytes on."""
    sets = [tensors[name] for name in ("nodes.set", "sets.offsets", "sets.words")] if "nodes.set" in tensors else []
    counts = [int(metadata["features"]), len(tensors["trees.nodes"]) - 1, len(tensors["nodes.feature"]),
              len(tensors["leaves.value"]), metadata["sum"] == "float64", *([len(s) for s in sets[1:]] or [0, 0]),
              len(rows)]
    names = ("trees.nodes", "trees.leaves", "nodes.feature", "nodes.threshold", "nodes.flags", "nodes.left",
             "nodes.right")
    parts = [np.array(counts, np.uint64), tensors["base"].astype(np.float64), *(tensors[name] for name in names), *sets,
             tensors["leaves.value"], rows, margins]
    with open(path, "wb") as file:
        for part in parts:
            data = np.ascontiguousarray(part).tobytes()
            file.write(data + bytes(-len(data) % 64))


def build(directory, main=pathlib.Path(__file__).with_name("kernels.c"), flags=()):
    """Compiles the kernels and a C file with CC, or clang or gcc; the path of what is linked."""
    compiler = os.environ.get("CC") or shutil.which("clang") or shutil.which("gcc")
    sources = [path for module in ("CRankKernels", "CRankSystem") for path in (ROOT / "Sources" / module).rglob("*.c")]
    includes = [f"-I{ROOT / 'Sources' / module / 'include'}" for module in ("CRankKernels", "CRankSystem")]
    includes.append(f"-I{pathlib.Path(__file__).parent}")
    objects = []
    for number, source in enumerate([main, *sorted(sources)]):
        objects.append(pathlib.Path(directory) / f"{number}.o")
        subprocess.run([compiler, *FLAGS, *flags, *includes, "-c", source, "-o", objects[-1]], check=True)
    linked = pathlib.Path(directory) / main.stem
    subprocess.run([compiler, *flags, *objects, "-lm", "-pthread", "-o", linked], check=True)
    return linked
