"""200 Keras models made by lot: each converts to Keras' own scores or is refused with a reason; none is wrong."""

import collections
import os

import keras
import pytest
from random_models import check

TRAIN = os.environ.get("RANK_TRAIN")
COUNT, STEP = 200, 50


@pytest.mark.parametrize("first", range(1, COUNT + 1, STEP))
def test_none_is_wrong(tmp_path, first):
    outcomes = collections.Counter()
    for seed in range(first, first + STEP):
        # The engine itself predicts for every tenth.
        outcome, text, words = check(seed, tmp_path, TRAIN if seed % 10 == 0 else None)
        assert outcome in ("converted", "refused"), f"seed {seed}, {', '.join(words)}: {text}"
        assert text
        outcomes[outcome] += 1
    keras.utils.clear_session()
    assert outcomes["converted"] >= 0.6 * STEP, outcomes  # so that refusing all is no way out
