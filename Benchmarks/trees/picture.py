"""The lists of 500 of each model as bars."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import bars  # noqa: E402

TITLES = {"xgboost-c": "XGBoost", "lightgbm-c": "LightGBM", "onnxruntime": "ONNX Runtime"}


def name(row: dict) -> str:
    if row["engine"] == "swift-rank":
        return f"swift-rank {row['kernel']}"
    return TITLES.get(row["engine"], row["engine"]) + ("" if row["bits_equal"] else ", other bits")


def title(model: str) -> str:
    library, size = model.split("-")
    trees, each = size.split("x")
    return f"{TITLES[library + '-c']}, {trees} trees of " + (f"depth {each}" if library == "xgboost" else f"{each} leaves")


def svg(report: dict) -> str:
    bars_of = []
    rows = [row for row in report["rows"] if row["candidates"] == 500 and row["turns"] == "windows"
            and not row["query_once"] and row["kernel"] != "avx512-basic"]
    # Models in the order in which they were measured, the engines of each by their time.
    for model in dict.fromkeys(row["model"] for row in rows):
        bars_of.append((title(model), None, False))
        for row in sorted((row for row in rows if row["model"] == model), key=lambda row: row["ns_p25"]):
            bars_of.append((name(row), row["ns_p25"] / 1000, row["engine"] == "swift-rank"))
    return bars.svg("500 candidates by an ensemble of trees on one core, a quarter of the lists took less", bars_of,
                    "{:,.0f} us")
