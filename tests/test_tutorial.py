"""The tutorial is run from its first line to its last: its files are written, its commands must print what it shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from test_docs import timeless

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
BLOCK = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
PROGRAMS = {"arazzo": [sys.executable, "-m", "arazzo_runner"], "pytest": [sys.executable, "-m", "pytest"]}


class File(NamedTuple):
    name: str
    text: str


class Command(NamedTuple):
    line: str
    shown: list[str]


def parts() -> Iterator[File | Command]:
    """What a reader does: files to write and commands to type."""
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["title"]:
            yield File(block["title"], block["text"])
        elif block["kind"] == "console":
            for typed in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
                line, *shown = typed.rstrip("\n").split("\n")
                yield Command(line, shown)


def test_the_tutorial_can_be_followed(tmp_path: Path) -> None:
    servers: list[subprocess.Popen[str]] = []
    try:
        for part in parts():
            match part:
                case File(name, text):
                    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
                    (tmp_path / name).write_text(text, encoding="utf-8")
                case Command(line, shown) if line.endswith(" &"):
                    servers.append(started(line.removesuffix(" &"), tmp_path, shown))
                case Command(line, shown):
                    assert printed(line, tmp_path)[: len(shown)] == [timeless(each) for each in shown], line
    finally:
        for server in servers:
            server.terminate()
            server.communicate()


def program(line: str) -> list[str]:
    name, *arguments = shlex.split(line)
    return [*PROGRAMS[name], *arguments]


def printed(line: str, folder: Path) -> list[str]:
    done = subprocess.run(
        program(line), cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=60
    )
    return [timeless(each) for each in done.stdout.splitlines()]


def started(line: str, folder: Path, shown: list[str]) -> subprocess.Popen[str]:
    """A server, when it has said that it serves."""
    server = subprocess.Popen(program(line), cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert server.stdout is not None
    assert [server.stdout.readline().rstrip("\n") for _ in shown] == shown
    return server
