"""Trains the tutorial's network for five epochs, once for each line on stdin, and prints the seconds of each training.

    peer.py scan|keras DIRECTORY

`scan` is JAX without a framework: one compiled function, `lax.scan` over the batches of all epochs. `keras` is
`Model.fit` on JAX. Both start from fresh weights each time, and the data are arrays in memory; compiling is in the
first training only.
"""
import os
import sys
import time
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np

EPOCHS, BATCH, RATE, EPSILON, START = 5, 1_000, 0.1, 1e-7, 0.1


def read_rows(directory):
    """Users, items and labels of a data set, in the order of its file."""
    path, skip = Path(directory) / "u.data", 0
    if not path.exists():
        path, skip = next(Path(directory).glob("*.inter")), 1
    rows = np.loadtxt(path, delimiter="\t", skiprows=skip, usecols=(0, 1, 2))
    return rows[:, 0].astype(np.int32), rows[:, 1].astype(np.int32), ((rows[:, 2] - 1) / 4).astype(np.float32)


def scan_trainer(users, items, labels):
    import jax
    import jax.numpy as jnp

    def initial():
        random = np.random.default_rng(1)
        draw = lambda limit, *shape: jnp.asarray(random.uniform(-limit, limit, shape), jnp.float32)
        sizes = [(64, 256), (256, 64), (64, 1)]
        dense = [(draw((6 / sum(size)) ** 0.5, *size), jnp.zeros(size[1])) for size in sizes]
        return draw(0.05, users.max() + 1, 32), draw(0.05, items.max() + 1, 32), dense

    def loss(weights, user, item, label):
        x = jnp.concatenate([weights[0][user], weights[1][item]], axis=1)
        for kernel, bias in weights[2][:-1]:
            x = jax.nn.relu(x @ kernel + bias)
        kernel, bias = weights[2][-1]
        return jnp.mean(((x @ kernel + bias)[:, 0] - label) ** 2)

    def step(state, batch):
        weights, sums = state
        value, gradients = jax.value_and_grad(loss)(weights, *batch)
        sums = jax.tree.map(lambda a, g: a + g * g, sums, gradients)
        move = lambda w, a, g: w - RATE * g / jnp.sqrt(a + EPSILON)
        return (jax.tree.map(move, weights, sums, gradients), sums), value

    @jax.jit
    def train(weights, batches):
        state = weights, jax.tree.map(lambda w: jnp.full_like(w, START), weights)
        epoch = lambda state, _: jax.lax.scan(step, state, batches)
        return jax.lax.scan(epoch, state, None, length=EPOCHS)

    batches = tuple(jnp.asarray(column.reshape(-1, BATCH)) for column in (users, items, labels))

    def run():
        weights = jax.block_until_ready(initial())
        start = time.perf_counter()
        _, losses = jax.block_until_ready(train(weights, batches))
        return time.perf_counter() - start, float(losses[-1].mean())

    return run


def keras_trainer(users, items, labels):
    import keras

    user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    x = keras.layers.Concatenate()([
        keras.layers.Embedding(int(users.max()) + 1, 32)(user), keras.layers.Embedding(int(items.max()) + 1, 32)(item)
    ])
    for width in (256, 64):
        x = keras.layers.Dense(width, activation="relu")(x)
    model = keras.Model([user, item], keras.layers.Dense(1)(x))
    model.compile(optimizer=keras.optimizers.Adagrad(learning_rate=RATE), loss="mse")
    fresh = model.get_weights()

    def run():
        model.set_weights(fresh)
        start = time.perf_counter()
        history = model.fit([users, items], labels, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
        return time.perf_counter() - start, history.history["loss"][-1]

    return run


def main():
    kind, directory = sys.argv[1:]
    run = {"scan": scan_trainer, "keras": keras_trainer}[kind](*read_rows(directory))
    for _ in sys.stdin:
        print(*run(), flush=True)


main()
