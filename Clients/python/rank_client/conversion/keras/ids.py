"""What may stand between an input and its Embedding layers: lookups, casts, reshapes, and whole numbers added."""

from typing import Any, Dict, Tuple

import numpy as np

from ..refusals import Refused
from .forms import SIDES, Columns, Domain, Form, Ids, One

# The largest whole number up to which a dtype holds every one.
EXACT = {"float16": 2**11, "bfloat16": 2**8, "float32": 2**24, "float64": 2**53, "bool": 1}
SHAPES = {"Flatten", "Reshape", "Squeeze", "ExpandDims", "Identity", "Cast"}
LOOKUPS = {"StringLookup", "IntegerLookup"}


def understands(operation: Any) -> bool:
    kind = type(operation)
    return kind.__module__.startswith("keras.") and kind.__name__ in SHAPES | LOOKUPS | {"Embedding", "Add", "Subtract"}


def limit(dtype: str) -> int:
    """The largest whole number up to which the dtype holds every one."""
    return EXACT.get(dtype) or int(np.iinfo(dtype).max)


def holds(name: str, value: Ids, dtype: str, domain: Any = None) -> None:
    """Notes that the ids pass through a dtype; refuses texts where numbers are and the other way round."""
    own = value.tensor.dtype
    if (dtype == "string") != (own == "string"):
        raise Refused(f"{name} makes {dtype} of {own} ids")
    if dtype != "string" and domain is not None:
        domain.limit = min(domain.limit, limit(dtype))


def column(name: str, operation: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Ids:
    """One side's ids out of an input of two columns: `x[:, 0]` and its like."""
    value = args[0] if args else None
    key = args[1] if len(args) > 1 else kwargs.get("key")
    key = tuple(key) if isinstance(key, (list, tuple)) else (key,)
    if type(operation).__name__ == "GetItem" and isinstance(value, Columns) and len(key) == 2:
        whole, index = key
        keep = isinstance(index, slice)
        if keep:
            chosen = list(range(2))[index]
            index = chosen[0] if len(chosen) == 1 else None
        if (whole is Ellipsis or whole == slice(None)) and index in (0, 1, -1, -2):
            tensor = value.tensors[index]
            from keras import ops

            return Ids(value.sides[index], ops.expand_dims(tensor, -1) if keep else tensor)
    raise Refused(f"{name} takes an input of two columns; only one column at a time is understood, such as x[:, 0]")


def apply(graph: Any, name: str, operation: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    """What a layer or operation makes of ids."""
    from keras import tree

    kind = type(operation).__name__
    values = [v for v in tree.flatten((args, kwargs)) if isinstance(v, Ids)]
    value = values[0]
    domain = graph.domains.setdefault(value.side, Domain(value.side))
    if len(values) != 1:
        raise Refused(f"{name} joins ids; each must reach an Embedding of its own")
    if value.tensor.dtype != "string":
        domain.limit = min(domain.limit, limit(value.tensor.dtype))
    tensors = tree.map_structure(lambda v: v.tensor if isinstance(v, Ids) else v, (args, kwargs))
    if kind in ("Add", "Subtract"):
        shift = _shift(name, kind, args, kwargs) + value.shift
        if value.lookup is not None:
            raise Refused(f"{name} changes the rows that a lookup gave")
        return Ids(value.side, operation(*tensors[0], **tensors[1]), shift)
    if kind in LOOKUPS:
        _check_lookup(name, operation, value)
        return Ids(value.side, operation(*tensors[0], **tensors[1]), 0, operation)
    if kind == "Embedding":
        return _embedded(name, operation, value, domain, operation(*tensors[0], **tensors[1]))
    if kind == "Cast":
        holds(name, value, operation.dtype, domain)
    elif getattr(operation, "compute_dtype", None) in ("float16", "bfloat16") and "float" in value.tensor.dtype:
        holds(name, value, operation.compute_dtype, domain)
    tensor = operation(*tensors[0], **tensors[1])
    if any(d not in (None, 1) for d in tensor.shape):
        raise Refused(f"{name} makes ids of the shape {list(tensor.shape)}; each example has one")
    return Ids(value.side, tensor, value.shift, value.lookup)


def _shift(name: str, kind: str, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> int:
    first, second = [*args, *kwargs.values()][:2] if len(args) + len(kwargs) == 2 else (None, None)
    constant = second if isinstance(first, Ids) else first
    if constant is None or isinstance(constant, (One, Form, list, tuple)):
        raise Refused(f"{name} adds ids to what is no constant: an id is a name here, not a number to compute with")
    array = np.asarray(constant) if np.ndim(constant) == 0 else np.zeros(2)
    if array.ndim != 0 or not np.isfinite(float(array)) or float(array) != int(array):
        raise Refused(f"{name} adds {constant} to ids; one whole number is understood")
    if kind == "Subtract" and not isinstance(first, Ids):
        raise Refused(f"{name} counts ids downwards")
    return -int(array) if kind == "Subtract" else int(array)


def _check_lookup(name: str, layer: Any, value: Ids) -> None:
    if value.lookup is not None or value.shift:
        raise Refused(f"{name} looks up what was looked up or added to before")
    if layer.invert or layer.output_mode != "int":
        raise Refused(f"{name} has invert={layer.invert} and output_mode={layer.output_mode}; rows are made with "
                      "invert=False and output_mode=int")
    if layer.num_oov_indices > 1:
        raise Refused(f"{name} spreads unknown ids over {layer.num_oov_indices} rows by their hash; here they have one "
                      "row: num_oov_indices must be 0 or 1")
    texts = type(layer).__name__ == "StringLookup"
    if texts != (value.tensor.dtype == "string"):
        raise Refused(f"{name} looks up {'texts' if texts else 'numbers'}, its input has {value.tensor.dtype}")


def _embedded(name: str, layer: Any, value: Ids, domain: Domain, tensor: Any) -> One:
    side = SIDES[value.side]
    if getattr(layer, "quantization_mode", None) is not None:
        raise Refused(f"{name} is quantized ({layer.quantization_mode}): save the model before it is quantized")
    if value.tensor.dtype == "string":
        raise Refused(f"{name} takes texts")
    if domain.rows is None:
        domain.rows, domain.shift, domain.lookup, domain.fed_by = layer.input_dim, value.shift, value.lookup, name
    elif domain.shift != value.shift or not same_lookup(domain.lookup, value.lookup):
        raise Refused(f"{name} has other rows for the {side}'s ids than {domain.fed_by}")
    elif domain.rows != layer.input_dim and value.lookup is None:
        raise Refused(f"{name} has {layer.input_dim} rows, {domain.fed_by} has {domain.rows}: which {side}s there are "
                      "is not clear")
    else:
        domain.rows = min(domain.rows, layer.input_dim)
    return One(value.side, tensor)


def same_lookup(a: Any, b: Any) -> bool:
    """Whether two lookups give the same row to every id."""
    if a is b or a is None or b is None:
        return a is b
    tokens, others = (list(lookup.get_vocabulary(include_special_tokens=False)) for lookup in (a, b))
    return (type(a) is type(b) and (a.num_oov_indices, a.mask_token) == (b.num_oov_indices, b.mask_token)
            and tokens == others)
