"""Serves ensembles of XGBoost in several ways and measures lists of 500 candidates, all on one core, in turns.

    trees.py --worker PATH --echo PATH [--models NAME...] [--candidates N] [--rounds N] [--requests N] [--keep DIR]
             [--core N] [--json] [--svg FILE]

Benchmarks/run served-trees calls it with what it has built.
"""
import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile

# One core for everything: threads would only take turns.
os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})

import numpy as np  # noqa: E402
import zmq  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
CLIENT = HERE.parents[1] / "Clients" / "python"
sys.path += [str(HERE.parent), str(HERE.parent / "trees")]
import commandline  # noqa: E402
import frames  # noqa: E402
import invented  # noqa: E402
import models  # noqa: E402
import rounds  # noqa: E402
from pyzmq_client import ZMQ, floats  # noqa: E402
from served_picture import svg  # noqa: E402

FLOOR, OURS, ONCE, PEER = "C echo", "swift-rank", "swift-rank, user's features once", "pyzmq + XGBoost"
LISTS = 16  # different ones: on fewer a library's branches are predicted


def converted(name, directory):
    """The model as its library wrote it, and as rank-worker reads it, with the user's columns as those of the query."""
    source, target = directory / f"{name}.ubj", directory / f"{name}.query.rank"
    models.booster(name, source)
    if not target.exists():
        columns = ",".join(map(str, range(invented.USER)))
        subprocess.run([sys.executable, "-m", "rank_client.convert", source, target, "--query-features", columns],
                       check=True, stdout=sys.stderr, env={**os.environ, "PYTHONPATH": str(CLIENT)})
    return source, target


def servers(options, source, target, transport, folder):
    """{name: (command, client)}."""
    ends = {name: rounds.endpoint(transport, folder) for name in (FLOOR, OURS, PEER)}
    ids = np.arange(1, options.candidates + 1, dtype="<u8")

    def repeated(rows):
        return frames.request(1, ids, rows=rows)

    def once(rows):
        return frames.request(1, ids, rows=rows[:, invented.USER:], query=rows[0, :invented.USER])

    size = frames.reply_bytes(options.candidates)
    return {
        FLOOR: ([options.echo, size, ends[FLOOR]], lambda: ZMQ(
            ends[FLOOR], repeated, lambda data: np.frombuffer(data, "<f4", options.candidates, 80))),
        OURS: ([options.worker, "serve", "--model", target, "--bind", ends[OURS]],
               lambda: ZMQ(ends[OURS], repeated, frames.scores)),
        ONCE: (None, lambda: ZMQ(ends[OURS], once, frames.scores)),
        PEER: ([sys.executable, HERE / "xgboost_server.py", source, ends[PEER], invented.FEATURES],
               lambda: ZMQ(ends[PEER], np.ndarray.tobytes, floats, zmq.REQ)),
    }


def rows_of(options, name, directory, folder):
    source, target = converted(name, directory)
    found = []
    lists = invented.World().lists(options.candidates, LISTS, seed=options.candidates)
    requests = list(lists.reshape(LISTS, options.candidates, invented.FEATURES))
    for transport in ("ipc", "tcp"):
        with contextlib.ExitStack() as stack:
            connected = {}
            for server, (command, make) in servers(options, source, target, transport, folder).items():
                if command is not None:
                    process = stack.enter_context(rounds.running(command))
                connected[server] = rounds.connect(make, requests[0], process, server)
            for rows in requests:
                wanted = connected[PEER].score(rows).view(np.uint32)
                for server in (OURS, ONCE):
                    if not (connected[server].score(rows).view(np.uint32) == wanted).all():
                        sys.exit(f"error: {name}: the scores of {server} are not those of XGBoost")
            times = rounds.in_turns(connected, requests, options.rounds, options.requests)
        for server, turns in times.items():
            found.append({"model": name, "transport": transport, "server": server,
                          "p50_us": float(np.median(turns[:, 0])), "p99_us": float(np.median(turns[:, 1])),
                          "p50_over_swift_rank": float(np.median(turns[:, 0] / times[OURS][:, 0])),
                          "bits_equal": server != FLOOR})
    return found


def measure(options):
    with tempfile.TemporaryDirectory() as folder:
        directory = options.keep or pathlib.Path(folder)
        directory.mkdir(parents=True, exist_ok=True)
        rows = [row for name in options.models for row in rows_of(options, name, directory, folder)]
    return rounds.conditions(options) | {"features": invented.FEATURES, "rows": rows}


def table(found) -> str:
    lines = ["| model | over | served by | p50 µs | p99 µs | this p50 over swift-rank's |", "|---|---|---|---:|---:|---:|"]
    for row in found["rows"]:
        lines.append(f"| {row['model']} | {row['transport']} | {row['server']} | {row['p50_us']:.0f} "
                     f"| {row['p99_us']:.0f} | {row['p50_over_swift_rank']:.2f} |")
    return "\n".join(lines)


def main() -> None:
    names = [name for name in models.MODELS if name.startswith("xgboost")]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--worker", "--echo"):
        parser.add_argument(name, required=True)
    parser.add_argument("--models", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--candidates", type=int, default=500)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--keep", type=pathlib.Path, help="where models are kept, and taken from in the next run")
    commandline.add_options(parser, rounds=12, drawn="the p50s", pinned="servers and client run")
    options = parser.parse_args()
    commandline.show(options, measure, table, svg)


if __name__ == "__main__":
    main()
