"""The caller's own rows: which first line is a header, and which rows count as different."""

import numpy as np
import pytest

from rank_client.conversion.refusals import Refused
from rank_client.conversion.trees import proof, tables, walk
from rank_client.conversion.trees.ensemble import Ensemble, Tree
from rank_client.conversion.trees.ensemble import Test as Question

NAMES = ["age", "height", "weight"]


def ensemble(names=None):
    """One tree that tests columns 0 and 2 of three, never column 1."""
    tree = Tree([Question(0, 0.5, 0), Question(2, 0.25, 2)], [~0, ~1], [1, ~2], np.array([1, 2, 3], np.float32))
    return Ensemble(3, names, "reg:squarederror", None, [np.float32(0)], [tree])


def read(tmp_path, text, names):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    return tables.read_rows(str(path), ensemble(names)).tolist()


@pytest.mark.parametrize("names, text, expected", [
    (NAMES, "weight,age,height\n1,2,3\n", [2, 3, 1]), (NAMES, " weight , age,height\n1,2,3\n", [2, 3, 1]),
    (NAMES, "2,3,1\n", [2, 3, 1]), (["0", "1", "2"], "2,0,1\n1,2,3\n", [2, 3, 1]),
    (["0", "1", "2"], "2,0,1.5\n", [2, 0, 1.5]), ([" a", "b", "nan"], "nan, a,b\n1,2,3\n", [2, 3, 1]),
    (None, "2,3,1\n", [2, 3, 1]), (None, "x,y,z\n2,3,1\n", [2, 3, 1])])
def test_a_header_is_the_models_names_or_free_where_it_has_none(tmp_path, names, text, expected):
    assert read(tmp_path, text, names) == [expected]


@pytest.mark.parametrize("names, text, word", [
    (NAMES, "x,y,z\n1,2,3\n", "age, height, weight is not among them; 'x', 'y', 'z' is none of them"),
    (NAMES, "age,height,Weight\n1,2,3\n", "weight is not among them; 'Weight' is none of them"),
    (NAMES, "age,height\n1,2\n", "weight is not among them"),
    (NAMES, "age,height,weight,id\n1,2,3,4\n", "'id' is none of them"),
    (NAMES, "age,height,weight,age\n1,2,3,4\n", "not the model's features"),
    (NAMES, "1,2,3O\n1,2,3\n", "'3O' is none of them"), (NAMES, ",2,x\n1,2,3\n", "'x' is none of them"),
    (None, "1,2,3O\n1,2,3\n", "no '1'"), (None, "x,,z\n1,2,3\n", "no ''"), (None, "x,NaN,z\n1,2,3\n", "no 'NaN'"),
    (None, "x,y,inf\n1,2,3\n", "no 'inf'"), (None, "# rows\n1,2,3\n", "the header has 1 columns")])
def test_a_first_line_that_is_neither_a_row_nor_the_models_header_is_refused(tmp_path, names, text, word):
    with pytest.raises(Refused, match="--rows") as refusal:
        read(tmp_path, text, names)
    assert word in str(refusal.value)


def prove(rows):
    found = ensemble()
    return proof.by_predictions(found, rows, tables.Predictions("p.csv", walk.margins(found, rows), "0"))


def numbered(column):
    """256 rows that differ in one column."""
    rows = np.ones((256, 3), np.float32)
    rows[:, column] = np.arange(256)
    return rows


def with_nans():
    """Copies of one row with a NaN, of 256 different bits."""
    rows = np.ones((256, 3), np.float32)
    rows[:, 2] = (np.uint32(0x7FC00000) + np.arange(256, dtype=np.uint32)).view(np.float32)
    return rows


def with_zeros():
    rows = np.zeros((256, 3), np.float32)
    rows[::2] = -0.0
    return rows


@pytest.mark.parametrize("rows, count", [
    (with_nans(), 1), (with_zeros(), 1), (numbered(1), 1), (numbered(0)[:255], 255),
    (np.concatenate([numbered(0)[:255]] * 3), 255)])
def test_rows_that_a_tree_cannot_tell_apart_prove_nothing(rows, count):
    with pytest.raises(Refused, match=f"of {count} different rows"):
        prove(rows)


@pytest.mark.parametrize("rows", [numbered(0), numbered(2), np.concatenate([with_nans(), numbered(2)[:128],
                                                                            numbered(0)[128:]])])
def test_rows_that_differ_where_the_model_asks_prove_it(rows):
    assert prove(rows).compared == len(rows)


def test_other_rows_keep_their_bits_when_they_are_counted():
    rows = np.concatenate([numbered(0), with_zeros(), with_nans()])
    before = rows.tobytes()
    prove(rows)
    assert rows.tobytes() == before
