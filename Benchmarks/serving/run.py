"""Serves one model in several ways and measures a request of 500 candidates, all on one core, in interleaved rounds.

    run.py --model FILE --worker PATH --echo PATH [--rounds N] [--requests N] [--json] [--svg FILE]

Benchmarks/run serving calls it with what it has built.
"""
import argparse
import contextlib
import datetime
import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np

import clients
import graph
from picture import svg
from scorer import Scorer

import commandline  # beside bars, where picture looks

HERE = pathlib.Path(__file__).resolve().parent
OURS, FLOOR = "swift-rank", "C echo"
PEERS = ["pyzmq + ONNX Runtime", "pyzmq + ONNX Runtime, tabulated", "mosec + ONNX Runtime", "Python gRPC + ONNX Runtime"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def frame(ids) -> bytes:
    """A SCORE request for every score (docs/reference/protocol.md)."""
    body = ids.astype("<u8").tobytes()
    payload = struct.pack("<IIBBBxIII", 1, 0, 0, 0, 0, 0, len(ids) - 1, 8 + len(body)) + body
    return struct.pack("<I4sQBBHI16sHHI", 44 + len(payload), b"RANK", 1, 1, 1, 0, 0xFFFFFFFF, bytes(16), 0, 0, 0) + payload


def scores(reply: bytes):
    if reply[17] != 0x81:
        raise RuntimeError(f"the worker answered {reply[48:]!r}")
    return np.frombuffer(reply, "<f4", int.from_bytes(reply[64:68], "little"), 80)


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


def connect(make, ids, process, name):
    """A client that has had an answer."""
    for _ in range(150):
        if process.poll() is not None:
            sys.exit(f"error: {name} ended before it answered")
        client = None
        try:
            client = make()
            client.score(ids)
            return client
        except Exception:
            time.sleep(0.2)
    sys.exit(f"error: {name} does not answer within 30 s")


def measure(options):
    users, candidates = (graph.tensors(options.model)[f"{side}_embedding"].shape[0] for side in ("user", "candidate"))
    random = np.random.default_rng(42)
    requests = [np.concatenate([random.integers(1, users, 1), random.integers(1, candidates, options.candidates)])
                for _ in range(64)]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plain, tabulated = folder / "plain.onnx", folder / "tabulated.onnx"
        graph.write(options.model, plain, tabulated=False)
        graph.write(options.model, tabulated, tabulated=True)
        ports = [free_port() for _ in range(6)]
        reply_size = 80 + (5 * options.candidates + 7) // 8 * 8
        python = sys.executable
        servers = {
            FLOOR: ([options.echo, reply_size, f"tcp://127.0.0.1:{ports[0]}"], lambda: clients.ZMQ(
                ports[0], frame, lambda data: np.frombuffer(data, "<f4", options.candidates, 80))),
            OURS: ([options.worker, "serve", "--model", options.model, "--bind", f"tcp://127.0.0.1:{ports[1]}"],
                   lambda: clients.ZMQ(ports[1], frame, scores)),
            PEERS[0]: ([python, HERE / "zmq_server.py", plain, ports[2]], lambda: clients.ZMQ(ports[2])),
            PEERS[1]: ([python, HERE / "zmq_server.py", tabulated, ports[3]], lambda: clients.ZMQ(ports[3])),
            PEERS[2]: ([python, HERE / "mosec_server.py", "--port", ports[4]], lambda: clients.HTTP(ports[4])),
            PEERS[3]: ([python, HERE / "grpc_server.py", plain, ports[5]], lambda: clients.GRPC(ports[5])),
        }
        connected = {}
        for name, (command, make) in servers.items():
            process = stack.enter_context(running(command, GRAPH=str(plain)))
            connected[name] = connect(make, requests[0], process, name)
        for ids in requests[:8]:
            wanted = np.frombuffer(Scorer(str(plain)).score(ids.astype("<i8").tobytes()), "<f4")
            for name in [OURS, *PEERS]:
                error = np.abs(connected[name].score(ids) - wanted).max()
                if not error <= 1e-5:
                    sys.exit(f"error: the scores of {name} are {error} away from those of ONNX Runtime")
        times = {name: [] for name in servers}
        order = list(servers)
        for turn in range(options.rounds):
            for name in order[turn % len(order):] + order[:turn % len(order)]:
                score, samples = connected[name].score, []
                for number in range(options.requests):
                    start = time.perf_counter_ns()
                    score(requests[number % len(requests)])
                    samples.append((time.perf_counter_ns() - start) / 1000)
                # The first answers after another server's turn find cold caches.
                times[name].append(np.percentile(samples[len(samples) // 10:], [50, 99]))
    return {name: np.array(rounds) for name, rounds in times.items()}


def report(times, options):
    ours = times[OURS]
    rows = {name: {
        "p50_us": float(np.median(rounds[:, 0])), "p99_us": float(np.median(rounds[:, 1])),
        "swift_rank_over_this_p50": float(np.median(ours[:, 0] / rounds[:, 0])),
    } for name, rounds in times.items()}
    cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    return {"date": datetime.date.today().isoformat(), "cpu": cpu, "core": options.core, "load_average": os.getloadavg()[0],
            "candidates": options.candidates, "rounds": options.rounds, "requests_per_round": options.requests,
            "servers": rows}


def table(found) -> str:
    lines = ["| served by | p50 µs | p99 µs | swift-rank's p50 over this |", "|---|---:|---:|---:|"]
    for name, row in found["servers"].items():
        lines.append(f"| {name} | {row['p50_us']:.0f} | {row['p99_us']:.0f} | {row['swift_rank_over_this_p50']:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--model", "--worker", "--echo"):
        parser.add_argument(name, required=True)
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--requests", type=int, default=300)
    commandline.add_options(parser, rounds=18, drawn="the p50s", pinned="servers and client run")
    options = parser.parse_args()
    commandline.show(options, lambda options: report(measure(options), options), table, svg)


if __name__ == "__main__":
    main()
