"""The Expression Type Object, and how a broken query is reported. The languages themselves are in `selectors`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast, get_args

from arazzo_runner.diagnostics import (
    EXPRESSION_TYPE_VERSION,
    INVALID_CONDITION,
    INVALID_JSONPATH,
    INVALID_POINTER,
    INVALID_REGEX,
    INVALID_XPATH,
    WRONG_TYPE,
    WRONG_VALUE,
    Code,
    Finding,
    Report,
)
from arazzo_runner.expressions.nodes import ExpressionType, Language
from arazzo_runner.values import JSON

#: The versions of each language, its default first.
VERSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "simple": ("",),
    "regex": ("",),
    "jsonpath": ("rfc9535", "draft-goessner-dispatch-jsonpath-00"),
    "xpath": ("xpath-31", "xpath-30", "xpath-20", "xpath-10"),
    "jsonpointer": ("rfc6901",),
}
_INVALID: Final[Mapping[str, Code]] = {
    "simple": INVALID_CONDITION,
    "regex": INVALID_REGEX,
    "jsonpath": INVALID_JSONPATH,
    "xpath": INVALID_XPATH,
    "jsonpointer": INVALID_POINTER,
}


def expression_type(raw: JSON, report: Report, *, default: str) -> ExpressionType:
    """The language that ``type`` names, as text or as an Expression Type Object, with its version filled in.

    None is ``default``. What is none is reported, and read as ``default``.
    """
    match raw:
        case None:
            return of_type(default)
        case str():
            return of_type(_language(raw, report) or default)
        case dict():
            language = _language(raw.get("type"), report.at("type"))
            if language is None:
                return of_type(default)
            return ExpressionType(language, _version(language, raw.get("version"), report))
    report(Finding(WRONG_TYPE, "'type' is a text or an Expression Type Object"))
    return of_type(default)


def of_type(language: str) -> ExpressionType:
    """The language in its default version."""
    return ExpressionType(cast(Language, language), VERSIONS[language][0])


def report_query(message: str, column: int | None, type_: ExpressionType, text: str, report: Report) -> None:
    """Report a query that cannot be read; ``column`` counts from 1."""
    start = 0 if column is None else min(max(column - 1, 0), len(text))
    place = "" if column is None else f" (column {column})"
    report(Finding(_INVALID[type_.type], f"'{text}': {message}{place}", start=start, end=len(text)))


def _language(raw: JSON, report: Report) -> Language | None:
    if raw in get_args(Language):
        return cast(Language, raw)
    expected = ", ".join(VERSIONS)
    hint = f"write {raw.lower()}" if isinstance(raw, str) and raw.lower() in VERSIONS else None
    report(Finding(WRONG_VALUE, f"no expression type is {raw!r}: expected one of {expected}", hint))
    return None


def _version(language: str, raw: JSON, report: Report) -> str:
    versions = VERSIONS[language]
    if raw in versions or (raw is None and versions == ("",)):
        return str(raw or "")
    default = versions[0]
    if raw is None:
        message = f"an Expression Type Object of '{language}' without a version; '{default}' is assumed"
    else:
        message = f"'{language}' has no version {raw!r}; '{default}' is assumed"
    expected = ", ".join(version for version in versions if version)
    report(Finding(EXPRESSION_TYPE_VERSION, message, f"write one of {expected}" if expected else "leave it out"))
    return default
