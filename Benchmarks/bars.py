"""Bars as one SVG without anything from outside, readable on light and dark pages."""
from html import escape

STYLE = """.page { fill: #ffffff } text { fill: #1f2328 } .bar { fill: #8c959f } .ours { fill: #0969da }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #58a6ff } }"""


def svg(title: str, rows: list) -> str:
    """`rows`: a name, microseconds, and whether it is ours, of each bar."""
    longest = max(microseconds for _, microseconds, _ in rows)
    height = 64 + 28 * len(rows)
    shapes = []
    for index, (name, microseconds, mine) in enumerate(rows):
        top, width = 52 + 28 * index, 340 * microseconds / longest
        shapes.append(f'<text x="280" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
                      f'<rect class="{"ours" if mine else "bar"}" x="292" y="{top}" width="{width:.1f}" height="18"/>'
                      f'<text x="{300 + width:.1f}" y="{top + 14}">{microseconds:.0f} us</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" role="img" '
            f'font-family="system-ui, sans-serif" font-size="13"><title>{title}</title><style>{STYLE}</style>'
            f'<rect class="page" width="100%" height="100%"/>'
            f'<text x="16" y="28" font-size="15" font-weight="600">{title}</text>{"".join(shapes)}</svg>\n')
