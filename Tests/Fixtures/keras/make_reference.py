#!/usr/bin/env python3
"""Makes the training steps and the trained model of this directory with Keras on JAX.

    pip install keras==3.15.1 jax==0.10.2 safetensors numpy
    python make_reference.py steps OUTPUT_DIRECTORY
    python make_reference.py optimizers OUTPUT_DIRECTORY
    python make_reference.py model OUTPUT_DIRECTORY RATINGS TEST_PAIRS
    python make_reference.py follow RATINGS SPLIT_SEED SEED

`steps` writes steps_small.safetensors and steps_tutorial.safetensors from random ids and labels, and what `optimizers`
writes: steps_adam.safetensors, steps of Adam with a cosine decay of the learning rate and the moments after the last, and
steps_decay.safetensors, steps of Adagrad with an exponential decay. `model` trains the
network of the tutorial "Recommending movies: ranking" and writes model.keras, model.weights.h5 and reference.csv; RATINGS is
MovieLens-100k's ml-100k.inter (tab-separated with a header) or u.data, TEST_PAIRS a CSV of the test set's user_id,item_id.
None of the files holds a rating.

`follow` writes no file: it starts Keras from the initial weights and the order of examples of
`rank-train fit --split seed:SPLIT_SEED --seed SEED --json` and prints the epochs' figures, to be held against those.
"""

import csv
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402


@keras.saving.register_keras_serializable("rank")
class RankingModel(keras.Model):
    """User and movie embeddings, concatenated, dense relu layers, one output: the tutorial's model with any dimensions."""

    def __init__(self, num_users, num_candidates, embedding_dimension=32, hidden=(256, 64), **options):
        super().__init__(**options)
        self.num_users, self.num_candidates = num_users, num_candidates
        self.embedding_dimension, self.hidden = embedding_dimension, tuple(hidden)
        self.embedding = keras.layers.Embedding(num_users, embedding_dimension)
        self.candidate_embedding = keras.layers.Embedding(num_candidates, embedding_dimension)
        self.ratings = keras.Sequential(
            [keras.layers.Dense(width, activation="relu") for width in self.hidden] + [keras.layers.Dense(1)]
        )

    def call(self, inputs):
        pair = [self.embedding(inputs["user_id"]), self.candidate_embedding(inputs["movie_id"])]
        return self.ratings(keras.ops.concatenate(pair, axis=1))

    def get_config(self):
        config = super().get_config()
        return config | {
            "num_users": self.num_users,
            "num_candidates": self.num_candidates,
            "embedding_dimension": self.embedding_dimension,
            "hidden": list(self.hidden),
        }


def compiled(model, optimizer=None):
    model.compile(
        loss=keras.losses.MeanSquaredError(),
        metrics=[keras.metrics.RootMeanSquaredError()],
        optimizer=optimizer or keras.optimizers.Adagrad(learning_rate=0.1),
    )
    return model


def variables(model):
    layers = model.ratings.layers
    found = {"user_embedding": model.embedding.embeddings, "candidate_embedding": model.candidate_embedding.embeddings}
    for number, layer in enumerate(layers):
        found[f"dense_{number}.kernel"], found[f"dense_{number}.bias"] = layer.kernel, layer.bias
    return found


def weights(model, prefix):
    return {f"{prefix}.{name}": keras.ops.convert_to_numpy(value) for name, value in variables(model).items()}


def slots(model, names):
    """What the optimizer keeps for each weight."""
    trained, lists = model.trainable_variables, {"momentum": "_momentums", "velocity": "_velocities"}
    found = {}
    for name in names:
        kept = getattr(model.optimizer, lists[name])
        for key, weight in variables(model).items():
            index = next(number for number, variable in enumerate(trained) if variable is weight)
            found[f"{name}.{key}"] = keras.ops.convert_to_numpy(kept[index])
    return found


def make_steps(path, users, movies, dimension, hidden, batch, steps, seed, optimizer=None, kept=()):
    """Trains on `steps` random batches and keeps the weights before, after the first and after the last of them."""
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    user_id = random.integers(0, users, (steps, batch), dtype=np.int32)
    movie_id = random.integers(0, movies, (steps, batch), dtype=np.int32)
    label = (random.integers(0, 5, (steps, batch)) / 4).astype(np.float32)

    model = compiled(RankingModel(users, movies, dimension, hidden), optimizer)
    model({"user_id": user_id[0], "movie_id": movie_id[0]})
    tensors, losses = weights(model, "initial"), []
    for step in range(steps):
        inputs = {"user_id": user_id[step], "movie_id": movie_id[step]}
        result = model.train_on_batch(inputs, label[step][:, None], return_dict=True)
        # train_on_batch reports the running mean of the losses since the last reset.
        model.reset_metrics()
        losses.append(result["loss"])
        if step in (0, steps - 1):
            tensors |= weights(model, f"after_{step + 1}")
    tensors |= {"batches.user_id": user_id, "batches.movie_id": movie_id, "batches.label": label}
    tensors |= slots(model, kept)
    tensors["losses"] = np.array(losses, np.float32)
    save_file(tensors, path, metadata={
        "hidden": str(list(hidden)), "batch": str(batch), "steps": str(steps),
        "made_with": f"keras {keras.__version__} {keras.backend.backend()}, {name_of(model.optimizer)}, MeanSquaredError",
    })


def name_of(optimizer):
    rate = optimizer._learning_rate
    text = rate.name if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule) else f"{float(rate):.3g}"
    return f"{type(optimizer).__name__}({text})"


def float64(variable):
    return keras.ops.convert_to_numpy(variable).astype(np.float64)


def float64_scores(model, user, movie):
    """The model's scores computed by NumPy in float64."""
    table = [float64(layer.embeddings) for layer in (model.embedding, model.candidate_embedding)]
    x = np.concatenate([table[0][user], table[1][movie]], axis=1)
    for layer in model.ratings.layers[:-1]:
        x = np.maximum(x @ float64(layer.kernel) + float64(layer.bias), 0)
    last = model.ratings.layers[-1]
    return (x @ float64(last.kernel) + float64(last.bias))[:, 0]


def read_ratings(path):
    with open(path) as lines:
        rows = [line.split("\t")[:3] for line in lines if line[0].isdigit()]
    return np.array([(int(user), int(movie), float(stars)) for user, movie, stars in rows])


def examples(rows):
    """Inputs and labels of (user, movie, stars) rows."""
    inputs = {"user_id": rows[:, 0].astype(np.int32), "movie_id": rows[:, 1].astype(np.int32)}
    return inputs, ((rows[:, 2] - 1) / 4).astype(np.float32)[:, None]


def follow(ratings, split_seed, seed):
    """Trains the tutorial's model from rank-train's initial weights, in its order."""
    rows = read_ratings(ratings)
    order = np.random.default_rng(split_seed).permutation(len(rows))
    train, test = rows[order[: len(rows) * 4 // 5]], rows[order[len(rows) * 4 // 5 :]]
    random = np.random.default_rng(seed)

    def uniform(shape, limit):
        return ((2 * random.random(shape) - 1) * limit).astype(np.float32)

    model = compiled(RankingModel(944, 1683))
    model({"user_id": np.array([1]), "movie_id": np.array([1])})
    for table in (model.embedding.embeddings, model.candidate_embedding.embeddings):
        table.assign(uniform(table.shape, 0.05))
    for layer in model.ratings.layers:
        layer.kernel.assign(uniform(layer.kernel.shape, np.sqrt(6 / sum(layer.kernel.shape))))
    train = train[np.lexsort((train[:, 1], train[:, 0]))][random.permutation(len(train))]
    history = model.fit(
        *examples(train), epochs=5, batch_size=1000, shuffle=False, verbose=0, validation_data=examples(test)
    ).history
    for name in ("root_mean_squared_error", "val_root_mean_squared_error"):
        print(name, *(f"{value:.4f}" for value in history[name]))


def make_model(directory, ratings, test_pairs):
    """Trains the tutorial's model: 5 epochs, batches of 1,000 in one fixed order."""
    rows = read_ratings(ratings)
    with open(test_pairs) as lines:
        test = {(int(row["user_id"]), int(row["item_id"])) for row in csv.DictReader(lines)}
    keras.utils.set_random_seed(42)
    random = np.random.default_rng(42)
    train = np.array([row for row in rows if (row[0], row[1]) not in test])
    train = train[random.permutation(len(train))]

    model = compiled(RankingModel(944, 1683))
    model.fit(*examples(train), epochs=5, batch_size=1000, shuffle=False)
    model.save(os.path.join(directory, "model.keras"))
    model.save_weights(os.path.join(directory, "model.weights.h5"))

    user, movie = random.integers(1, 944, 2000, dtype=np.int32), random.integers(1, 1683, 2000, dtype=np.int32)
    single = keras.ops.convert_to_numpy(model({"user_id": user, "movie_id": movie}))[:, 0]
    double = float64_scores(model, user, movie)
    with open(os.path.join(directory, "reference.csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["user_id", "movie_id", "keras_f32", "keras_f32_hex", "numpy_f64"])
        for u, m, s, d in zip(user, movie, single, double):
            out.writerow([u, m, float(s), f"{s.view(np.uint32):08x}", float(d)])


def make_optimizer_steps(directory):
    """Batches of 12, so that many rows have no gradient in a step but moments from earlier ones."""
    schedules = keras.optimizers.schedules
    adam = keras.optimizers.Adam(schedules.CosineDecay(0.01, decay_steps=8))
    path = os.path.join(directory, "steps_adam.safetensors")
    make_steps(path, 50, 60, 8, (16, 8), 12, steps=8, seed=3, optimizer=adam, kept=("momentum", "velocity"))
    adagrad = keras.optimizers.Adagrad(schedules.ExponentialDecay(0.1, decay_steps=8, decay_rate=0.05))
    make_steps(os.path.join(directory, "steps_decay.safetensors"), 50, 60, 8, (16, 8), 12, 8, seed=4, optimizer=adagrad)


def main():
    arguments = sys.argv[1:]
    if len(arguments) == 2 and arguments[0] == "steps":
        small, tutorial = (os.path.join(arguments[1], f"steps_{name}.safetensors") for name in ("small", "tutorial"))
        make_steps(small, 50, 60, 8, (16, 8), batch=32, steps=5, seed=1)
        make_steps(tutorial, 944, 1683, 32, (256, 64), batch=1000, steps=3, seed=2)
        make_optimizer_steps(arguments[1])
    elif len(arguments) == 2 and arguments[0] == "optimizers":
        make_optimizer_steps(arguments[1])
    elif len(arguments) == 4 and arguments[0] == "model":
        make_model(*arguments[1:])
    elif len(arguments) == 4 and arguments[0] == "follow":
        follow(arguments[1], int(arguments[2]), int(arguments[3]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
