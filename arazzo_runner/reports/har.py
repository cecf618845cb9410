"""The HAR report: every request with its answer as an HTTP Archive 1.2, which browsers' developer tools open.

An entry is written to a temporary file as soon as its answer is there, so a long run is not held in memory. A page is a
run that was asked for; the comment of an entry says which step sent it, at which visit and attempt, and where in the
call tree. A request that got no answer is an entry with a response of status 0, whose ``_error`` says why, as
Chromium writes it.

The whole exchange is measured, not its parts: ``wait`` is all of its time, ``send`` and ``receive`` are 0, and what
else is not known is -1. Numbers of bytes are those of the content that is shown; -1 where a secret was hidden in it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from arazzo_runner import __version__
from arazzo_runner.engine.events import (
    AttemptFinished,
    CallPath,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.records import dataclass
from arazzo_runner.reports.bodies import compact
from arazzo_runner.reports.har_messages import no_response, request_value, response_value
from arazzo_runner.reports.json_report import milliseconds, timestamp
from arazzo_runner.reports.kinds import About

VERSION: Final = "1.2"

#: Entries are kept in memory up to this many characters, then on disk.
SPOOL: Final = 1 << 20


@dataclass(slots=True)
class _Page:
    """A run that was asked for; times in seconds."""

    id: str
    title: str
    started: float
    path: CallPath
    duration: float = -0.001  #: as milliseconds -1, unknown, until the run is over


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request that has no answer yet."""

    event: RequestSent
    visit: int


class HarReport:
    """An observer that gives the exchanges it saw as an HTTP Archive."""

    def __init__(self, about: About) -> None:
        self._hide = about.hide
        self._pages: list[_Page] = []
        self._visits: dict[CallPath, int] = {}
        self._sent: dict[CallPath, _Sent] = {}
        self._entries = tempfile.SpooledTemporaryFile(SPOOL, "w+", encoding="utf-8", newline="\n")  # noqa: SIM115  # `parts` closes it
        self._failed: OSError | None = None

    def __call__(self, event: Event) -> None:
        match event:
            case WorkflowStarted(reason="asked", path=path):
                title = f"{event.workflow_id} ({event.document})"
                self._pages.append(_Page(f"run_{len(self._pages) + 1}", title, event.time, path))
            case StepStarted(path=path, visit=visit):
                self._visits[path] = visit
            case RequestSent(path=path):
                self._sent[path] = _Sent(event, self._visits.get(path, 1))
            case ResponseReceived(path=path, response=response, duration=duration):
                self._close(path, response_value(response), duration)
            case AttemptFinished(path=path, error=error):
                self._close(path, no_response(error.message if error else "no answer"), self._since(path, event.time))
            case StepFinished(path=path):
                self._close(path, no_response("the run stopped before the answer"), self._since(path, event.time))
            case WorkflowFinished(path=path, result=result):
                if self._pages and self._pages[-1].path == path:
                    self._pages[-1].duration = result.duration
            case _:
                pass

    def parts(self) -> Iterable[str]:
        """The archive, entry by entry. Raises OSError when an entry could not be kept."""
        with self._entries:
            if self._failed is not None:
                raise self._failed
            creator = {"name": "arazzo-interpreter", "version": __version__}
            pages = [_page_value(page) for page in self._pages]
            head = self._hidden(compact({"version": VERSION, "creator": creator, "pages": pages})).removesuffix("}\n")
            yield f'{{"log": {head}, "entries": ['
            yield from self._joined()
            yield "\n]}}\n"

    def _joined(self) -> Iterator[str]:
        self._entries.seek(0)
        for number, line in enumerate(self._entries):
            yield (",\n" if number else "\n") + self._hidden(line).rstrip("\n")

    def _hidden(self, line: str) -> str:
        """A line of JSON without secrets that were learned after it was written."""
        return line if self._hide(line) == line else compact(_each_text(json.loads(line), self._hide))

    def _since(self, path: CallPath, now: float) -> float:
        sent = self._sent.get(path)
        return now - sent.event.time if sent is not None else 0.0

    def _close(self, path: CallPath, response: dict[str, Any], duration: float) -> None:
        """Write the entry of a request whose end is known. Nothing when it has been written."""
        sent = self._sent.pop(path, None)
        if sent is None or self._failed is not None:
            return
        try:
            self._entries.write(compact(self._entry(sent, response, milliseconds(max(duration, 0.0)))))
        except OSError as error:  # an observer must not raise; `parts` does
            self._failed = error

    def _entry(self, sent: _Sent, response: dict[str, Any], time: float) -> dict[str, Any]:
        event = sent.event
        return {
            "pageref": self._pages[-1].id,
            "startedDateTime": timestamp(event.time),
            "time": time,
            "request": request_value(event.request),
            "response": response,
            "cache": {},
            "timings": {"blocked": -1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": time, "receive": 0},
            "comment": _comment(sent),
        }


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case dict():
            return {name: _each_text(member, change) for name, member in value.items()}
        case list():
            return [_each_text(item, change) for item in value]
        case _:
            return value


def _page_value(page: _Page) -> dict[str, Any]:
    timings = {"onContentLoad": -1, "onLoad": milliseconds(page.duration)}
    return {"startedDateTime": timestamp(page.started), "id": page.id, "title": page.title, "pageTimings": timings}


def _comment(sent: _Sent) -> str:
    event = sent.event
    return f"step '{event.step_id}', visit {sent.visit}, attempt {event.attempt}: {' > '.join(event.path)}"
