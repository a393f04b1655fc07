"""From the start of the process to ready, and resident memory beside the model file, as built for other machines."""
import os
import statistics
import subprocess
import sys
import time

from common import FULL, ROOT, model, program, resident, worker


def deployed() -> str:
    """The worker as docs/guide/operations.md builds it for other machines, built if need be."""
    link = ["--no-export-dynamic", "-z", "pack-relative-relocs"]
    build = ["swift", "build", "-c", "release", "--static-swift-stdlib", "-Xswiftc", "-use-ld=lld",
             *(word for setting in link for word in ("-Xlinker", setting)),
             "--scratch-path", str(ROOT / ".build/static")]
    subprocess.run([*build, "--product", "rank-worker"], check=True, cwd=ROOT, stdout=sys.stderr)
    return str(ROOT / ".build/static/release/rank-worker")


def promise():
    def measure(binary: str) -> tuple[float, float]:
        times, memory = [], 0
        for _ in range(100 if FULL else 20):
            begin = time.monotonic()
            with worker("--model", file, binary=binary) as (process, _):
                times.append((time.monotonic() - begin) * 1_000)
                memory = max(memory, resident(process))
        return statistics.median(times), (memory - os.path.getsize(file)) / 1e6

    static = deployed()
    with model() as file:
        milliseconds, over = measure(static)
        shared = measure(program("rank-worker"))
    figure = (f"median {milliseconds:.0f} ms, at most {over:.1f} MB over the model file "
              f"(with Swift's shared libraries {shared[0]:.0f} ms, {shared[1]:.1f} MB)")
    return figure, "< 50 ms, < 20 MB", milliseconds < 50 and over < 20
