"""The lists of 500 as one SVG without anything from outside, readable on light and dark pages."""
from html import escape

STYLE = """.page { fill: #ffffff } text { fill: #1f2328 } .bar { fill: #8c959f } .ours { fill: #0969da }
@media (prefers-color-scheme: dark) { .page { fill: #0d1117 } text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #58a6ff } }"""


def svg(report: dict) -> str:
    rows = [row for row in report["rows"] if row["shape"] == report["shape"] and row["candidates"] == 500
            and row["cache"] == "warm"]
    # The oracle is not meant to be fast, and would leave no room for the others.
    rows = sorted((row for row in rows if row["kernel"] != "scalar"), key=lambda row: row["ns_p25"])
    longest = max(row["ns_p25"] for row in rows)
    height = 64 + 28 * len(rows)
    shapes = []
    for index, row in enumerate(rows):
        mine = row["engine"] == "swift-rank"
        width = row["profile"].split("-")[0].replace("fp32", "")
        name = f"{row['engine']} {row['kernel']} {width}".rstrip() + f", {row['plan']}" if mine else f"{row['engine']}, {row['plan']}"
        top, width = 52 + 28 * index, 340 * row["ns_p25"] / longest
        shapes.append(f'<text x="280" y="{top + 14}" text-anchor="end">{escape(name)}</text>'
                      f'<rect class="{"ours" if mine else "bar"}" x="292" y="{top}" width="{width:.1f}" height="18"/>'
                      f'<text x="{300 + width:.1f}" y="{top + 14}">{row["ns_p25"] / 1000:.0f} us</text>')
    title = "A list of 500 candidates in one process on one core, a quarter of the lists took less"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}" role="img" '
            f'font-family="system-ui, sans-serif" font-size="13"><title>{title}</title><style>{STYLE}</style>'
            f'<rect class="page" width="100%" height="100%"/>'
            f'<text x="16" y="28" font-size="15" font-weight="600">{title}</text>{"".join(shapes)}</svg>\n')
