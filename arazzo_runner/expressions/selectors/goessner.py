"""JSONPath of draft-goessner-dispatch-jsonpath-00, asked by `jsonpath_ng`'s extended parser.

That parser knows more than the draft: arithmetic (which can build endless text), patterns (which cannot be stopped),
functions. Only what the draft has is let through. ``[(@.length-1)]``, which it does not know, is an index from the end.
This module imports the library and is imported when a query first needs it.
"""

from __future__ import annotations

import re
from typing import Any, Final

import jsonpath_ng
from jsonpath_ng.ext import filter as filters
from jsonpath_ng.ext.parser import parse

from arazzo_runner.expressions.selectors.query import Place, QueryError
from arazzo_runner.values import JSON

_FROM_THE_END: Final = re.compile(r"\[\s*\(\s*@\.length\s*-\s*([1-9][0-9]{0,8})\s*\)\s*\]")
_ALLOWED: Final[tuple[Any, ...]] = (
    jsonpath_ng.Root,
    jsonpath_ng.This,
    jsonpath_ng.Child,
    jsonpath_ng.Descendants,
    jsonpath_ng.Fields,
    jsonpath_ng.Index,
    jsonpath_ng.Slice,
    filters.Filter,
    filters.Expression,
    filters.And,
    filters.Or,
)


class GoessnerQuery:
    """A compiled query of the draft."""

    __slots__ = ("_parsed",)

    def __init__(self, parsed: Any) -> None:
        self._parsed = parsed

    def select(self, context: JSON) -> list[JSON]:
        return [found.value for found in self._find(context)]

    def holds(self, context: JSON) -> bool:
        return bool(self._find(context))

    def places(self, document: JSON) -> list[Place]:
        """Where the selected values stand."""
        return [_place(found) for found in self._find(document) if found.context is not None]

    def _find(self, context: JSON) -> list[Any]:
        try:
            return list(self._parsed.find(context))
        except RecursionError:
            raise QueryError("the document is nested too deeply for this query") from None
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise QueryError(f"the query cannot be asked of this context: {error}") from None


def compile_goessner(text: str) -> GoessnerQuery:
    """Read a query; raises `QueryError`."""
    try:
        parsed = parse(_FROM_THE_END.sub(r"[-\1]", text))
    except RecursionError:
        raise QueryError("not a JSONPath query: it is nested too deeply") from None
    except Exception as error:  # the library raises plain Exception, too
        raise QueryError(f"not a JSONPath query of the Goessner draft: {error}") from None
    _check(parsed)
    return GoessnerQuery(parsed)


def _check(parsed: Any) -> None:
    """Raise `QueryError` where the query uses what is the library's own."""
    pending = [parsed]
    while pending:
        node = pending.pop()
        if not isinstance(node, _ALLOWED):
            raise QueryError(f"not in the Goessner draft: {node}")
        if getattr(node, "op", None) == "=~":
            raise QueryError("'=~' is not available: use a criterion of type regex, or search() of RFC 9535")
        pending.extend(_inside(node))


def _inside(node: Any) -> list[Any]:
    match node:
        case filters.Filter():
            return list(node.expressions)
        case filters.Expression():
            return [node.target, *([node.value] if isinstance(node.value, jsonpath_ng.JSONPath) else [])]
        case filters.And() | filters.Or():
            return list(node.operands)
        case _:
            return [part for name in ("left", "right") if (part := getattr(node, name, None)) is not None]


def _place(found: Any) -> Place:
    path = found.path
    key = path.fields[0] if isinstance(path, jsonpath_ng.Fields) else path.indices[0]
    return found.context.value, key
