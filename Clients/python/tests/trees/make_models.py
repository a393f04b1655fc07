#!/usr/bin/env python3
"""Makes the small models of the folder versions, with whichever of XGBoost and LightGBM is installed.

    make_models.py

The files of a version are named after it: run once with xgboost 1.7.6, xgboost-cpu 2.1.4 and lightgbm 3.3.5, each in
an environment of its own. `expected.json` holds rows, and for each file the margins and outputs that the version that
wrote it predicted for them, as hexadecimal numbers.
"""

import importlib.util
import json
import pathlib

import numpy as np
import tree_models

HERE = pathlib.Path(__file__).parent / "versions"
SMALL = {"rounds": 4}


def rows():
    """Rows like those of the training, with missing, infinite, odd and tiny values among them."""
    found, _, _ = tree_models.data(11)
    found = found[:60].copy()
    random = np.random.default_rng(3)
    odd = np.array([np.nan, np.inf, -np.inf, 0, -0.0, 1e-35, -1e-35, 1e-45, -0.5, -1, 2.5, 1e9, 3.4e38], np.float32)
    strange = random.random(found.shape) < 0.15
    found[strange] = random.choice(odd, int(strange.sum()))
    return found


def hexadecimal(values):
    return ["nan" if np.isnan(v) else float(v).hex() for v in values]


def main():
    path = HERE / "expected.json"
    x = rows()
    models = json.loads(path.read_text())["models"] if path.exists() else {}

    def keep(name, margins, outputs):
        models[name] = {"margins": hexadecimal(margins), "outputs": hexadecimal(outputs)}

    if importlib.util.find_spec("xgboost"):
        import xgboost

        version = ".".join(xgboost.__version__.split(".")[:2])
        for name, form, settings in (
            ("logistic", "json", dict(objective="binary:logistic", labels=tree_models.binary, base_score=0.2)),
            ("categorical", "ubj", dict(objective="reg:squarederror", categorical=True, max_cat_to_onehot=1)),
            ("one_hot", "json", dict(objective="rank:pairwise", ranking=True, categorical=True, max_cat_to_onehot=64)),
            ("forest", "ubj", dict(objective="count:poisson", num_parallel_tree=2, subsample=0.7)),
        ):
            model = tree_models.xgboost_model(**{**SMALL, **settings, "tree_method": "hist", "max_depth": 3})
            model.save_model(str(HERE / f"xgboost-{version}-{name}.{form}"))
            keep(f"xgboost-{version}-{name}.{form}", *(
                model.inplace_predict(x, predict_type=kind, validate_features=False) for kind in ("margin", "value")))
    if importlib.util.find_spec("lightgbm"):
        import lightgbm

        version = ".".join(lightgbm.__version__.split(".")[:2])
        for name, settings in (
            ("rank", dict(objective="lambdarank", ranking=True)),
            ("binary", dict(objective="binary", labels=tree_models.binary, zero_as_missing=True)),
            ("categorical", dict(objective="regression", categorical=True, max_cat_to_onehot=1)),
            ("no_missing", dict(objective="regression", categorical=True, use_missing=False)),
        ):
            model = tree_models.lightgbm_model(**{**SMALL, **settings, "num_leaves": 8})
            model.save_model(str(HERE / f"lightgbm-{version}-{name}.txt"))
            keep(f"lightgbm-{version}-{name}.txt", model.predict(x, raw_score=True), model.predict(x))
    lines = [f"{json.dumps(name)}: {json.dumps(models[name])}" for name in sorted(models)]
    table = ",\n".join(json.dumps(hexadecimal(row)) for row in x)
    path.write_text(f'{{"rows": [\n{table}\n],\n"models": {{\n' + ",\n".join(lines) + "\n}}\n")


if __name__ == "__main__":
    main()
