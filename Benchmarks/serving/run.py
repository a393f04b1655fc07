"""Serves one model in several ways and measures a request of 500 candidates, all on one core, in interleaved rounds.

    run.py --model FILE --worker PATH --echo PATH [--rounds N] [--requests N] [--json] [--svg FILE]

Benchmarks/run serving calls it with what it has built.
"""
import argparse
import contextlib
import pathlib
import sys
import tempfile

import numpy as np

import clients
import frames
import graph
import rounds
from picture import svg
from scorer import Scorer

import commandline  # beside bars, where picture looks

HERE = pathlib.Path(__file__).resolve().parent
OURS, FLOOR = "swift-rank", "C echo"
PEERS = ["pyzmq + ONNX Runtime", "pyzmq + ONNX Runtime, tabulated", "mosec + ONNX Runtime", "Python gRPC + ONNX Runtime"]


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
        ports = [rounds.free_port() for _ in range(6)]
        endpoints = [f"tcp://127.0.0.1:{port}" for port in ports[:4]]

        def frame(ids):
            return frames.request(ids[0], ids[1:].astype("<u8"))

        python = sys.executable
        servers = {
            FLOOR: ([options.echo, frames.reply_bytes(options.candidates), endpoints[0]], lambda: clients.ZMQ(
                endpoints[0], frame, lambda data: np.frombuffer(data, "<f4", options.candidates, 80))),
            OURS: ([options.worker, "serve", "--model", options.model, "--bind", endpoints[1]],
                   lambda: clients.ZMQ(endpoints[1], frame, frames.scores)),
            PEERS[0]: ([python, HERE / "zmq_server.py", plain, endpoints[2]], lambda: clients.ZMQ(endpoints[2])),
            PEERS[1]: ([python, HERE / "zmq_server.py", tabulated, endpoints[3]], lambda: clients.ZMQ(endpoints[3])),
            PEERS[2]: ([python, HERE / "mosec_server.py", "--port", ports[4]], lambda: clients.HTTP(ports[4])),
            PEERS[3]: ([python, HERE / "grpc_server.py", plain, ports[5]], lambda: clients.GRPC(ports[5])),
        }
        connected = {}
        for name, (command, make) in servers.items():
            process = stack.enter_context(rounds.running(command, GRAPH=str(plain)))
            connected[name] = rounds.connect(make, requests[0], process, name)
        for ids in requests[:8]:
            wanted = np.frombuffer(Scorer(str(plain)).score(ids.astype("<i8").tobytes()), "<f4")
            for name in [OURS, *PEERS]:
                error = np.abs(connected[name].score(ids) - wanted).max()
                if not error <= 1e-5:
                    sys.exit(f"error: the scores of {name} are {error} away from those of ONNX Runtime")
        return rounds.in_turns(connected, requests, options.rounds, options.requests)


def report(times, options):
    ours = times[OURS]
    rows = {name: {
        "p50_us": float(np.median(turns[:, 0])), "p99_us": float(np.median(turns[:, 1])),
        "swift_rank_over_this_p50": float(np.median(ours[:, 0] / turns[:, 0])),
    } for name, turns in times.items()}
    return rounds.conditions(options) | {"servers": rows}


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
