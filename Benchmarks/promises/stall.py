"""An injected stall of 200 ms shows in p99.9 of an open loop, and a closed loop would have hidden it."""
import json
import signal
import time

from common import bench, worker


def promise():
    found = {}
    for name, options in (("open", ["--rate", "1000"]), ("closed", ["--closed-loop", "--concurrency", "1"])):
        with worker("--ranker", "null") as (process, endpoint):
            load = bench(endpoint, *options, "--duration", "6s", "--warm-up", "500ms", "--deadline", "1s")
            time.sleep(3)
            process.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
            process.send_signal(signal.SIGCONT)
            found[name] = json.loads(load.communicate()[0])["workers"]["latency_us"]["p99.9"] / 1000
    figure = f"p99.9 {found['open']:.1f} ms open loop, {found['closed']:.1f} ms closed loop"
    return figure, "open >= 150 ms, closed < 50 ms", found["open"] >= 150 and found["closed"] < 50
