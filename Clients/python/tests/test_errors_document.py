"""docs/reference/errors.md has what the client refuses, with the words of the code."""

import struct
import threading

import pytest
from conftest import ROOT
from test_client import Worker, reply, scores

from rank_client import Client, RankError, Status

TEXT = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
SECTION = next(s for s in TEXT.split("\n## ") if s.startswith("Refusals of the Python client"))
ROWS = [[cell.strip().strip("`") for cell in line.strip("|").split("|")[:2]]
        for line in SECTION.splitlines() if line.startswith("|")][2:]


@pytest.fixture(scope="module")
def errors(tmp_path_factory):
    """One error of each kind."""
    found, folder = [], tmp_path_factory.mktemp("errors")

    def note(call, *arguments, **options):
        with pytest.raises(RankError) as error:
            call(*arguments, **options)
        found.append((error.value.name, error.value.message))

    def behave(frame):
        if frame["kind"] == "INFO":
            pair = b"max_candidates" + b"600"
            body = struct.pack("<IIHH", 1, 0, 14, 3) + pair
            return [reply(int(frame["request_id"]), 0x83, body + bytes(-len(body) % 8))]
        user = frame["payload"]["queries"][0]["user"]
        honest = scores(frame)
        return {"1": [], "2": [honest[:24] + bytes(16) + honest[40:]], "3": [honest[:48] + b"\7" + honest[49:]],
                "4": [honest]}[user]

    worker = Worker(f"ipc://{folder}/w", behave)
    client = Client(f"ipc://{folder}/w", deadline=10)
    for arguments, options in [(({1},), {}), (([1.5],), {}), (([-1],), {}), (([1], [1.0]), {}),
                               (([1], [float("inf")]), {"features": 1}), (([1],), {"top_k": -1}),
                               (([1],), {"unknown": "no"}), (([1],), {"deadline": 0}), ((range(601),), {}),
                               (([1],), {"deadline": 0.05})]:
        note(client.score, 1, *arguments, **options)
    note(client.collect, 999)
    for user in (2, 3):
        note(client.score, user, [1])
    assert client.score(4, [1]).scores == (5.0,)
    thread = threading.Thread(target=note, args=(client.score, 4, [1]))
    thread.start()
    thread.join()
    request = client.submit([(1, [1])])
    while len(worker.seen) < 6:
        pass
    worker.stop()
    note(client.collect, request)
    note(client.score, 1, [1])
    client.close()
    note(client.score, 1, [1])
    return found


@pytest.mark.parametrize("code, text", ROWS)
def test_each_row_is_a_refusal(errors, code, text):
    assert code in Status.__members__
    assert any(name == code and text in message for name, message in errors), errors


def test_each_refusal_has_a_row(errors):
    for name, message in errors:
        assert any(name == code and text in message for code, text in ROWS), (name, message)
