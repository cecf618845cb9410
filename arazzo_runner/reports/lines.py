"""Lines for people: pieces of text with a role each, fitted into a width. Knows no terminal and no colours."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import field
from typing import Literal, TypeAlias
from unicodedata import combining, east_asian_width

from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass

#: Control characters, line separators, marks that turn the direction of writing, and halves of surrogate pairs.
_CONTROL = rare("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

#: What a piece of text is; a screen chooses its colour.
Role: TypeAlias = Literal["", "ok", "bad", "warn", "dim", "strong", "live"]


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
    running: str = "·"
    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

    @staticmethod
    def of(encoding: str | None) -> Symbols:
        """Those that an encoding can write."""
        try:
            "✓✗→…·⠋".encode(encoding or "ascii")
        except (UnicodeEncodeError, LookupError):
            return Symbols("ok", "!!", "->", "...", ".", "|/-\\")
        return Symbols()


def line(*pieces: str | tuple[str, Role]) -> Line:
    """A line of pieces; plain text has no role. Control characters of untrusted text are written out."""
    roles: list[tuple[str, Role]] = [(piece, "") if isinstance(piece, str) else piece for piece in pieces]
    return Line(tuple((printable(text), role) for text, role in roles))


def printable(text: str) -> str:
    """The text with control characters as escapes, so that no answer or document can drive a terminal."""
    return text if text.isprintable() else _CONTROL.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code == 0x09:
        return " "
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes, as `line` writes it: 2 for a wide character, 0 for an accent."""
    text = printable(text)
    if text.isascii():
        return len(text)
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in text)


def clock(seconds: float) -> str:
    """A time that runs, in tenths of a second as long as it is short."""
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


@dataclass(frozen=True, slots=True)
class Paper:
    """What lines are written on: its width (None for any), its signs, and how it measures a text in columns."""

    width: int | None = None
    symbols: Symbols = field(default_factory=Symbols)
    columns: Callable[[str], int] = columns

    def cut(self, text: str, room: int) -> str:
        """The text in so many columns, cut at its end where it takes more."""
        text = printable(text)
        if self.columns(text) <= room:
            return text
        if text.isascii():
            return cut(text, max(room, 0), self.symbols)
        mark = self.symbols.cut[: max(room, 0)]
        text = text[: max(room, 0)]
        while text and self.columns(text) > room - len(mark):
            text = text[:-1]
        return text + mark

    def padded(self, text: str, room: int) -> str:
        """The text in exactly so many columns."""
        text = self.cut(text, room)
        return text + " " * (room - self.columns(text))

    def padded_left(self, text: str, room: int) -> str:
        """The text in at least so many columns, at their right."""
        return " " * (room - self.columns(text)) + text


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


def size(number: int) -> str:
    """A number of bytes for people: ``29 bytes``, ``12.1 kB``, ``3.4 MB``."""
    if number < 1000:
        return count(number, "byte")
    kilobytes = number / 1000
    return f"{kilobytes:.1f} kB" if kilobytes < 999.95 else f"{kilobytes / 1000:.1f} MB"


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
