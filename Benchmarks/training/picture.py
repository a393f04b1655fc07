"""The whole processes and the warm trainings as bars, a group for each task."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import bars  # noqa: E402


def name(group: dict, row: dict) -> str:
    return row["name"] + (f", {row['error']:.3f} stars" if group["error"].endswith("stars") else "")


def svg(report: dict) -> str:
    rows = []
    for group in report["groups"]:
        for title, key in (("training, warm", "training_seconds"), ("whole process, cold", "process_seconds")):
            rows.append((f"{group['title']}: {title}", None, False))
            rows += [(name(group, row), row[key], row["name"].startswith("rank-train")) for row in group["rows"]]
    return bars.svg(f"MovieLens-100k on one core, medians of {report['rounds']} rounds", rows, "{:.2f} s")
