"""Keras models made here, as `model.save` writes them: each converts to Keras' own scores, or is refused by name."""

import contextlib
import json
import os
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
from keras import layers, ops
from test_convert import MADE, convert, load, network_of  # noqa: F401 (a fixture)

import own_models
from rank_client.conversion import numerics, vocabulary
from rank_client.conversion.keras import files as keras_files
from rank_client.conversion.keras import inputs as keras_inputs
from rank_client.conversion.keras import nodes as keras_nodes
from rank_client.conversion.keras import proof

TRAIN = os.environ.get("RANK_TRAIN")
USERS, ITEMS = 7, 9
CLASSES = ("--custom", str(MADE / "own_models.py"))


def weights(model, seed=1):
    for k, variable in enumerate(model.variables):
        if "seed" not in variable.path and variable.dtype in ("float16", "bfloat16", "float32", "float64"):
            values = np.random.default_rng(100 * seed + k).standard_normal(variable.shape) / 2
            variable.assign(0.5 + np.abs(values) if "variance" in variable.path else values)
    return model


def inputs(names=("user_id", "movie_id"), shape=(1,), dtype="int32"):
    return [keras.Input(shape, name=name, dtype=dtype) for name in names]


def embedded(tensor, rows, width, **options):
    return layers.Flatten()(layers.Embedding(rows, width, **options)(tensor))


def numbered(tail):
    """A model whose ids come as floats, and whose last step takes the user's as numbers."""
    user, item = inputs(shape=(1,), dtype="float32")
    rows = [layers.Flatten()(layers.Embedding(9, 3)(ids)) for ids in (user, item)]
    return weights(keras.Model([user, item], tail(user, layers.Dense(1)(layers.Concatenate()(rows)))))


def network(mid=lambda x: x, tail=lambda x, a, b: x, front=lambda x: x, names=("user_id", "movie_id"), item_first=False,
            activation="relu", bias=True, rows=(USERS, ITEMS), **options):
    """Two embeddings, joined, a dense layer of five units, and an output."""
    user, item = inputs(names, **options)
    a, b = embedded(front(user), rows[0], 3), embedded(front(item), rows[1], 3)
    x = layers.Concatenate()([b, a] if item_first else [a, b])
    x = layers.Dense(1, use_bias=bias)(mid(layers.Dense(5, activation=activation, use_bias=bias)(x)))
    score = tail(x, a, b)
    return weights(keras.Model([item, user] if item_first else [user, item], score))


def by_tables(score, names=("user_id", "movie_id"), **options):
    """A model whose score `score(e)` makes of embeddings `e(side, width)`."""
    user, item = inputs(names, **options)
    tensors, rows = {"user": user, "item": item}, {"user": USERS, "item": ITEMS}
    return weights(keras.Model([user, item], score(lambda side, width, **o: embedded(tensors[side], rows[side], width, **o))))


def scores_of(model, users, items):
    """Keras' scores; the inputs are told apart by their names."""
    values = []
    for tensor in model.inputs:
        ids = users if tensor.name.lower() in keras_inputs.USER_NAMES or tensor.name == "a_user" else items
        ids = np.asarray(ids).reshape(-1, *tensor.shape[1:])
        values.append(ops.convert_to_tensor(ids.tolist() if tensor.dtype == "string" else ids, dtype=tensor.dtype))
    return np.asarray(ops.convert_to_numpy(model(values, training=False)), np.float64).ravel()


def check(convert, tmp_path, model, *options, users=range(1, USERS), items=range(1, ITEMS)):  # noqa: F811
    """Converts the model and compares every pair by id; returns (metadata, tensors, notes)."""
    model.save(tmp_path / "m.keras")
    code, output, message = convert(tmp_path / "m.keras", *options)
    assert code == 0, message
    pairs = [(u, i) for u in users for i in items]
    theirs = scores_of(model, [u for u, _ in pairs], [i for _, i in pairs])
    metadata, tensors, _ = load(output)
    rows = [rows_of(metadata, tensors, side) for side in ("user", "candidate")]
    mine = numerics.scores(network_of(output), np.array([rows[0][str(u)] for u, _ in pairs]),
                           np.array([rows[1][str(i)] for _, i in pairs]))
    assert np.abs(mine - theirs).max() <= 5e-7 * max(1, np.abs(theirs).max())
    assert metadata["proof"] == "source"
    if TRAIN:
        run = subprocess.run([TRAIN, "predict", "--model", output, "--input", "-"], text=True, capture_output=True,
                             input="".join(f"{u},{i}\n" for u, i in pairs), timeout=60)
        assert run.returncode == 0, run.stderr
        printed = np.array([line.rsplit(",", 1)[1] for line in run.stdout.splitlines()], np.float32)
        assert printed.view(np.uint32).tolist() == mine.view(np.uint32).tolist()
    return metadata, tensors, message


def rows_of(metadata, tensors, side):
    kind = metadata[f"{side}_vocabulary"]
    if kind == "identity":
        return {str(r): r for r in range(len(tensors[f"{side}_embedding"]))}
    if kind == "u64":
        return {str(i): r for r, i in enumerate(tensors[f"{side}_ids"].tolist()) if r}
    text, offsets = tensors[f"{side}_ids.text"].tobytes(), tensors[f"{side}_ids.offsets"].tolist()
    return {text[a:b].decode(): r for r, (a, b) in enumerate(zip(offsets, offsets[1:])) if r}


def refused(convert, tmp_path, model, *words, options=()):  # noqa: F811
    model.save(tmp_path / "m.keras")
    code, output, message = convert(tmp_path / "m.keras", *options)
    assert code == 65 and not output.exists(), message
    for word in words:
        assert word in message, message
    return message


def dot(e):
    return layers.Dot(axes=1)([e("user", 3), e("item", 3)])


CONVERTED = {
    "plain": lambda: network(),
    "item first": lambda: network(item_first=True),
    "four times plus one": lambda: network(tail=lambda x, a, b: x * 4.0 + 1.0),
    "one less": lambda: network(tail=lambda x, a, b: 1 - x / 2),
    "sigmoid operation": lambda: network(tail=lambda x, a, b: ops.sigmoid(x)),
    "sigmoid and scale": lambda: network(tail=lambda x, a, b: layers.Rescaling(4, 1)(layers.Activation("sigmoid")(x))),
    "relu of the tables": lambda: by_tables(lambda e: layers.Dense(1)(layers.Dense(4, activation="relu")(ops.relu(
        ops.concatenate([e("user", 3), e("item", 2)], axis=-1))))),
    "dot added": lambda: network(tail=lambda x, a, b: x + ops.sum(a * b, axis=1, keepdims=True)),
    "wide and deep": lambda: by_tables(lambda e: layers.Add()([
        layers.Dense(1)(layers.Dense(4, activation="relu")(layers.Concatenate()([e("item", 4), e("user", 2)]))),
        e("user", 1), e("item", 1)])),
    "dot": lambda: by_tables(dot),
    "dot and biases": lambda: by_tables(lambda e: layers.Add()([dot(e), e("user", 1), e("item", 1)])),
    "dot, biases, sigmoid": lambda: by_tables(lambda e: layers.Activation("sigmoid")(
        layers.Add()([dot(e), e("user", 1), e("item", 1)]))),
    "dot and a constant": lambda: by_tables(lambda e: dot(e) + 3.5),
    "cosine": lambda: by_tables(lambda e: layers.Dot(axes=-1, normalize=True)([e("item", 3), e("user", 3)])),
    "weighted products": lambda: by_tables(lambda e: layers.Dense(1)(layers.Multiply()([e("item", 5), e("user", 5)]))),
    "neural factorisation": lambda: by_tables(lambda e: layers.Dense(1, activation="sigmoid")(layers.Concatenate()([
        layers.Multiply()([e("user", 4), e("item", 4)]),
        layers.Dense(3, activation="relu")(layers.Concatenate()([e("user", 2), e("item", 5)]))]))),
    "no bias": lambda: network(bias=False),
    "activation layer": lambda: network(activation=None, mid=lambda x: layers.Activation("relu")(x)),
    "batch norm behind": lambda: network(mid=lambda x: layers.BatchNormalization()(x)),
    "batch norm before": lambda: network(activation=None, mid=lambda x: layers.ReLU()(
        layers.BatchNormalization(scale=False)(x))),
    "masked batch norm": lambda: by_tables(lambda e: layers.Dense(1)(layers.BatchNormalization()(layers.Concatenate()(
        [e("user", 3, mask_zero=True), e("item", 3)]))), shape=()),
    "noise": lambda: network(mid=lambda x: layers.GaussianNoise(0.1)(layers.Dropout(0.5)(x))),
    "tower of one side": lambda: by_tables(lambda e: layers.Dot(axes=1)([
        layers.LayerNormalization()(layers.Dense(4, activation="softplus")(e("user", 6))), e("item", 4)])),
    "residual that is linear": lambda: by_tables(lambda e: layers.Dense(1)(
        (lambda x: x + layers.Dense(5, activation="relu")(x))(layers.Concatenate()([e("user", 2), e("item", 3)])))),
    "two branches": lambda: by_tables(lambda e: (lambda x: layers.Dense(1)(layers.Concatenate()(
        [layers.Dense(3, activation="tanh")(x), layers.Dense(2, activation="tanh")(x)])))(
            layers.Concatenate()([e("user", 2), e("item", 3)]))),
    "ids less one": lambda: network(front=lambda t: t - 1, rows=(USERS - 1, ITEMS - 1)),
    "scalar inputs": lambda: by_tables(lambda e: layers.Dense(1)(layers.Concatenate()([e("user", 3), e("item", 3)])),
                                       shape=()),
    "float inputs": lambda: network(dtype="float32"),
    **{f"{name} {kind}": (lambda name=name, kind=kind: network(activation=name) if kind == "inside" else network(
        activation=None, mid=lambda x: getattr(ops, name)(x))) for kind in ("inside", "operation")
       for name in ("tanh", "gelu", "leaky_relu", "sigmoid", "silu", "elu", "relu6", "selu", "hard_sigmoid")},
    **{f"output {name}": (lambda name=name: network(tail=lambda x, a, b: layers.Activation(name)(x)))
       for name in ("tanh", "relu", "gelu")},
}


@pytest.mark.parametrize("name", CONVERTED)
def test_it_scores_as_keras_does(convert, tmp_path, name):  # noqa: F811
    options = ("--dot",) if name.startswith("dot") else ()
    metadata, tensors, _ = check(convert, tmp_path, CONVERTED[name](), *options)
    stepped = {"activations", "output"} & set(metadata) or "output_scale" in tensors
    assert metadata["architecture"] == f"two-tower-rating/{2 if stepped else 1}"
    if name == "dot added":  # the dense layers and the dot product share their columns
        assert tensors["user_embedding"].shape == (USERS, 3)
    if name == "neural factorisation":  # and here each has its own
        assert tensors["user_embedding"].shape == (USERS, 2 + 5 + 4)


def nested():
    user, item = inputs()
    towers = [keras.Sequential([layers.Embedding(rows, 3), layers.Flatten()], name=name)
              for rows, name in ((ITEMS, "item_tower"), (USERS, "user_tower"))]
    inner = keras.Input((6,))
    top = keras.Model(inner, layers.Dense(1)(layers.Dense(4, activation="relu")(inner)))
    whole = keras.Model({"item_id": item, "user_id": user}, top(layers.Concatenate()([towers[0](item), towers[1](user)])))
    outer = inputs()
    return weights(keras.Model(outer, whole({"user_id": outer[0], "item_id": outer[1]}) * 2.0))


def test_nested_models_are_read(convert, tmp_path):  # noqa: F811
    check(convert, tmp_path, nested())


def test_a_matrix_of_two_columns(convert, tmp_path):  # noqa: F811
    pair = keras.Input((2,), dtype="int32")
    a, b = layers.Embedding(USERS, 3)(pair[:, 0]), layers.Embedding(ITEMS, 3)(pair[:, 1])
    model = weights(keras.Model(pair, ops.sum(a * b, axis=1, keepdims=True)))
    refused(convert, tmp_path, model, "--user-input")
    code, output, message = convert(tmp_path / "m.keras", "--user-input", "0")
    assert code == 0, message
    pairs = np.array([(u, i) for u in range(1, USERS) for i in range(1, ITEMS)])
    mine = numerics.scores(network_of(output), pairs[:, 0], pairs[:, 1])
    assert np.abs(mine - model.predict(pairs, verbose=0).ravel()).max() <= 5e-7


@pytest.mark.parametrize("mask, oov", [(False, 1), (True, 1), (False, 0)])
@pytest.mark.parametrize("kind", ["texts", "numbers", "both"])
def test_lookups_become_the_vocabulary(convert, tmp_path, kind, mask, oov):  # noqa: F811
    texts, numbers = ["10", "zwei", "9", "été"], [907, 3, 2**40, 12, 5]
    own = {"texts": (texts, texts[::-1]), "numbers": (numbers, numbers[::-1]), "both": (texts, numbers)}[kind]
    tensors, tables = [], []
    for name, ids in zip(("user_id", "movie_id"), own):
        text = isinstance(ids[0], str)
        tensors.append(keras.Input((1,), name=name, dtype="string" if text else "int64"))
        lookup = layers.StringLookup if text else layers.IntegerLookup
        layer = lookup(vocabulary=ids, num_oov_indices=oov, mask_token=("" if text else 0) if mask else None)
        tables.append(embedded(layer(tensors[-1]), len(ids) + oov + mask, 3))
    model = weights(keras.Model(tensors, layers.Dense(1)(layers.Dense(4, activation="relu")(layers.Concatenate()(tables)))))
    metadata, tensors, notes = check(convert, tmp_path, model, users=own[0], items=own[1])
    assert metadata["user_vocabulary"] == ("u64" if kind == "numbers" else "utf8")
    assert ("no row for unknown" in notes) == (oov == 0)
    rows = list(zip(tensors["golden.user_rows"].tolist(), tensors["golden.candidate_rows"].tolist()))
    assert ((0, 0) in rows) == (oov == 1)


def masked():
    user, item = inputs(shape=())
    product = layers.Multiply(name="masked")([layers.Embedding(USERS, 3, mask_zero=True)(user), layers.Embedding(ITEMS, 3)(item)])
    return weights(keras.Model([user, item], layers.Dense(1)(product)))


def looked_up(layer, dtype="int64"):
    user, item = inputs(dtype=dtype)
    return weights(keras.Model([user, item], layers.Dense(1)(layers.Concatenate()(
        [embedded(layer(user), 12, 3), embedded(layer(item), 12, 3)]))))


def test_lookups_without_tensorflow_are_told_what_to_install(convert, tmp_path, monkeypatch):  # noqa: F811
    looked_up(layers.IntegerLookup(vocabulary=[4, 5])).save(tmp_path / "m.keras")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, output, message = convert(tmp_path / "m.keras")
    assert code == 69 and "IntegerLookup" in message and "rank-client[convert]" in message and not output.exists()


def test_a_description_that_is_too_large_to_read_is_refused(convert, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(keras_files, "MAX_CONFIG", 1000)
    refused(convert, tmp_path, network(), "config.json", "1000")


def test_a_backend_that_keras_does_not_know_is_said_to_be_missing(tmp_path):
    run = subprocess.run([sys.executable, "-m", "rank_client.convert", MADE / "item_first.keras", tmp_path / "m"], text=True,
                         capture_output=True, timeout=120, env={**os.environ, "KERAS_BACKEND": "abacus"})
    last = run.stderr.strip().splitlines()[-1]
    assert run.returncode == 69 and "abacus" in last and "rank-client[convert]" in last


@pytest.mark.parametrize("option, code", [(("--float32",), 64), (("--unproved",), 0)])
def test_options_that_are_not_needed(convert, tmp_path, option, code):  # noqa: F811
    network().save(tmp_path / "m.keras")
    ended, output, message = convert(tmp_path / "m.keras", *option)
    assert ended == code and option[0] in message
    assert code or load(output)[0]["proof"] == "source"


@pytest.mark.parametrize("model, words", [
    (lambda: looked_up(layers.Hashing(num_bins=12, name="bins")), ["bins", "Hashing"]),
    (lambda: looked_up(layers.IntegerLookup(vocabulary=[4, 5], num_oov_indices=3, name="look")), ["look", "hash"]),
    (lambda: looked_up(layers.IntegerLookup(vocabulary=[-4, 5], name="look")), ["look", "-4"]),
    (lambda: network(front=lambda t: t % 5), ["mod", "id"]),
    (lambda: network(tail=lambda x, a, b: ops.abs(x)), ["absolute"]),
    (lambda: network(tail=lambda x, a, b: ops.clip(x, 0, 1)), ["clip"]),
    (lambda: network(activation="mish"), ["mish", "dense"]),
    (lambda: network(mid=lambda x: layers.LayerNormalization(name="norm")(x)), ["norm", "LayerNormalization"]),
    (lambda: network(mid=lambda x: x + layers.Dense(5, activation="relu", name="added")(x)), ["residual"]),
    (lambda: network(mid=lambda x: layers.Softmax(name="shares")(x)), ["shares"]),
    (lambda: network(mid=lambda x: layers.Dropout(0.5, name="always")(x, training=True)), ["always", "training"]),
    (lambda: network(tail=lambda x, a, b: x - ops.mean(x, axis=0, keepdims=True)), ["mean", "batch"]),
    (lambda: network(tail=lambda x, a, b: layers.Concatenate()([x, x])), ["output", "2"]),
    (lambda: network(tail=lambda x, a, b: [x, x * 2]), ["2 outputs"]),
    (lambda: network(tail=lambda x, a, b: ops.sum(a, axis=1, keepdims=True)), ["user alone"]),
    (lambda: network(tail=lambda x, a, b: layers.Dense(1, name="next")(layers.Dense(4, activation="relu", name="joins")(
        layers.Concatenate()([x, a * b])))), ["joins", "products"]),
    (lambda: network(tail=lambda x, a, b: own_models.Stretch(name="mine")(x)), ["mine", "own>Stretch", "--custom"]),
    (lambda: network(tail=lambda x, a, b: layers.Lambda(lambda t: t * 2, name="code")(x)), ["code", "Lambda"]),
    (lambda: network(shape=(2,)), ["user_id", "shape"]),
    (lambda: numbered(lambda ids, x: x + ids), ["add", "an id is a name"]),
    (lambda: numbered(lambda ids, x: layers.Add(name="sum")([ids, x])), ["sum", "an id is a name"]),
    (lambda: numbered(lambda ids, x: layers.Multiply(name="times")([ids, x])), ["times", "id"]),
    (lambda: masked(), ["masked", "mask"]),
])
def test_what_is_not_understood_is_refused_by_name(convert, tmp_path, model, words):  # noqa: F811
    refused(convert, tmp_path, model(), *words)


@pytest.mark.parametrize("error", [TypeError("boom"), IndexError("boom"), AssertionError("boom"), ZeroDivisionError("boom")])
def test_a_node_that_reading_fails_on_is_refused_by_its_name(convert, tmp_path, monkeypatch, error):  # noqa: F811
    def fails(*arguments):
        raise error

    monkeypatch.setitem(keras_nodes.HANDLERS, "Concatenate", fails)
    refused(convert, tmp_path, network(), "(Concatenate) is not understood: boom")


def test_a_lambda_is_refused_whatever_the_options(convert, tmp_path):  # noqa: F811
    model = network(tail=lambda x, a, b: layers.Lambda(lambda t: t * 2, name="code")(x))
    for options in ((), ("--custom", own_models.__file__), ("--unproved",)):
        refused(convert, tmp_path, model, "code", "keras.ops", options=options)


def test_outputs_in_a_dict_and_the_row_of_unknown_ids_are_told(convert, tmp_path):  # noqa: F811
    plain = network()
    model = keras.Model(plain.inputs, {"rating": plain.outputs[0]})
    model.save(tmp_path / "m.keras")
    code, output, notes = convert(tmp_path / "m.keras")
    assert code == 0 and load(output)[0]["proof"] == "source"
    assert "row 0 answers unknown ids" in notes


def test_an_id_that_is_taken_as_a_number_is_refused(convert, tmp_path):  # noqa: F811
    user, item = inputs(dtype="float32")
    x = layers.Concatenate()([embedded(user, USERS, 3), embedded(item, ITEMS, 3), layers.Dense(2, name="number")(item)])
    refused(convert, tmp_path, weights(keras.Model([user, item], layers.Dense(1)(x))), "number", "id")
    extra = keras.Input((1,), name="hour")
    x = layers.Concatenate()([embedded(user, USERS, 3), embedded(item, ITEMS, 3), extra])
    refused(convert, tmp_path, weights(keras.Model([user, item, extra], layers.Dense(1)(x))), "3 inputs", "hour")


def test_tables_of_different_sizes_on_one_side_are_refused(convert, tmp_path):  # noqa: F811
    user, item = inputs()
    x = layers.Add()([layers.Dot(axes=1)([embedded(user, USERS, 3), embedded(item, ITEMS, 3)]), embedded(user, USERS + 1, 1)])
    refused(convert, tmp_path, weights(keras.Model([user, item], x)), "rows")


def test_dot_that_the_graph_does_not_have_is_refused(convert, tmp_path):  # noqa: F811
    refused(convert, tmp_path, network(), "--dot", options=("--dot",))


@pytest.mark.parametrize("names, told", [
    (("user_id", "movie_id"), True), (("userId", "productId"), True), (("customer_id", "x"), True), (("x", "item"), True),
    (("moviegoer", "film_reel"), False), (("superuser", "unmovie"), False), (("user_id", "user"), False), (("a", "b"), False),
])
def test_inputs_are_told_by_whole_names_or_asked_for(convert, tmp_path, names, told):  # noqa: F811
    model = network(names=names)
    model.save(tmp_path / "m.keras")
    code, output, message = convert(tmp_path / "m.keras")
    assert code == (0 if told else 65)
    assert told or ("--user-input" in message and all(name in message for name in names))
    for said, rows in ((names[0], (USERS, ITEMS)), (names[1], (ITEMS, USERS))):
        code, output, _ = convert(tmp_path / "m.keras", "--user-input", said)
        tensors = load(output)[1]
        assert code == 0 and (len(tensors["user_embedding"]), len(tensors["candidate_embedding"])) == rows
    assert convert(tmp_path / "m.keras", "--user-input", "absent")[0] == 65


@contextlib.contextmanager
def under(policy):
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "bfloat16", "float16"])
def test_half_precision_is_refused_or_taken_in_float32_as_said(convert, tmp_path, policy):  # noqa: F811
    with under(policy):
        model = network()
    refused(convert, tmp_path, model, policy, "--float32", "user ")
    code, output, notes = convert(tmp_path / "m.keras", "--float32")
    assert code == 0 and "half precision" in notes, notes
    own = network()
    for ours, theirs in zip(own.variables, model.variables):
        ours.assign(ops.cast(theirs.value, "float32"))
    users, items = (a.ravel() for a in np.meshgrid(np.arange(1, USERS), np.arange(1, ITEMS), indexing="ij"))
    assert np.abs(numerics.scores(network_of(output), users, items) - scores_of(own, users, items)).max() <= 5e-7
    assert "float32 policy" in load(output)[0]["proof.source"]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_tables_in_half_precision_are_exact(convert, tmp_path, dtype):  # noqa: F811
    user, item = inputs()
    tables = [layers.Embedding(rows, 3, dtype=dtype)(ids) for rows, ids in ((USERS, user), (ITEMS, item))]
    tables = [layers.Flatten()(ops.cast(table, "float32")) for table in tables]
    x = layers.Dense(1)(layers.Dense(5, activation="relu")(layers.Concatenate()(tables)))
    check(convert, tmp_path, weights(keras.Model([user, item], x)))


def test_float64_is_proved_by_itself(convert, tmp_path):  # noqa: F811
    with under("float64"):
        model = network(tail=lambda x, a, b: ops.tanh(x))
    check(convert, tmp_path, model)


def test_lora_is_part_of_the_weights(convert, tmp_path):  # noqa: F811
    model = network()
    model.layers[2].enable_lora(2)
    next(x for x in model.layers if isinstance(x, layers.Dense)).enable_lora(2)
    check(convert, tmp_path, weights(model, 3))


def test_subclassed_models_are_read_with_their_classes(convert, tmp_path):  # noqa: F811
    model = own_models.RankingModel(USERS, ITEMS, 4, (5, 3))
    ids = {"user_id": np.arange(1, USERS), "movie_id": np.arange(1, USERS)}
    model(ids)
    theirs = weights(model).predict(ids, verbose=0).ravel()
    model.save(tmp_path / "m.keras")
    code, output, message = convert(tmp_path / "m.keras", *CLASSES)
    assert code == 0, message
    mine = numerics.scores(network_of(output), ids["user_id"], ids["movie_id"])
    assert np.abs(mine - theirs).max() <= 5e-7


def test_a_subclassed_model_with_a_list_of_inputs_is_asked_for_its_user(convert, tmp_path):  # noqa: F811
    model = own_models.ListModel()
    users, items = np.arange(1, USERS), np.arange(1, USERS)[::-1]
    model([items, users])
    weights(model).save(tmp_path / "m.keras")
    code, _, message = convert(tmp_path / "m.keras", *CLASSES)
    assert code == 65 and "--user-input" in message
    code, output, message = convert(tmp_path / "m.keras", *CLASSES, "--user-input", "1")
    assert code == 0, message
    mine = numerics.scores(network_of(output), users, items)
    assert np.abs(mine - model.predict([items, users], verbose=0).ravel()).max() <= 5e-7
    assert load(output)[0]["activations"] == "tanh"


def test_a_subclassed_model_with_two_columns(convert, tmp_path):  # noqa: F811
    model = own_models.ColumnModel()
    pairs = np.array([(u, i) for u in range(1, USERS) for i in range(1, ITEMS)])
    model(pairs)
    weights(model).save(tmp_path / "m.keras")
    code, output, message = convert(tmp_path / "m.keras", *CLASSES, "--user-input", "0")
    assert code == 0, message
    mine = numerics.scores(network_of(output), pairs[:, 0], pairs[:, 1])
    assert np.abs(mine - model.predict(pairs, verbose=0).ravel()).max() <= 5e-7


def test_a_call_that_cannot_be_followed_is_refused(convert, tmp_path):  # noqa: F811
    network(tail=lambda x, a, b: own_models.Stretch(name="mine")(x)).save(tmp_path / "m.keras")
    (tmp_path / "own.py").write_text(
        "import keras, numpy\n@keras.saving.register_keras_serializable(package='own')\n"
        "class Stretch(keras.layers.Layer):\n    def call(self, x):\n        return numpy.asarray(x.numpy()) * 2\n"
        "    def compute_output_shape(self, shape):\n        return shape\n")
    code, _, message = convert(tmp_path / "m.keras", "--custom", str(tmp_path / "own.py"))
    assert code == 65 and "mine" in message and "step by step" in message


def test_a_subclassed_model_that_looks_texts_up(convert, tmp_path):  # noqa: F811
    users, items = ["1", "10", "2", "it"], ["Heat (1995)", "été", "z"]
    model = own_models.TextModel(users, items)
    pairs = [(u, i) for u in users for i in items]
    ids = {"user_id": ops.convert_to_tensor([u for u, _ in pairs]), "movie_title": ops.convert_to_tensor([i for _, i in pairs])}
    model(ids)
    theirs = np.asarray(weights(model)(ids)).ravel()
    model.save(tmp_path / "m.keras")
    code, _, message = convert(tmp_path / "m.keras")
    assert code == 65 and "rank>TextModel" in message
    assert convert(tmp_path / "m.keras", "--unproved", "--user-table", "query")[0] == 65  # its rows are not ids
    code, output, message = convert(tmp_path / "m.keras", *CLASSES)
    assert code == 0, message
    metadata, tensors, _ = load(output)
    rows = [rows_of(metadata, tensors, side) for side in ("user", "candidate")]
    mine = numerics.scores(network_of(output), np.array([rows[0][u] for u, _ in pairs]), np.array([rows[1][i] for _, i in pairs]))
    assert np.abs(mine - theirs).max() <= 5e-7


def test_a_layer_of_ones_own_is_read_with_its_class(convert, tmp_path):  # noqa: F811
    metadata, tensors, _ = check(convert, tmp_path, network(tail=lambda x, a, b: own_models.Stretch()(x)), *CLASSES)
    assert metadata["output"] == "sigmoid" and tensors["output_scale"].tolist() == [4, 1]
    code, _, message = convert(tmp_path / "m.keras", "--custom", str(tmp_path / "none.py"))
    assert code == 65 and "none.py" in message


def test_a_layer_of_ones_own_that_does_more_is_refused_by_name(convert, tmp_path):  # noqa: F811
    network(tail=lambda x, a, b: own_models.Stretch(name="mine")(x)).save(tmp_path / "m.keras")
    changed = tmp_path / "own.py"
    changed.write_text("import keras\n@keras.saving.register_keras_serializable(package='own')\n"
                       "class Stretch(keras.layers.Layer):\n    def call(self, x):\n        return keras.ops.sort(x) * 2\n")
    code, _, message = convert(tmp_path / "m.keras", "--custom", str(changed))
    assert code == 65 and "mine" in message and "sort" in message


def test_legacy_files_are_told_what_to_do(convert, tmp_path):  # noqa: F811
    model = network()
    model.save(tmp_path / "m.h5")
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(b"\n")
    for path in (tmp_path / "m.h5", tmp_path / "saved"):
        code, _, message = convert(path, "--unproved")
        assert code == 65 and "legacy" in message and '.save("model.keras")' in message
    (tmp_path / "empty").mkdir()
    code, _, message = convert(tmp_path / "empty")
    assert code == 65 and "directory" in message


def test_a_reading_that_is_wrong_is_refused_with_the_pair(convert, tmp_path, monkeypatch):  # noqa: F811
    """Were an operation passed over, Keras' scores would tell: here the converter is made to lose a scale of 1 + 1e-5."""
    monkeypatch.setitem(keras_nodes.HANDLERS, "Multiply", lambda graph, name, operation, values: graph.sources.form(
        name, values[0]))
    refused(convert, tmp_path, network(tail=lambda x, a, b: x * (1 + 1e-5)), "user ", "item ", "differ by")


@pytest.mark.parametrize("taken", [True, False])
def test_rounding_of_the_source_itself_is_told_from_wrongness(taken):
    """A source whose float32 is further away than ours: its float64 decides."""
    random = np.random.default_rng(2)
    tables = [random.standard_normal((rows, 3)).astype(np.float32) for rows in (5, 6)]
    own = numerics.Network(*tables, [], dot=True)

    def rough(users, items):
        return proof.evaluate(own, users, items)[0] + 5e-6 * np.sin(users + items)

    def precise(users, items):
        return proof.evaluate(own, users, items)[0] + (0 if taken else 3e-5)

    ids = vocabulary.identity(5), vocabulary.identity(6)
    if taken:
        found = proof.by_source(own, ids, (0, 0), rough, "it", precise)
        assert 4e-6 < found.max_difference < 7e-6
    for fine in ([] if taken else [precise]) + [None]:
        with pytest.raises(proof.Differs):
            proof.by_source(own, ids, (0, 0), rough, "it", fine)


def test_an_archive_whose_weights_are_of_another_model_is_refused(convert, tmp_path):  # noqa: F811
    network().save(tmp_path / "a.keras")
    network(activation="tanh", names=("user_id", "item_id")).save(tmp_path / "b.keras")
    with zipfile.ZipFile(tmp_path / "a.keras") as a, zipfile.ZipFile(tmp_path / "m.keras", "w") as target:
        for name in a.namelist():
            data = a.read(name)
            if name == "config.json":
                config = json.loads(data)
                config["config"]["layers"][2]["config"]["input_dim"] = USERS + 4
                data = json.dumps(config).encode()
            target.writestr(name, data)
    code, output, message = convert(tmp_path / "m.keras")
    assert code == 65 and "cannot load" in message and not output.exists()


@pytest.mark.parametrize("value, text", [(0, "0"), (1.21e-7, "1.3e-07"), (1e-7, "1.0e-07"), (9.96e-8, "1.0e-07"), (2.5, "2.5e+00")])
def test_differences_are_printed_rounded_up(value, text):
    assert proof.printed(value) == text and float(text) >= value
