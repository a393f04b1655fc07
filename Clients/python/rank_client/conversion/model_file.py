"""Writes the container of docs/reference/model-file.md: sorted metadata, tensors, digest, and an atomic rename."""

import errno
import hashlib
import json
import os
import struct
from typing import Dict, Tuple

import numpy as np

FINGERPRINT = ("data", "data_sha256", "split", "split_sha256", "seed", "preset", "epochs", "batch_size", "version")


def store(path: str, tensors: Dict[str, np.ndarray], metadata: Dict[str, str]) -> str:
    """Writes the file and returns its model id; OSError for the path.

    `metadata` is what the family adds to format, digest and a fingerprint that a converter cannot know.
    """
    whole = {"format": "swift-rank/1", "digest": "0" * 64, **metadata,
             **{f"fingerprint.{key}": "unknown" for key in FINGERPRINT}}
    header, model_id = _header(tensors, whole)
    _replace(path, header, tensors)
    return model_id


def shown(number: np.floating) -> str:
    """The shortest decimal that reads back as the same number, with digits alone."""
    return np.format_float_positional(number, unique=True, trim="0")


TYPES = {"f4": "F32", "f8": "F64", "i4": "I32", "u4": "U32", "u8": "U64", "u1": "U8"}


def _bytes(values: np.ndarray) -> memoryview:
    """The tensor's bytes, little-endian, without a copy where they lie so."""
    kind = f"{values.dtype.kind}{values.dtype.itemsize}"
    own = np.ascontiguousarray(values, f"<{kind}")
    return memoryview(own.reshape(-1).view(np.uint8))


def _header(tensors: Dict[str, np.ndarray], metadata: Dict[str, str]) -> Tuple[bytes, str]:
    """The length and the header with the digest in it, and the model id."""
    header: Dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    offset = 0
    for name, values in tensors.items():
        header[name] = {"dtype": TYPES[f"{values.dtype.kind}{values.dtype.itemsize}"], "shape": list(values.shape),
                        "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % 64)
    data = struct.pack("<Q", len(text)) + text
    digest = hashlib.sha256(data)
    for values in tensors.values():
        digest.update(_bytes(values))
    zeros = b'"digest":"' + b"0" * 64
    return data.replace(zeros, b'"digest":"' + digest.hexdigest().encode(), 1), digest.hexdigest()[:32]


def _replace(path: str, header: bytes, tensors: Dict[str, np.ndarray]) -> None:
    """Puts header and tensors at `path`: whole, on the disk, or not at all; never over a device or a directory."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "it is no regular file")
    temporary = f"{path}.tmp.{os.getpid()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(header)
            for values in tensors.values():
                file.write(_bytes(values))
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
