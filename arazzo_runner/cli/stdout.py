"""stdout as a page of lines: in colour and to its width where it is a terminal; and a line on stderr that says how far.

Knows terminals; it must not know what the lines are about.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from time import monotonic
from typing import Any, Final

import click

from arazzo_runner.cli.terminal import Terminal, is_terminal
from arazzo_runner.reports.lines import Line, Role, duration

#: How long nothing is said of how far it is, and between two times, in seconds.
QUIET: Final = 1.0
PAUSE: Final = 0.1

_STYLES: Final[dict[Role, dict[str, Any]]] = {
    "": {},
    "ok": {"fg": "green"},
    "bad": {"fg": "red"},
    "warn": {"fg": "yellow"},
    "dim": {"fg": "bright_black"},
    "strong": {"bold": True},
}


class Page:
    """Lines for stdout, and the progress of a number of documents."""

    def __init__(self, terminal: Terminal, total: int) -> None:
        self._terminal = terminal
        self._total = total
        self._begun = monotonic()
        self._said = 0.0
        self._showing = False
        self._live = is_terminal()
        on_terminal = bool(sys.stdout and sys.stdout.isatty()) and os.environ.get("TERM") != "dumb"
        self._colours = on_terminal and not os.environ.get("NO_COLOR")
        #: The columns of the terminal; None where stdout is none.
        self.width = max(shutil.get_terminal_size().columns, 40) if on_terminal else None

    def write(self, lines: Sequence[Line]) -> None:
        """Add lines."""
        if lines:
            self.clear()
            self._terminal.write("".join(f"{self._styled(line)}\n" for line in lines))

    def complain(self, message: str) -> None:
        """An error message, on stderr."""
        self.clear()
        self._terminal.complain(message)

    def progress(self, done: int) -> None:
        """Say how many documents are done, when it takes long and someone watches."""
        now = monotonic()
        if not self._live or now - self._begun < QUIET or now - self._said < PAUSE:
            return
        self._said, self._showing = now, True
        text = f"  {done} of {self._total} files, {duration(now - self._begun)}"
        click.echo(f"\r\x1b[2K{text}", err=True, nl=False)

    def clear(self) -> None:
        """Take the progress away."""
        if self._showing:
            self._showing = False
            click.echo("\r\x1b[2K", err=True, nl=False)

    def _styled(self, line: Line) -> str:
        if not self._colours:
            return str(line)
        return "".join(click.style(text, **_STYLES[role]) if role else text for text, role in line.pieces)
