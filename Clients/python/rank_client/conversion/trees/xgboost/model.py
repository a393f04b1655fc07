"""XGBoost's document of a model, JSON or UBJ: what it computes, and whatever is not taken, by name."""

from typing import Any, List, Optional, Tuple

import numpy as np

from ...refusals import Refused
from .. import outputs
from ..ensemble import Ensemble
from ..sets import Sets
from . import fields, tree

RANKING = ("rank:pairwise", "rank:ndcg", "rank:map")
PLAIN = ("reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:absoluteerror", "reg:pseudohubererror",
         "reg:quantileerror", "binary:logitraw")
LOGISTIC = ("binary:logistic", "reg:logistic")
POSITIVE = ("count:poisson", "reg:gamma", "reg:tweedie")


def read(document: Any, path: str, said: str) -> Tuple[Ensemble, int]:
    """The model and how many of its rounds were taken; `said` is --rounds."""
    if not isinstance(document, dict) or "learner" not in document:
        raise Refused(f"{path} is no model of XGBoost: it has no learner. A model is saved by save_model, not dumped")
    major, minor = _version(document)
    learner = fields.table(document, "learner")
    parameters = fields.table(learner, "learner_model_param", "learner.")
    booster = fields.table(learner, "gradient_booster", "learner.")
    name = fields.text(booster, "name", "learner.gradient_booster.")
    if name != "gbtree":
        raise Refused(f"the model's booster is {name}; gbtree alone is taken")
    classes, targets = (fields.count(parameters, key, "learner.learner_model_param.", 1)
                        for key in ("num_class", "num_target"))
    if classes > 1 or targets > 1:
        raise Refused(f"the model has {max(classes, targets)} outputs (num_class, num_target); a score is one number")
    features = fields.count(parameters, "num_feature", "learner.learner_model_param.")
    objective = fields.text(fields.table(learner, "objective", "learner."), "name", "learner.objective.")
    output = _output(objective)
    model = fields.table(booster, "model", "learner.gradient_booster.")
    _check_categories(model)
    listed = fields.entries(model, "trees", "")
    groups = fields.whole(model, "tree_info", "", len(listed))
    if groups.any():
        raise Refused(f"tree {int(np.argmax(groups != 0))} is of another output than tree 0 (tree_info); a score is "
                      "one number")
    rounds, trees, notes = _rounds(model, fields.table(learner, "attributes", "learner."), len(listed), said)
    sets = Sets()
    own = [tree.read(listed[k], k, features, sets) for k in range(trees)]
    base = fields.text(parameters, "base_score", "learner.learner_model_param.")
    names = fields.entries(learner, "feature_names", "learner.") if "feature_names" in learner else []
    if not all(isinstance(name, str) for name in names):
        raise Refused("learner.feature_names has an entry that is no text")
    ensemble = Ensemble(features, names or None, objective, output, _bases(base, objective, major), own, notes)
    return ensemble, rounds


def _version(document: Any) -> Tuple[int, int]:
    numbers = fields.whole(document, "version", "").tolist()
    if len(numbers) != 3:
        raise Refused("version is not three numbers")
    if not (1, 7) <= tuple(numbers[:2]) < (4, 0):
        raise Refused(f"the model is of XGBoost {'.'.join(map(str, numbers))}; 1.7 to 3.x are read")
    return numbers[0], numbers[1]


def _output(objective: str) -> Optional[str]:
    if objective in (*RANKING, *PLAIN):
        return None
    if objective in LOGISTIC:
        return outputs.LOGISTIC_XGBOOST
    if objective in POSITIVE:
        return outputs.EXPONENTIAL
    raise Refused(f"the objective {objective[:40]} is not understood; taken are "
                  f"{', '.join((*RANKING, *PLAIN, *LOGISTIC, *POSITIVE))}")


def _check_categories(model: Any) -> None:
    """Refuses categories that were texts or numbers of a data frame, which XGBoost translates before it predicts."""
    cats = model.get("cats")
    if cats is None:
        return
    if not isinstance(cats, dict) or ("enc" in cats and fields.entries(cats, "enc", "cats.")):
        raise Refused("the model's categories are those of a data frame (cats.enc): XGBoost translates them before it "
                      "predicts. Train on their codes, and send codes")


def _rounds(model: Any, attributes: Any, trees: int, said: str) -> Tuple[int, int, List[str]]:
    """(rounds, trees, notes) that --rounds takes: of `best` those up to best_iteration, where the file names one."""
    if "iteration_indptr" in model:
        ends = fields.whole(model, "iteration_indptr", "").tolist()
        if not ends or ends[0] != 0 or ends[-1] != trees or any(a > b for a, b in zip(ends, ends[1:])):
            raise Refused(f"iteration_indptr does not part the {trees} trees")
    else:
        path = "gbtree_model_param."
        each = max(1, fields.count(fields.table(model, "gbtree_model_param"), "num_parallel_tree", path, 1))
        if trees % each:
            raise Refused(f"{path}num_parallel_tree is {each}, and there are {trees} trees")
        ends = list(range(0, trees + 1, each)) if trees else [0]
    count = len(ends) - 1
    best = attributes.get("best_iteration")
    if best is not None:
        best = fields.count(attributes, "best_iteration", "learner.attributes.") + 1
        if best > count:
            raise Refused(f"learner.attributes.best_iteration is {best - 1}, and there are {count} rounds")
    if said == "best" and best is None:
        return count, trees, []
    rounds = best if said == "best" else count if said == "all" else int(said)
    if rounds is None or rounds > count:
        raise Refused(f"--rounds {said}: the model has {count} rounds")
    notes = []
    if rounds < count and said == "best":
        notes.append(f"{rounds} of {count} rounds are taken, up to best_iteration, as sklearn's predict does; "
                     "Booster.predict takes all of them, and --rounds all does")
    elif rounds < count:
        notes.append(f"{rounds} of {count} rounds are taken, as --rounds says")
    return rounds, ends[rounds], notes


def _bases(text: str, objective: str, major: int) -> List[np.floating]:
    """What sums may start from, the likeliest first: the margin of base_score."""
    inner = text.strip()
    if inner.startswith("[") and inner.endswith("]"):
        inner = inner[1:-1]
    try:
        score = np.float32(float(inner)) if "_" not in inner else np.float32("nan")
    except ValueError as error:
        raise Refused(f'learner_model_param.base_score is "{text[:40]}"; one number is expected') from error
    if not np.isfinite(score):
        raise Refused(f'learner_model_param.base_score is "{text[:40]}"; a finite number is expected')
    if objective in (*RANKING, *PLAIN):
        return [score]
    if objective in POSITIVE:
        if score <= 0:
            raise Refused(f"learner_model_param.base_score is {score}; {objective} takes its logarithm")
        return outputs.logarithms(score)
    if not 0 <= score <= 1:
        raise Refused(f"learner_model_param.base_score is {score}; {objective} takes a probability")
    one, least = np.float32(1), np.float32(1e-6)
    clamped = min(max(score, least), one - least)
    # XGBoost 3 clamps when it loads a file, 1.7 and 2.1 do not.
    chances = [p for p in ((clamped, score) if major >= 3 else (score, clamped)) if 0 < p < 1]
    return [-margin for p in chances for margin in outputs.logarithms(one / p - one)]
