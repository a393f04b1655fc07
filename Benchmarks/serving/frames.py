"""SCORE requests and their replies, as docs/reference/protocol.md has them, in a few lines: nothing else is measured."""
import struct

import numpy as np


def request(user: int, candidates, top_k: int = 0, rows=None, query=None) -> bytes:
    """A frame for one list: `rows` has the features of each candidate, `query` those that are given once for all."""
    features = b"" if rows is None else rows.tobytes()
    features += bytes(-len(features) % 8)
    count, width = len(candidates), 0 if rows is None else rows.shape[1]
    size = 16 + 8 * count + len(features)
    extension = b""
    if query is not None:
        extension = struct.pack("<HHIII", 3, 1, 8 + 4 * len(query), len(query), 0) + query.tobytes()
        extension += bytes(-len(extension) % 8)
    return b"".join((
        struct.pack("<I4sQBBHI16sHHI", 60 + len(extension) + size, b"RANK", 1, 1, 1, 0, 0xFFFFFFFF, bytes(16), 0, 0,
                    len(extension)), extension,
        struct.pack("<IIBBBxIIIQ", 1, top_k, 0, 0, 0, width, count, size, user), candidates.tobytes(), features))


def scores(reply: bytes):
    """The scores of the reply's entries."""
    if reply[17] != 0x81:
        raise RuntimeError(f"the worker answered {reply[48:]!r}")
    return np.frombuffer(reply, "<f4", int.from_bytes(reply[64:68], "little"), 80)


def best(reply: bytes):
    """(positions, scores) of the reply to a request for the best."""
    found = scores(reply)
    return np.frombuffer(reply, "<u4", len(found), 80 + 4 * len(found)), found


def reply_bytes(entries: int, is_indexed: bool = False) -> int:
    """The size of a reply with so many entries."""
    return 80 + ((9 if is_indexed else 5) * entries + 7) // 8 * 8
