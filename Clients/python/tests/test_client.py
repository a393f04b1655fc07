"""The client against a scripted worker in a thread: deadlines, matching of replies, REQ's recovery."""

import contextlib
import pathlib
import struct
import threading
import time

import pytest
import request_reader
import zmq

from rank_client import CANCEL, HEALTH, INFO, STATS, Client, RankError, Status, arguments, catalog, connection
from rank_client import client as client_module, protocol, replies, values

SHORT, LONG = 0.15, 10.0


def reply(request_id, kind, payload, status=0, model="ab" * 16, profile=1):
    frame = struct.pack("<4sQBBHI16sHHI", b"RANK", request_id, 1, kind, 0, 0, bytes.fromhex(model), status, profile, 0)
    return struct.pack("<I", len(frame + payload)) + frame + payload


def scores(frame):
    """An honest answer: candidate c of user u scores u + c."""
    p = frame["payload"]
    out, indexed = struct.pack("<IIII", len(p["queries"]), 1, 2, 3), p["top_k"] > 0 or p["policy"] == "omit"
    for q in p["queries"]:
        found = [(int(q["user"]) + int(c), int(c), place) for place, c in enumerate(q["candidates"])]
        if p["top_k"]:
            found = sorted(found, key=lambda f: (-f[0], f[1], f[2]))[:p["top_k"]]
        m = len(found)
        body = struct.pack(f"<{m}f", *(f[0] for f in found))
        body += struct.pack(f"<{m}I", *(f[2] for f in found)) * indexed + bytes(m)
        out += struct.pack("<IIfBxxx", m, len(q["candidates"]), 1.0, indexed) + body + bytes(-len(body) % 8)
    return reply(int(frame["request_id"]), 0x81, out)


class Worker:
    """Serves in a thread; `behave(frame)` gives the bodies to send now, in the last request's envelope."""

    def __init__(self, endpoint, behave):
        self.seen, self.socket = [], zmq.Context.instance().socket(zmq.ROUTER)
        self.socket.bind(endpoint)
        self.behave, self.stopped = behave, threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopped.is_set():
            if self.socket.poll(10):
                *envelope, body = self.socket.recv_multipart()
                self.seen.append(request_reader.read(body, 1 << 20))
                for answer in self.behave(self.seen[-1]):
                    self.socket.send_multipart([*envelope, answer])
        self.socket.close(linger=0)

    def stop(self):
        self.stopped.set()
        self.thread.join()


@pytest.fixture
def serve(tmp_path):
    """serve(behave, mode) → (client, worker)."""
    opened = []

    def start(behave, mode="DEALER", deadline=LONG):
        endpoint = f"ipc://{tmp_path}/w{len(opened)}"
        worker, client = Worker(endpoint, behave), Client(endpoint, mode=mode, deadline=deadline)
        opened.append((worker, client))
        return client, worker

    yield start
    for worker, client in opened:
        client.close()
        worker.stop()


both = pytest.mark.parametrize("mode", ["DEALER", "REQ"])


def fails(code, call, *arguments, **options):
    with pytest.raises(RankError) as error:
        call(*arguments, **options)
    assert error.value.code == code and error.value.name == code.name, error.value
    return error.value


@both
def test_scores(serve, mode):
    client, worker = serve(lambda f: [scores(f)], mode)
    assert client.score(10, [1, 2]).scores == (11.0, 12.0)
    assert client.score(10, [1, 2]).ranked([1, 2]) == [(1, 11.0), (2, 12.0)]
    assert [r.scores for r in client.collect(client.submit([(1, [1]), (2, []), (3, [4])])).results] == [(2.0,), (), (7.0,)]
    client.score(1, [2], unknown="omit", top_k=3, bulk=True, allow_partial=True, model="ab" * 16, profile=1)
    last = worker.seen[-1]
    assert (last["flags"], last["model"], last["profile"]) == (1, "ab" * 16, 1)
    assert (last["payload"]["policy"], last["payload"]["top_k"], last["payload"]["class"]) == ("omit", 3, "bulk")
    client.score(1, [2, 3], [0.5, 1.5, 2.5, 3.5], features=2)
    assert worker.seen[-1]["payload"]["queries"][0]["features"] == ["3f000000", "3fc00000", "40200000", "40600000"]


def test_the_remaining_time_travels(serve):
    client, worker = serve(lambda f: [scores(f)])
    client.score(1, [2], deadline=5)
    assert 0 < worker.seen[0]["time"] <= 5_000_000
    # A partial answer is given when the worker's time is over, and must still arrive in time.
    client.score(1, [2], deadline=5, allow_partial=True)
    assert 0 < worker.seen[1]["time"] <= 4_990_000


def test_replies_in_any_order(serve):
    kept = []

    def behave(frame):
        kept.append(scores(frame))
        return kept[::-1] if len(kept) == 20 else []

    client, _ = serve(behave)
    ids = [client.submit([(n, [1])]) for n in range(20)]
    assert [client.collect(i).results[0].scores[0] for i in ids] == [n + 1.0 for n in range(20)]
    fails(Status.INVALID_ARGUMENT, client.collect, ids[0])


def test_a_req_has_one_request_at_a_time(serve):
    client, _ = serve(lambda f: [scores(f)], "REQ")
    first = client.submit([(1, [1])])
    fails(Status.INVALID_ARGUMENT, client.submit, [(1, [1])])
    assert client.collect(first).results[0].scores == (2.0,)


@both
def test_nobody_listens(tmp_path, mode):
    with Client(f"ipc://{tmp_path}/unbound", mode=mode) as client, \
            Client(f"ipc://{tmp_path}/unbound", mode=mode, deadline=SHORT, wait_ready=True) as waiting:
        for call in [(client.score, 1, [2]), *[(client.ask, kind) for kind in (INFO, STATS, HEALTH)],
                     (client.ask, CANCEL, bytes(8))]:
            start = time.monotonic()
            assert "connection refused" in fails(Status.UNAVAILABLE, *call, deadline=LONG).message
            assert time.monotonic() - start < LONG  # at once: the deadline is far
            assert "no connection" in fails(Status.DEADLINE_EXCEEDED, waiting.ask, HEALTH).message


@both
def test_a_late_reply_is_nobodys(serve, mode):
    """The reply to a request that timed out arrives before the reply to the next one and is not taken for it."""
    kept = []

    def behave(frame):
        kept.append(scores(frame))
        return [] if len(kept) == 1 else kept

    client, _ = serve(behave if mode == "DEALER" else (lambda f: [scores(f)] if behave(f) else []), mode)
    assert "no answer" in fails(Status.DEADLINE_EXCEEDED, client.score, 1, [1], deadline=SHORT).message
    assert client.score(2, [2]).scores == (4.0,)
    assert client.score(3, [3]).scores == (6.0,)


def test_a_req_drops_the_old_reply_in_its_own_envelope(tmp_path):
    """The worker answers the first request only after the second has come; ZMQ_REQ_CORRELATE tells them apart."""
    router = zmq.Context.instance().socket(zmq.ROUTER)
    router.bind(f"ipc://{tmp_path}/w")
    try:
        with Client(f"ipc://{tmp_path}/w", mode="REQ", deadline=LONG) as client:
            fails(Status.DEADLINE_EXCEEDED, client.score, 1, [1], deadline=SHORT)
            second = client.submit([(2, [2])])
            for _ in range(2):
                assert router.poll(10_000)
                *envelope, body = router.recv_multipart()
                router.send_multipart([*envelope, scores(request_reader.read(body, 1 << 20))])
            assert client.collect(second).results[0].scores == (4.0,)
            third = client.submit([(3, [3])])
            assert router.poll(10_000)
            *envelope, body = router.recv_multipart()
            router.send_multipart([*envelope, scores(request_reader.read(body, 1 << 20))])
            assert client.collect(third).results[0].scores == (6.0,)
    finally:
        router.close(linger=0)


@both
def test_errors_and_garbage(serve, mode):
    text = b"no candidate 9"
    bodies = [struct.pack("<IIII", 1500, 0, 2, len(text)) + text + bytes(2), b"junk"]

    def behave(frame):
        n = int(frame["request_id"]) - 1
        return [reply(n + 1, 0xFF, bodies[0], 5)] if n == 0 else [reply(n + 1, 0x81, bodies[1])] if n == 1 else [scores(frame)]

    client, _ = serve(behave, mode)
    error = fails(Status.NOT_FOUND, client.score, 1, [1, 2, 3])
    assert (error.message, error.query, error.candidate, error.retry_after) == ("no candidate 9", 0, 2, 0.0015)
    assert "cannot be read" in fails(Status.INTERNAL, client.score, 1, [1]).message
    assert client.score(1, [1]).scores == (2.0,)


def test_foreign_messages_do_not_disturb(serve):
    client, _ = serve(lambda f: [b"", b"x", reply(999, 0x84, b"\1" + bytes(7)), scores(f), scores(f)])
    assert client.score(1, [1]).scores == (2.0,)
    assert client.score(2, [1], deadline=LONG).scores == (3.0,)


@pytest.mark.parametrize("endpoint", [
    "", "nonsense", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:0", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:99999999",
    "tcp://127.0.0.1:http", "udp://127.0.0.1:5000", "ipc://", "ipc:///" + "x" * 200, "inproc://x",
])
def test_nonsense_endpoints(endpoint):
    fails(Status.INVALID_ARGUMENT, Client, endpoint)


def test_nonsense_arguments(tmp_path):
    fails(Status.INVALID_ARGUMENT, Client, "tcp://127.0.0.1:5000", mode="SUB")
    with Client(f"ipc://{tmp_path}/unbound") as client:
        for deadline in (0, -1, float("nan"), float("inf"), 3600, "1", True, [1]):
            fails(Status.INVALID_ARGUMENT, Client, "tcp://127.0.0.1:5000", deadline=deadline)
            fails(Status.INVALID_ARGUMENT, client.ask, HEALTH, deadline=deadline)
        assert fails(Status.INVALID_ARGUMENT, client.score, -1, [1]).query == 0


def test_every_call_ends_by_its_deadline(serve):
    client, _ = serve(lambda f: [], deadline=SHORT)
    ids = [client.submit([(n, [1])]) for n in range(50)]
    start = time.monotonic()
    for i in ids:
        fails(Status.DEADLINE_EXCEEDED, client.collect, i)
    assert time.monotonic() - start < LONG  # 50 waits one after another would still be under it: only a hang is over


def test_replies_that_answer_something_else(serve):
    """The right id is not enough: the kind, the number of queries and their candidates are the request's own."""
    def query(m):
        return struct.pack("<IIfBxxx", m, m, 1.0, 0) + struct.pack(f"<{m}f", *[0.5] * m) + bytes(m) + bytes(-5 * m % 8)

    wrong = [(0x84, b"\1" + bytes(7)), (0x83, bytes(8)), (0x81, bytes(16)),
             (0x81, struct.pack("<IIII", 2, 0, 0, 0) + query(1) * 2), (0x81, struct.pack("<IIII", 1, 0, 0, 0) + query(3)),
             (0x81, struct.pack("<IIII", 1, 0, 0, 0) + query(1).replace(struct.pack("<f", 0.5), b"\0\0\xc0\x7f"))]
    client, worker = serve(lambda f: [reply(int(f["request_id"]), *wrong[len(worker.seen) - 1])])
    for _ in wrong:
        assert "the worker's reply" in fails(Status.INTERNAL, client.score, 1, [1]).message


def test_a_flood_of_foreign_replies_does_not_outlast_the_deadline(tmp_path):
    stop = threading.Event()
    router = zmq.Context.instance().socket(zmq.ROUTER)
    router.bind(f"ipc://{tmp_path}/w")

    def flood():
        peer = router.recv_multipart()[0]
        while not stop.is_set():
            with contextlib.suppress(zmq.Again):
                router.send_multipart([peer, reply(999, 0x84, b"\1" + bytes(7))], zmq.DONTWAIT)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        with Client(f"ipc://{tmp_path}/w", deadline=SHORT) as client:
            fails(Status.DEADLINE_EXCEEDED, client.score, 1, [1])
    finally:
        stop.set()
        thread.join()
        router.close(linger=0)


@pytest.mark.parametrize("module", [arguments, catalog, client_module, connection, protocol, replies, values])
def test_the_modules_stay_small(module):
    """At most 240 lines each, blank ones and documentation included, none of them wide."""
    lines = pathlib.Path(module.__file__).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 240 and max(map(len, lines)) <= 120
