"""Trains once for each line on stdin; prints the seconds of the training as soon as it ends, then an error.

    peer.py scan|keras|torch|myfm|myfm-history|svd DIRECTORY

The first three train the tutorial's network for five epochs on all ratings of the directory; the error is the loss of the
last epoch. `scan` is JAX without a framework: one compiled function, `lax.scan` over the batches of all epochs. `keras` is
`Model.fit` on JAX. `torch` is a plain loop with the fused `torch.optim.Adagrad`. The others train a factorisation of 32
factors on the training part of `seed:42`, and the error is the root mean squared one of its test part, in stars, unclipped:
`myfm` is Gibbs sampling over ids, 30 sweeps of which the last 20 are averaged, `myfm-history` the same over ids and histories, `svd`
Surprise's SVD, 20 epochs of stochastic gradients over ids. All start from fresh weights each time, and the data are
arrays in memory; compiling is in the first training only.
"""
import os
import sys
import time
from functools import partial
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
        return time.perf_counter() - start, lambda: float(losses[-1].mean())

    return run


def keras_trainer(users, items, labels):
    import keras

    keras.utils.set_random_seed(1)
    user, item = keras.Input((), dtype="int32"), keras.Input((), dtype="int32")
    x = keras.layers.Concatenate()([
        keras.layers.Embedding(int(users.max()) + 1, 32)(user), keras.layers.Embedding(int(items.max()) + 1, 32)(item)
    ])
    for width in (256, 64):
        x = keras.layers.Dense(width, activation="relu")(x)
    model = keras.Model([user, item], keras.layers.Dense(1)(x))
    model.compile(optimizer=keras.optimizers.Adagrad(learning_rate=RATE), loss="mse")
    model.optimizer.build(model.trainable_variables)
    # A new optimizer would be compiled again: what this one has summed and counted is set back instead.
    fresh = model.get_weights()
    unused = [np.copy(keras.ops.convert_to_numpy(variable)) for variable in model.optimizer.variables]

    def run():
        model.set_weights(fresh)
        for variable, value in zip(model.optimizer.variables, unused):
            variable.assign(value)
        start = time.perf_counter()
        history = model.fit([users, items], labels, batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
        return time.perf_counter() - start, lambda: history.history["loss"][-1]

    return run


def torch_trainer(users, items, labels):
    import torch

    torch.set_num_threads(1)
    columns = [torch.from_numpy(column) for column in (users, items, labels)]
    batches = [[column[start : start + BATCH] for column in columns] for start in range(0, len(labels), BATCH)]

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.user = torch.nn.Embedding(int(users.max()) + 1, 32)
            self.item = torch.nn.Embedding(int(items.max()) + 1, 32)
            for table in (self.user, self.item):
                torch.nn.init.uniform_(table.weight, -0.05, 0.05)
            dense = [torch.nn.Linear(*size) for size in ((64, 256), (256, 64), (64, 1))]
            for layer in dense:
                torch.nn.init.xavier_uniform_(layer.weight)
                torch.nn.init.zeros_(layer.bias)
            self.layers = torch.nn.Sequential(dense[0], torch.nn.ReLU(), dense[1], torch.nn.ReLU(), dense[2])

        def forward(self, user, item):
            return self.layers(torch.cat([self.user(user), self.item(item)], dim=1))[:, 0]

    def run():
        torch.manual_seed(1)
        network = Network()
        # The fused one is the fastest here; sparse gradients of the embeddings and the plain one take longer.
        optimizer = torch.optim.Adagrad(network.parameters(), lr=RATE, initial_accumulator_value=START, eps=EPSILON,
                                        fused=True)
        start = time.perf_counter()
        for _ in range(EPOCHS):
            total = 0.0
            for user, item, label in batches:
                optimizer.zero_grad(set_to_none=True)
                loss = torch.nn.functional.mse_loss(network(user, item), label)
                loss.backward()
                optimizer.step()
                total += loss.item()
        return time.perf_counter() - start, lambda: total / len(batches)

    return run


def parts(users, items, labels):
    """The training and the test part of seed:42, in stars."""
    columns = users, items, 1 + 4 * labels.astype(np.float64)
    order = np.random.default_rng(42).permutation(len(labels))
    cut = len(order) * 4 // 5
    return [[column[rows] for column in columns] for rows in (order[:cut], order[cut:])]


def error(predicted, truth):
    return np.sqrt(np.mean((np.asarray(predicted) - truth) ** 2))


def myfm_trainer(users, items, labels, history):
    from myfm import MyFMRegressor, RelationBlock
    from scipy import sparse

    (train_users, train_items, stars), (test_users, test_items, truth) = parts(users, items, labels)
    sizes = users.max() + 1, items.max() + 1

    def features(count, mine, others, other_count):
        identity = sparse.identity(count, format="csr")
        if not history:
            return identity
        numbers = np.bincount(mine, minlength=count)
        met = sparse.csr_matrix((1 / np.sqrt(numbers[mine]), (mine, others)), shape=(count, other_count))
        return sparse.hstack([identity, met], format="csr")

    def run():
        start = time.perf_counter()
        tables = (features(sizes[0], train_users, train_items, sizes[1]),
                  features(sizes[1], train_items, train_users, sizes[0]))
        relations = lambda *rows: [RelationBlock(row, table) for row, table in zip(rows, tables)]
        model = MyFMRegressor(rank=32, random_seed=1)
        groups = [sizes[0], sizes[1], sizes[1], sizes[0]] if history else list(sizes)
        model.fit(None, stars, X_rel=relations(train_users, train_items), n_iter=30, n_kept_samples=20, group_shapes=groups)
        seconds = time.perf_counter() - start
        return seconds, lambda: error(model.predict(None, relations(test_users, test_items)), truth)

    return run


def svd_trainer(users, items, labels):
    import pandas
    from surprise import SVD, Dataset, Reader

    train, test = parts(users, items, labels)
    frame = pandas.DataFrame(dict(zip(("user", "item", "stars"), train)))
    data = Dataset.load_from_df(frame, Reader(rating_scale=(1, 5))).build_full_trainset()

    def run():
        model = SVD(n_factors=32, n_epochs=20, random_state=1)
        start = time.perf_counter()
        model.fit(data)
        seconds = time.perf_counter() - start
        return seconds, lambda: error([model.predict(*pair, clip=False).est for pair in zip(*test[:2])], test[2])

    return run


TRAINERS = {"scan": scan_trainer, "keras": keras_trainer, "torch": torch_trainer, "svd": svd_trainer,
            "myfm": partial(myfm_trainer, history=False), "myfm-history": partial(myfm_trainer, history=True)}


def main():
    kind, directory = sys.argv[1:]
    run = TRAINERS[kind](*read_rows(directory))
    for _ in sys.stdin:
        seconds, after = run()
        print(seconds, flush=True)
        print(after(), flush=True)


main()
