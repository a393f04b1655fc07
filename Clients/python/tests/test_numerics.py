"""The NumPy oracle against exact rational arithmetic, pair by pair and in the order of docs/reference/numerics.md."""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from rank_client.conversion import numerics
from rank_client.conversion.numerics import Network

F = np.float32


def exact_fma(x, y, z):
    """x·y + z rounded once to float32, ties to even, by exact fractions."""
    exact = Fraction(float(x)) * Fraction(float(y)) + Fraction(float(z))
    if exact == 0:
        return F(np.float64(x) * np.float64(y) + np.float64(z))
    near = F(float(exact))  # may be one off: Fraction → float64 → float32 rounds twice
    choices = [near, np.nextafter(near, F(np.inf)), np.nextafter(near, F(-np.inf))]
    distance = [abs(Fraction(float(c)) - exact) for c in choices]
    best = [c for c, d in zip(choices, distance) if d == min(distance)]
    return min(best, key=lambda c: int(c.view(np.uint32)) & 1)


def bits(values):
    return np.atleast_1d(np.asarray(values, F)).view(np.uint32).tolist()


def one(x, y, z):
    return numerics.fma(np.array([x], F), np.array([y], F), np.array([z], F))


@pytest.mark.parametrize("x, y, z", [
    (1 + 2**-12, 1 + 2**-12, 2**-50),  # the product is a tie in float32; what float64 would lose decides
    (1 + 2**-12, 1 + 2**-12, -(2**-60)),
    (1 + 2**-23, 1 - 2**-23, -1.0),  # cancellation leaves only the product's low part
    (2**-100, 2**-49, 2**-149), (2**-75, 2**-75, 0.0), (3 * 2**-75, 2**-75, 0.0),  # subnormal results are kept
    (2**-80, 2**-80, -0.0), (-(2**-80), 2**-80, 0.0), (0.0, -1.0, -0.0), (0.0, 1.0, -0.0),
    (1.0, 2**-24, 1.0), (1.0, 2**-24, 1 + 2**-23), (-1.0, 2**-25, 1.0), (1 + 2**-23, 2**-24, 1.0),
])
def test_fma_at_the_edges(x, y, z):
    assert bits(one(x, y, z)) == bits(exact_fma(F(x), F(y), F(z)))


def test_fma_of_random_numbers_of_all_sizes():
    random = np.random.default_rng(7)
    shape = 4000
    values = [(random.standard_normal(shape) * 2.0 ** random.integers(-20, 20, shape)).astype(F) for _ in range(3)]
    values[2][::2] = -(values[0] * values[1])[::2] * F(1 + 2**-22)  # cancellation, and nearly ties
    mine = numerics.fma(*values)
    assert bits(mine) == [bits(exact_fma(x, y, z))[0] for x, y, z in zip(*values)]


def test_overflow_is_not_finite():
    assert np.isinf(one(3e38, 2, 0)).all() and np.isnan(one(np.inf, 1, -np.inf)).all()


def exact_score(network, u, m):
    """One pair, one operation at a time."""
    def chain(start, x, weights):
        z = list(start)
        for k, value in enumerate(x):
            z = [exact_fma(value, w, total) for w, total in zip(weights[k], z)]
        return z

    def lanes(x, w):
        n = len(x) + -len(x) % 16
        x, w = list(x) + [F(0)] * (n - len(x)), list(w) + [F(0)] * (n - len(w))
        lane = [F(0)] * 16
        for k in range(n):
            lane[k % 16] = exact_fma(x[k], w[k], lane[k % 16])
        t8 = [lane[i] + lane[i + 8] for i in range(8)]
        t4 = [t8[i] + t8[i + 4] for i in range(4)]
        t2 = [t4[i] + t4[i + 2] for i in range(2)]
        return t2[0] + t2[1]

    def relu(x):
        return [v if v > 0 else F(0) for v in x]

    user, candidate = network.user[u], network.candidate[m]
    y = F(0)
    if network.layers:
        kernel, bias = network.layers[0]
        a = chain(bias, user, kernel[: len(user)])
        c = chain([F(0)] * len(bias), candidate, kernel[len(user):])
        h = [x + z for x, z in zip(a, c)]
        for kernel, bias in network.layers[1:-1]:
            h = chain(bias, relu(h), kernel)
        y = h[0] if len(network.layers) == 1 else lanes(relu(h), network.layers[-1][0][:, 0]) + network.layers[-1][1][0]
    if network.dot:
        y = y + lanes(user, candidate)
    for table, row in ((network.user_bias, u), (network.candidate_bias, m), (network.mean, 0)):
        if table is not None:
            y = y + table[row]
    return y + F(0)


def random_network(users, candidates, du, dc, widths, dot=False, biases=False, seed=1):
    random = np.random.default_rng(seed)

    def weights(*shape):
        return (random.standard_normal(shape) / 4).astype(F)

    sizes = [du + dc, *widths]
    return Network(weights(users, du), weights(candidates, dc),
                   [(weights(a, b), weights(b)) for a, b in zip(sizes, sizes[1:])], dot,
                   *((weights(users), weights(candidates), weights(1)) if biases else ()))


@pytest.mark.parametrize("network", [
    random_network(5, 6, 3, 2, [7, 5, 1]), random_network(5, 6, 1, 1, [1]), random_network(5, 6, 4, 9, [33, 1]),
    random_network(5, 6, 17, 17, [], dot=True), random_network(5, 6, 16, 16, [18, 1], dot=True, biases=True),
    random_network(5, 6, 2, 2, [3, 4, 5, 1], biases=True),
], ids=["odd", "one output", "wide", "dot", "everything", "three hidden"])
def test_scores_are_those_of_exact_arithmetic(network):
    pairs = [(u, m) for u in range(5) for m in range(6)]
    mine = numerics.scores(network, np.array([u for u, _ in pairs]), np.array([m for _, m in pairs]))
    assert bits(mine) == [bits(exact_score(network, u, m))[0] for u, m in pairs]


MODELS = Path(__file__).resolve().parents[3] / "Tests" / "Fixtures" / "model"


def test_the_model_with_every_activation_scores_like_exact_fractions():
    """The fixture's scores are those of its script, which shares nothing with this client."""
    file = (MODELS / "activated.rank").read_bytes()
    size = int.from_bytes(file[:8], "little")
    header = json.loads(file[8:8 + size])
    metadata = header.pop("__metadata__")

    def tensor(name):
        start, end = header[name]["data_offsets"]
        return np.frombuffer(file[8 + size:][start:end], "<f4").reshape(header[name]["shape"])

    layers = [(tensor(f"dense_{k}.kernel"), tensor(f"dense_{k}.bias")) for k in range(10)]
    network = Network(tensor("user_embedding"), tensor("candidate_embedding"), layers, True, tensor("user_bias"),
                      tensor("candidate_bias"), tensor("mean"), metadata["activations"].split(","), metadata["output"],
                      tensor("output_scale"))
    expected = json.loads((MODELS / "expected.json").read_text())["activated"]
    pairs = [(u, m) for u in range(len(network.user)) for m in range(len(network.candidate))]
    mine = numerics.scores(network, np.array([u for u, _ in pairs]), np.array([m for _, m in pairs]))
    assert bits(mine) == expected["score_bits"]


def sigmoid(x):
    return np.where(x < 0, np.exp(-np.abs(x)), 1) / (1 + np.exp(-np.abs(x)))


FUNCTIONS = {
    "linear": lambda x: x, "relu": lambda x: np.maximum(x, 0), "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu(0.2)": lambda x: np.where(x > 0, x, float(F(0.2)) * x), "tanh": np.tanh, "sigmoid": sigmoid,
    "silu": lambda x: x * sigmoid(x), "elu(1.5)": lambda x: np.where(x > 0, x, 1.5 * np.expm1(np.minimum(x, 0))),
    "gelu": lambda x: x * np.array([math.erfc(-v / math.sqrt(2)) for v in x]) / 2,
    "gelu_tanh": lambda x: x * sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_activations_are_near_the_real_functions(name):
    every = np.arange(0, 0x7F800000, 1 << 16, dtype=np.uint32)
    usual = np.arange(0x3A000000, 0x43000000, 1 << 12, dtype=np.uint32)
    patterns = np.concatenate([every, usual])
    x = np.concatenate([patterns, patterns | np.uint32(0x80000000)]).view(F)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        real = FUNCTIONS[name](x.astype(np.float64))
    mine = numerics.activate(name, x)
    assert np.isfinite(mine).all() and mine.dtype == F
    assert (np.abs(mine - real) / np.maximum(1, np.abs(x.astype(np.float64)))).max() <= 1.5e-7


@pytest.mark.parametrize("name", FUNCTIONS)
def test_activations_at_infinity_and_nan(name):
    low, high, nothing = numerics.activate(name, np.array([-np.inf, np.inf, np.nan], F))
    limits = {"relu6": (0, 6), "tanh": (-1, 1), "sigmoid": (0, 1), "relu": (0, np.inf), "elu(1.5)": (-1.5, np.inf)}
    expected = limits.get(name, (-np.inf if name[:2] in ("li", "le") else np.nan, np.inf))
    assert np.array_equal([low, high], expected, equal_nan=True)
    assert nothing == 0 if name == "relu" else np.isnan(nothing)


@pytest.mark.parametrize("text", [
    "", "ReLU", "relu(1)", "elu", "elu()", "elu(nan)", "elu(1e99)", "elu(1e-40)", "elu(.5)", "elu(+1)", "elu(1 )", "softmax",
])
def test_what_is_no_activation_is_refused_with_its_name(text):
    with pytest.raises(ValueError, match="activation|number"):
        numerics.parse_activation(text)


def test_a_sum_that_is_not_finite_passes_the_output_step_by():
    network = Network(np.full((1, 1), 2e38, F), np.full((1, 1), 2e38, F), [], dot=True, output="sigmoid",
                      output_scale=np.array([4, 1], F))
    assert np.isinf(numerics.scores(network, np.array([0]), np.array([0]))).all()


def test_minus_zero_is_never_a_score():
    network = Network(np.full((1, 1), -1, F), np.zeros((1, 1), F), [], dot=True)
    assert bits(numerics.scores(network, np.array([0]), np.array([0]))) == [0]
