"""What docs/reference/protocol.md says of the corners, against a real worker process, named by RANK_WORKER."""

import contextlib
import shutil
import struct
import subprocess

import pytest
import zmq
from conftest import ROOT
from test_live import WORKER, Worker, refused, served  # noqa: F401  (served is a fixture)
from test_vectors import asked_by

from rank_client import INFO, RankError, Status, protocol

pytestmark = pytest.mark.skipif(not WORKER, reason="RANK_WORKER does not name a built rank-worker (scripts/test sets it)")
LONG = 30_000  # milliseconds: only a hang is longer
CANCELLED = 0x82  # the kind of a reply to CANCEL
PLUGIN = """
#include <rank_plugin.h>
#include <math.h>
#include <string.h>
static int32_t create(const char *p, const rank_plugin_option *o, size_t n, void **i, char *e, size_t s) {
    *i = NULL; return n ? rank_plugin_fail(e, s, 2, "no options") : 0; }
static int32_t describe(void *i, rank_plugin_description *d, char *e, size_t s) {
    d->feature_count = 2; strcpy(d->profile, "missing/1"); return 0; }
/* The first feature missing counts as 7, and tells the bits that came; the second one must be there. */
static int32_t score(void *i, const rank_plugin_query *q, rank_plugin_result *r, char *e, size_t s) {
    for (uint32_t k = 0; k < q->candidate_count; k++) {
        uint32_t bits; memcpy(&bits, &q->features[2 * k], 4);
        r->scores[k] = (isnan(q->features[2 * k]) ? 7 + (bits != 0x7FC00000u) : q->features[2 * k])
            + q->features[2 * k + 1];
    }
    return 0; }
static void destroy(void *i) {}
static const rank_plugin_table t = {RANK_PLUGIN_ABI_VERSION, TABLE_SIZE, "missing", "1", create, describe, score, destroy};
const rank_plugin_table *rank_plugin_entry(uint32_t v) { return &t; }
"""


@contextlib.contextmanager
def connected(worker):
    """send(*frames) and receive() at a DEALER of its own."""
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(worker.endpoints["ipc"])

    def receive():
        assert socket.poll(LONG), "no answer"
        *envelope, body = socket.recv_multipart()
        return envelope, body

    yield (lambda *frames: socket.send_multipart(frames)), receive
    socket.close()


@pytest.fixture
def peer(served):  # noqa: F811
    """A connection to a worker of a model."""
    with connected(served[0]) as pair:
        yield pair


@pytest.fixture
def sleeper(tmp_path):
    """A connection to a worker that takes 50 s for 100,000 candidates: longer than any answer is waited for."""
    options = ("--cost-per-candidate", "500us", "--queue-limit", "1h")
    worker = Worker(tmp_path / "null", *options, source=("--ranker", "null"))
    with connected(worker) as pair:
        yield pair
    worker.process.kill()
    worker.process.communicate()


def number(body):
    return int.from_bytes(body[8:16], "little")


def status(body):
    return int.from_bytes(body[40:42], "little")


def health(request_id):
    return protocol.encode(request_id, protocol.HEALTH)


def score(request_id, candidates=(2,), user=1, time_us=0xFFFFFFFF, flags=0, **options):
    payload = protocol.encode_score([(user, candidates)], **options)
    return protocol.encode(request_id, protocol.SCORE, payload, time_us=time_us, flags=flags)


def test_messages_of_any_shape(peer, message):
    send, receive = peer
    frames, answer = [bytes.fromhex(f) for f in message["frames"]], message["answer"]
    send(*frames)
    send(health(99))  # what has no answer shows by the answer to what follows
    if answer:
        envelope, body = receive()
        assert envelope == (frames[:frames.index(b"") + 1] if b"" in frames else [])
        assert (status(body), number(body)) == (answer["status"], int(answer["request_id"]))
    assert number(receive()[1]) == 99


def test_partial_with_no_time_is_over(peer):
    send, receive = peer
    send(score(5, time_us=0, flags=1))
    assert status(receive()[1]) == Status.DEADLINE_EXCEEDED


def test_each_of_two_requests_with_one_id_is_answered(peer):
    send, receive = peer
    for user in (1, 2):
        send(score(5, user=user))
    bodies = [receive()[1] for _ in range(2)]
    assert [number(b) for b in bodies] == [5, 5] and bodies[0][80:] != bodies[1][80:]


def cancel(request_id, target):
    return protocol.encode(request_id, protocol.CANCEL, struct.pack("<Q", target))


def outcome(body):
    """The id, the kind and the status of a reply, and the first byte behind the header of one to a CANCEL."""
    return number(body), body[17], status(body), *(body[48:49] if body[17] == CANCELLED else b"")


def test_the_error_of_a_cancelled_request_comes_before_the_cancel_reply(sleeper):
    """No request can be over before its CANCEL comes: the first is partly scored then, and the others wait."""
    send, receive = sleeper
    for request in (1, 2, 3):
        send(score(request, [1] * 100_000))
    for request, target in ((51, 1), (53, 3), (54, 3), (52, 2)):
        send(cancel(request, target))
    send(health(99))
    expected = [
        (1, 0xFF, Status.CANCELLED), (51, CANCELLED, Status.OK, 1),
        (3, 0xFF, Status.CANCELLED), (53, CANCELLED, Status.OK, 1),
        (54, CANCELLED, Status.OK, 0),
        (2, 0xFF, Status.CANCELLED), (52, CANCELLED, Status.OK, 1),
        (99, 0x84, Status.OK),
    ]
    assert [outcome(receive()[1]) for _ in expected] == expected


def test_a_cancel_finds_no_request_that_was_answered_or_that_never_came(peer):
    send, receive = peer
    send(score(5))
    assert outcome(receive()[1]) == (5, 0x81, Status.OK)
    for target in (5, 6):
        send(cancel(50, target))
        assert outcome(receive()[1]) == (50, CANCELLED, Status.OK, 0)


def test_whatever_answers_a_request_comes_before_the_reply_to_its_cancel(peer):
    """Scored, refused for the queue's length, or taken back: which of them depends on the machine, the order does not."""
    send, receive = peer
    for request in range(1, 7):
        send(score(request, [1] * 100_000))
    send(cancel(50, 6))
    seen = [outcome(receive()[1]) for _ in range(7)]
    assert sorted(entry[0] for entry in seen) == [1, 2, 3, 4, 5, 6, 50]
    answer = next(entry for entry in seen if entry[0] == 6)
    assert answer[1:] in [(0x81, Status.OK), (0xFF, Status.RESOURCE_EXHAUSTED), (0xFF, Status.CANCELLED)]
    reply = (50, CANCELLED, Status.OK, int(answer[2] == Status.CANCELLED))
    assert seen.index(answer) < seen.index(reply)


def test_coverage_under_omit(served):  # noqa: F811
    with served[0].client() as client:
        result = client.score(1, [1, 2**60, 2], unknown="omit")
        assert result.positions == (0, 2) and round(3 * result.coverage) == 2 and not result.partial
        result = client.score(2**60, [1, 2], unknown="omit")
        assert (result.scores, result.coverage, result.unknown_user, result.partial) == ((), 0, True, False)
        assert client.score(2**60, [], unknown="omit").coverage == 1
        result = client.score(1, [2**60, 1, 2], unknown="omit", top_k=1)
        assert len(result.scores) == 1 and round(3 * result.coverage) == 2


def test_where_admission_stands(peer):
    """Counts are checked before the request is admitted, what is in a query afterwards."""
    send, receive = peer
    for request in range(1, 7):
        send(score(request, [1] * 100_000))
    text = bytearray(protocol.encode(20, protocol.SCORE, protocol.encode_score([("user", ["film"])]), time_us=3))
    text[-8] = 0xFF  # no UTF-8
    send(bytes(text))
    send(protocol.encode(21, protocol.SCORE, bytes(16), time_us=3))
    statuses = {}
    while len(statuses) < 8:
        body = receive()[1]
        statuses[number(body)] = status(body)
    assert statuses[21] == Status.INVALID_ARGUMENT
    assert statuses[20] == Status.RESOURCE_EXHAUSTED


def test_replies_keep_their_bound(peer):
    send, receive = peer
    frame = score(5, [2**60 + 7])
    send(frame)
    body = receive()[1]
    with pytest.raises(RankError):
        protocol.decode(body, asked_by(frame, 1 << 20))
    assert status(body) == Status.NOT_FOUND and len(body) <= 48 + 16 + 1024
    send(protocol.encode(6, protocol.INFO))
    assert len(receive()[1]) <= 1 << 20


@pytest.fixture(scope="module")
def plugins(tmp_path_factory):
    """Workers of a plugin that was built with today's header, and with the first one of version 1."""
    compiler = shutil.which("cc") or shutil.which("clang") or pytest.skip("no C compiler")
    folder, workers = tmp_path_factory.mktemp("plugins"), []
    (folder / "p.c").write_text(PLUGIN, encoding="utf-8")
    for name, size in (("new", "sizeof t"), ("old", "72")):
        library = folder / f"{name}.so"
        options = ["-O2", "-ffp-contract=off", "-shared", "-fPIC", "-fvisibility=hidden", f"-DTABLE_SIZE={size}"]
        header = str(ROOT / "Sources" / "CRankPlugin" / "include")
        subprocess.run([compiler, *options, "-I", header, "-o", str(library), str(folder / "p.c")], check=True, timeout=60)
        workers.append(Worker(library, source=("--plugin", str(library))))
    yield workers
    for worker in workers:
        assert worker.stop() == 0


def test_a_feature_that_is_missing(plugins):
    nan, negative = float("nan"), struct.unpack(">f", bytes.fromhex("ffc01234"))[0]
    with plugins[0].client() as client:
        assert client.ask(INFO)["missing_features"] == "0"
        assert client.score(1, [2, 3], [1.0, 2.0, nan, 4.0], features=2).scores == (3.0, 11.0)
        assert client.score(1, [2, 3], [negative, 2.0, nan, 4.0], features=2).scores == (9.0, 11.0)
        error = refused(Status.INVALID_ARGUMENT, client.score, 1, [2, 3], [1.0, 2.0, 3.0, nan], features=2)
        assert "feature 1 of candidate 1 is missing" in error.message and error.candidate == 1
        refused(Status.INVALID_ARGUMENT, client.score, 1, [2], [nan], features=1)


def test_a_plugin_of_an_earlier_header_takes_no_missing_feature(plugins):
    with plugins[1].client() as client:
        assert client.ask(INFO)["missing_features"] == "refused"
        assert client.score(1, [2], [1.0, 2.0], features=2).scores == (3.0,)
        error = refused(Status.INVALID_ARGUMENT, client.score, 1, [2, 3], [1.0, 2.0, float("nan"), 4.0], features=2)
        assert "this model takes none" in error.message and error.candidate == 1


def test_what_a_plugin_says_of_itself(plugins):
    with plugins[0].client() as client:
        info = client.ask(INFO)
        assert info["profile"] == "missing/1" and info["features"] == "2" and info["plan"] == "plugin"
        lacking = {"weights", "user_ids", "candidate_ids", "label_transform", "data", "split", "claimed_test_rmse",
                   "error_max", "error_limit", "top10_overlap", "error_sample", "feature_names"}
        assert not lacking & set(info)
        held = client.collect(client.submit([(1, [2], [1.0, 2.0])], features=2)).profile
        message = refused(Status.FAILED_PRECONDITION, client.score, 1, [2], [1, 2], features=2, profile=1).message
        assert f"missing/1 (number {held})" in message and "fp32-fma (number 1)" in message
