"""The queue time of small requests, as the worker reports it, while a bulk client is flat out."""
import json
import time

from common import WORKER_CORE, flood, model, tool, worker


def promise():
    program = tool("rank-flood")
    with model() as file, worker("--model", file, prefix=WORKER_CORE) as (_, endpoint):
        bulk = flood(program, endpoint, "--candidates", "5000", "--window", "16", "--bulk", "--seconds", "8")
        time.sleep(2)
        small = flood(program, endpoint, "--candidates", "20", "--rate", "200", "--seconds", "5")
        found = json.loads(small.communicate()[0])
        bulk.communicate()
    p99 = found["queue_us"]["p99"]
    return f"p99 {p99} us of {found['ok']} requests", "one slice + 50 us = 250 us", p99 <= 250 and found["ok"] >= 900
