"""The layers and operations that are understood where user and item have met."""

from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from ..refusals import Refused
from . import activations as keras_activations
from .forms import Form, One, added, elements, joined

# What does nothing when a model scores.
SILENT = {"Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout1D", "ActivityRegularization",
          "Identity"}
SHAPES = {"Flatten", "Reshape", "Squeeze", "ExpandDims"}


def understands(operation: Any) -> bool:
    if not type(operation).__module__.startswith("keras."):
        return False
    return type(operation).__name__ in HANDLERS or _is_activation(operation)


def apply(graph: Any, name: str, operation: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
    """What a layer or operation makes of the values, as a form."""
    values = [*args, *kwargs.values()]
    if any(v is None for v in values):
        values = [v for v in values if v is not None]
    flat: List[Any] = []
    for value in values:
        flat.extend(value if isinstance(value, (list, tuple)) else [value])
    handler = HANDLERS.get(type(operation).__name__)
    if handler is not None:
        return handler(graph, name, operation, flat)
    form = graph.sources.form(name, flat[0])
    return keras_activations.applied(name, keras_activations.of_layer(name, operation), form)


def _is_activation(operation: Any) -> bool:
    return type(operation).__name__ in {
        "Activation", "ReLU", "LeakyReLU", "ELU", "Relu", "Relu6", "Sigmoid", "Tanh", "Silu", "Selu", "HardSigmoid",
        "LeakyRelu", "Elu", "Gelu"}


def _one(graph: Any, name: str, values: List[Any]) -> Form:
    return graph.sources.form(name, values[0])


def _same(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
    return _one(graph, name, values)


def _shaped(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
    import keras

    form = _one(graph, name, values)
    output = operation.compute_output_spec(keras.KerasTensor((None, *form.shape)))
    shape = tuple(output.shape[1:])
    if output.shape[0] is not None or int(np.prod([d or 0 for d in shape])) != form.size:
        raise Refused(f"{name} makes {list(output.shape)} of {['batch', *form.shape]}: the batch would take part")
    return form.reshaped(shape)


def _cast(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
    if operation.dtype not in ("float32", "float64"):
        raise Refused(f"{name} rounds to {operation.dtype} in the middle of the model")
    return _one(graph, name, values)


def _concatenate(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
    parts = [graph.sources.form(name, v) for v in values]
    ranks = {len(p.shape) for p in parts}
    if len(ranks) != 1:
        raise Refused(f"{name} joins tensors of the shapes {[list(p.shape) for p in parts]}, whose ranks differ")
    axis = _axis(name, getattr(operation, "axis", 1), ranks.pop() + 1)
    return joined(name, parts, axis)


def _axis(name: str, axis: Any, rank: int) -> int:
    """The axis without the batch."""
    if isinstance(axis, (list, tuple)) and len(axis) == 1:
        axis = axis[0]
    if not isinstance(axis, int):
        raise Refused(f"{name} works along the axes {axis}; one axis is understood")
    own = axis + rank if axis < 0 else axis
    if own == 0 or own >= rank:
        raise Refused(f"{name} works along axis {axis}, over the batch: a score would depend on the other examples")
    return own - 1


def _plain_weights(name: str, layer: Any) -> None:
    if getattr(layer, "quantization_mode", None) is not None:
        raise Refused(f"{name} is quantized ({layer.quantization_mode}): save the model before it is quantized")


def _array(value: Any) -> np.ndarray:
    import keras

    if str(getattr(value, "dtype", "")) == "bfloat16":
        value = keras.ops.cast(value, "float64")
    return np.asarray(keras.ops.convert_to_numpy(value), np.float64)


def _dense(graph: Any, name: str, layer: Any, values: List[Any]) -> Form:
    _plain_weights(name, layer)
    form, kernel = _one(graph, name, values), _array(layer.kernel)
    lead = form.size // kernel.shape[0]
    if lead != 1:
        elements(name, form.size, lead * kernel.shape[1])
        kernel = np.kron(np.eye(lead), kernel)
    form = form.through(kernel, (*form.shape[:-1], layer.units))
    if layer.use_bias:
        form = form.plus(_array(layer.bias))
    return keras_activations.applied(name, keras_activations.of_function(name, layer.activation), form)


def _normalised(graph: Any, name: str, layer: Any, values: List[Any]) -> Form:
    form = _one(graph, name, values)
    axis = _axis(name, layer.axis, len(form.shape) + 1)
    own = [1] * len(form.shape)
    own[axis] = form.shape[axis]
    scale = 1 / np.sqrt(_array(layer.moving_variance) + layer.epsilon)
    if layer.scale:
        scale = scale * _array(layer.gamma)
    offset = -_array(layer.moving_mean) * scale
    if layer.center:
        offset = offset + _array(layer.beta)
    graph.note(f"{name} is folded into the layers around it")
    return form.times(scale.reshape(own)).plus(offset.reshape(own))


def _is_constant(value: Any) -> bool:
    return not isinstance(value, (Form, One))


def _constant(name: str, value: Any, rank: int) -> np.ndarray:
    array = _array(value)
    if not np.isfinite(array).all():
        raise Refused(f"{name} has the constant {value}: not finite")
    if array.ndim > rank + 1 or (array.ndim == rank + 1 and array.shape[0] != 1):
        raise Refused(f"{name} has a constant of the shape {list(array.shape)}, which meets the batch")
    return array[0] if array.ndim == rank + 1 else array


def _sum_of(sign: float) -> Callable[..., Form]:
    def handler(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
        signs = [1.0] + [sign] * (len(values) - 1)
        total: Optional[Form] = None
        for value, own in sorted(zip(values, signs), key=lambda pair: _is_constant(pair[0])):
            if _is_constant(value):
                assert total is not None
                total = _fits(name, total, _constant(name, value, len(total.shape)), lambda f, c: f.plus(own * c))
            else:
                form = graph.sources.form(name, value)
                form = form if own > 0 else form.times(own)
                total = form if total is None else added(name, total, form)
        return total
    return handler


def _fits(name: str, form: Form, constant: np.ndarray, use: Callable[[Form, np.ndarray], Form]) -> Form:
    """A form and a constant, the form spread to the common shape first."""
    if constant.ndim > len(form.shape):
        raise Refused(f"{name} has a constant of the shape {list(constant.shape)} for {list(form.shape)}")
    try:
        shape = np.broadcast_shapes(form.shape, constant.shape)
    except ValueError as error:
        raise Refused(f"{name}: {error}") from error
    if shape != form.shape:
        form = form.taken(np.broadcast_to(np.arange(form.size).reshape(form.shape), shape), shape)
    return use(form, np.broadcast_to(constant, shape))


def _average(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
    return _sum_of(1.0)(graph, name, operation, values).times(1 / len(values))


def _product(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
    constants = [v for v in values if _is_constant(v)]
    values = [v for v in values if not _is_constant(v)]
    sides = [v.side if isinstance(v, One) else None for v in values]
    masked = [v for v in values if isinstance(v, One) and getattr(v.tensor, "_keras_mask", None) is not None]
    if masked and hasattr(operation, "supports_masking"):
        raise Refused(f"{name} passes over what a mask hides: save the model with Embedding(mask_zero=False)")
    if len(values) == 1:
        form = graph.sources.form(name, values[0])
    elif None not in sides and len(set(sides)) == 2:
        whole = [_times([v for v in values if v.side == side]) for side in (0, 1)]
        form = graph.sources.product(name, *whole)
    else:
        raise Refused(f"{name} multiplies what already joins user and item; a product of the user's numbers with the "
                      "item's is understood")
    for value in constants:
        form = _fits(name, form, _constant(name, value, len(form.shape)), lambda f, c: f.times(c))
    return form


def _times(values: List[One]) -> One:
    tensor = values[0].tensor
    for value in values[1:]:
        tensor = tensor * value.tensor
    return One(values[0].side, tensor)


def _quotient(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
    if len(values) != 2 or _is_constant(values[0]) or not _is_constant(values[1]):
        raise Refused(f"{name} divides by what depends on user or item")
    form = graph.sources.form(name, values[0])
    divisor = _constant(name, values[1], len(form.shape))
    if not divisor.all():
        raise Refused(f"{name} divides by 0")
    return _fits(name, form, divisor, lambda f, c: f.times(1 / c))


def _negative(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
    return _one(graph, name, values).times(-1.0)


def _rescaled(graph: Any, name: str, layer: Any, values: List[Any]) -> Form:
    form = _one(graph, name, values)
    scale, offset = (_constant(name, v, len(form.shape)) for v in (layer.scale, layer.offset))
    return _fits(name, _fits(name, form, scale, lambda f, c: f.times(c)), offset, lambda f, c: f.plus(c))


def _dot(graph: Any, name: str, layer: Any, values: List[Any]) -> Form:
    if len(values) != 2 or not all(isinstance(v, One) for v in values) or values[0].side == values[1].side:
        raise Refused(f"{name} takes what already joins user and item; a tensor of the user and one of the item are "
                      "understood")
    a, b = values
    axes = layer.axes if isinstance(layer.axes, (list, tuple)) else [layer.axes, layer.axes]
    places = [_axis(name, axis, len(v.shape) + 1) for axis, v in zip(axes, values)]
    for value, place in zip(values, places):
        if int(np.prod(value.shape)) != value.shape[place]:
            raise Refused(f"{name} takes tensors of the shapes {[list(v.shape) for v in values]}, which gives more "
                          "than one number")
    if layer.normalize:
        from keras.src.utils.numerical_utils import normalize

        a, b = (One(v.side, normalize(v.tensor, axis=place + 1)) for v, place in zip((a, b), places))
    shape = tuple(layer.compute_output_shape([v.tensor.shape for v in values])[1:])
    return graph.sources.dot(name, a, b, shape)


def _reduced(mean: bool) -> Callable[..., Form]:
    def handler(graph: Any, name: str, operation: Any, values: List[Any]) -> Form:
        form = _one(graph, name, values)
        axes = operation.axis if operation.axis is not None else [0]
        axes = list(axes) if isinstance(axes, (list, tuple)) else [axes]
        own = {_axis(name, axis, len(form.shape) + 1) for axis in axes}
        kept = [1 if k in own else d for k, d in enumerate(form.shape)]
        target = np.broadcast_to(np.arange(int(np.prod(kept))).reshape(kept), form.shape).ravel()
        matrix = np.zeros((form.size, int(np.prod(kept))))
        matrix[np.arange(form.size), target] = matrix.shape[1] / form.size if mean else 1.0
        shape = tuple(kept) if operation.keepdims else tuple(d for k, d in enumerate(form.shape) if k not in own)
        return form.through(matrix, shape)
    return handler


HANDLERS: Dict[str, Callable[..., Form]] = {
    **{name: _same for name in SILENT}, **{name: _shaped for name in SHAPES},
    "Cast": _cast, "Concatenate": _concatenate, "Hstack": _concatenate, "Dense": _dense,
    "BatchNormalization": _normalised, "Add": _sum_of(1.0), "Subtract": _sum_of(-1.0), "Average": _average,
    "Multiply": _product, "Divide": _quotient, "TrueDivide": _quotient, "Negative": _negative, "Rescaling": _rescaled,
    "Dot": _dot, "Sum": _reduced(False), "Mean": _reduced(True),
}
