"""What proves an ensemble: the bits that its library gives, beside those of our own reading."""

from dataclasses import dataclass
from typing import List, Optional, Set

import numpy as np

from ..refusals import Refused
from . import outputs, walk
from .apart import Predicted
from .ensemble import Ensemble
from .tables import Predictions

MOST_GOLDENS, GOLDEN_CELLS = 256, 1 << 22
FEWEST = 256  # rows of --predictions


class Differs(Refused):
    """A prediction that is not our reading's."""


@dataclass
class Proof:
    """`kind` is `source`, `predictions` or `unproved`; margins and scores are those of the golden rows."""

    kind: str
    rows: np.ndarray
    scores: np.ndarray
    mean: float
    """Of the scores of all rows."""
    source: str = ""
    margins: Optional[np.ndarray] = None
    """The source's."""
    compared: int = 0


def unproved(ensemble: Ensemble, rows: np.ndarray) -> Proof:
    scores = _scores(ensemble, walk.margins(ensemble, rows))
    goldens = _chosen(ensemble, scores, len(rows))
    return Proof("unproved", rows[goldens], scores[goldens], _mean(scores))


def by_source(ensemble: Ensemble, source: Predicted, rows: np.ndarray, drawn: int) -> Proof:
    """Compares margins and outputs with the library's, bit for bit, on `drawn` rows and then the caller's own."""
    given = source.margins
    _choose_base(ensemble, rows, given, None)
    margins = walk.margins(ensemble, rows)
    _compare(ensemble, rows, given, margins, f"{source.told} gives the margin", drawn)
    _compare(ensemble, rows, source.outputs, outputs.applied(ensemble.output, margins),
             f"{source.told} predicts", drawn)
    scores = _scores(ensemble, margins)
    goldens = _chosen(ensemble, scores, drawn)
    mean = _mean(scores[drawn:] if drawn < len(rows) else scores)
    return Proof("source", rows[goldens], scores[goldens], mean, source.told, given[goldens], len(rows))


def by_predictions(ensemble: Ensemble, rows: np.ndarray, predictions: Predictions) -> Proof:
    """Compares with a file of what the source predicts for the caller's rows, at least 256 different ones."""
    given = predictions.values
    if len(given) != len(rows):
        raise Refused(f"{predictions.path} has {len(given)} predictions for {len(rows)} rows")
    different = _different(ensemble, rows)
    if different < FEWEST:
        raise Refused(f"{predictions.path} has the predictions of {different} different rows, by the features that the "
                      f"model asks for; at least {FEWEST} are needed")
    with np.errstate(over="ignore"):
        typed = given.astype(ensemble.type)
    _choose_base(ensemble, rows, None, typed)
    margins = walk.margins(ensemble, rows)
    _compare(ensemble, rows, typed, outputs.applied(ensemble.output, margins), f"{predictions.path} says", 0)
    scores = _scores(ensemble, margins)
    goldens = _chosen(ensemble, scores, 0)
    return Proof("predictions", rows[goldens], scores[goldens], _mean(scores), predictions.source,
                 margins[goldens], len(rows))


def _different(ensemble: Ensemble, rows: np.ndarray) -> int:
    """How many rows differ in a feature that is asked for, counted to 256 or somewhat more; no tree tells a NaN from
    another, or −0 from 0."""
    asked = _asked(ensemble)
    found: Set[bytes] = set()
    for start in range(0, len(rows), FEWEST):
        own = rows[start:start + FEWEST, asked]
        own[own == 0] = 0
        own[np.isnan(own)] = np.nan
        found.update(row.tobytes() for row in own)
        if len(found) >= FEWEST:
            break
    return len(found)


def _choose_base(ensemble: Ensemble, rows: np.ndarray, margins: Optional[np.ndarray],
                 predicted: Optional[np.ndarray]) -> None:
    """Sets the first of the ensemble's bases that gives the source's bits; the likeliest where none does."""
    few = slice(0, 64)
    for base in ensemble.bases:
        ensemble.base = base
        own = walk.margins(ensemble, rows[few])
        if margins is not None and (_bits(own) == _bits(margins[few])).all():
            return
        if predicted is not None and (_bits(outputs.applied(ensemble.output, own)) == _bits(predicted[few])).all():
            return
    ensemble.base = ensemble.bases[0]


def _compare(ensemble: Ensemble, rows: np.ndarray, given: np.ndarray, own: np.ndarray, told: str,
             drawn: int) -> None:
    wrong = _bits(given) != _bits(own)
    if wrong.any():
        at = int(np.argmax(wrong))
        row = f"row {at - drawn} of --rows" if at >= drawn else f"row {at} of those drawn"
        raise Differs(f"{row} ({_shown(ensemble, rows[at])}): {told} {given[at]!r}, the model read from the file gives "
                      f"{own[at]!r}. {int(wrong.sum())} of {len(wrong)} rows differ in their bits")


def _shown(ensemble: Ensemble, row: np.ndarray) -> str:
    """A row's values that are asked for, the first dozen."""
    asked = _asked(ensemble)
    shown = ", ".join(f"{k}: {row[k]!s}" for k in asked[:12])
    return shown + (", …" if len(asked) > 12 else "")


def _asked(ensemble: Ensemble) -> List[int]:
    """The features that some node tests, ascending."""
    return sorted({test.feature for tree in ensemble.trees for test in tree.tests})


def _scores(ensemble: Ensemble, margins: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return outputs.applied(ensemble.output, margins).astype(np.float32)


def _chosen(ensemble: Ensemble, scores: np.ndarray, drawn: int) -> np.ndarray:
    """The golden rows: half of them drawn where some are, spread over all, with finite scores."""
    most = max(16, min(MOST_GOLDENS, GOLDEN_CELLS // ensemble.features))
    parts: List[np.ndarray] = []
    for start, end in ((0, drawn), (drawn, len(scores))):
        own = np.arange(start, end)[np.isfinite(scores[start:end])]
        both = 0 < drawn < len(scores)
        parts.append(own[np.unique(np.linspace(0, len(own) - 1, most // 2 if both else most).astype(int))]
                     if len(own) else own)
    goldens = np.concatenate(parts)
    if not len(goldens):
        raise Refused("no score is finite")
    return goldens


def _mean(scores: np.ndarray) -> float:
    """The mean of the finite scores, as float32."""
    finite = scores[np.isfinite(scores)].astype(np.float64)
    return float(np.float32(finite.mean())) if len(finite) else 0.0


def _bits(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values).view(np.uint32 if values.dtype == np.float32 else np.uint64)
