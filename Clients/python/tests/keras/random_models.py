#!/usr/bin/env python3
"""Keras models of a user and an item made by lot, each converted and compared with Keras' own scores.

    random_models.py --count 2000 --seed 1 [--rank-train PATH] [--verbose]

`make(seed)` gives a functional model over the layers that the converter knows, in odd but legal orders, names, widths,
activations, lookups and precisions, with layers that it does not know thrown in. `check(seed, directory)` saves and
converts it: the scores by id must be Keras', or the model refused with a reason. Ends with 1 where one is wrong.
"""

import argparse
import collections
import contextlib
import io
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

import keras
import numpy as np
from keras import layers, ops

from rank_client import convert
from rank_client.conversion.numerics import Network, scores

NAMES = [("user_id", "movie_id"), ("user", "item"), ("userId", "productId"), ("movie_input", "user_input"),
         ("customer_id", "b"), ("a", "item_id"), ("the_user_maybe", "a_film"), ("item_user", "user_item")]
HIDDEN = ["relu", "relu", "relu", "tanh", "gelu", "sigmoid", "silu", "elu", "leaky_relu", "relu6", "linear", "selu",
          "hard_sigmoid"]
UNKNOWN = ["softplus", "mish", "exponential", "softsign"]
POLICIES = ["float32"] * 12 + ["mixed_float16", "mixed_bfloat16", "bfloat16", "float16", "float64"]


@dataclass
class Made:
    """A model, how its inputs are fed, and what the converter must be told."""

    model: keras.Model
    user_ids: list  # ids that Keras knows and that the model file must know
    item_ids: list
    feed: object  # (users, items) → what the model takes
    options: list = field(default_factory=list)
    words: list = field(default_factory=list)  # what the model is made of
    policy: str = "float32"


class Lot:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def chance(self, share):
        return self.random.random() < share

    def of(self, choices):
        return choices[int(self.random.integers(len(choices)))]

    def between(self, low, high):
        return int(self.random.integers(low, high + 1))


@keras.saving.register_keras_serializable(package="made_by_lot")
class Own(layers.Layer):
    """A layer that Keras alone does not know."""

    def call(self, x):
        return x * 1.5


def activation_node(lot, name, x):
    """The activation as a layer, or as an operation."""
    kind = lot.between(0, 2)
    if name == "relu" and lot.chance(0.3):
        return layers.ReLU()(x)
    if name == "relu6" and lot.chance(0.5):
        return layers.ReLU(max_value=6)(x)
    if name == "leaky_relu" and kind:
        return layers.LeakyReLU(negative_slope=lot.of([0.3, 0.01, 0.125]))(x)
    if name == "elu" and kind:
        return layers.ELU(alpha=lot.of([1.0, 0.5, 0.3]))(x)
    if name == "gelu" and kind == 1:
        return ops.gelu(x, approximate=lot.chance(0.5))
    if kind == 2 and name not in ("linear",):
        return getattr(ops, name)(x)
    return layers.Activation(name)(x)


def noise(lot, x):
    layer = lot.of([lambda: layers.Dropout(0.4), lambda: layers.GaussianNoise(0.1), lambda: layers.GaussianDropout(0.2),
                    lambda: layers.ActivityRegularization(l2=1e-3), lambda: layers.AlphaDropout(0.1)])
    return layer()(x)


def dense(lot, x, units, words, nodes=True):
    """A dense layer with its activation in one of the ways to write it."""
    name = lot.of(HIDDEN) if not lot.chance(0.02) else lot.of(UNKNOWN)
    words.append(name)
    bias = not lot.chance(0.2)
    if name in UNKNOWN or lot.chance(0.6):
        x = layers.Dense(units, activation=name, use_bias=bias)(x)
    elif lot.chance(0.3):
        x = activation_node(lot, name, layers.BatchNormalization()(layers.Dense(units, use_bias=bias)(x)))
    else:
        x = activation_node(lot, name, layers.Dense(units, use_bias=bias)(x))
    if lot.chance(0.2):
        x = noise(lot, x)
    if lot.chance(0.15):
        x = layers.BatchNormalization(scale=lot.chance(0.7), center=lot.chance(0.7))(x)
        words.append("batch norm")
    if lot.chance(0.05):
        x = layers.Rescaling(0.5, 0.1)(x)
    return x


def tower(lot, x, words):
    """What follows an embedding on its own side."""
    for _ in range(lot.between(0, 2)):
        kind = lot.between(0, 6)
        if kind == 0:
            x = layers.Dense(lot.between(2, 8), activation=lot.of(HIDDEN + UNKNOWN))(x)
        elif kind == 1:
            x = layers.LayerNormalization()(x)
        elif kind == 2:
            x = layers.BatchNormalization()(x)
        elif kind == 3:
            x = layers.UnitNormalization()(x)
        elif kind == 4:
            x = x * 0.5
        elif kind == 5:
            x = ops.tanh(x)
        else:
            x = noise(lot, x)
        words.append(f"tower {kind}")
    return x


def front(lot, texts, words, count, dtype):
    """(function from the input to rows, the number of rows, known ids): what stands before an Embedding."""
    if texts or lot.chance(0.15):
        tokens = list(lot.random.permutation(np.arange(1, 3 * count))[:count])
        mask, oov = lot.chance(0.2), lot.of([1] * 12 + [0] * 4 + [2])
        words.append(f"lookup mask={mask} oov={oov}")
        if texts:
            tokens = [f"id {t}" if lot.chance(0.5) else str(t) for t in tokens]
            layer = layers.StringLookup(vocabulary=tokens, mask_token="" if mask else None, num_oov_indices=oov)
        else:
            tokens = [int(t) for t in tokens]
            layer = layers.IntegerLookup(vocabulary=tokens, mask_token=0 if mask else None, num_oov_indices=oov)
        spare = lot.of([0, 0, 3])
        return layer, count + oov + mask + spare, tokens
    kind = lot.between(0, 9)
    if kind == 0:
        words.append("ids - 1")
        return (lambda x: x - 1), count, list(range(1, count + 1))
    if kind == 1:
        words.append("ids + 1")
        return (lambda x: x + 1), count + 1, list(range(0, count))
    if kind == 2:
        words.append("ids - 3")
        return (lambda x: ops.subtract(x, 3)), count, list(range(3, count + 3))
    if kind == 3 and lot.chance(0.2):
        words.append("hashing")
        return layers.Hashing(num_bins=count), count, list(range(1, count))
    if kind == 4 and lot.chance(0.3):
        words.append("mod")
        return (lambda x: ops.mod(x, count)), count, list(range(1, count))
    if kind == 5:
        return (lambda x: ops.cast(x, "int64")), count, list(range(1, count))
    return (lambda x: x), count, list(range(1, count))


def head(lot, tables, words):
    """The score of a user's and an item's numbers. `tables(side, width)` gives another flat embedding of the side."""
    kind = lot.of(["mlp", "mlp", "mlp", "dot", "dot bias", "gmf", "neumf", "mlp dot", "branches", "cosine", "sum dot"])
    words.append(kind)
    width, other = lot.between(1, 9), lot.between(1, 9)
    if kind in ("dot", "dot bias", "gmf", "cosine", "sum dot"):
        u, i = tables("user", width), tables("item", width)
        width = None
    elif kind == "mlp dot":
        u, i = tables("user", width), tables("item", width)
    else:
        u, i = tables("user", width), tables("item", other)

    def same(a, b):
        if a.shape[1] != b.shape[1]:
            a, b = layers.Dense(4)(a), layers.Dense(4)(b)
        return [a, b] if lot.chance(0.5) else [b, a]

    def network(x, depth=None):
        for _ in range(lot.between(0, 3) if depth is None else depth):
            x = dense(lot, x, lot.between(1, 12), words)
        return x

    def joined():
        parts = [u, i]
        if lot.chance(0.2):
            parts.append(tables(lot.of(["user", "item"]), 3))
        if lot.chance(0.1):
            parts.append(u)
        lot.random.shuffle(parts)
        return layers.Concatenate()(parts) if lot.chance(0.7) else ops.concatenate(parts, axis=lot.of([1, -1]))

    def last(x):
        return layers.Dense(1, use_bias=not lot.chance(0.2))(x)

    if kind == "mlp":
        x = joined()
        if lot.chance(0.1):
            x = layers.BatchNormalization()(x)
        if lot.chance(0.08):
            words.append("residual")
            x = x + layers.Dense(x.shape[1], activation="relu")(x)
        if lot.chance(0.15):
            words.append("nested")
            inner = keras.Input((x.shape[1],))
            x = keras.Model(inner, network(inner))(x)
        x = last(network(x))
        return x
    if kind == "dot":
        return layers.Dot(axes=lot.of([1, -1, (1, 1)]))(same(u, i))
    if kind == "cosine":
        return layers.Dot(axes=1, normalize=True)(same(u, i))
    if kind == "sum dot":
        a, b = same(u, i)
        product = a * b if lot.chance(0.5) else layers.Multiply()([a, b])
        return lot.of([lambda: ops.sum(product, axis=1, keepdims=True), lambda: ops.mean(product, axis=-1, keepdims=True),
                       lambda: ops.expand_dims(ops.sum(product, axis=-1), -1)])()
    if kind == "dot bias":
        parts = [layers.Dot(axes=1)(same(u, i)), tables("user", 1), tables("item", 1)]
        lot.random.shuffle(parts)
        return layers.Add()(parts) if lot.chance(0.6) else parts[0] + parts[1] + parts[2] + 0.25
    if kind == "gmf":
        return last(layers.Multiply()(same(u, i)))
    if kind == "neumf":
        a, b = same(tables("user", 4), tables("item", 4))
        x = layers.Concatenate()([a * b, network(joined(), 2)])
        return last(x)
    if kind == "mlp dot":
        return last(network(joined())) + layers.Dot(axes=1)(same(u, i))
    x = joined()
    if lot.chance(0.5):
        name = lot.of(HIDDEN)
        a, b = layers.Dense(3, activation=name)(x), layers.Dense(5, activation=name)(x)
    else:
        a, b = network(x), network(x)
    return last(layers.Concatenate()([a, b]))


def tail(lot, x, words):
    for _ in range(lot.of([0, 0, 1, 1, 2])):
        kind = lot.between(0, 6)
        words.append(f"tail {kind}")
        if kind == 0:
            x = x * 4 + 1
        elif kind == 1:
            x = layers.Rescaling(2.0, -0.5)(x)
        elif kind in (2, 3):
            x = activation_node(lot, lot.of(["sigmoid", "sigmoid", "tanh", "relu"]), x)
        elif kind == 4:
            x = 1 - x / 2
        elif kind == 5:
            x = layers.Reshape((1,))(x)
        else:
            x = ops.negative(x)
    return x


def make(seed, policy=None):
    """The model of a seed; under another dtype policy it has the same structure."""
    lot = Lot(seed)
    keras.utils.set_random_seed(seed)
    own = lot.of(POLICIES)
    words = [own] if own != "float32" else []
    keras.config.set_dtype_policy(policy or own)
    try:
        return _make(lot, words, own)
    finally:
        keras.config.set_dtype_policy("float32")


def _make(lot, words, policy):
    names = lot.of(NAMES)
    item_first = names[0] == "movie_input"
    texts = [False, False]
    if lot.chance(0.15):
        texts = lot.of([[True, True], [True, True], [True, False]])
    shape = lot.of([(1,), (1,), ()])
    inputs, rows, known = {}, {}, {}
    order = ["item", "user"] if item_first else ["user", "item"]
    if lot.chance(0.3) and not item_first:
        order, names = order[::-1], names[::-1]
    cached = {}
    for side, name in zip(order, names):
        text = texts[side == "item"]
        dtype = "string" if text else lot.of(["int32", "int32", "int64", "float32"])
        inputs[side] = keras.Input(shape, name=name, dtype=dtype)
        before, count, ids = front(lot, text, words, lot.between(2, 40), dtype)
        try:
            rows[side] = (before(inputs[side]), count)
        except (ValueError, TypeError):  # a front that does not fit the input
            rows[side], ids = (inputs[side], count), list(range(1, count))
            words.append("plain")
        known[side] = ids

    def tables(side, width):
        ids, count = rows[side]
        if lot.chance(0.1) and (side, width) in cached:
            words.append("shared")
            x = cached[side, width](ids)
        else:
            layer = layers.Embedding(count, width, mask_zero=lot.chance(0.1))
            cached[side, width] = layer
            if lot.chance(0.1):
                words.append("nested tower")
                inner = keras.Sequential([layer, layers.Flatten()])
                x = inner(ids)
            else:
                x = layer(ids)
        if len(x.shape) == 3:
            x = lot.of([lambda: layers.Flatten()(x), lambda: layers.Reshape((x.shape[2],))(x),
                        lambda: ops.squeeze(x, axis=1)])()
        return tower(lot, x, words) if width > 1 and lot.chance(0.3) else x

    score = tail(lot, head(lot, tables, words), words)
    odd = lot.between(0, 75)
    if odd == 0:
        score, _ = ops.abs(score), words.append("abs")
    elif odd == 1:
        score, _ = Own()(score), words.append("own layer")
    elif odd == 2:
        score, _ = layers.Lambda(lambda t: t * 2)(score), words.append("lambda")
    elif odd == 3:
        extra = keras.Input((1,), name="hour")
        inputs["extra"], _ = extra, words.append("third input")
        score = score + extra
    elif odd == 4:
        score, _ = layers.Dropout(0.5)(score, training=True), words.append("training=True")
    elif odd == 5:
        score, _ = score - ops.mean(score, axis=0, keepdims=True), words.append("mean of the batch")
    as_dict = lot.chance(0.3)
    listed = list(inputs.values())
    model = keras.Model({t.name: t for t in listed} if as_dict else listed, score)
    for k, variable in enumerate(model.variables):
        if variable.dtype not in ("float16", "bfloat16", "float32", "float64"):
            continue
        scale = 0.8 if "embedding" in variable.path else 1 / np.sqrt(max(variable.shape[0], 1))
        values = lot.random.standard_normal(variable.shape) * scale
        if "variance" in variable.path:
            values = 0.5 + np.abs(lot.random.standard_normal(variable.shape))
        elif "gamma" in variable.path:
            values = 1 + 0.3 * lot.random.standard_normal(variable.shape)
        elif len(variable.shape) == 1:
            values = 0.3 * lot.random.standard_normal(variable.shape)
        variable.assign(values)

    def feed(users, items):
        found = {}
        for side, ids in (("user", users), ("item", items), ("extra", np.zeros(len(users)))):
            if side in inputs:
                tensor = inputs[side]
                if tensor.dtype == "string":
                    import tensorflow as tf

                    found[tensor.name] = tf.reshape(tf.constant(list(ids)), (-1, *shape))
                else:
                    ids = np.asarray(ids).reshape((-1, *tensor.shape[1:]))
                    found[tensor.name] = ops.convert_to_tensor(ids, tensor.dtype)
        return found if as_dict else [found[t.name] for t in listed]

    options = ["--user-input", inputs["user"].name] if lot.chance(0.5) or names[0] in (
        "the_user_maybe", "item_user", "a_film", "user_item") and lot.chance(0.9) else []
    if policy.split("_")[-1] in ("float16", "bfloat16") and lot.chance(0.8):
        options = [*options, "--float32"]
    return Made(model, known["user"], known["item"], feed, options, words, policy)


def load(path):
    """(network, rows by id of both sides) of a model file."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    metadata, tensors = header.pop("__metadata__"), {}
    for name, t in header.items():
        begin, end = (8 + length + o for o in t["data_offsets"])
        kind = {"F32": "<f4", "U32": "<u4", "U64": "<u8", "U8": "u1"}[t["dtype"]]
        tensors[name] = np.frombuffer(data[begin:end], kind).reshape(t["shape"])
    own = []
    while f"dense_{len(own)}.kernel" in tensors:
        own.append((tensors[f"dense_{len(own)}.kernel"], tensors[f"dense_{len(own)}.bias"]))
    network = Network(
        tensors["user_embedding"], tensors["candidate_embedding"], own, metadata["dot_product"] == "true",
        *(tensors.get(name) for name in ("user_bias", "candidate_bias", "mean")),
        metadata["activations"].split(",") if "activations" in metadata else None, metadata.get("output", "linear"),
        tensors.get("output_scale"))
    places = []
    for side in ("user", "candidate"):
        kind = metadata[f"{side}_vocabulary"]
        if kind == "identity":
            places.append({str(r): r for r in range(1, len(tensors[f"{side}_embedding"]))})
        elif kind == "u64":
            places.append({str(i): r for r, i in enumerate(tensors[f"{side}_ids"].tolist()) if r})
        else:
            text, offsets = tensors[f"{side}_ids.text"].tobytes(), tensors[f"{side}_ids.offsets"].tolist()
            places.append({text[a:b].decode(): r for r, (a, b) in enumerate(zip(offsets, offsets[1:])) if r})
    return network, places


def reference(made, seed, users, items, policy=None):
    """Keras' own scores, in float32 where the model computes in half precision, or under the policy given."""
    model = made.model
    if policy or "--float32" in made.options:
        model = make(seed, policy or "float32").model
        for ours, theirs in zip(model.variables, made.model.variables):
            ours.assign(ops.cast(theirs.value, ours.dtype))
    return np.asarray(ops.convert_to_numpy(model(made.feed(users, items), training=False)), np.float64).ravel()


def check(seed, directory, rank_train=None):
    """(`converted`, `refused` or `WRONG`, what is to say of it, what the model was made of)."""
    made = make(seed)
    path, output = pathlib.Path(directory) / f"{seed}.keras", pathlib.Path(directory) / f"{seed}.safetensors"
    made.model.save(path)
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        code = convert.main([str(path), str(output), *made.options])
    path.unlink()
    if code == 65:
        return "refused", told.getvalue().strip().split(": ", 1)[1], made.words
    if code != 0:
        return "WRONG", f"exit code {code}: {told.getvalue()}", made.words
    random = np.random.default_rng(seed + 10**6)
    users, items = (random.choice(np.array(ids, object), 64).tolist() for ids in (made.user_ids, made.item_ids))
    theirs = reference(made, seed, users, items)
    network, places = load(output)
    try:
        mine = scores(network, *(np.array([p[str(i)] for i in ids]) for p, ids in zip(places, (users, items))))
    except KeyError as error:
        if str(error).strip("'") == "0" and "identity" in output.read_bytes()[:9999].decode("latin1"):
            return "converted", "id 0", made.words
        return "WRONG", f"the id {error} is unknown", made.words
    away = float(np.abs(mine - theirs).max())
    most = 5e-7 * max(1.0, float(np.abs(theirs).max()))
    if not away <= most:  # terms that cancel: what Keras' own float32 costs such a model
        most = 2 * float(np.abs(theirs - reference(made, seed, users, items, "float64")).max())
    if not away <= most:
        return "WRONG", f"{away:.3g} away, scores up to {np.abs(theirs).max():.3g}", made.words
    if rank_train is not None:
        lines = "".join(f"{u},{i}\n" for u, i in zip(users, items))
        run = subprocess.run([rank_train, "predict", "--model", output, "--input", "-"], input=lines, text=True,
                             capture_output=True, timeout=60)
        printed = [line.rsplit(",", 1)[1] for line in run.stdout.splitlines()]
        bits = np.array(printed, np.float32).view(np.uint32).tolist()
        if run.returncode != 0 or bits != mine.view(np.uint32).tolist():
            return "WRONG", f"rank-train predict: {run.stderr.strip()[-200:]} {printed[:2]} {mine[:2]}", made.words
    output.unlink()
    return "converted", f"{away:.2g}", made.words


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="the first model's seed")
    parser.add_argument("--rank-train", help="the built command, for predictions by the engine")
    parser.add_argument("--verbose", action="store_true", help="a line for each model")
    options = parser.parse_args()
    found, reasons, begun = collections.Counter(), collections.Counter(), time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        for seed in range(options.seed, options.seed + options.count):
            outcome, text, words = check(seed, directory, options.rank_train)
            found[outcome] += 1
            if options.verbose or outcome == "WRONG":
                print(f"{seed}: {outcome} {text} [{', '.join(words)}]", flush=True)
            if outcome == "refused":
                reasons["".join(c for c in text if not c.isdigit())[:100]] += 1
            if seed % 50 == 0:
                keras.utils.clear_session()
    for reason, count in reasons.most_common(60):
        print(f"{count:5} {reason}")
    print(f"{dict(found)} in {time.monotonic() - begun:.0f} s")
    return 1 if found["WRONG"] else 0


if __name__ == "__main__":
    sys.exit(main())
