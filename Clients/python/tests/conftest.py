"""Paths and the frames that every codec must agree with."""

import json
import pathlib
import sys

import pytest

from rank_client import protocol

for folder in ("keras", "trees"):  # the models that tests make, and their classes
    sys.path.insert(0, str(pathlib.Path(__file__).parent / folder))

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "Tests" / "Fixtures"
VECTORS = json.loads((FIXTURES / "protocol" / "vectors.json").read_text(encoding="utf-8"))


SELECTIONS = {
    "request_vector": lambda v: v["direction"] == "request",
    "reply_vector": lambda v: v["direction"] == "reply",
    "valid_reply_vector": lambda v: v["direction"] == "reply" and v["valid"],
    # The client writes no other extension than features of the query.
    "written_vector": lambda v: v["direction"] == "request" and v["valid"] and all(
        e["type"] == 3 for e in v["frame"]["extensions"]),
}


def pytest_generate_tests(metafunc):
    """Runs a test once for each vector of the selection that it names."""
    for name in ("exchange", "message"):
        if name in metafunc.fixturenames:
            chosen = VECTORS[name + "s"]
            metafunc.parametrize(name, chosen, ids=[v["name"] for v in chosen])
    for name, selects in SELECTIONS.items():
        if name in metafunc.fixturenames:
            chosen = [v for v in VECTORS["vectors"] if selects(v)]
            metafunc.parametrize(name, chosen, ids=[v["name"] for v in chosen])


@pytest.fixture(scope="session")
def limit():
    return VECTORS["max_message_bytes"]


def decode_any(data):
    """Reads a reply as the answer to a request of its own kind; an ERROR, or a kind unknown, answers a SCORE."""
    kind = data[17] & 0x7F if len(data) > 17 else 0
    return protocol.read(data, kind if 1 <= kind <= 6 else protocol.SCORE)
