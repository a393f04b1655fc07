"""Starting and stopping again and again: how long a stop takes, from SIGTERM to the end of the process."""
import statistics
import time

from common import FULL, model, worker


def promise():
    count, times = 1_000 if FULL else 100, []
    with model() as file:
        for _ in range(count):
            with worker("--model", file) as (process, _):
                begin = time.monotonic()
                process.terminate()
                if process.wait() != 0:
                    return f"exit code {process.returncode}", "0", False
                times.append((time.monotonic() - begin) * 1_000)
    figure = f"{count:,} times, median {statistics.median(times):.0f} ms, longest {max(times):.0f} ms"
    return figure, "each < 500 ms", max(times) < 500
