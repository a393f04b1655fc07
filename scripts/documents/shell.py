"""What a shell needs to run the commands of a document as a test: no ports, workers that are awaited, outputs apart."""
from __future__ import annotations

import re
import shlex

# `serve` starts a worker as the document does, in the background, and waits until it is ready. A worker that an earlier
# block left at the same place gives way.
PRELUDE = r"""
declare -A workers
leave() { kill "$@" 2>/dev/null || true; wait "$@" 2>/dev/null || true; }
trap 'leave "${workers[@]}" $(jobs -p)' EXIT
serve() {
    local argument previous="" bind="" processes=1 number path
    for argument in "$@"; do
        case "$previous" in --bind) bind=${argument#ipc://} ;; --processes) processes=$argument ;; esac
        previous=$argument
    done
    [ -z "${workers[$bind]:-}" ] || leave "${workers[$bind]}"
    for ((number = 0; number < processes; number++)); do rm -f "${bind//\{n\}/$number}"; done
    rank-worker serve "$@" &
    workers[$bind]=$!
    for ((number = 0; number < processes; number++)); do
        path=${bind//\{n\}/$number}
        until [ -S "$path" ]; do
            kill -0 "${workers[$bind]}"
            command sleep 0.02
        done
    done
}
# A document sleeps until its worker is ready, which `serve` has seen.
sleep() { :; }
# A busy machine may take longer than the calls of a document have.
rank-client() { command rank-client "$@" --deadline 60s; }
"""


def without_ports(text: str, directory: str) -> str:
    """The text with each port of 127.0.0.1 as a path in the directory, and admin pages at any free port."""
    text = re.sub(r"--admin 127\.0\.0\.1:\d+-\d+", "--admin '127.0.0.1:*'", text)
    text = re.sub(r"--admin 127\.0\.0\.1:\d+", "--admin 127.0.0.1:0", text)
    text = re.sub(r"tcp://127\.0\.0\.1:(\d+)0-\d+", rf"ipc://{directory}/\g<1>{{n}}", text)
    return re.sub(r"tcp://127\.0\.0\.1:(\d+)", rf"ipc://{directory}/\1", text)


def patient(text: str) -> str:
    """The text of a program in Python with longer deadlines: a busy machine may need them."""
    return re.sub(r"\bdeadline=[\d.]+", "deadline=60", text)


def awaited(text: str) -> str:
    """The commands with each `rank-worker serve` awaited, whether the document has it in the background or not."""
    lines = re.sub(r"\\\n\s*", "", text).splitlines(keepends=True)
    return "".join(re.sub(r"^rank-worker serve (.*?)[ \t]*&?$", r"serve \1", line) for line in lines)


def group(text: str, output: str) -> str:
    """The commands as a group of the shell with everything that they print in a file."""
    return f"{{\n{text}\n}} >{shlex.quote(output)} 2>&1\n"


def is_in(line: str, printed: str, without_numbers: bool = False) -> bool:
    """Whether the output has the line of the document, blanks aside, and numbers and stars if so told."""
    def plain(line: str) -> str:
        if without_numbers:
            line = re.sub(r"[★☆]+", "★", re.sub(r"-?\d[\d,.]*(?:e-?\d+)?", "0", line))
        return " ".join(line.split())
    return plain(line) in {plain(other) for other in printed.splitlines()}
