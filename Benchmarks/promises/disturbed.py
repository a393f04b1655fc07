"""Calls through a pool of four workers that are disturbed meanwhile."""
import json
import sys
import time

from common import model, pool


def disturbed(disturb, seconds: int):
    """Calls at 70 % of the capacity of four workers that are disturbed meanwhile: which failed, or had other bits.

    Once with a model, where the processors of this machine are the limit, and once with workers that sleep 1 ms for each
    list, as if each had a machine of its own: there, one worker less is a quarter of the capacity less.
    """
    figures, kept = [], True
    with model() as file:
        for name, options in (("model", ["--model", file]),
                              ("1 ms a list", ["--ranker", "null", "--cost-per-candidate", "2us"])):
            with pool([options] * 4) as workers:
                rate = 0.7 * workers.capacity()
                load = workers.load("--rate", f"{rate:.0f}", "--duration", f"{seconds + 3}s", "--check")
                # The warm-up takes the first second.
                time.sleep(2)
                disturb(workers)
                if load.poll() is not None:
                    sys.exit("error: the load ended before the disturbances")
                found = json.loads(load.communicate()[0])
            calls, lost = found["workers"], found["pool"]["lost_connections"]
            figures.append(f"{name}: {calls['failed']} of {calls['offered']:,} calls at {rate:,.0f}/s failed, "
                           f"{found['check']['differing']} had other bits, {lost} connections lost, "
                           f"p99 {calls['latency_us']['p99'] / 1000:.1f} ms")
            kept = kept and calls["failed"] == 0 == found["check"]["differing"] and lost > 0
            kept = kept and calls["answered"] == calls["offered"]
    return "; ".join(figures), "0, 0", kept
