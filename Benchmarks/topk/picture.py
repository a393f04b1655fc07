"""What `Benchmarks/run topk --json` found as bars: the time of the plain plan over that of another.

    picture.py JSON SVG
"""
import json
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import bars  # noqa: E402
import commandline  # noqa: E402


def svg(report: dict) -> str:
    found, heading = [], None
    plain = {}
    for row in report["rows"]:
        shape = row["model"], row["candidates"], row["k"]
        if row["engine"] == "plain":
            plain[shape] = row["ns_p25"]
            continue
        if row["model"] != heading:
            heading = row["model"]
            found.append((heading, None, False))
        name = f"{row['k']:,} of {row['candidates']:,}, {row['engine']}"
        found.append((name, plain[shape] / row["ns_p25"], True))
    return bars.svg("The best of a list on one core: how many times as fast as scoring all of it", found, "{:.2f}")


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    commandline.write(sys.argv[2], svg(json.loads(pathlib.Path(sys.argv[1]).read_text())))


if __name__ == "__main__":
    main()
