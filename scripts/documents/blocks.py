"""The blocks of code of a document, with what its source says of them in comments.

A comment stands before a block and says

    <!-- not run: REASON -->        why nothing runs it, or why nothing is compared with it
    <!-- file: NAME -->             under which name the commands find it
    <!-- run with: OLD => NEW -->   what is smaller, or elsewhere, when a test runs it
    <!-- compared: without numbers -->    that another run prints other numbers

and a comment by itself, which a reader does not see,

    <!-- first:
    COMMANDS
    -->

what has to be there before the next block runs.
"""
from __future__ import annotations

import dataclasses
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MARK = re.compile(r"<!-- (not run|file|run with|compared|first):\s(.*?)\s*-->", re.DOTALL)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"^ {4,}(?![-*] |\d+\. )", re.MULTILINE)


@dataclasses.dataclass
class Block:
    """A block of code, or the commands of a comment (`language` is then `first`)."""
    document: str
    line: int
    language: str
    text: str
    reason: str = ""
    file: str = ""
    changes: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    has_numbers_of_one_run: bool = False

    @property
    def place(self) -> str:
        return f"{self.document}:{self.line}"


class Malformed(Exception):
    """A document whose blocks cannot be told."""


def documents() -> list[str]:
    """Every document but those that tell what was: they may name what is gone."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True,
                            check=True, text=True)
    return [name for name in listed.stdout.splitlines()
            if (ROOT / name).exists() and not name.startswith("docs/history/") and name != "CHANGELOG.md"]


def blocks(document: str) -> list[Block]:
    """The blocks of a document in their order.

    Raises Malformed for a block that is indented, has no language, or has a comment that nothing reads.
    """
    text = (ROOT / document).read_text(encoding="utf-8")
    found: list[Block] = []
    marks: list[tuple[str, str]] = []
    end = 0
    events = sorted([*BLOCK.finditer(text), *MARK.finditer(text)], key=lambda event: event.start())
    for event in events:
        line = text.count("\n", 0, event.start()) + 1
        if event.start() < end:
            raise Malformed(f"{document}:{line}: a comment inside a block")
        between = text[end:event.start()]
        end = event.end()
        if marks and between.strip():
            raise Malformed(f"{document}:{line}: the comment before it stands before no block")
        refuse_indented(document, text, event.start() - len(between), between)
        if event.re is BLOCK:
            found.append(marked(Block(document, line, event[1], event[2]), marks))
            marks = []
        elif event[1] == "first":
            found.append(Block(document, line, "first", event[2] + "\n"))
        else:
            marks.append((event[1], event[2]))
    refuse_indented(document, text, end, text[end:])
    if marks:
        raise Malformed(f"{document}: the last comment stands before no block")
    return found


def marked(block: Block, marks: list[tuple[str, str]]) -> Block:
    """The block with what its comments say."""
    if not block.language:
        raise Malformed(f"{block.place}: the block has no language; write ```text if it has none")
    for kind, value in marks:
        if kind == "not run":
            block.reason = value
        elif kind == "file":
            block.file = value
        elif kind == "compared":
            if value != "without numbers":
                raise Malformed(f"{block.place}: compared: {value}; write \"without numbers\"")
            block.has_numbers_of_one_run = True
        else:
            old, arrow, new = value.partition(" => ")
            if not arrow or old not in block.text:
                raise Malformed(f"{block.place}: \"{value}\" is no OLD => NEW of this block")
            block.changes.append((old, new))
    return block


def refuse_indented(document: str, text: str, start: int, part: str) -> None:
    """Refuses code that is told by its indent alone: neither a reader nor a test knows its language."""
    if found := INDENTED.search(part):
        line = text.count("\n", 0, start + found.start()) + 1
        raise Malformed(f"{document}:{line}: indented code; write ```sh, ```text or another language")
