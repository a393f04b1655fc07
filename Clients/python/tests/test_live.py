"""The client, the converter and the oracle against a real worker process, named by RANK_WORKER."""

import json
import os
import pathlib
import select
import signal
import subprocess

import keras
import numpy as np
import pytest
import zmq
from conftest import FIXTURES, VECTORS, decode_any
from test_convert import CLASSES, network_of
from test_numerics import random_network

from rank_client import CANCEL, HEALTH, INFO, STATS, Client, RankError, Status
from rank_client.conversion import numerics, two_tower
from rank_client.convert import main

WORKER = os.environ.get("RANK_WORKER")
pytestmark = pytest.mark.skipif(not WORKER, reason="RANK_WORKER does not name a built rank-worker (scripts/test sets it)")
LONG = 30.0  # seconds: only a hang is longer


class Worker:
    """A worker process at an ipc and a tcp endpoint of its own; it serves the model at the path, or another source."""

    def __init__(self, path: pathlib.Path, *options: str, source: tuple[str, ...] = ()):
        socket = path.with_suffix(".sock")
        source = source or ("--model", str(path))
        self.process = subprocess.Popen(
            [WORKER, "serve", *source, "--bind", f"ipc://{socket}", "tcp://127.0.0.1:*", "--json", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], LONG)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.process.kill()
            pytest.fail(f"the worker is not ready: {self.process.communicate()[1]}")
        self.ready = json.loads(line)
        self.endpoints = {e.split(":")[0]: e for e in self.ready["endpoints"]}

    def client(self, scheme="ipc", mode="DEALER"):
        return Client(self.endpoints[scheme], mode=mode, deadline=LONG)

    def stop(self):
        self.process.terminate()
        return self.process.wait(LONG)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """(worker, network) of Keras' own model, converted."""
    source = FIXTURES / "keras" / "model.keras"
    path = tmp_path_factory.mktemp("live") / "model.safetensors"
    assert main([str(source), str(path), *CLASSES]) == 0
    worker = Worker(path)
    yield worker, network_of(path)
    assert worker.stop() == 0


@pytest.fixture(params=[("ipc", "DEALER"), ("ipc", "REQ"), ("tcp", "DEALER"), ("tcp", "REQ")], ids="-".join)
def client(served, request):
    with served[0].client(*request.param) as client:
        yield client


def bits(values):
    return np.asarray(values, np.float32).view(np.uint32).tolist()


def oracle(network, user, candidates):
    """Scores, each distinct candidate computed once."""
    distinct, inverse = np.unique(np.asarray(candidates, np.int64), return_inverse=True)
    return numerics.scores(network, np.full(len(distinct), user), distinct)[inverse]


def refused(code, call, *arguments, **options):
    with pytest.raises(RankError) as error:
        call(*arguments, **options)
    assert error.value.code == code, error.value
    return error.value


@pytest.mark.parametrize("count", [0, 1, 3, 500, 100_000])
def test_the_bits_are_the_oracles(client, served, count):
    candidates = np.random.default_rng(count).integers(1, 1683, count)
    result = client.score(42, candidates)
    assert bits(result.scores) == bits(oracle(served[1], 42, candidates))
    assert result.candidate_count == count and result.coverage == 1 and not any(result.bits)
    assert not result.partial and result.positions is None


def test_any_split_gives_the_same_bits(client, served):
    candidates = list(range(1, 1683)) + [7, 7, 7]
    whole = client.score(42, candidates).scores
    pieces = [candidates[:1], candidates[1:18], candidates[18:900], candidates[900:]]
    one_by_one = [s for piece in pieces for s in client.score(42, piece).scores]
    together = [s for r in client.collect(client.submit([(42, p) for p in pieces])).results for s in r.scores]
    assert bits(whole) == bits(one_by_one) == bits(together)


def test_several_users_in_one_request(client, served):
    queries = [(user, list(range(user, user + 40))) for user in (1, 943, 500, 1)]
    reply = client.collect(client.submit(queries))
    for (user, candidates), result in zip(queries, reply.results):
        assert bits(result.scores) == bits(oracle(served[1], user, candidates))
    assert reply.model == served[0].ready["model_id"] and reply.profile == 1 and not reply.draining


@pytest.mark.parametrize("k", [1, 10, 5000])
def test_top_k_is_in_the_total_order(client, served, k):
    candidates = np.random.default_rng(k).integers(1, 1683, 3000)
    result = client.score(7, candidates, top_k=k)
    scores = oracle(served[1], 7, candidates)
    order = sorted(range(len(candidates)), key=lambda i: (-scores[i], candidates[i], i))[:k]
    assert list(result.positions) == order
    assert bits(result.scores) == bits(scores[order])
    assert [c for c, _ in result.ranked(candidates)] == candidates[order].tolist()


def test_unknown_ids_under_each_policy(client, served):
    network, unknown = served[1], [5, 1683, 6, 0, 2**64 - 1]
    rows = [5, 0, 6, 0, 0]
    error = refused(Status.NOT_FOUND, client.collect, client.submit([(1, [5]), (1, unknown)]))
    assert (error.query, error.candidate) == (1, 1) and "1683" in error.message
    error = refused(Status.NOT_FOUND, client.score, 944, [5])
    assert (error.query, error.candidate) == (0, None) and "944" in error.message
    result = client.score(1, unknown, unknown="fallback")
    assert bits(result.scores) == bits(oracle(network, 1, rows)) and list(result.bits) == [0, 1, 0, 1, 1]
    result = client.score(10**12, [5, 6], unknown="fallback")
    assert result.unknown_user and bits(result.scores) == bits(oracle(network, 0, [5, 6]))
    result = client.score(1, unknown, unknown="omit")
    assert result.positions == (0, 2) and bits(result.scores) == bits(oracle(network, 1, [5, 6]))
    assert result.candidate_count == 5 and result.coverage == np.float32(0.4)
    result = client.score(944, [5, 6], unknown="omit")
    assert result.unknown_user and result.scores == () and result.coverage == 0


def test_what_a_worker_says_of_itself(client, served):
    info = client.ask(INFO)
    assert info["protocol"] == "1" and info["model_id"] == served[0].ready["model_id"]
    assert info["profile"] == "fp32-fma" and info["id_kind"] == "u64" and info["features"] == "0"
    assert info["user_ids"] == "1-943" and info["candidate_ids"] == "1-1682"
    before = client.ask(STATS)
    assert client.score(1, [2, 3]).scores and client.ask(HEALTH) is True
    after = client.ask(STATS)
    assert int(after["candidates"]) >= int(before["candidates"]) + 2
    assert int(after["requests"]) >= int(before["requests"]) + 2
    assert client.ask(CANCEL, (12345).to_bytes(8, "little")) is False


def test_errors(client, served):
    assert refused(Status.INVALID_ARGUMENT, client.score, "alice", ["film"]).message
    assert refused(Status.INVALID_ARGUMENT, client.score, 1, [2], [0.5], features=1).message
    limit = int(client.ask(INFO)["max_message_bytes"])
    for count in (limit // 8, limit // 8 + 1, limit // 2 - 100, limit, 3 * limit // 2):
        error = refused(Status.INVALID_ARGUMENT, client.score, 1, [1] * count)
        assert str(limit if count == limit // 8 else limit // 8) in error.message
    assert client.score(1, [2]).candidate_count == 1
    refused(Status.FAILED_PRECONDITION, client.score, 1, [2], model="00" * 15 + "01")
    refused(Status.FAILED_PRECONDITION, client.score, 1, [2], profile=9)
    own = served[0].ready["model_id"]
    assert client.score(1, [2], model=own, profile=1).scores == client.score(1, [2]).scores


def test_a_deadline_that_is_too_short(client):
    refused(Status.DEADLINE_EXCEEDED, client.score, 1, [1] * 100_000, deadline=1e-6)
    assert client.ask(HEALTH)


def test_many_outstanding_requests(served):
    worker, network = served
    with worker.client("tcp") as client:
        users = [1 + n * 37 % 943 for n in range(300)]
        ids = [client.submit([(user, [1, 2, user])]) for user in users]
        replies = {i: client.collect(i) for i in ids[::-1]}
    for i, user in zip(ids, users):
        assert bits(replies[i].results[0].scores) == bits(oracle(network, user, [1, 2, user]))


@pytest.mark.parametrize("delimiter", [[], [b""]], ids=["bare", "delimited"])
def test_the_worker_answers_every_vector(served, delimiter):
    """Each request vector gets exactly one answer, with its id; a malformed one the ERROR that the vectors demand."""
    limits = VECTORS["max_message_bytes"]
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.connect(served[0].endpoints["ipc"])
    try:
        for vector in VECTORS["vectors"]:
            if vector["direction"] != "request" or vector.get("max_message_bytes", limits) != limits:
                continue
            name, frame = vector["name"], vector.get("frame", {})
            expected = vector.get("answer", {"request_id": frame.get("request_id")})
            socket.send_multipart([*delimiter, bytes.fromhex(vector["hex"])])
            if expected is None and not delimiter:
                continue  # a probe: the next vector's answer shows that this one had none
            expected = expected or {"status": Status.INVALID_ARGUMENT, "request_id": "0"}
            assert socket.poll(LONG * 1000), name
            *envelope, body = socket.recv_multipart()
            assert envelope == delimiter and str(int.from_bytes(body[8:16], "little")) == expected["request_id"], name
            try:
                decode_any(body)
                assert vector["valid"], name
            except RankError as error:
                assert error.code == expected.get("status", error.code), (name, error)
                assert error.code != Status.INTERNAL and error.message, name
        assert not socket.poll(50)
    finally:
        socket.close(linger=0)


NETWORKS = {
    "odd": random_network(30, 40, 3, 2, [7, 5, 1]), "one output": random_network(30, 40, 1, 1, [1]),
    "one hidden": random_network(30, 40, 4, 9, [33, 1]), "dot": random_network(30, 40, 17, 17, [], dot=True),
    "everything": random_network(30, 40, 16, 16, [18, 1], dot=True, biases=True),
    "three hidden": random_network(2, 1, 2, 2, [3, 4, 5, 1], biases=True),
    "wide": random_network(30, 40, 33, 70, [130, 65, 1]),
}
# There is nothing to compute ahead in a model without dense layers.
PLANS = [(name, plan) for name, network in NETWORKS.items()
         for plan in (["direct", "user-once", "factored"] if network.layers else ["direct"])]


@pytest.mark.parametrize("name, plan", PLANS)
def test_any_network_under_any_plan(tmp_path, name, plan):
    path, network = tmp_path / "m.safetensors", NETWORKS[name]
    model_id = two_tower.write(str(path), network)
    worker = Worker(path, "--plan", plan)
    try:
        assert worker.ready["model_id"] == model_id
        with worker.client() as client:
            users, candidates = len(network.user), list(range(len(network.candidate)))
            for user in range(users):
                result = client.score(user, candidates, unknown="fallback")
                assert bits(result.scores) == bits(oracle(network, user, candidates))
    finally:
        assert worker.stop() == 0


@pytest.mark.parametrize("name", ["two_hidden", "every_term", "dot_only", "linear"])
def test_vocabularies(tmp_path, name):
    """Models with ids of every kind; row 0 is reached through an id that the model does not have."""
    path = tmp_path / "m.rank"
    path.write_bytes((FIXTURES / "model" / f"{name}.rank").read_bytes())
    expected = json.loads((FIXTURES / "model" / "expected.json").read_text(encoding="utf-8"))[name]
    unknown, kind = ("nobody has this id", str) if expected["vocabulary"] == "utf8" else (2**64 - 2, int)
    users, candidates = ([unknown, *map(kind, expected[key][1:])] for key in ("user_ids", "candidate_ids"))
    worker = Worker(path)
    try:
        with worker.client() as client:
            info = client.ask(INFO)
            assert info["model_id"] == expected["model_id"]
            assert info["id_kind"] == ("utf8" if expected["vocabulary"] == "utf8" else "u64")
            for user, row in zip(users, np.array(expected["score_bits"]).reshape(len(users), -1).tolist()):
                result = client.score(user, candidates, unknown="fallback")
                assert bits(result.scores) == row and result.unknown_user == (user == unknown)
                assert list(result.bits) == [1] + [0] * (len(row) - 1)
            key = (lambda i: (-scores[i], candidates[i].encode() if isinstance(unknown, str) else candidates[i]))
            result = client.score(users[-1], candidates, unknown="fallback", top_k=len(candidates))
            scores = np.array(expected["score_bits"][-len(candidates):], np.uint32).view(np.float32)
            assert list(result.positions) == sorted(range(len(candidates)), key=key)
            if len(users) > 1:
                error = refused(Status.NOT_FOUND, client.score, users[-1], candidates)
                assert (error.query, error.candidate) == (0, 0) and str(unknown) in error.message
    finally:
        assert worker.stop() == 0


def test_a_converted_model_is_served_by_its_own_ids(tmp_path):
    """Texts that Keras looked up, an activation that is not relu, a last step: the scores by id are Keras' own."""
    users, items = ["zwei", "10", "été"], ["Heat (1995)", "b", "1"]
    tensors, tables = [], []
    for name, ids in (("movie_title", items), ("user_id", users)):
        tensors.append(keras.Input((1,), name=name, dtype="string"))
        rows = keras.layers.StringLookup(vocabulary=ids)(tensors[-1])
        tables.append(keras.layers.Flatten()(keras.layers.Embedding(len(ids) + 1, 4, "random_normal")(rows)))
    hidden = keras.layers.Dense(9, activation="tanh")(keras.layers.Concatenate()(tables))
    model = keras.Model(tensors, keras.ops.sigmoid(keras.layers.Dense(1)(hidden)) * 4 + 1)
    model.save(tmp_path / "m.keras")
    path = tmp_path / "m.safetensors"
    assert main([str(tmp_path / "m.keras"), str(path)]) == 0
    fed = [keras.ops.convert_to_tensor([[text] for text in texts]) for texts in (items * 3, np.repeat(users, 3).tolist())]
    theirs = np.asarray(model(fed)).reshape(3, 3)
    worker = Worker(path)
    try:
        with worker.client() as client:
            for user, expected in zip(users, theirs):
                assert np.abs(np.array(client.score(user, items).scores) - expected).max() <= 1e-6
            assert client.ask(INFO)["proof"].startswith("source keras 3.")
    finally:
        assert worker.stop() == 0


def test_a_killed_worker_is_unavailable(tmp_path):
    path = tmp_path / "m.safetensors"
    two_tower.write(str(path), random_network(3, 3, 2, 2, [1]))
    worker = Worker(path)
    with worker.client() as client:
        assert client.ask(HEALTH)
        worker.process.send_signal(signal.SIGSTOP)
        request = client.submit([(1, [2])])
        worker.process.kill()
        worker.process.wait()
        assert "was lost" in refused(Status.UNAVAILABLE, client.collect, request).message
        assert "connection refused" in refused(Status.UNAVAILABLE, client.score, 1, [2]).message


@pytest.mark.parametrize("damage", ["cut", "flipped", "golden"])
def test_a_damaged_model_is_not_served(tmp_path, damage):
    path = tmp_path / "m.safetensors"
    network = random_network(3, 3, 2, 2, [1])
    two_tower.write(str(path), network)
    data = bytearray(path.read_bytes())
    if damage == "cut":
        del data[-1:]
    elif damage == "flipped":
        data[-5000 % len(data)] ^= 1
    if damage != "golden":
        path.write_bytes(data)
    else:
        original = numerics.scores

        def wrong(*arguments):
            return np.nextafter(original(*arguments), np.float32(9))

        try:
            two_tower.scores = wrong
            two_tower.write(str(path), network)
        finally:
            two_tower.scores = original
    run = subprocess.run([WORKER, "serve", "--model", str(path), "--bind", f"ipc://{tmp_path}/s"], capture_output=True,
                         text=True, timeout=LONG)
    assert run.returncode == 65 and run.stderr
