"""Boosted trees that are not taken: each is refused by the name of what is wrong, and nothing is written."""

import json
import re
import struct

import numpy as np
import pytest
import tree_models
from test_convert import convert  # noqa: F401
from test_trees import save, trained, without

lightgbm, xgboost = pytest.importorskip("lightgbm"), pytest.importorskip("xgboost")


@pytest.fixture(scope="module")
def document():
    """A small categorical model of XGBoost as its JSON."""
    model = tree_models.xgboost_model(rounds=2, max_depth=3, objective="reg:squarederror", categorical=True,
                                      max_cat_to_onehot=1)
    return model.save_raw("json").decode()


@pytest.fixture(scope="module")
def text():
    """A small categorical model of LightGBM."""
    return tree_models.lightgbm_model(rounds=2, num_leaves=6, objective="regression", categorical=True,
                                      max_cat_to_onehot=1).model_to_string()


def refuses(convert, path, content, *words):  # noqa: F811
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, output, message = convert(path)
    assert code == 65, message
    assert message.count("\n") == 1 and not output.exists()
    for word in words:
        assert word in message, message


def learner(j):
    return j["learner"]


def tree(j, number=0):
    return model(j)["trees"][number]


def model(j):
    return j["learner"]["gradient_booster"]["model"]


def inner(j):
    """A node of tree 0 that is no leaf and asks for no category."""
    t = tree(j)
    return next(k for k in range(1, len(t["left_children"])) if t["left_children"][k] != -1 and not t["split_type"][k])


def put(table, key, index, value):
    table[key][index] = value


XGBOOST = {
    "gblinear": (lambda j: learner(j)["gradient_booster"].update(name="gblinear"), "gblinear"),
    "dart": (lambda j: learner(j)["gradient_booster"].update(name="dart"), "dart"),
    "classes": (lambda j: learner(j)["learner_model_param"].update(num_class="3"), "3 outputs"),
    "targets": (lambda j: learner(j)["learner_model_param"].update(num_target="2"), "2 outputs"),
    "vector leaves": (lambda j: tree(j)["tree_param"].update(size_leaf_vector="2"), "size_leaf_vector"),
    "groups": (lambda j: put(model(j), "tree_info", 1, 1), "tree 1 is of another output"),
    "fewer groups": (lambda j: model(j)["tree_info"].pop(), "tree_info has 1"),
    "data frame": (lambda j: model(j)["cats"].update(enc=[{"offsets": [0, 1], "values": [97]}]), "cats.enc"),
    "objective": (lambda j: learner(j)["objective"].update(name="binary:hinge"), "binary:hinge"),
    "several classes": (lambda j: learner(j)["objective"].update(name="multi:softprob"), "multi:softprob"),
    "survival": (lambda j: learner(j)["objective"].update(name="survival:aft"), "survival:aft"),
    "old": (lambda j: j.update(version=[1, 6, 2]), "1.6.2"),
    "future": (lambda j: j.update(version=[4, 0, 0]), "4.0.0"),
    "no version": (lambda j: j.pop("version"), "version is missing"),
    "no learner": (lambda j: j.pop("learner"), "no learner"),
    "no trees": (lambda j: model(j).update(trees=[], tree_info=[], iteration_indptr=[0]), "no trees"),
    "rounds": (lambda j: put(model(j), "iteration_indptr", 1, 7), "iteration_indptr"),
    "best": (lambda j: learner(j)["attributes"].update(best_iteration="9"), "best_iteration is 9"),
    "best text": (lambda j: learner(j)["attributes"].update(best_iteration="-1"), "best_iteration"),
    "base text": (lambda j: learner(j)["learner_model_param"].update(base_score="abc"), "base_score"),
    "base nan": (lambda j: learner(j)["learner_model_param"].update(base_score="nan"), "base_score"),
    "base many": (lambda j: learner(j)["learner_model_param"].update(base_score="[1E-1,2E-1]"), "base_score"),
    "base of a probability": (lambda j: (learner(j)["objective"].update(name="binary:logistic"),
                                         learner(j)["learner_model_param"].update(base_score="2E0")), "probability"),
    "base of a logarithm": (lambda j: (learner(j)["objective"].update(name="count:poisson"),
                                       learner(j)["learner_model_param"].update(base_score="0")), "logarithm"),
    "features": (lambda j: learner(j)["learner_model_param"].update(num_feature="2"), "the model has 2"),
    "no features": (lambda j: learner(j)["learner_model_param"].update(num_feature="0"), "the model has 0"),
    "too many features": (lambda j: learner(j)["learner_model_param"].update(num_feature="65537"), "65537 features"),
    "huge features": (lambda j: learner(j)["learner_model_param"].update(num_feature="9" * 30), "num_feature"),
    "names": (lambda j: learner(j).update(feature_names=["a"] * 8), '"a"'),
    "names of numbers": (lambda j: learner(j).update(feature_names=list(range(8))), "feature_names"),
    "names as a number": (lambda j: learner(j).update(feature_names=8), "feature_names"),
    "translations as a number": (lambda j: model(j)["cats"].update(enc=1), "cats.enc"),
    "fewer names": (lambda j: learner(j).update(feature_names=["a"]), "1 names"),
    "cycle": (lambda j: put(tree(j), "left_children", inner(j), 0), "tree 0", "node 0", "cycle"),
    "two ways": (lambda j: put(tree(j), "left_children", 0, tree(j)["right_children"][0]), "another node leads to"),
    "child outside": (lambda j: put(tree(j), "right_children", 0, 10**6), "tree 0", "1000000"),
    "negative child": (lambda j: put(tree(j), "right_children", 0, -2), "node 0", "-2"),
    "half a leaf": (lambda j: put(tree(j), "left_children", 0, -1), "node 0"),
    "feature outside": (lambda j: put(tree(j), "split_indices", 0, 8), "node 0", "feature 8"),
    "negative feature": (lambda j: put(tree(j), "split_indices", 0, -1), "feature -1"),
    "threshold": (lambda j: put(tree(j), "split_conditions", inner(j), float("nan")), "threshold is no number"),
    "leaf": (lambda j: put(tree(j), "split_conditions", tree(j)["left_children"].index(-1), float("inf")),
             "leaf's value"),
    "overflow": (lambda j: [put(tree(j, k), "split_conditions", tree(j, k)["left_children"].index(-1), 3e38)
                            for k in (0, 1)], "add up to"),
    "text as number": (lambda j: put(tree(j), "split_conditions", 0, "1"), "split_conditions"),
    "float as index": (lambda j: put(tree(j), "left_children", 0, 1.0), "left_children"),
    "huge index": (lambda j: put(tree(j), "left_children", 0, 10**30), "left_children"),
    "huge threshold": (lambda j: put(tree(j), "split_conditions", 0, 10**400), "split_conditions"),
    "side": (lambda j: put(tree(j), "default_left", 0, 2), "default_left is 2"),
    "kind": (lambda j: put(tree(j), "split_type", inner(j), 2), "split_type 2"),
    "no list": (lambda j: put(tree(j), "split_type", inner(j), 1), "lists none"),
    "lengths": (lambda j: tree(j)["split_indices"].pop(), "split_indices has"),
    "count": (lambda j: tree(j)["tree_param"].update(num_nodes="4000000000"), "num_nodes is 4000000000"),
    "no nodes": (lambda j: tree(j).update({k: [] for k in tree(j) if isinstance(tree(j)[k], list)}), "num_nodes"),
    "category": (lambda j: put(tree(j), "categories", 0, 1 << 24), "category 16777216"),
    "negative category": (lambda j: put(tree(j), "categories", 0, -1), "category -1"),
    "segments": (lambda j: put(tree(j), "categories_sizes", 0, 10**9), "categories are 1000000000"),
    "category's node": (lambda j: put(tree(j), "categories_nodes", 0, 10**6), "categories_nodes"),
    "shared": (lambda j: (tree(j)["categories_nodes"].append(0), tree(j)["categories_segments"].append(0),
                          tree(j)["categories_sizes"].append(len(tree(j)["categories"]))), "categories"),
    "trees as a table": (lambda j: model(j).update(trees={}), "trees is no list"),
    "tree as a number": (lambda j: put(model(j), "trees", 0, 5), "tree 0 is no table"),
    "learner as a list": (lambda j: j.update(learner=[]), "learner is no table"),
}


@pytest.mark.parametrize("name", XGBOOST)
def test_models_of_xgboost_that_are_not_taken(convert, tmp_path, document, name):  # noqa: F811
    change, *words = XGBOOST[name]
    found = json.loads(document)
    change(found)
    refuses(convert, tmp_path / "m.json", json.dumps(found), *words)


@pytest.mark.parametrize("content, word", [
    ("{", "whole JSON"), ("[]", "no model of XGBoost"), ("{}", "no learner"), ("null", "understood"),
    ("", "understood"),
    ('{"a":' * 100_000, "too deeply"), ('{"learner":{},"learner":{}}', "twice"), ('{"a":' + "9" * 5000 + "}", "JSON"),
    (b'{"\xff":1}', "JSON"), ("binf", "understood"), (b"\x80\x04", "pickle")])
def test_files_that_are_no_json_of_a_model(convert, tmp_path, content, word):  # noqa: F811
    refuses(convert, tmp_path / "m.json", content, word)


def test_dumps_and_other_documents_are_told_apart(convert, tmp_path):  # noqa: F811
    own = trained("xgboost", "constant")
    own.dump_model(str(tmp_path / "dump.json"), dump_format="json")
    code, _, message = convert(tmp_path / "dump.json")
    assert code == 65 and "dumped" in message
    (tmp_path / "other.json").write_text(json.dumps(trained("lightgbm", "constant").dump_model()))
    code, _, message = convert(tmp_path / "other.json")
    assert code == 65 and "dumped" in message


def test_a_json_of_xgboost_that_is_cut_is_refused_wherever(convert, tmp_path, document):  # noqa: F811
    for end in range(1, len(document), len(document) // 40):
        refuses(convert, tmp_path / "m.json", document[:end], "JSON")


def text_of(value):
    return b"L" + struct.pack(">q", len(value)) + value.encode()


UBJ = {
    "a text longer than the file": (b"{L" + struct.pack(">q", 1 << 40) + b"learner", "1099511627776 bytes"),
    "a text of negative length": (b"{L" + struct.pack(">q", -1), "length of -1"),
    "a list longer than the file": (b"{" + text_of("a") + b"[$d#L" + struct.pack(">q", 1 << 60), "announced"),
    "an untyped list longer than the file": (b"{" + text_of("a") + b"[#L" + struct.pack(">q", 1 << 30), "1073741824"),
    "a list of nothing": (b"{" + text_of("a") + b"[$Z#L" + struct.pack(">q", 1 << 60), "type 'Z'"),
    "a length of a float": (b"{" + text_of("a") + b"[$d#d\0\0\0\0", "length of the type"),
    "lists in lists": (b"{" + text_of("a") + b"[" * 100_000, "deep"),
    "tables in tables": ((b"{" + text_of("a")) * 5_000, "deep"),
    "an unknown type": (b"{" + text_of("a") + b"Q", "type 'Q'"),
    "a key twice": (b"{" + (text_of("a") + b"U\1") * 2 + b"}", "twice"),
    "a text of no UTF-8": (b"{L" + struct.pack(">q", 1) + b"\xff", "UTF-8"),
    "bytes behind it": (b"{" + text_of("a") + b"U\1}\0", "follow"),
    "no end": (b"{" + text_of("a") + b"U\1", "left"),
}


@pytest.mark.parametrize("name", UBJ)
def test_ubj_whose_lengths_or_depth_lie(convert, tmp_path, name):  # noqa: F811
    content, word = UBJ[name]
    refuses(convert, tmp_path / "m.ubj", content, word)


def test_a_ubj_that_is_cut_is_refused_wherever(convert, tmp_path):  # noqa: F811
    data = bytes(trained("xgboost", "constant").save_raw("ubj"))
    for end in range(2, len(data), 61):
        refuses(convert, tmp_path / "m.ubj", data[:end], "byte ")


def test_sets_of_categories_are_bounded_before_they_are_made(convert, tmp_path, document):  # noqa: F811
    found = json.loads(document)
    categorical = next(t for t in model(found)["trees"] if t["categories_nodes"])
    categorical["categories"][0] = (1 << 24) - 1
    model(found).update(trees=[categorical] * 40, tree_info=[0] * 40, iteration_indptr=list(range(41)))
    refuses(convert, tmp_path / "m.json", json.dumps(found), "16777216 words")


def edited(text, *changes):  # noqa: F811
    """The text with patterns replaced where they stand first, and tree_sizes as they are then."""
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text, count=1, flags=re.MULTILINE)
        assert count == 1, pattern
    head, *trees = re.split(r"(?=^Tree=)", text.partition("end of trees")[0], flags=re.MULTILINE)
    sizes = " ".join(str(len(t.encode())) for t in trees)
    return re.sub(r"^tree_sizes=.*$", f"tree_sizes={sizes}", head, flags=re.MULTILINE) + "".join(trees) + \
        "end of trees" + text.partition("end of trees")[2]


def first(key, new):
    """Replaces the first entry of the first list under a key."""
    return rf"^{key}=[^ \n]*", f"{key}={new}"


LIGHTGBM = {
    "older": ([(r"^version=v4", "version=v2")], "version v2"),
    "newer": ([(r"^version=v4", "version=v5")], "version v5"),
    "no version": ([(r"^version=v4\n", "")], "version is missing"),
    "forest": ([(r"^version=v4", "version=v4\naverage_output")], "average_output"),
    "classes": ([(r"^num_class=1", "num_class=3")], "3 outputs"),
    "trees a round": ([(r"^num_tree_per_iteration=1", "num_tree_per_iteration=3")], "3 outputs"),
    "dart": ([(r"^\[boosting: gbdt\]", "[boosting: dart]")], "dart"),
    "linear": ([(r"^is_linear=0", "is_linear=1")], "is_linear"),
    "data frame": ([(r"^pandas_categorical:.*$", 'pandas_categorical:[["a", "b"]]')], "pandas_categorical"),
    "objective": ([(r"^objective=regression", "objective=multiclass num_class:3")], "multiclass"),
    "log of 1 + exp": ([(r"^objective=regression", "objective=cross_entropy_lambda")], "cross_entropy_lambda"),
    "sigmoid": ([(r"^objective=regression", "objective=binary sigmoid:-1")], "sigmoid"),
    "no sigmoid": ([(r"^objective=regression", "objective=binary")], "sigmoid"),
    "features": ([(r"^max_feature_idx=7", "max_feature_idx=99999")], "100000 features"),
    "fewer features": ([(r"^max_feature_idx=7", "max_feature_idx=0"), (r"^feature_names=.*$", "feature_names=a")],
                       "the model has 1"),
    "names": ([(r"^feature_names=.*$", "feature_names=" + " ".join("aabcdefg"))], '"a"'),
    "fewer names": ([(r"^feature_names=.*$", "feature_names=a b")], "2 names"),
    "cycle": ([first("left_child", "0")], "tree 0", "node 0", "cycle"),
    "child outside": ([first("left_child", "77")], "node 77; there are 5"),
    "leaf outside": ([first("right_child", "-77")], "leaf 76; there are 6"),
    "unreachable": ([first("left_child", "-1"), (r"^right_child=.*$", "right_child=-2 -3 -4 -5 -6")],
                    "nothing leads to node"),
    "feature outside": ([first("split_feature", "8")], "node 0 asks for feature 8"),
    "negative feature": ([first("split_feature", "-1")], "feature -1"),
    "decision": ([first("decision_type", "12")], "decision_type is 12"),
    "negative decision": ([first("decision_type", "-1")], "decision_type is -1"),
    "threshold": ([first("decision_type", "8"), first("threshold", "nan")], "threshold is no number"),
    "leaf": ([first("leaf_value", "inf")], "leaf 0: its value is inf"),
    "overflow": ([first("leaf_value", "1e300")], "add up to"),
    "no number": ([first("threshold", "1_0")], "threshold is no list of numbers"),
    "no whole number": ([first("left_child", "1.5")], "left_child is no list of whole numbers"),
    "lengths": ([(r"^left_child=.*$", "left_child=1 2")], "left_child has 2 entries"),
    "leaves": ([(r"^num_leaves=6", "num_leaves=7")], "7 are expected"),
    "huge leaves": ([(r"^num_leaves=6", "num_leaves=999999999")], "num_leaves is 999999999"),
    "no leaves": ([(r"^num_leaves=6", "num_leaves=0")], "num_leaves is 0"),
    "set outside": ([first("decision_type", "9"), first("threshold", "9")], "the set 9 of categories"),
    "half a set": ([first("decision_type", "9"), first("threshold", "0.5")], "the set 0.5"),
    "boundaries": ([(r"^cat_boundaries=0", "cat_boundaries=5")], "cat_boundaries"),
    "words": ([(r"^cat_threshold=\d+", "cat_threshold=4294967296")], "cat_threshold"),
    "sets": ([(r"^num_cat=\d+$", "num_cat=99999999")], "num_cat is 99999999"),
    "a parameter": ([(r"^\[boosting: gbdt\]", "[boosting]")], "[boosting]"),
    "cut parameters": ([(r"^end of parameters\n", "")], "no end of parameters"),
    "a key twice": ([(r"^num_cat=", "num_leaves=6\nnum_cat=")], "num_leaves stands there twice"),
}


@pytest.mark.parametrize("name", LIGHTGBM)
def test_models_of_lightgbm_that_are_not_taken(convert, tmp_path, text, name):  # noqa: F811
    changes, *words = LIGHTGBM[name]
    refuses(convert, tmp_path / "m.txt", edited(text, *changes), *words)


def test_texts_of_lightgbm_whose_trees_are_not_where_they_should_be(convert, tmp_path, text):  # noqa: F811
    sizes = re.search(r"^tree_sizes=(.*)$", text, re.MULTILINE).group(1)
    one = sizes.split(" ")[0]
    for new, word in ((f"{sizes} 100", "cut"), (one, "end of trees"),
                      (f"{int(one) - 1} {sizes.split(' ')[1]}", "tree 1"),
                      ("99999999999 1", "tree 0"), ("x", "tree_sizes"), ("-5 5", "tree 0")):
        refuses(convert, tmp_path / "m.txt", text.replace(f"tree_sizes={sizes}", f"tree_sizes={new}"), word)
    refuses(convert, tmp_path / "m.txt", text.replace("\n", "\r\n"), "line ends")
    refuses(convert, tmp_path / "m.txt", text.encode().replace(b"Column_0", b"Column_\xff"), "UTF-8")


def test_a_text_of_lightgbm_that_is_cut_before_its_trees_end_is_refused(convert, tmp_path, text):  # noqa: F811
    whole = text.index("end of trees") + len("end of trees\n")
    for end in range(5, whole, 97):
        refuses(convert, tmp_path / "m.txt", text[:end], "m.txt")


def test_real_models_of_other_kinds(convert, tmp_path):  # noqa: F811
    """As the libraries write them, not only as edited files."""
    x, y, _ = tree_models.data()
    quiet = {"verbosity": 0, "nthread": 1}
    linear = dict(booster="gblinear", objective="reg:squarederror", updater="coord_descent")
    for settings, word in ((linear, "gblinear"),
                           (dict(booster="dart", objective="reg:squarederror"), "dart"),
                           (dict(objective="multi:softprob", num_class=5), "5 outputs"),
                           (dict(objective="binary:hinge"), "binary:hinge")):
        labels = tree_models.binary(y) if settings["objective"].startswith("binary") else y
        own = xgboost.train({**quiet, **settings}, xgboost.DMatrix(np.nan_to_num(x), labels), 2)
        refuses(convert, tmp_path / "m.ubj", bytes(own.save_raw("ubj")), word)
    several = xgboost.train({**quiet, "multi_strategy": "multi_output_tree", "tree_method": "hist"},
                            xgboost.DMatrix(x, np.stack([y, -y], 1)), 2)
    refuses(convert, tmp_path / "m.json", bytes(several.save_raw("json")), "2 outputs")
    quiet = {"verbose": -1, "num_threads": 1}
    for settings, word in ((dict(boosting="rf", bagging_freq=1, bagging_fraction=0.5), "average_output"),
                           (dict(boosting="dart"), "dart"), (dict(linear_tree=True), "is_linear"),
                           (dict(objective="multiclass", num_class=5), "5 outputs"),
                           (dict(objective="cross_entropy_lambda"), "cross_entropy_lambda")):
        own = {**quiet, "objective": "regression", **settings}
        labels = y / 4 if "entropy" in own["objective"] else y
        refuses(convert, tmp_path / "m.txt",
                lightgbm.train(own, lightgbm.Dataset(x, labels, params=own), 3).model_to_string(), word)


def test_what_its_library_does_not_take_is_refused_in_its_words(convert, tmp_path, text, document):  # noqa: F811
    refuses(convert, tmp_path / "m.txt", edited(text, (r"^feature_infos=.*\n", "")), "LightGBM ", "does not take the model")
    found = json.loads(document)
    learner(found)["objective"].pop("reg_loss_param")
    tree(found).pop("sum_hessian")
    refuses(convert, tmp_path / "m.json", json.dumps(found), "XGBoost ", "does not take the model")


def test_a_reading_that_is_wrong_is_refused_with_the_row(convert, tmp_path, monkeypatch):  # noqa: F811
    """Were a rule of the nodes read otherwise, the library's bits would tell: here thresholds are a bit off."""
    from rank_client.conversion.trees.lightgbm import tree as lightgbm_tree

    read = lightgbm_tree.numeric

    def wrong(name, threshold, kind):
        at, flags = read(name, threshold, kind)
        return float(np.nextafter(np.float32(at), np.float32(np.inf))), flags

    monkeypatch.setattr(lightgbm_tree, "numeric", wrong)
    code, output, message = convert(save(trained("lightgbm", "regression"), tmp_path / "m.txt"))
    assert code == 65 and "of those drawn" in message and "differ in their bits" in message and not output.exists()


@pytest.mark.parametrize("where", ["in", "directory"])
def test_what_cannot_be_read_or_written_is_said(convert, tmp_path, where):  # noqa: F811
    source = save(trained("lightgbm", "constant"), tmp_path / "m.txt")
    if where == "in":
        code, _, message = convert(tmp_path / "no.txt")
        assert code == 65 and "no such file" in message
    else:
        code, _, message = convert(source, output=tmp_path / "none" / "out.rank")
        assert code == 73 and "cannot write" in message


def test_a_huge_file_is_refused_before_it_is_read(convert, tmp_path, monkeypatch):  # noqa: F811
    from rank_client.conversion.trees import files

    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    without(monkeypatch)
    code, _, message = convert(save(trained("lightgbm", "constant"), tmp_path / "m.txt"), "--unproved")
    assert code == 65 and "more than 1000 bytes" in message
