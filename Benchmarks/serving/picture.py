"""The p50s of all servers as bars."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import bars  # noqa: E402


def svg(found: dict) -> str:
    return bars.svg(f"A request of {found['candidates']} candidates, p50, client and servers on one core",
                    [(name, row["p50_us"], name == "swift-rank") for name, row in found["servers"].items()])
