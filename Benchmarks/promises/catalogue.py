"""10 million items: rates beside those of a catalogue whose tables fit, and the time from the digest to ready."""
import json
import subprocess
import tempfile
import time

from common import LOAD_CORE, model, program, tool, worker


def promise():
    train, bench = program("rank-train"), tool("rank-bench")
    with model() as small, tempfile.TemporaryDirectory(prefix="rank-") as folder:
        large = f"{folder}/large.safetensors"
        enlarge = [train, "enlarge", "--model", small, "--items", "10000000", "--output", large]
        subprocess.run(enlarge, check=True, stdout=subprocess.DEVNULL)
        run = [*LOAD_CORE, bench, "catalogue", "--model", small, "--catalogue", large, "--json"]
        found = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
        begin = time.monotonic()
        with worker("--model", large):
            ready = time.monotonic() - begin
    rates = {row["catalogue"]: row["rate_over_factored"] for row in found["rows"]}
    mapped, copied = rates["large, mapped"], rates["large, copied"]
    after = max(load["after_digest_seconds"] for load in found["loads"] if load["weights"] == "mapped")
    digest = max(load["digest_gb_per_s"] for load in found["loads"])
    figure = (f"copied {copied:.2f} and mapped {mapped:.2f} of the rate with tables, {after:.2f} s after the digest "
              f"({digest:.2f} GB/s); a worker is ready {ready:.2f} s after its start")
    return figure, ">= 0.5, >= 0.45, < 1 s", copied >= 0.5 and mapped >= 0.45 and after < 1
