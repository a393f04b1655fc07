"""Which library a file of trees is of, and which way it is read and proved."""

import re
from argparse import Namespace
from typing import List, Tuple

import numpy as np

from ..refusals import Missing, Refused, Usage
from ..sources import Converted
from . import apart, proof, rows, tables, tree_file
from .ensemble import MOST_QUERY_FEATURES, Ensemble
from .lightgbm import model as lightgbm_model
from .lightgbm import text as lightgbm_text
from .xgboost import json_text, ubjson
from .xgboost import model as xgboost_model

MOST_BYTES = 1 << 30
ORDERS_ALONE = ("rank:", "binary:", "lambdarank", "rank_xendcg", "binary", "cross_entropy")


@np.errstate(over="ignore", under="ignore", invalid="ignore")
def convert(options: Namespace) -> Converted:
    """The ensemble of `options.input`, read and proved as the other options say."""
    said = options.rounds or "best"
    if said not in ("best", "all") and not re.fullmatch(r"[1-9][0-9]{0,8}", said):
        raise Usage(f"--rounds {said}: best, all or a number from 1 up")
    if options.predictions is not None and options.rows is None:
        raise Usage("--predictions of an ensemble are those of --rows FILE, one for each row")
    data = _bytes(options.input)
    kind, ensemble, rounds = _read(data, options.input, said)
    columns = _query_columns(options.query_features, ensemble)
    own = tables.read_rows(options.rows, ensemble) if options.rows is not None else None
    drawn = rows.drawn(ensemble)
    every = drawn if own is None else np.concatenate([drawn, own])
    source = apart.predict(kind, data, rounds, every)
    notes = list(ensemble.notes)
    predictions = tables.read_predictions(options.predictions) if options.predictions is not None else None
    if source is not None:
        proved = proof.by_source(ensemble, source, every, len(drawn))
        if predictions is not None and own is not None:
            compared = proof.by_predictions(ensemble, own, predictions)
            notes.append(f"{predictions.path} was compared, too: {compared.compared} predictions agree")
        if options.unproved:
            notes.append(f"--unproved was not needed: {apart.NAMES[kind]} proved the model")
    elif predictions is not None and own is not None:
        proved = proof.by_predictions(ensemble, own, predictions)
    elif options.unproved:
        proved = proof.unproved(ensemble, drawn)
        notes.append("UNPROVED: nothing compared these scores with the source's; the file says so")
    else:
        raise Missing(f"{apart.NAMES[kind]} proves the model by its own predictions, and is not installed: pip install "
                      "'rank-client[trees]'; or give what it predicts with --rows FILE --predictions FILE, or say "
                      "--unproved")
    label = options.label_transform or ("none" if ensemble.objective.startswith(ORDERS_ALONE) else "identity")
    return Converted(notes, described(kind, ensemble, proved), lambda path: tree_file.write(
        path, ensemble, proved, columns, options.ids or "u64", label))


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Refused(f"cannot read {path}: {error.strerror or error}") from error
    if len(data) > MOST_BYTES:
        raise Refused(f"{path} has more than {MOST_BYTES} bytes")
    return data


def _read(data: bytes, path: str, said: str) -> Tuple[str, Ensemble, int]:
    """(library, ensemble, rounds): the file by its first bytes."""
    if data.startswith(b"tree\n"):
        return ("lightgbm", *lightgbm_model.read(lightgbm_text.read(data, path), said))
    if data.startswith(b"tree\r"):
        raise Refused(f"{path} has line ends of Windows, which LightGBM does not write: it was changed on its way")
    if data[:1] == b"{" and data[1:2] in (b"i", b"U", b"I", b"l", b"L"):
        return ("xgboost", *xgboost_model.read(ubjson.read(data, path), path, said))
    if data.lstrip()[:1] in (b"{", b"["):
        return ("xgboost", *xgboost_model.read(json_text.read(data, path), path, said))
    raise Refused(f"{path} is no model that is understood: models of XGBoost are read as JSON or UBJ (save_model to a "
                  "name in .json or .ubj), of LightGBM as text (save_model)")


def _query_columns(said: str, ensemble: Ensemble) -> List[int]:
    """The columns that --query-features names, by names or numbers, ascending."""
    columns = set()
    for word in (said or "").split(","):
        word = word.strip()
        if not word:
            continue
        if ensemble.names is not None and word in ensemble.names:
            columns.add(ensemble.names.index(word))
        elif word.isascii() and word.isdigit() and len(word) < 9 and int(word) < ensemble.features:
            columns.add(int(word))
        else:
            raise Refused(f"--query-features: {word} is no feature of the model, neither a name nor a number below "
                          f"{ensemble.features}")
    if len(columns) > MOST_QUERY_FEATURES:
        raise Refused(f"--query-features: {len(columns)} of them; at most {MOST_QUERY_FEATURES} are taken")
    return sorted(columns)


def described(kind: str, ensemble: Ensemble, own: proof.Proof) -> str:
    """What the model is and what proves it, for the line that the command ends with."""
    leaves = [len(tree.leaves) for tree in ensemble.trees]
    parts = [f"{len(ensemble.trees)} trees of {apart.NAMES[kind]}", f"up to {max(leaves)} leaves",
             f"{ensemble.features} features", f"objective {ensemble.objective}"]
    if ensemble.is_categorical:
        parts.append("categorical")
    if ensemble.output is not None:
        parts.append(f"output {ensemble.output}")
    parts.append("UNPROVED" if own.kind == "unproved"
                 else f"proved by {own.compared} rows of {own.source}, equal bit for bit")
    return ", ".join(parts)
