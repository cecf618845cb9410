"""Lines for people: pieces of text with a role each, fitted into a width. Knows no terminal and no colours."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from arazzo_runner.engine.results import StepResult

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")

#: What a piece of text is; a screen chooses its colour.
Role: TypeAlias = Literal["", "ok", "bad", "warn", "dim", "strong"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: pieces in order."""

    pieces: tuple[tuple[str, Role], ...] = ()

    def __str__(self) -> str:
        return "".join(text for text, _ in self.pieces).rstrip()


@dataclass(frozen=True, slots=True)
class Symbols:
    """The signs of a screen; plain ones where its encoding lacks the others."""

    ok: str = "✓"
    bad: str = "✗"
    arrow: str = "→"
    cut: str = "…"

    @staticmethod
    def of(encoding: str | None) -> Symbols:
        """Those that an encoding can write."""
        try:
            "✓✗→…".encode(encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return Symbols("ok", "!!", "->", "...")
        return Symbols()


@dataclass(slots=True)
class StepLine:
    """What the line of a step says; the visits of a polled step share one line."""

    step: StepResult
    depth: int
    visits: int = 1
    seconds: float = field(default=0.0)

    def merge(self, other: StepResult) -> None:
        """Another visit of the same step, right after."""
        self.step = other
        self.visits += 1
        self.seconds += other.duration


def line(*pieces: str | tuple[str, Role]) -> Line:
    """A line of pieces; plain text has no role. Control characters of untrusted text are written out."""
    roles: list[tuple[str, Role]] = [(piece, "") if isinstance(piece, str) else piece for piece in pieces]
    return Line(tuple((printable(text), role) for text, role in roles))


def printable(text: str) -> str:
    """The text with control characters as escapes, so that no answer or document can drive a terminal."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def step_line(shown: StepLine, names: int, width: int | None, symbols: Symbols) -> Line:
    """``✓ startRun  POST /v1/runs  200  41 ms  2 attempts``: the operation gives way where the width is small."""
    step = shown.step
    good = step.status == "succeeded"
    sign: tuple[str, Role] = (symbols.ok, "ok") if good else (symbols.bad, "bad")
    indent = "  " * (shown.depth + 1)
    status = _status(step)
    tail = f"  {status:>3}  {duration(shown.seconds):>7}" + _times(shown)
    name = cut(step.step_id, _name_width(width), symbols).ljust(min(names, _name_width(width)))
    used = len(indent) + len(sign[0]) + 1 + len(name) + 2 + len(tail)
    room = None if width is None else max(width - used, 0)
    operation = _operation(step, symbols)
    operation = operation if room is None else cut(operation, room, symbols).ljust(min(room, 38))
    if room is None:
        operation = operation.ljust(38)
    status_role: Role = "" if good else "bad"
    return line(indent, sign, f" {name}  ", (operation, "dim"), (tail, status_role))


def _name_width(width: int | None) -> int:
    return 40 if width is None else max(12, width // 3)


def _operation(step: StepResult, symbols: Symbols) -> str:
    if step.operation is not None:
        return step.operation
    return f"{symbols.arrow} {step.workflow_id}" if step.workflow_id is not None else ""


def _status(step: StepResult) -> str:
    last = step.attempts[-1] if step.attempts else None
    if last is None or (last.response is None and last.error is None):
        return ""
    if last.response is not None:
        return str(last.response.status_code)
    return last.error.code if last.error is not None else ""


def _times(shown: StepLine) -> str:
    texts = []
    if shown.visits > 1:
        texts.append(f"{shown.visits} polls")
    if len(shown.step.attempts) > 1:
        texts.append(f"{len(shown.step.attempts)} attempts")
    return f"  {', '.join(texts)}" if texts else ""


def duration(seconds: float) -> str:
    """A duration for people: ``8 ms``, ``1.2 s``, ``3 min 5 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def cut(text: str, width: int, symbols: Symbols) -> str:
    """The text, cut at its end where it is too long."""
    if len(text) <= width:
        return text
    return text[: max(width - len(symbols.cut), 0)] + symbols.cut[:width]


def count(number: int, noun: str) -> str:
    """``1 step``, ``2 steps``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def wrapped(text: str, width: int | None, indent: str = "", later: str | None = None) -> list[str]:
    """Text broken into lines at spaces; what cannot be broken stays whole where there is no width."""
    later = indent if later is None else later
    if width is None:
        return [(indent if index == 0 else later) + part for index, part in enumerate(text.splitlines() or [""])]
    found: list[str] = []
    for part in text.splitlines() or [""]:
        found += textwrap.wrap(
            part,
            width,
            initial_indent=later if found else indent,
            subsequent_indent=later,
            break_on_hyphens=False,
        ) or [""]
    return found
