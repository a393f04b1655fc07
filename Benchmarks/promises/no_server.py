"""1,000 calls at a closed port and 1,000 at one that never answers: how each ends, and what the error names."""
import json
import socket
import subprocess

from common import bench


def promise():
    figures, kept = [], True
    with socket.socket() as silent, socket.socket() as closed:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1024)
        closed.bind(("127.0.0.1", 0))
        for name, place, code in (("closed", closed, "UNAVAILABLE"), ("silent", silent, "DEADLINE_EXCEEDED")):
            endpoint = f"tcp://127.0.0.1:{place.getsockname()[1]}"
            options = ["--through-pool", "--rate", "500", "--arrivals", "constant", "--duration", "2010ms"]
            load = bench(endpoint, *options, "--warm-up", "0s", "--deadline", "250ms", stderr=subprocess.DEVNULL)
            found = json.loads(load.communicate()[0])["workers"]
            longest = found["failure_us"]["max"] / 1000
            figures.append(f"{name}: {found['failed']:,} calls ended with {'/'.join(found['errors'])}, "
                           f"the longest after {longest:.1f} ms, {found['overrun_us'] / 1000:.1f} ms beyond its deadline")
            kept = kept and found["failed"] == found["offered"] >= 1_000 and list(found["errors"]) == [code]
            kept = kept and endpoint in found["examples"][code] and found["overrun_us"] <= 20_000
            if place is closed:
                kept = kept and "refused" in found["examples"][code] and longest <= 20
    return "; ".join(figures), "1,000 each, by deadline + 20 ms; closed: at once (20 ms), the refusal and the address named", kept
