"""What the benchmarks on one core ask for alike, and how all show and write what they have found."""
import argparse
import json
import os
import pathlib
from collections.abc import Callable


def add_options(parser: argparse.ArgumentParser, rounds: int, drawn: str, pinned: str = "everything runs") -> None:
    """The number of rounds, the core, and the form of the output; `drawn` is what the picture shows."""
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help=f"where {pinned}")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--svg", help=f"draw {drawn} into this file")


def write(path: str | pathlib.Path, text: str) -> None:
    """Writes a file that appears whole or not at all: whatever fails leaves an older one as it was."""
    path = pathlib.Path(path)
    if path.exists() and not path.is_file():
        # A pipe or a device is written to; a file in its place would take it away for good.
        path.write_text(text)
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def show(options: argparse.Namespace, measure: Callable, table: Callable, svg: Callable) -> None:
    """Measures on one core, which everything that is started from here inherits, then draws and prints the report."""
    os.sched_setaffinity(0, {options.core})
    report = measure(options)
    if options.svg:
        write(options.svg, svg(report))
    print(json.dumps(report, indent=2) if options.json else table(report))
