"""What is read from a document, and what is refused in one."""
import importlib.machinery
import importlib.util

import pytest

from documents import blocks, commands, shell
from documents.blocks import Malformed


def loaded(name):
    """A script without an ending as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(blocks.ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads the blocks of a text."""
    def read(text):
        (tmp_path / "page.md").write_text(text, encoding="utf-8")
        monkeypatch.setattr(blocks, "ROOT", tmp_path)
        return blocks.blocks("page.md")
    return read


def test_blocks_have_what_the_comments_before_them_say(read):
    found = read("""Text.

<!-- first:
mkdir a
-->

<!-- run with: 25 => 2 -->
```sh
make --count 25
```

<!-- not run: no network -->
```text
- a list:
    code
```
<!-- file: a.c -->
```c
int a;
```
""")
    assert [(block.language, block.line) for block in found] == [("first", 3), ("sh", 8), ("text", 13), ("c", 18)]
    assert found[0].text == "mkdir a\n"
    assert found[1].changes == [("25", "2")] and not found[1].reason
    assert found[2].reason == "no network"
    assert found[3].file == "a.c" and found[3].text == "int a;\n"


@pytest.mark.parametrize("text, reason", [
    ("Text:\n\n    ls\n", "page.md:3: indented code"),
    ("```\nls\n```\n", "page.md:1: the block has no language"),
    ("<!-- not run: why -->\nText.\n\n```sh\nls\n```\n", "stands before no block"),
    ("<!-- not run: why -->\n", "stands before no block"),
    ("<!-- run with: a => b -->\n```sh\nls\n```\n", 'page.md:2: "a => b" is no OLD => NEW'),
    ("<!-- compared: somehow -->\n```text\na\n```\n", "page.md:2: compared: somehow"),
    ("```sh\n<!-- not run: why -->\n```\n", "a comment inside a block"),
])
def test_what_no_test_could_run_is_refused(read, text, reason):
    with pytest.raises(Malformed, match=reason):
        read(text)


KNOWN = {"serve": {"--bind": {}, "--plan": {"allValues": ["direct", "full"]}, "-h": {}}}


@pytest.mark.parametrize("line, expected", [
    ("serve --bind tcp://127.0.0.1:7000 --plan full", []),
    ("serve --plan PLAN -h", []),
    ("serve --bnd x", ["p serve has no option --bnd"]),
    ("serve --bind=x --plan ful", ["p serve --plan: ful is none of direct, full"]),
    ("sreve", ["p has no command sreve"]),
    ("--version", []),
])
def test_a_command_line_has_only_what_the_program_has(line, expected):
    assert commands.faults("p", line, KNOWN) == expected


def test_ports_become_paths():
    text = "serve --bind tcp://127.0.0.1:7000-7003 --admin 127.0.0.1:9000-9003 --workers tcp://127.0.0.1:7001"
    assert shell.without_ports(text, "/d") == "serve --bind ipc:///d/700{n} --admin '127.0.0.1:*' --workers ipc:///d/7001"


def test_every_worker_is_awaited():
    assert shell.awaited("rank-worker serve \\\n    --bind x &\nls &\nrank-worker serve --json\n") == (
        "serve --bind x\nls &\nserve --json\n")


@pytest.mark.parametrize("line, printed, expected", [
    ("1   131  A Film (1994)   2.62  ★★★☆☆  0.404599", "x\n12  7 A Film (2001)  4.1 ★★★★★ 1e-5\n", True),
    ("100 lists in 1,252 requests: the same bits", "99 lists in 7 requests: other bits\n", False),
    ("refit  trained", "refit", False),
])
def test_outputs_may_be_alike_but_for_numbers_and_blanks(line, printed, expected):
    assert shell.is_in(line, printed, without_numbers=True) == expected


@pytest.mark.parametrize("printed, expected", [("a\n 1  0.5 \n", True), ("1 0.6\n", False), ("1 0.5 x\n", False)])
def test_outputs_are_the_same_but_for_blanks(printed, expected):
    assert shell.is_in("1 0.5", printed) == expected


def test_a_document_whose_command_fails_or_whose_output_is_another_is_refused(tmp_path, monkeypatch):
    guide = loaded("run-guide")
    for name in guide.LINKS:
        (tmp_path / name).mkdir()
    for module in (guide, blocks):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text("```sh\ntouch a\n```\n\n```sh\nls a; echo 17 files\n```\n\n<!-- compared: without numbers -->\n```text\n3 files\n```\n")
    assert guide.run("page.md", tmp_path) == {"sh": 2, "outputs": 1}
    page.write_text("```sh\necho before\nfalse\necho behind\n```\n")
    with pytest.raises(guide.Failure, match=r"page.md:1: a command failed \(1\)[^$]*\nbefore"):
        guide.run("page.md", tmp_path)
    page.write_text("```sh\necho 4 files\n```\n\n```text\n3 files\n```\n")
    with pytest.raises(guide.Failure, match='page.md:5: no command before it printed "3 files"'):
        guide.run("page.md", tmp_path)
    page.write_text("```json\n{}\n```\n")
    with pytest.raises(guide.Failure, match="page.md:1: nothing uses this block of json"):
        guide.run("page.md", tmp_path)


def test_a_cell_is_as_long_as_its_text():
    assert loaded("check-layout").cells("| [a](b/c.md) | `x \\| y` | |") == ["a", "`x \\| y`", ""]
