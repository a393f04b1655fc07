"""Keras' activations by the names that docs/reference/numerics.md gives them."""

from typing import Any, Optional

import numpy as np

from ..refusals import Refused
from .forms import Form, Hidden

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def number(value: float) -> str:
    """The fewest digits that read back as the same float32, such as `0.2` and `1e-05`."""
    text = str(np.float32(value))
    return text[:-2] if text.endswith(".0") else text


def leaky(name: str, slope: Any) -> str:
    if np.ndim(slope) != 0 or not np.isfinite(slope):
        raise Refused(f"{name} has the slope {slope}; one finite number is converted")
    return "relu" if slope == 0 else "linear" if slope == 1 else f"leaky_relu({number(float(slope))})"


def of_function(name: str, function: Any) -> str:
    """The name of `keras.activations`' function, as a Dense or an Activation layer holds it."""
    import keras

    known = {
        "linear": "linear", "relu": "relu", "relu6": "relu6", "tanh": "tanh", "sigmoid": "sigmoid", "gelu": "gelu",
        "silu": "silu", "selu": "selu", "hard_sigmoid": "hard_sigmoid",
    }
    if function is None:
        return "linear"
    for own, ours in known.items():
        if function is getattr(keras.activations, own):
            return ours
    if function is keras.activations.leaky_relu:
        return leaky(name, 0.2)
    if function is keras.activations.elu:
        return "elu(1)"
    if isinstance(function, keras.layers.Layer):
        ours = of_layer(name, function)
        if ours is not None:
            return ours
    own = getattr(function, "__name__", type(function).__name__)
    raise Refused(f"{name} has the activation {own}; converted are relu, relu6, leaky_relu, elu, selu, tanh, sigmoid, "
                  "hard_sigmoid, gelu, silu and linear")


def of_layer(name: str, layer: Any) -> Optional[str]:
    """The activation that a layer or an operation is; None for one that is none."""
    import keras

    kind, layers = type(layer), keras.layers
    if kind is layers.Activation:
        return of_function(name, layer.activation)
    if kind is layers.ReLU:
        top, slope, threshold = layer.max_value, float(layer.negative_slope or 0), float(layer.threshold or 0)
        if threshold != 0 or (top is not None and (float(top) != 6 or slope != 0)):
            raise Refused(f"{name} is a ReLU with max_value {top}, negative_slope {slope} and threshold {threshold}; "
                          "converted are no max_value or 6 without a slope, and no threshold")
        return "relu6" if top is not None else leaky(name, slope)
    if kind is layers.LeakyReLU:
        return leaky(name, layer.negative_slope)
    if kind is layers.ELU:
        return elu(name, layer.alpha)
    if kind.__module__.startswith("keras."):
        own = kind.__name__
        if own in ("Relu", "Relu6", "Sigmoid", "Tanh", "Silu", "Selu", "HardSigmoid"):
            return {"HardSigmoid": "hard_sigmoid"}.get(own, own.lower())
        if own == "LeakyRelu":
            return leaky(name, layer.negative_slope)
        if own == "Elu":
            return elu(name, layer.alpha)
        if own == "Gelu":
            return "gelu_tanh" if layer.approximate else "gelu"
    return None


def elu(name: str, alpha: Any) -> str:
    if np.ndim(alpha) != 0 or not np.isfinite(alpha) or float(alpha) <= 0:
        raise Refused(f"{name} is an elu with alpha {alpha}; one finite number above 0 is converted")
    return f"elu({number(float(alpha))})"


def applied(name: str, activation: str, form: Form) -> Form:
    """The activation of each number of the form."""
    if activation == "linear":
        return form
    factor, shift = 1.0, 0.0
    if activation == "selu":  # scale · elu(x), with an alpha of its own
        activation, factor = f"elu({number(SELU_ALPHA)})", SELU_SCALE
    elif activation == "hard_sigmoid":  # relu6(x + 3) / 6
        activation, factor, shift = "relu6", 1 / 6, 3.0
    hidden = Hidden(activation, form.plus(shift) if shift else form, name)
    eye = np.eye(form.size)
    return Form(form.shape, {hidden: eye * factor if factor != 1 else eye}, np.zeros(form.size))
