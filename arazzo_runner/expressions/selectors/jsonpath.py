"""JSONPath queries by version. Singular queries of plain names and indexes are answered here, without any library."""

from __future__ import annotations

import re
from typing import Final, Protocol

from arazzo_runner.expressions.selectors.query import Place, Query, QueryError, copied, put
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

RFC: Final = "rfc9535"
GOESSNER: Final = "draft-goessner-dispatch-jsonpath-00"

#: A letter, ``_`` or what is not ASCII, then digits too; the others are excluded, which compiles ten times faster.
_NAME: Final = r"[^\x00-@\[-^`{-\x7f\ud800-\udfff][^\x00-/:-@\[-^`{-\x7f\ud800-\udfff]*"
_STEP: Final = re.compile(
    rf"\.(?P<name>{_NAME})"
    r"|\[(?:(?P<index>0|-?[1-9][0-9]{0,14})|'(?P<single>[^'\"\\\x00-\x1f]*)'|\"(?P<double>[^'\"\\\x00-\x1f]*)\")\]"
)


class JSONPathQuery(Query, Protocol):
    """A compiled JSONPath query, which also knows where the values that it selects stand."""

    def places(self, document: JSON) -> list[Place]:
        """The places of the selected values; the root has none."""


@dataclass(frozen=True, slots=True)
class SingularQuery:
    """A query made of names and indexes only: ``$.items[0]['id']``. It selects one value or none."""

    steps: tuple[str | int, ...]

    def select(self, context: JSON) -> list[JSON]:
        found = context
        for step in self.steps:
            if isinstance(step, str):
                if not isinstance(found, dict) or step not in found:
                    return []
                found = found[step]
            else:
                if not isinstance(found, list) or not -len(found) <= step < len(found):
                    return []
                found = found[step]
        return [found]

    def holds(self, context: JSON) -> bool:
        return bool(self.select(context))

    def places(self, document: JSON) -> list[Place]:
        if not self.steps or not self.select(document):
            return []
        (container,) = SingularQuery(self.steps[:-1]).select(document)
        return [(container, self.steps[-1])]  # type: ignore[list-item]  # it was selected from, so it is a container


def read_singular(text: str) -> SingularQuery | None:
    """The query as names and indexes, or None when it is more than that, or is no query."""
    if not text.startswith("$"):
        return None
    steps: list[str | int] = []
    position = 1
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            return None
        step = found.group(found.lastgroup or "name")
        steps.append(int(step) if found.lastgroup == "index" else step)
        position = found.end()
    return SingularQuery(tuple(steps))


def compile_jsonpath(version: str, text: str) -> JSONPathQuery:
    """Read a query of this version; raises `QueryError`."""
    if version not in (RFC, GOESSNER):
        raise QueryError(f"unknown JSONPath version '{version}': expected '{RFC}' or '{GOESSNER}'")
    if (singular := read_singular(text)) is not None:
        return singular
    if version == GOESSNER:
        from arazzo_runner.expressions.selectors.goessner import compile_goessner

        return compile_goessner(text)
    from arazzo_runner.expressions.selectors.rfc9535 import compile_rfc9535

    return compile_rfc9535(text)


def replace_selected(version: str, target: str, document: JSON, value: JSON) -> JSON:
    """A copy of the document with the value at every selected place; selecting nothing is an error (S39)."""
    query = compile_jsonpath(version, target)
    if not query.select(document):
        raise QueryError(f"'{target}' selects nothing in the payload")
    copy = copied(document)
    places = query.places(copy)
    if not places:
        return value
    put(places, value)
    return copy
