"""What a run waits for: an answer, or the time to ask again. Made of events; knows no screen."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final, TypeAlias

from arazzo_runner.engine.events import (
    AttemptFinished,
    CallPath,
    Event,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    Waiting,
)
from arazzo_runner.records import dataclass
from arazzo_runner.reports.lines import clock, duration

#: An answer that takes longer is spoken of, and a wait that is longer has the time of the day, in seconds.
SOON: Final = 1.0
LONG: Final = 10.0


@dataclass(frozen=True, slots=True)
class AwaitedAnswer:
    """A request has no answer yet."""

    path: CallPath
    request: str  #: ``GET http://...``
    time: float

    def now(self, passed: float) -> str:
        """What is said so many seconds later; nothing at first."""
        if passed < SOON:
            return ""
        return f"no answer for {clock(passed)}: {self.request}"

    def ended(self) -> str:
        """What is said of a run that was interrupted there."""
        return f"step '{self.path[-1]}', no answer yet to {self.request}"


@dataclass(frozen=True, slots=True)
class Pause:
    """A wait before the request is sent again: what it is (``poll 3``), and why."""

    path: CallPath
    what: str
    seconds: float
    time: float
    why: str

    def now(self, passed: float) -> str:
        """``poll 3 in 1.4 s of 2.3 s: $.state was "scoring"``."""
        at = f", at {_time_of_day(self.time + self.seconds)}" if self.seconds >= LONG else ""
        left = clock(max(self.seconds - passed, 0.0))
        return f"{self.what} in {left} of {clock(self.seconds)}{at}{self._because()}"

    def begun(self) -> str:
        """What is said once, where nothing changes: ``waiting 2.3 s, poll 3: $.state was "scoring"``."""
        return f"waiting {duration(self.seconds)}, {self.what}{self._because()}"

    def ended(self) -> str:
        """What is said of a run that was interrupted there."""
        return f"step '{self.path[-1]}', waiting {duration(self.seconds)} for {self.what}{self._because()}"

    def _because(self) -> str:
        return f": {self.why}" if self.why else ""


Wait: TypeAlias = AwaitedAnswer | Pause


class Waits:
    """An observer that knows what a run waits for now, if it does."""

    def __init__(self) -> None:
        self.current: Wait | None = None
        self.interrupted = ""  #: what the run waited for when a step was broken off
        self._visits: dict[CallPath, int] = defaultdict(int)
        self._attempts: dict[CallPath, int] = defaultdict(int)
        self._why: dict[CallPath, str] = {}

    def __call__(self, event: Event) -> None:
        path = event.path
        match event:
            case StepStarted(visit=visit):
                self._visits[path] = visit
                self._attempts[path] = 0
                self.current = None
            case RequestSent(request=request, time=time):
                self.current = AwaitedAnswer(path, f"{request.method} {request.url}", time)
            case Waiting():
                self.current = self._pause(event)
            case AttemptFinished(attempt=attempt):
                self._attempts[path] = attempt
                self._why[path] = _why_failed(event)
                self.current = None
            case StepFinished():
                if self.current is not None:
                    self.interrupted = self.current.ended()
                self.current = None
            case ResponseReceived():
                self.current = None
            case _:
                pass

    def _pause(self, event: Waiting) -> Pause:
        path = event.path
        if event.reason == "poll":
            return Pause(path, f"poll {self._visits[path]}", event.seconds, event.time, event.detail or "")
        why = self._why.get(path) or event.detail or ""
        return Pause(path, f"attempt {self._attempts[path] + 1}", event.seconds, event.time, why)


def _why_failed(event: AttemptFinished) -> str:
    """Why an attempt failed, in a few words; nothing for one that succeeded."""
    if event.error is not None:
        return event.error.message
    whys = (verdict.why or f"'{verdict.condition}' does not hold" for verdict in event.verdicts if not verdict.passed)
    return next(whys, "")


def _time_of_day(seconds: float) -> str:
    """``16:04:59``, here."""
    return datetime.fromtimestamp(seconds).strftime("%H:%M:%S")
