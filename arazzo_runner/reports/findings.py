"""What `arazzo validate` found in documents: as text, as JSON, and in one summary line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from arazzo_runner.diagnostics import Diagnostic, Severity
from arazzo_runner.records import dataclass
from arazzo_runner.reports.bodies import pretty
from arazzo_runner.reports.frames import frame_of, head, listed_lines, summary
from arazzo_runner.reports.json_report import diagnostic_value
from arazzo_runner.reports.lines import Line, Role, count, line


@dataclass(frozen=True, slots=True)
class Found:
    """A finding, and the line of the document where it begins."""

    diagnostic: Diagnostic
    code: str | None = None


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one document: what was found in it, or why it could not be read."""

    file: str
    found: tuple[Found, ...] = ()
    unreadable: str | None = None

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """The findings alone."""
        return [found.diagnostic for found in self.found]


class Once:
    """Drops what was told before: documents of one folder refer to each other."""

    def __init__(self) -> None:
        self._told: set[Diagnostic] = set()

    def __call__(self, report: FileReport) -> FileReport:
        """The report without what earlier ones have told."""
        new = tuple(found for found in report.found if found.diagnostic not in self._told)
        self._told.update(found.diagnostic for found in new)
        return FileReport(report.file, new, report.unreadable)


def findings_plain(report: FileReport) -> list[Line]:
    """The findings for a pipe: each begins with its file, line and column, and is followed by its line of code."""
    shown: list[Line] = []
    for found in report.found:
        shown += [head(found.diagnostic, found.diagnostic.span), *frame_of(found.diagnostic, found.code)]
        if found.diagnostic.hint:
            shown.append(line("      ", ("hint: ", "dim"), found.diagnostic.hint))
    return shown


def findings_grouped(report: FileReport, width: int) -> list[Line]:
    """The findings for a terminal: below the name of their file, broken to its width, with a blank line behind."""
    shown: list[Line] = []
    file: str | None = None
    for found in report.found:
        if found.diagnostic.origin.document != file:
            file = found.diagnostic.origin.document
            shown += [*([line("")] if shown else []), line((file, "strong"))]
        shown += listed_lines(found.diagnostic, found.code, width)
    return [*shown, line("")] if shown else []


def findings_json(reports: Sequence[FileReport]) -> str:
    """``{"version": 1, "documents": [{"file", "diagnostics"}]}``."""
    readable = (report for report in reports if report.unreadable is None)
    found = [{"file": report.file, "diagnostics": [*map(diagnostic_value, report.diagnostics)]} for report in readable]
    return pretty({"version": 1, "documents": found})


def findings_summary(reports: Iterable[FileReport]) -> Line:
    """``3 files: 2 errors, 1 warning``; ``, 1 could not be read`` where that is so."""
    reports = list(reports)
    read = [report for report in reports if report.unreadable is None]
    lost = len(reports) - len(read)
    every = [diagnostic for report in read for diagnostic in report.diagnostics]
    severities = {diagnostic.severity for diagnostic in every}
    role: Role = "bad" if Severity.ERROR in severities else "warn" if Severity.WARNING in severities else "ok"
    rest = f", {lost} could not be read" if lost else ""
    return line(f"{count(len(reports), 'file')}: ", (summary(every), role), (rest, "bad"))
