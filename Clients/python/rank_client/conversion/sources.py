"""What kind of file IN is: the room that converts it, told by its first bytes, and the options that the room takes."""

import os
from argparse import Namespace
from dataclasses import dataclass
from typing import Callable, List

from .refusals import Refused, Usage

KERAS_OPTIONS = ("user_input", "custom", "float32", "user_table", "candidate_first", "dot")
TREE_OPTIONS = ("rows", "query_features", "rounds", "ids")


@dataclass
class Converted:
    """A model that is read and proved: notes and description, a sentence each, and how it becomes a file."""

    notes: List[str]
    described: str
    write: Callable[[str], str]
    """Writes the file at a path and returns its model id; Refused for the scores, OSError for the path."""


def convert(options: Namespace) -> Converted:
    """The model of `options.input`, read and proved as the other options say."""
    trees = _is_trees(options.input)
    for name in KERAS_OPTIONS if trees else TREE_OPTIONS:
        if getattr(options, name):
            kind = "a Keras model" if trees else "an ensemble of trees"
            raise Usage(f"--{name.replace('_', '-')} is for {kind}; {options.input} is none")
    if trees:
        from .trees import files as tree_files

        return tree_files.convert(options)
    from . import two_tower
    from .keras import files as keras_files

    found = keras_files.convert(options)
    return Converted(found.notes, keras_files.described(found), lambda path: two_tower.write(
        path, found.network, found.vocabularies, found.proof, options.label_transform or "identity"))


def _is_trees(path: str) -> bool:
    """Whether the file begins as models of XGBoost or LightGBM do, or has a name as theirs; refused for a pickle."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            start = file.read(64)
    except OSError as error:
        raise Refused(f"cannot read {path}: {error.strerror or error}") from error
    if start[:1] == b"\x80":
        raise Refused(f"{path} is a pickle, whose code is not run: save the model itself, by save_model of the booster "
                      "to a name in .json, .ubj or .txt, or by save of Keras to one in .keras")
    text = start.lstrip()
    return (text[:1] in (b"{", b"[") or text.startswith((b"tree\n", b"tree\r", b"binf"))
            or path.lower().endswith((".json", ".ubj", ".txt", ".model", ".bst", ".lgb")))
