"""A model's two inputs, and which is the user's: by whole names of a list, or as said, never by order."""

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy as np

from ..refusals import Refused
from .load import HALF
from .tables import fed

USER_NAMES = frozenset(
    "user users user_id user_ids userid userids uid user_index user_idx user_input input_user user_name username "
    "customer customer_id customerid viewer viewer_id listener listener_id reader reader_id".split())
ITEM_NAMES = frozenset(
    "item items item_id item_ids itemid itemids iid item_index item_idx item_input input_item item_name "
    "movie movies movie_id movie_ids movieid movie_title movie_input film film_id product product_id productid "
    "book book_id isbn song song_id track track_id anime anime_id recipe recipe_id restaurant restaurant_id".split())


def user_input(names: Sequence[List[str]], said: Optional[str]) -> Tuple[int, str]:
    """(the index of the user's input, the reason). `names[k]` are all names that input k goes by: its own, its key."""
    listed = ", ".join(" or ".join(own) for own in names)
    if said is not None:
        found = [k for k, own in enumerate(names) if said in own]
        if len(found) != 1:
            raise Refused(f"--user-input {said}: the model's inputs are {listed}")
        return found[0], "as --user-input says"
    votes = {}
    for k, own in enumerate(names):
        for name in own:
            lowered = name.lower()
            if lowered in USER_NAMES:
                votes.setdefault(k, f"the input {name} is named so")
            if lowered in ITEM_NAMES:
                votes.setdefault(1 - k, f"the input {name} is named as an item's")
    if len(votes) != 1:
        why = "their names contradict each other" if votes else "no name of the list in Clients/python/README.md tells"
        raise Refused(f"the model's inputs are {listed}, and {why}: which is the user's? Say --user-input NAME")
    ((index, reason),) = votes.items()
    return index, reason


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
        raise Refused(f"config.json does not say what the model is called with: its build_config has {shapes}; a dict "
                      "or list of two inputs of ids is taken")
    for shape in own:
        if not isinstance(shape, list) or len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] != 1):
            raise Refused(f"the model is built for inputs of the shapes {shapes}; one id per example is taken")
    if user == 1:
        own = own[::-1]
    return Inputs(structure, [keras.Input((1,) * (len(s) - 1), dtype=d) for s, d in zip(own, dtypes)], user, reason)
