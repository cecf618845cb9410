"""Findings as SARIF 2.1.0 (OASIS), which code scanning services and editors read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from arazzo_runner.diagnostics import Code, Severity
from arazzo_runner.loader.locations import is_url
from arazzo_runner.reports.bodies import pretty
from arazzo_runner.reports.findings import FileReport, Found

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def findings_sarif(reports: Iterable[FileReport], version: str) -> str:
    """A log of one run; ``version`` is that of this program."""
    reports = list(reports)
    found = [one for report in reports for one in report.found]
    codes = {one.diagnostic.code.name: one.diagnostic.code for one in found}
    numbers = {name: index for index, name in enumerate(sorted(codes))}
    unreadable = [report for report in reports if report.unreadable is not None]
    driver = {"name": "arazzo", "version": version, "rules": [_rule(codes[name]) for name in numbers]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {"executionSuccessful": not unreadable, "toolExecutionNotifications": [*map(_notification, unreadable)]}
        ],
        "results": [_result(one, numbers[one.diagnostic.code.name]) for one in found],
    }
    return pretty({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.name,
        "shortDescription": {"text": code.meaning},
        "help": {"text": code.remedy},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
        "properties": {"dialect": code.dialect},
    }


def _result(found: Found, rule: int) -> dict[str, Any]:
    diagnostic = found.diagnostic
    text = f"{diagnostic.message}\n{diagnostic.hint}" if diagnostic.hint else diagnostic.message
    key = f"{diagnostic.code.name}\0{diagnostic.origin.pointer}\0{diagnostic.message}"
    return {
        "ruleId": diagnostic.code.name,
        "ruleIndex": rule,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": text},
        "locations": [_location(found)],
        "partialFingerprints": {"finding/v1": hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]},
    }


def _location(found: Found) -> dict[str, Any]:
    origin, span = found.diagnostic.origin, found.diagnostic.span
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(origin.document)}}
    if span is not None:
        region: dict[str, Any] = {"startLine": span.line, "startColumn": span.column}
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
        physical["region"] = region
        if found.code is not None and span.end_line == span.line:
            physical["contextRegion"] = {"startLine": span.line, "snippet": {"text": found.code}}
    location: dict[str, Any] = {"physicalLocation": physical}
    if origin.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": origin.pointer}]
    return location


def _notification(report: FileReport) -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": _uri(report.file)}}}
    return {"level": "error", "message": {"text": report.unreadable}, "locations": [place]}


def _uri(document: str) -> str:
    """A URI; relative to the folder that the command runs in where the path is below it."""
    if is_url(document):
        return document
    path = Path(document)
    if path.is_absolute():
        if not path.is_relative_to(Path.cwd()):
            return path.as_uri()
        path = path.relative_to(Path.cwd())
    return quote(path.as_posix())
