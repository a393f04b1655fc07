#!/usr/bin/env python3
"""Makes the small .keras files beside this script, with Keras 3 on any backend, and the scores that Keras gives.

    KERAS_BACKEND=jax make_models.py

Each model is a functional one, as `model.save` writes it, with weights from a fixed seed, trained for a step by
another optimizer. `scores.json` holds for each file the scores of all (user, item) pairs, row by row.
"""

import json
import pathlib

import keras
import numpy as np
from keras import layers

HERE = pathlib.Path(__file__).parent
USERS, ITEMS = 7, 9


def build(user_width, item_width, hidden, *, item_first=False, names=("user_embedding", "movie_embedding"), dropout=False):
    user, item = keras.Input((1,), name="user_id", dtype="int32"), keras.Input((1,), name="movie_id", dtype="int32")
    u = layers.Flatten()(layers.Embedding(USERS, user_width, name=names[0])(user))
    i = layers.Flatten()(layers.Embedding(ITEMS, item_width, name=names[1])(item))
    x = layers.Concatenate()([i, u] if item_first else [u, i])
    for width in hidden:
        x = layers.Dense(width, activation="relu")(x)
        if dropout:
            x = layers.Dropout(0.3)(x)
    return keras.Model([user, item], layers.Dense(1)(x))


def main():
    users, items = (a.reshape(-1, 1) for a in np.meshgrid(np.arange(USERS), np.arange(ITEMS), indexing="ij"))
    result = {}
    for name, model, optimizer in (
        ("two_hidden", build(3, 2, [8, 5]), "adam"),
        ("item_first", build(3, 2, [6], item_first=True), "sgd"),
        ("no_hidden_no_names", build(4, 3, [], names=("a", "b")), "adagrad"),
        ("dropout", build(3, 3, [4, 4, 4], dropout=True), "rmsprop"),
    ):
        keras.utils.set_random_seed(1)
        for variable in model.trainable_variables:
            variable.assign(np.random.default_rng(len(variable.shape)).standard_normal(variable.shape) / 2)
        model.compile(optimizer, "mse")
        model.fit([users, items], np.linspace(0, 1, len(users)).reshape(-1, 1), batch_size=63, verbose=0)
        model.save(HERE / f"{name}.keras")
        if name == "item_first":
            model.save_weights(HERE / f"{name}.weights.h5")
        result[name] = [float(s) for s in model.predict([users, items], verbose=0)[:, 0].astype(np.float64)]
    (HERE / "scores.json").write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
