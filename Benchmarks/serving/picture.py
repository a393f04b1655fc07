"""The p50s as one SVG without anything from outside, readable on light and dark pages."""
from html import escape

STYLE = """.page { fill: #ffffff } text { fill: #1f2328 } .bar { fill: #8c959f } .ours { fill: #0969da }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #58a6ff } }"""


def svg(found: dict) -> str:
    rows = list(found["servers"].items())
    longest = max(row["p50_us"] for _, row in rows)
    height = 64 + 34 * len(rows)
    shapes = []
    for index, (name, row) in enumerate(rows):
        top, width = 52 + 34 * index, 380 * row["p50_us"] / longest
        shapes.append(f'<text x="260" y="{top + 16}" text-anchor="end">{escape(name)}</text>'
                      f'<rect class="{"ours" if name == "swift-rank" else "bar"}" x="272" y="{top}" width="{width:.1f}" height="22"/>'
                      f'<text x="{280 + width:.1f}" y="{top + 16}">{row["p50_us"]:.0f} us</text>')
    title = f"A request of {found['candidates']} candidates, p50, client and servers on one core"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" role="img" '
            f'font-family="system-ui, sans-serif" font-size="13"><title>{title}</title><style>{STYLE}</style>'
            f'<rect class="page" width="100%" height="100%"/>'
            f'<text x="16" y="28" font-size="15" font-weight="600">{title}</text>{"".join(shapes)}</svg>\n')
