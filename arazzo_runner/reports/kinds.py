"""The kinds of report, and how each gets to its file. Adding a kind is one line in a table.

The module of a kind is imported when a report of that kind is opened, so a run without reports loads none of them.
A report that is whole at the end is written to a temporary file that then takes the place of the target, also when the
run failed; a stream of events is written as it happens, so that what happened is there even when the process is killed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol, TextIO

from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.engine.events import Event
from arazzo_runner.records import dataclass
from arazzo_runner.reports.flow import Flow
from arazzo_runner.reports.places import Locate, nowhere


@dataclass(frozen=True, slots=True)
class About:
    """What a report may ask besides the events: where things stand, and what was found at load. Already redacted."""

    locate: Locate = nowhere
    findings: Callable[[str, str], Sequence[Diagnostic]] = lambda _document, _workflow_id: ()
    flow: Callable[[str, str], Flow | None] = lambda _document, _workflow_id: None  #: the chart of a workflow
    hide: Callable[[str], str] = lambda text: text  #: takes secrets out that were learned after a text was seen


class Whole(Protocol):
    """A report that is complete when the runs are over."""

    def __call__(self, event: Event) -> None:
        """See an event."""

    def parts(self) -> Iterable[str]:
        """The report, piece by piece: never the whole of a large one at once."""


class Stream(Protocol):
    """A report that is written as it happens."""

    def __call__(self, event: Event) -> None:
        """Write an event; what goes wrong is kept for `check`."""

    def check(self) -> None:
        """Raise the first error of writing, if there was one."""


Write = Callable[[str], object]


def _of(module: str, name: str) -> Callable[..., Any]:
    """What makes the report ``name``, from its module, which is imported when one is made."""

    def make(*facts: object) -> Any:
        return getattr(import_module(f"arazzo_runner.reports.{module}"), name)(*facts)

    return make


WHOLE: Final[Mapping[str, Callable[[About], Whole]]] = {
    "json": lambda about: _of("json_report", "JsonReport")(about.locate, about.findings),
    "junit": _of("junit", "JUnitReport"),
    "har": _of("har", "HarReport"),
    "markdown": _of("markdown", "MarkdownReport"),
    "html": _of("html_report", "HtmlReport"),
}
STREAMS: Final[Mapping[str, Callable[[Write, About], Stream]]] = {
    "jsonl": lambda write, about: _of("jsonl", "JsonLines")(write, about.locate),
}


class Report:
    """A report on its way to its place: an observer, and `finish` for the end."""

    def __init__(self, kind: str, place: Path | Write, about: About) -> None:
        self._place = place
        self._file: TextIO | None = None
        self._whole = WHOLE[kind](about) if kind in WHOLE else None
        self._stream = None if self._whole else STREAMS[kind](self._opened(), about)

    def __call__(self, event: Event) -> None:
        for observe in (self._whole, self._stream):
            if observe is not None:
                observe(event)

    def finish(self) -> None:
        """Write what is written at the end. Raises OSError, also for what could not be written before."""
        try:
            if self._stream is not None:
                self._stream.check()
        finally:
            if self._file is not None:
                self._file.close()
        if self._whole is None:
            return
        if isinstance(self._place, Path):
            replace_file(self._place, self._whole.parts())
        else:
            for part in self._whole.parts():
                self._place(part)

    def _opened(self) -> Write:
        if not isinstance(self._place, Path):
            return self._place
        self._file = self._place.open("w", encoding="utf-8", buffering=1)
        return self._file.write


def unavailable(kind: str) -> str | None:
    """Why a kind cannot be had, or None when it can."""
    available = ", ".join(sorted((*WHOLE, *STREAMS)))
    if kind in WHOLE or kind in STREAMS:
        return None
    return f"there is no report kind '{kind}'; available: {available}"


def unwritable(path: Path) -> str | None:
    """Why a report could not be written there, found out before a run; None when it could."""
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder '{folder}'"
    if path.is_dir():
        return f"'{path}' is a folder"
    writable = os.access(path if path.exists() else folder, os.W_OK)
    return None if writable else f"'{path}' cannot be written"


def replace_file(path: Path, parts: Iterable[str]) -> None:
    """Write a file whole or not at all: into a temporary file beside it, which then takes its place."""
    if path.exists() and not path.is_file():  # /dev/stderr, a pipe
        with path.open("w", encoding="utf-8") as special:
            special.writelines(parts)
        return
    from tempfile import mkstemp

    path = path.resolve()  # a link stays, and what it leads to is replaced
    handle, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(parts)
        os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
