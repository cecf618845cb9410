"""The query languages of criteria, Selector Objects and payload replacements, behind one door.

Each module knows one language and nothing of runtime expressions or conditions; heavy libraries are imported when a
query first needs them. Nothing here executes, reads files or reaches hosts, whatever a query says.
"""

from __future__ import annotations

from functools import lru_cache

from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.selectors.jsonpath import compile_jsonpath, replace_selected
from arazzo_runner.expressions.selectors.pointer import compile_pointer, replace_at
from arazzo_runner.expressions.selectors.query import Query, QueryError
from arazzo_runner.expressions.selectors.regex import compile_regex
from arazzo_runner.expressions.selectors.xpath import compile_xpath, replace_in_xml
from arazzo_runner.values import JSON

__all__ = ["Query", "QueryError", "compile_query", "replace"]


@lru_cache(maxsize=512)
def compile_query(type_: ExpressionType, text: str) -> Query:
    """Read a query of this language and version; raises `QueryError` with the column of what is wrong."""
    match type_.type:
        case "jsonpath":
            return compile_jsonpath(type_.version, text)
        case "xpath":
            return compile_xpath(type_.version, text)
        case "jsonpointer":
            return compile_pointer(text)
        case "regex":
            return compile_regex(text)
        case _:
            raise QueryError(f"'{type_.type}' is not a query language")


def replace(type_: ExpressionType, target: str, document: JSON, value: JSON) -> JSON:
    """A copy of the document with the value wherever the target selects (Payload Replacement Object, S39).

    An XML document is its text. Raises `QueryError` when the target cannot be read or selects nothing.
    """
    match type_.type:
        case "jsonpath":
            return replace_selected(type_.version, target, document, value)
        case "xpath":
            return replace_in_xml(type_.version, target, document, value)
        case "jsonpointer":
            return replace_at(target, document, value)
        case _:
            raise QueryError(f"'{type_.type}' cannot select a target: use jsonpointer, jsonpath or xpath")
