"""Findings as annotations of GitHub Actions: workflow commands, one a line, that show up beside the changed lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from arazzo_runner.diagnostics import Diagnostic, Severity
from arazzo_runner.loader.locations import is_remote
from arazzo_runner.reports.findings import FileReport

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def findings_github(reports: Iterable[FileReport]) -> str:
    """``::error file=...,line=...,col=...,title=...::message``."""
    return "".join(_lines(reports))


def _lines(reports: Iterable[FileReport]) -> Iterable[str]:
    for report in reports:
        if report.unreadable is not None:
            yield f"::error file={_property(_path(report.file))},title=unreadable::{_text(report.unreadable)}\n"
        for diagnostic in report.diagnostics:
            yield annotation(diagnostic)


def annotation(diagnostic: Diagnostic) -> str:
    """One finding."""
    properties: dict[str, str | int] = {"file": _path(diagnostic.origin.document)}
    if span := diagnostic.span:
        properties |= {"line": span.line, "endLine": span.end_line, "col": span.column}
        if span.end_line == span.line:  # GitHub ignores columns of several lines
            properties["endColumn"] = span.end_column
    properties["title"] = diagnostic.code.name
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    message = f"{diagnostic.message}\n{diagnostic.hint}" if diagnostic.hint else diagnostic.message
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_text(message)}\n"


def _path(document: str) -> str:
    """The path from the folder that the command runs in, which is the repository's in a workflow."""
    if is_remote(document):
        return document
    path = Path(document)
    return (path.relative_to(Path.cwd()) if path.is_absolute() and path.is_relative_to(Path.cwd()) else path).as_posix()


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
