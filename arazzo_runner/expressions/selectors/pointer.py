"""JSON Pointer (RFC 6901) as a selector and as the target of a replacement."""

from __future__ import annotations

import re
from typing import Final

from arazzo_runner.expressions.selectors.query import Place, QueryError, copied, put
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_BAD_ESCAPE: Final = re.compile(r"~(?![01])")


@dataclass(frozen=True, slots=True)
class PointerQuery:
    """A JSON Pointer as its unescaped tokens; it selects one value or none."""

    tokens: tuple[str, ...]

    def select(self, context: JSON) -> list[JSON]:
        found = context
        for token in self.tokens:
            if isinstance(found, dict) and token in found:
                found = found[token]
            elif isinstance(found, list) and (index := _index(token, found)) is not None:
                found = found[index]
            else:
                return []
        return [found]

    def holds(self, context: JSON) -> bool:
        return bool(self.select(context))


def compile_pointer(text: str) -> PointerQuery:
    """Read a JSON Pointer; raises `QueryError`."""
    if text and not text.startswith("/"):
        raise QueryError(f"a JSON Pointer begins with '/', found '{text[0]}'", 1)
    if (bad := _BAD_ESCAPE.search(text)) is not None:
        raise QueryError("'~' stands only before 0 or 1 in a JSON Pointer; write '~0'", bad.start() + 1)
    return PointerQuery(tuple(token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:]))


def replace_at(target: str, document: JSON, value: JSON) -> JSON:
    """A copy of the document with the value at the pointer, which must lead somewhere already (S39)."""
    query = compile_pointer(target)
    if not query.select(document):
        raise QueryError(f"'{target}' does not exist in the payload")
    if not query.tokens:
        return value
    copy = copied(document)
    put([_place(query.tokens, copy)], value)
    return copy


def _place(tokens: tuple[str, ...], document: JSON) -> Place:
    container = PointerQuery(tokens[:-1]).select(document)[0]
    if isinstance(container, list):
        return container, int(tokens[-1])
    assert isinstance(container, dict)
    return container, tokens[-1]


def _index(token: str, array: list[JSON]) -> int | None:
    if _INDEX.fullmatch(token) is None or int(token) >= len(array):
        return None
    return int(token)
