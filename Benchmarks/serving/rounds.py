"""Servers that are started together and asked in turns, round by round."""
import contextlib
import datetime
import os
import socket
import subprocess
import sys
import time

import numpy as np


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def endpoint(transport: str, folder) -> str:
    """An endpoint that nothing is bound to, of tcp or ipc."""
    port = free_port()
    return f"tcp://127.0.0.1:{port}" if transport == "tcp" else f"ipc://{folder}/{port}"


@contextlib.contextmanager
def running(command, **environment):
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env={**os.environ, **environment}, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def connect(make, request, process, name):
    """A client that has had an answer."""
    for _ in range(150):
        if process.poll() is not None:
            sys.exit(f"error: {name} ended before it answered")
        try:
            client = make()
            client.score(request)
            return client
        except Exception:
            time.sleep(0.2)
    sys.exit(f"error: {name} does not answer within 30 s")


def in_turns(connected: dict, requests: list, rounds: int, count: int) -> dict:
    """[rounds][p50, p99] in microseconds for each name; `count` requests make a turn."""
    times, order = {name: [] for name in connected}, list(connected)
    for turn in range(rounds):
        for name in order[turn % len(order):] + order[:turn % len(order)]:
            score, samples = connected[name].score, []
            for number in range(count):
                start = time.perf_counter_ns()
                score(requests[number % len(requests)])
                samples.append((time.perf_counter_ns() - start) / 1000)
            # The first answers after another server's turn find cold caches.
            times[name].append(np.percentile(samples[len(samples) // 10:], [50, 99]))
    return {name: np.array(found) for name, found in times.items()}


def conditions(options) -> dict:
    """Where and when a report was made, and how many requests it is of."""
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    return {"date": datetime.date.today().isoformat(), "cpu": cpu, "core": options.core,
            "load_average": os.getloadavg()[0], "candidates": options.candidates, "rounds": options.rounds,
            "requests_per_round": options.requests}
