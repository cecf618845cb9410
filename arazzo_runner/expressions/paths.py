"""Dotted paths after a name or a body (S14): ``.items[0].id``, ``['a b']``, ``[*]``, ``[]``, ``[n]``, ``[?(...)]``.

It reads them; following one is the evaluator's business. A path that selects becomes a JSONPath query.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from arazzo_runner.expressions.nodes import ExpressionType, Path
from arazzo_runner.patterns import rare
from arazzo_runner.values import JSON

_STEP: Final = rare(
    r"""\.(?P<name>[\w$@-]+)
      | \[(?P<index>-?[0-9]{1,9})\]
      | \[(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)")\]
      | (?P<every>\[\*\])
      | (?P<some>\[n?\])""",
    re.VERBOSE,
)
_JSONPATH: Final = ExpressionType("jsonpath", "rfc9535")


@lru_cache(maxsize=1024)
def read_path(text: str) -> Path | None:
    """The path that the whole text is, or None when it is none.

    ::

        path  = 1*( "." name / "[" index "]" / "[" quoted-name "]" / "[*]" / "[]" / "[n]" / "[?" filter "]" )
        name  = 1*( letter / digit / "_" / "-" / "$" / "@" )
    """
    steps: list[str | int] = []
    query: list[str] = ["$"]
    selects = first = False
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            end = closing_bracket(text, at) if text.startswith("[?", at) else None
            if end is None:
                return None
            query.append(text[at:end])
            selects, at = True, end
            continue
        at = step.end()
        if step["every"] or step["some"]:
            query.append("[*]")
            selects, first = True, first or step["some"] is not None
        else:
            steps.append(_key(step))
            query.append(f"[{json.dumps(steps[-1], ensure_ascii=False)}]")
    if not selects:
        return Path(tuple(steps), text=text) if steps else None
    return _selecting("".join(query), first, text)


def closing_bracket(text: str, at: int) -> int | None:
    """Where the bracket that opens at ``at`` ends (exclusive), with nesting and quotes; None when it does not."""
    depth, quote = 0, ""
    for index in range(at, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "[":
            depth += 1
        elif character == "]":
            depth -= 1
            if depth == 0:
                return index + 1
    return None


def _key(step: re.Match[str]) -> str | int:
    if step["index"] is not None:
        return int(step["index"])
    return next(part for part in (step["name"], step["single"], step["double"]) if part is not None)


def _selecting(query: str, first: bool, text: str) -> Path | None:
    from arazzo_runner.expressions.selectors import QueryError, compile_query

    try:
        compiled = compile_query(_JSONPATH, query)
    except QueryError:
        return None

    def select(value: JSON) -> list[JSON]:
        try:
            return compiled.select(value)
        except QueryError:
            return []

    quiet: Callable[[JSON], list[JSON]] = select
    return Path(query=query, first=first, select=quiet, text=text)
