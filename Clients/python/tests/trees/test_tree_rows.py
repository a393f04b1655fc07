"""The rows that are drawn for a proof: a node that was read otherwise shows in the leaves that they come to."""

import numpy as np
import pytest
import tree_models

from rank_client.conversion.trees import rows, walk
from rank_client.conversion.trees.ensemble import CATEGORICAL, NEVER, Ensemble, Tree
from rank_client.conversion.trees.ensemble import Test as Question
from rank_client.conversion.trees.lightgbm import model as lightgbm_model
from rank_client.conversion.trees.lightgbm import text as lightgbm_text
from rank_client.conversion.trees.xgboost import model as xgboost_model
from rank_client.conversion.trees.xgboost import ubjson

pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")


def ensemble(kind):
    if kind == "xgboost":
        model = tree_models.xgboost_model(rounds=3, objective="reg:squarederror", categorical=True)
        return xgboost_model.read(ubjson.read(bytes(model.save_raw("ubj")), "m"), "m", "all")[0]
    model = tree_models.lightgbm_model(rounds=4, objective="regression", categorical=True, zero_as_missing=True)
    return lightgbm_model.read(lightgbm_text.read(model.model_to_string().encode(), "m"), "all")[0]


@pytest.mark.parametrize("kind", ["xgboost", "lightgbm"])
def test_a_node_that_is_read_otherwise_shows(kind):
    """Every pair of children that is swapped shows, and nearly every threshold that is a bit off.

    No value comes to some thresholds, and where zero is missing none tells those about zero apart."""
    found = ensemble(kind)
    drawn = rows.drawn(found)
    swapped, moved = [], []
    for tree in found.trees:
        expected = walk.leaves(tree, drawn)
        assert set(expected.tolist()) == set(range(len(tree.leaves)))
        for node, test in enumerate(tree.tests):
            tree.left[node], tree.right[node] = tree.right[node], tree.left[node]
            swapped.append((walk.leaves(tree, drawn) != expected).any())
            tree.left[node], tree.right[node] = tree.right[node], tree.left[node]
            if not test.flags & (CATEGORICAL | NEVER):
                threshold = test.threshold
                for side in (np.inf, -np.inf):
                    test.threshold = float(np.nextafter(np.float32(threshold), np.float32(side)))
                    moved.append((walk.leaves(tree, drawn) != expected).any())
                test.threshold = threshold
    assert all(swapped) and len(swapped) > 40
    assert np.mean(moved) > 0.95 and len(moved) > 50


def test_the_same_rows_are_drawn_each_time():
    found = ensemble("xgboost")
    assert (rows.drawn(found).view(np.uint32) == rows.drawn(found).view(np.uint32)).all()
    assert (rows.drawn(found, 21).shape != rows.drawn(found).shape
            or (rows.drawn(found, 21).view(np.uint32) != rows.drawn(found).view(np.uint32)).any())


def test_rows_of_very_many_features_stay_in_bounds():
    found = ensemble("lightgbm")
    found.features = 65_536
    drawn = rows.drawn(found)
    assert drawn.shape[1] == 65_536 and drawn.nbytes < 1 << 28 and len(drawn) >= 256


@pytest.mark.parametrize("categories", [[3, 64 * 32, 40_000, 63_999], list(range(5, 64_000, 1_021))])
def test_a_category_that_is_not_read_shows_wherever_it_is_listed(categories):
    """In a set of 2,000 words, of which one category after the other is left out."""
    words = [0] * 2_000
    for category in categories:
        words[category // 32] |= 1 << category % 32
    test = Question(0, 0.0, CATEGORICAL, tuple(words))
    tree = Tree([test], [~0], [~1], np.array([1, 2], np.float32))
    drawn = rows.drawn(Ensemble(1, None, "reg:squarederror", None, [np.float32(0)], [tree]))
    expected = walk.leaves(tree, drawn)
    for category in categories:
        fewer = list(words)
        fewer[category // 32] ^= 1 << category % 32
        test.words = tuple(fewer)
        assert (walk.leaves(tree, drawn) != expected).any(), category


@pytest.mark.parametrize("words", [(0,), (1,), (1 << 31,), (0xFFFFFFFF,) * 500, (6,) * 64 + (0,) * 900 + (1 << 31,)])
def test_listed_categories_are_drawn_from_the_first_to_the_last(words):
    every = [32 * k + bit for k, word in enumerate(words) for bit in range(32) if word >> bit & 1]
    found = Question(0, 0.0, CATEGORICAL, words).some_listed
    assert len(found) == min(64, len(every)) and found == sorted(set(found)) and set(found) <= set(every)
    assert found[:1] == every[:1] and found[-1:] == every[-1:]
