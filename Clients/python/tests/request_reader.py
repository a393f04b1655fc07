"""Reads request frames as a worker must, in the order that docs/reference/protocol.md gives. Only the tests use it."""

import math
import struct

NONE32 = 0xFFFFFFFF
POLICIES, CLASSES, ID_KINDS = ("fail", "fallback", "omit"), ("interactive", "bulk"), ("u64", "utf8")
KINDS = {1: "SCORE", 2: "CANCEL", 3: "INFO", 4: "HEALTH", 5: "STATS", 6: "CATALOG"}
INVALID_ARGUMENT, DEADLINE_EXCEEDED, UNIMPLEMENTED = 3, 4, 12


class Refused(Exception):
    """`status` and `why`."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status, self.why = status, why


def check(good, why, status=INVALID_ARGUMENT):
    if not good:
        raise Refused(status, why)


def answer_id(data):
    """The request id of the answer to an unreadable frame."""
    return 0 if len(data) < 16 or data[4:8] != b"RANK" else struct.unpack_from("<Q", data, 8)[0]


def read(data, limit):
    """The frame's fields as vectors.json names them; Refused where a worker answers with an ERROR."""
    check(len(data) >= 48, "under 48 bytes")
    check(data[4:8] == b"RANK", "wrong magic")
    check(data[16] == 1, "unknown version", UNIMPLEMENTED)
    (length,) = struct.unpack_from("<I", data)
    check(length == len(data) - 4, "length is not the frame's size - 4")
    check(len(data) <= limit, "larger than the limit")
    request_id, _, code, flags, time, model, status, profile, extension_bytes = struct.unpack_from("<QBBHI16sHHI", data, 8)
    check(code in KINDS, "no kind of request", UNIMPLEMENTED)
    check(flags == 0 or (flags == 1 and code == 1), "unknown flag bits")
    check(status == 0, "a request's status is 0")
    extensions, at, given = read_extensions(data, extension_bytes, code == 1)
    payload = data[at:]
    if code == 1:
        # A deadline that is over is answered before the payload is read.
        try:
            meaning = read_score(payload, given)
        except Refused:
            check(time != 0, "the deadline is over", DEADLINE_EXCEEDED)
            raise
    elif code == 2:
        check(len(payload) == 8, "the payload is a u64")
        meaning = {"request_id": str(struct.unpack("<Q", payload)[0])}
    elif code == 6:
        # As for SCORE.
        check(time != 0, "the deadline is over", DEADLINE_EXCEEDED)
        check(len(payload) == 16, "the payload has 16 bytes")
        first, count, reserved = struct.unpack("<QII", payload)
        check(count >= 1, "a page of no ids")
        check(reserved == 0, "reserved bytes are not 0")
        meaning = {"first": str(first), "count": count}
    else:
        check(not payload, "no payload is allowed")
        meaning = {}
    return {"request_id": str(request_id), "version": 1, "kind": KINDS[code], "code": code, "flags": flags,
            "time": time, "model": model.hex(), "status": status, "profile": profile, "extensions": extensions,
            "payload": meaning}


def read_extensions(data, size, is_score):
    check(size % 8 == 0 and size <= 4096 and 48 + size <= len(data), "extension bytes")
    at, end, found, given = 48, 48 + size, [], None
    while at < end:
        kind, bits, count = struct.unpack_from("<HHI", data, at)
        padded = count + -count % 8
        check(padded <= end - at - 8, "an extension larger than all of them")
        check(bits in (0, 1), "bits other than 0")
        check(bits == 0 or kind == 3, "a type that must be understood", UNIMPLEMENTED)
        body = data[at + 8:at + 8 + padded]
        check(not any(body[count:]), "padding is not 0")
        if kind == 3:
            check(is_score and bits == 1 and given is None, "features of the query in the wrong place")
            check(count >= 12 and count % 4 == 0, "the size of features of the query")
            width, reserved = struct.unpack_from("<II", body)
            check(width >= 1 and (count - 8) // 4 % width == 0 and reserved == 0, "rows of features of the query")
            given = body[8:count], width
        found.append({"type": kind, "bits": bits, "hex": body[:count].hex()})
        at += 8 + padded
    return found, end, given


def read_score(p, given):
    check(len(p) >= 16, "under 16 bytes")
    count, top_k, policy, class_, id_kind, reserved, features = struct.unpack_from("<IIBBBBI", p)
    check(count >= 1, "no query")
    check(policy < 3 and class_ < 2 and id_kind < 2 and reserved == 0, "an unknown value")
    check(given is None or len(given[0]) == 4 * given[1] * count, "features of another number of queries")
    at, queries = 16, []
    for _ in range(count):
        check(len(p) - at >= 16, "a query less than counted")
        n, size = struct.unpack_from("<II", p, at)
        check(size >= 16 and size % 8 == 0 and size <= len(p) - at, "query bytes")
        queries.append((read_utf8 if id_kind else read_u64)(p[at:at + size], n, features))
        at += size
    check(at == len(p), "bytes after the last query")
    return {"top_k": top_k, "policy": POLICIES[policy], "class": CLASSES[class_], "id_kind": ID_KINDS[id_kind],
            "features": features, "queries": queries, **read_given(given)}


def read_given(given):
    """The features of the queries, row by row, as vectors.json has them; nothing without the extension."""
    if given is None:
        return {}
    floats, width = given
    flat = read_features(floats + bytes(-len(floats) % 8), len(floats) // 4)
    return {"query_features": [flat[at:at + width] for at in range(0, len(flat), width)]}


def read_u64(q, n, features):
    check(16 + 8 * n <= len(q), "more candidates counted than there are bytes for")
    user, *candidates = struct.unpack_from(f"<{1 + n}Q", q, 8)
    return {"user": str(user), "candidates": [str(c) for c in candidates],
            "features": read_features(q[16 + 8 * n:], n * features)}


def read_utf8(q, n, features):
    user_size, text_size = struct.unpack_from("<II", q, 8)
    check(1 <= user_size <= 65_535, "u")
    at = 16 + 4 * (n + 1)
    end = at + user_size + text_size
    check(end <= len(q), "text beyond the query")
    offsets = struct.unpack_from(f"<{n + 1}I", q, 16)
    check(offsets[0] == 0 and offsets[-1] == text_size, "the first or last offset")
    text, spans = q[at + user_size:end], list(zip(offsets, offsets[1:]))
    check(all(1 <= b - a <= 65_535 and b <= text_size for a, b in spans), "an offset or an empty id")
    check(not any(q[end:end + -end % 8]), "padding is not 0")
    try:
        user, candidates = q[at:at + user_size].decode(), [text[a:b].decode() for a, b in spans]
    except UnicodeDecodeError as error:
        raise Refused(INVALID_ARGUMENT, "not UTF-8") from error
    return {"user": user, "candidates": candidates, "features": read_features(q[end + -end % 8:], n * features)}


def read_features(data, count):
    check(len(data) == 4 * count + -4 * count % 8, "features of another size")
    check(not any(data[4 * count:]), "padding is not 0")
    # NaN is a feature that is missing; a worker whose model takes none refuses it.
    check(not any(map(math.isinf, struct.unpack_from(f"<{count}f", data))), "a feature is infinite")
    return [data[i + 3:i - 1 if i else None:-1].hex() for i in range(0, 4 * count, 4)]
