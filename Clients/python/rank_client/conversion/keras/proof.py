"""What proves a conversion: the scores that the source gave, beside those of our own reading."""

import csv
import hashlib
import math
import os
from dataclasses import dataclass
from typing import Callable, List, Optional, Tuple

import numpy as np

from ..numerics import Network, parse_activation, scores
from ..refusals import Refused
from ..two_tower import GOLDENS, golden_rows
from ..vocabulary import Vocabulary
from .inputs import ITEM_NAMES, USER_NAMES

ROUNDING = 2.0**-24  # of one operation in float32, relative
MOST_ROWS, RANDOM_PAIRS, MOST_GOLDENS = 8192, 2048, 512
Rows = np.ndarray


class Differs(Refused):
    """Scores that are not the source's: the most that they differ by, and the pair."""

    def __init__(self, message: str, most: float, pair: str) -> None:
        super().__init__(message)
        self.most, self.pair = most, pair


@dataclass
class Proof:
    """`kind` is `source`, `predictions` or `unproved`; the scores are the source's for the golden pairs of rows."""

    kind: str
    user_rows: Rows
    candidate_rows: Rows
    source: str = ""
    max_difference: float = 0.0
    source_scores: Optional[np.ndarray] = None
    pairs: int = 0  # that were compared


def unproved(network: Network) -> Proof:
    return Proof("unproved", *golden_rows(len(network.user), len(network.candidate)))


def by_source(network: Network, vocabularies: Tuple[Vocabulary, Vocabulary], first: Tuple[int, int],
              predict: Callable[[Rows, Rows], np.ndarray], source: str,
              precise: Optional[Callable[[Rows, Rows], np.ndarray]] = None) -> Proof:
    """Compares with the source on pairs of rows from `first` up: the goldens, and thousands more of every row.

    `precise` is the source in float64. Where its float32 is further away than our rounding explains, but as far from
    its own float64, the distance is the rounding of the source itself.
    """
    counts = len(network.user), len(network.candidate)
    users, items = golden_rows(*counts)
    keep = (users >= first[0]) & (items >= first[1])
    ends = [_corners(start, count) for start, count in zip(first, counts)]
    corners = np.array([(user, item) for user in ends[0] for item in ends[1]], np.uint32)
    users, items = np.concatenate([users[keep], corners[:, 0]]), np.concatenate([items[keep], corners[:, 1]])
    random = np.random.default_rng(20)
    length = min(max(counts), MOST_ROWS)
    users_of = [users, _every(random, first[0], counts[0], length), random.integers(first[0], counts[0], RANDOM_PAIRS)]
    items_of = [items, _every(random, first[1], counts[1], length), random.integers(first[1], counts[1], RANDOM_PAIRS)]
    more = [np.concatenate(part).astype(np.int64) for part in (users_of, items_of)]
    given = np.asarray(predict(*more), np.float64)
    try:
        difference = compare(network, vocabularies, more[0], more[1], given, len(users), source)
    except Differs as error:
        if precise is None or not _is_rounding(network, more[0], more[1], given, precise):
            raise
        difference = error.most
    return Proof("source", users, items, source, difference, given[:len(users)].astype(np.float32), len(given))


def _is_rounding(network: Network, users: Rows, items: Rows, given: np.ndarray,
                 precise: Callable[[Rows, Rows], np.ndarray]) -> bool:
    """Whether the source's float32 is as far from its own float64 as from our reading, and neither is far."""
    exact, magnitude = evaluate(network, users, items)
    finer = np.asarray(precise(users, items), np.float64)
    noise = float(np.abs(given - finer).max())
    return noise <= 64 * ROUNDING * float(magnitude.max()) and float(np.abs(exact - finer).max()) <= 2 * noise


def _corners(first: int, count: int) -> List[int]:
    """The ends of a table, the first row of its own, and its middle."""
    return sorted({first, min(1, count - 1), count // 2, count - 2, count - 1} & set(range(first, count)))


def _every(random: np.random.Generator, first: int, count: int, length: int) -> Rows:
    """`length` rows of a side: every one in an order by lot, or as many as there is room for."""
    if count - first > length:
        return random.choice(count - first, length, replace=False) + first
    return np.resize(random.permutation(np.arange(first, count)), length)


def compare(network: Network, vocabularies: Tuple[Vocabulary, Vocabulary], users: Rows, items: Rows, given: np.ndarray,
            goldens: int, source: str) -> float:
    """The most that our scores are away from the source's. Refused where that is more than rounding; says which pair.

    Our reading is computed twice: in float64, for every pair, and as workers compute it, for the first `goldens`. What
    these two differ by is what float32 costs this model; 4 times that, or 4 roundings of the sum of the last terms'
    magnitudes, is the most that is taken for the source's own rounding.
    """
    if not np.isfinite(given).all():
        at = int(np.argmin(np.isfinite(given)))
        raise Refused(f"{source} gives {given[at]} for {_pair(vocabularies, users[at], items[at])}")
    exact, magnitude = evaluate(network, users, items)
    far = float(np.abs(given - exact).max()) > 4000 * ROUNDING * float(magnitude.max())
    own = exact[:goldens] if far else scores(network, users[:goldens], items[:goldens]).astype(np.float64)
    if not np.isfinite(own).all() or not np.isfinite(exact).all():
        raise Refused("the model's scores are not finite: its weights are too large for float32")
    most = max(4 * float(np.abs(own - exact[:goldens]).max()), 4 * ROUNDING * float(magnitude.max()), 1e-37)
    away = np.abs(given - exact)
    away[:goldens] = np.maximum(away[:goldens], np.abs(given[:goldens] - own))
    at = int(np.argmax(away))
    if away[at] > most:
        mine = own[at] if at < goldens else exact[at]
        pair = _pair(vocabularies, users[at], items[at])
        raise Differs(
            f"{pair}: {source} gives {given[at]:.9g}, the model read from the file "
            f"gives {mine:.9g}; they differ by {away[at]:.3g}, of which rounding explains {most:.3g}. "
            f"{int((away > most).sum())} of {len(away)} pairs differ so: this model is not what its file was taken for",
            float(away[at]), pair)
    goldens_away = np.abs(given[:goldens].astype(np.float32).astype(np.float64) - own).max()
    return max(float(away[at]), float(goldens_away))


def _pair(vocabularies: Tuple[Vocabulary, Vocabulary], user: int, item: int) -> str:
    return f"user {vocabularies[0].id_of(int(user))}, item {vocabularies[1].id_of(int(item))}"


def evaluate(network: Network, users: Rows, items: Rows) -> Tuple[np.ndarray, np.ndarray]:
    """The scores in float64, and for each the sum of its last terms' magnitudes."""
    user, item = network.user[users].astype(np.float64), network.candidate[items].astype(np.float64)
    total, magnitude = np.zeros(len(users)), np.zeros(len(users))
    with np.errstate(over="ignore", invalid="ignore"):
        h = np.concatenate([user, item], axis=1)
        names = network.activations or ["relu"] * max(len(network.layers) - 1, 0)
        for k, (kernel, bias) in enumerate(network.layers):
            wide = kernel.astype(np.float64)
            if k == len(network.layers) - 1:
                magnitude = np.abs(h) @ np.abs(wide[:, 0]) + abs(float(bias[0]))
            h = h @ wide + bias
            if k < len(network.layers) - 1:
                h = activate(names[k], h)
        if network.layers:
            total = h[:, 0]
        terms = [network.user_bias[users] if network.user_bias is not None else None,
                 network.candidate_bias[items] if network.candidate_bias is not None else None, network.mean]
        if network.dot:
            total = total + (user * item).sum(axis=1)
            magnitude = magnitude + np.abs(user * item).sum(axis=1)
        for term in terms:
            if term is not None:
                total, magnitude = total + term, magnitude + np.abs(term)
        if network.output != "linear":
            total = activate(network.output, total)
            magnitude = magnitude + np.abs(total) if parse_activation(network.output)[0] not in ("tanh", "sigmoid") \
                else 1 + 0 * magnitude
        if network.output_scale is not None:
            factor, offset = network.output_scale.astype(np.float64)
            total = factor * total + offset
            magnitude = np.abs(factor) * magnitude + abs(offset)
    return total, magnitude


def activate(text: str, x: np.ndarray) -> np.ndarray:
    """The activation in float64."""
    name, number = parse_activation(text)
    number = 0.0 if number is None else float(number)
    with np.errstate(over="ignore"):
        if name == "linear":
            return x
        if name == "relu":
            return np.maximum(x, 0)
        if name == "relu6":
            return np.clip(x, 0, 6)
        if name == "leaky_relu":
            return np.where(x > 0, x, number * x)
        if name == "elu":
            return np.where(x > 0, x, number * np.expm1(np.minimum(x, 0)))
        if name == "tanh":
            return np.tanh(x)
        if name == "sigmoid":
            return 1 / (1 + np.exp(-x))
        if name == "silu":
            return x / (1 + np.exp(-x))
        if name == "gelu_tanh":
            return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
        return x * 0.5 * np.frompyfunc(math.erfc, 1, 1)(-x / math.sqrt(2)).astype(np.float64)


@dataclass
class Predictions:
    """A file of the source's scores: ids as written, and one score each."""

    path: str
    users: List[str]
    items: List[str]
    scores: np.ndarray
    digest: str

    def rows(self, vocabularies: Tuple[Vocabulary, Vocabulary]) -> Tuple[Rows, Rows]:
        try:
            return vocabularies[0].row_of(self.users), vocabularies[1].row_of(self.items)
        except ValueError as error:
            raise Refused(f"{self.path}: this model's ids are numbers: {error}") from error


def read_predictions(path: str) -> Predictions:
    """Reads `user,item,score` lines; a first line whose score is no number is a header."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        lines = list(csv.reader(data.decode("utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"--predictions {path}: {getattr(error, 'strerror', None) or error}") from error
    users, items, given = [], [], []
    for number, fields in enumerate(lines, 1):
        if not fields:
            continue
        try:
            user, item, score = (field.strip() for field in fields)
            value = float(score)
        except ValueError as error:
            if number == 1 and len(fields) == 3:
                _check_header(path, fields)
                continue
            raise Refused(f"{path}, line {number}: expected user,item,score, found {','.join(fields)!r}") from error
        users.append(user)
        items.append(item)
        given.append(value)
    return Predictions(path, users, items, np.array(given), hashlib.sha256(data).hexdigest())


def _check_header(path: str, fields: List[str]) -> None:
    """Refuses a header whose names put another column first: which side is whose would be the wrong way round."""
    user, item, score = (field.strip().lower() for field in fields)
    others = {"score", "scores", "prediction", "predictions", "predicted", "rating"}
    if user in ITEM_NAMES | others or item in USER_NAMES | others or score in USER_NAMES | ITEM_NAMES:
        raise Refused(f"{path}, line 1: expected the columns user,item,score in this order, found {','.join(fields)}")


def by_predictions(network: Network, vocabularies: Tuple[Vocabulary, Vocabulary], predictions: Predictions) -> Proof:
    """Compares with a file of the source's scores: at least 256 pairs, or every pair of a smaller model."""
    users, items = predictions.rows(vocabularies)
    pairs = len(set(zip(users.tolist(), items.tolist())))
    known = [v.rows - (1 if v.kind != "identity" or v.rows > 1 else 0) for v in vocabularies]
    wanted = min(GOLDENS, known[0] * known[1])
    if pairs < wanted:
        raise Refused(f"{predictions.path} has the scores of {pairs} pairs; at least {wanted} different ones are "
                      "needed")
    source = f"{os.path.basename(predictions.path)}, sha256 {predictions.digest}"
    chosen = np.unique(np.linspace(0, len(users) - 1, min(len(users), MOST_GOLDENS)).astype(np.int64))
    order = np.concatenate([chosen, np.setdiff1d(np.arange(len(users)), chosen)])
    users, items, given = users[order], items[order], predictions.scores[order]
    difference = compare(network, vocabularies, users, items, given, len(chosen), predictions.path)
    count = len(chosen)
    return Proof("predictions", users[:count].astype(np.uint32), items[:count].astype(np.uint32), source, difference,
                 given[:count].astype(np.float32), len(users))


def printed(difference: float) -> str:
    """The difference as the model file has it: two digits, rounded up."""
    if difference == 0:
        return "0"
    text = f"{difference:.1e}"
    if float(text) < difference:
        exponent = math.floor(math.log10(difference)) - 1
        text = f"{(math.floor(difference / 10**exponent) + 1) * 10**exponent:.1e}"
    return text
