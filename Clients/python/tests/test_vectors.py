"""The client's codec, and a worker's reading order, against Tests/Fixtures/protocol/vectors.json."""

import struct
import subprocess
import sys

import pytest
import request_reader
from conftest import FIXTURES, decode_any

from rank_client import CatalogPage, RankError, Result, ScoreReply, Status, arguments, catalog, protocol, replies
from rank_client.replies import Asked


def number(bits):
    return struct.unpack(">f", bytes.fromhex(bits))[0]


def bits(value):
    return struct.pack(">f", value).hex()


def test_vectors_are_what_their_script_writes():
    subprocess.run([sys.executable, str(FIXTURES / "protocol" / "make_vectors.py"), "--check"], check=True)


def test_a_worker_reads_requests_so(request_vector, limit):
    data = bytes.fromhex(request_vector["hex"])
    if request_vector["valid"]:
        assert request_reader.read(data, limit) == request_vector["frame"]
        return
    answer = request_vector["answer"]
    if answer is None:
        assert data == b""
        return
    with pytest.raises(request_reader.Refused) as refused:
        request_reader.read(data, request_vector.get("max_message_bytes", limit))
    assert refused.value.status == answer["status"], refused.value.why
    assert request_reader.answer_id(data) == int(answer["request_id"])


def test_the_client_writes_requests_so(written_vector):
    frame, payload, extensions = written_vector["frame"], b"", b""
    if frame["kind"] == "SCORE":
        p = frame["payload"]
        text = (lambda id_: id_) if p["id_kind"] == "utf8" else int
        queries = [(text(q["user"]), [text(c) for c in q["candidates"]], [number(f) for f in q["features"]])
                   for q in p["queries"]]
        given = [[number(f) for f in row] for row in p["query_features"]] if "query_features" in p else None
        call = arguments.score_call(queries, top_k=p["top_k"], unknown=p["policy"], bulk=p["class"] == "bulk",
                                    features=p["features"], query_features=given)
        payload, extensions = call.payload, call.extensions
    elif frame["kind"] == "CANCEL":
        payload = int(frame["payload"]["request_id"]).to_bytes(8, "little")
    elif frame["kind"] == "CATALOG":
        payload = catalog.encode_catalog(int(frame["payload"]["first"]), frame["payload"]["count"])
    data = protocol.encode(int(frame["request_id"]), frame["code"], payload, flags=frame["flags"],
                           time_us=frame["time"], model=frame["model"], profile=frame["profile"],
                           extensions=extensions)
    assert data.hex() == written_vector["hex"]


def test_the_client_reads_replies_so(reply_vector):
    data = bytes.fromhex(reply_vector["hex"])
    if not reply_vector["valid"]:
        with pytest.raises(RankError) as error:
            decode_any(data)
        assert error.value.code == Status.INTERNAL and "cannot be read" in error.value.message, reply_vector["why"]
        return
    frame, payload = reply_vector["frame"], reply_vector["frame"]["payload"]
    if frame["kind"] == "ERROR":
        with pytest.raises(RankError) as error:
            decode_any(data)
        e = error.value
        assert (e.code, e.message, e.query, e.candidate) == (
            frame["status"], payload["message"], payload["query"], payload["candidate"])
        assert round(e.retry_after * 1e6) == payload["retry_after_us"]
    elif frame["kind"] == "SCORE":
        reply = decode_any(data)
        assert isinstance(reply, ScoreReply)
        assert (reply.model, reply.profile, reply.draining, reply.backlog_us) == (
            frame["model"], frame["profile"], frame["flags"] & 1 == 1, frame["time"])
        assert (reply.queue_us, reply.compute_us, reply.queue_depth) == (
            payload["queue_us"], payload["compute_us"], payload["queue_depth"])
        read = [{"candidate_count": r.candidate_count, "coverage": bits(r.coverage), "indexed": r.positions is not None,
                 "unknown_user": r.unknown_user, "partial": r.partial, "scores": [bits(s) for s in r.scores],
                 "positions": None if r.positions is None else list(r.positions), "bits": list(r.bits)}
                for r in reply.results]
        assert read == payload["queries"]
    elif frame["kind"] == "CATALOG":
        ids = [int(i) if payload["id_kind"] == "u64" else i for i in payload["ids"]]
        first, total = int(payload["first"]), int(payload["total"])
        assert decode_any(data) == CatalogPage(ids, first, total, frame["model"], frame["profile"])
    elif frame["kind"] in ("INFO", "STATS"):
        assert decode_any(data) == dict(payload["pairs"])
    else:
        assert decode_any(data) is (payload.get("cancelled", payload.get("health")) == 1)


def asked_by(data, limit):
    """What a reply to a SCORE request is held against."""
    frame = request_reader.read(data, limit)
    p = frame["payload"]
    ids = [[c if p["id_kind"] == "utf8" else int(c) for c in q["candidates"]] for q in p["queries"]]
    return Asked(protocol.SCORE, list(map(len, ids)), ids, p["top_k"], p["policy"], bool(frame["flags"]),
                 frame["model"] if int(frame["model"], 16) else None, frame["profile"])


def test_a_reply_answers_its_request_or_is_refused(exchange, limit):
    asked, reply = asked_by(bytes.fromhex(exchange["request"]), limit), bytes.fromhex(exchange["reply"])
    if exchange["fits"] and "error" not in exchange["name"]:
        assert isinstance(protocol.decode(reply, asked), ScoreReply)
        return
    with pytest.raises(RankError) as error:
        protocol.decode(reply, asked)
    assert error.value.code == (Status.NOT_FOUND if exchange["fits"] else Status.INTERNAL), error.value


def test_a_long_reply_is_checked_in_little_time():
    """A list of 100,000 with ties: what grows with the square of a list would take minutes."""
    n = 100_000
    ids, scores = list(range(n)), tuple(float(-(k // 2)) for k in range(n))
    result = Result(scores, tuple(range(n)), bytes(n), n, 1.0, False, False)
    reply = ScoreReply([result], "ab" * 16, 1, False, 0, 0, 0, 0)
    replies.check_scores(reply, Asked(protocol.SCORE, [n], [ids], n))
    with pytest.raises(ValueError):
        replies.check_scores(reply, Asked(protocol.SCORE, [n], [ids[::-1]], n))


def test_replies_cut_anywhere_are_refused(valid_reply_vector):
    data = bytes.fromhex(valid_reply_vector["hex"])
    for size in range(48, len(data), 8):
        cut = struct.pack("<I", size - 4) + data[4:size]
        with pytest.raises(RankError):
            decode_any(cut)


@pytest.mark.parametrize("queries", [
    [(-1, [1])], [(1, [2**64])], [(1, [1.5])], [(1, ["a"])], [("a", [1])], [("a", ["\ud800"])], [(1, [1]), ("a", ["b"])],
    [(1, [1], [0.5])], [1], [()], 5, [(1, None)],
])
def test_arguments_that_no_frame_can_carry(queries):
    with pytest.raises(RankError) as error:
        protocol.encode_score(queries)
    assert error.value.code == Status.INVALID_ARGUMENT


@pytest.mark.parametrize("options", [{"unknown": "ignore"}, {"top_k": -1}, {"top_k": 2**32}, {"features": 2**32}])
def test_options_that_no_frame_can_carry(options):
    with pytest.raises(RankError) as error:
        protocol.encode_score([(1, [])], **options)
    assert error.value.code == Status.INVALID_ARGUMENT


@pytest.mark.parametrize("fields", [{"model": "xyz"}, {"model": "00" * 15}, {"profile": 65_536}, {"profile": -1}])
def test_selectors_that_no_frame_can_carry(fields):
    with pytest.raises(RankError) as error:
        protocol.encode(1, protocol.SCORE, **fields)
    assert error.value.code == Status.INVALID_ARGUMENT


@pytest.mark.parametrize("first, count", [(-1, 1), (2**64, 1), (0, 0), (0, 2**32)])
def test_pages_that_no_frame_can_ask_for(first, count):
    with pytest.raises(RankError) as error:
        catalog.encode_catalog(first, count)
    assert error.value.code == Status.INVALID_ARGUMENT
