"""The client across fork, threads and lost connections, against a scripted worker."""

import contextlib
import multiprocessing
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest
import zmq
from test_client import LONG, SHORT, Worker, both, fails, reply, scores, serve  # noqa: F401  (serve is a fixture)

from rank_client import HEALTH, Client, RankError, Status


def in_child(body):
    """What `body` says in a forked process, which must end by itself."""
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            said = body()
        except BaseException as error:  # whatever it is, the parent is told
            said = repr(error)
        os.write(write, str(said).encode())
        os._exit(0)
    os.close(write)
    end = time.monotonic() + LONG
    while not os.waitpid(process, os.WNOHANG)[0]:
        if time.monotonic() > end:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            pytest.fail("the forked process does not end")
        time.sleep(0.01)
    with os.fdopen(read, "rb") as pipe:
        return pipe.read().decode()


@both
def test_a_forked_process_connects_anew(serve, mode):  # noqa: F811
    client, _ = serve(lambda f: [scores(f)], mode)
    assert client.score(1, [2]).scores == (3.0,)
    assert in_child(lambda: client.score(5, [2]).scores) == "(7.0,)"
    assert in_child(lambda: client.close() or client.close() or "closed") == "closed"

    def leave():
        with client:
            return client.score(6, [2]).scores

    assert in_child(leave) == "(8.0,)"
    assert "the client is closed" in in_child(lambda: leave() and client.score(1, [2]))
    assert client.score(9, [2]).scores == (11.0,)


def test_what_was_outstanding_stays_with_the_parent(serve):  # noqa: F811
    client, _ = serve(lambda f: [scores(f)])
    before = client.submit([(1, [2])])
    assert "not outstanding in this process" in in_child(lambda: client.collect(before))
    assert client.collect(before).results[0].scores == (3.0,)


def test_deadlines_hold_in_a_forked_process(serve):  # noqa: F811
    client, _ = serve(lambda f: [])
    fails(Status.DEADLINE_EXCEEDED, client.score, 1, [2], deadline=SHORT)
    assert "DEADLINE_EXCEEDED" in in_child(lambda: client.score(1, [2], deadline=SHORT))


def test_a_fork_in_the_middle_of_a_call(serve):  # noqa: F811
    """The lock of the thread that is in a call is held for ever in the forked process."""
    client, worker = serve(lambda f: [scores(f)] if f["payload"]["queries"][0]["user"] != "1" else [])
    waiting = threading.Thread(target=lambda: fails(Status.DEADLINE_EXCEEDED, client.score, 1, [2], deadline=1))
    waiting.start()
    while not worker.seen:
        time.sleep(0.001)
    assert in_child(lambda: client.score(5, [2]).scores) == "(7.0,)"
    assert in_child(client.close) == "None"
    waiting.join()


def test_a_process_of_multiprocessing_ends(serve):  # noqa: F811
    """It runs finalisers, which must not end the parent's connection."""
    client, _ = serve(lambda f: [scores(f)])
    assert client.score(1, [2]).scores == (3.0,)
    context = multiprocessing.get_context("fork")
    for target in (lambda: None, lambda: client.score(1, [3]), client.close, lambda: client.__dict__.clear()):
        process = context.Process(target=target)
        process.start()
        process.join(LONG)
        assert process.exitcode == 0
        assert client.score(1, [2]).scores == (3.0,)


def test_a_program_that_forks_and_exits(tmp_path):
    """Without any close: neither process hangs at its end."""
    worker = Worker(f"ipc://{tmp_path}/w", lambda f: [scores(f)])
    program = f"""
import os, sys
from rank_client import Client
client = Client("ipc://{tmp_path}/w", deadline=10)
assert client.score(1, [2]).scores == (3.0,)
child = os.fork()
assert client.score(1, [4]).scores == (5.0,)
if child: sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    try:
        folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        run = subprocess.run([sys.executable, "-c", program], timeout=LONG, capture_output=True, text=True, cwd=folder)
        assert run.returncode == 0 and not run.stderr, run.stderr
    finally:
        worker.stop()


def test_a_client_belongs_to_one_thread(serve):  # noqa: F811
    client, _ = serve(lambda f: [scores(f)])
    assert client.score(1, [2]).scores == (3.0,)
    found = []

    def other():
        found.append(fails(Status.FAILED_PRECONDITION, client.score, 1, [2]))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert "make one for each thread" in found[0].message
    assert client.score(1, [2]).scores == (3.0,)


def test_a_thread_that_has_ended_leaves_the_client_to_another(serve):  # noqa: F811
    client, _ = serve(lambda f: [scores(f)])
    thread = threading.Thread(target=client.score, args=(1, [2]))
    thread.start()
    thread.join()
    assert client.score(1, [2]).scores == (3.0,)


def test_many_threads_at_once(serve):  # noqa: F811
    client, _ = serve(lambda f: [scores(f)])
    outcomes, gate = [], threading.Barrier(8)

    def use(user):
        gate.wait()
        for _ in range(50):
            try:
                outcomes.append(client.score(user, [2]).scores == (user + 2.0,))
            except RankError as error:
                outcomes.append(error.code == Status.FAILED_PRECONDITION)

    threads = [threading.Thread(target=use, args=(user,)) for user in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 400 and all(outcomes)


def test_close_while_another_thread_is_in_a_call(serve):  # noqa: F811
    client, worker = serve(lambda f: [])
    waiting = threading.Thread(target=lambda: fails(Status.DEADLINE_EXCEEDED, client.score, 1, [2], deadline=0.5))
    waiting.start()
    while not worker.seen:
        time.sleep(0.001)
    assert "another thread" in fails(Status.FAILED_PRECONDITION, client.close).message
    waiting.join()
    client.close()


@both
def test_use_after_close(serve, mode):  # noqa: F811
    client, _ = serve(lambda f: [scores(f)], mode)
    request = client.submit([(1, [2])])
    client.close()
    client.close()
    for call in [(client.score, 1, [2]), (client.submit, [(1, [2])]), (client.ask, HEALTH), (client.collect, request)]:
        assert "the client is closed" in fails(Status.FAILED_PRECONDITION, *call).message


@both
def test_a_worker_that_comes_later(tmp_path, mode):
    """A refusal is no state: the next call tries anew. With wait_ready a call waits for the worker."""
    endpoint = f"ipc://{tmp_path}/w"
    with Client(endpoint, mode=mode, deadline=LONG) as client, \
            Client(endpoint, mode=mode, deadline=LONG, wait_ready=True) as waiting:
        fails(Status.UNAVAILABLE, client.score, 1, [2])
        started = []
        timer = threading.Timer(0.2, lambda: started.append(Worker(endpoint, lambda f: [scores(f)])))
        timer.start()
        try:
            assert waiting.score(1, [2]).scores == (3.0,)
            assert client.score(1, [2]).scores == (3.0,)
        finally:
            timer.join()
            started[0].stop()


def test_nobody_listens_at_a_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        with Client(f"tcp://127.0.0.1:{probe.getsockname()[1]}", deadline=LONG) as client:
            assert "connection refused" in fails(Status.UNAVAILABLE, client.score, 1, [2]).message
        with Client(f"tcp://localhost:{probe.getsockname()[1]}", deadline=LONG) as client:
            assert "connection refused" in fails(Status.UNAVAILABLE, client.score, 1, [2]).message


@pytest.mark.parametrize("greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n" * 4])
def test_a_peer_that_is_no_worker(greeting):
    """It ends the connection, or speaks another protocol: an error by the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        def answer():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.sendall(greeting)

        threading.Thread(target=answer, daemon=True).start()
        with Client(f"tcp://127.0.0.1:{server.getsockname()[1]}", deadline=1) as client:
            with pytest.raises(RankError) as error:
                client.score(1, [2])
        assert error.value.code in (Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED)


@pytest.mark.parametrize("host", ["[::1]", "localhost", "127.0.0.1"])
@pytest.mark.parametrize("bound", ["[::1]", "127.0.0.1"])
def test_addresses_of_either_kind(host, bound):
    """An address of IPv6 is reached, and a name by whichever of its addresses the worker listens at."""
    router = zmq.Context.instance().socket(zmq.ROUTER)
    router.ipv6 = bound == "[::1]"
    try:
        port = router.bind_to_random_port(f"tcp://{bound}")
    except zmq.ZMQError:
        router.close()
        pytest.skip("there is no IPv6 here")
    families = {info[0] for info in socket.getaddrinfo("localhost", port, type=socket.SOCK_STREAM)}
    listens = host == bound or host == "localhost" and (bound == "127.0.0.1" or socket.AF_INET6 in families)

    def answer():
        if router.poll(int(LONG * 1000)):
            *envelope, body = router.recv_multipart()
            router.send_multipart([*envelope, reply(int.from_bytes(body[8:16], "little"), 0x84, b"\1" + bytes(7))])

    thread = threading.Thread(target=answer)
    if listens:
        thread.start()
    try:
        with Client(f"tcp://{host}:{port}", deadline=LONG) as client:
            if listens:
                assert client.ask(HEALTH) is True
            else:
                fails(Status.UNAVAILABLE, client.ask, HEALTH)
    finally:
        if listens:
            thread.join()
        router.close(linger=0)


@pytest.mark.parametrize("endpoint", ["tcp://::1:7000", "tcp://[::1:7000", "tcp://[x]:7000", "tcp://[127.0.0.1]:7000",
                                      "tcp://[::1]", "tcp://[]:7000", None, 7, b"tcp://127.0.0.1:7000"])
def test_addresses_that_are_none(endpoint):
    fails(Status.INVALID_ARGUMENT, Client, endpoint)


def info(frame, **limits):
    pairs = [(f"max_{name}".encode(), str(value).encode()) for name, value in limits.items()]
    body = struct.pack("<II", len(pairs), 0) + b"".join(struct.pack("<HH", len(k), len(v)) + k + v for k, v in pairs)
    return reply(int(frame["request_id"]), 0x83, body + bytes(-len(body) % 8))


@both
def test_a_list_beyond_the_limits_is_refused_and_not_sent(serve, mode):  # noqa: F811
    limits = {"message_bytes": 1 << 15, "candidates": 3_000, "queries": 4}
    client, worker = serve(lambda f: [info(f, **limits)] if f["kind"] == "INFO" else [scores(f)], mode)
    for queries, said in [([(1, range(3_001))], "3001 candidates, the worker takes 3000 (max_candidates)"),
                          ([(1, range(700))] * 5, "5 queries, the worker takes 4 (max_queries)"),
                          ([("u", ["x" * 20_000] * 2)], "message bytes, the worker takes 32768 (max_message_bytes)")]:
        before = client.submit([(1, range(2_000))]) if mode == "DEALER" else None
        assert said in fails(Status.INVALID_ARGUMENT, client.collect, client.submit(queries)).message
        if before:
            assert len(client.collect(before).results[0].scores) == 2_000
    client.score(1, range(3_000))
    assert [f["kind"] for f in worker.seen].count("INFO") == 1
    sent = [len(f["payload"]["queries"][0]["candidates"]) for f in worker.seen if f["kind"] == "SCORE"]
    assert set(sent) <= {2_000, 3_000}


def test_short_lists_are_sent_without_a_question(serve):  # noqa: F811
    client, worker = serve(lambda f: [scores(f)])
    client.score(1, range(500))
    assert [f["kind"] for f in worker.seen] == ["SCORE"]


def test_limits_are_asked_for_again_after_a_new_connection(tmp_path):
    """A worker that was started anew may have others."""
    endpoint = f"ipc://{tmp_path}/w"
    with Client(endpoint, deadline=LONG, wait_ready=True) as client:
        for most in (1_000, 2_000, 600):
            worker = Worker(endpoint, lambda f, m=most: [info(f, candidates=m) if f["kind"] == "INFO" else scores(f)])
            try:
                # The client may not have seen yet that the connection before has ended.
                with contextlib.suppress(RankError):
                    client.score(1, [2])
                assert len(client.score(1, range(most)).scores) == most
                assert f"takes {most} " in fails(Status.INVALID_ARGUMENT, client.score, 1, range(most + 1)).message
            finally:
                worker.stop()


def test_a_question_for_limits_ends_by_the_deadline(serve):  # noqa: F811
    client, _ = serve(lambda f: [])
    start = time.monotonic()
    fails(Status.DEADLINE_EXCEEDED, client.score, 1, range(1_000), deadline=SHORT)
    assert time.monotonic() - start < LONG


@both
def test_a_lost_connection_ends_its_calls_at_once(tmp_path, mode):
    """Each outstanding call learns it, and the next one connects anew."""
    endpoint = f"ipc://{tmp_path}/w"
    worker = Worker(endpoint, lambda f: [])
    with Client(endpoint, mode=mode, deadline=LONG) as client:
        requests = [client.submit([(1, [2])]) for _ in range(3 if mode == "DEALER" else 1)]
        while len(worker.seen) < len(requests):
            time.sleep(0.001)
        worker.stop()
        for request in requests:
            assert "was lost" in fails(Status.UNAVAILABLE, client.collect, request).message
        assert "connection refused" in fails(Status.UNAVAILABLE, client.score, 1, [2]).message
        worker = Worker(endpoint, lambda f: [scores(f)])
        try:
            assert client.score(1, [2]).scores == (3.0,)
        finally:
            worker.stop()


def test_a_reply_that_came_before_the_connection_was_lost_is_an_answer(tmp_path):
    endpoint = f"ipc://{tmp_path}/w"
    worker = Worker(endpoint, lambda f: [scores(f)])
    with Client(endpoint, deadline=LONG) as client:
        request = client.submit([(1, [2])])
        while not client._connection.socket.poll(10):
            pass
        worker.stop()
        fails(Status.UNAVAILABLE, client.score, 1, [2])
        fails(Status.UNAVAILABLE, client.score, 1, [2])
        assert client.collect(request).results[0].scores == (3.0,)


def test_a_forked_process_that_cannot_connect_leaves_the_parent_alone(serve, monkeypatch):  # noqa: F811
    client, _ = serve(lambda f: [scores(f)])
    assert client.score(1, [2]).scores == (3.0,)

    def fail(*_):
        raise RankError(Status.RESOURCE_EXHAUSTED, "no descriptor is left")

    def twice():
        monkeypatch.setattr("rank_client.client.Connection", fail)
        return [fails(Status.RESOURCE_EXHAUSTED, client.score, 1, [2]).name for _ in range(2)]

    assert in_child(twice).count("RESOURCE_EXHAUSTED") == 2
    assert client.score(1, [2]).scores == (3.0,)


def test_monitors_of_other_sockets_are_not_in_the_way(serve):  # noqa: F811
    """pyzmq names a monitor by a descriptor, and the name of a socket that was dropped is free only later."""
    with zmq.Context.instance().socket(zmq.DEALER) as other:
        for number in range(500):
            with contextlib.suppress(zmq.ZMQError):  # those of a test before
                other.bind(f"inproc://monitor.s-{number}")
        client, _ = serve(lambda f: [scores(f)])
        assert client.score(1, [2]).scores == (3.0,)
