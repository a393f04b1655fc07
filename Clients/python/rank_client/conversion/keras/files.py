"""What kind of Keras file IN is, and which way it is read and proved."""

import json
import os
import zipfile
from argparse import Namespace
from typing import Any, List, Optional, Tuple

from ..refusals import Refused, Usage
from ..vocabulary import identity
from . import load as keras_load
from . import proof
from . import source as keras_source
from . import weights as keras_weights
from .source import Conversion

MAX_CONFIG = 1 << 30  # bytes; a lookup's vocabulary may stand in it


def convert(options: Namespace) -> Conversion:
    """The model of `options.input`, read and proved as the other options say."""
    path = options.input
    if not os.path.exists(path):
        raise Refused(f"{path}: there is no such file")
    if os.path.isdir(path):
        if os.path.exists(os.path.join(path, "saved_model.pb")):
            raise Refused(f"{path} is {keras_weights.LEGACY.format(name=path)}")
        raise Refused(f"{path} is a directory; a .keras or .weights.h5 file is read")
    config = _config(path)
    predictions = proof.read_predictions(options.predictions) if options.predictions is not None else None
    if config is not None:
        keras_load.check_lambda(config)
    own = keras_load.own_classes(config) if config is not None else []
    if config is not None and (options.custom is not None or not own):
        for given, name in ((options.user_table, "--user-table"), (options.candidate_first, "--candidate-first")):
            if given:
                raise Usage(f"{name} is for weights alone; of a .keras file the graph tells, and --user-input which "
                            "input is the user's")
        if options.float32 and keras_load.half_precision(config) is None:
            raise Usage("--float32 is for a model that computes in half precision; this one does not")
        found = keras_source.convert(path, config, options.custom, options.user_input, options.dot, predictions,
                                     options.float32)
        if options.unproved:
            found.notes.append("--unproved was not needed: Keras proved the model")
        return found
    if own and not (predictions or options.unproved and _is_own_model(config)):
        raise Refused(f"{'; '.join(own[:4])}: Keras cannot load it without its code. Say --custom MODULE with the "
                      "classes"
                      + (", or give its scores with --predictions FILE" if _is_own_model(config) else ""))
    if options.float32:
        raise Usage("--float32 is for a .keras file that computes in half precision; weights alone are float32's")
    if options.user_input is not None:
        raise Usage("--user-input is for a .keras file that Keras can load; weights alone have tables: say "
                    "--user-table")
    if options.custom is not None:
        raise Usage("--custom is for a .keras file; weights alone have no classes")
    return _by_weights(path, config, options, predictions)


def _config(path: str) -> Optional[Any]:
    """The content of config.json; None for a file that is no archive."""
    try:
        if not zipfile.is_zipfile(path):
            return None
        with zipfile.ZipFile(path) as archive:
            missing = {"config.json", "model.weights.h5"} - set(archive.namelist())
            if missing:
                raise Refused(f"{path} is no .keras archive: it has no {' and no '.join(sorted(missing))}")
            size = archive.getinfo("config.json").file_size
            if size > MAX_CONFIG:
                raise Refused(f"{path}: config.json has {size} bytes; a model's description has at most {MAX_CONFIG}")
            damaged = archive.testzip()
            if damaged is not None:
                raise Refused(f"{path} is damaged: the CRC of {damaged} is wrong")
            config = json.loads(archive.read("config.json"))
    except keras_weights.UNREADABLE as error:
        raise Refused(f"{path} is no whole .keras archive: {error}") from error
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict) or "class_name" not in config:
        raise Refused(f"{path}: config.json describes no model")
    return config


def _is_own_model(config: Any) -> bool:
    """Whether the model's class itself is unknown, and nothing else is told of its layers."""
    return bool(keras_load.own_classes({**config, "config": {"name": config["config"].get("name")}}))


def _by_weights(path: str, config: Any, options: Namespace, predictions: Optional[proof.Predictions]) -> Conversion:
    layers = keras_load.objects(config) if config is not None else iter(())
    ways = keras_weights.readings(path, options.user_table, options.dot,
                                  True if options.candidate_first else None if predictions else False, layers)
    if predictions is None:
        if not options.unproved:
            raise Refused("weights alone do not say what the model computes, and nothing proves a reading of them: "
                          "give the source's scores with --predictions FILE (lines of user,item,score), convert the "
                          ".keras file, or say --unproved")
        if len(ways) > 1:
            raise Refused(f"two embedding tables, and nothing tells which is the user's: say --user-table PATH, one of "
                          f"{', '.join(way.user + '/vars/0' for way in ways)}")
        way, notes = ways[0], ["UNPROVED: nothing compared these scores with the source's; the file says so"]
        proved = proof.unproved(way.network)
        notes.append(f"the {'item' if way.candidate_first else 'user'}'s half first is assumed; --candidate-first says "
                     "that the item's is" if not way.candidate_first else "the item's half comes first, as said")
    else:
        way, proved = _proved(ways, predictions)
        notes = [f"{predictions.path} proves that the user's table is {way.user}"
                 + (f" and that the {'item' if way.candidate_first else 'user'}'s half comes first"
                    if way.network.layers else "")]
    if len(way.network.layers) > 1:
        notes.append("the file does not carry activations: relu after every dense layer but the last is "
                     + ("assumed" if predictions is None else "proved by the predictions"))
    notes.append("row r of a table is taken as the row of id r, row 0 as that of unknown ids")
    return Conversion(way.network, _identities(way), proved, notes)


def _identities(way: keras_weights.Reading) -> Tuple[Any, Any]:
    return identity(len(way.network.user)), identity(len(way.network.candidate))


def _proved(ways: List[keras_weights.Reading],
            predictions: proof.Predictions) -> Tuple[keras_weights.Reading, proof.Proof]:
    """The one reading that gives the source's scores."""
    found, refusals = [], []
    for way in ways:
        try:
            found.append((way, proof.by_predictions(way.network, _identities(way), predictions)))
        except Refused as error:
            refusals.append((way, error))
    if not found:
        if len({str(error) for _, error in refusals}) == 1:  # of the predictions themselves, or of the only reading
            raise refusals[0][1]
        told = "; ".join(f"user's table {w.user}, {'item' if w.candidate_first else 'user'} first: {e}"
                         for w, e in refusals)
        raise Refused(f"no reading of the weights gives the scores of {predictions.path}. {told}")
    if len(found) > 1:
        raise Refused(f"{len(found)} readings of the weights give the scores of {predictions.path}: say --user-table "
                      f"PATH, one of {', '.join(sorted({way.user for way, _ in found}))}, and --candidate-first where "
                      "it is so")
    return found[0]


def described(found: Conversion) -> str:
    """What the model is and what proves it, for the line that the command ends with."""
    network, own = found.network, found.proof
    widths = [len(bias) for _, bias in network.layers]
    parts = [f"{len(network.user)} users × {network.user.shape[1]}",
             f"{len(network.candidate)} candidates × {network.candidate.shape[1]}"]
    if widths:
        parts.append(f"dense {widths}" + (f" with {', '.join(network.activations)}" if network.activations else ""))
    if network.dot:
        parts.append("dot product")
    if network.user_bias is not None or network.candidate_bias is not None:
        parts.append("biases")
    if network.output != "linear":
        parts.append(f"output {network.output}")
    if own.kind == "unproved":
        parts.append("UNPROVED")
    else:
        parts.append(f"proved by {own.pairs} scores of {own.source}, at most {proof.printed(own.max_difference)} away")
    return ", ".join(parts)
