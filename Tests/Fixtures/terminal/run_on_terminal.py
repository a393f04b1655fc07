"""Runs a command on a terminal of a given size and prints what a person sees, as JSON.

    python3 run_on_terminal.py COLUMNS ROWS [--resize COLUMNS] -- COMMAND [ARGUMENT...]

The terminal is a small one of its own, independent of the code under test: it knows the control sequences that the
commands use, takes the widths of characters from Python's unicodedata, and counts the lines that it had to break because
text went beyond its last column. With --resize it becomes that wide at the first redraw of a line, and breaks what stands
there anew, as terminals with reflow do.

{"status": 0, "wraps": 0, "lines": ["..."], "controls": 12, "longest": 79}
"""

import codecs
import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios
import unicodedata


def width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Terminal:
    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: list[list[str]] = [[]]
        self.row = 0
        self.column = 0
        self.wraps = 0
        self.controls = 0

    def next_line(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append([])

    def put(self, character: str) -> None:
        size = width(character)
        line = self.lines[self.row]
        if size == 0:
            if line:
                line[min(self.column, len(line)) - 1] += character
            return
        if self.column + size > self.columns:
            self.wraps += 1
            self.next_line()
            self.column = 0
            line = self.lines[self.row]
        line.extend([" "] * (self.column - len(line)))
        # The second column of a wide character is empty.
        line[self.column : self.column + size] = [character] + [""] * (size - 1)
        self.column += size

    def control(self, number: str, letter: str) -> None:
        self.controls += 1
        if letter == "K":
            del self.lines[self.row][self.column :]
        elif letter == "J":
            if number == "2":
                self.lines, self.row = [[]], 0
            del self.lines[self.row][self.column :]
            del self.lines[self.row + 1 :]
        elif letter == "A":
            self.row = max(0, self.row - int(number or 1))
        elif letter == "H":
            self.row = self.column = 0
        else:
            raise ValueError(f"the control sequence {number}{letter} is unknown")

    def resize(self, columns: int) -> None:
        line = self.lines[self.row]
        parts = [line[start : start + columns] for start in range(0, max(1, len(line)), columns)]
        self.lines[self.row : self.row + 1] = parts
        self.row += len(parts) - 1
        self.column = len(parts[-1])
        self.columns = columns

    def feed(self, text: str) -> None:
        for token in re.findall(r"\x1b\[\d*[A-Za-z]|.", text, re.DOTALL):
            if token.startswith("\x1b["):
                self.control(token[2:-1], token[-1])
            elif token == "\r":
                self.column = 0
            elif token == "\n":
                self.next_line()
            else:
                self.put(token)


def main() -> None:
    at = sys.argv.index("--")
    options, command = sys.argv[1:at], sys.argv[at + 1 :]
    columns, rows = int(options[0]), int(options[1])
    narrower = int(options[3]) if len(options) > 2 else None

    def set_size(descriptor: int, columns: int) -> None:
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    process, descriptor = pty.fork()
    if process == 0:
        set_size(0, columns)
        os.execv(command[0], command)
    terminal = Terminal(columns)
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = ""
    while True:
        try:
            data = os.read(descriptor, 1 << 16)
        except OSError:
            data = b""
        text = rest + decoder.decode(data, final=not data)
        # A control sequence may be cut.
        cut = text.rfind("\x1b", max(0, len(text) - 6)) if data else -1
        rest = text[cut:] if cut >= 0 and not re.match(r"\x1b\[\d*[A-Za-z]", text[cut:]) else ""
        terminal.feed(text[: len(text) - len(rest)])
        if not data:
            break
        if narrower and terminal.controls > 0:
            # What was written for the wider terminal is shown before it is narrower; what comes in between is not judged.
            set_size(descriptor, narrower)
            terminal.resize(narrower)
            narrower = None
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    lines = ["".join(line) for line in terminal.lines]
    longest = max(len(line) for line in terminal.lines)
    report = {"status": status, "wraps": terminal.wraps, "lines": lines, "controls": terminal.controls, "longest": longest}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
