"""Boosted trees: each kind of model, converted, has the bits of its library; and what proves that."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tree_models
import tree_walk
from test_convert import convert, no_leftovers  # noqa: F401

lightgbm, xgboost = pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")
MADE = pathlib.Path(__file__).parent / "versions"
EXPECTED = json.loads((MADE / "expected.json").read_text())
ROWS = 3000


def trained(kind, name):
    models, train = ((tree_models.XGBOOST, tree_models.xgboost_model) if kind == "xgboost"
                     else (tree_models.LIGHTGBM, tree_models.lightgbm_model))
    return train(**models[name])


def save(model, path):
    model.save_model(str(path))
    return path


def predicted(model, rows, rounds=None):
    """(margins, outputs) of the library itself."""
    if isinstance(model, lightgbm.Booster):
        return model.predict(rows, raw_score=True), model.predict(rows)
    chosen = {"iteration_range": (0, rounds or 0), "validate_features": False}
    return [model.inplace_predict(rows, predict_type=kind, **chosen) for kind in ("margin", "value")]


def same_bits(path, model, rows=ROWS, rounds=None):
    """Demands that the file has the library's margins and outputs, by the walk that is not the converter's."""
    metadata, tensors = tree_walk.load(path)
    x = tree_walk.adversarial(tensors, int(metadata["features"]), rows, 5)
    margins, outputs = predicted(model, x, rounds)
    own = tree_walk.margins(metadata, tensors, x)
    assert (tree_walk.bits(own) == tree_walk.bits(margins)).all()
    assert (tree_walk.bits(tree_walk.scores(metadata, own)) == tree_walk.bits(outputs)).all()
    assert len(set(own.tolist())) > 40 or len(tensors["leaves.value"]) < 40  # else the rows tell nothing
    return metadata, tensors


def goldens_hold(metadata, tensors):
    own = tree_walk.margins(metadata, tensors, np.ascontiguousarray(tensors["golden.rows"]))
    assert (tree_walk.bits(tree_walk.scores(metadata, own).astype(np.float32))
            == tree_walk.bits(tensors["golden.scores"])).all()
    if metadata["proof"] == "unproved":
        assert "golden.source_scores" not in tensors and "proof.source" not in metadata
    else:
        assert (tree_walk.bits(own) == tree_walk.bits(tensors["golden.source_scores"])).all()
        assert metadata["proof.max_difference"] == "0"


@pytest.mark.parametrize("name, form", [(name, ("json", "ubj")[k % 2]) for k, name in enumerate(tree_models.XGBOOST)])
def test_xgboost_scores_as_it_does_itself(convert, tmp_path, name, form):  # noqa: F811
    model = trained("xgboost", name)
    code, output, message = convert(save(model, tmp_path / f"m.{form}"), "--rounds", "all")
    assert code == 0, message
    metadata, tensors = same_bits(output, model)
    goldens_hold(metadata, tensors)
    assert metadata["proof"] == "source" and metadata["proof.source"] == f"xgboost {xgboost.__version__}"
    assert metadata["objective"] == tree_models.XGBOOST[name]["objective"] and metadata["sum"] == "float32"


@pytest.mark.parametrize("name", tree_models.LIGHTGBM)
def test_lightgbm_scores_as_it_does_itself(convert, tmp_path, name):  # noqa: F811
    model = trained("lightgbm", name)
    code, output, message = convert(save(model, tmp_path / "m.txt"))
    assert code == 0, message
    metadata, tensors = same_bits(output, model)
    goldens_hold(metadata, tensors)
    assert metadata["proof"] == "source" and metadata["proof.source"] == f"lightgbm {lightgbm.__version__}"
    assert metadata["objective"] == tree_models.LIGHTGBM[name].get("objective", "custom")
    assert metadata["sum"] == "float64" and tensors["base"][0] == 0


def test_both_forms_of_one_model_give_the_same_bytes(convert, tmp_path):  # noqa: F811
    model = trained("xgboost", "categorical")
    written = [convert(save(model, tmp_path / f"m.{form}"), output=tmp_path / f"{form}.rank")[1].read_bytes()
               for form in ("json", "ubj")]
    assert written[0] == written[1]


def test_deleted_nodes_are_left_out(convert, tmp_path):  # noqa: F811
    model = trained("xgboost", "pruned")
    trees = json.loads(model.save_raw("json"))["learner"]["gradient_booster"]["model"]["trees"]
    assert sum(int(tree["tree_param"]["num_deleted"]) for tree in trees) > 0
    _, output, _ = convert(save(model, tmp_path / "m.json"))
    _, tensors = tree_walk.load(output)
    assert len(tensors["nodes.feature"]) + len(tensors["leaves.value"]) < sum(len(t["left_children"]) for t in trees)


def test_nodes_are_written_in_breadth_first_order(convert, tmp_path):  # noqa: F811
    _, output, _ = convert(save(trained("lightgbm", "goss_deep"), tmp_path / "m.txt"))
    _, tensors = tree_walk.load(output)
    for begin, end in zip(tensors["trees.nodes"], tensors["trees.nodes"][1:]):
        pairs = zip(tensors["nodes.left"][begin:end].tolist(), tensors["nodes.right"][begin:end].tolist())
        inner = [child for pair in pairs for child in pair if child >= 0]
        assert inner == list(range(1, end - begin))


@pytest.mark.parametrize("said, taken", [((), "best"), (("--rounds", "best"), "best"), (("--rounds", "all"), "all"),
                                         (("--rounds", "3"), 3)])
def test_rounds_end_at_best_iteration_unless_said_otherwise(convert, tmp_path, said, taken):  # noqa: F811
    model = trained("xgboost", "stopped_early")
    best, every = model.best_iteration + 1, model.num_boosted_rounds()
    assert best < every
    rounds = {"best": best, "all": every}.get(taken, taken)
    code, output, message = convert(save(model, tmp_path / "m.ubj"), *said)
    assert code == 0, message
    _, tensors = same_bits(output, model, rounds=rounds)
    assert len(tensors["trees.nodes"]) - 1 == rounds
    assert (f"{rounds} of {every} rounds are taken" in message) == (rounds < every)
    assert ("sklearn's predict" in message) == (taken == "best")


def test_rounds_of_lightgbm_are_taken_as_said(convert, tmp_path):  # noqa: F811
    model = trained("lightgbm", "regression")
    code, output, message = convert(save(model, tmp_path / "m.txt"), "--rounds", "3")
    assert code == 0 and "3 of 8 rounds" in message
    metadata, tensors = tree_walk.load(output)
    rows = tree_walk.adversarial(tensors, 8, 500, 1)
    given = model.predict(rows, raw_score=True, num_iteration=3)
    assert (tree_walk.bits(tree_walk.margins(metadata, tensors, rows)) == tree_walk.bits(given)).all()
    assert convert(tmp_path / "m.txt", "--rounds", "9")[0] == 65
    assert convert(tmp_path / "m.txt", "--rounds", "0")[0] == 64


@pytest.mark.parametrize("said, columns", [("2", "2"), ("6, Column_1,2", "1,2,6"), ("Column_7,7", "7")])
def test_features_of_the_query_are_named_or_numbered(convert, tmp_path, said, columns):  # noqa: F811
    source = save(trained("lightgbm", "regression"), tmp_path / "m.txt")
    _, output, _ = convert(source, "--query-features", said, "--ids", "utf8", "--label-transform", "(rating-1)/4")
    metadata, tensors = tree_walk.load(output)
    assert metadata["query_columns"] == columns and metadata["ids"] == "utf8"
    assert metadata["label_transform"] == "(rating-1)/4"
    text, ends = tensors["features.names.text"].tobytes().decode(), tensors["features.names.offsets"].tolist()
    assert [text[a:b] for a, b in zip(ends, ends[1:])] == [f"Column_{k}" for k in range(8)]


@pytest.mark.parametrize("said", ["8", "-1", "Column_8", "1.0", "²"])
def test_features_of_the_query_that_the_model_has_not_are_refused(convert, tmp_path, said):  # noqa: F811
    code, _, message = convert(save(trained("lightgbm", "constant"), tmp_path / "m.txt"), f"--query-features={said}")
    assert code == 65 and said in message and "--query-features" in message


def test_scores_that_only_order_are_no_ratings(convert, tmp_path):  # noqa: F811
    for kind, name, label in (("xgboost", "rank_ndcg", "none"), ("lightgbm", "binary", "none"),
                              ("lightgbm", "poisson", "identity")):
        _, output, _ = convert(save(trained(kind, name), tmp_path / ("m.json" if kind == "xgboost" else "m.txt")))
        assert tree_walk.load(output)[0]["label_transform"] == label


def rows_in(path, rows):
    """Rows as a text with a header of names, in another order of columns."""
    order = np.random.default_rng(1).permutation(rows.shape[1])
    lines = [",".join(f"Column_{k}" for k in order)]
    lines += [",".join("" if np.isnan(v) else repr(float(v)) for v in row[order]) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_rows_of_ones_own_are_compared_and_become_goldens(convert, tmp_path):  # noqa: F811
    source, (rows, _, _) = save(trained("lightgbm", "categorical"), tmp_path / "m.txt"), tree_models.data()
    np.save(tmp_path / "rows.npy", rows)
    written = []
    for own in (tmp_path / "rows.npy", rows_in(tmp_path / "rows.csv", rows)):
        code, output, message = convert(source, "--rows", str(own))
        assert code == 0, message
        metadata, tensors = tree_walk.load(output)
        goldens_hold(metadata, tensors)
        assert any((tree_walk.bits(golden) == tree_walk.bits(rows[0])).all() for golden in tensors["golden.rows"])
        written.append(output.read_bytes())
    assert written[0] == written[1]


def without(monkeypatch):
    """As if neither library was installed."""
    from rank_client.conversion.trees import apart

    monkeypatch.setattr(apart, "predict", lambda *arguments: None)


@pytest.mark.parametrize("kind, name", [("xgboost", "logistic_base"), ("xgboost", "rank_ndcg"), ("lightgbm", "binary"),
                                        ("lightgbm", "zero_as_missing"), ("xgboost", "poisson")])
def test_predictions_prove_where_the_library_is_not_installed(convert, tmp_path, monkeypatch, kind, name):  # noqa: F811
    model, (rows, _, _) = trained(kind, name), tree_models.data()
    outputs = predicted(model, rows)[1]
    source = save(model, tmp_path / ("m.json" if kind == "xgboost" else "m.txt"))
    np.save(tmp_path / "rows.npy", rows)
    np.save(tmp_path / "scores.npy", outputs)
    (tmp_path / "scores.csv").write_text("prediction\n" + "".join(f"{float(v)!r}\n" for v in outputs))
    code, proved, _ = convert(source, output=tmp_path / "by_source.rank")
    without(monkeypatch)
    for scores in ("scores.npy", "scores.csv"):
        code, output, message = convert(source, "--rows", str(tmp_path / "rows.npy"),
                                        "--predictions", str(tmp_path / scores))
        assert code == 0, message
        metadata, tensors = tree_walk.load(output)
        goldens_hold(metadata, tensors)
        assert metadata["proof"] == "predictions" and metadata["proof.source"].startswith(f"{scores}, sha256 ")
        assert (tensors["base"] == tree_walk.load(proved)[1]["base"]).all()


def test_predictions_of_another_model_are_refused_with_the_row(convert, tmp_path, monkeypatch):  # noqa: F811
    model, (rows, _, _) = trained("xgboost", "regression"), tree_models.data()
    given = predicted(model, rows)[1]
    given[17] = np.nextafter(given[17], np.float32(9))
    np.save(tmp_path / "rows.npy", rows)
    np.save(tmp_path / "scores.npy", given)
    source = save(model, tmp_path / "m.json")
    options = ("--rows", str(tmp_path / "rows.npy"), "--predictions", str(tmp_path / "scores.npy"))
    for installed in (True, False):
        if not installed:
            without(monkeypatch)
        code, output, message = convert(source, *options)
        assert code == 65 and "row 17 of --rows" in message and "1 of 900 rows differ" in message
        assert not output.exists()


@pytest.mark.parametrize("rows, scores, word", [
    (np.zeros((300, 8), np.float32), np.zeros(300), "1 different rows"),
    (np.zeros((300, 7)), np.zeros(300), "7 columns"),
    (np.zeros((300, 8)), np.zeros(299), "299 predictions for 300"), (np.zeros(8), np.zeros(1), "[rows, features]"),
    (np.zeros((0, 8)), np.zeros(0), "no rows"), (np.zeros((3, 8)), np.zeros((3, 2)), "one number for each row")])
def test_rows_and_predictions_that_do_not_fit(convert, tmp_path, monkeypatch, rows, scores, word):  # noqa: F811
    source = save(trained("xgboost", "constant"), tmp_path / "m.json")
    without(monkeypatch)
    np.save(tmp_path / "rows.npy", rows)
    np.save(tmp_path / "scores.npy", scores)
    options = ("--rows", str(tmp_path / "rows.npy"), "--predictions", str(tmp_path / "scores.npy"))
    code, _, message = convert(source, *options)
    assert code == 65 and word in message, message


@pytest.mark.parametrize("text, word", [
    ("1,2,3,4,5,6,7,8\n1,2\n", "line 2: 2 columns"), ("1,2,3,4,5,6,7,8\n1,2,3,4,5,6,7,y\n", "line 2"),
    ("Column_0,Column_1\n1,2\n", "not the model's features"), ("", "no rows"), ("\xff\n".encode("latin-1"), "utf-8")])
def test_rows_as_text_that_do_not_fit_are_refused(convert, tmp_path, text, word):  # noqa: F811
    source, own = save(trained("lightgbm", "constant"), tmp_path / "m.txt"), tmp_path / "rows.csv"
    own.write_bytes(text if isinstance(text, bytes) else text.encode())
    code, _, message = convert(source, "--rows", str(own))
    assert code == 65 and word in message, message


def test_without_proof_a_model_is_refused_or_marked(convert, tmp_path, monkeypatch):  # noqa: F811
    source = save(trained("xgboost", "logistic"), tmp_path / "m.ubj")
    code, output, message = convert(source, "--unproved")
    assert code == 0 and "--unproved was not needed" in message and tree_walk.load(output)[0]["proof"] == "source"
    without(monkeypatch)
    code, _, message = convert(source, output=tmp_path / "none")
    assert code == 69 and "--unproved" in message and "rank-client[trees]" in message
    code, output, message = convert(source, "--unproved")
    assert code == 0 and "UNPROVED" in message
    metadata, tensors = tree_walk.load(output)
    assert metadata["proof"] == "unproved"
    goldens_hold(metadata, tensors)


@pytest.mark.parametrize("options", [("--custom", "x.py"), ("--dot",), ("--float32",), ("--user-input", "a"),
                                     ("--predictions", "x.csv"), ("--rounds", "some"), ("--rounds", "1_0")])
def test_options_that_do_not_fit_trees(convert, tmp_path, options):  # noqa: F811
    code, _, message = convert(save(trained("lightgbm", "constant"), tmp_path / "m.txt"), *options)
    assert code == 64 and options[0] in message
    assert no_leftovers(tmp_path, "m.txt")


@pytest.mark.parametrize("options", [("--rows", "x.npy"), ("--query-features", "1"), ("--rounds", "all"),
                                     ("--ids", "utf8")])
def test_options_of_trees_do_not_fit_a_keras_model(convert, options):  # noqa: F811
    code, _, message = convert(MADE.parents[1] / "keras" / "two_hidden.keras", *options)
    assert code == 64 and options[0] in message


@pytest.mark.parametrize("name", EXPECTED["models"])
def test_models_of_older_versions_have_the_bits_of_their_time(convert, tmp_path, name):  # noqa: F811
    """Files of XGBoost 1.7 and 2.1 and LightGBM 3.3, with what these versions predicted for the rows beside them."""
    rows = np.array([[float.fromhex(v) for v in row] for row in EXPECTED["rows"]], np.float32)
    code, output, message = convert(MADE / name)
    assert code == 0, message
    metadata, tensors = tree_walk.load(output)
    goldens_hold(metadata, tensors)
    own = tree_walk.margins(metadata, tensors, rows)
    for found, key in ((own, "margins"), (tree_walk.scores(metadata, own), "outputs")):
        given = np.array([float.fromhex(v) for v in EXPECTED["models"][name][key]], own.dtype)
        assert (tree_walk.bits(found) == tree_walk.bits(given)).all()


def test_trees_are_converted_without_what_keras_needs(tmp_path):
    source = save(trained("lightgbm", "regression"), tmp_path / "m.txt")
    code = ("import sys\nfor name in ('keras', 'h5py', 'tensorflow', 'xgboost'): sys.modules[name] = None\n"
            "from rank_client.convert import main\nsys.exit(main(sys.argv[1:]))")
    found = subprocess.run([sys.executable, "-c", code, source, tmp_path / "out.rank"], capture_output=True, text=True,
                           check=False)
    assert found.returncode == 0 and "equal bit for bit" in found.stdout, found.stderr
