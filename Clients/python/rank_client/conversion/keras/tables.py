"""The rows of a side: which ids there are, and the numbers that Keras has for each."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence

import numpy as np

from ..refusals import Refused
from ..vocabulary import Vocabulary
from .forms import SIDES, Domain, One

CHUNK = 1 << 15


@dataclass
class Side:
    """`feeds[r]` is what the model's input takes for row r + `first`; without a row for unknown ids `first` is 1."""

    vocabulary: Vocabulary
    feeds: Any
    first: int
    note: Optional[str] = None

    @property
    def rows(self) -> int:
        return self.vocabulary.rows

    def fed(self, rows: np.ndarray) -> Any:
        """What the input takes for these rows, none of them below `first`."""
        if isinstance(self.feeds, np.ndarray):
            return self.feeds[rows - self.first]
        return [self.feeds[int(r) - self.first] for r in rows]


def side_of(domain: Optional[Domain], index: int) -> Side:
    """The ids of a side by what its Embedding layers and lookups demand."""
    name = SIDES[index]
    if domain is None or domain.rows is None:
        raise Refused(f"the {name}'s ids reach no Embedding layer")
    if domain.lookup is not None:
        return _looked_up(domain, name)
    rows, shift = domain.rows, domain.shift
    if rows - 1 - shift > domain.limit:
        raise Refused(f"{domain.fed_by} has {rows} rows, and the {name}'s ids pass through a type that is exact up to "
                      f"{domain.limit} only: ids above it would share rows")
    if shift == 0:
        return Side(Vocabulary("identity", rows), np.arange(rows), 0)
    ids = np.arange(max(0, -shift), rows - shift)
    if len(ids) == 0:
        raise Refused(f"{domain.fed_by} has {rows} rows and {shift} is added to ids: no id is left")
    if shift == 1:
        return Side(Vocabulary("u64", len(ids) + 1, ids), np.append(-1, ids), 0,
                    f"{name} ids are rows less 1; row 0, which no id from 0 up reaches, answers unknown ids")
    vocabulary = Vocabulary("identity", len(ids) + 1) if shift == -1 else Vocabulary("u64", len(ids) + 1, ids)
    return Side(vocabulary, ids, 1, _no_row(name))


def _no_row(name: str) -> str:
    return (f"the source has no row for unknown {name}s: row 0, which answers them, is the mean of all rows, and no "
            "score of the source proves it")


def _looked_up(domain: Domain, name: str) -> Side:
    layer = domain.lookup
    texts = type(layer).__name__ == "StringLookup"
    tokens: List[Any] = [t if texts else int(t) for t in layer.get_vocabulary(include_special_tokens=False)]
    own = f"the lookup {layer.name}"
    if not tokens:
        raise Refused(f"{own} has no vocabulary")
    if not texts and min(tokens) < 0:
        raise Refused(f"{own} has the id {min(tokens)}; ids are 0 and up")
    if not texts and max(tokens) > domain.limit:
        raise Refused(f"{own} has the id {max(tokens)}, and the {name}'s ids pass through a type that is exact up to "
                      f"{domain.limit} only")
    needed = len(tokens) + int(layer.mask_token is not None) + layer.num_oov_indices
    if needed > domain.rows:
        raise Refused(f"{own} gives {needed} rows, {domain.fed_by} has {domain.rows}")
    mask = layer.mask_token
    if mask is not None and (mask != "" if texts else int(mask) >= 0):
        tokens.append(mask if texts else int(mask))
    kind = "utf8" if texts else "u64"
    if layer.num_oov_indices == 0:
        return Side(Vocabulary(kind, len(tokens) + 1, tokens), _feeds(tokens, texts), 1, _no_row(name))
    seen = set(tokens)
    unknown: Any = "unknown" if texts else 0
    while unknown in seen or unknown == mask:
        unknown = unknown + "?" if texts else unknown + 1
    return Side(Vocabulary(kind, len(tokens) + 1, tokens), _feeds([unknown, *tokens], texts), 0)


def _feeds(tokens: Sequence[Any], texts: bool) -> Any:
    return list(tokens) if texts else np.array(tokens, np.int64)


class Tables:
    """Keras' numbers for one-sided tensors, over all rows, each tensor once."""

    def __init__(self, inputs: Sequence[Any], sides: Sequence[Side]) -> None:
        self._inputs, self._sides = inputs, sides
        self.rows = [side.rows for side in sides]
        self._known: Dict[int, np.ndarray] = {}

    def compute(self, ones: Sequence[One]) -> None:
        import keras

        for side in (0, 1):
            tensors = list({id(o.tensor): o.tensor for o in ones
                            if o.side == side and id(o.tensor) not in self._known}.values())
            if not tensors:
                continue
            model = keras.Model(self._inputs[side], tensors)
            own = self._sides[side]
            tables: List[np.ndarray] = []
            for begin in range(own.first, own.rows, CHUNK):
                rows = np.arange(begin, min(begin + CHUNK, own.rows))
                outputs = model(fed(self._inputs[side], own.fed(rows)), training=False)
                outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
                for k, output in enumerate(outputs):
                    values = to_numpy(output).reshape(len(rows), -1)
                    if begin == own.first:
                        tables.append(np.empty((own.rows, values.shape[1]), values.dtype))
                    tables[k][begin:begin + len(rows)] = values
            for tensor, table in zip(tensors, tables):
                if own.first:
                    table[0] = table[1:].mean(axis=0, dtype=np.float64)
                self._known[id(tensor)] = table

    def of(self, one: One) -> np.ndarray:
        return self._known[id(one.tensor)]


def to_numpy(value: Any) -> np.ndarray:
    import keras

    if str(getattr(value, "dtype", "")) in ("bfloat16", "float16"):
        value = keras.ops.cast(value, "float32")
    return np.asarray(keras.ops.convert_to_numpy(value))


def fed(tensor: Any, values: Any) -> Any:
    """Ids as the input takes them: its rank and its dtype."""
    import keras

    shape = (len(values), *([1] * (len(tensor.shape) - 1)))
    if tensor.dtype == "string":
        import tensorflow

        return tensorflow.reshape(tensorflow.constant(values, tensorflow.string), shape)
    return keras.ops.convert_to_tensor(np.asarray(values).reshape(shape), dtype=tensor.dtype)
