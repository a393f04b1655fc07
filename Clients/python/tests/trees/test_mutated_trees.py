"""Files of trees that were changed by lot are refused in one line, or have the bits of their library."""

import mutated_models
import pytest

pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")


@pytest.mark.parametrize("seed", range(0, 200, 100))
def test_a_changed_file_is_refused_or_has_its_librarys_bits(tmp_path, monkeypatch, seed):
    monkeypatch.setattr(mutated_models.tree_rows, "MOST_ROWS", 300)
    monkeypatch.setattr(mutated_models.tree_rows, "MOST_DIRECTED", 100)
    outcomes = set()
    for k in range(seed, seed + 100):
        outcome, error = mutated_models.check(k, tmp_path)
        assert error is None, f"seed {k}: {error}"
        outcomes.add(outcome)
    assert any(outcome.endswith("refused") for outcome in outcomes)
    assert any(outcome.endswith("taken") for outcome in outcomes)
