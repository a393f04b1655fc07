"""Two workers of which one takes eight times as long: the highest rate with p99 <= 10 ms against round robin's."""
import json

from common import FULL, pool


def promise():
    rates = {}
    with pool([["--ranker", "null", "--cost-per-candidate", cost] for cost in ("0.5us", "4us")]) as workers:
        for policy in ("p2c", "round-robin"):
            low, high = 0.0, 1.1 * workers.capacity("--balance", policy)
            for _ in range(6 if FULL else 5):
                rate = (low + high) / 2
                load = workers.load("--balance", policy, "--rate", f"{rate:.0f}", "--duration", "2s",
                                    "--warm-up", "300ms")
                found = json.loads(load.communicate()[0])["workers"]
                holds = found["failed"] == 0 and found["latency_us"]["p99"] <= 10_000
                low, high = (rate, high) if holds else (low, rate)
            rates[policy] = low
    ratio = rates["p2c"] / rates["round-robin"] if rates["round-robin"] else float("inf")
    figure = f"p2c {rates['p2c']:,.0f}/s, round robin {rates['round-robin']:,.0f}/s: {ratio:.1f} times"
    return figure, ">= 2.5 times", ratio >= 2.5 and rates["round-robin"] > 0
