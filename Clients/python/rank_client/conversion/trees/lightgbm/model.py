"""LightGBM's text of a model: what it computes, and whatever is not taken, by name."""

import re
from typing import List, Optional, Tuple

import numpy as np

from ...refusals import Refused
from .. import outputs
from ..ensemble import MOST_FEATURES, Ensemble
from ..sets import Sets
from . import tree
from .text import Text

RANKING = ("lambdarank", "rank_xendcg")
PLAIN = ("regression", "regression_l1", "huber", "fair", "quantile", "mape")
POSITIVE = ("poisson", "gamma", "tweedie")


def read(text: Text, said: str) -> Tuple[Ensemble, int]:
    """The model and how many of its rounds were taken; `said` is --rounds."""
    header = text.header
    version = header.text("version")
    if version not in ("v3", "v4"):
        raise Refused(f"the model is a text of version {version[:20]}; v3 and v4 are read")
    if "average_output" in header.values:
        raise Refused("the model is a random forest (average_output); sums of trees are taken")
    classes = max(header.count("num_class"), header.count("num_tree_per_iteration"))
    if classes != 1:
        raise Refused(f"the model has {classes} outputs (num_class, num_tree_per_iteration); a score is one number")
    if text.parameters.get("boosting") == "dart":
        raise Refused("the model's boosting is dart, which is not taken")
    if text.categories.strip() not in ("null", "[]"):
        raise Refused("the model's categories are those of a data frame (pandas_categorical): LightGBM translates them "
                      "before it predicts. Train on their codes, and send codes")
    features = header.count("max_feature_idx") + 1
    if features > MOST_FEATURES:
        raise Refused(f"the model has {features} features; at most {MOST_FEATURES} are taken")
    count = len(text.trees)
    rounds = count if said in ("best", "all") else int(said)
    if rounds > count:
        raise Refused(f"--rounds {said}: the model has {count} rounds")
    notes = [f"{rounds} of {count} rounds are taken, as --rounds says"] if rounds < count else []
    objective, output = _objective(header.values.get("objective"))
    sets = Sets()
    trees = [tree.read(block, features, sets) for block in text.trees[:rounds]]
    bases: List[np.floating] = [np.float64(0)]
    names = header.text("feature_names").split(" ")
    return Ensemble(features, names, objective, output, bases, trees, notes), rounds


def _objective(line: Optional[str]) -> Tuple[str, Optional[str]]:
    """(name, output); a model of one's own objective has none, and its scores are margins."""
    if line is None:
        return "custom", None
    name, *options = line.split(" ")
    if name in RANKING:
        return name, None
    if name in PLAIN:
        return name, outputs.SIGNED_SQUARE if "sqrt" in options else None
    if name in POSITIVE:
        return name, outputs.EXPONENTIAL
    if name == "cross_entropy":
        return name, outputs.logistic_name(1)
    if name == "binary":
        slopes = [option[len("sigmoid:"):] for option in options if option.startswith("sigmoid:")]
        if len(slopes) != 1 or not re.fullmatch(r"[0-9]+(\.[0-9]+)?(e[-+]?[0-9]{1,2})?", slopes[0]) \
                or not float(slopes[0]) > 0:
            raise Refused(f'the objective is "{line[:60]}"; a binary one with one sigmoid above 0 is taken')
        return name, outputs.logistic_name(float(slopes[0]))
    raise Refused(f"the objective {name[:40]} is not understood; taken are "
                  f"{', '.join((*RANKING, *PLAIN, *POSITIVE, 'binary', 'cross_entropy'))}")
