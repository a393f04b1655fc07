#!/usr/bin/env python3
"""Writes vectors.json: frames of docs/reference/protocol.md in hex, each with its meaning.

An independent writer: it knows the document, `struct`, and none of the product's codecs.

    make_vectors.py            write vectors.json beside this script
    make_vectors.py --check    exit with 1 unless vectors.json is what would be written

Each vector: `name`, `direction` (request or reply), `valid`, `hex`, and
  * valid: `frame`, every field. 64-bit ids are decimal strings, floats 8 hex digits of their bit pattern, text ids
    are text. Valid means well formed: a worker may still refuse it, for its deadline, model or ids.
  * not valid: `why`, and for requests `answer`, the `status` and `request_id` of the ERROR that a worker sends; null
    if it sends none (to a probe, so without a delimiter). A frame with several faults is answered for the first in the document's reading order.
`max_message_bytes`, where a vector has one, is the limit to read it with; otherwise the file's own applies.

`exchanges`: a SCORE request and a reply of a form that is right, both in hex; `fits` says whether it answers the request,
by the document's "What a reply satisfies", and `why` what is wrong where it does not.

`messages`: the frames of a message as a client's DEALER sends them, in hex, and the `answer` of a worker that serves: the
`status` and `request_id` of the reply, which comes behind the frames up to the first empty one; null if there is none.
"""

import json
import pathlib
import struct
import sys

PATH = pathlib.Path(__file__).with_name("vectors.json")
NONE32 = 0xFFFFFFFF
KINDS = {"SCORE": 1, "CANCEL": 2, "INFO": 3, "HEALTH": 4, "STATS": 5, "CATALOG": 6, "ERROR": 0x7F}
POLICIES = {"fail": 0, "fallback": 1, "omit": 2}
CLASSES = {"interactive": 0, "bulk": 1}
QUERY_FEATURES = 3
ID_KINDS = {"u64": 0, "utf8": 1}
INVALID_ARGUMENT, DEADLINE_EXCEEDED, UNIMPLEMENTED = 3, 4, 12
MODEL = "00112233445566778899aabbccddeeff"
NO_MODEL = "0" * 32

vectors, exchanges, messages = [], [], []


def pad8(data):
    return data + bytes(-len(data) % 8)


def bits(value):
    return struct.pack(">f", value).hex()


# Frames


def extension(type_code, flags, data, size=None, padding=None):
    body = data + (bytes(-len(data) % 8) if padding is None else padding)
    return struct.pack("<HHI", type_code, flags, len(data) if size is None else size) + body


def header(rest, request_id, code, *, length=None, magic=b"RANK", version=1, flags=0, time=NONE32, model=NO_MODEL,
           status=0, profile=0, extension_bytes=0):
    fields = struct.pack("<4sQBBHI16sHHI", magic, request_id, version, code, flags, time, bytes.fromhex(model), status,
                         profile, extension_bytes)
    return struct.pack("<I", len(fields) + len(rest) if length is None else length) + fields + rest


def frame(direction, kind, payload, *, request_id=7, extensions=b"", code=None, extension_bytes=None, **fields):
    if code is None:
        code = KINDS[kind] | (0x80 if direction == "reply" else 0)
    size = len(extensions) if extension_bytes is None else extension_bytes
    return header(extensions + payload, request_id, code, extension_bytes=size, **fields)


def valid(name, direction, kind, payload, meaning, *, request_id=7, extensions=(), flags=0, time=None, model=NO_MODEL,
          status=0, profile=0):
    time = (NONE32 if direction == "request" else 0) if time is None else time
    packed = b"".join(extension(*e) for e in extensions)
    data = frame(direction, kind, payload, request_id=request_id, extensions=packed, flags=flags, time=time,
                 model=model, status=status, profile=profile)
    vectors.append({
        "name": name, "direction": direction, "valid": True, "hex": data.hex(),
        "frame": {
            "request_id": str(request_id), "version": 1, "kind": kind, "code": data[17], "flags": flags, "time": time,
            "model": model, "status": status, "profile": profile,
            "extensions": [{"type": t, "bits": b, "hex": d.hex()} for t, b, d in extensions],
            "payload": meaning,
        },
    })


def refused(name, why, data, status=INVALID_ARGUMENT, request_id=7, limit=None):
    answer = None if status is None else {"status": status, "request_id": str(request_id)}
    vector = {"name": name, "direction": "request", "valid": False, "hex": data.hex(), "why": why, "answer": answer}
    if limit is not None:
        vector["max_message_bytes"] = limit
    vectors.append(vector)


def refused_reply(name, why, data):
    vectors.append({"name": name, "direction": "reply", "valid": False, "hex": data.hex(), "why": why})


# SCORE requests


def query_u64(user, candidates, features=(), count=None, size=None, tail=None):
    ids = struct.pack(f"<{len(candidates)}Q", *candidates)
    rest = struct.pack("<Q", user) + ids + (pad8(struct.pack(f"<{len(features)}f", *features)) if tail is None else tail)
    return struct.pack("<II", len(candidates) if count is None else count,
                       8 + len(rest) if size is None else size) + rest


def query_utf8(user, candidates, features=(), *, count=None, size=None, user_size=None, text_size=None, offsets=None,
               padding=None):
    user = user if isinstance(user, bytes) else user.encode()
    candidates = [c if isinstance(c, bytes) else c.encode() for c in candidates]
    text = b"".join(candidates)
    if offsets is None:
        offsets = [0]
        for c in candidates:
            offsets.append(offsets[-1] + len(c))
    strings = struct.pack(f"<{len(offsets)}I", *offsets) + user + text
    strings += bytes(-(16 + len(strings)) % 8) if padding is None else padding
    rest = struct.pack("<II", len(user) if user_size is None else user_size,
                       len(text) if text_size is None else text_size)
    rest += strings + pad8(struct.pack(f"<{len(features)}f", *features))
    return struct.pack("<II", len(candidates) if count is None else count,
                       8 + len(rest) if size is None else size) + rest


def score(queries, *, count=None, top_k=0, policy=0, class_=0, id_kind=0, reserved=0, features=0):
    return struct.pack("<IIBBBBI", len(queries) if count is None else count, top_k, policy, class_, id_kind, reserved,
                       features) + b"".join(queries)


def query_features(rows, *, count=None, reserved=0):
    floats = [f for row in rows for f in row]
    return struct.pack(f"<II{len(floats)}f", len(rows[0]) if count is None else count, reserved, *floats)


def score_request(name, queries, *, top_k=0, policy="fail", class_="interactive", id_kind="u64", width=0, given=None,
                  **fields):
    """`queries`: (user, candidates) or (user, candidates, features); `given`: features once for each query."""
    writer = query_u64 if id_kind == "u64" else query_utf8
    text = str if id_kind == "u64" else (lambda id_: id_)
    payload = score([writer(*q) for q in queries], top_k=top_k, policy=POLICIES[policy], class_=CLASSES[class_],
                    id_kind=ID_KINDS[id_kind], features=width)
    meaning = {
        "top_k": top_k, "policy": policy, "class": class_, "id_kind": id_kind, "features": width,
        "queries": [{"user": text(q[0]), "candidates": [text(c) for c in q[1]],
                     "features": [bits(f) for f in (q[2] if len(q) > 2 else ())]} for q in queries],
    }
    if given is not None:
        fields["extensions"] = [(QUERY_FEATURES, 1, query_features(given)), *fields.get("extensions", ())]
        meaning["query_features"] = [[bits(f) for f in row] for row in given]
    valid(name, "request", "SCORE", payload, meaning, **fields)


# Replies


def result(scores, entry_bits, *, n=None, coverage=1.0, flags=0, positions=None, count=None, reserved=b"\0\0\0",
           padding=None):
    m = len(scores)
    body = struct.pack(f"<{m}f", *scores) + struct.pack(f"<{len(positions or ())}I", *(positions or ()))
    body += bytes(entry_bits)
    body += bytes(-len(body) % 8) if padding is None else padding
    return struct.pack("<IIfB3s", m if count is None else count, m if n is None else n, coverage, flags,
                       reserved) + body


def score_reply(name, queries, *, queue_us=12, compute_us=345, depth=2, **fields):
    """`queries`: dicts with scores, bits, n, coverage, indexed, unknown_user, partial, positions."""
    packed, meaning = [], []
    for q in queries:
        m = len(q["scores"])
        q = {"bits": [0] * m, "n": m, "coverage": 1.0, "unknown_user": False, "partial": False, "positions": None, **q}
        indexed = q["positions"] is not None
        flags = indexed | q["unknown_user"] << 1 | q["partial"] << 2
        packed.append(result(q["scores"], q["bits"], n=q["n"], coverage=q["coverage"], flags=flags,
                             positions=q["positions"]))
        meaning.append({"candidate_count": q["n"], "coverage": bits(q["coverage"]), "indexed": indexed,
                        "unknown_user": q["unknown_user"], "partial": q["partial"],
                        "scores": [bits(s) for s in q["scores"]], "positions": q["positions"], "bits": q["bits"]})
    payload = struct.pack("<IIII", len(queries), queue_us, compute_us, depth) + b"".join(packed)
    valid(name, "reply", "SCORE", payload,
          {"queue_us": queue_us, "compute_us": compute_us, "queue_depth": depth, "queries": meaning},
          **{"model": MODEL, "profile": 1, **fields})


def pairs(items, count=None):
    body = b"".join(struct.pack("<HH", len(k.encode()), len(v.encode())) + k.encode() + v.encode() for k, v in items)
    return pad8(struct.pack("<II", len(items) if count is None else count, 0) + body)


def catalog_request(first, count, reserved=0):
    return struct.pack("<QII", first, count, reserved)


def catalog(ids, *, total=None, first=0, kind=None, count=None, text_size=None, offsets=None, padding=None,
            reserved=b"\0\0\0", reserved_end=0):
    """`ids`: all int or all str (or bytes, for what is not UTF-8)."""
    is_text = bool(ids) and not isinstance(ids[0], int) if kind is None else kind == 1
    if is_text:
        texts = [i if isinstance(i, bytes) else i.encode() for i in ids]
        text = b"".join(texts)
        if offsets is None:
            offsets = [sum(len(t) for t in texts[:i]) for i in range(len(texts) + 1)]
        body = struct.pack(f"<{len(offsets)}I", *offsets) + text
    else:
        text = b""
        body = struct.pack(f"<{len(ids)}Q", *ids)
    body += bytes(-len(body) % 8) if padding is None else padding
    return struct.pack("<QQIB3sII", len(ids) if total is None else total, first,
                       len(ids) if count is None else count, is_text if kind is None else kind, reserved,
                       len(text) if text_size is None else text_size, reserved_end) + body


def catalog_reply(name, ids, *, total, first=0, kind="u64", **fields):
    valid(name, "reply", "CATALOG", catalog(ids, total=total, first=first, kind=ID_KINDS[kind]),
          {"total": str(total), "first": str(first), "id_kind": kind,
           "ids": [str(i) if kind == "u64" else i for i in ids]}, **{"model": MODEL, "profile": 1, **fields})


def error(message, *, retry=0, query=NONE32, candidate=NONE32, size=None):
    text = message.encode()
    return pad8(struct.pack("<IIII", retry, query, candidate, len(text) if size is None else size) + text)


def error_reply(name, status, message, *, retry=0, query=None, candidate=None, **fields):
    payload = error(message, retry=retry, query=NONE32 if query is None else query,
                    candidate=NONE32 if candidate is None else candidate)
    valid(name, "reply", "ERROR", payload, {"retry_after_us": retry, "query": query, "candidate": candidate,
                                            "message": message}, status=status, **fields)


def valid_requests():
    movies = [204, 141, 131]
    score_request("score_one_query", [(42, movies)])
    score_request("score_deadline_250ms", [(42, movies)], time=250_000)
    score_request("score_deadline_over", [(42, movies)], time=0)
    score_request("score_allow_partial", [(42, movies)], flags=1, time=10_000)
    score_request("score_model_and_profile_demanded", [(42, movies)], model=MODEL, profile=1)
    score_request("score_unknown_profile_demanded", [(42, movies)], profile=7)
    score_request("score_request_id_max", [(42, movies)], request_id=2**64 - 1)
    score_request("score_request_id_zero", [(42, movies)], request_id=0)
    score_request("score_ids_at_the_ends", [(2**64 - 1, [0, 1, 2**32, 2**63, 2**64 - 1])])
    score_request("score_no_candidates", [(42, [])])
    score_request("score_duplicates", [(42, [5, 5, 5, 6, 5])])
    score_request("score_several_queries", [(1, [10, 20]), (2, []), (3, [30]), (1, [10, 20])])
    score_request("score_top_2", [(42, movies)], top_k=2)
    score_request("score_top_k_max", [(42, movies)], top_k=NONE32)
    score_request("score_fallback", [(42, movies)], policy="fallback")
    score_request("score_omit_bulk", [(42, movies)], policy="omit", class_="bulk")
    score_request("score_two_features", [(42, movies, [0.5, -1.0, 3.25, -0.0, 1e-45, 3.4028234663852886e38])], width=2)
    score_request("score_one_feature_padded", [(42, movies, [1.0, 2.0, 3.0]), (43, [7], [4.0])], width=1)
    nan, other_nan = (struct.unpack(">f", bytes.fromhex(h))[0] for h in ("7fc00000", "ffc01234"))
    score_request("score_features_missing", [(42, movies, [nan, 1.0, other_nan, 0.5, nan, nan])], width=2)
    score_request("score_features_of_no_candidates", [(42, [], [])], width=3)
    score_request("score_utf8", [("alice", ["film-1", "film-22", "f"])], id_kind="utf8")
    score_request("score_utf8_no_padding", [("us", ["er"])], id_kind="utf8")
    score_request("score_utf8_no_candidates", [("alice", [])], id_kind="utf8")
    score_request("score_utf8_multibyte", [("Zo\u00eb", ["\u00e9", "\u6620\u753b", "\U0001f3ac", "a\0b"])], id_kind="utf8")
    score_request("score_utf8_several_queries", [("a", ["x", "y"]), ("bb", []), ("ccc", ["zz", "zz", "x"])],
                  id_kind="utf8", top_k=1, policy="omit")
    score_request("score_utf8_features", [("a", ["x", "yy", "z"], [1.0, 2.0, 3.0]), ("b", ["x"], [4.0])],
                  id_kind="utf8", width=1)
    score_request("score_utf8_features_missing", [("a", ["x"], [nan])], id_kind="utf8", width=1)
    score_request("score_extension_skippable", [(42, movies)], extensions=[(0x1234, 0, b"hello")])
    score_request("score_extensions_several", [(42, movies)],
                  extensions=[(1, 0, b""), (2, 0, b"12345678"), (65535, 0, b"123456789")])
    score_request("score_extensions_4096_bytes", [(42, movies)], extensions=[(9, 0, bytes(range(256)) * 15 + bytes(248))])
    score_request("score_query_features", [(42, movies)], given=[[0.5, -0.0]])
    score_request("score_query_features_beside_others", [(42, movies, [1.0, 2.0, 3.0])], width=1, given=[[0.25] * 3])
    score_request("score_query_features_of_several", [(1, [10, 20]), (2, []), (3, [30])],
                  given=[[1.0, 2.0], [nan, 3.0], [other_nan, 1e-45]])
    score_request("score_query_features_utf8", [("a", ["x", "yy"], [1.0, 2.0])], id_kind="utf8", width=1, given=[[7.0]])
    score_request("score_query_features_of_no_candidates", [(42, [])], given=[[1.5]])
    score_request("score_query_features_most", [(1, [10]), (2, [20])], given=[[0.5] * 510, [0.25] * 510])
    score_request("score_query_features_and_an_extension", [(42, movies)], given=[[1.0]], extensions=[(9, 0, b"more")])
    valid("cancel", "request", "CANCEL", struct.pack("<Q", 2**64 - 2), {"request_id": str(2**64 - 2)}, request_id=8)
    for kind in ("INFO", "HEALTH", "STATS"):
        valid(kind.lower(), "request", kind, b"", {}, request_id=9, time=1_000_000)
    for name, first, count in (("catalog_from_the_start", 0, NONE32), ("catalog_one", 41, 1),
                               ("catalog_at_the_end", 2**64 - 1, 4096)):
        valid(name, "request", "CATALOG", catalog_request(first, count), {"first": str(first), "count": count},
              request_id=9, time=1_000_000)
    valid("catalog_of_a_model", "request", "CATALOG", catalog_request(8192, 8192), {"first": "8192", "count": 8192},
          model=MODEL, profile=1)
    valid("health_extension", "request", "HEALTH", b"", {}, extensions=[(77, 0, b"x")])


def valid_replies():
    score_reply("reply_scores", [{"scores": [0.75, 0.5, 0.625]}])
    score_reply("reply_backlog_and_draining", [{"scores": [0.75]}], flags=1, time=1500, queue_us=NONE32,
                compute_us=NONE32, depth=NONE32)
    score_reply("reply_flags_both", [{"scores": [0.75]}], flags=3)
    score_reply("reply_no_candidates", [{"scores": []}])
    score_reply("reply_several_queries", [{"scores": [0.75, 0.5]}, {"scores": []}, {"scores": [0.25]}])
    score_reply("reply_any_float", [{"scores": [0.0, -1.5, 1e-45, 3.4028234663852886e38, -3.4028234663852886e38]}])
    score_reply("reply_top_2_of_3", [{"scores": [0.75, 0.625], "positions": [0, 2], "n": 3}])
    score_reply("reply_top_k_of_nothing", [{"scores": [], "positions": [], "n": 0}])
    score_reply("reply_fallback", [{"scores": [0.5, 0.5], "bits": [1, 1], "unknown_user": True},
                                   {"scores": [0.5, 0.25], "bits": [0, 1]}])
    score_reply("reply_omit", [{"scores": [0.5, 0.25, 0.125], "positions": [0, 2, 3], "n": 4, "coverage": 0.75},
                               {"scores": [], "positions": [], "n": 2, "coverage": 0.0, "unknown_user": True}])
    score_reply("reply_partial", [{"scores": [0.5, 0.25, 0.625, 0.625], "bits": [0, 0, 2, 2], "coverage": 0.5,
                                   "partial": True}])
    score_reply("reply_partial_top_k", [{"scores": [0.5, 0.25, 0.625], "positions": [1, 0, 2], "bits": [0, 1, 2],
                                         "n": 4, "coverage": 0.5, "partial": True}])
    score_reply("reply_extension_skippable", [{"scores": [0.75]}], extensions=[(3, 0, b"abc")])
    valid("cancel_reply_gone", "reply", "CANCEL", pad8(b"\1"), {"cancelled": 1}, request_id=8)
    valid("cancel_reply_not_found", "reply", "CANCEL", pad8(b"\0"), {"cancelled": 0}, request_id=8)
    valid("health_reply_serving", "reply", "HEALTH", pad8(b"\1"), {"health": 1}, model=MODEL, profile=1)
    valid("health_reply_not_serving", "reply", "HEALTH", pad8(b"\2"), {"health": 2}, flags=2)
    info = [("protocol", "1"), ("software", "swift-rank 0.1.0"), ("model_id", MODEL), ("profile", "fp32-fma"),
            ("kernel", "avx512"), ("plan", "factored"), ("architecture", "two-tower-rating/1"), ("id_kind", "u64"),
            ("user_ids", "1-943"), ("candidate_ids", "1-1682"), ("features", "0"), ("max_message_bytes", "1048576")]
    for name, kind, items in (("info_reply", "INFO", info), ("info_reply_empty", "INFO", []),
                              ("info_reply_unknown_keys", "INFO", [("x-\u00fc", "\u6620"), ("empty", "")]),
                              ("stats_reply", "STATS", [("uptime_us", "18446744073709551615"), ("requests", "0")])):
        valid(name, "reply", kind, pairs(items), {"pairs": [list(i) for i in items]}, request_id=9, model=MODEL,
              profile=1)
    catalog_reply("catalog_reply_numbers", [1, 2, 3], total=3)
    catalog_reply("catalog_reply_numbers_at_the_ends", [0, 2**63, 2**64 - 1], total=9, first=4, flags=1, time=50)
    catalog_reply("catalog_reply_nothing", [], total=0)
    catalog_reply("catalog_reply_beyond_the_end", [], total=3, first=2**64 - 1)
    catalog_reply("catalog_reply_texts", ["film-1", "f", "007", "Zo\u00eb, \"x\""], total=4, kind="utf8")
    catalog_reply("catalog_reply_texts_no_padding", ["abcd"], total=10**12, first=10**12 - 1, kind="utf8")
    catalog_reply("catalog_reply_no_texts", [], total=5, first=5, kind="utf8")
    error_reply("error_invalid_argument", 3, "query 1 has 3 candidates and 8 bytes; 40 are needed", query=1)
    error_reply("error_not_found", 5, "no candidate 99999", query=0, candidate=2, model=MODEL, profile=1)
    error_reply("error_overloaded", 8, "overloaded", retry=2500, time=9000, model=MODEL, profile=1)
    error_reply("error_draining", 14, "draining", flags=3)
    error_reply("error_without_text", 4, "")
    error_reply("error_text_of_1024_bytes", 13, "\u00e9" * 512)
    error_reply("error_multibyte_text", 5, "no user \u201cZo\u00eb\u201d", query=0)
    error_reply("error_unknown_version", 12, "version 2 is not read here; versions read: 1")
    error_reply("error_without_a_query_but_a_candidate", 3, "text", candidate=NONE32 - 1)
    for status in (1, 9, 16, 2, 15, 17, 999, 0xFFFF):
        error_reply(f"error_status_{status}", status, "text")


def invalid_headers():
    good = frame("request", "SCORE", score([query_u64(42, [204, 141, 131])]), request_id=0x1122334455667788)
    own = 0x1122334455667788

    def patched(offset, data):
        return good[:offset] + data + good[offset + len(data):]

    refused("empty", "an empty message is a probe", b"", None)
    refused("one_byte", "under 48 bytes", good[:1], request_id=0)
    for size in (4, 8, 15):
        refused(f"truncated_{size}", "under 16 bytes, so without a request id", good[:size], request_id=0)
    for size in (16, 17, 47):
        refused(f"truncated_{size}", "under 48 bytes", good[:size], request_id=own)
    refused("truncated_47_own_length", "under 48 bytes, though the length agrees",
            struct.pack("<I", 43) + good[4:47], request_id=own)
    refused("truncated_32_version_2", "the size is read before the version", good[:16] + b"\2" + good[17:32],
            request_id=own)
    refused("truncated_40_wrong_magic", "wrong magic, so without a request id", good[:4] + b"KNAR" + good[8:40],
            request_id=0)
    for text in (b"KNAR", b"rank", b"RANJ", bytes(4)):
        refused("magic_" + text.hex(), "wrong magic", patched(4, text), request_id=0)
    for version in (0, 2, 255):
        refused(f"version_{version}", "unknown version", patched(16, bytes([version])), UNIMPLEMENTED, own)
    refused("version_2_and_length", "the version is read before the length", patched(16, b"\2")[:-8], UNIMPLEMENTED, own)
    length = len(good) - 4
    for name, value in (("minus_1", length - 1), ("plus_1", length + 1), ("zero", 0), ("of_frame", length + 4),
                        ("max", NONE32), ("big_endian", int.from_bytes(struct.pack(">I", length), "little"))):
        refused(f"length_{name}", "length is not the frame's size - 4", patched(0, struct.pack("<I", value)),
                request_id=own)
    refused("one_byte_missing", "length is not the frame's size - 4", good[:-1], request_id=own)
    refused("one_byte_more", "length is not the frame's size - 4", good + b"\0", request_id=own)
    refused("payload_missing", "length is not the frame's size - 4", good[:48], request_id=own)
    refused("over_the_limit", "larger than the limit", good, request_id=own, limit=len(good) - 1)
    refused("over_the_limit_and_version", "the version is read before the limit", patched(16, b"\2"), UNIMPLEMENTED,
            own, limit=len(good) - 1)
    refused("over_the_limit_and_kind", "the limit is read before the kind", patched(17, b"\x44"), request_id=own,
            limit=len(good) - 1)
    for code in (0, 7, 0x7F, 0x80, 0x81, 0x85, 0x86, 0xFF):
        refused(f"kind_{code:02x}", "no kind of request", patched(17, bytes([code])), UNIMPLEMENTED, own)
    refused("kind_and_flags", "the kind is read before the flags", patched(17, b"\x44\x02"), UNIMPLEMENTED, own)
    for flags in (2, 0x8000, 0xFFFF):
        refused(f"flags_{flags:04x}", "unknown flag bits", patched(18, struct.pack("<H", flags)), request_id=own)
    for kind, payload in (("CANCEL", bytes(8)), ("INFO", b""), ("HEALTH", b""), ("STATS", b""),
                          ("CATALOG", catalog_request(0, 1))):
        refused(f"allow_partial_{kind.lower()}", "ALLOW_PARTIAL is for SCORE alone",
                frame("request", kind, payload, flags=1))
    for status in (1, 0xFFFF):
        refused(f"status_{status}", "a request's status is 0", patched(40, struct.pack("<H", status)), request_id=own)
    refused("deadline_over_and_payload", "the deadline is read before the payload",
            frame("request", "SCORE", score([]), time=0), DEADLINE_EXCEEDED)


def invalid_extensions():
    payload = score([query_u64(42, [204, 141, 131])])

    def bad(name, why, extensions, status=INVALID_ARGUMENT, size=None, flags=0):
        refused("extension_" + name, why, frame("request", "SCORE", payload, extensions=extensions, flags=flags,
                                                extension_bytes=size), status)

    bad("critical", "a type that must be understood", extension(1, 1, b"data"), UNIMPLEMENTED)
    bad("critical_second", "a type that must be understood", extension(5, 0, b"") + extension(1, 1, b""), UNIMPLEMENTED)
    bad("critical_and_flags", "the flags are read before the extensions", extension(1, 1, b"data"), flags=4)
    bad("unknown_bits", "bits other than 0", extension(1, 2, b"data"))
    bad("padding", "padding is not 0", extension(1, 0, b"data", padding=b"\0\0\0\1"))
    bad("bytes_4", "not a multiple of 8", extension(1, 0, b"", padding=b"")[:4], size=4)
    bad("bytes_12", "not a multiple of 8", extension(1, 0, b"data", padding=b""))
    bad("bytes_4104", "over 4,096", extension(1, 0, bytes(4096)))
    bad("bytes_beyond_frame", "more than the frame holds", extension(1, 0, b""), size=len(payload) + 16)
    bad("bytes_max", "more than the frame holds", extension(1, 0, b""), size=NONE32)
    bad("bytes_max_aligned", "more than the frame holds", extension(1, 0, b""), size=0xFFFFFFF8)
    bad("size_beyond", "an extension larger than all of them", extension(1, 0, b"12345678", size=9))
    bad("size_max", "an extension larger than all of them", extension(1, 0, b"12345678", size=NONE32))
    bad("size_overflow", "8 + size is 0 in 32 bits", extension(1, 0, b"12345678", size=0xFFFFFFF8))
    bad("size_over_payload", "an extension that reaches into the payload", extension(1, 0, b"", size=16))
    one = query_features([[1.0, 2.0]])
    bad("query_features_not_critical", "type 3 has bit 0", extension(QUERY_FEATURES, 0, one))
    bad("query_features_twice", "type 3 occurs once", extension(QUERY_FEATURES, 1, one) * 2)
    bad("query_features_no_data", "no count", extension(QUERY_FEATURES, 1, b""))
    bad("query_features_none", "a count and no features", extension(QUERY_FEATURES, 1, one[:8]))
    bad("query_features_size_13", "not a multiple of 4", extension(QUERY_FEATURES, 1, one[:13]))
    bad("query_features_count_0", "no features of each query",
        extension(QUERY_FEATURES, 1, query_features([[1.0]], count=0)))
    bad("query_features_count_3", "2 floats are no rows of 3",
        extension(QUERY_FEATURES, 1, query_features([[1.0] * 2], count=3)))
    bad("query_features_count_max", "more than there are",
        extension(QUERY_FEATURES, 1, query_features([[1.0]], count=NONE32)))
    bad("query_features_reserved", "a reserved field",
        extension(QUERY_FEATURES, 1, query_features([[1.0]], reserved=1)))
    bad("query_features_of_two", "features of two queries, and there is one",
        extension(QUERY_FEATURES, 1, query_features([[1.0], [2.0]])))
    bad("query_features_infinite", "infinities are no features",
        extension(QUERY_FEATURES, 1, query_features([[float("inf")]])))
    refused("extension_query_features_health", "type 3 is for SCORE alone",
            frame("request", "HEALTH", b"", extensions=extension(QUERY_FEATURES, 1, one)))
    refused("extension_health_critical", "a type that must be understood",
            frame("request", "HEALTH", b"", extensions=extension(1, 1, b"")), UNIMPLEMENTED)


def invalid_payloads():
    q = query_u64(42, [204, 141, 131])

    def bad(name, why, payload):
        refused(name, why, frame("request", "SCORE", payload))

    bad("score_no_payload", "no payload", b"")
    bad("score_payload_15", "under 16 bytes", score([])[:15])
    bad("score_no_queries", "no query", score([]))
    bad("score_no_queries_but_bytes", "no query", score([q], count=0))
    bad("score_query_missing", "a query less than counted", score([q], count=2))
    bad("score_query_count_max", "queries less than counted", score([q], count=NONE32))
    bad("score_query_more", "a query more than counted", score([q, q], count=1))
    bad("score_trailing_bytes", "bytes after the last query", score([q]) + bytes(8))
    bad("score_trailing_byte", "a byte after the last query", score([q]) + b"\0")
    bad("score_policy_3", "unknown policy", score([q], policy=3))
    bad("score_policy_255", "unknown policy", score([q], policy=255))
    bad("score_class_2", "unknown class", score([q], class_=2))
    bad("score_class_255", "unknown class", score([q], class_=255))
    bad("score_id_kind_2", "unknown id kind", score([q], id_kind=2))
    bad("score_id_kind_255", "unknown id kind", score([q], id_kind=255))
    bad("score_reserved", "the reserved byte is not 0", score([q], reserved=1))

    bad("u64_size_minus_8", "query bytes too few", score([query_u64(42, [204, 141, 131], size=32)]))
    bad("u64_size_plus_8", "query bytes too many", score([query_u64(42, [204, 141, 131], size=48)]))
    bad("u64_size_unaligned", "query bytes are no multiple of 8", score([query_u64(42, [204, 141, 131], size=41)]))
    bad("u64_size_zero", "query bytes too few", score([query_u64(42, [204, 141, 131], size=0)]))
    bad("u64_size_8", "query bytes too few", score([query_u64(42, [], size=8)]))
    bad("u64_size_max", "query bytes too many", score([query_u64(42, [204], size=NONE32)]))
    bad("u64_size_max_aligned", "query bytes too many", score([query_u64(42, [204], size=0xFFFFFFF8)]))
    bad("u64_size_into_next", "query bytes reach into the next query",
        score([query_u64(1, [2], size=48), query_u64(3, [4])]))
    bad("u64_slack", "bytes of a query that belong to nothing", score([query_u64(42, [204], tail=bytes(8))]))
    bad("u64_count_less", "fewer candidates counted than there are bytes for", score([query_u64(42, [204, 141], count=1)]))
    bad("u64_count_more", "more candidates counted than there are bytes for", score([query_u64(42, [204, 141], count=3)]))
    bad("u64_count_max", "more candidates counted than there are bytes for", score([query_u64(42, [], count=NONE32)]))
    bad("u64_count_overflow_32", "8n is 0 in 32 bits", score([query_u64(42, [], count=2**29)]))
    bad("u64_features_overflow_32", "4nF is 0 in 32 bits", score([query_u64(42, [1, 2], count=2)], features=2**29))
    bad("u64_features_overflow_64", "8n + 4nF is 0 in 64 bits", score([query_u64(42, [], count=2**31)], features=2**31 - 2))
    bad("u64_features_max", "4nF beyond the frame", score([query_u64(42, [1], count=1)], features=NONE32))
    bad("u64_query_header_cut", "8 bytes where a query needs 16", score([]).replace(bytes(4), b"\1\0\0\0", 1) + bytes(8))
    bad("u64_second_query_cut", "8 bytes where a query needs 16", score([q, struct.pack("<II", 0, 16)]))

    inf = float("inf")
    bad("feature_inf", "a feature is not finite", score([query_u64(42, [1, 2], [inf, 1.0])], features=1))
    bad("feature_minus_inf", "a feature is not finite", score([query_u64(42, [1], [1.0, -inf])], features=2))
    bad("feature_padding", "padding is not 0",
        score([query_u64(42, [1], tail=struct.pack("<f", 1.0) + b"\0\0\0\1")], features=1))
    bad("features_missing", "no features, though announced", score([q], features=1))
    bad("features_not_announced", "features, though none announced", score([query_u64(42, [1], [1.0])]))
    bad("utf8_feature_inf", "a feature is not finite", score([query_utf8("a", ["x"], [inf])], id_kind=1, features=1))

    def bad_text(name, why, user="alice", candidates=("film-1", "film-22"), **fields):
        bad("utf8_" + name, why, score([query_utf8(user, candidates, **fields)], id_kind=1))

    bad_text("user_empty", "an empty user id", user="")
    bad_text("candidate_empty", "an empty candidate id", candidates=("a", "", "b"))
    bad_text("candidate_empty_first", "an empty candidate id", candidates=("", "b"))
    bad_text("candidate_empty_last", "an empty candidate id", candidates=("a", ""))
    bad_text("offset_first", "the first offset is not 0", offsets=[1, 6, 13])
    bad_text("offset_descending", "an offset less than the one before", candidates=("ab", "cd", "ef"), offsets=[0, 4, 2, 6])
    bad_text("offset_beyond", "an offset beyond the text", candidates=("ab", "cd", "ef"), offsets=[0, 2, 7, 6])
    bad_text("offset_max", "an offset beyond the text", offsets=[0, NONE32, 13])
    bad_text("offset_last_less", "the last offset is not t", offsets=[0, 6, 12])
    bad_text("offset_last_more", "the last offset is not t", offsets=[0, 6, 14])
    bad_text("text_without_candidates", "the last offset is not t", candidates=(), text_size=8, offsets=[0],
             padding=b"12345678" + bytes(7))
    bad_text("padding", "padding is not 0", user="abc", candidates=("d",), padding=b"\0\0\0\1")
    bad_text("padding_8_more", "bytes of a query that belong to nothing", user="us", candidates=("er",),
             padding=bytes(12))
    bad_text("user_size_less", "u does not lead to the text's end", user_size=4)
    bad_text("user_size_max", "u beyond 65,535", user_size=NONE32)
    bad_text("user_size_65536", "u beyond 65,535", user_size=65536)
    bad_text("text_size_max", "t beyond the frame", text_size=NONE32)
    bad_text("text_size_overflow_32", "u + t is 0 in 32 bits", user="12345678", candidates=("",),
             text_size=0xFFFFFFF8, offsets=[0, 0xFFFFFFF8])
    bad_text("count_max", "n + 1 is 0 in 32 bits", count=NONE32)
    bad_text("count_overflow_32", "4(n + 1) is 0 in 32 bits", count=2**30 - 1)
    bad_text("count_more", "n + 1 offsets reach into the ids", count=3)
    bad_text("size_minus_8", "query bytes too few", size=40)
    bad_text("size_plus_8", "query bytes too many", size=56)
    bad_text("size_unaligned", "query bytes are no multiple of 8", size=47)
    bad_text("user_not_utf8", "the user id is not UTF-8", user=b"\xff\xfe")
    bad_text("candidate_not_utf8", "a candidate id is not UTF-8", candidates=(b"ok", b"\xc3"))
    bad_text("candidate_surrogate", "a candidate id is not UTF-8", candidates=(b"\xed\xa0\x80",))
    bad_text("candidate_overlong", "a candidate id is not UTF-8", candidates=(b"\xc0\xaf",))
    bad_text("character_cut", "an offset cuts a character in two", candidates=(b"\xc3", b"\xa9"))
    bad("utf8_frame_read_as_u64", "text in a frame of u64 ids", score([query_utf8("alice", ["film-1"])]))
    bad("utf8_ids_are_u64", "u64 ids in a frame of text", score([q], id_kind=1))

    for size in (0, 7, 9, 16):
        refused(f"cancel_payload_{size}", "the payload is a u64", frame("request", "CANCEL", bytes(size)))
    for kind in ("INFO", "HEALTH", "STATS"):
        for size in (1, 8):
            refused(f"{kind.lower()}_payload_{size}", "no payload is allowed", frame("request", kind, bytes(size)))


    for size in (0, 8, 15, 17, 24):
        refused(f"catalog_payload_{size}", "the payload has 16 bytes",
                frame("request", "CATALOG", (catalog_request(0, 1) + bytes(8))[:size]))
    refused("catalog_count_0", "a page of no ids", frame("request", "CATALOG", catalog_request(0, 0)))
    refused("catalog_reserved", "reserved bytes are not 0", frame("request", "CATALOG", catalog_request(0, 1, 1)))
    refused("catalog_deadline_over_and_payload", "the deadline is read before the payload",
            frame("request", "CATALOG", catalog_request(0, 0), time=0), DEADLINE_EXCEEDED)


def invalid_replies():
    def reply(kind, payload, **fields):
        return frame("reply", kind, payload, time=0, **fields)

    def score_payload(results, count=None):
        return struct.pack("<IIII", len(results) if count is None else count, 1, 2, 3) + b"".join(results)

    good = reply("SCORE", score_payload([result([0.75, 0.5], [0, 0])]))

    def patched(offset, data):
        return good[:offset] + data + good[offset + len(data):]

    for size in (0, 15, 47, 48, len(good) - 1):
        refused_reply(f"reply_truncated_{size}", "truncated", good[:size])
    refused_reply("reply_magic", "wrong magic", patched(4, b"KNAR"))
    refused_reply("reply_version_2", "unknown version", patched(16, b"\2"))
    refused_reply("reply_length", "length is not the frame's size - 4", patched(0, struct.pack("<I", len(good))))
    refused_reply("reply_kind_01", "no kind of reply", patched(17, b"\1"))
    refused_reply("reply_kind_87", "no kind of reply", patched(17, b"\x87"))
    refused_reply("reply_flags_0004", "unknown flag bits", patched(18, b"\4\0"))
    refused_reply("reply_status_3", "a status other than 0 without ERROR", patched(40, b"\3\0"))
    refused_reply("reply_extension_critical", "a type that must be understood",
                  reply("SCORE", score_payload([result([0.75], [0])]), extensions=extension(1, 1, b"")))
    for name, why, results, count in (
        ("result_missing", "a result less than counted", [result([0.5], [0])], 2),
        ("count_max", "results less than counted", [result([0.5], [0])], NONE32),
        ("result_more", "a result more than counted", [result([0.5], [0])] * 2, 1),
        ("trailing_bytes", "bytes after the last result", [result([0.5], [0]), bytes(8)], 1),
        ("entries_more", "more entries counted than there are bytes for", [result([0.5], [0], count=4, n=4)], None),
        ("entries_overflow_32", "4m is 0 in 32 bits", [result([], [], count=2**30, n=2**30)], None),
        ("entries_beyond_candidates", "more entries than candidates", [result([0.5, 0.5], [0, 0], n=1)], None),
        ("entries_missing", "fewer entries than candidates without INDEXED", [result([0.5], [0], n=2)], None),
        ("position_beyond", "a position that is no candidate",
         [result([0.5], [0], n=2, flags=1, positions=[2])], None),
        ("result_bits", "unknown bits", [result([0.5], [0], flags=8)], None),
        ("entry_bits", "unknown bits", [result([0.5], [4])], None),
        ("reserved", "reserved bytes are not 0", [result([0.5], [0], reserved=b"\0\0\1")], None),
        ("padding", "padding is not 0", [result([0.5], [0], padding=b"\0\0\1")], None),
    ):
        refused_reply("score_reply_" + name, why, reply("SCORE", score_payload(results, count)))
    refused_reply("score_reply_payload_15", "under 16 bytes", reply("SCORE", score_payload([], 1)[:15]))
    refused_reply("cancel_reply_2", "neither 0 nor 1", reply("CANCEL", pad8(b"\2")))
    refused_reply("cancel_reply_padding", "padding is not 0", reply("CANCEL", b"\1" + bytes(6) + b"\1"))
    refused_reply("cancel_reply_short", "not 8 bytes", reply("CANCEL", b"\1"))
    for value in (0, 3):
        refused_reply(f"health_reply_{value}", "neither 1 nor 2", reply("HEALTH", pad8(bytes([value]))))
    refused_reply("health_reply_long", "not 8 bytes", reply("HEALTH", b"\1" + bytes(15)))
    items = [("a", "1"), ("b", "22")]
    for name, why, payload in (
        ("count_more", "pairs less than counted", pairs(items, count=3)),
        ("count_less", "bytes after the last pair", pairs(items + [("long key", "long value")], count=2)),
        ("count_max", "pairs less than counted", pairs(items, count=NONE32)),
        ("duplicate_key", "a key occurs twice", pairs([("a", "1"), ("a", "2")])),
        ("reserved", "reserved bytes are not 0", pairs(items)[:4] + b"\1\0\0\0" + pairs(items)[8:]),
        ("padding", "padding is not 0", pairs(items)[:-1] + b"\1"),
        ("value_beyond", "a value beyond the frame", struct.pack("<IIHH", 1, 0, 1, 0xFFFF) + b"a\0\0\0"),
        ("payload_4", "under 8 bytes", bytes(4)),
        ("unpadded", "not padded to a multiple of 8", struct.pack("<IIHH", 1, 0, 1, 0) + b"a"),
    ):
        refused_reply("info_reply_" + name, why, reply("INFO", payload))
    for name, why, payload in (
        ("payload_31", "under 32 bytes", catalog([], total=0)[:31]),
        ("kind_2", "unknown id kind", catalog([1], kind=2)),
        ("reserved", "reserved bytes are not 0", catalog([1], reserved=b"\0\0\1")),
        ("reserved_end", "reserved bytes are not 0", catalog([1], reserved_end=1)),
        ("text_of_numbers", "text bytes beside numbers", catalog([1], text_size=8)),
        ("count_less", "ids that are not counted", catalog([1, 2], count=1)),
        ("count_more", "fewer ids than counted", catalog([1, 2], total=3, count=3)),
        ("count_max", "fewer ids than counted", catalog([1], total=2**64 - 1, count=NONE32)),
        ("beyond_total", "more ids than the catalogue has from there on", catalog([1, 2], total=3, first=2)),
        ("after_the_end", "ids after the end", catalog([1], total=1, first=1)),
        ("stuck", "no ids, though some are left", catalog([], total=1)),
        ("text_empty", "an empty id", catalog(["a", "", "b"])),
        ("offset_first", "the first offset is not 0", catalog(["ab", "cd"], offsets=[1, 2, 4])),
        ("offset_descending", "an offset less than the one before", catalog(["ab", "cd", "ef"], offsets=[0, 4, 2, 6])),
        ("offset_last", "the last offset is not t", catalog(["ab", "cd"], offsets=[0, 2, 3])),
        ("text_size_max", "t beyond the frame", catalog(["ab"], text_size=NONE32)),
        ("not_utf8", "an id is not UTF-8", catalog([b"ok", b"\xc3"])),
        ("character_cut", "an offset cuts a character in two", catalog([b"\xc3", b"\xa9"])),
        ("padding", "padding is not 0", catalog(["abc"], padding=b"\0\0\0\0\1")),
        ("trailing_bytes", "bytes after the ids", catalog([1]) + bytes(8)),
    ):
        refused_reply("catalog_reply_" + name, why, reply("CATALOG", payload))
    text = error("no user 5", query=0)
    for name, why, payload, status in (
        ("status_0", "an ERROR with the status of success", text, 0),
        ("message_beyond", "a message beyond the frame", error("no user 5", size=17), 5),
        ("message_max", "a message beyond the frame", error("no user 5", size=NONE32), 5),
        ("message_1025", "a message over 1,024 bytes", error("x" * 1025), 5),
        ("padding", "padding is not 0", text[:-1] + b"\1", 5),
        ("trailing_bytes", "bytes after the message", text + bytes(8), 5),
        ("payload_15", "under 16 bytes", text[:15], 5),
    ):
        refused_reply("error_reply_" + name, why, reply("ERROR", payload, status=status))


def exchange(name, queries, results, why=None, *, top_k=0, policy="fail", id_kind="u64", partial=False, wanted=None,
             profile=0, count=None, held=MODEL, held_profile=1, error_at=None):
    """`queries`: (user, candidates); `results`: of `result`. `error_at`: the indexes of an ERROR instead."""
    writer = query_u64 if id_kind == "u64" else query_utf8
    request = score([writer(*q) for q in queries], top_k=top_k, policy=POLICIES[policy], id_kind=ID_KINDS[id_kind])
    if error_at is None:
        payload = struct.pack("<IIII", len(results) if count is None else count, 1, 2, 3) + b"".join(results)
        reply = frame("reply", "SCORE", payload, model=held, profile=held_profile)
    else:
        query, candidate = error_at
        reply = frame("reply", "ERROR", error("text", query=query, candidate=candidate), status=5, model=held,
                      profile=held_profile)
    data = frame("request", "SCORE", request, flags=int(partial), model=wanted or NO_MODEL, profile=profile)
    exchanges.append({"name": name, "request": data.hex(), "reply": reply.hex(), "fits": why is None,
                      **({"why": why} if why else {})})


INDEXED, UNKNOWN_USER, PARTIAL = 1, 2, 4
OTHER = "ffeeddccbbaa99887766554433221100"


def valid_exchanges():
    three, ab = [(42, [204, 141, 131])], [(42, [7, 5, 7, 6])]
    exchange("whole_list", three, [result([0.5, 0.25, 0.75], [0, 0, 0])])
    exchange("several_queries", [(1, [2]), (3, []), (4, [5, 6])],
             [result([0.5], [0]), result([], []), result([0.25, 0.5], [0, 0])])
    exchange("model_and_profile_demanded", three, [result([0.5, 0.25, 0.75], [0, 0, 0])], wanted=MODEL, profile=1)
    exchange("top_2", three, [result([0.75, 0.5], [0, 0], n=3, flags=INDEXED, positions=[2, 0])], top_k=2)
    exchange("top_5_of_3", three, [result([0.75, 0.5, 0.25], [0] * 3, flags=INDEXED, positions=[2, 0, 1])], top_k=5)
    exchange("equal_scores_by_id_and_position", ab,
             [result([0.5] * 4, [0] * 4, flags=INDEXED, positions=[1, 3, 0, 2])], top_k=4)
    exchange("zeros_of_both_signs_are_equal", [(1, [5, 4])],
             [result([-0.0, 0.0], [0, 0], flags=INDEXED, positions=[1, 0])], top_k=2)
    exchange("equal_scores_of_texts_by_bytes", [("u", ["b", "\u00e9", "e\u0301", "a"])],
             [result([0.5] * 4, [0] * 4, flags=INDEXED, positions=[3, 0, 2, 1])], top_k=4, id_kind="utf8")
    exchange("fallback", three, [result([0.5, 0.25, 0.75], [0, 1, 0], flags=UNKNOWN_USER)], policy="fallback")
    exchange("omit", three, [result([0.5, 0.75], [0, 0], n=3, coverage=2 / 3, flags=INDEXED, positions=[0, 2])],
             policy="omit")
    exchange("omit_nothing", three, [result([0.5, 0.5, 0.75], [0] * 3, flags=INDEXED, positions=[0, 1, 2])],
             policy="omit")
    exchange("omit_all", three, [result([], [], n=3, coverage=0.0, flags=INDEXED, positions=[])], policy="omit")
    exchange("omit_unknown_user", three,
             [result([], [], n=3, coverage=0.0, flags=INDEXED | UNKNOWN_USER, positions=[])], policy="omit")
    exchange("omit_unknown_user_of_no_candidates", [(42, [])],
             [result([], [], flags=INDEXED | UNKNOWN_USER, positions=[])], policy="omit")
    exchange("omit_top_1", three, [result([0.75], [0], n=3, coverage=2 / 3, flags=INDEXED, positions=[2])],
             policy="omit", top_k=1)
    exchange("partial", three, [result([0.5, 0.6, 0.6], [0, 2, 2], coverage=1 / 3, flags=PARTIAL)], partial=True)
    exchange("partial_of_which_nothing_was_scored", three,
             [result([0.6] * 3, [2] * 3, coverage=0.0, flags=PARTIAL)], partial=True)
    exchange("partial_allowed_and_whole", three, [result([0.5, 0.25, 0.75], [0, 0, 0])], partial=True)
    exchange("partial_top_2", three, [result([0.25, 0.6], [0, 2], n=3, coverage=1 / 3, flags=INDEXED | PARTIAL,
                                             positions=[0, 1])], partial=True, top_k=2)
    exchange("partial_top_1_of_what_was_scored", three,
             [result([0.5], [0], n=3, coverage=2 / 3, flags=INDEXED | PARTIAL, positions=[1])], partial=True, top_k=1)
    exchange("partial_omit", [(1, [2, 3, 4, 5])],
             [result([0.5, 0.6, 0.6], [0, 2, 2], n=4, coverage=0.25, flags=INDEXED | PARTIAL, positions=[1, 2, 3])],
             partial=True, policy="omit")
    exchange("error", three, [], error_at=(0, 2))
    exchange("error_about_nothing", three, [], error_at=(NONE32, NONE32))


def contradicting_exchanges():
    three, good = [(42, [204, 141, 131])], result([0.5, 0.25, 0.75], [0, 0, 0])

    def top(name, why, scores, positions, bits_=None, n=3, **fields):
        exchange(name, three, [result(scores, bits_ or [0] * len(scores), n=n, positions=positions,
                                      **{"flags": INDEXED, **fields.pop("of", {})})], why, **{"top_k": 2, **fields})

    exchange("no_model", three, [good], "scores of no model", held=NO_MODEL)
    exchange("no_profile", three, [good], "scores under no profile", held_profile=0)
    exchange("another_model", three, [good], "another model than the one demanded", wanted=OTHER)
    exchange("another_profile", three, [good], "another profile than the one demanded", profile=2)
    exchange("a_query_more", three, [good, good], "a query that was not asked")
    exchange("a_query_less", three * 2, [good], "a query is missing")
    exchange("another_count", three, [result([0.5, 0.25], [0, 0])], "n is not that of the request")
    exchange("indexed_without_need", three, [result([0.5, 0.25, 0.75], [0] * 3, flags=INDEXED, positions=[0, 1, 2])],
             "INDEXED without top k and omission")
    exchange("not_indexed_with_top_k", three, [good], "no INDEXED with top k", top_k=3)
    exchange("not_indexed_with_omit", three, [good], "no INDEXED with omission", policy="omit")
    exchange("entries_missing", three, [result([0.5], [0], n=3, flags=INDEXED, positions=[0])], "entries are missing",
             policy="fallback", top_k=3)
    top("position_twice", "a position occurs twice", [0.75, 0.5], [2, 2])
    top("wrong_order", "a score above the one before it", [0.5, 0.75], [0, 2])
    top("more_than_top_k", "more entries than top k", [0.75, 0.5, 0.25], [2, 0, 1])
    top("less_than_top_k", "fewer entries than top k", [0.75], [2])
    top("equal_scores_not_by_id", "equal scores are ordered by id", [0.5, 0.5], [1, 2])
    exchange("duplicates_not_by_position", [(1, [5, 5])], [result([0.5, 0.5], [0, 0], flags=INDEXED, positions=[1, 0])],
             "equal ids are ordered by position", top_k=2)
    exchange("texts_not_by_bytes", [("u", ["\u00e9", "e\u0301"])],
             [result([0.5, 0.5], [0, 0], flags=INDEXED, positions=[0, 1])], "equal scores are ordered by bytes", top_k=2,
             id_kind="utf8")
    exchange("unknown_under_fail", three, [result([0.5, 0.25, 0.75], [0, 1, 0])], "UNKNOWN under fail")
    exchange("unknown_user_under_fail", three, [result([0.5, 0.25, 0.75], [0] * 3, flags=UNKNOWN_USER)],
             "UNKNOWN_USER under fail")
    exchange("unknown_under_omit", three, [result([0.5, 0.25, 0.75], [0, 1, 0], flags=INDEXED, positions=[0, 1, 2])],
             "UNKNOWN under omit", policy="omit")
    exchange("entries_of_an_omitted_user", three, [result([0.5, 0.25, 0.75], [0] * 3, flags=INDEXED | UNKNOWN_USER,
                                                          positions=[0, 1, 2])], "entries of a user that is left out",
             policy="omit")
    exchange("coverage_of_an_omitted_user", three, [result([], [], n=3, coverage=1.0, flags=INDEXED | UNKNOWN_USER,
                                                           positions=[])], "coverage of a user that is left out",
             policy="omit")
    exchange("omit_coverage_of_more", three, [result([0.5], [0], n=3, coverage=2 / 3, flags=INDEXED, positions=[0])],
             "coverage tells of an entry that is missing", policy="omit")
    exchange("omit_coverage_of_less", three,
             [result([0.5, 0.5], [0, 0], n=3, coverage=1 / 3, flags=INDEXED, positions=[0, 1])],
             "more entries than coverage tells of", policy="omit")
    exchange("omit_order", three, [result([0.5, 0.75], [0, 0], n=3, coverage=2 / 3, flags=INDEXED, positions=[2, 0])],
             "entries stand in request order", policy="omit")
    exchange("coverage_without_partial", three, [result([0.5, 0.25, 0.75], [0] * 3, coverage=2 / 3)],
             "coverage below 1 without PARTIAL")
    exchange("coverage_that_is_no_share", three, [result([0.5, 0.6, 0.6], [0, 2, 2], coverage=0.4, flags=PARTIAL)],
             "coverage is no share of 3", partial=True)
    exchange("coverage_of_no_candidates", [(1, [])], [result([], [], coverage=0.0)], "coverage of none is 1")
    exchange("coverage_of_other_entries", three, [result([0.5, 0.6, 0.6], [0, 2, 2], coverage=2 / 3, flags=PARTIAL)],
             "coverage tells of two scored entries", partial=True)
    exchange("partial_not_allowed", three, [result([0.5, 0.6, 0.6], [0, 2, 2], coverage=1 / 3, flags=PARTIAL)],
             "PARTIAL was not allowed")
    exchange("partial_and_whole", three, [result([0.5, 0.25, 0.75], [0] * 3, flags=PARTIAL)], "PARTIAL with coverage 1",
             partial=True)
    exchange("not_scored_without_partial", three, [result([0.5, 0.6, 0.6], [0, 2, 2])], "NOT_SCORED without PARTIAL",
             partial=True)
    exchange("unknown_and_not_scored", three, [result([0.5, 0.6, 0.6], [0, 2, 3], coverage=1 / 3, flags=PARTIAL)],
             "UNKNOWN and NOT_SCORED", partial=True, policy="fallback")
    exchange("two_priors", three, [result([0.5, 0.6, 0.7], [0, 2, 2], coverage=1 / 3, flags=PARTIAL)], "two priors",
             partial=True)
    top("not_scored_first", "NOT_SCORED comes last", [0.6, 0.5], [1, 0], [2, 0],
        of={"coverage": 1 / 3, "flags": INDEXED | PARTIAL}, partial=True)
    top("not_scored_out_of_order", "NOT_SCORED stand in request order", [0.25, 0.6, 0.6], [0, 2, 1], [0, 2, 2],
        of={"coverage": 1 / 3, "flags": INDEXED | PARTIAL}, partial=True, top_k=3)
    top("not_scored_though_another_was", "what was scored comes first", [0.5, 0.6], [0, 1], [0, 2],
        of={"coverage": 2 / 3, "flags": INDEXED | PARTIAL}, partial=True)
    exchange("error_about_another_query", three, [], "query 1 was not asked", error_at=(1, NONE32))
    exchange("error_about_another_candidate", three, [], "candidate 3 was not asked", error_at=(0, 3))


def message(name, frames, status=None, request_id=0):
    answer = None if status is None else {"status": status, "request_id": str(request_id)}
    messages.append({"name": name, "frames": [f.hex() for f in frames], "answer": answer})


def all_messages():
    health = frame("request", "HEALTH", b"")
    message("bare", [health], 0, 7)
    message("delimited", [b"", health], 0, 7)
    message("envelope_of_8", [b"hop"] * 7 + [b"", health], 0, 7)
    message("envelope_of_9", [b"hop"] * 8 + [b"", health])
    message("probe", [b""])
    message("no_frame_behind_the_envelope", [b"hop", b""], INVALID_ARGUMENT)
    message("two_frames_behind_the_delimiter", [b"", health, health], INVALID_ARGUMENT)
    message("three_frames_behind_the_envelope", [b"hop", b"", health, health, health], INVALID_ARGUMENT)
    message("an_empty_frame_behind_the_delimiter", [b"", b""], INVALID_ARGUMENT)
    message("empty_frame_behind_the_frame", [b"", health, b""], INVALID_ARGUMENT)
    message("two_frames_and_no_delimiter", [health, health])
    message("frame_and_then_an_empty_one", [health, b""], INVALID_ARGUMENT)


def main():
    valid_requests()
    valid_replies()
    invalid_headers()
    invalid_extensions()
    invalid_payloads()
    invalid_replies()
    valid_exchanges()
    contradicting_exchanges()
    all_messages()
    for items in (vectors, exchanges, messages):
        names = [v["name"] for v in items]
        assert len(set(names)) == len(names), sorted(n for n in names if names.count(n) > 1)
    lists = ("vectors", vectors), ("exchanges", exchanges), ("messages", messages)
    bodies = ",\n".join(f'"{name}": [\n' + ",\n".join(map(json.dumps, items)) + "\n]" for name, items in lists)
    text = f'{{"protocol": 1, "max_message_bytes": 1048576, {bodies}}}\n'
    if sys.argv[1:] == ["--check"]:
        if not PATH.exists() or PATH.read_text(encoding="utf-8") != text:
            sys.exit(f"{PATH} is not what {pathlib.Path(__file__).name} writes; run it and commit the result")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        PATH.write_text(text, encoding="utf-8")
        good = sum(v["valid"] for v in vectors)
        print(f"{PATH}: {good} valid and {len(vectors) - good} invalid frames, {len(exchanges)} exchanges, "
              f"{len(messages)} messages")


if __name__ == "__main__":
    main()
