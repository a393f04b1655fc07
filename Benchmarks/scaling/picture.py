"""Seconds and memory by the number of ratings, both in logarithms, beside the lines of what is linear."""
import math
import pathlib
import sys
from html import escape

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import bars  # noqa: E402

STYLE = bars.STYLE + """
.grid { stroke: #d0d7de } .line { fill: none; stroke-width: 2 } .law { fill: none; stroke-dasharray: 4 4; opacity: 0.7 }
.read { stroke: #6e7781 } .map-fm { stroke: #0969da } .tutorial { stroke: #bc4c00 } .small { font-size: 12px }
@media (prefers-color-scheme: dark) { .grid { stroke: #30363d }
.read { stroke: #8b949e } .map-fm { stroke: #58a6ff } .tutorial { stroke: #f0883e } }"""
NAMES = {"read": "reading", "map-fm": "a sweep of map-fm, 8 factors", "tutorial": "an epoch of the tutorial"}
WIDTH, TOP, HEIGHT = 300, 96, 300


class Panel:
    """A drawing of powers: equal factors are equal lengths on either axis."""

    def __init__(self, left: float, title: str, series: dict[str, list[tuple[float, float]]]):
        self.left, self.title, self.series = left, title, series
        xs = [x for points in series.values() for x, _ in points]
        ys = [y for points in series.values() for _, y in points]
        self.xs = (min(xs), max(xs))
        # Whole decades, and one at least.
        lowest = math.floor(math.log10(min(ys)))
        self.ys = (10.0 ** lowest, 10.0 ** max(math.ceil(math.log10(max(ys))), lowest + 1))

    def x(self, value: float) -> float:
        share = math.log(value / self.xs[0]) / max(math.log(self.xs[1] / self.xs[0]), 1e-9)
        return self.left + WIDTH * share

    def y(self, value: float) -> float:
        return TOP + HEIGHT - HEIGHT * math.log(value / self.ys[0]) / math.log(self.ys[1] / self.ys[0])

    def shapes(self) -> list[str]:
        right, bottom = self.left + WIDTH, TOP + HEIGHT
        drawn = [f'<text x="{self.left}" y="{TOP - 12}" font-weight="600">{escape(self.title)}</text>']
        decade = self.ys[0]
        while decade <= self.ys[1] * 1.001:
            y = self.y(decade)
            drawn.append(f'<path class="grid" d="M{self.left} {y:.1f}H{right}"/>'
                         f'<text class="small" x="{self.left - 6}" y="{y + 4:.1f}" text-anchor="end">{decade:g}</text>')
            decade *= 10
        for size in sorted({x for points in self.series.values() for x, _ in points}):
            x = self.x(size)
            drawn.append(f'<path class="grid" d="M{x:.1f} {TOP}V{bottom}"/><text class="small" x="{x:.1f}" '
                         f'y="{bottom + 18}" text-anchor="middle">{size / 1e6:g}</text>')
        for name, points in self.series.items():
            # The law starts where the measurements do.
            law = [(x, points[0][1] * x / points[0][0]) for x, _ in (points[0], points[-1])]
            drawn.append(f'<path class="law {name}" d="{self.path(law)}"/>'
                         f'<path class="line {name}" d="{self.path(points)}"/>')
            drawn += [f'<circle class="line {name}" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3"/>'
                      for x, y in points]
        return drawn

    def path(self, points: list[tuple[float, float]]) -> str:
        return "M" + "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)


def svg(report: dict) -> str:
    def series(key: str) -> dict[str, list[tuple[float, float]]]:
        found: dict[str, list[tuple[float, float]]] = {part: [] for part in NAMES}
        for row in report["rows"]:
            if row.get("factors", 8) == 8:
                found[row["part"]].append((row["ratings"], row[key]))
        return {part: sorted(points) for part, points in found.items() if points}

    if not series("seconds"):
        sys.exit("nothing to draw: no row is of reading, of map-fm with 8 factors or of the tutorial")
    panels = [Panel(56, "seconds by million ratings", series("seconds")),
              Panel(436, "memory at most, MB, by million ratings", series("peak_mb"))]
    shapes = [shape for panel in panels for shape in panel.shapes()]
    x = 56
    for name in panels[0].series:
        law = report["exponents"].get(f"{name} seconds by ratings")
        text = NAMES[name] + (f": n^{law:.2f}" if law else "")
        shapes.append(f'<path class="line {name}" d="M{x} 50h20"/>'
                      f'<text class="small" x="{x + 26}" y="54">{escape(text)}</text>')
        x += 60 + 7 * len(text)
    title = "Time and memory by the number of ratings, on one core; dashed: in proportion"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 776 436" width="776" height="436" role="img" '
            f'font-family="system-ui, sans-serif" font-size="13"><title>{title}</title><style>{STYLE}</style>'
            f'<rect class="page" width="100%" height="100%"/>'
            f'<text x="16" y="28" font-size="15" font-weight="600">{title}</text>{"".join(shapes)}</svg>\n')
