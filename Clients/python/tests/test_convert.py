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

from rank_client import keras_weights, numerics
from rank_client.convert import main

KERAS, MADE = FIXTURES / "keras", pathlib.Path(__file__).parent / "keras"


def load(path):
    """(metadata, tensors, bytes) of a model file, read by nothing of ours."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    metadata, tensors = header.pop("__metadata__"), {}
    for name, t in header.items():
        begin, end = (8 + length + o for o in t["data_offsets"])
        tensors[name] = np.frombuffer(data[begin:end], {"F32": "<f4", "U32": "<u4"}[t["dtype"]]).reshape(t["shape"])
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


def optimizer(arrays, slots=1):
    """The arrays with an optimizer that trains them in their order."""
    result = {**arrays, "optimizer/vars/0": np.int64(5), "optimizer/vars/1": np.float32(0.1)}
    for i, array in enumerate(a for a in arrays.values() for _ in range(slots)):
        result[f"optimizer/vars/{i + 2}"] = np.zeros(array.shape, np.float32)
    return result


def save(target, arrays, names=None):
    with h5py.File(target, "w") as file:
        for path, array in arrays.items():
            file[path] = array
        for group, name in (names or {}).items():
            file[group].attrs["name"] = name
    return target


def save_keras(path, arrays, config, names=None):
    buffer = io.BytesIO()
    save(buffer, arrays, names)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", buffer.getvalue())
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


@pytest.mark.parametrize("name", ["model.weights.h5", "model.keras"])
def test_keras_own_model_scores_as_keras_does(convert, name):
    code, output, _ = convert(KERAS / name)
    assert code == 0
    _, tensors, _ = load(output)
    network, _ = keras_weights.read(str(KERAS / name))
    assert np.array_equal(network.user, tensors["user_embedding"]) and network.user.shape == (944, 32)
    with open(KERAS / "reference.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2000
    mine = numerics.scores(network, np.array([int(r["user_id"]) for r in rows]), np.array([int(r["movie_id"]) for r in rows]))
    truth = np.array([float(r["numpy_f64"]) for r in rows])
    assert np.abs(mine.astype(np.float64) - truth).max() <= 5e-7


def test_both_files_of_one_model_give_the_same_bytes(convert, tmp_path):
    files = [convert(KERAS / n, output=tmp_path / n)[1].read_bytes() for n in ("model.weights.h5", "model.keras")]
    assert files[0] == files[1]


def test_the_file_carries_its_proof(convert):
    _, output, _ = convert(KERAS / "model.keras", "--label-transform", "(rating-1)/4")
    metadata, tensors, data = load(output)
    assert list(metadata) == sorted(metadata)
    assert metadata["format"] == "swift-rank/1" and metadata["architecture"] == "two-tower-rating/1"
    assert metadata["user_vocabulary"] == metadata["candidate_vocabulary"] == "identity"
    assert metadata["dot_product"] == "false" and metadata["label_transform"] == "(rating-1)/4"
    assert {v for k, v in metadata.items() if k.startswith("fingerprint.")} == {"unknown"}
    digest = metadata["digest"]
    assert hashlib.sha256(data.replace(digest.encode(), b"0" * 64)).hexdigest() == digest
    users, candidates = tensors["golden.user_rows"].tolist(), tensors["golden.candidate_rows"].tolist()
    assert users == [1 + g * 7919 % 943 for g in range(255)] + [0]
    assert candidates == [1 + g * 104729 % 1682 for g in range(255)] + [0]
    network, _ = keras_weights.read(str(KERAS / "model.keras"))
    golden = numerics.scores(network, np.array(users), np.array(candidates))
    assert golden.view(np.uint32).tolist() == tensors["golden.scores"].view(np.uint32).tolist()
    assert np.float32(metadata["prior"]) == np.float32(golden[:-1].astype(np.float64).mean())


@pytest.mark.parametrize("users, candidates, widths", [
    ((7, 3), (9, 2), (1,)), ((1, 1), (1, 1), (1,)), ((2, 5), (30, 1), (4, 1)), ((7, 3), (9, 2), (6, 5, 1)),
    ((40, 8), (3, 17), (13, 7, 3, 1)),
])
def test_any_dimensions_and_depth(convert, tmp_path, users, candidates, widths):
    arrays = synthetic(users, candidates, widths)
    code, output, _ = convert(save(tmp_path / "w.weights.h5", arrays), "--user-table", "layers/embedding/vars/0")
    assert code == 0
    _, tensors, _ = load(output)
    assert np.array_equal(tensors["user_embedding"], arrays["layers/embedding/vars/0"])
    assert np.array_equal(tensors["candidate_embedding"], arrays["layers/embedding_1/vars/0"])
    assert [tensors[f"dense_{i}.bias"].shape for i in range(len(widths))] == [(w,) for w in widths]
    assert f"dense_{len(widths)}.kernel" not in tensors


def test_dense_layers_are_ordered_by_number(convert, tmp_path):
    """dense_10 comes after dense_9, and layers of equal shapes leave nothing but the numbers to go by."""
    arrays = optimizer(synthetic(widths=(5,) * 11 + (1,)))
    code, output, _ = convert(save(tmp_path / "w.weights.h5", arrays))
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
    code, output, _ = convert(save(tmp_path / "w.weights.h5", optimizer(arrays)))
    assert code == 0
    assert load(output)[1]["dense_0.kernel"].shape == (5, 6)


@pytest.mark.parametrize("slots", [1, 2])
@pytest.mark.parametrize("user_first", [True, False])
def test_the_optimizers_order_tells_the_tables_apart(convert, tmp_path, user_first, slots):
    arrays = synthetic()
    tables = ["layers/embedding/vars/0", "layers/embedding_1/vars/0"]
    order = tables if user_first else tables[::-1]
    arrays = {**{t: arrays[t] for t in order}, **arrays}
    code, output, notes = convert(save(tmp_path / "w.weights.h5", optimizer(arrays, slots)))
    assert code == 0 and "optimizer" in notes
    assert np.array_equal(load(output)[1]["user_embedding"], arrays[order[0]])


@pytest.mark.parametrize("arrays", [synthetic(), optimizer(synthetic((7, 3), (7, 3)))], ids=["no optimizer", "same shape"])
def test_ambiguous_tables_are_asked_for(convert, tmp_path, arrays):
    source = save(tmp_path / "w.weights.h5", arrays)
    code, output, message = convert(source)
    assert code == 65 and not output.exists()
    for part in ("--user-table", "layers/embedding/vars/0", "layers/embedding_1/vars/0"):
        assert part in message
    for path in ("layers/embedding_1/vars/0", "layers/embedding_1"):
        code, output, _ = convert(source, "--user-table", path)
        assert code == 0
        assert np.array_equal(load(output)[1]["user_embedding"], arrays["layers/embedding_1/vars/0"])
    code, _, message = convert(source, "--user-table", "layers/nothing")
    assert code == 65 and "layers/embedding_1/vars/0" in message


@pytest.mark.parametrize("name", ["two_hidden", "item_first", "no_hidden_no_names", "dropout"])
def test_functional_models_saved_by_keras_score_as_keras_does(name):
    network, notes = keras_weights.read(str(MADE / f"{name}.keras"))
    users, items = (a.ravel() for a in np.meshgrid(np.arange(7), np.arange(9), indexing="ij"))
    mine, theirs = numerics.scores(network, users, items), json.loads((MADE / "scores.json").read_text())[name]
    assert np.abs(mine - np.array(theirs)).max() < 1e-6 and not any("assumed" in note for note in notes)


def test_weights_whose_names_and_order_disagree_are_asked_for(convert):
    """The functional model that concatenates [item, user]: its weights alone do not tell, its config does."""
    code, output, message = convert(MADE / "item_first.weights.h5")
    assert code == 65 and "--user-table" in message and not output.exists()
    code, output, _ = convert(MADE / "item_first.weights.h5", "--user-table", "layers/embedding_1", "--candidate-first")
    assert code == 0
    _, by_weights, _ = load(output)
    _, output, _ = convert(MADE / "item_first.keras")
    assert all(np.array_equal(by_weights[key], value) for key, value in load(output)[1].items())


def test_candidate_first_against_the_config_is_refused(convert):
    code, _, message = convert(MADE / "two_hidden.keras", "--candidate-first")
    assert code == 65 and "--candidate-first" in message


def test_names_that_contradict_each_other_are_asked_for(convert, tmp_path):
    arrays = {k.replace("embedding_1", "user_embedding_1").replace("/embedding/", "/user_embedding/"): v
              for k, v in optimizer(synthetic()).items()}
    code, _, message = convert(save(tmp_path / "w.weights.h5", arrays))
    assert code == 65 and "--user-table" in message


def test_layers_names_tell_the_tables_apart(convert, tmp_path):
    names = {"layers/embedding/vars": "user_table", "layers/embedding_1/vars": "item_table"}
    arrays = synthetic()
    code, output, _ = convert(save(tmp_path / "w.weights.h5", arrays, names))
    assert code == 0
    assert np.array_equal(load(output)[1]["user_embedding"], arrays["layers/embedding/vars/0"])


def test_dot_product_alone(convert, tmp_path):
    source = save(tmp_path / "w.weights.h5", synthetic((7, 4), (9, 4), ()))
    code, _, message = convert(source, "--user-table", "layers/embedding")
    assert code == 65 and "--dot" in message
    code, output, _ = convert(source, "--user-table", "layers/embedding", "--dot")
    assert code == 0 and load(output)[0]["dot_product"] == "true"


def test_zeros_are_clean(convert, tmp_path):
    arrays = synthetic()
    arrays["layers/embedding/vars/0"][1] = [-0.0, 1e-40, -1e-45]
    _, output, _ = convert(save(tmp_path / "w.weights.h5", arrays), "--user-table", "layers/embedding")
    assert load(output)[1]["user_embedding"][1].view(np.uint32).tolist() == [0, 0, 0]


def functional(activation="relu", last="linear", join=("user_embedding", "movie_embedding"), extra=()):
    """A functional model's config, as Keras 3 writes it."""
    def layer(kind, name, sources=(), **own):
        args = [{"class_name": "__keras_tensor__", "config": {"shape": [None, 1], "keras_history": [s, 0, 0]}} for s in sources]
        return {"module": "keras.layers", "class_name": kind, "config": {"name": name, **own}, "name": name,
                "inbound_nodes": [{"args": [args], "kwargs": {}}] if args else []}

    layers = [layer("InputLayer", "user_id"), layer("InputLayer", "movie_id"),
              layer("Embedding", "user_embedding", ["user_id"], input_dim=7, output_dim=3),
              layer("Embedding", "movie_embedding", ["movie_id"], input_dim=9, output_dim=2),
              layer("Flatten", "flat_user_embedding", ["user_embedding"]),
              layer("Flatten", "flat_movie_embedding", ["movie_embedding"]),
              layer("Concatenate", "join", [f"flat_{name}" for name in join]),
              layer("Dense", "hidden", ["join"], units=5, activation=activation, use_bias=True),
              layer("Dense", "rating", ["hidden"], units=1, activation=last, use_bias=True), *extra]
    return {"module": "keras.src.models.functional", "class_name": "Functional",
            "config": {"name": "model", "layers": layers}, "compile_config": {"loss": {"class_name": "Custom", "config": {}}}}


NAMES = {"layers/embedding/vars": "user_embedding", "layers/embedding_1/vars": "movie_embedding"}


def test_a_functional_models_config_is_read(convert, tmp_path):
    arrays = synthetic()
    arrays["layers/dropout/seed_generator/vars/0"] = np.zeros(2, np.uint32)
    code, output, notes = convert(save_keras(tmp_path / "m.keras", arrays, functional(), NAMES))
    assert code == 0 and "assumed" not in notes
    assert np.array_equal(load(output)[1]["dense_0.kernel"], arrays["layers/sequential/layers/dense/vars/0"])


def test_a_candidate_half_that_comes_first_is_swapped(convert, tmp_path):
    arrays = synthetic()
    config = functional(join=("movie_embedding", "user_embedding"))
    code, output, notes = convert(save_keras(tmp_path / "m.keras", arrays, config, NAMES))
    assert code == 0 and "swapped" in notes
    kernel = arrays["layers/sequential/layers/dense/vars/0"]
    assert np.array_equal(load(output)[1]["dense_0.kernel"], np.concatenate([kernel[2:], kernel[:2]]))


@pytest.mark.parametrize("config, word", [
    (functional(activation="tanh"), "tanh"), (functional(last="sigmoid"), "sigmoid"), (functional(last="relu"), "relu"),
    (functional(extra=[{"module": "keras.layers", "class_name": "BatchNormalization", "config": {"name": "bn"}}]),
     "BatchNormalization"),
    (functional(extra=[{"module": "keras.layers", "class_name": "Dense", "config": {"name": "x", "units": 4}}]), "units"),
    (functional(extra=[{"module": "keras.layers", "class_name": "Dense", "config": {"name": "x", "use_bias": False}}]), "bias"),
    (functional(extra=[{"module": "keras.layers", "class_name": "Concatenate", "config": {"name": "x"}}]), "Concatenate"),
    (functional(join=("user_embedding", "user_embedding")), "concatenates"), ([], "no model"),
])
def test_configs_of_other_models_are_refused(convert, tmp_path, config, word):
    code, output, message = convert(save_keras(tmp_path / "m.keras", synthetic(), config, NAMES))
    assert code == 65 and word in message and not output.exists()


def changed(path, value):
    arrays = optimizer(synthetic())
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
    code, output, message = convert(save(tmp_path / "w.weights.h5", arrays))
    assert code == 65 and word in message and not output.exists()
    assert no_leftovers(tmp_path, "w.weights.h5")


def test_equal_layers_without_numbers_are_refused(convert, tmp_path):
    arrays = synthetic(widths=(5, 5, 1))
    for old, new in (("dense_2", "a"), ("dense_1", "b"), ("dense", "c")):
        arrays = {k.replace(f"/{old}/", f"/{new}/"): v for k, v in arrays.items()}
    code, _, message = convert(save(tmp_path / "w.weights.h5", optimizer(arrays)))
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
        code, _, message = convert(KERAS / "model.keras", output=output)
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
    run = subprocess.run([*command, str(KERAS / "model.keras"), str(tmp_path / "o")], capture_output=True, text=True)
    assert run.returncode == 0 and (tmp_path / "o").exists() and "model" in run.stdout
    assert subprocess.run(command, capture_output=True).returncode == 64
