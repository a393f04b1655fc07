#!/usr/bin/env python3
"""Times and memory of reading and training by the number of ratings, and the laws by which they grow.

For each size a data set is invented; then `rank-train data`, `fit --preset map-fm` and `fit --preset tutorial` run as
processes of their own on one core, all ratings training. A law is the exponent of a power, fitted to the logarithms.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from picture import svg

import commandline  # noqa: E402  (beside bars, where picture looks)

PARTS = ("read", "map-fm", "tutorial")


def run(command: list[str], core: int) -> tuple[dict, float]:
    """The object that a command prints, and the most memory it had resident, in MB."""
    pinned = (lambda: os.sched_setaffinity(0, {core})) if hasattr(os, "sched_setaffinity") else None
    process = subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=pinned)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)}: ended with {process.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    return json.loads(output), usage.ru_maxrss * scale / 1e6


def measure(train: str, ratings: int, parts: list[str], factors: list[int], sweeps: int, sets: str) -> list[dict]:
    """One row for each part, on an invented set of that size, which is made unless the directory has it."""
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    data = f"{sets}/ratings-{ratings}"
    if not Path(data).exists():
        invent = [train, "synthesize", "--output", data, "--ratings", str(ratings)]
        subprocess.run(invent, check=True, stdout=sys.stderr)
    # The model is written to the disk, as ever, and not kept.
    fit = [train, "fit", "--data", data, "--output", f"{sets}/model.safetensors", "--split", "none", "--json"]
    rows = []

    def add(row: dict) -> None:
        rows.append(row)
        print(json.dumps(row), file=sys.stderr)

    def measured(part: str, command: list[str]) -> tuple[dict, dict]:
        report, memory = run(command, core)
        return {"part": part, "ratings": ratings, "seconds": report["seconds"], "peak_mb": memory}, report

    if "read" in parts:
        row, report = measured("read", [train, "data", "--data", data, "--json"])
        add(row | {"bytes": report["bytes"], "mb_per_second": report["megabytes_per_second"]})
    for count in factors if "map-fm" in parts else []:
        machine = fit + ["--preset", "map-fm", "--factors", str(count), "--sweeps"]
        first, _ = measured("map-fm", machine + ["1"])
        row, _ = measured("map-fm", machine + [str(1 + sweeps)])
        # What the later run took longer is sweeps alone; the rest of the earlier one prepared them.
        each = (row["seconds"] - first["seconds"]) / sweeps
        prepared = first["seconds"] - each
        add(row | {"seconds": each, "preparation_seconds": prepared, "factors": count, "sweeps": sweeps})
    if "tutorial" in parts:
        add(measured("tutorial", fit + ["--preset", "tutorial", "--epochs", "1"])[0])
    Path(f"{sets}/model.safetensors").unlink(missing_ok=True)
    return rows


def exponent(points: list[tuple[float, float]]) -> float | None:
    """The slope of the line of least squares through the logarithms; None for fewer than two sizes."""
    if len({x for x, _ in points}) < 2:
        return None
    logs = [(math.log(x), math.log(y)) for x, y in points]
    x_mean = sum(x for x, _ in logs) / len(logs)
    y_mean = sum(y for _, y in logs) / len(logs)
    return sum((x - x_mean) * (y - y_mean) for x, y in logs) / sum((x - x_mean) ** 2 for x, _ in logs)


def laws(rows: list[dict]) -> dict:
    """Exponents by name."""
    machines = [row for row in rows if row["part"] == "map-fm"]
    eight = [row for row in machines if row["factors"] == 8]
    smallest = min((row["ratings"] for row in machines), default=0)
    few = [(row["factors"], row["seconds"]) for row in machines if row["ratings"] == smallest]
    by_size = {"map-fm": eight} | {part: [row for row in rows if row["part"] == part] for part in ("read", "tutorial")}
    found = {}
    for part, group in by_size.items():
        found[f"{part} seconds by ratings"] = exponent([(row["ratings"], row["seconds"]) for row in group])
        found[f"{part} memory by ratings"] = exponent([(row["ratings"], row["peak_mb"]) for row in group])
    found["map-fm seconds by factors"] = exponent(few)
    return {name: value for name, value in found.items() if value is not None}


def table(rows: list[dict]) -> str:
    """Markdown."""
    names = {"read": "read and check", "map-fm": "one sweep of map-fm", "tutorial": "one epoch of the tutorial"}
    lines = ["| | ratings | seconds | memory at most, MB | bytes a rating |", "|---|---:|---:|---:|---:|"]
    for row in sorted(rows, key=lambda row: (PARTS.index(row["part"]), row.get("factors", 0), row["ratings"])):
        name = names[row["part"]] + (f", {row['factors']} factors" if "factors" in row else "")
        if "mb_per_second" in row:
            name += f", {row['mb_per_second']:.0f} MB/s"
        if "preparation_seconds" in row:
            name += f", after {row['preparation_seconds']:.2f} s of preparation"
        each = row["peak_mb"] * 1e6 / row["ratings"]
        lines.append(f"| {name} | {row['ratings']:,} | {row['seconds']:.2f} | {row['peak_mb']:,.0f} | {each:.0f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", required=True, help="the rank-train to measure")
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000_000, 10_000_000, 25_000_000])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to run")
    parser.add_argument("--factors", type=int, nargs="+", default=[8], help="of map-fm; each number is a run")
    parser.add_argument("--sweeps", type=int, default=2, help="of map-fm, beside a first one; the time of one is given")
    parser.add_argument("--sets", metavar="DIRECTORY", help="where invented sets stay, for the next time")
    parser.add_argument("--add-to", metavar="FILE", help="a JSON file whose rows count too, and which gets the new ones")
    parser.add_argument("--svg", metavar="FILE", help="draw all rows, those of map-fm with 8 factors, into this file")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    options = parser.parse_args()

    saved = Path(options.add_to) if options.add_to else None
    rows = json.loads(saved.read_text())["rows"] if saved and saved.exists() else []
    # Without a size nothing is measured: what was saved is shown or drawn again.
    for ratings in options.sizes:
        with tempfile.TemporaryDirectory() as work:
            rows += measure(
                options.train, ratings, options.parts, options.factors, options.sweeps, options.sets or work
            )
    report = {"rows": rows, "exponents": laws(rows)}
    if saved:
        commandline.write(saved, json.dumps(report, indent=1) + "\n")
    if options.svg:
        commandline.write(options.svg, svg(report))
    if options.json:
        print(json.dumps(report, indent=1))
        return
    print(table(rows))
    print("\nGrows as a power:")
    for name, value in report["exponents"].items():
        print(f"  {name}: {value:.2f}")


if __name__ == "__main__":
    main()
