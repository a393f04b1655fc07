"""What a tensor of a Keras model is to the converter: ids of one side, a tensor of one side, or a sum over both."""

from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

from ..refusals import Refused

USER, ITEM = 0, 1
SIDES = ("user", "item")
# The widest kernel that is folded, in elements: a larger one belongs to no ranking network and would not fit in memory.
MAX_ELEMENTS = 1 << 28
Matrix = NDArray[np.float64]


@dataclass(eq=False)
class Domain:
    """The ids that one side's input takes, as Embedding layers and lookups demand them."""

    side: int
    rows: Optional[int] = None  # of every Embedding that the ids reach
    shift: int = 0  # the row of id x is x + shift
    lookup: Any = None  # a StringLookup or IntegerLookup layer
    limit: int = 2**53  # the largest id that every dtype on the way holds exactly
    fed_by: str = ""  # the Embedding that set `rows`


@dataclass(eq=False)
class Ids:
    """Ids of one side on the way to an Embedding: one per example."""

    side: int
    tensor: Any
    shift: int = 0
    lookup: Any = None


@dataclass(eq=False)
class Columns:
    """An input of two columns, of which each is one side's ids; `sides[k]` is the side of column k."""

    tensors: Tuple[Any, Any]
    sides: Tuple[int, int]


@dataclass(eq=False)
class One:
    """A tensor that depends on one side alone. Keras computes it for every row."""

    side: int
    tensor: Any

    @property
    def shape(self) -> Tuple[int, ...]:
        return tuple(self.tensor.shape[1:])


@dataclass(eq=False)
class Rows:
    """A source of numbers: all numbers of a one-sided tensor, row-major."""

    one: One


@dataclass(eq=False)
class Product:
    """A source of numbers: the products of numbers of a user's tensor and of an item's, by index into each."""

    user: One
    user_index: NDArray[np.int64]
    item: One
    item_index: NDArray[np.int64]


@dataclass(eq=False)
class Hidden:
    """A source of numbers: an activation of each number of a form."""

    activation: str
    form: "Form"
    name: str  # the layer that applies it


@dataclass(eq=False)
class Form:
    """A tensor of `shape` (without the batch) whose numbers, row-major, are bias + Σ source · matrix."""

    shape: Tuple[int, ...]
    terms: Dict[Any, Matrix] = field(default_factory=dict)
    bias: Matrix = field(default_factory=lambda: np.zeros(0))

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))

    def taken(self, index: NDArray[np.int64], shape: Tuple[int, ...]) -> "Form":
        """The numbers at the indices, in that order."""
        index = index.ravel()
        return Form(shape, {s: m[:, index] for s, m in self.terms.items()}, self.bias[index])

    def reshaped(self, shape: Tuple[int, ...]) -> "Form":
        return Form(shape, self.terms, self.bias)

    def times(self, factor: Any) -> "Form":
        """Each number times a constant, or times its own."""
        factor = np.broadcast_to(np.asarray(factor, np.float64), self.shape).ravel()
        return Form(self.shape, {s: m * factor for s, m in self.terms.items()}, self.bias * factor)

    def plus(self, constant: Any) -> "Form":
        constant = np.broadcast_to(np.asarray(constant, np.float64), self.shape).ravel()
        return Form(self.shape, self.terms, self.bias + constant)

    def through(self, kernel: Matrix, shape: Tuple[int, ...]) -> "Form":
        """The numbers as a row times a matrix [size, new size]."""
        return Form(shape, {s: m @ kernel for s, m in self.terms.items()}, self.bias @ kernel)


def elements(name: str, *sizes: int) -> None:
    """Refuses matrices that are too large to fold."""
    if int(np.prod(sizes, dtype=np.float64)) > MAX_ELEMENTS:
        raise Refused(f"{name} has {' × '.join(map(str, sizes))} weights, too many for a ranking network")


class Sources:
    """The sources of a model, each tensor and each pair of tensors once, so that equal ones share a table."""

    def __init__(self) -> None:
        self._rows: Dict[int, Rows] = {}

    def form(self, name: str, value: Any) -> Form:
        """The value as a form. One-sided tensors become sources of their own."""
        if isinstance(value, Form):
            return value
        size = _size(name, value)
        elements(name, size, size)
        rows = self._rows.setdefault(id(value.tensor), Rows(value))
        return Form(value.shape, {rows: np.eye(size)}, np.zeros(size))

    def product(self, name: str, a: One, b: One) -> Form:
        """a · b element by element, with broadcasting."""
        shape = broadcast(name, a.shape, b.shape)
        indices = [np.broadcast_to(np.arange(_size(name, v)).reshape(v.shape), shape).ravel() for v in (a, b)]
        return self._product(name, a, b, indices, shape)

    def dot(self, name: str, a: One, b: One, shape: Tuple[int, ...]) -> Form:
        """Σ a · b over all numbers of two tensors of one size."""
        indices = [np.arange(_size(name, v)) for v in (a, b)]
        size = indices[0].size
        return self._product(name, a, b, indices, (size,)).through(np.ones((size, 1)), shape)

    @staticmethod
    def _product(name: str, a: One, b: One, indices: list, shape: Tuple[int, ...]) -> Form:
        if a.side == ITEM:
            a, b, indices = b, a, indices[::-1]
        size = indices[0].size
        elements(name, size, size)
        return Form(shape, {Product(a, indices[0], b, indices[1]): np.eye(size)}, np.zeros(size))


def added(name: str, a: Form, b: Form, sign: float = 1.0) -> Form:
    """a ± b, with broadcasting."""
    shape = broadcast(name, a.shape, b.shape)
    a, b = (v.taken(np.broadcast_to(np.arange(v.size).reshape(v.shape), shape), shape) for v in (a, b))
    terms = dict(a.terms)
    for source, matrix in b.terms.items():
        terms[source] = terms[source] + sign * matrix if source in terms else sign * matrix
    return Form(shape, terms, a.bias + sign * b.bias)


def joined(name: str, parts: list, axis: int) -> Form:
    """The parts one after the other along an axis, which does not count the batch."""
    offsets = np.cumsum([0] + [p.size for p in parts])
    places = [np.arange(p.size).reshape(p.shape) + offset for p, offset in zip(parts, offsets)]
    try:
        order = np.concatenate(places, axis=axis)
    except ValueError as error:
        raise Refused(f"{name} joins tensors of the shapes {[list(p.shape) for p in parts]}: {error}") from error
    terms: Dict[Any, Matrix] = {}
    for part, offset in zip(parts, offsets):
        for source, matrix in part.terms.items():
            elements(name, matrix.shape[0], int(offsets[-1]))
            whole = terms.setdefault(source, np.zeros((matrix.shape[0], offsets[-1])))
            whole[:, offset:offset + part.size] += matrix
    whole_form = Form((int(offsets[-1]),), terms, np.concatenate([p.bias for p in parts]))
    return whole_form.taken(order, order.shape)


def broadcast(name: str, a: Tuple[int, ...], b: Tuple[int, ...]) -> Tuple[int, ...]:
    """The common shape. Tensors of different rank are refused: one's batch would meet the other's numbers."""
    if len(a) != len(b):
        raise Refused(f"{name} joins tensors of the shapes {['batch', *a]} and {['batch', *b]}, whose ranks differ: "
                      "examples of a batch would meet each other")
    try:
        return np.broadcast_shapes(a, b)
    except ValueError as error:
        raise Refused(f"{name} joins tensors of the shapes {list(a)} and {list(b)}: {error}") from error


def _size(name: str, value: One) -> int:
    if any(not isinstance(d, int) for d in value.shape):
        raise Refused(f"{name} takes a tensor of open shape {list(value.shape)}")
    return int(np.prod(value.shape, dtype=np.int64))
