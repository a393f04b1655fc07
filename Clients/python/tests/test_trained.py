"""A model that rank-train wrote, read by the oracle: goldens and predictions. RANK_TRAIN names the command."""

import os
import subprocess

import numpy as np
import pytest
from test_convert import load

from rank_client.conversion.numerics import Network, scores

TRAIN = os.environ.get("RANK_TRAIN")
pytestmark = pytest.mark.skipif(not TRAIN, reason="RANK_TRAIN does not name a built rank-train (scripts/test sets it)")


def run(*arguments, **options):
    return subprocess.run([TRAIN, *map(str, arguments)], check=True, capture_output=True, text=True, timeout=120, **options)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The path of a model fitted to the synthetic set for one epoch."""
    directory = tmp_path_factory.mktemp("trained")
    run("synthesize", "--output", directory / "data")
    run("fit", "--data", directory / "data", "--output", directory / "m.safetensors", "--preset", "tutorial",
        "--epochs", 1, "--quiet")
    return directory / "m.safetensors"


def network_of(tensors, metadata):
    layers, optional = [], [tensors.get(name) for name in ("user_bias", "candidate_bias", "mean")]
    while f"dense_{len(layers)}.kernel" in tensors:
        layers.append((tensors[f"dense_{len(layers)}.kernel"], tensors[f"dense_{len(layers)}.bias"]))
    return Network(tensors["user_embedding"], tensors["candidate_embedding"], layers, metadata["dot_product"] == "true",
                   *optional)


def test_the_goldens_are_the_oracles(trained):
    metadata, tensors, _ = load(trained)
    mine = scores(network_of(tensors, metadata), tensors["golden.user_rows"], tensors["golden.candidate_rows"])
    assert mine.view(np.uint32).tolist() == tensors["golden.scores"].view(np.uint32).tolist()


def test_predictions_read_back_as_the_oracles_bits(trained):
    metadata, tensors, _ = load(trained)
    users, items = np.arange(1, 900, 3), np.arange(1, 1200, 4)
    lines = "".join(f"{u},{i}\n" for u, i in zip(users, items))
    output = run("predict", "--model", trained, "--input", "-", input=lines).stdout.split()
    assert [line.rsplit(",", 1)[0] for line in output] == lines.split()
    printed = np.array([line.rsplit(",", 1)[1] for line in output], np.float32)
    mine = scores(network_of(tensors, metadata), users, items)
    assert printed.view(np.uint32).tolist() == mine.view(np.uint32).tolist()
    shortest = [np.format_float_positional(s, unique=True, trim="0") for s in mine]
    assert [len(line.rsplit(",", 1)[1]) for line in output] == [len(s) for s in shortest]
