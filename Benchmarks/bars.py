"""Bars as one SVG without anything from outside, readable on light and dark pages."""
from html import escape

STYLE = """.page { fill: #ffffff } text { fill: #1f2328 } .bar { fill: #8c959f } .ours { fill: #0969da }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #58a6ff } }"""


def svg(title: str, rows: list, label: str = "{:.0f} us") -> str:
    """`rows`: a name, a time that `label` formats, and whether it is ours, of each bar; without a time, a heading."""
    longest = max(time for _, time, _ in rows if time is not None)
    height = 64 + 28 * len(rows)
    shapes = []
    for index, (name, time, mine) in enumerate(rows):
        top = 52 + 28 * index
        if time is None:
            shapes.append(f'<text x="16" y="{top + 14}" font-weight="600">{escape(name)}</text>')
            continue
        width = 340 * time / longest
        shapes.append(f'<text x="280" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
                      f'<rect class="{"ours" if mine else "bar"}" x="292" y="{top}" width="{width:.1f}" height="18"/>'
                      f'<text x="{300 + width:.1f}" y="{top + 14}">{label.format(time)}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" role="img" '
            f'font-family="system-ui, sans-serif" font-size="13"><title>{title}</title><style>{STYLE}</style>'
            f'<rect class="page" width="100%" height="100%"/>'
            f'<text x="16" y="28" font-size="15" font-weight="600">{title}</text>{"".join(shapes)}</svg>\n')
