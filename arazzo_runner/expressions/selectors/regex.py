"""Regular expressions: criteria of type regex (S19), and the I-Regexps (RFC 9485) inside JSONPath filters.

Patterns and texts are untrusted: every search has a time limit. The `regex` package reads Python's syntax and most of
ECMAScript's; what it does not read of the latter is rewritten here. ``/pattern/flags`` is not special.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from arazzo_runner.expressions.selectors.query import QueryError
from arazzo_runner.expressions.text import to_text
from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

if TYPE_CHECKING:
    import regex

#: Seconds that one search of a criterion may take.
TIME_LIMIT: Final = 2.0
#: Seconds that one match() or search() inside a JSONPath filter may take; a filter asks many times.
FILTER_TIME_LIMIT: Final = 0.5
#: The I-Regexp checker recurses in native code and crashes the process on patterns nested deeper by far than this.
_DEEPEST_IREGEXP: Final = 50
_LONGEST_IREGEXP: Final = 10_000

#: ECMAScript's own: ``\k<name>``, ``\u{1F600}``, ``\cJ`` and ``[^]``; other escapes and classes are stepped over.
_ECMASCRIPT: Final = rare(
    r"\\k<(?P<reference>\w+)>|\\u\{(?P<codepoint>[0-9A-Fa-f]{1,6})\}|\\c(?P<control>[A-Za-z])|\\."
    r"|(?P<anything>\[\^\])(?=[*+?{)|]|$)|\[\^?\]?(?:\\.|[^\]\\])*+\]",
    re.DOTALL,
)
#: In an I-Regexp a dot is any character but a line end; escapes and classes are stepped over.
_DOT: Final = rare(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*+\]|(?P<dot>\.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RegexQuery:
    """A compiled pattern; it searches, not anchored, in the text of the context (S19)."""

    pattern: regex.Pattern[str]

    def select(self, context: JSON) -> list[JSON]:
        """The first match's text."""
        found = self._search(context)
        return [] if found is None else [found.group()]

    def holds(self, context: JSON) -> bool:
        return self._search(context) is not None

    def _search(self, context: JSON) -> regex.Match[str] | None:
        return None if context is None else _bounded(self.pattern.search, text_of(context), TIME_LIMIT)


def compile_regex(text: str) -> RegexQuery:
    """Read a pattern; raises `QueryError`."""
    import regex

    try:
        return RegexQuery(regex.compile(_ECMASCRIPT.sub(_in_python, text), cache_pattern=False))
    except regex.error as error:
        column = None if error.pos is None else min(error.pos, len(text)) + 1
        raise QueryError(f"not a regular expression: {error.msg}", column) from None
    except (RecursionError, OverflowError, ValueError) as error:
        raise QueryError(f"not a regular expression: {_reason(error)}") from None


def text_of(context: JSON) -> str:
    """The text that a pattern is searched in: text as it is, everything else as JSON."""
    if isinstance(context, str):
        return context
    if isinstance(context, bytes):
        raise QueryError("a regular expression needs text, found binary data")
    try:
        return to_text(context)
    except (TypeError, ValueError, RecursionError) as error:
        raise QueryError(f"the context cannot be written as text: {_reason(error)}") from None


def matches(text: JSON, pattern: JSON, *, whole: bool) -> bool:
    """JSONPath's ``match`` (whole) and ``search``: false where either is no text or the pattern is no I-Regexp."""
    if not isinstance(text, str) or not isinstance(pattern, str):
        return False
    compiled = _iregexp(pattern)
    if compiled is None:
        return False
    return _bounded(compiled.fullmatch if whole else compiled.search, text, FILTER_TIME_LIMIT) is not None


@lru_cache(maxsize=128)
def _iregexp(pattern: str) -> regex.Pattern[str] | None:
    import regex
    from iregexp_check import check

    if len(pattern) > _LONGEST_IREGEXP or _depth(pattern) > _DEEPEST_IREGEXP:
        raise QueryError("the pattern of match() or search() is too long or nested too deeply")
    if not check(pattern):
        return None
    try:
        return regex.compile(_DOT.sub(_not_line_end, pattern), regex.VERSION1, cache_pattern=False)
    except (regex.error, RecursionError, OverflowError):
        return None


def _depth(pattern: str) -> int:
    deepest = depth = 0
    for character in pattern:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


def _bounded(search: Callable[..., regex.Match[str] | None], text: str, seconds: float) -> regex.Match[str] | None:
    try:
        return search(text, timeout=seconds)
    except TimeoutError:
        raise QueryError(f"the pattern took too long: more than {seconds:g} s on {len(text)} characters") from None
    except MemoryError:
        raise QueryError(f"the pattern took too much memory on {len(text)} characters") from None


def _in_python(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "reference":
            return f"(?P={found['reference']})"
        case "codepoint":
            return f"\\U{int(found['codepoint'], 16):08x}"
        case "control":
            return f"\\x{ord(found['control']) % 32:02x}"
        case "anything":
            return r"[\s\S]"
        case _:
            return found.group()


def _not_line_end(found: re.Match[str]) -> str:
    return r"[^\n\r]" if found["dot"] else found.group()


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
