"""The p50s over tcp of ensembles, or of lists of the best, as bars."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import bars  # noqa: E402


def svg(found: dict) -> str:
    wanted = f"The {found['k']} best of {found['candidates']}" if "k" in found else \
        f"{found['candidates']} candidates of {found['features']} features"
    title = f"{wanted} over tcp, p50, client and servers on one core"
    rows, heading = [], None
    for row in found["rows"]:
        if row["transport"] != "tcp":
            continue
        if row.get("model") != heading:
            heading = row["model"]
            rows.append((heading, None, False))
        rows.append((row["server"], row["p50_us"], row["server"].startswith("swift-rank")))
    return bars.svg(title, rows)
