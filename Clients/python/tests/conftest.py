"""Paths and the frames that every codec must agree with."""

import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "Tests" / "Fixtures"
VECTORS = json.loads((FIXTURES / "protocol" / "vectors.json").read_text(encoding="utf-8"))


def pytest_generate_tests(metafunc):
    """`request_vector`, `reply_vector`: once for each vector of that direction; `valid_reply_vector`: the valid ones."""
    for direction in ("request", "reply"):
        for prefix in ("", "valid_"):
            if f"{prefix}{direction}_vector" in metafunc.fixturenames:
                chosen = [v for v in VECTORS["vectors"] if v["direction"] == direction and (v["valid"] or not prefix)]
                metafunc.parametrize(f"{prefix}{direction}_vector", chosen, ids=[v["name"] for v in chosen])


@pytest.fixture(scope="session")
def limit():
    return VECTORS["max_message_bytes"]
