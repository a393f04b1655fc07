"""Trees that are chains: what is drawn for them takes steps in proportion to their nodes."""

import numpy as np
import pytest

from rank_client.conversion.trees import rows, walk
from rank_client.conversion.trees.ensemble import ZERO_IS_MISSING, Ensemble, Tree
from rank_client.conversion.trees.ensemble import Test as Question


def chain(nodes, features, flags=0):
    """Of node k the left child is a leaf and the right one node k + 1."""
    tests = [Question(k % features, float(np.float32(k)), flags) for k in range(nodes)]
    return tree_of(tests)


def tree_of(tests):
    nodes = len(tests)
    return Tree(tests, [~k for k in range(nodes)], [*range(1, nodes), ~nodes], np.zeros(nodes + 1, np.float32))


def steps(monkeypatch, tree, features):
    """Answers and nodes that are looked at while rows are drawn."""
    count = 0
    answer = rows.goes_right

    def counted(test, x):
        nonlocal count
        count += 1
        return answer(test, x)

    class Children(list):
        def __getitem__(self, place):
            nonlocal count
            count += 1
            return super().__getitem__(place)

    tree.left = Children(tree.left)
    with monkeypatch.context() as patched:
        patched.setattr(rows, "goes_right", counted)
        rows.drawn(Ensemble(features, None, "regression", None, [np.float32(0)], [tree]))
    return count


@pytest.mark.parametrize("features", [1, 12])
@pytest.mark.parametrize("flags", [0, ZERO_IS_MISSING])
def test_a_chain_takes_steps_in_proportion_to_its_nodes(monkeypatch, features, flags):
    few, many = (steps(monkeypatch, chain(nodes, features, flags), features) for nodes in (2_000, 8_000))
    assert many < 4.5 * few and many < 100 * 8_000


def test_rows_come_to_every_node_of_a_chain():
    """And to both children of it: each leaf has rows."""
    tree = chain(900, 7)
    drawn = rows.drawn(Ensemble(7, None, "regression", None, [np.float32(0)], [tree]))
    assert set(walk.leaves(tree, drawn).tolist()) == set(range(901))


def test_bounds_are_those_of_the_way_to_a_node():
    random = np.random.default_rng(3)
    tests = [Question(int(random.integers(3)), float(np.float32(random.normal())), 0) for _ in range(63)]
    left = [2 * k + 1 if k < 31 else ~(2 * (k - 31)) for k in range(63)]
    right = [2 * k + 2 if k < 31 else ~(2 * (k - 31) + 1) for k in range(63)]
    tree = Tree(tests, left, right, np.zeros(64, np.float32))
    seen = 0
    for node, bounds in rows.paths(tree, set(range(0, 63, 2))):
        way, at = [], node
        while at:
            way.append((tests[(at - 1) // 2], at % 2 == 0))
            at = (at - 1) // 2
        assert set(bounds) == {test.feature for test, _ in way}
        for x in np.linspace(-2, 2, 41, dtype=np.float32).tolist():
            for feature, own in bounds.items():
                wanted = all(rows.goes_right(test, x) == side for test, side in way if test.feature == feature)
                assert all(rows.goes_right(test, x) == side for test, side in own.values()) == wanted
        seen += 1
    assert seen == 32
