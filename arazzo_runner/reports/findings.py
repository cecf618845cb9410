"""The findings of `arazzo validate`: as text with frames of the code, as JSON, and in one summary line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from arazzo_runner.diagnostics import Diagnostic, Severity
from arazzo_runner.reports.bodies import pretty
from arazzo_runner.reports.frames import diagnostic_lines, summary
from arazzo_runner.reports.json_report import diagnostic_value
from arazzo_runner.reports.lines import Line, Role, count, line
from arazzo_runner.reports.places import Places


def findings_text(diagnostics: Sequence[Diagnostic], places: Places) -> str:
    """The findings of one document, each with its place, its line of code, and what to do."""
    return "".join(f"{one}\n" for diagnostic in diagnostics for one in diagnostic_lines(diagnostic, places))


def findings_json(documents: Mapping[str, Sequence[Diagnostic]]) -> str:
    """``{"version": 1, "documents": [{"file", "diagnostics"}]}``."""
    found = [{"file": file, "diagnostics": [*map(diagnostic_value, ones)]} for file, ones in documents.items()]
    return pretty({"version": 1, "documents": found})


def findings_summary(documents: Mapping[str, Sequence[Diagnostic]]) -> Line:
    """``3 documents: 2 errors, 1 warning``."""
    every = [diagnostic for found in documents.values() for diagnostic in found]
    severities = {diagnostic.severity for diagnostic in every}
    role: Role = "bad" if Severity.ERROR in severities else "warn" if Severity.WARNING in severities else "ok"
    return line(f"{count(len(documents), 'document')}: ", (summary(every), role))
