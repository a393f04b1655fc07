"""Boosted trees in a real worker: the scores that come over the wire are those that the library predicts."""

import os

import numpy as np
import pytest
from test_convert import convert  # noqa: F401
from test_live import Worker
from test_trees import predicted, save, trained

from rank_client import INFO

pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")
pytestmark = pytest.mark.skipif(not os.environ.get("RANK_WORKER"),
                                reason="RANK_WORKER does not name a built rank-worker (scripts/test sets it)")
MODELS = [("xgboost", "rank_pairwise_categorical"), ("xgboost", "logistic"), ("xgboost", "poisson"),
          ("lightgbm", "xendcg_categorical"), ("lightgbm", "binary_steep"), ("lightgbm", "zero_as_missing"),
          ("lightgbm", "regression_sqrt"), ("lightgbm", "tweedie"), ("lightgbm", "constant")]


@pytest.mark.parametrize("kind, name", MODELS)
def test_a_converted_ensemble_is_served_with_its_librarys_bits(convert, tmp_path, kind, name):  # noqa: F811
    model = trained(kind, name)
    _, output, message = convert(save(model, tmp_path / ("m.ubj" if kind == "xgboost" else "m.txt")))
    assert output.exists(), message
    random = np.random.default_rng(8)
    rows = random.standard_normal((700, 8)).astype(np.float32)
    rows[:, 6:] = random.integers(-1, 42, (700, 2))
    rows[random.random(rows.shape) < 0.1] = np.nan
    rows[random.random(rows.shape) < 0.1] = random.choice([0, -0.0, 1e-45, -1e-36, 3e38, -0.5])
    expected = predicted(model, rows)[1].astype(np.float32)
    worker = Worker(output)
    try:
        with worker.client() as client:
            info = client.ask(INFO)
            assert info["proof"].startswith(f"source {kind} ") and info["features"] == "8"
            for start, end in ((0, 1), (1, 8), (8, 700)):
                own = rows[start:end]
                found = client.score(1, list(range(start + 1, end + 1)), own.ravel().tolist(), features=8)
                assert (np.array(found.scores, np.float32).view(np.uint32) == expected[start:end].view(np.uint32)).all()
    finally:
        assert worker.stop() == 0
