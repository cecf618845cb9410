"""Parse events of a text, from YAML (libyaml where PyYAML has it) or JSON, in one shape; and its lines.

Knows tokens and offsets; it must not know what a document means, nor build values.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

from yaml.error import Mark
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from arazzo_runner.diagnostics import Span
from arazzo_runner.patterns import rare

Events: TypeAlias = "Callable[[], Event]"


class _Source(Protocol):
    def get_event(self) -> Event: ...


_SURROGATE = rare("[\ud800-\udfff]")


class PureParser(Reader, Scanner, Parser):
    """PyYAML's parser in Python, for where libyaml is missing."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Event:
        """The next event; half a character, which libyaml refuses, is refused here too."""
        event: Event = super().get_event()  # type: ignore[no-untyped-call]  # of PyYAML
        if isinstance(event, ScalarEvent) and _SURROGATE.search(event.value):
            raise ScannerError(None, None, "found invalid Unicode character escape code", _mark(start_of(event)))
        return event


def _parser() -> Callable[[str], _Source]:
    try:
        from yaml._yaml import CParser
    except ImportError:
        return PureParser
    return CParser  # type: ignore[return-value]  # the C parser has the same methods


PARSER = _parser()


class NotJSON(ValueError):
    """The text is not JSON at ``index``."""

    def __init__(self, index: int) -> None:
        self.index = index
        super().__init__(f"not JSON at {index}")


def yaml_events(text: str) -> Events:
    """The events of a YAML stream. Asking for the next raises `yaml.YAMLError` where the text is not YAML."""
    return PARSER(text).get_event


_TOKEN = rare(
    r'[ \t\n\r]*(?:("[^"\\]*(?:\\.[^"\\]*)*")|([{}\[\],:])'
    r"|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null|NaN|-?Infinity)(?![\w.+-])|\Z)"
)
_unescaped = json.JSONDecoder(strict=False).decode
_passed = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str).raw_decode
_OPENING: dict[str, Callable[..., Event]] = {"{": MappingStartEvent, "[": SequenceStartEvent}
_CLOSING: dict[str, Callable[..., Event]] = {"}": MappingEndEvent, "]": SequenceEndEvent}


def json_tokens(text: str) -> Iterator[re.Match[str]]:
    """The tokens of a JSON text: group 1 a string, 2 punctuation, 3 a number or word. Raises `NotJSON`."""
    position, end = 0, len(text.rstrip())
    while position < end:
        token = _token(text, position)
        yield token
        position = token.end()


def _token(text: str, position: int) -> re.Match[str]:
    token = _TOKEN.match(text, position)
    if token is None or token.lastindex is None:
        raise NotJSON(position)
    return token


class JSONText:
    """A JSON text that is read event by event; what is of no interest can be passed over."""

    __slots__ = ("_position", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def events(self) -> Events:
        """Its events, without anchors and tags; ``json`` has to check its syntax."""
        return self._events().__next__

    def pass_over(self, start: int) -> int | None:
        """Goes on behind the value that begins at ``start``, and says where that is; None where it is not JSON."""
        try:
            self._position = _passed(self._text, start)[1]
        except (ValueError, RecursionError):
            return None
        return self._position

    def _events(self) -> Iterator[Event]:
        none = _mark(0)
        yield StreamStartEvent(none, none)
        yield DocumentStartEvent(none, none)
        text, stop = self._text, len(self._text.rstrip())
        while self._position < stop:
            token = _token(text, self._position)
            self._position = token.end()
            if (event := _event_of(token)) is not None:
                yield event
        last = _mark(len(text))
        yield DocumentEndEvent(last, last)
        yield StreamEndEvent(last, last)


def json_events(text: str) -> Events:
    """The events of a JSON text."""
    return JSONText(text).events()


def _event_of(token: re.Match[str]) -> Event | None:
    """What a token says; colons and commas say nothing."""
    group = token.lastindex or 0
    word = token[group]
    if word in ":,":
        return None
    start, end = _mark(token.start(group)), _mark(token.end(group))
    if group == 1:
        value = _unescaped(word) if "\\" in word else word[1:-1]
        return ScalarEvent(None, None, (False, True), value, start, end, '"')
    if group == 3:
        return ScalarEvent(None, None, (True, False), word, start, end, "")
    if word in _OPENING:
        return _OPENING[word](None, None, True, start, end, True)
    return _CLOSING[word](start, end)


def _mark(index: int) -> Mark:
    return Mark("", index, 0, 0, None, 0)


def start_of(event: Event) -> int:
    """The offset of an event's first character."""
    return 0 if event.start_mark is None else event.start_mark.index


def end_of(event: Event) -> int:
    """The offset behind an event's last character."""
    return 0 if event.end_mark is None else event.end_mark.index


class Lines:
    """Line and column of offsets in a text, both counted from 1; a line ends with a line feed, as in editors."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of one offset."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The span of a range, without the white space at its end."""
        end = start + len(self._text[start : min(end, len(self._text))].rstrip())
        return self.exact(start, end)

    def exact(self, start: int, end: int) -> Span:
        """The span of a range as it is."""
        return Span(*self.place(start), *self.place(end))
