"""Goodput at three and five times the capacity, refused by the worker; answers in time; lists of 5,000 and of 500.

Beside it what the measured cost of a refusal allows: with s seconds for a list and r for a refusal, a worker that is
offered f times its capacity of 1/s can answer (1 - f r/s) / (1 - r/s) of it. r is the worker's processor time for a
request that comes too late, at the same rate; the C echo's for the same bytes stands beside it.
"""
import contextlib
import json
import pathlib
import subprocess
import tempfile

from common import WORKER_CORE, flood, model, tool, worker


def processor_time(process: subprocess.Popen) -> float:
    folder = pathlib.Path(f"/proc/{process.pid}/task")
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in folder.iterdir()) / 1e9


@contextlib.contextmanager
def echo():
    """A C program that receives requests and answers each with a frame of an error's size: the floor of a refusal."""
    with tempfile.TemporaryDirectory(prefix="rank-") as folder:
        endpoint = f"ipc://{folder}/echo"
        command = [*WORKER_CORE, tool("rank-echo"), "200", endpoint]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            while process.stdout.readline().strip() != "ready":
                pass
            yield process, endpoint
        finally:
            process.kill()
            process.wait()


def promise():
    """Goodput at three and five times the capacity, refused by the worker; answers in time; lists of 5,000 and of 500.

    Beside it what the measured cost of a refusal allows: with s seconds for a list and r for a refusal, a worker that is
    offered f times its capacity of 1/s can answer (1 - f r/s) / (1 - r/s) of it. r is the worker's processor time for a
    request that comes too late, at the same rate; the C echo's for the same bytes stands beside it.
    """
    program, kept = tool("rank-flood"), True
    options = ["--queue-limit", "50ms"]
    with (
        model() as file,
        worker("--model", file, *options, prefix=WORKER_CORE) as (process, endpoint),
        echo() as (floor, floor_endpoint),
    ):
        for candidates, window in ((5_000, 8), (500, 32)):
            lists = ["--candidates", str(candidates), "--clients", "4"]

            def peak() -> float:
                load = flood(program, endpoint, *lists, "--window", str(window), "--seconds", "3")
                return json.loads(load.communicate()[0])["goodput"]

            def cost(process: subprocess.Popen, endpoint: str, rate: float) -> float:
                before = processor_time(process)
                load = flood(program, endpoint, *lists, "--rate", str(rate), "--expired", "--seconds", "3")
                sent = json.loads(load.communicate()[0])["sent"]
                return (processor_time(process) - before) / sent

            for factor in (3, 5):
                before = peak()
                rate = factor * before
                load = flood(
                    program, endpoint, *lists, "--rate", str(rate), "--deadline-us", "250000", "--seconds", "6"
                )
                found = json.loads(load.communicate()[0])
                # The machine may have changed meanwhile: the peak is what is reached before and after.
                capacity = (before + peak()) / 2
                ratio, late = found["goodput"] / capacity, found["latency_us"]["p99"] / 1000
                refusal = cost(process, endpoint, rate)
                share = refusal * capacity
                allowed = max(1 - factor * share, 0) / (1 - share)
                limit = 0.9 if candidates == 5_000 else 0.95 * allowed
                holds = ratio >= limit and late <= 250
                kept = kept and holds
                print(
                    f"  {candidates:,} candidates at {factor}x: {ratio:.2f} of {capacity:,.0f} lists/s, p99 of answers "
                    f"{late:.0f} ms; a refusal costs {refusal * 1e6:.1f} us (C echo "
                    f"{cost(floor, floor_endpoint, rate) * 1e6:.1f} us), which allows {allowed:.2f}; "
                    f"limit {limit:.2f}; {'holds' if holds else 'falls short'}",
                    flush=True,
                )
    limit = ">= 0.90 for 5,000, >= 0.95 of what is allowed for 500, p99 <= the deadline of 250 ms"
    return "as above", limit, kept
