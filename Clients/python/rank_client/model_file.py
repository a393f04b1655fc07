"""Writes the model file of docs/MODEL-FILE.md, with goldens, digest and an atomic rename."""

import errno
import hashlib
import json
import os
import struct
from typing import Dict, Tuple

import numpy as np

from .numerics import Floats, Network, scores

GOLDENS = 256
FINGERPRINT = ("data", "data_sha256", "split", "split_sha256", "seed", "preset", "epochs", "batch_size", "version")


class Refused(Exception):
    """A model that cannot become a model file; says what is wrong with it."""


def clean(name: str, values: Floats) -> Floats:
    """The weights with −0 and subnormal numbers as +0; refuses what is not finite."""
    values = np.ascontiguousarray(values, np.float32)
    if not np.isfinite(values).all():
        at = np.unravel_index(int(np.argmin(np.isfinite(values))), values.shape)
        raise Refused(f"{name}{[int(i) for i in at]} is {values[at]}: a weight must be finite")
    return np.where(np.abs(values) < np.finfo(np.float32).tiny, np.float32(0), values)


def golden_rows(users: int, candidates: int) -> Tuple[np.ndarray, np.ndarray]:
    """The pairs of rows whose scores a model file carries."""
    g = np.arange(GOLDENS - 1, dtype=np.uint64)

    def rows(stride: int, count: int) -> np.ndarray:
        chosen = 1 + (g * np.uint64(stride)) % np.uint64(count - 1) if count > 1 else 0 * g
        return np.append(chosen, 0).astype("<u4")

    return rows(7919, users), rows(104729, candidates)


def write(path: str, network: Network, label_transform: str = "identity") -> str:
    """Writes the file and returns its model id. Refused for a model without a finite score, OSError for the path."""
    user_rows, candidate_rows = golden_rows(len(network.user), len(network.candidate))
    golden = scores(network, user_rows, candidate_rows)
    if not np.isfinite(golden).all():
        raise Refused("the model's scores are not finite: its weights are too large for float32")
    tensors: Dict[str, np.ndarray] = {"user_embedding": network.user, "candidate_embedding": network.candidate}
    for index, (kernel, bias) in enumerate(network.layers):
        tensors[f"dense_{index}.kernel"], tensors[f"dense_{index}.bias"] = kernel, bias
    optional = {"user_bias": network.user_bias, "candidate_bias": network.candidate_bias, "mean": network.mean}
    tensors.update({name: values for name, values in optional.items() if values is not None})
    tensors.update({"golden.user_rows": user_rows, "golden.candidate_rows": candidate_rows, "golden.scores": golden})
    # The mean training label is unknown here; the mean score of pairs from all over both tables stands in for it.
    prior = np.float32(golden[:-1].astype(np.float64).mean())
    metadata = {
        "format": "swift-rank/1", "architecture": "two-tower-rating/1", "digest": "0" * 64,
        "user_vocabulary": "identity", "candidate_vocabulary": "identity",
        "dot_product": "true" if network.dot else "false", "label_transform": label_transform,
        "prior": np.format_float_positional(prior, unique=True, trim="0"),
        **{f"fingerprint.{key}": "unknown" for key in FINGERPRINT},
    }
    data, model_id = _assemble(tensors, metadata)
    _replace(path, data)
    return model_id


def _assemble(tensors: Dict[str, np.ndarray], metadata: Dict[str, str]) -> Tuple[bytes, str]:
    header: Dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    offset, body = 0, []
    for name, values in tensors.items():
        integer = values.dtype.kind == "u"
        body.append(values.astype("<u4" if integer else "<f4").tobytes())
        header[name] = {"dtype": "U32" if integer else "F32", "shape": list(values.shape),
                        "data_offsets": [offset, offset + len(body[-1])]}
        offset += len(body[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % 64)
    data = struct.pack("<Q", len(text)) + text + b"".join(body)
    digest = hashlib.sha256(data).hexdigest()
    zeros = b'"digest":"' + b"0" * 64
    return data.replace(zeros, b'"digest":"' + digest.encode(), 1), digest[:32]


def _replace(path: str, data: bytes) -> None:
    """Puts the bytes at `path`: whole, on the disk, or not at all; never in the place of a device or a directory."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "it is no regular file")
    temporary = f"{path}.tmp.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    directory = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
