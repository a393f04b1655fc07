"""How well users and items that training has not met are predicted, by how many of their ratings are known.

    swift build -c release --product rank-train
    python3 Benchmarks/quality/cold_start.py data/ml-100k [--svg FILE] > cold-start.json
    python3 Benchmarks/quality/cold_start.py --from cold-start.json --svg FILE

Runs `rank-train cold-start --preset best --train-anew` for users and for items, 30 trainings each, and draws the two
tables as curves. Standard library alone.
"""
import argparse
import json
import pathlib
import subprocess
import sys
from html import escape

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import commandline  # noqa: E402

SHOWN = [0, 1, 2, 5, 10, 20]
SIDES = ["users", "items"]
# what is drawn of each table, its class, and whether it does not depend on the ratings shown
CURVES = [
    ({"users": "item mean", "items": "user mean"}, "c2", "4 4"),
    ("unknown row", "c2", ""),
    ("fold-in", "c1", ""),
    ("columns, fold-in", "c0", ""),
    ("trained anew", "c3", "4 4"),
]
NAMES = {
    "unknown row": "row for unknown ids",
    "fold-in": "fold-in",
    "columns, fold-in": "fold-in from columns",
    "trained anew": "trained anew",
}
STYLE = """.page { fill: #ffffff } text { fill: #1f2328 } .grid { stroke: #d0d7de } .axis { stroke: #57606a }
.c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #6e7781 } .c3 { stroke: #1a7f37 }
polyline { fill: none; stroke-width: 2 } circle { stroke-width: 2 } circle { fill: #ffffff }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d }
.axis { stroke: #8d96a0 } .c0 { stroke: #58a6ff } .c1 { stroke: #f0883e } .c2 { stroke: #8d96a0 } .c3 { stroke: #3fb950 }
circle { fill: #0d1117 } }
text.c0, text.c1, text.c2, text.c3 { stroke: none }
text.c0 { fill: #0969da } text.c1 { fill: #bc4c00 } text.c2 { fill: #57606a } text.c3 { fill: #1a7f37 }
@media (prefers-color-scheme: dark) { text.c0 { fill: #58a6ff } text.c1 { fill: #f0883e } text.c2 { fill: #8d96a0 }
text.c3 { fill: #3fb950 } }"""
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 500, 420, 56, 72, 64


def panel(table: dict, left: int, low: float, high: float) -> str:
    """One side's curves in stars, between `low` and `high`, a place for each number of ratings."""
    side = table["hidden"]
    rows = table["rows"]
    right = WIDTH - 150
    places = [LEFT + (right - LEFT) * index / (len(rows) - 1) for index in range(len(rows))]

    def up(stars: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * (stars - low) / (high - low)

    shapes = [f'<text x="{LEFT - 40}" y="52" font-weight="600">New {side}: RMSE in stars</text>']
    for step in range(round(low * 20), round(high * 20) + 1):
        height = up(step / 20)
        shapes.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{height:.1f}" y2="{height:.1f}"/>'
                      f'<text x="{LEFT - 8}" y="{height + 4:.1f}" text-anchor="end">{step / 20:.2f}</text>')
    for place, row in zip(places, rows):
        shapes.append(f'<text x="{place:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{row["shown"]}</text>')
    shapes.append(f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{up(low):.1f}" y2="{up(low):.1f}"/>'
                  f'<text x="{right}" y="{HEIGHT - BOTTOM + 42}" text-anchor="end">ratings of each that are known</text>')
    ends = []
    for key, style, dashes in CURVES:
        key = key[side] if isinstance(key, dict) else key
        points = [(place, up(row[key]["rmse_stars"])) for place, row in zip(places, rows) if key in row]
        if not points:
            continue
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        shapes.append(f'<polyline class="{style}" points="{line}" stroke-dasharray="{dashes}"/>')
        shapes += [f'<circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points]
        ends.append([points[-1][1], NAMES.get(key, key), style])
    # Names stand at the ends of their curves, moved apart where those meet.
    ends.sort()
    for one, other in zip(ends, ends[1:]):
        other[0] = max(other[0], one[0] + 16)
    below = ends[-1][0] - (HEIGHT - BOTTOM)
    if below > 0:
        ends[-1][0] -= below
        for one, other in zip(reversed(ends[:-1]), reversed(ends)):
            one[0] = min(one[0], other[0] - 16)
    shapes += [f'<text class="{style}" x="{right + 10}" y="{height + 4:.1f}">{escape(name)}</text>'
               for height, name, style in ends]
    return f'<g transform="translate({left} 0)">{"".join(shapes)}</g>'


def svg(tables: list) -> str:
    keys = [key for key, _, _ in CURVES]
    stars = [row[key]["rmse_stars"] for table in tables for row in table["rows"]
             for key in [k[table["hidden"]] if isinstance(k, dict) else k for k in keys] if key in row]
    low, high = int(min(stars) * 20) / 20, -int(-max(stars) * 20 // 1) / 20
    title = f"Users and items that training has not met, {tables[0]['data']}, preset {tables[0]['preset']}"
    panels = "".join(panel(table, WIDTH * index, low, high) for index, table in enumerate(tables))
    width = WIDTH * len(tables)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" '
            f'role="img" font-family="system-ui, sans-serif" font-size="13"><title>{escape(title)}</title>'
            f'<style>{STYLE}</style><rect class="page" width="100%" height="100%"/>'
            f'<text x="16" y="28" font-size="15" font-weight="600">{escape(title)}</text>{panels}</svg>\n')


def measure(data: str, train: str, side: str) -> dict:
    command = [train, "cold-start", "--data", data, "--preset", "best", "--hide", side, "--format", "json", "--train-anew",
               "--shown", *map(str, SHOWN)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="a directory of a data set")
    parser.add_argument("--from", dest="source", help="what this wrote before, to be drawn again")
    parser.add_argument("--train", default=".build/release/rank-train", help="the command rank-train")
    parser.add_argument("--svg", help="where to draw the curves")
    options = parser.parse_args()
    if (options.data is None) == (options.source is None):
        parser.error("give the directory of a data set, or --from and a file")
    if options.source:
        tables = json.loads(pathlib.Path(options.source).read_text())
    else:
        tables = [measure(options.data, options.train, side) for side in SIDES]
        json.dump(tables, sys.stdout, indent=1)
        print()
    if options.svg:
        commandline.write(options.svg, svg(tables))


if __name__ == "__main__":
    main()
