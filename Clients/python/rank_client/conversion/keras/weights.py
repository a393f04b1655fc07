"""Reads the two-tower rating family out of Keras 3 weights: `.weights.h5`, or a `.keras` archive without its classes.

The weights file says neither what a tensor is for nor how the tensors are connected. Tensors are told apart by their
paths' suffixes and shapes. What remains open is said by options, or is a reading of several, of which the source's
predictions prove one.
"""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Optional, Tuple

import h5py
import numpy as np

from ..numerics import Floats, Network
from ..refusals import Refused
from ..two_tower import clean

MAX_WIDTH = 65_536
# What h5py, zipfile and json raise for files that are cut, damaged or of another kind.
UNREADABLE = (OSError, KeyError, RuntimeError, ValueError, EOFError, struct.error, zlib.error, zipfile.BadZipFile)
LEGACY = ("the legacy form of a whole Keras model, which is not read: load it in Keras and save it as .keras "
          "(keras.models.load_model(\"{name}\").save(\"model.keras\"))")
LOOKUP = re.compile(r"(string_lookup|integer_lookup|hashing|text_vectorization)(_\d+)?")
# Layers without weights that leave scores as they are, and those that this reading knows.
NEUTRAL = {"InputLayer", "Flatten", "Reshape", "Dropout", "Concatenate", "Functional", "Sequential", "Model", "Dense",
           "Embedding"}


@dataclass
class Weights:
    """The arrays of a weights file: each layer's variables by path."""

    layers: Dict[str, List[Floats]] = field(default_factory=dict)
    lookups: List[str] = field(default_factory=list)  # groups of layers whose vocabulary is not in the file


@dataclass
class Reading:
    """One way to read a weights file."""

    network: Network
    user: str  # the path of the user's table
    candidate_first: bool


def readings(path: str, user_table: Optional[str] = None, dot: bool = False, candidate_first: Optional[bool] = None,
             layers: Iterator[Dict[str, Any]] = iter(())) -> List[Reading]:
    """Every way to read the file that its shapes and the options allow. Refused if it is not of the family.

    `candidate_first` says that the model concatenates the candidate's half first, None that either may be. `layers` are
    the descriptions of a `.keras` archive's layers.
    """
    _check_described(layers)
    weights = load(path)
    tables, dense = _sort_layers(weights)
    names = sorted(tables)
    if user_table is not None:
        wanted = re.sub(r"/vars(/0)?/?$", "", user_table.strip("/"))
        if wanted not in tables:
            raise Refused(f"--user-table {wanted}: there is no such table; there are {listed(tables)}")
        users = [wanted]
    else:
        users = names
    order = _chain(dense, sum(table.shape[1] for table in tables.values()))
    if not order and not dot:
        raise Refused("there is no dense layer: if the model's score is the dot product of its embeddings, add --dot")
    if dot and len({table.shape[1] for table in tables.values()}) > 1:
        raise Refused(f"--dot: {names[0]} and {names[1]} have rows of different lengths")
    found = []
    for user in users:
        candidate = names[names[0] == user]
        for swapped in ([False] if not order else [False, True] if candidate_first is None else [candidate_first]):
            own = [dense[name] for name in order]
            if swapped:
                kernel, rows = own[0][0], tables[candidate].shape[1]
                own[0] = (np.concatenate([kernel[rows:], kernel[:rows]]), own[0][1])
            found.append(Reading(Network(tables[user], tables[candidate], own, dot=dot), user, swapped))
    return found


def _check_described(layers: Iterator[Dict[str, Any]]) -> None:
    """Refuses what an archive describes of its layers and weights alone cannot tell."""
    for entry in layers:
        own = entry["config"] if isinstance(entry["config"], dict) else {}
        kind, name = entry["class_name"], own.get("name")
        package = str(entry.get("module") or "")
        if not (package.startswith("keras.layers") or package.startswith("keras.src.layers")):
            continue
        if kind not in NEUTRAL:
            raise Refused(f"the layer {name} is a {kind}, which weights alone do not tell: say --custom MODULE")
        if kind == "Dense" and own.get("activation") not in ("relu", "linear", None):
            raise Refused(f"the layer {name} has the activation {own.get('activation')}, which weights alone do not "
                          "tell: say --custom MODULE")


def load(path: str) -> Weights:
    """The arrays of a `.weights.h5` file or of a `.keras` archive."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                weights = _read_weights(io.BytesIO(archive.read("model.weights.h5")), path)
                weights.lookups += [n for n in archive.namelist() if n.startswith("assets/") and "vocabulary" in n]
        else:
            with open(path, "rb") as file:
                weights = _read_weights(file, path)
    except UNREADABLE as error:
        raise Refused(f"{path} is neither a whole HDF5 file nor a whole .keras archive: {error}") from error
    if weights.lookups:
        raise Refused(f"the model looks ids up ({', '.join(weights.lookups)}), and which id is which row is not among "
                      "its weights: convert the .keras file, with --custom MODULE where its classes are your own")
    return weights


def _read_weights(source: Any, path: str) -> Weights:
    found, numbered = Weights(), {}

    def visit(name: str, node) -> None:
        last = name.rsplit("/", 1)[-1]
        if isinstance(node, h5py.Group) and LOOKUP.fullmatch(last):
            found.lookups.append(name)
        match = re.fullmatch(r"(?:(.*)/)?vars/(\d+)", name)
        if not match or not isinstance(node, h5py.Dataset):
            return
        layer, index = match[1] or "", int(match[2])
        if layer.split("/")[0] == "optimizer":
            return
        if node.ndim > 0 and not layer.endswith("seed_generator"):  # counters of metrics, Dropout's random state
            numbered.setdefault(layer, {})[index] = _values(f"{layer}/vars/{index}", node)

    with h5py.File(source, "r") as file:
        if {"model_config", "layer_names"} & set(file.attrs) or "model_weights" in file:
            raise Refused(f"{path} is {LEGACY.format(name=path)}")
        file.visititems(visit)
    for layer, values in numbered.items():
        if sorted(values) != list(range(len(values))):
            raise Refused(f"{layer}/vars lacks a variable: it has {sorted(values)}")
        found.layers[layer] = [values[i] for i in range(len(values))]
    return found


def _values(name: str, node: Any) -> Floats:
    half = node.attrs.get("dtype") == "bfloat16" and node.dtype.itemsize == 2
    if not half and node.dtype not in (np.float32, np.float16):
        raise Refused(f"{name} is {node.dtype}: only float32, and float16 and bfloat16, which convert exactly, are "
                      "read")
    if 0 in node.shape or max(node.shape) >= 2**32 or any(width > MAX_WIDTH for width in node.shape[1:]):
        raise Refused(f"{name} has the shape {list(node.shape)}, which no model of this family has")
    if node.is_virtual or node.external or node.id.get_storage_size() == 0:
        raise Refused(f"{name} has no data in this file")
    if half:  # the upper half of a float32
        return clean(name, (node[...].view("<u2").astype(np.uint32) << np.uint32(16)).view(np.float32))
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
                      f"{': ' + listed(tables) if tables else ''}")
    return tables, dense


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


def listed(tables: Dict[str, Floats]) -> str:
    return ", ".join(f"{name}/vars/0 [{table.shape[0]}, {table.shape[1]}]" for name, table in sorted(tables.items()))
