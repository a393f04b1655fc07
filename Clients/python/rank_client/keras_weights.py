"""Reads the two-tower rating family out of Keras 3 weights: `.weights.h5`, or the `.keras` archive around it.

The weights file says neither what a tensor is for nor how the tensors are connected. They are told apart by their
paths' suffixes, their shapes, and the order of the optimizer's variables; what remains open is refused or asked for.
"""

import io
import json
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

import h5py
import numpy as np

from .keras_config import Config, read_config
from .model_file import Refused, clean
from .numerics import Floats, Network

MAX_WIDTH = 65_536
# What h5py, zipfile and json raise for files that are cut, damaged or of another kind.
UNREADABLE = (OSError, KeyError, RuntimeError, ValueError, EOFError, struct.error, zlib.error, zipfile.BadZipFile)
USER_WORDS, CANDIDATE_WORDS = ("user", "query", "customer"), ("candidate", "item", "movie", "product")


@dataclass
class Weights:
    """The arrays of a weights file: each layer's variables by path, layers' names, the optimizer's shapes in order."""

    layers: Dict[str, List[Floats]] = field(default_factory=dict)
    names: Dict[str, str] = field(default_factory=dict)
    optimizer: List[Tuple[int, ...]] = field(default_factory=list)


def read(path: str, user_table: Optional[str] = None, dot: bool = False,
         candidate_first: bool = False) -> Tuple[Network, List[str]]:
    """The network in the file, and what was decided and why, a sentence each. Refused if it is not of the family.

    `candidate_first` says that the model concatenates the candidate's half first, where the file does not tell.
    """
    try:
        if zipfile.is_zipfile(path):
            weights, config = _read_archive(path)
        else:
            with open(path, "rb") as file:
                weights, config = _read_weights(file), None
    except UNREADABLE as error:
        raise Refused(f"{path} is neither a whole HDF5 file nor a whole .keras archive: {error}") from error
    tables, dense = _sort_layers(weights)
    notes: List[str] = []
    user, candidate = _tell_tables_apart(tables, weights, config, user_table, notes)
    inputs = tables[user].shape[1] + tables[candidate].shape[1]
    order = _chain(dense, inputs)
    if not order and not dot:
        raise Refused("there is no dense layer: if the model's score is the dot product of its embeddings, add --dot")
    if dot and tables[user].shape[1] != tables[candidate].shape[1]:
        raise Refused(f"--dot: {user} and {candidate} have rows of different lengths")
    if config is not None and config.dense:
        config.check_dense([dense[name][1].shape[0] for name in order])
    elif order:
        notes.append("the file does not carry activations: relu after every dense layer but the last is assumed")
    layers = [dense[name] for name in order]
    if order and _is_candidate_first(user, candidate, weights, config, candidate_first, notes):
        kernel, rows = layers[0][0], tables[candidate].shape[1]
        layers[0] = (np.concatenate([kernel[rows:], kernel[:rows]]), layers[0][1])
        notes.append("the model concatenates the candidate's half first: the first kernel's rows were swapped")
    return Network(tables[user], tables[candidate], layers, dot=dot), notes


def _read_archive(path: str) -> Tuple[Weights, Optional[Config]]:
    with zipfile.ZipFile(path) as archive:
        missing = {"config.json", "model.weights.h5"} - set(archive.namelist())
        if missing:
            raise Refused(f"{path} is no .keras archive: it has no {' and no '.join(sorted(missing))}")
        config = json.loads(archive.read("config.json"))
        return _read_weights(io.BytesIO(archive.read("model.weights.h5"))), read_config(config)


def _read_weights(source) -> Weights:
    found, numbered = Weights(), {}

    def visit(name: str, node) -> None:
        match = re.fullmatch(r"(?:(.*)/)?vars(?:/(\d+))?", name)
        if match and match[2] is None and isinstance(node, h5py.Group):
            own = node.attrs.get("name", "")
            found.names[match[1] or ""] = own.decode() if isinstance(own, bytes) else str(own)
        if not match or match[2] is None or not isinstance(node, h5py.Dataset):
            return
        layer, index = match[1] or "", int(match[2])
        if layer.split("/")[0] == "optimizer":
            numbered.setdefault("optimizer", {})[index] = node.shape
        elif node.ndim > 0 and not layer.endswith("seed_generator"):  # counters of metrics, Dropout's random state
            numbered.setdefault(layer, {})[index] = _values(f"{layer}/vars/{index}", node)

    with h5py.File(source, "r") as file:
        file.visititems(visit)
    found.optimizer = [shape for _, shape in sorted(numbered.pop("optimizer", {}).items())]
    for layer, values in numbered.items():
        if sorted(values) != list(range(len(values))):
            raise Refused(f"{layer}/vars lacks a variable: it has {sorted(values)}")
        found.layers[layer] = [values[i] for i in range(len(values))]
    return found


def _values(name: str, node) -> Floats:
    if node.dtype not in (np.float32, np.float16):
        raise Refused(f"{name} is {node.dtype}: only float32 (and float16, which converts exactly) is read")
    if 0 in node.shape or max(node.shape) >= 2**32 or any(width > MAX_WIDTH for width in node.shape[1:]):
        raise Refused(f"{name} has the shape {list(node.shape)}, which no model of this family has")
    if node.is_virtual or node.external or node.id.get_storage_size() == 0:
        raise Refused(f"{name} has no data in this file")
    return clean(name, node[...])


def _sort_layers(weights: Weights) -> Tuple[Dict[str, Floats], Dict[str, Tuple[Floats, Floats]]]:
    """Tables (one 2-D variable) and dense layers (a kernel and its bias) by path; anything else is refused."""
    tables, dense = {}, {}
    for name, values in weights.layers.items():
        shapes = [v.shape for v in values]
        kind = name.rsplit("/", 1)[-1]
        if len(values) == 1 and values[0].ndim == 2 and not re.match(r"dense", kind):
            tables[name] = values[0]
        elif len(values) == 2 and values[0].ndim == 2 and shapes[1] == shapes[0][1:] and "embedding" not in kind:
            dense[name] = (values[0], values[1])
        else:
            raise Refused(f"{name or 'the model'} has variables of shapes {[list(s) for s in shapes]}: neither an "
                          "Embedding nor a Dense layer with its bias")
    if len(tables) != 2:
        raise Refused(f"a model of this family has two embedding tables, this file has {len(tables)}"
                      f"{': ' + _listed(tables) if tables else ''}")
    return tables, dense


def _tell_tables_apart(tables: Dict[str, Floats], weights: Weights, config: Optional[Config], wanted: Optional[str],
                       notes: List[str]) -> Tuple[str, str]:
    names = sorted(tables)
    if wanted is not None:
        wanted = re.sub(r"/vars(/0)?/?$", "", wanted.strip("/"))
        if wanted not in tables:
            raise Refused(f"--user-table {wanted}: there is no such table; there are {_listed(tables)}")
        return wanted, names[names[0] == wanted]
    evidence: Dict[str, str] = {}  # the path of the user's table → the reason to think so
    for name, other in (names, names[::-1]):
        own = f"{name.rsplit('/', 1)[-1]} {weights.names.get(name, '')}".lower()
        if any(word in own for word in USER_WORDS):
            evidence.setdefault(name, "its name says so")
        if any(word in own for word in CANDIDATE_WORDS):
            evidence.setdefault(other, f"the name of {name} is a candidate's")
        if config is not None and config.counts("user") & _counts(tables[name]) - _counts(tables[other]):
            evidence.setdefault(name, "the config's number of users is its number of rows")
    # The user's half comes first in this family, so its table is made first, unless the config shows the graph. Where
    # names say otherwise either may be wrong, and a wrong guess would be wrong scores.
    if not (evidence and config is not None and config.concatenated):
        first = _first_trained(tables, weights.optimizer)
        if first is not None:
            evidence.setdefault(first, "the optimizer has its variable first")
        elif evidence and len({name.rpartition("/")[0] for name in names}) == 1:
            evidence.setdefault(min(names, key=_natural), "it comes first among the layers")
    if len(evidence) != 1:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in evidence.items())
        why = f"there is evidence for both ({reasons})" if evidence else "nothing tells which is the user's"
        raise Refused(f"two embedding tables, and {why}: say --user-table PATH, one of {_listed(tables)}")
    ((user, reason),) = evidence.items()
    notes.append(f"the user's table is {user}: {reason}")
    return user, names[names[0] == user]


def _is_candidate_first(user: str, candidate: str, weights: Weights, config: Optional[Config], said: bool,
                        notes: List[str]) -> bool:
    halves, joined = [weights.names.get(user), weights.names.get(candidate)], config.concatenated if config else []
    if not joined or None in halves:
        if not said:
            notes.append("the file does not carry the concatenation: the user's half first is assumed, "
                         "--candidate-first says otherwise")
        return said
    if joined not in (halves, halves[::-1]):
        raise Refused(f"config.json concatenates {joined}, which are not the two embeddings {halves}")
    if said and joined == halves:
        raise Refused("--candidate-first: config.json has the user's half first")
    return joined != halves


def _counts(table: Floats) -> set:
    return {table.shape[0], table.shape[0] - 1}  # with or without the row for unknown ids


def _first_trained(tables: Dict[str, Floats], shapes: List[Tuple[int, ...]]) -> Optional[str]:
    """The table whose optimizer variables come before the other's; None without such variables or of equal shapes."""
    (a, first), (b, second) = ((name, table.shape) for name, table in tables.items())
    if first == second or first not in shapes or second not in shapes:
        return None
    return a if shapes.index(first) < shapes.index(second) else b


def _chain(dense: Dict[str, Tuple[Floats, Floats]], inputs: int) -> List[str]:
    """The dense layers' paths in order: by the numbers at the ends of their names if those chain, else by shapes."""

    def ends(order: List[str]) -> List[int]:
        return [inputs] + [dense[name][0].shape[1] for name in order]

    def fits(order: List[str]) -> bool:
        return all(dense[name][0].shape[0] == width for name, width in zip(order, ends(order))) and ends(order)[-1] == 1

    if not dense:
        return []
    natural = sorted(dense, key=_natural)
    if fits(natural):
        return natural
    partial, complete = [[]], []
    while partial and len(complete) < 2:
        order = partial.pop()
        nexts = [n for n in natural if n not in order and dense[n][0].shape[0] == ends(order)[-1]]
        complete += [order + [n] for n in nexts if len(order) + 1 == len(dense) and fits(order + [n])]
        partial += [order + [n] for n in nexts if len(order) + 1 < len(dense)]
    if len(complete) != 1:
        shapes = ", ".join(f"{n} {list(dense[n][0].shape)}" for n in natural)
        raise Refused(f"the dense layers do not chain from {inputs} inputs to one output in one way: {shapes}")
    return complete[0]


def _natural(name: str) -> List[object]:
    """A key that sorts dense_10 after dense_9."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _listed(tables: Dict[str, Floats]) -> str:
    return ", ".join(f"{name}/vars/0 [{table.shape[0]}, {table.shape[1]}]" for name, table in sorted(tables.items()))
