"""A conversion with its source: a model that Keras loads, whose graph is read, and whose scores prove the reading."""

import importlib.util
from dataclasses import dataclass, field
from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np

from ..numerics import Network
from ..refusals import Missing, Refused
from ..vocabulary import Vocabulary
from . import load as keras_load
from . import network as keras_network
from . import proof
from .forms import ITEM, USER, Columns, Form, Ids
from .graph import Graph
from .inputs import Inputs, called_inputs, functional_inputs, is_functional, shaped
from .load import load, told
from .tables import Side, Tables, side_of, to_numpy


@dataclass
class Conversion:
    """What a model file is made of, and what was decided on the way, a sentence each."""

    network: Network
    vocabularies: Tuple[Vocabulary, Vocabulary]
    proof: proof.Proof
    notes: List[str] = field(default_factory=list)


def convert(path: str, config: Any, custom: Optional[str] = None, said: Optional[str] = None, dot: bool = False,
            predictions: Optional[proof.Predictions] = None, float32: bool = False) -> Conversion:
    """Loads, reads and proves a `.keras` file. Refused where a node is not understood or scores differ.

    `float32` takes what the model would give in float32 for its scores, where it computes in half precision.
    """
    keras = keras_load.start()
    lookup = keras_load.needs_tensorflow(config)
    if lookup and not importlib.util.find_spec("tensorflow"):
        raise Missing(f"Keras runs {lookup} with TensorFlow alone, which is not installed: pip install "
                      "'rank-client[convert]'")
    hashed = next((e for e in keras_load.objects(config) if e["class_name"] in ("Hashing", "HashedCrossing")), None)
    if hashed is not None:
        raise Refused(f"the layer {hashed['config'].get('name')} is a {hashed['class_name']}: ids of one hash share a "
                      "row, which no vocabulary here says")
    if custom is not None:
        keras_load.import_custom(custom)
    half = keras_load.half_precision(config)
    model = load(path, config, "float32" if half else None)
    score, graph, inputs = _read(model, config, said)
    notes = [f"the user's input is {_name(inputs, model)}: {inputs.reason}"]
    sides = [side_of(graph.domains.get(k), k) for k in (USER, ITEM)]
    notes += graph.notes + [s.note for s in sides if s.note]
    network = keras_network.build(score, Tables(inputs.tensors, sides))
    if dot and not network.dot:
        raise Refused("--dot: the model's graph has no dot product of user and item")
    if any(s.vocabulary.kind == "identity" and s.first == 0 for s in sides):
        notes.append("without a lookup row r of a table is the row of id r; row 0 answers unknown ids, so the id 0 is "
                     "unknown")
    vocabularies = _vocabularies(sides, notes)

    def prove(own: Any, source: str) -> proof.Proof:
        def predict(users: np.ndarray, items: np.ndarray, own: Any = own) -> np.ndarray:
            values = inputs.of(*(shaped(t, s.fed(rows)) for t, s, rows in zip(inputs.tensors, sides, (users, items))))
            (output,) = keras.tree.flatten(own.predict(values, batch_size=4096, verbose=0))
            given = to_numpy(output).astype(np.float64)
            if given.size != len(users):
                raise Refused(f"Keras gives the shape {list(given.shape)} for {len(users)} pairs; a score is one "
                              "number")
            return given.ravel()

        def precise(users: np.ndarray, items: np.ndarray) -> np.ndarray:
            return predict(users, items, load(path, config, "float64"))

        return proof.by_source(network, vocabularies, (sides[0].first, sides[1].first), predict, source,
                               precise if own is model else None)

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
            raise Refused(f"the model computes in half precision ({half}), and workers in float32: its own scores are "
                          f"up to {error.most:.2g} away from what its weights give in float32 ({error.pair}). To serve "
                          "the latter, say --float32") from error
        notes.append(f"the model computes in half precision ({half}); as --float32 says, it is served as its weights "
                     f"compute in float32. Its own scores are up to {error.most:.2g} away")
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
