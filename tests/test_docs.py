"""The documentation says only what was run: its Python runs, its commands print what it shows, its tables are whole."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from arazzo_runner.diagnostics import CODES, Code
from arazzo_runner.expressions.dialect import TABLE, Row

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#:]+)(?:#[^)]*)?\)")
TIME = re.compile(r" +\d+(\.\d+)? (ms|s)\b")


def by_name(path: Path) -> str:
    return path.name


def fenced(page: Path, language: str) -> Iterator[str]:
    return (block for kind, block in FENCE.findall(page.read_text(encoding="utf-8")) if kind == language)


def commands() -> Iterator[tuple[str, list[str]]]:
    """The commands shown on all pages that are ours to run, each with the lines that it shows."""
    for page in PAGES:
        if page.name == "tutorial.md":  # `test_tutorial.py` follows it in a folder of its own
            continue
        for block in fenced(page, "console"):
            for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *lines = shown.rstrip("\n").split("\n")
                if command.startswith("arazzo "):
                    yield command, lines


@pytest.mark.parametrize("page", [page for page in PAGES if any(fenced(page, "python"))], ids=by_name)
def test_the_examples_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {"__name__": "example"}
    for block in fenced(page, "python"):
        exec(compile(block, str(page), "exec"), names)  # noqa: S102  # the page's own example


@pytest.mark.parametrize(
    ("command", "lines"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_commands_print_what_is_shown(command: str, lines: list[str]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ARAZZO_", "COLUMNS"))}
    program = [sys.executable, "-m", "arazzo_runner", *shlex.split(command)[1:]]
    printed = subprocess.run(
        program, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    ).stdout
    assert [timeless(line) for line in printed.splitlines()[: len(lines)]] == [timeless(line) for line in lines]


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_table_of_dialects_is_whole() -> None:
    """Where this fails, `make docs` mends it."""
    assert dialects() in (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")


def test_the_table_of_diagnostics_is_whole() -> None:
    """Where this fails, `make docs` mends it."""
    assert diagnostics() in (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")


def dialects() -> str:
    """The table of tolerance as Markdown."""
    return "\n".join(["| code | what is written | read as |", "|---|---|---|", *map(dialect_line, TABLE), ""])


def dialect_line(row: Row) -> str:
    return f"| `{row.name}` | {cell(row.written)} | {cell(row.read_as)} |"


def diagnostics() -> str:
    """Every code that is not a dialect as Markdown."""
    codes = [code for code in CODES.values() if not code.dialect]
    head = ["| code | | what it means | what to do |", "|---|---|---|---|"]
    return "\n".join([*head, *map(code_line, codes), ""])


def code_line(code: Code) -> str:
    return f"| `{code.name}` | {code.severity.value} | {cell(code.meaning)} | {cell(code.remedy)} |"


def cell(text: str) -> str:
    """Text for a cell: what Markdown would take as markup is escaped."""
    return re.sub(r"([|*<])", r"\\\1", text)


def timeless(line: str) -> str:
    """A line without the times that differ from run to run."""
    return TIME.sub(" TIME", line)


def write(page: Path, table: str) -> None:
    """Put a table into its page, in place of the one that stands there."""
    text = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r"^\|(?:.*\n\|)*.*\n", lambda _: table, text, count=1, flags=re.MULTILINE), encoding="utf-8")


if __name__ == "__main__":
    write(ROOT / "docs" / "dialects.md", dialects())
    write(ROOT / "docs" / "diagnostics.md", diagnostics())
