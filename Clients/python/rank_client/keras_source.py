"""The source of a conversion: a model that Keras loads, whose graph is read, and which scores to prove the reading."""

import contextlib
import importlib
import importlib.util
import json
import logging
import os
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from . import keras_network, proof
from .keras_forms import ITEM, USER, Columns, Form, Ids
from .keras_graph import Graph
from .keras_inputs import user_input
from .keras_tables import Side, Tables, fed, side_of, to_numpy
from .model_file import Refused
from .numerics import Network
from .vocabulary import Vocabulary

BACKENDS = ("tensorflow", "jax", "torch")
HALF = ("float16", "bfloat16")


class Missing(Exception):
    """A package that is not installed; says what to install."""


@dataclass
class Conversion:
    """What a model file is made of, and what was decided on the way, a sentence each."""

    network: Network
    vocabularies: Tuple[Vocabulary, Vocabulary]
    proof: proof.Proof
    notes: List[str] = field(default_factory=list)


def start() -> Any:
    """Keras on the backend that KERAS_BACKEND names, else on the first that is installed."""
    if "keras" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        if not importlib.util.find_spec("keras"):
            raise Missing("a .keras file is loaded by Keras, which is not installed: pip install 'rank-client[convert]'")
        if "KERAS_BACKEND" not in os.environ:
            installed = next((b for b in BACKENDS if importlib.util.find_spec(b)), None)
            if installed is None:
                raise Missing("Keras has no backend here: pip install 'rank-client[convert]', or jax, or torch")
            os.environ["KERAS_BACKEND"] = installed
    try:
        with _quiet():
            import keras

            keras.ops.add(keras.ops.ones(1), 1)
    except ImportError as error:
        raise Missing(f"Keras cannot be started: {error}: pip install 'rank-client[convert]'") from error
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # what it says of tracing is not the user's concern
    if int(keras.__version__.split(".")[0]) < 3:
        raise Missing(f"Keras {keras.__version__} is installed; 3 or later is needed: pip install 'rank-client[convert]'")
    return keras


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what a backend's libraries write to descriptor 2 as they start; it is written after all where they fail."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as words:
        os.dup2(words.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            words.seek(0)
            os.write(2, words.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def told() -> str:
    """The source's name and version, and its backend's."""
    import keras

    backend = keras.backend.backend()
    module = sys.modules.get(backend)
    return f"keras {keras.__version__} on {backend} {getattr(module, '__version__', '')}".strip()


def objects(config: Any) -> Iterator[Dict[str, Any]]:
    """Every object that config.json describes, but those that only training needs."""
    if isinstance(config, dict):
        if "class_name" in config and isinstance(config.get("config"), (dict, str)):
            yield config
        for key, value in config.items():
            if key not in ("compile_config", "build_config"):
                yield from objects(value)
    elif isinstance(config, list):
        for value in config:
            yield from objects(value)


def own_classes(config: Any) -> List[str]:
    """The objects that Keras alone cannot make: layers and functions of other packages or of one's own."""
    found = []
    for entry in objects(config):
        kind, package = entry["class_name"], str(entry.get("module") or "")
        name = entry["config"].get("name") if isinstance(entry["config"], dict) else entry["config"]
        if kind.startswith("__") or package == "builtins":
            continue
        if kind == "Lambda":
            found.append(f"the layer {name} is a Lambda, whose code a file cannot be trusted with")
        elif not (package == "keras" or package.startswith("keras.")):
            registered = entry.get("registered_name") or kind
            found.append(f"{name or 'the model'} is a {registered}{f' of {package}' if package else ''}")
    return list(dict.fromkeys(found))


def needs_tensorflow(config: Any) -> Optional[str]:
    kinds = {entry["class_name"] for entry in objects(config)}
    return next((k for k in ("StringLookup", "IntegerLookup") if k in kinds), None)


def import_custom(name: str) -> None:
    """Imports a module or a .py file, whose classes register themselves or are registered by their names."""
    try:
        sys.path.insert(0, os.path.dirname(os.path.abspath(name)) if name.endswith(".py") else os.getcwd())
        if name.endswith(".py"):
            spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(name))[0], name)
            if spec is None or spec.loader is None or not os.path.exists(name):
                raise Refused(f"--custom {name}: there is no such file")
            module = importlib.util.module_from_spec(spec)
            sys.modules.setdefault(module.__name__, module)
            spec.loader.exec_module(module)
        else:
            module = importlib.import_module(name)
    except Refused:
        raise
    except Exception as error:  # the module's own code
        raise Refused(f"--custom {name} cannot be imported: {type(error).__name__}: {error}") from error
    import keras

    for key, value in vars(module).items():
        if isinstance(value, type) and issubclass(value, keras.layers.Layer) and value.__module__ == module.__name__:
            keras.saving.get_custom_objects().setdefault(key, value)


def load(path: str, config: Any, policy: Optional[str] = None) -> Any:
    """The model, loaded by Keras in safe mode and without its training; under another dtype policy where one is given."""
    import keras

    try:
        if policy is None:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        with tempfile.TemporaryDirectory() as directory:
            other = os.path.join(directory, "model.keras")
            with zipfile.ZipFile(path) as source, zipfile.ZipFile(other, "w") as target:
                for name in source.namelist():
                    data = json.dumps(_under(config, policy)).encode() if name == "config.json" else source.read(name)
                    target.writestr(name, data)
            return keras.saving.load_model(other, compile=False, safe_mode=True)
    except Exception as error:  # whatever the file's classes raise
        text = " ".join(str(error).split("Exception encountered:")[-1].split())[:400]
        raise Refused(f"Keras {keras.__version__} cannot load {path}: {type(error).__name__}: {text}") from error


def _under(node: Any, policy: str) -> Any:
    """The config with every half-precision dtype policy replaced."""
    if isinstance(node, dict):
        if node.get("class_name") in ("DTypePolicy", "FloatDTypePolicy") and isinstance(node.get("config"), dict):
            return {**node, "config": {**node["config"], "name": policy}}
        result = {}
        for key, value in node.items():
            half = key in ("dtype", "compute_dtype") and isinstance(value, str) and value.split("_")[-1] in HALF
            result[key] = policy if half and "batch_shape" not in node else _under(value, policy)
        return result
    if isinstance(node, list):
        return [_under(value, policy) for value in node]
    return node


def half_precision(config: Any) -> Optional[str]:
    """A dtype policy of the model that computes in half precision."""
    def names(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if node.get("class_name") in ("DTypePolicy", "FloatDTypePolicy") and isinstance(node.get("config"), dict):
                yield str(node["config"].get("name"))
            elif "batch_shape" not in node:
                if isinstance(node.get("dtype"), str):
                    yield node["dtype"]
            for key, value in node.items():
                if key not in ("compile_config", "build_config"):
                    yield from names(value)
        elif isinstance(node, list):
            for value in node:
                yield from names(value)

    return next((n for n in names(config) if n.split("_")[-1] in HALF), None)


@dataclass
class Inputs:
    """A model's two inputs: what it is called with, in which structure, and which is whose."""

    structure: Any  # "columns", or a list, tuple or dict as Keras has it, of input indices
    tensors: List[Any]  # one for each side; of one column each where the structure is "columns"
    user: int  # the index of the user's input
    reason: str

    def of(self, user: Any, item: Any) -> Any:
        """Two values in the structure that the model takes."""
        import keras

        pair = [user, item] if self.user == 0 else [item, user]
        if isinstance(self.structure, str):
            return keras.ops.stack(pair, axis=1) if not isinstance(user, np.ndarray) else np.stack(pair, axis=1)
        return keras.tree.map_structure(lambda k: pair[k], self.structure)


def shaped(tensor: Any, values: Any) -> Any:
    """Ids as arrays that `predict` takes."""
    shape = (len(values), *([1] * (len(tensor.shape) - 1)))
    if tensor.dtype == "string":
        return fed(tensor, values)
    return np.asarray(values).reshape(shape).astype(tensor.dtype)


def is_functional(model: Any) -> bool:
    return bool(getattr(model, "_nodes_by_depth", None)) and bool(getattr(model, "inputs", None))


def functional_inputs(model: Any, said: Optional[str]) -> Inputs:
    import keras

    inputs = list(model.inputs)
    structure = model._inputs_struct
    if len(inputs) == 1 and tuple(inputs[0].shape[1:]) == (2,) and inputs[0].dtype != "string":
        user, reason = user_input([["0"], ["1"]], said)
        return Inputs("columns", [keras.Input((), dtype=inputs[0].dtype) for _ in range(2)], user, reason)
    if len(inputs) != 2:
        names = ", ".join(t.name for t in inputs)
        raise Refused(f"the model has {len(inputs)} inputs ({names}); a user and an item are taken, and nothing else")
    keys: Dict[int, List[str]] = {id(t): [t.name] for t in inputs}
    if isinstance(structure, dict):
        for key, tensor in structure.items():
            if id(tensor) in keys and key not in keys[id(tensor)]:
                keys[id(tensor)].append(key)
    user, reason = user_input([keys[id(t)] for t in inputs], said)
    for tensor in inputs:
        if tuple(tensor.shape[1:]) not in ((), (1,)):
            raise Refused(f"the input {tensor.name} has the shape {['batch', *tensor.shape[1:]]}; one id per example "
                          "is taken, no sequences and no features")
        if tensor.dtype in HALF:
            raise Refused(f"the input {tensor.name} takes ids as {tensor.dtype}, which has too few whole numbers")
    order = {id(t): k for k, t in enumerate(inputs)}
    fresh = [keras.Input(tuple(t.shape[1:]), dtype=t.dtype) for t in (inputs if user == 0 else inputs[::-1])]
    return Inputs(keras.tree.map_structure(lambda t: order[id(t)], structure), fresh, user, reason)


def called_inputs(config: Any, dtypes: Tuple[str, str], said: Optional[str]) -> Inputs:
    """The inputs of a subclassed model, as the file's build_config has them."""
    import keras

    build = (config.get("build_config") or {}) if isinstance(config, dict) else {}
    shapes = build.get("input_shape", build.get("shapes_dict"))
    if isinstance(shapes, dict) and len(shapes) == 2:
        names, own = list(shapes), list(shapes.values())
        structure: Any = {name: k for k, name in enumerate(names)}
        user, reason = user_input([[n] for n in names], said)
    elif isinstance(shapes, list) and len(shapes) == 2 and all(isinstance(s, list) for s in shapes):
        own, structure = shapes, [0, 1]
        user, reason = user_input([["0"], ["1"]], said)
    elif isinstance(shapes, list) and len(shapes) == 2 and shapes[1] == 2:
        user, reason = user_input([["0"], ["1"]], said)
        return Inputs("columns", [keras.Input((), dtype=dtypes[k]) for k in range(2)], user, reason)
    else:
        raise Refused(f"config.json does not say what the model is called with: its build_config has {shapes}; a dict or "
                      "list of two inputs of ids is taken")
    for shape in own:
        if not isinstance(shape, list) or len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1):
            raise Refused(f"the model is built for inputs of the shapes {shapes}; one id per example is taken")
    if user == 1:
        own = own[::-1]
    return Inputs(structure, [keras.Input((1,) * (len(s) - 1), dtype=d) for s, d in zip(own, dtypes)], user, reason)


def convert(path: str, config: Any, custom: Optional[str] = None, said: Optional[str] = None, dot: bool = False,
            predictions: Optional[proof.Predictions] = None, float32: bool = False) -> Conversion:
    """Loads, reads and proves a `.keras` file. Refused where a node is not understood or scores differ.

    `float32` takes what the model would give in float32 for its scores, where it computes in half precision.
    """
    start()
    lookup = needs_tensorflow(config)
    if lookup and not importlib.util.find_spec("tensorflow"):
        raise Missing(f"Keras runs {lookup} with TensorFlow alone, which is not installed: pip install 'rank-client[convert]'")
    hashed = next((e for e in objects(config) if e["class_name"] in ("Hashing", "HashedCrossing")), None)
    if hashed is not None:
        raise Refused(f"the layer {hashed['config'].get('name')} is a {hashed['class_name']}: ids of one hash share a row, "
                      "which no vocabulary here says")
    if custom is not None:
        import_custom(custom)
    half = half_precision(config)
    model = load(path, config, "float32" if half else None)
    score, graph, inputs = _read(model, config, said)
    notes = [f"the user's input is {_name(inputs, model)}: {inputs.reason}"]
    sides = [side_of(graph.domains.get(k), k) for k in (USER, ITEM)]
    notes += graph.notes + [s.note for s in sides if s.note]
    network = keras_network.build(score, Tables(inputs.tensors, sides))
    if dot and not network.dot:
        raise Refused("--dot: the model's graph has no dot product of user and item")
    vocabularies = _vocabularies(sides, notes)

    def prove(own: Any, source: str) -> proof.Proof:
        def predict(users: np.ndarray, items: np.ndarray) -> np.ndarray:
            values = inputs.of(*(shaped(t, s.fed(rows)) for t, s, rows in zip(inputs.tensors, sides, (users, items))))
            given = to_numpy(own.predict(values, batch_size=4096, verbose=0)).astype(np.float64)
            if given.size != len(users):
                raise Refused(f"Keras gives the shape {list(given.shape)} for {len(users)} pairs; a score is one number")
            return given.ravel()

        return proof.by_source(network, vocabularies, (sides[0].first, sides[1].first), predict, source)

    if half is None:
        proved = prove(model, told())
    else:
        proved = _prove_half(prove, model, load(path, config), half, float32, notes)
    if predictions is not None:
        compared = proof.by_predictions(network, vocabularies, predictions)
        notes.append(f"{predictions.path} was compared, too: {compared.pairs} scores agree")
    return Conversion(network, vocabularies, proved, notes)


def _prove_half(prove: Callable[[Any, str], proof.Proof], model: Any, own: Any, half: str, float32: bool,
                notes: List[str]) -> proof.Proof:
    """The proof of a model with weights or layers of half precision, `model` being itself under a float32 policy.

    Half-precision weights are float32 weights, too. What is computed from them in half precision is not.
    """
    in_float32 = prove(model, f"{told()}, under a float32 policy")
    try:
        proved = prove(own, told())
        notes.append(f"the model has a dtype policy of half precision ({half}), which its scores do not show")
        return proved
    except proof.Differs as error:
        if not float32:
            raise Refused(f"the model computes in half precision ({half}), and workers in float32: its own scores are up to "
                          f"{error.most:.2g} away from what its weights give in float32 ({error.pair}). To serve the "
                          "latter, say --float32") from error
        notes.append(f"the model computes in half precision ({half}); as --float32 says, it is served as its weights compute "
                     f"in float32. Its own scores are up to {error.most:.2g} away")
        return in_float32


def _name(inputs: Inputs, model: Any) -> str:
    if isinstance(inputs.structure, dict):
        return next(name for name, k in inputs.structure.items() if k == inputs.user)
    if isinstance(inputs.structure, str) or not is_functional(model):
        return f"number {inputs.user}"
    return model.inputs[inputs.user].name


def _vocabularies(sides: Sequence[Side], notes: List[str]) -> Tuple[Vocabulary, Vocabulary]:
    user, item = sides[0].vocabulary, sides[1].vocabulary
    if (user.kind == "utf8") != (item.kind == "utf8"):
        notes.append("one side's ids are texts: the other's numbers are written as decimal texts, since a request has "
                     "one kind of ids")
        return user.text(), item.text()
    return user, item


def _columns(inputs: Inputs) -> Columns:
    user, item = inputs.tensors
    return Columns((user, item), (USER, ITEM)) if inputs.user == 0 else Columns((item, user), (ITEM, USER))


def _read(model: Any, config: Any, said: Optional[str]) -> Tuple[Form, Graph, Inputs]:
    """The score's form, the graph that it was read from, and the inputs; a subclassed model's call is traced."""
    import keras

    if is_functional(model):
        graph, inputs = Graph(), functional_inputs(model, said)
        if isinstance(inputs.structure, str):
            values: List[Any] = [_columns(inputs)]
        else:
            pair = [Ids(USER, inputs.tensors[0]), Ids(ITEM, inputs.tensors[1])]
            values = pair if inputs.user == 0 else pair[::-1]
        return _score(graph, graph.run(model, values)), graph, inputs
    refusal: Optional[Refused] = None
    for dtypes in (("int64", "int64"), ("string", "string"), ("string", "int64"), ("int64", "string")):
        graph, inputs = Graph(), called_inputs(config, dtypes, said)
        try:
            if isinstance(inputs.structure, str):
                stand_ins: Any = keras.Input((2,), dtype=dtypes[0])
                values: Any = _columns(inputs)
            else:
                stand_ins = inputs.of(*inputs.tensors)
                values = inputs.of(Ids(USER, inputs.tensors[0]), Ids(ITEM, inputs.tensors[1]))
            return _score(graph, graph.trace(f"the model {model.name}", model.call, stand_ins, values)), graph, inputs
        except Refused as error:
            refusal = refusal if refusal is not None and "looks up" not in str(refusal) else error
    assert refusal is not None
    raise refusal


def _score(graph: Graph, outputs: Any) -> Form:
    """The one output as a form that has both sides in it."""
    from keras import tree

    flat = tree.flatten(outputs)
    if len(flat) != 1:
        raise Refused(f"the model has {len(flat)} outputs; a score is one number")
    if not isinstance(flat[0], Form):
        raise Refused("the model's output depends on the user alone or on the item alone")
    return flat[0]
