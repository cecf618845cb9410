"""Which character of a document a character of a scalar's text is: through quotes, escapes and block scalars.

Knows how scalars are written; it must not know pointers or diagnostics.
"""

from __future__ import annotations

import re

from yaml.events import ScalarEvent

from arazzo_runner.loader.events import end_of, start_of
from arazzo_runner.patterns import rare

_DOUBLE = rare(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|[^\\]"
)
_SINGLE = rare(r"''|[^']")


def index_of(text: str, event: ScalarEvent, offset: int) -> int | None:
    """The index in ``text`` of the character ``offset`` of the scalar's value; None where that is not known."""
    start, end = start_of(event), end_of(event)
    written = text[start:end]
    if event.style in ("|", ">") or "\n" in written.rstrip():
        return _by_lines(text, event, offset)
    if event.style in ('"', "'"):
        return _quoted(written[1:-1], _DOUBLE if event.style == '"' else _SINGLE, start + 1, offset)
    return start + offset if offset <= len(written) else None


def _quoted(written: str, characters: re.Pattern[str], start: int, offset: int) -> int | None:
    for count, character in enumerate(characters.finditer(written)):
        if count == offset:
            return start + character.start()
    return start + len(written) if offset else start


def _by_lines(text: str, event: ScalarEvent, offset: int) -> int | None:
    """Finds each written line in the value, in order: folding and indentation change only what is between them."""
    value: str = event.value
    index, reached = start_of(event), 0
    if event.style in ("|", ">"):
        index = text.find("\n", index) + 1
    quotes = event.style if event.style in ("'", '"') else ""
    for line in text[index : end_of(event)].splitlines(keepends=True):
        content = line.strip().strip(quotes) if quotes else line.strip()
        at = value.find(content, reached) if content else -1
        if content and at < 0:
            return None  # an escape, or a comment: the line is not in the value as it is written
        if content and at <= offset <= at + len(content):
            return index + line.index(content) + offset - at
        if content:
            reached = at + len(content)
        index += len(line)
    return None
