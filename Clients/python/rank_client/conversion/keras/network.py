"""Makes the network of docs/reference/model-file.md out of the form of a model's score."""

from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from ..numerics import Network
from ..refusals import Refused
from ..two_tower import clean
from .forms import ITEM, SIDES, USER, Form, Hidden, Matrix, Product, Rows
from .tables import Tables


def build(score: Form, tables: Tables) -> Network:
    """The network. Refused where dense layers do not stand one after the other."""
    if score.size != 1:
        raise Refused(f"the model's output has the shape {['batch', *score.shape]}; a score is one number")
    body, output, scale = _output_step(score)
    layers = _layers(body)
    first = [h.form for h in layers[0]] if layers else [body]
    products = [s for s in body.terms if isinstance(s, Product)]
    has_dense = bool(layers) or not products
    beside = [s for s in body.terms if isinstance(s, Rows)] if layers or products else []
    inputs = [[s for s in _sources(first) if s.one.side == side] if has_dense else [] for side in (USER, ITEM)]
    tables.compute([s.one for s in inputs[USER] + inputs[ITEM] + beside]
                   + [one for p in products for one in (p.user, p.item)])
    user, item, start = _tables(inputs, products, body, tables, has_dense)
    network = Network(clean("the user's table", user), clean("the item's table", item), [], bool(products))
    if has_dense:
        kernels = [(_first_kernel(first, inputs, user.shape[1], start, item.shape[1]), _biases(first))]
        following = [[h.form for h in layer] for layer in layers[1:]] + ([[body]] if layers else [])
        kernels += [(_kernel(before, forms), _biases(forms)) for before, forms in zip(layers, following)]
        network.layers = [(clean(f"the kernel of dense layer {k}", kernel), clean(f"the bias of dense layer {k}", bias))
                          for k, (kernel, bias) in enumerate(kernels)]
    elif body.bias[0] != 0:
        network.mean = clean("the score's constant", body.bias)
    for side, field in ((USER, "user_bias"), (ITEM, "candidate_bias")):
        own = [tables.of(s.one).astype(np.float64) @ body.terms[s][:, 0] for s in beside if s.one.side == side]
        if own:
            setattr(network, field, clean(f"the {SIDES[side]}'s biases", np.sum(own, axis=0)))
    if any(layer[0].activation != "relu" for layer in layers):
        network.activations = [layer[0].activation for layer in layers]
    network.output = output
    if scale != (1.0, 0.0):
        network.output_scale = clean("the score's scale", np.array(scale))
    return network


def _output_step(score: Form) -> Tuple[Form, str, Tuple[float, float]]:
    """(what the output step takes, its activation, factor and addend): score = factor · f(body) + addend."""
    if len(score.terms) == 1:
        ((source, matrix),) = score.terms.items()
        if isinstance(source, Hidden) and source.form.size == 1:
            return source.form, source.activation, (float(matrix[0, 0]), float(score.bias[0]))
    return score, "linear", (1.0, 0.0)


def _layers(body: Form) -> List[List[Hidden]]:
    """The hidden sources by their depth; a depth is one layer, which takes all of the one before and nothing else."""
    depths: Dict[Hidden, int] = {}

    def depth(form: Form) -> int:
        deepest = 0
        for source in form.terms:
            if isinstance(source, Hidden):
                if source not in depths:
                    depths[source] = 1 + depth(source.form)
                deepest = max(deepest, depths[source])
        return deepest

    layers: List[List[Hidden]] = [[] for _ in range(depth(body))]
    for hidden, place in depths.items():
        layers[place - 1].append(hidden)
    for place, layer in enumerate(layers):
        for hidden in layer:
            if hidden.activation != layer[0].activation:
                raise Refused(f"{hidden.name} has {hidden.activation} where {layer[0].name} beside it has "
                              f"{layer[0].activation}: a layer has one activation")
            _check_sources(hidden.name, hidden.form, depths, place)
    _check_sources("the output", body, depths, len(layers), last=True)
    return layers


def _check_sources(name: str, form: Form, depths: Dict[Hidden, int], place: int, last: bool = False) -> None:
    """Refuses a form of dense layer `place` that takes anything but what the layer before gives."""
    for source in form.terms:
        if isinstance(source, Hidden) and depths[source] != place:
            raise Refused(f"{name} takes what {source.name} gives past a layer between (a residual): layers here stand "
                          "one after the other")
        if isinstance(source, Product) and not last:
            raise Refused(f"{name} takes products of user and item; here a dot product is added to the score at its "
                          "end")
        if isinstance(source, Rows) and place > 0 and not last:
            raise Refused(f"{name} takes a table's rows past a layer between (a residual): layers here stand one after "
                          "the other")


def _sources(forms: Sequence[Form]) -> List[Any]:
    found: Dict[Any, None] = {}
    for form in forms:
        found.update(dict.fromkeys(s for s in form.terms if isinstance(s, Rows)))
    return list(found)


def _tables(inputs: Sequence[List[Rows]], products: List[Product], body: Form, tables: Tables,
            has_dense: bool) -> Tuple[np.ndarray, np.ndarray, int]:
    """(the user's table, the item's, the first column of the item's that dense layers take).

    Where dense layers and the dot product take different numbers, each table has columns for both: the dot product
    multiplies the dense layers' columns of one side with zeros of the other.
    """
    halves = [[tables.of(s.one) for s in side] for side in inputs]
    users, items = (np.concatenate(half, axis=1) if half else None for half in halves)
    if not products or not has_dense:
        if not products:
            blank = [np.zeros((rows, 1), np.float32) for rows in tables.rows]
            return users if users is not None else blank[USER], items if items is not None else blank[ITEM], 0
        users = items = None
    factors = [body.terms[p][:, 0] for p in products]
    left = np.concatenate([tables.of(p.user)[:, p.user_index] * f for p, f in zip(products, factors)], axis=1)
    right = np.concatenate([tables.of(p.item)[:, p.item_index] for p in products], axis=1)
    if users is None and items is None:
        return left, right, 0
    if users is not None and items is not None and _equal(users, left) and _equal(items, right):
        return users, items, 0
    width = [0 if t is None else t.shape[1] for t in (users, items)]
    zeros = [np.zeros((left.shape[0], width[ITEM])), np.zeros((right.shape[0], width[USER]))]
    user = np.concatenate([t for t in (users, zeros[USER], left) if t is not None], axis=1)
    item = np.concatenate([t for t in (zeros[ITEM], items, right) if t is not None], axis=1)
    return user, item, width[USER]


def _equal(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool((a == b).all())


def _first_kernel(forms: Sequence[Form], inputs: Sequence[List[Rows]], users: int, start: int, items: int) -> Matrix:
    outputs = sum(f.size for f in forms)
    kernel = np.zeros((users + items, outputs))
    for side, begin in ((USER, 0), (ITEM, users + start)):
        for source in inputs[side]:
            column = 0
            for form in forms:
                if source in form.terms:
                    size = form.terms[source].shape[0]
                    kernel[begin:begin + size, column:column + form.size] = form.terms[source]
                column += form.size
            begin += size
    return kernel


def _kernel(before: Sequence[Hidden], forms: Sequence[Form]) -> Matrix:
    return np.concatenate([
        np.concatenate([f.terms.get(h, np.zeros((h.form.size, f.size))) for f in forms], axis=1) for h in before])


def _biases(forms: Sequence[Form]) -> Matrix:
    return np.concatenate([f.bias for f in forms])
