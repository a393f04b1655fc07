"""The lists of 500 with warm caches as bars."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import bars  # noqa: E402


def name(row: dict) -> str:
    if row["engine"] != "swift-rank":
        return f"{row['engine']}, {row['plan']}"
    integers = row["profile"].split("-")[0].replace("fp32", "")
    return f"{row['engine']} {row['kernel']} {integers}".rstrip() + f", {row['plan']}"


def svg(report: dict) -> str:
    # The oracle is not meant to be fast, and would leave no room for the others.
    rows = [row for row in report["rows"] if row["shape"] == report["shape"] and row["candidates"] == 500
            and row["cache"] == "warm" and row["kernel"] != "scalar"]
    return bars.svg("A list of 500 candidates in one process on one core, a quarter of the lists took less",
                    [(name(row), row["ns_p25"] / 1000, row["engine"] == "swift-rank")
                     for row in sorted(rows, key=lambda row: row["ns_p25"])])
