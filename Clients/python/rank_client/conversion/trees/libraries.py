"""The libraries themselves: loading a model by its bytes, and what they predict."""

import contextlib
import logging
from dataclasses import dataclass
from typing import Any, Callable, Iterator

import numpy as np

from ..refusals import Missing, Refused


@dataclass
class Source:
    """A model that its library has loaded; both functions take rows [n, features] of float32."""

    told: str
    margins: Callable[[np.ndarray], np.ndarray]
    outputs: Callable[[np.ndarray], np.ndarray]


def load(kind: str, data: bytes, rounds: int, features: int) -> Source:
    """The model as its library takes it."""
    try:
        return _xgboost(data, rounds, features) if kind == "xgboost" else _lightgbm(data, rounds, features)
    except (ImportError, OSError) as error:
        raise Missing(f"{kind} is installed and cannot be started: {error}") from None


def _xgboost(data: bytes, rounds: int, features: int) -> Source:
    import xgboost

    name = f"XGBoost {xgboost.__version__}"
    with _refused(name, xgboost.core.XGBoostError, ValueError, TypeError):
        booster = xgboost.Booster()
        booster.load_model(bytearray(data))
        booster.set_param({"nthread": 1})
        if int(xgboost.__version__.split(".")[0]) >= 2:
            booster.set_param({"device": "cpu"})
        _check(name, int(booster.num_features()), features)

    def predict(rows: np.ndarray, kind: str) -> np.ndarray:
        with _refused(name, xgboost.core.XGBoostError, ValueError, TypeError):
            return _sized(name, booster.inplace_predict(
                rows, iteration_range=(0, rounds), predict_type=kind, validate_features=False), len(rows), np.float32)

    return Source(f"xgboost {xgboost.__version__}", lambda rows: predict(rows, "margin"),
                  lambda rows: predict(rows, "value"))


def _lightgbm(data: bytes, rounds: int, features: int) -> Source:
    import lightgbm

    name = f"LightGBM {lightgbm.__version__}"
    quiet = logging.getLogger("rank_client.lightgbm")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    lightgbm.register_logger(quiet)
    with _refused(name, lightgbm.basic.LightGBMError, ValueError, TypeError):
        booster = lightgbm.Booster(model_str=data.decode())
        _check(name, int(booster.num_feature()), features)

    def predict(rows: np.ndarray, raw: bool) -> np.ndarray:
        with _refused(name, lightgbm.basic.LightGBMError, ValueError, TypeError):
            return _sized(name, booster.predict(rows, raw_score=raw, num_iteration=rounds, num_threads=1),
                          len(rows), np.float64)

    return Source(f"lightgbm {lightgbm.__version__}", lambda rows: predict(rows, True),
                  lambda rows: predict(rows, False))


@contextlib.contextmanager
def _refused(name: str, *errors: Any) -> Iterator[None]:
    """Turns what a library raises into a refusal, by the check that failed or its first line."""
    try:
        yield
    except errors as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said: Any = next((line for line in lines if "Check failed" in line), lines[0] if lines else error)
        raise Refused(f"{name} does not take the model: {str(said)[-300:]}") from None


def _check(name: str, found: int, features: int) -> None:
    if found != features:
        raise Refused(f"{name} takes the model as one of {found} features, and it was read as one of {features}")


def _sized(name: str, values: Any, count: int, type_: type) -> np.ndarray:
    found = np.asarray(values)
    if found.shape != (count,) or found.dtype != type_:
        raise Refused(f"{name} predicts {list(found.shape)} of {found.dtype} for {count} rows; a score is one number")
    return found
