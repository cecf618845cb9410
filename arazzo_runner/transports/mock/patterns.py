"""A text that a simple regular expression matches: literals, classes, groups, alternatives, repetitions, anchors.

Knows the syntax of ECMA 262 patterns as schemas use them; must not know schemas. What it does not understand
(look-around, back references) gives None, and so does an answer that the pattern does not match after all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Final

from arazzo_runner.records import dataclass

_MATCH_SECONDS: Final = 0.2  #: patterns come from strangers
_LONGEST: Final = 4096
_ESCAPES: Final = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "t": "\t", "n": "\n", "r": "\r"}
_ESCAPED_SETS: Final = {
    "d": "0123456789",
    "w": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
    "s": " \t",
}
_LIKED: Final = "aA1bB0x-_ ./:@z"
_PREFIXES: Final = ("?:", "?i:")
_NAMED: Final = ("?P<", "?<")


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text (JSON Schema does not anchor); a bad or slow pattern accepts all."""
    import regex

    try:
        return regex.search(pattern, text[:_LONGEST], timeout=_MATCH_SECONDS) is not None
    except (regex.error, TimeoutError):
        return True


def text_for(pattern: str, shortest: int = 0) -> str | None:
    """A text that matches, at least ``shortest`` long where its repetitions allow."""
    try:
        emit = _Reader(pattern).alternatives()
    except (_NotSimple, RecursionError):
        return None
    text = emit(_Room(0))
    if len(text) < shortest:
        text = emit(_Room(shortest - len(text)))
    return text if len(text) <= _LONGEST and matches(pattern, text) else None


class _NotSimple(Exception):
    """The pattern uses what this module does not understand."""


@dataclass(slots=True)
class _Room:
    """How many characters repetitions may still add, to reach a wanted length; and what an emission may cost."""

    extra: int
    cost: int = field(default=_LONGEST)

    def spend(self) -> bool:
        self.cost -= 1
        return self.cost > 0


_Emit = Callable[[_Room], str]


@dataclass(slots=True)
class _Reader:
    """Reads a pattern from left to right and gives what emits a match of it; one method per rule.

    alternatives: sequence ('|' sequence)* ; sequence: (atom quantifier?)*
    """

    pattern: str
    at: int = 0

    def alternatives(self) -> _Emit:
        branches = [self.sequence()]
        while self.take("|"):
            branches.append(self.sequence())
        if self.at < len(self.pattern) and self.pattern[self.at] != ")":
            raise _NotSimple
        return next((branch for branch in branches if branch(_Room(0))), branches[0])

    def sequence(self) -> _Emit:
        parts: list[_Emit] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self.quantified(self.atom()))
        return lambda room: "".join([part(room) for part in parts])

    def quantified(self, atom: _Emit) -> _Emit:
        bounds = self.quantifier()
        if bounds is None:
            return atom
        low, high = bounds

        def emit(room: _Room) -> str:
            texts = [atom(room) for _ in range(low) if room.spend()]
            for _ in range(high - low):
                if room.extra <= 0 or not room.spend():
                    break
                more = atom(room)
                room.extra -= len(more)
                texts.append(more)
            return "".join(texts)

        return emit

    def quantifier(self) -> tuple[int, int] | None:
        for sign, bounds in (("*", (0, _LONGEST)), ("+", (1, _LONGEST)), ("?", (0, 1))):
            if self.take(sign):
                self.take("?") or self.take("+")
                return bounds
        if not self.take("{"):
            return None
        low, comma, high = self.until("}").partition(",")
        if not low.isascii() or not low.isdigit() or (high and not high.isdigit()):
            raise _NotSimple
        self.take("?")
        least = min(int(low), _LONGEST)
        return least, (least if not comma else min(int(high), _LONGEST) if high else _LONGEST)

    def atom(self) -> _Emit:
        match character := self.next():
            case "(":
                return self.group()
            case "[":
                return self.text(self.character_class())
            case "\\":
                return self.text(self.escape())
            case ".":
                return self.text("a")
            case "^" | "$":
                return self.text("")
            case "*" | "+" | "?":
                raise _NotSimple
            case _:
                return self.text(character)

    def group(self) -> _Emit:
        for prefix in _PREFIXES:
            if self.take(prefix):
                break
        else:
            if self.take("?i)"):
                return self.text("")
            for prefix in _NAMED:
                if self.take(prefix):
                    if not self.until(">").isidentifier():
                        raise _NotSimple
                    break
            else:
                if self.take("?"):
                    raise _NotSimple
        emit = self.alternatives()
        if not self.take(")"):
            raise _NotSimple
        return emit

    def escape(self) -> str:
        match character := self.next():
            case "b" | "A" | "Z" | "z" | "B":
                return ""
            case "p" if self.take("{"):
                return "1" if self.until("}").startswith("N") else "a"
            case "u" | "x":
                return self.code(4 if character == "u" else 2)
            case _ if character in _ESCAPES:
                return _ESCAPES[character]
            case _ if character.isalnum():
                raise _NotSimple
            case _:
                return character

    def code(self, digits: int) -> str:
        text, self.at = self.pattern[self.at : self.at + digits], self.at + digits
        try:
            return chr(int(text, 16))
        except ValueError:
            raise _NotSimple from None

    def character_class(self) -> str:
        """One character of the class: a well-liked one, else the first."""
        negated = self.take("^")
        ranges: list[tuple[str, str]] = []
        while not (self.take("]") and ranges):
            ranges += self.class_member()
        liked = [c for c in _LIKED if any(low <= c <= high for low, high in ranges) != negated]
        if liked:
            return liked[0]
        if negated:
            raise _NotSimple
        return ranges[0][0]

    def class_member(self) -> list[tuple[str, str]]:
        character = self.next()
        if character == "\\":
            if (name := self.peek()) in _ESCAPED_SETS:
                self.at += 1
                return [(c, c) for c in _ESCAPED_SETS[name]]
            character = self.escape()
        if self.peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
            self.at += 1
            end = self.next()
            return [(character, self.escape() if end == "\\" else end)]
        return [(character, character)]

    def next(self) -> str:
        if self.at >= len(self.pattern):
            raise _NotSimple
        self.at += 1
        return self.pattern[self.at - 1]

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def take(self, text: str) -> bool:
        found = self.pattern.startswith(text, self.at)
        self.at += len(text) * found
        return found

    def until(self, end: str) -> str:
        stop = self.pattern.find(end, self.at)
        if stop < 0:
            raise _NotSimple
        text, self.at = self.pattern[self.at : stop], stop + 1
        return text

    @staticmethod
    def text(text: str) -> _Emit:
        return lambda _: text
