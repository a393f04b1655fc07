"""`python -m rank_client.convert`: Keras' own files, synthetic ones of the family, and everything that is refused."""

import csv
import hashlib
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest
from conftest import FIXTURES

import rank_client
from rank_client.conversion import numerics
from rank_client.convert import main

KERAS, MADE = FIXTURES / "keras", pathlib.Path(__file__).parent / "keras"
UNPROVED = ("--unproved", "--user-table", "layers/embedding/vars/0")
CLASSES = ("--custom", str(MADE / "own_models.py"))


KINDS = {"F32": "<f4", "U32": "<u4", "U64": "<u8", "U8": "u1"}


def load(path):
    """(metadata, tensors, bytes) of a model file, read by nothing of ours."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    metadata, tensors = header.pop("__metadata__"), {}
    for name, t in header.items():
        begin, end = (8 + length + o for o in t["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], KINDS[t["dtype"]]).reshape(t["shape"])
    assert (8 + length) % 64 == 0
    spans = [t["data_offsets"] for t in header.values()]
    assert [a for a, _ in spans] == [0] + [b for _, b in spans[:-1]] and 8 + length + spans[-1][1] == len(data)
    return metadata, tensors, data


def weights(random, *shape):
    return (random.standard_normal(shape) / 4).astype(np.float32)


def synthetic(users=(7, 3), candidates=(9, 2), widths=(5, 1), seed=3):
    """Arrays by path, as Keras lays a subclassed model out, without an optimizer."""
    random, sizes = np.random.default_rng(seed), [users[1] + candidates[1], *widths]
    arrays = {"layers/embedding/vars/0": weights(random, *users), "layers/embedding_1/vars/0": weights(random, *candidates)}
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layer = f"layers/sequential/layers/dense{f'_{i}' if i else ''}/vars"
        arrays[f"{layer}/0"], arrays[f"{layer}/1"] = weights(random, a, b), weights(random, b)
    return arrays


def save(target, arrays, names=None):
    with h5py.File(target, "w") as file:
        for path, array in arrays.items():
            file[path] = array
        for group, name in (names or {}).items():
            file[group].attrs["name"] = name
    return target


def network_of(path):
    """The network in a model file."""
    metadata, tensors, _ = load(path)
    layers, optional = [], [tensors.get(name) for name in ("user_bias", "candidate_bias", "mean")]
    while f"dense_{len(layers)}.kernel" in tensors:
        layers.append((tensors[f"dense_{len(layers)}.kernel"], tensors[f"dense_{len(layers)}.bias"]))
    return numerics.Network(
        tensors["user_embedding"], tensors["candidate_embedding"], layers, metadata["dot_product"] == "true", *optional,
        metadata["activations"].split(",") if "activations" in metadata else None, metadata.get("output", "linear"),
        tensors.get("output_scale"))


@pytest.fixture(scope="session")
def predictions(tmp_path_factory):
    """The scores that Keras gave for 2,000 pairs of the fixture's model, as `--predictions` reads them."""
    with open(KERAS / "reference.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    path = tmp_path_factory.mktemp("predictions") / "scores.csv"
    path.write_text("user,item,score\n" + "".join(f"{r['user_id']},{r['movie_id']},{r['keras_f32']}\n" for r in rows))
    return path


def pairs_of(name, path, header=True, change=lambda user, item, score: score):
    """The scores of every pair of a fixture of `make_models.py` in a file."""
    scores = json.loads((MADE / "scores.json").read_text())[name]
    lines = [f"{u},{i},{change(u, i, scores[u * 9 + i])!r}\n" for u in range(7) for i in range(9)]
    path.write_text(("user,item,score\n" if header else "") + "".join(lines))
    return path


@pytest.fixture
def convert(tmp_path, capsys):
    """convert(source, *options) → (exit code, output path, what was printed on stderr)."""
    def run(source, *options, output=None):
        output = output or tmp_path / "out.safetensors"
        try:
            code = main([str(source), str(output), *options])
        except SystemExit as exit_:
            code = exit_.code
        return code, output, capsys.readouterr().err
    return run


def no_leftovers(directory, *known):
    return sorted(p.name for p in directory.iterdir()) == sorted(known)


@pytest.mark.parametrize("name, proof", [("model.weights.h5", "predictions"), ("model.keras", "predictions"),
                                         ("model.keras", "source")])
def test_keras_own_model_scores_as_keras_does(convert, predictions, name, proof):
    code, output, message = convert(KERAS / name, *(CLASSES if proof == "source" else ("--predictions", str(predictions))))
    assert code == 0, message
    metadata, tensors, _ = load(output)
    network = network_of(output)
    assert metadata["proof"] == proof and network.user.shape == (944, 32)
    with open(KERAS / "reference.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2000
    mine = numerics.scores(network, np.array([int(r["user_id"]) for r in rows]), np.array([int(r["movie_id"]) for r in rows]))
    truth = np.array([float(r["numpy_f64"]) for r in rows])
    assert np.abs(mine.astype(np.float64) - truth).max() <= 5e-7
    away = np.abs(tensors["golden.scores"].astype(np.float64) - tensors["golden.source_scores"].astype(np.float64))
    assert away.max() <= float(metadata["proof.max_difference"]) < 5e-7 and len(away) >= 256


def test_both_files_of_one_model_give_the_same_bytes(convert, tmp_path, predictions):
    files = [convert(KERAS / n, "--predictions", str(predictions), output=tmp_path / n)[1].read_bytes()
             for n in ("model.weights.h5", "model.keras")]
    assert files[0] == files[1]


def test_the_file_carries_its_proof(convert):
    _, output, _ = convert(KERAS / "model.keras", *CLASSES, "--label-transform", "(rating-1)/4")
    metadata, tensors, data = load(output)
    assert list(metadata) == sorted(metadata)
    assert metadata["format"] == "swift-rank/1" and metadata["architecture"] == "two-tower-rating/1"
    assert metadata["user_vocabulary"] == metadata["candidate_vocabulary"] == "identity"
    assert metadata["dot_product"] == "false" and metadata["label_transform"] == "(rating-1)/4"
    assert metadata["proof"] == "source" and metadata["proof.source"].startswith("keras 3.")
    assert {v for k, v in metadata.items() if k.startswith("fingerprint.")} == {"unknown"}
    digest = metadata["digest"]
    assert hashlib.sha256(data.replace(digest.encode(), b"0" * 64)).hexdigest() == digest
    users, candidates = tensors["golden.user_rows"].tolist(), tensors["golden.candidate_rows"].tolist()
    assert users[:256] == [1 + g * 7919 % 943 for g in range(255)] + [0]
    assert candidates[:256] == [1 + g * 104729 % 1682 for g in range(255)] + [0]
    assert {(0, 0), (0, 1682), (943, 0), (943, 1682), (1, 1)} <= set(zip(users, candidates))
    golden = numerics.scores(network_of(output), np.array(users), np.array(candidates))
    assert golden.view(np.uint32).tolist() == tensors["golden.scores"].view(np.uint32).tolist()
    assert np.float32(metadata["prior"]) == np.float32(golden[:255].astype(np.float64).mean())


def test_weights_alone_are_refused_or_marked(convert):
    code, output, message = convert(KERAS / "model.weights.h5")
    assert code == 65 and "--predictions" in message and "--unproved" in message and not output.exists()
    code, output, message = convert(KERAS / "model.keras")
    assert code == 65 and "rank>RankingModel" in message and "--custom" in message
    code, output, notes = convert(KERAS / "model.weights.h5", *UNPROVED)
    metadata, tensors, _ = load(output)
    assert code == 0 and metadata["proof"] == "unproved" and "UNPROVED" in notes
    assert not {"proof.source", "proof.max_difference"} & set(metadata) and "golden.source_scores" not in tensors


@pytest.mark.parametrize("users, candidates, widths", [
    ((7, 3), (9, 2), (1,)), ((1, 1), (1, 1), (1,)), ((2, 5), (30, 1), (4, 1)), ((7, 3), (9, 2), (6, 5, 1)),
    ((40, 8), (3, 17), (13, 7, 3, 1)),
])
def test_any_dimensions_and_depth(convert, tmp_path, users, candidates, widths):
    arrays = synthetic(users, candidates, widths)
    code, output, _ = convert(save(tmp_path / "w.weights.h5", arrays), *UNPROVED)
    assert code == 0
    _, tensors, _ = load(output)
    assert np.array_equal(tensors["user_embedding"], arrays["layers/embedding/vars/0"])
    assert np.array_equal(tensors["candidate_embedding"], arrays["layers/embedding_1/vars/0"])
    assert [tensors[f"dense_{i}.bias"].shape for i in range(len(widths))] == [(w,) for w in widths]
    assert f"dense_{len(widths)}.kernel" not in tensors


def test_dense_layers_are_ordered_by_number(convert, tmp_path):
    """dense_10 comes after dense_9, and layers of equal shapes leave nothing but the numbers to go by."""
    arrays = synthetic(widths=(5,) * 11 + (1,))
    code, output, _ = convert(save(tmp_path / "w.weights.h5", arrays), *UNPROVED)
    assert code == 0
    _, tensors, _ = load(output)
    for i in range(12):
        layer = f"layers/sequential/layers/dense{f'_{i}' if i else ''}/vars"
        assert np.array_equal(tensors[f"dense_{i}.kernel"], arrays[f"{layer}/0"])
        assert np.array_equal(tensors[f"dense_{i}.bias"], arrays[f"{layer}/1"])


def test_dense_layers_with_other_names_are_ordered_by_shape(convert, tmp_path):
    arrays = synthetic(widths=(6, 4, 1))
    for old, new in (("dense_2", "a_output"), ("dense_1", "tower"), ("dense", "wide")):
        arrays = {k.replace(f"/{old}/", f"/{new}/"): v for k, v in arrays.items()}
    code, output, _ = convert(save(tmp_path / "w.weights.h5", arrays), *UNPROVED)
    assert code == 0
    assert load(output)[1]["dense_0.kernel"].shape == (5, 6)


def test_tables_are_never_told_by_names_or_order(convert, tmp_path):
    """Neither a layer's name nor which table is larger or comes first says whose it is."""
    arrays = {k.replace("embedding_1", "movie_embedding").replace("/embedding/", "/user_embedding/"): v
              for k, v in synthetic().items()}
    source = save(tmp_path / "w.weights.h5", arrays, {"layers/user_embedding/vars": "user_table"})
    code, output, message = convert(source, "--unproved")
    assert code == 65 and not output.exists()
    for part in ("--user-table", "layers/user_embedding/vars/0", "layers/movie_embedding/vars/0"):
        assert part in message
    for path in ("layers/movie_embedding/vars/0", "layers/movie_embedding"):
        code, output, _ = convert(source, "--unproved", "--user-table", path)
        assert code == 0
        assert np.array_equal(load(output)[1]["user_embedding"], arrays["layers/movie_embedding/vars/0"])
    code, _, message = convert(source, "--unproved", "--user-table", "layers/nothing")
    assert code == 65 and "layers/user_embedding/vars/0" in message


@pytest.mark.parametrize("name", ["two_hidden", "item_first", "no_hidden_no_names", "dropout"])
def test_functional_models_saved_by_keras_score_as_keras_does(convert, name):
    code, output, message = convert(MADE / f"{name}.keras")
    assert code == 0, message
    users, items = (a.ravel() for a in np.meshgrid(np.arange(7), np.arange(9), indexing="ij"))
    mine, theirs = numerics.scores(network_of(output), users, items), json.loads((MADE / "scores.json").read_text())[name]
    assert np.abs(mine - np.array(theirs)).max() < 5e-7 and "assumed" not in message


@pytest.mark.parametrize("header", [True, False])
def test_predictions_prove_which_table_and_which_order(convert, tmp_path, header):
    """The functional model that concatenates [item, user]: its weights alone do not tell, Keras' scores do."""
    scores = pairs_of("item_first", tmp_path / "p.csv", header)
    code, output, notes = convert(MADE / "item_first.weights.h5", "--predictions", str(scores))
    assert code == 0 and "proves that the user's table is layers/embedding_1 and that the item's half" in notes
    _, by_weights, _ = load(output)
    _, output, _ = convert(MADE / "item_first.keras")
    same = [key for key in by_weights if not key.startswith("golden")]
    assert len(same) == 6 and all(np.array_equal(by_weights[key], load(output)[1][key]) for key in same)


def test_predictions_of_another_model_are_refused(convert, tmp_path):
    scores = pairs_of("item_first", tmp_path / "p.csv", change=lambda u, i, s: s + (2e-6 if (u, i) == (3, 5) else 0))
    code, output, message = convert(MADE / "item_first.weights.h5", "--predictions", str(scores), "--user-table",
                                    "layers/embedding_1", "--candidate-first")
    assert code == 65 and "user 3, item 5" in message and "1 of 63 pairs" in message and not output.exists()
    for line, word in (("a,b\n", "line 2"), ("1,2,x\n", "line 2"), ("1,1,0.5\n", "scores of 1 pairs"),
                       ("x,1,0.5\n", "numbers"), ("", "scores of 0 pairs"), ("1,1,nan\n" * 300, "line")):
        (tmp_path / "p.csv").write_text("user,item,score\n" + line)
        code, _, message = convert(MADE / "item_first.weights.h5", "--predictions", str(tmp_path / "p.csv"))
        assert code == 65 and (word in message or "pairs" in message), message
    assert convert(MADE / "item_first.weights.h5", "--predictions", str(tmp_path / "none"))[0] == 65


@pytest.mark.parametrize("header", ["item,user,score", "movie_id,user_id,rating", "score,user,item", "user,score,item"])
def test_predictions_whose_header_names_another_order_are_refused(convert, tmp_path, header):
    scores = pairs_of("item_first", tmp_path / "p.csv", True)
    lines = scores.read_text().splitlines(True)
    scores.write_text("".join([header + "\n", *lines[1:]]))
    code, output, message = convert(MADE / "item_first.weights.h5", "--predictions", str(scores))
    assert code == 65 and "in this order" in message and header in message and not output.exists()


def test_what_is_wrong_with_the_predictions_is_said_once(convert, tmp_path):
    (tmp_path / "p.csv").write_text("1,1,0.5\n")
    code, _, message = convert(MADE / "item_first.weights.h5", "--predictions", str(tmp_path / "p.csv"))
    assert code == 65 and message.count("scores of 1 pairs") == 1


def test_a_missing_file_is_said_to_be_missing(convert, tmp_path):
    code, _, message = convert(tmp_path / "none.keras")
    assert code == 65 and "there is no such file" in message


def test_fewer_predictions_than_needed_are_refused(convert, tmp_path):
    lines = pairs_of("item_first", tmp_path / "p.csv").read_text().splitlines(True)
    (tmp_path / "p.csv").write_text("".join(lines[:40]))
    code, _, message = convert(MADE / "item_first.weights.h5", "--predictions", str(tmp_path / "p.csv"))
    assert code == 65 and "39 pairs" in message and "48" in message


@pytest.mark.parametrize("option", [("--candidate-first",), ("--user-table", "layers/embedding")])
def test_options_for_weights_alone_do_not_fit_a_graph(convert, option):
    code, _, message = convert(MADE / "two_hidden.keras", *option)
    assert code == 64 and option[0] in message


def test_dot_product_alone(convert, tmp_path):
    source = save(tmp_path / "w.weights.h5", synthetic((7, 4), (9, 4), ()))
    code, _, message = convert(source, *UNPROVED)
    assert code == 65 and "--dot" in message
    code, output, _ = convert(source, *UNPROVED, "--dot")
    assert code == 0 and load(output)[0]["dot_product"] == "true"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_weights_in_half_precision_convert_exactly(convert, tmp_path, dtype):
    arrays = {k: v.astype(np.float16) for k, v in synthetic().items()}
    source = tmp_path / "w.weights.h5"
    if dtype == "bfloat16":  # as Keras writes them: two opaque bytes, and an attribute
        arrays = {k: (v.astype(np.float32).view(np.uint32) >> 16).astype("<u2").view("V2") for k, v in arrays.items()}
    save(source, arrays)
    if dtype == "bfloat16":
        with h5py.File(source, "r+") as file:
            for path in arrays:
                file[path].attrs["dtype"] = dtype
        arrays = {k: (v.view("<u2").astype(np.uint32) << 16).view(np.float32) for k, v in arrays.items()}
    code, output, message = convert(source, *UNPROVED)
    assert code == 0, message
    tensors = load(output)[1]
    assert np.array_equal(tensors["user_embedding"], arrays["layers/embedding/vars/0"].astype(np.float32))
    assert np.array_equal(tensors["dense_1.kernel"], arrays["layers/sequential/layers/dense_1/vars/0"].astype(np.float32))


def test_zeros_are_clean(convert, tmp_path):
    arrays = synthetic()
    arrays["layers/embedding/vars/0"][1] = [-0.0, 1e-40, -1e-45]
    _, output, _ = convert(save(tmp_path / "w.weights.h5", arrays), *UNPROVED)
    assert load(output)[1]["user_embedding"][1].view(np.uint32).tolist() == [0, 0, 0]


def changed(path, value):
    arrays = synthetic()
    if value is None:
        del arrays[path]
    else:
        arrays[path] = value
    return arrays


DENSE = "layers/sequential/layers/dense"


@pytest.mark.parametrize("arrays, word", [
    ({}, "two embedding tables"), ({"layers/embedding/vars/0": np.ones((3, 2), np.float32)}, "has 1"),
    (changed("layers/embedding_2/vars/0", np.ones((3, 2), np.float32)), "has 3"),
    (changed(f"{DENSE}/vars/1", None), "Dense layer with its bias"), (changed(f"{DENSE}/vars/0", None), "lacks a variable"),
    (changed(f"{DENSE}_1/vars/0", np.ones((6, 1), np.float32)), "do not chain"),
    (changed(f"{DENSE}/vars/0", np.ones((6, 5), np.float32)), "do not chain from 5 inputs"),
    (changed(f"{DENSE}/vars/1", np.ones(4, np.float32)), "Dense layer with its bias"),
    (changed("layers/embedding/vars/0", np.full((7, 3), np.nan, np.float32)), "finite"),
    (changed(f"{DENSE}/vars/1", np.full(5, np.inf, np.float32)), f"{DENSE}/vars/1[0]"),
    (changed("layers/embedding/vars/0", np.ones((7, 3), np.float64)), "float64"),
    (changed("layers/embedding/vars/0", np.ones((7, 0), np.float32)), "shape"),
    (changed("layers/layer_normalization/vars/0", np.ones(5, np.float32)), "layer_normalization"),
    (changed("layers/conv/vars/0", np.ones((2, 2, 2), np.float32)), "conv"),
    ({**changed(f"{DENSE}/vars/0", np.full((5, 5), 3e38, np.float32)),
      "layers/embedding/vars/0": np.full((7, 3), 3e38, np.float32)}, "not finite"),
])
def test_weights_of_other_models_are_refused(convert, tmp_path, arrays, word):
    options = UNPROVED if "layers/embedding/vars/0" in arrays else ()
    code, output, message = convert(save(tmp_path / "w.weights.h5", arrays), *options)
    assert code == 65 and word in message and not output.exists()
    assert no_leftovers(tmp_path, "w.weights.h5")


def test_equal_layers_without_numbers_are_refused(convert, tmp_path):
    arrays = synthetic(widths=(5, 5, 1))
    for old, new in (("dense_2", "a"), ("dense_1", "b"), ("dense", "c")):
        arrays = {k.replace(f"/{old}/", f"/{new}/"): v for k, v in arrays.items()}
    code, _, message = convert(save(tmp_path / "w.weights.h5", arrays))
    assert code == 65 and "one way" in message


def test_foreign_and_cut_files_are_refused(convert, tmp_path):
    for name, data in (("empty", b""), ("text", b"not a model\n" * 99), ("missing", None)):
        if data is not None:
            (tmp_path / name).write_bytes(data)
        code, output, message = convert(tmp_path / name)
        assert code == 65 and name in message and not output.exists()
    for name in ("model.weights.h5", "model.keras"):
        data = (KERAS / name).read_bytes()
        for size in (1, 8, 100, 1000, len(data) // 2, len(data) - 1000, len(data) - 1):
            (tmp_path / name).write_bytes(data[:size])
            code, output, message = convert(tmp_path / name)
            assert code == 65 and name in message and not output.exists(), size
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("config.json", "{}")
    code, _, message = convert(tmp_path / "other.zip")
    assert code == 65 and "no model.weights.h5" in message


def test_a_flipped_bit_in_an_archive_is_refused(convert, tmp_path):
    data = bytearray((KERAS / "model.keras").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "m.keras").write_bytes(data)
    code, _, message = convert(tmp_path / "m.keras")
    assert code == 65 and "CRC" in message


def test_an_output_that_cannot_be_written_leaves_nothing(convert, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for output in (tmp_path / "nowhere" / "out.safetensors", tmp_path, tmp_path / "pipe"):
        code, _, message = convert(KERAS / "model.weights.h5", *UNPROVED, output=output)
        assert code == 73 and str(output) in message
    assert (tmp_path / "pipe").is_fifo()  # and not a regular file in its place
    assert no_leftovers(tmp_path, "pipe") and not list(tmp_path.parent.glob(f"{tmp_path.name}.tmp*"))


def test_a_refused_input_leaves_the_old_output(convert, tmp_path):
    (tmp_path / "out.safetensors").write_bytes(b"old")
    assert convert(tmp_path / "missing")[0] == 65
    assert (tmp_path / "out.safetensors").read_bytes() == b"old" and no_leftovers(tmp_path, "out.safetensors")


@pytest.mark.parametrize("arguments", [[], ["a"], ["a", "b", "c"], ["a", "b", "--nonsense"]])
def test_usage(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 64 and "usage" in capsys.readouterr().err


def test_input_as_output_is_refused(convert, tmp_path):
    source = save(tmp_path / "w.weights.h5", synthetic())
    assert convert(source, output=source)[0] == 64


def test_the_command_runs_as_a_module(tmp_path):
    command = [sys.executable, "-m", "rank_client.convert"]
    run = subprocess.run([*command, str(MADE / "two_hidden.keras"), str(tmp_path / "o")], capture_output=True, text=True)
    assert run.returncode == 0 and (tmp_path / "o").exists() and "model" in run.stdout
    assert subprocess.run(command, capture_output=True).returncode == 64


def test_the_converter_tells_the_version_of_the_package(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert exit_.value.code == 0 and capsys.readouterr().out == f"swift-rank {rank_client.__version__}\n"
