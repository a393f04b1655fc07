"""Reads the graph of a Keras model node by node: each one is understood, computed by Keras for one side, or refused."""

from typing import Any, Dict, List, Sequence, Set, Tuple

import numpy as np

from ..refusals import Refused
from . import ids as keras_ids
from . import nodes as keras_nodes
from .forms import Columns, Domain, Form, Ids, One, Sources


def told(operation: Any) -> str:
    """The node's name and class, for messages."""
    kind = type(operation)
    package = kind.__module__.split(".")[0]
    own = "" if package == "keras" else f" of {package}"
    return f"the node {operation.name} ({kind.__name__}{own})"


class Graph:
    """Walks a model from its inputs to its one output. `domains` then says which ids each side takes."""

    def __init__(self) -> None:
        self.sources = Sources()
        self.domains: Dict[int, Domain] = {}
        self.notes: List[str] = []
        self._traced: List[Any] = []  # the graphs of traced calls, which own the tensors

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def run(self, function: Any, inputs: Sequence[Any]) -> Any:
        """The value of each output of a functional graph whose inputs have these values, in the outputs' structure."""
        from keras import tree

        values = {id(tensor): _fitted(value, tensor) for tensor, value in zip(function.inputs, inputs)}
        needed = _needed(function)
        by_depth = function._nodes_by_depth
        for depth in sorted(by_depth, reverse=True):
            for node in by_depth[depth]:
                if not node.operation or node.is_input or id(node) not in needed:
                    continue
                lost = [t for t in _taken(node) if id(t) not in values]
                if lost:
                    raise Refused(f"{told(node.operation)} takes {lost[0].name}, which nothing computes")
                args, kwargs = node.arguments.fill_in(values)
                try:
                    outputs = tree.flatten(self.apply(node.operation, args, kwargs))
                except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
                    raise Refused(f"{told(node.operation)} is not understood: {_first_line(error)}") from error
                if len(outputs) != len(node.outputs):
                    raise Refused(f"{told(node.operation)} has {len(node.outputs)} outputs; one was understood")
                for tensor, value in zip(node.outputs, outputs):
                    values[id(tensor)] = value
        return tree.map_structure(lambda tensor: values[id(tensor)], function._outputs_struct)

    def apply(self, operation: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
        """What an operation makes of the values."""
        import keras
        from keras import tree

        name = told(operation)
        if kwargs.get("training") or any(a is True for a in args):
            raise Refused(f"{name} is called as in training: its scores differ from call to call")
        kwargs = {k: v for k, v in kwargs.items() if k not in ("training", "mask")}
        values = [v for v in tree.flatten((args, kwargs)) if _is_value(v)]
        if not values:
            raise Refused(f"{name} takes neither the user nor the item")
        if any(isinstance(v, Columns) for v in values):
            return keras_ids.column(name, operation, args, kwargs)
        inner = _inner(operation)
        if any(isinstance(v, Ids) for v in values):
            if inner is None and keras_ids.understands(operation):
                return keras_ids.apply(self, name, operation, args, kwargs)
        elif all(isinstance(v, One) for v in values) and len({v.side for v in values}) == 1:
            side = values[0].side
            tensors = tree.map_structure(lambda v: v.tensor if isinstance(v, One) else v, (args, kwargs))
            outputs = operation(*tensors[0], **tensors[1])
            return tree.map_structure(lambda tensor: One(side, tensor), outputs)
        elif inner is None and keras_nodes.understands(operation):
            return keras_nodes.apply(self, name, operation, args, kwargs)
        if inner is not None:
            flat = _inputs(inner, args, kwargs)
            if len(flat) != len(inner.inputs):
                raise Refused(f"{name} is a model of {len(inner.inputs)} inputs that is given {len(flat)}")
            return self.run(inner, flat)
        foreign = not type(operation).__module__.startswith("keras.")
        if foreign and isinstance(operation, keras.layers.Layer):
            return self._trace(name, operation, args, kwargs)
        raise Refused(f"{name} is not understood{_where(values)}")

    def trace(self, name: str, call: Any, arguments: Any, values: Any) -> Any:
        """The value of a call that is no graph, by calling it with tensors that have none and reading what it does."""
        import keras
        from keras import tree

        pairs = [(tensor, value) for tensor, value in zip(tree.flatten(arguments), tree.flatten(values))]
        inputs = [t for t, v in pairs if _is_value(v)]
        try:
            outputs = call(arguments)
            function = keras.Function(inputs, outputs)
        except Refused:
            raise
        except Exception as error:  # any code of the model's own
            raise Refused(f"{name}: its call cannot be followed step by step, as one of Keras' own layers and "
                          f"operations could: {_first_line(error)}. --predictions FILE without --custom may prove its "
                          "weights") from error
        self._traced.append(function)
        return self.run(function, [v for _, v in pairs if _is_value(v)])

    def _trace(self, name: str, layer: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> Any:
        from keras import tree

        stand_ins = tree.map_structure(_stand_in, (args, kwargs))
        try:
            return self.trace(name, lambda a: layer.call(*a[0], **a[1]), stand_ins, (args, kwargs))
        except Refused as error:
            raise Refused(f"in {name}: {error}") from error


def _taken(node: Any) -> List[Any]:
    """The tensors that a node takes, but masks: Keras makes them anew, and where both sides have met none matters."""
    import keras
    from keras import tree

    arguments = {k: v for k, v in node.arguments.kwargs.items() if k != "mask"}
    return [t for t in tree.flatten((node.arguments.args, arguments)) if isinstance(t, keras.KerasTensor)]


def _needed(function: Any) -> Set[int]:
    """The nodes that the outputs depend on."""
    makers = {id(t): node for nodes in function._nodes_by_depth.values() for node in nodes for t in node.outputs}
    found: Set[int] = set()
    open_tensors = list(function.outputs)
    while open_tensors:
        node = makers.get(id(open_tensors.pop()))
        if node is not None and id(node) not in found:
            found.add(id(node))
            open_tensors.extend(_taken(node))
    return found


def _is_value(value: Any) -> bool:
    return isinstance(value, (Ids, One, Form, Columns))


def _stand_in(value: Any) -> Any:
    import keras

    if not _is_value(value):
        return value
    if isinstance(value, (Ids, One)):
        return keras.Input(batch_shape=value.tensor.shape, dtype=value.tensor.dtype)
    return keras.Input(batch_shape=(None, *value.shape), dtype=keras.config.floatx())


def _inner(operation: Any) -> Any:
    """The graph inside a functional or sequential model, None for every other operation."""
    import keras

    if type(operation) is keras.Sequential or isinstance(operation, keras.Sequential):
        return operation._functional
    functional = getattr(keras.models, "Functional", None)
    if functional is None:
        from keras.src.models.functional import Functional as functional
    return operation if type(operation) is functional else None


def _inputs(inner: Any, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> List[Any]:
    """The values that a nested model is given, in the order of its inputs."""
    from keras import tree

    given = args[0] if args else next((v for k, v in kwargs.items() if k == "inputs"), None)
    struct = inner._inputs_struct
    if isinstance(given, dict):
        if not isinstance(struct, dict):
            struct = {tensor.name: tensor for tensor in inner.inputs}
            return [given[name] for name in struct if name in given]
        order = {id(tensor): given.get(key) for key, tensor in struct.items() if not isinstance(tensor, dict)}
        return [order.get(id(tensor)) for tensor in inner.inputs]
    return tree.flatten(given)


def _fitted(value: Any, tensor: Any) -> Any:
    """The value with the rank and dtype of a model's input, as Keras adjusts it: a last 1 comes or goes."""
    from keras import ops

    shape = tuple(tensor.shape[1:])
    if isinstance(value, (Ids, One)):
        own = value.tensor
        if len(own.shape) == len(tensor.shape) + 1 and own.shape[-1] == 1:
            own = ops.squeeze(own, axis=-1)
        elif len(own.shape) == len(tensor.shape) - 1 and tensor.shape[-1] == 1:
            own = ops.expand_dims(own, axis=-1)
        if own.dtype != tensor.dtype:
            if isinstance(value, Ids):
                keras_ids.holds(f"the input {tensor.name}", value, tensor.dtype)
            own = ops.cast(own, tensor.dtype)
        return value if own is value.tensor else type(value)(**{**vars(value), "tensor": own})
    if isinstance(value, Form) and value.shape != shape:
        if len(value.shape) == len(shape) or value.size != int(np.prod([d or 1 for d in shape])):
            raise Refused(f"a model's input {tensor.name} has the shape {list(shape)} and is given {list(value.shape)}")
        return value.reshaped(shape)
    return value


def _where(values: List[Any]) -> str:
    if any(isinstance(v, Ids) for v in values):
        return ": an id must reach its Embedding through nothing but lookups, casts, reshapes and whole numbers added"
    return ", where user and item have met"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
