"""Asks several servers for the ten best of 500 candidates, and measures a request, all on one core, in turns.

    topk.py --model FILE --worker PATH --echo PATH [--candidates N] [--k N] [--rounds N] [--requests N] [--core N]
            [--json] [--svg FILE]

Benchmarks/run served-topk calls it with what it has built.
"""
import argparse
import contextlib
import pathlib
import sys
import tempfile

import numpy as np

import frames
import graph
import rounds
from pyzmq_client import ZMQ
from served_picture import svg

import commandline  # beside bars, where served_picture looks

HERE = pathlib.Path(__file__).resolve().parent
FLOOR, OURS, PLAIN = "C echo", "swift-rank, certified", "swift-rank, plain"
PEERS = {"pyzmq + ONNX Runtime": False, "pyzmq + ONNX Runtime, tabulated": True}


def servers(options, graphs, transport, folder):
    """{name: (command, client)}."""
    def ours(ids):
        return frames.request(ids[0], ids[1:].astype("<u8"), top_k=options.k)

    def theirs(data):
        return np.frombuffer(data, "<u4", options.k), np.frombuffer(data, "<f4", options.k, 4 * options.k)

    found, size = {}, frames.reply_bytes(options.k, is_indexed=True)
    end = rounds.endpoint(transport, folder)
    found[FLOOR] = [options.echo, size, end], lambda end=end: ZMQ(end, ours, lambda data: np.frombuffer(
        data, "<f4", options.k, 80))
    for name, plan in ((OURS, "certified"), (PLAIN, "plain")):
        end = rounds.endpoint(transport, folder)
        found[name] = ([options.worker, "serve", "--model", options.model, "--top-k-plan", plan, "--bind", end],
                       lambda end=end: ZMQ(end, ours, frames.best))
    for name, path in graphs.items():
        end = rounds.endpoint(transport, folder)
        found[name] = ([sys.executable, HERE / "zmq_server.py", path, end, options.k],
                       lambda end=end: ZMQ(end, unwrap=theirs))
    return found


def compare(connected, ids):
    """Ours are the same to the last bit; ONNX Runtime's scores are near, and near ones may have changed places."""
    positions, scores = connected[OURS].score(ids)
    plain = connected[PLAIN].score(ids)
    if positions.tolist() != plain[0].tolist() or scores.tobytes() != plain[1].tobytes():
        sys.exit("error: the certified list is not the plain one")
    for name in PEERS:
        error = np.abs(connected[name].score(ids)[1] - scores).max()
        if not error <= 1e-5:
            sys.exit(f"error: the scores of {name} are {error} away from ours")


def rows_of(options, transport, graphs, folder, requests):
    with contextlib.ExitStack() as stack:
        connected = {}
        for name, (command, make) in servers(options, graphs, transport, folder).items():
            process = stack.enter_context(rounds.running(command))
            connected[name] = rounds.connect(make, requests[0], process, name)
        for ids in requests:
            compare(connected, ids)
        times = rounds.in_turns(connected, requests, options.rounds, options.requests)
    for name, turns in times.items():
        yield {"transport": transport, "server": name,
               "p50_us": float(np.median(turns[:, 0])), "p99_us": float(np.median(turns[:, 1])),
               "certified_over_this_p50": float(np.median(times[OURS][:, 0] / turns[:, 0])),
               "identical": True if name in (OURS, PLAIN) else None}


def measure(options):
    users, candidates = (graph.tensors(options.model)[f"{side}_embedding"].shape[0] for side in ("user", "candidate"))
    random = np.random.default_rng(42)
    requests = [np.concatenate([random.integers(1, users, 1),
                                1 + random.choice(candidates - 1, options.candidates, replace=False)])
                for _ in range(64)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        graphs = {name: pathlib.Path(folder) / f"{is_tabulated}.onnx" for name, is_tabulated in PEERS.items()}
        for name, path in graphs.items():
            graph.write(options.model, path, tabulated=PEERS[name])
        for transport in ("ipc", "tcp"):
            rows += rows_of(options, transport, graphs, folder, requests)
    return rounds.conditions(options) | {"k": options.k, "rows": rows}


def table(found) -> str:
    lines = ["| over | served by | p50 µs | p99 µs | certified p50 over this |", "|---|---|---:|---:|---:|"]
    for row in found["rows"]:
        lines.append(f"| {row['transport']} | {row['server']} | {row['p50_us']:.0f} | {row['p99_us']:.0f} "
                     f"| {row['certified_over_this_p50']:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--model", "--worker", "--echo"):
        parser.add_argument(name, required=True)
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--k", type=int, default=10, help="how many of the best are wanted")
    parser.add_argument("--requests", type=int, default=300)
    commandline.add_options(parser, rounds=18, drawn="the p50s", pinned="servers and client run")
    options = parser.parse_args()
    commandline.show(options, measure, table, svg)


if __name__ == "__main__":
    main()
