"""The libraries in a process of their own: a damaged file that they crash on is a refusal, and no crash of ours.

The process is started for the first model and serves further ones; it ends with this one, or by a crash.
"""

import importlib.util
import os
import pickle
import struct
import subprocess
import sys
from typing import IO, Any, NamedTuple, Optional

import numpy as np

from ..refusals import Missing, Refused

NAMES = {"xgboost": "XGBoost", "lightgbm": "LightGBM"}
_process: "Optional[subprocess.Popen[bytes]]" = None


class Predicted(NamedTuple):
    """What a library gave for some rows: sums, and what it predicts."""

    told: str
    margins: np.ndarray
    outputs: np.ndarray


def predict(kind: str, data: bytes, rounds: int, rows: np.ndarray) -> Optional[Predicted]:
    """The library's own predictions of the model in `data`; None where the library is not installed."""
    if not importlib.util.find_spec(kind):
        return None
    process = _started()
    assert process.stdin is not None and process.stdout is not None
    try:
        _send(process.stdin, (kind, data, rounds, rows))
        answer = _receive(process.stdout)
    except (OSError, EOFError) as error:
        code = process.wait()
        ended = f"by signal {-code}" if code < 0 else f"with {code}"
        raise Refused(f"{NAMES[kind]} does not take the model: its process ended {ended}") from error
    if isinstance(answer, Exception):
        raise answer
    return Predicted(*answer)


def _started() -> "subprocess.Popen[bytes]":
    global _process
    if _process is None or _process.poll() is not None:
        path = os.pathsep.join(entry for entry in sys.path if entry)
        _process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path})
    return _process


def _send(stream: IO[bytes], value: Any) -> None:
    data = pickle.dumps(value, protocol=4)
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    (length,) = struct.unpack("<Q", _read(stream, 8))
    return pickle.loads(_read(stream, length))


def _read(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def _serve() -> None:
    """Answers until the other end closes; what the libraries print goes where errors go."""
    from . import libraries

    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            kind, data, rounds, rows = _receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            source = libraries.load(kind, data, rounds, rows.shape[1])
            answer: Any = (source.told, source.margins(rows), source.outputs(rows))
        except (Refused, Missing) as error:
            answer = error
        _send(answers, answer)


if __name__ == "__main__":
    _serve()
