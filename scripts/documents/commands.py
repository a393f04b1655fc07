"""The command lines of the three programs, held against the options that the programs tell of themselves."""
from __future__ import annotations

import json
import pathlib
import re
import subprocess

PROGRAMS = ["rank-train", "rank-worker", "rank-client"]
COMMAND = re.compile(r"(?<![\w-])(rank-train|rank-worker|rank-client) ([^\n`|;&>#]+)")
OPTION = re.compile(r"--?[a-z][\w-]*")


def missing(directory: pathlib.Path) -> list[str]:
    """The programs that are not in the directory."""
    return [program for program in PROGRAMS if not (directory / program).is_file()]


def programs(directory: pathlib.Path) -> dict[str, dict[str, dict[str, dict]]]:
    """The options of each command of each program by their names."""
    found: dict[str, dict[str, dict[str, dict]]] = {}
    for program in PROGRAMS:
        dump = subprocess.run([directory / program, "--experimental-dump-help"], capture_output=True, check=True)
        found[program] = {
            command["commandName"]: {
                ("--" if name["kind"] == "long" else "-") + name["name"]: argument
                for argument in command.get("arguments", []) for name in argument.get("names", [])
            }
            for command in json.loads(dump.stdout)["command"]["subcommands"]
        }
    return found


def faults(program: str, line: str, commands: dict[str, dict[str, dict]]) -> list[str]:
    """What a command line says that the program does not know."""
    words = line.split()
    if words[0].startswith("-") or not re.fullmatch(r"[a-z][a-z-]*", words[0]):
        return []
    if words[0] not in commands:
        return [f"{program} has no command {words[0]}"]
    options, found = commands[words[0]], []
    for word, value in zip(words[1:], [*words[2:], ""]):
        name = word.strip("'\"[](),").partition("=")[0]
        if not OPTION.fullmatch(name):
            continue
        if name not in options:
            found.append(f"{program} {words[0]} has no option {name}")
            continue
        values = options[name].get("allValues")
        if values and re.fullmatch(r"[a-z][\w-]*", value) and value not in values:
            found.append(f"{program} {words[0]} {name}: {value} is none of {', '.join(values)}")
    return found
