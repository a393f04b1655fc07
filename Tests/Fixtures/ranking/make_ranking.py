"""Writes ranking.json: ranking losses with their gradients, and ranking metrics, by keras_rs on JAX, losses in float64.

    KERAS_BACKEND=jax python make_ranking.py       # keras 3.15, keras-rs 0.4.0, jax

PairwiseLogisticLoss and ListMLELoss are keras_rs' own; the softmax cross entropy, which keras_rs has not, is written out.
Metrics of lists with equal scores are means over every order of the tied items.
"""

import itertools
import json
import pathlib

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp  # noqa: E402
import keras  # noqa: E402
import keras_rs  # noqa: E402
import numpy as np  # noqa: E402

keras.config.set_floatx("float64")
random = np.random.default_rng(7)


def softmax_loss(temperature):
    def loss(labels, scores):
        return jnp.mean(-jnp.sum(labels * jax.nn.log_softmax(scores / temperature, axis=1), axis=1))

    return loss


def losses(lists, length, temperature):
    labels = random.integers(0, 5, (lists, length)) / 4
    scores = np.float32(random.normal(0, 1.5, (lists, length))).astype(np.float64)
    formulas = {
        "pairwise-logistic": keras_rs.losses.PairwiseLogisticLoss(temperature=temperature),
        "listwise-softmax": softmax_loss(temperature),
        "list-mle": keras_rs.losses.ListMLELoss(temperature=temperature),
    }
    results = {}
    for name, formula in formulas.items():
        value, gradient = jax.value_and_grad(lambda s: formula(jnp.array(labels), s))(jnp.array(scores))
        results[name] = {"loss": float(value), "gradients": np.asarray(gradient).ravel().tolist()}
    return {
        "length": length, "temperature": temperature, "labels": labels.ravel().tolist(),
        "scores": scores.ravel().tolist(), "losses": results,
    }


def orders_of_ties(scores):
    """Every order of the items by descending score."""
    groups = [[i for i, s in enumerate(scores) if s == value] for value in sorted(set(scores), reverse=True)]
    for choice in itertools.product(*(itertools.permutations(group) for group in groups)):
        yield [item for group in choice for item in group]


def metrics(count, k, relevant, ties):
    stars = random.integers(1, 6, count)
    scores = random.integers(0, 4, count) / 4 if ties else random.permutation(count) / 64
    binary = (stars >= relevant).astype(float)
    makers = {
        "ndcg": (lambda: keras_rs.metrics.NDCG(k=k, gain_fn=lambda y: y, shuffle_ties=False), stars),
        "ndcg_exp": (lambda: keras_rs.metrics.NDCG(k=k, shuffle_ties=False), stars),
        "mrr": (lambda: keras_rs.metrics.MeanReciprocalRank(k=k, shuffle_ties=False), binary),
        "map": (lambda: keras_rs.metrics.MeanAveragePrecision(k=k, shuffle_ties=False), binary),
        "recall": (lambda: keras_rs.metrics.RecallAtK(k=k, shuffle_ties=False), binary),
    }
    expected = {}
    orders = list(orders_of_ties(scores))
    for name, (make, labels) in makers.items():
        places = np.arange(count, 0, -1).astype(float)
        values = []
        for order in orders:
            metric = make()
            metric.update_state(labels[order].astype(float), places)
            values.append(float(metric.result()))
        expected[name] = float(np.mean(values))
    return {
        "k": k, "relevant": relevant, "stars": stars.tolist(), "scores": scores.tolist(), "expected": expected,
    }


document = {
    "losses": [losses(*case) for case in [(1, 2, 1.0), (3, 5, 1.0), (2, 9, 0.5), (4, 3, 2.5), (1, 30, 1.0)]],
    "metrics": [metrics(*case) for case in [
        (1, 10, 4, False), (4, 10, 4, False), (12, 10, 4, False), (12, 3, 5, False), (25, 20, 4, False),
        (6, 10, 4, True), (8, 3, 4, True), (7, 5, 3, True), (8, 2, 5, True), (5, 10, 6, True),
    ]],
}
path = pathlib.Path(__file__).with_name("ranking.json")
path.write_text(json.dumps(document, indent=1) + "\n")
