"""Two gigabytes of requests from one client of a pool through one worker: how far the memory of both still grows."""
import json
import statistics
import time

from common import FULL, bench, model, resident, worker


def promise():
    total, samples = 2e9, {"worker": [], "client": []}
    options = ["--through-pool", "--closed-loop", "--concurrency", "16", "--deadline", "5s"]
    options += ["--candidates", "500" if FULL else "5000"]
    with model() as file, worker("--model", file) as (process, endpoint):
        trial = json.loads(bench(endpoint, *options, "--duration", "2s").communicate()[0])
        rate = trial["workers"]["answered"] * trial["request_bytes"] / trial["workers"]["seconds"]
        load = bench(endpoint, *options, "--duration", f"{1.2 * total / rate + 1:.0f}s")
        begin = time.monotonic()
        while load.poll() is None:
            for name, who in (("worker", process), ("client", load)):
                samples[name].append((time.monotonic() - begin, resident(who)))
            time.sleep(0.1)
        found = json.loads(load.stdout.read())
    sent = found["workers"]["answered"] * found["request_bytes"]
    growth, figures = {}, []
    for name, points in samples.items():
        # The first third warms up; the last look may find a process that has ended.
        points = points[len(points) // 3:-2]
        growth[name] = statistics.linear_regression(*zip(*points)).slope * (points[-1][0] - points[0][0])
        figures.append(f"{name} {growth[name] / 1024:+.0f} KiB at {points[-1][1] / 2**20:.1f} MiB")
    figure = (f"{sent / 1e9:.1f} GB in {found['workers']['answered']:,} requests, {found['workers']['failed']} failed; "
              f"over the last two thirds {', '.join(figures)}")
    limit = ">= 2 GB, each <= 1,024 KiB"
    return figure, limit, sent >= total and max(growth.values()) <= 2**20
