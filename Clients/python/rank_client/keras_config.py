"""What the config of a `.keras` archive says about the model: activations, concatenation, row counts."""

from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Set, Tuple

from .model_file import Refused

SCORE_NEUTRAL = {"InputLayer", "Flatten", "Reshape", "Dropout", "Concatenate", "Functional", "Sequential", "Model"}


@dataclass
class Config:
    """`dense`: (name, units, activation) in the config's order; `concatenated`: the names of the embedding layers that
    feed the one Concatenate, in its order, where the config has a graph."""

    own: Dict[str, Any]
    dense: List[Tuple[str, int, Any]] = field(default_factory=list)
    concatenated: List[str] = field(default_factory=list)

    def counts(self, word: str) -> Set[int]:
        """The model's own integer settings whose names hold the word, such as `num_users`."""
        return {v for k, v in self.own.items() if word in k.lower() and type(v) is int}

    def check_dense(self, widths: List[int]) -> None:
        """Refuses activations and widths other than relu everywhere and none after the last layer of one output."""
        units = [units for _, units, _ in self.dense]
        if units != widths:
            raise Refused(f"config.json has Dense layers of {units} units, the weights of {widths}")
        for index, (name, _, activation) in enumerate(self.dense):
            wanted = "linear" if index == len(widths) - 1 else "relu"
            if activation != wanted:
                raise Refused(f"the layer {name} has the activation {activation}; here it must be {wanted}")


def read_config(config: Any) -> Config:
    """Reads config.json's content. Refused for layers that change a score in a way that the model file cannot say."""
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        raise Refused("config.json describes no model")
    found, layers = Config(config["config"]), list(_layers(config["config"]))
    for layer in layers:
        kind, own = layer["class_name"], layer["config"]
        if kind == "Dense":
            if own.get("use_bias") is False:
                raise Refused(f"the layer {own.get('name')} has no bias")
            found.dense.append((own.get("name"), own.get("units"), own.get("activation")))
        elif kind not in SCORE_NEUTRAL | {"Embedding"}:
            known = ", ".join(sorted(SCORE_NEUTRAL | {"Dense", "Embedding"}))
            raise Refused(f"the layer {own.get('name')} is a {kind}; only {known} are converted")
    joins = [layer for layer in layers if layer["class_name"] == "Concatenate"]
    if len(joins) > 1:
        raise Refused(f"the model has {len(joins)} Concatenate layers; this family has one")
    by_name = {layer["config"].get("name"): layer for layer in layers}
    for source in (_sources(joins[0]) if joins else []):
        seen: Set[str] = set()
        while source in by_name and source not in seen and by_name[source]["class_name"] != "Embedding":
            seen.add(source)
            source = next(iter(_sources(by_name[source])), None)
        if source in by_name and source not in seen:
            found.concatenated.append(source)
    return found


def _layers(node: Any) -> Iterator[Dict[str, Any]]:
    """Every built-in layer's description, in the config's order."""
    if isinstance(node, dict):
        module, inner = str(node.get("module") or ""), node.get("config")
        layer = isinstance(inner, dict) and "class_name" in node and (
            module.startswith("keras.") and ".layers" in module or module.startswith("keras.models"))
        if layer:
            yield {**node, "config": inner}
        for key, value in node.items():
            if key not in ("inbound_nodes", "build_config", "compile_config"):
                yield from _layers(value)
    elif isinstance(node, list):
        for value in node:
            yield from _layers(value)


def _sources(layer: Dict[str, Any]) -> List[str]:
    """The names of the layers whose outputs feed the layer, in order."""
    found: List[str] = []

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            history = node.get("keras_history")
            if isinstance(history, list) and history:
                found.append(history[0])
            else:
                for value in node.values():
                    visit(value)
        elif isinstance(node, list):
            for value in node:
                visit(value)

    visit(layer.get("inbound_nodes", []))
    return found
