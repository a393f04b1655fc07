"""What several promises need: the programs, workers, pools of them, models, and loads."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# The long versions of those that have one.
FULL = "--full" in sys.argv


def program(name: str) -> str:
    """The path of a command of this package."""
    path = ROOT / ".build/release" / name
    if not path.exists():
        sys.exit(f"error: {path} is missing; run swift build -c release")
    return str(path)


@contextlib.contextmanager
def worker(*options: str, binary: str = "", prefix: list[str] = [], environment: dict[str, str] = {}):
    """A worker process on an ipc endpoint: yields process and endpoint, and ends it."""
    with tempfile.TemporaryDirectory(prefix="rank-") as folder:
        endpoint = f"ipc://{folder}/worker"
        command = [*prefix, binary or program("rank-worker"), "serve", *options, "--bind", endpoint, "--json"]
        log = open(f"{folder}/log", "a+b", buffering=0)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True,
                                   env={**os.environ, **environment})
        process.log = log
        try:
            if not process.stdout.readline():
                sys.exit("error: the worker did not start")
            yield process, endpoint
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait()


def bench(endpoint: str, *options: str, stderr=None) -> subprocess.Popen:
    """Starts a load; it prints JSON."""
    command = [program("rank-client"), "bench", "--workers", endpoint, "--json", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)


def tool(name: str) -> str:
    """The path of a program of the benchmarks, built if need be."""
    place = ["swift", "build", "-c", "release", "--package-path", str(ROOT / "Benchmarks")]
    subprocess.run([*place, "--product", name], check=True, stdout=sys.stderr)
    folder = subprocess.run([*place, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{folder}/{name}"


@contextlib.contextmanager
def model(*options: str):
    """A model of the tutorial's shape, trained on invented data."""
    with tempfile.TemporaryDirectory(prefix="rank-") as folder:
        train = program("rank-train")
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([train, "synthesize", "--output", f"{folder}/data"], **quiet)
        fit = [train, "fit", "--data", f"{folder}/data", "--output", f"{folder}/model", "--preset", "tutorial",
               "--quiet"]
        subprocess.run([*fit, *options], **quiet)
        yield f"{folder}/model"


# The worker has one core to itself, the load the other.
WORKER_CORE, LOAD_CORE = ["taskset", "-c", "0"], ["taskset", "-c", "1"]


def flood(program: str, endpoint: str, *options: str) -> subprocess.Popen:
    """Starts a load that does not wait for its answers; it prints JSON."""
    return subprocess.Popen([*LOAD_CORE, program, endpoint, *options], stdout=subprocess.PIPE, text=True)


class Pool:
    """Workers, each with options of its own, and loads through the client library from one process."""

    def __init__(self, folder: str, options: list[list[str]]):
        self.folder, self.options, self.workers = pathlib.Path(folder), options, {}
        for number in range(len(options)):
            self.start(number)

    def start(self, number: int) -> None:
        """Starts a worker; it is bound when it is ready."""
        path = self.folder / f"worker-{number}.sock"
        path.unlink(missing_ok=True)
        command = [program("rank-worker"), "serve", *self.options[number], "--bind", f"ipc://{path}"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.workers[number] = process
        while not path.exists():
            if process.poll() is not None:
                sys.exit("error: a worker did not start")
            time.sleep(0.002)

    def load(self, *options: str) -> subprocess.Popen:
        """Starts a load of 500 candidates a call."""
        workers = ",".join(f"ipc://{self.folder}/worker-{number}.sock" for number in range(len(self.options)))
        return bench(workers, "--through-pool", *options)

    def capacity(self, *options: str) -> float:
        """Calls per second, with 32 out."""
        load = self.load("--closed-loop", "--concurrency", "32", "--duration", "3s", *options)
        return json.loads(load.communicate()[0])["workers"]["goodput"]


@contextlib.contextmanager
def pool(options: list[list[str]]):
    with tempfile.TemporaryDirectory(prefix="rank-") as folder:
        started = Pool(folder, options)
        try:
            yield started
        finally:
            for process in started.workers.values():
                process.terminate()
                process.wait()


def put(source: str, place: str) -> None:
    """Replaces a file as every writer should: beside it, then renamed."""
    shutil.copyfile(source, place + ".new")
    os.rename(place + ".new", place)


def resident(process: subprocess.Popen) -> int:
    """The resident memory of a process in bytes."""
    pages = pathlib.Path(f"/proc/{process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
