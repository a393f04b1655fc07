"""Memory over many reloads; the same gate finds a control that leaks on purpose."""
import os
import signal
import statistics
import subprocess
import tempfile
import time

from common import FULL, model, resident, worker


def generation(process: subprocess.Popen) -> str:
    """Which load the log tells of last."""
    size = os.fstat(process.log.fileno()).st_size
    text = os.pread(process.log.fileno(), 4096, max(size - 4096, 0))
    return text.rpartition(b"loaded: generation ")[2].partition(b",")[0].decode()


# Maps of files are never given back: what a worker would do that forgot its old models.
LEAK = """
#include <stddef.h>
int munmap(void *address, size_t size) { (void)address; (void)size; return 0; }
"""


def slope(file: str, count: int, environment: dict[str, str]) -> float:
    """The growth of a worker's memory in bytes for each reload, after a warm-up."""
    with worker("--model", file, environment=environment) as (process, _):
        def reload(times: int) -> list[int]:
            sizes = []
            for _ in range(times):
                known = generation(process)
                process.send_signal(signal.SIGHUP)
                while generation(process) == known:
                    time.sleep(0.001)
                sizes.append(resident(process))
            return sizes
        reload(max(count // 10, 100))
        sizes = reload(count)
        # The size swings by a model's tables with what is freed when: medians of halves are compared, not two moments.
        half = count // 2
        return (statistics.median(sizes[half:]) - statistics.median(sizes[:half])) / half


def promise():
    count = 10_000 if FULL else 1_000
    with model() as file, tempfile.TemporaryDirectory(prefix="rank-") as folder:
        library = f"{folder}/leak.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"], input=LEAK, text=True, check=True)
        ours = slope(file, count, {})
        control = slope(file, 200, {"LD_PRELOAD": library})
    figure = f"{ours:.0f} bytes each over {count:,} reloads, the leaking control {control:,.0f}"
    return figure, "<= 1,024, control above it", ours <= 1_024 < control
