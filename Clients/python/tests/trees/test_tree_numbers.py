"""The numbers of trees: thresholds of float64, decimals that become float32, exponentials and logarithms."""

import ctypes
import ctypes.util
import math
import os
import signal
from fractions import Fraction

import numpy as np
import pytest

from rank_client.conversion.refusals import Refused
from rank_client.conversion.trees import apart, outputs
from rank_client.conversion.trees.ensemble import Test as Question
from rank_client.conversion.trees.lightgbm import tree as lightgbm_tree
from rank_client.conversion.trees.rows import goes_right
from rank_client.conversion.trees.xgboost import json_text

ZERO = float(np.float32(1e-35))
INFINITE = np.float32(np.inf)


def beside(value):
    """A float64 and its neighbours."""
    return [value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf)]


def lightgbm_goes_right(x, threshold, kind):
    """LightGBM's own rule, as its sources have it, in float64."""
    missing, default_left = kind >> 2, bool(kind & 2)
    if not math.isnan(x) and abs(x) <= ZERO:
        x = 0.0
    if math.isnan(x) and missing != 2:
        x = 0.0
    if (missing == 1 and -ZERO <= x <= ZERO) or (missing == 2 and math.isnan(x)):
        return not default_left
    return not x <= threshold


@np.errstate(over="ignore", under="ignore")
@pytest.mark.parametrize("kind", [0, 2, 4, 6, 8, 10])
def test_thresholds_of_float64_are_exact_in_float32(kind):
    random = np.random.default_rng(3)
    singles = [np.float32(v) for v in (0, 1e-45, 1e-40, 1.1754944e-38, ZERO, 1, 1.5, 16777216, 3.4028235e38, math.inf)]
    singles += list(random.standard_normal(40).astype(np.float32))
    singles += [np.nextafter(v, INFINITE) for v in singles] + [np.nextafter(v, -INFINITE) for v in singles]
    singles += [-v for v in singles]
    values = [float(v) for v in singles]
    thresholds = [t for v in values for t in beside(v)]
    thresholds += [1e300, -1e300, 3.5e38, -3.5e38, 1e-300, -1e-300]
    thresholds += [(a + b) / 2 for a, b in zip(values, values[1:]) if math.isfinite(a + b)]
    for threshold in thresholds:
        question = Question(0, *lightgbm_tree.numeric("node", threshold, kind))
        assert math.isnan(threshold) or question.threshold == float(np.float32(question.threshold))
        for x in [*values, math.nan]:
            assert goes_right(question, x) == lightgbm_goes_right(x, threshold, kind), (x, threshold)


@pytest.mark.parametrize("text", [
    "1.00000005960464477539062500000000001", "1.00000005960464477539062499999999999", "1.000000059604644775390625",
    "1.00000017881393432617187499999999999", "-1.00000005960464477539062500000000001", "0.1", "1e-45", "16777217",
    "7.0064923216240853546186479164495806564013097093825788587853e-46",
    "7.00649232162408535461864791644958065640131e-46"])
def test_a_decimal_is_rounded_to_float32_once(text):
    """Ties by way of float64 would be ties that the text is not."""
    given, exact = np.float32(json_text.number(text)), Fraction(text)
    near = (given, np.nextafter(given, INFINITE), np.nextafter(given, -INFINITE))
    away = [abs(Fraction(float(v)) - exact) for v in near]
    assert away[0] <= min(away[1:])
    if away[0] == min(away[1:]):
        assert given.view(np.uint32) % 2 == 0


def test_the_exponential_is_the_c_librarys():
    expf = ctypes.CDLL(ctypes.util.find_library("m")).expf
    expf.restype, expf.argtypes = ctypes.c_float, [ctypes.c_float]
    random = np.random.default_rng(1)
    x = np.concatenate([random.uniform(-105, 90, 200_000), random.standard_normal(100_000),
                        [0, -0.0, 88.72283, 88.72284, -103.97208, -103.97207, np.inf, -np.inf, 1e-45, 3e38, -3e38]])
    x = x.astype(np.float32)
    given = np.array([expf(float(v)) for v in x], np.float32)
    assert (outputs.exponential32(x).view(np.uint32) == given.view(np.uint32)).all()
    assert np.isnan(outputs.exponential32(np.array([np.nan], np.float32))).all()


def test_the_logarithms_of_a_base_hold_the_rounded_one():
    for x in np.random.default_rng(2).uniform(0, 3, 500).astype(np.float32):
        exact = np.float32(math.log(float(x)))
        found = outputs.logarithms(x)
        assert exact in found and 3 <= len(found) <= 4
        assert all(abs(float(v) - math.log(float(x))) <= 3 * float(np.spacing(abs(exact))) for v in found)


@pytest.mark.parametrize("output", [outputs.LOGISTIC_XGBOOST, outputs.EXPONENTIAL])
def test_outputs_of_large_margins(output):
    found = outputs.applied(output, np.array([-3e38, -200, 0, 200, 3e38], np.float32))
    assert found.dtype == np.float32 and not np.isnan(found).any() and (np.diff(found[:-1]) >= 0).all()


def test_a_library_that_ends_is_a_refusal_and_the_next_model_is_served(monkeypatch):
    """Its process is killed while a model is out, as a crash would do."""
    pytest.importorskip("lightgbm")
    process = apart._started()
    monkeypatch.setattr(apart, "_send", lambda stream, value: os.kill(process.pid, signal.SIGKILL))
    with pytest.raises(Refused, match="by signal 9"):
        apart.predict("lightgbm", b"tree\n", 1, np.zeros((1, 1), np.float32))
    monkeypatch.undo()
    with pytest.raises(Refused, match="LightGBM .* does not take the model"):
        apart.predict("lightgbm", b"tree\n", 1, np.zeros((1, 1), np.float32))
