"""Findings as text, with a frame of the code: the source line, and a mark under the part that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from arazzo_runner.diagnostics import Diagnostic, Origin, Severity, Span
from arazzo_runner.reports.lines import Line, Role, count, line
from arazzo_runner.reports.places import Places

_ROLES: dict[Severity, Role] = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.INFO: "dim"}


def code_frame(text: str, span: Span, width: int | None = None) -> list[Line]:
    """The line of the source, and one below it with a mark under the part that is meant; nothing for no line."""
    lines = text.splitlines()
    if not 1 <= span.line <= len(lines):
        return []
    source = lines[span.line - 1].replace("\t", " ")
    end = span.end_column if span.end_line == span.line else len(source) + 1
    start, marks = span.column - 1, max(1, min(end, len(source) + 1) - span.column)
    number = f"{span.line:>5}"
    room = max((width or 120) - len(number) - 3, 20)
    if len(source) > room:
        left = max(0, min(start - 8, len(source) - room))
        source, start = source[left : left + room], start - left
        marks = max(1, min(marks, room - start))
    return [
        line((f"{number} | ", "dim"), source),
        line((f"{' ' * len(number)} | ", "dim"), " " * start, ("^" * marks, "bad")),
    ]


def place(origin: Origin, span: Span | None) -> str:
    """``file:line:column``, or the file with the pointer where the line is not known."""
    if span is not None:
        return f"{origin.document}:{span.line}:{span.column}"
    return f"{origin.document}#{origin.pointer}" if origin.pointer else origin.document


def diagnostic_lines(diagnostic: Diagnostic, places: Places, width: int | None = None) -> list[Line]:
    """A finding: where, how bad, what, the code, and what to do."""
    span = diagnostic.span or places.locate(diagnostic.origin)
    text = places.text(diagnostic.origin.document)
    severity = diagnostic.severity
    head = line(
        (f"{place(diagnostic.origin, span)}: ", "strong"),
        (f"{severity.value}[{diagnostic.code.name}]", _ROLES[severity]),
        f": {diagnostic.message}",
    )
    frame = [] if text is None or span is None else code_frame(text, span, width)
    hint = [line("      ", ("hint: ", "dim"), diagnostic.hint)] if diagnostic.hint else []
    return [head, *frame, *hint]


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """``2 errors, 1 warning``; ``no findings``."""
    found = [diagnostic.severity for diagnostic in diagnostics]
    nouns = ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note"))
    texts = [count(number, noun) for severity, noun in nouns if (number := found.count(severity))]
    return ", ".join(texts) or "no findings"


def by_place(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Findings in the order of the document."""

    def key(diagnostic: Diagnostic) -> tuple[str, int, int]:
        span = diagnostic.span
        return (diagnostic.origin.document, span.line if span else 0, span.column if span else 0)

    return sorted(diagnostics, key=key)
