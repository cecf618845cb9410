"""Payload Replacement Objects: in which language a target is written, and whether it can be read (S39)."""

from __future__ import annotations

from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.expressions.nodes import Constant, ExpressionType, Template
from arazzo_runner.expressions.queries import of_type, report_query
from arazzo_runner.values import JSON


def check_target(
    target: Template | Constant, type_: ExpressionType | None, content_type: str | None, payload: JSON, at: OriginReport
) -> None:
    """Report a target that cannot be read, where its language is known and no expressions stand in it."""
    from arazzo_runner.expressions.selectors import QueryError, compile_query

    if not isinstance(target, Constant) or not isinstance(target.value, str):
        return
    language = type_ or _language(target.value, content_type, payload)
    if language is None:
        return
    try:
        compile_query(language, target.value)
    except QueryError as error:
        report_query(error.message, error.column, language, target.value, at)


def _language(target: str, content_type: str | None, payload: JSON) -> ExpressionType | None:
    """What a target without `targetSelectorType` is written in; None where only the operation knows."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind.endswith(("/xml", "+xml")):
        return of_type("xpath")
    if not kind and not isinstance(payload, dict | list):
        return None
    return of_type("jsonpath" if target.startswith("$") else "jsonpointer")
