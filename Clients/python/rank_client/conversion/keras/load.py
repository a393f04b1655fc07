"""Keras itself: starting it, what a `.keras` archive needs, and loading one."""

import contextlib
import importlib
import importlib.util
import json
import logging
import os
import re
import sys
import tempfile
import zipfile
from typing import Any, Dict, Iterator, List, Optional

from ..refusals import Missing, Refused

BACKENDS = ("tensorflow", "jax", "torch")
HALF = ("float16", "bfloat16")


def start() -> Any:
    """Keras on the backend that KERAS_BACKEND names, else on the first that is installed."""
    if "keras" not in sys.modules:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        if not importlib.util.find_spec("keras"):
            raise Missing("a .keras file is loaded by Keras, which is not installed: pip install "
                          "'rank-client[convert]'")
        if "KERAS_BACKEND" not in os.environ:
            installed = next((b for b in BACKENDS if importlib.util.find_spec(b)), None)
            if installed is None:
                raise Missing("Keras has no backend here: pip install 'rank-client[convert]', or jax, or torch")
            os.environ["KERAS_BACKEND"] = installed
    try:
        with _quiet():
            import keras

            keras.ops.add(keras.ops.ones(1), 1)
    except (ImportError, ValueError) as error:  # ValueError: of a backend's name that Keras does not know
        raise Missing(f"Keras cannot be started on the backend {os.environ.get('KERAS_BACKEND')}: {error}: pip install "
                      "'rank-client[convert]'") from error
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # what it says of tracing is not the user's concern
    if int(keras.__version__.split(".")[0]) < 3:
        raise Missing(f"Keras {keras.__version__} is installed; 3 or later is needed: pip install "
                      "'rank-client[convert]'")
    return keras


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what a backend's libraries write to descriptor 2 as they start, unless they fail."""
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
        if not (package == "keras" or package.startswith("keras.")):
            registered = entry.get("registered_name") or kind
            found.append(f"{name or 'the model'} is a {registered}{f' of {package}' if package else ''}")
    return list(dict.fromkeys(found))


def check_lambda(config: Any) -> None:
    """Refuses a Lambda layer: its code is in the file, and is not run from there."""
    for entry in objects(config):
        if entry["class_name"] == "Lambda" and isinstance(entry["config"], dict):
            raise Refused(f"the layer {entry['config'].get('name')} is a Lambda, whose code a file cannot be trusted "
                          "with: write it with keras.ops or as a layer of its own, and save the model again")


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
    """The model, loaded by Keras in safe mode and without its training; under another dtype policy if one is given."""
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
        text = re.sub("\x1b\\[[0-9;]*m", "", str(error).split("Exception encountered:")[-1])  # without colours
        text = " ".join(text.split())[:400]
        raise Refused(f"Keras {keras.__version__} cannot load {path}: {type(error).__name__}: {text}") from error


def _under(node: Any, policy: str) -> Any:
    """The config with every dtype policy of floating-point numbers replaced."""
    if isinstance(node, dict):
        own = node.get("config")
        if node.get("class_name") in ("DTypePolicy", "FloatDTypePolicy") and isinstance(own, dict):
            return {**node, "config": {**own, "name": policy}} if "float" in str(own.get("name")) else node
        result = {}
        for key, value in node.items():
            floats = key in ("dtype", "compute_dtype") and isinstance(value, str) and "float" in value
            result[key] = policy if floats and "batch_shape" not in node else _under(value, policy)
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
