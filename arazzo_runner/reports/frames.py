"""Findings as text, with a frame of the code: the source line, and a mark under the part that is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from arazzo_runner.diagnostics import Diagnostic, Origin, Severity, Span
from arazzo_runner.reports.lines import Line, Role, columns, count, line, wrapped
from arazzo_runner.reports.places import Places

#: The colour of a severity.
ROLES: dict[Severity, Role] = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.INFO: "dim"}

_INDENT = " " * 8


def code_frame(text: str, span: Span, width: int | None = None) -> list[Line]:
    """The line of the source, and one below it with a mark under the part that is meant; nothing for no line."""
    source = line_at(text.split("\n"), span.line)
    return [] if source is None else line_frame(source, span, width)


def line_at(lines: Sequence[str], number: int) -> str | None:
    """One of the lines of a text, counted from 1."""
    return lines[number - 1].rstrip("\r") if 1 <= number <= len(lines) else None


def line_frame(source: str, span: Span, width: int | None = None, role: Role = "bad") -> list[Line]:
    """`code_frame` of a line that is at hand."""
    source = source.replace("\t", " ")
    end = span.end_column if span.end_line == span.line else len(source) + 1
    start, marks = span.column - 1, max(1, min(end, len(source) + 1) - span.column)
    number = f"{span.line:>5}"
    room = max((width or 120) - len(number) - 3, 20)
    if len(source) > room:
        left = max(0, min(start - 8, len(source) - room))
        source, start = source[left : left + room], start - left
        marks = max(1, min(marks, room - start))
    indent, marks = columns(source[:start]), max(1, columns(source[start : start + marks]))
    return [
        line((f"{number} | ", "dim"), source),
        line((f"{' ' * len(number)} | ", "dim"), " " * indent, ("^" * marks, role)),
    ]


def place(origin: Origin, span: Span | None) -> str:
    """``file:line:column``, or the file with the pointer where the line is not known."""
    if span is not None:
        return f"{origin.document}:{span.line}:{span.column}"
    return f"{origin.document}#{origin.pointer}" if origin.pointer else origin.document


def head(diagnostic: Diagnostic, span: Span | None) -> Line:
    """``file:line:column: error[code]: message``."""
    severity = diagnostic.severity
    return line(
        (f"{place(diagnostic.origin, span)}: ", "strong"),
        (f"{severity.value}[{diagnostic.code.name}]", ROLES[severity]),
        f": {diagnostic.message}",
    )


def diagnostic_lines(diagnostic: Diagnostic, places: Places, width: int | None = None) -> list[Line]:
    """A finding: where, how bad, what, the code, and what to do."""
    span = diagnostic.span or places.locate(diagnostic.origin)
    text = places.text(diagnostic.origin.document)
    frame = [] if text is None or span is None else code_frame(text, span, width)
    hint = [line("      ", ("hint: ", "dim"), diagnostic.hint)] if diagnostic.hint else []
    return [head(diagnostic, span), *frame, *hint]


def frame_of(diagnostic: Diagnostic, source: str | None, width: int | None = None) -> list[Line]:
    """The frame of a finding whose line of the document is at hand, its mark in the colour of the severity."""
    if source is None or diagnostic.span is None:
        return []
    return line_frame(source, diagnostic.span, width, ROLES[diagnostic.severity])


def listed_lines(diagnostic: Diagnostic, source: str | None, width: int) -> list[Line]:
    """A finding below the name of its file: broken to a width, words under words."""
    span = diagnostic.span
    where = f"{span.line}:{span.column}" if span is not None else diagnostic.origin.pointer
    kind = f"{diagnostic.severity.value}[{diagnostic.code.name}]"
    first, *rest = wrapped(f"{where:>7} {kind}: {diagnostic.message}", width, "", _INDENT)
    hint = wrapped(f"hint: {diagnostic.hint}", width, _INDENT, f"{_INDENT}      ") if diagnostic.hint else []
    before, found, after = first.partition(kind)
    opening = line((before, "strong"), (found, ROLES[diagnostic.severity]), after) if found else line(first)
    return [opening, *map(line, rest), *frame_of(diagnostic, source, width), *(_hinted(text) for text in hint)]


def _hinted(text: str) -> Line:
    before, word, after = text.partition("hint: ")
    return line(before, (word, "dim"), after)


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """``2 errors, 1 warning``; ``no findings``."""
    found = [diagnostic.severity for diagnostic in diagnostics]
    nouns = ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "info"))
    texts = [count(number, noun) for severity, noun in nouns if (number := found.count(severity))]
    return ", ".join(texts) or "no findings"


def by_place(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Findings in the order of the document."""

    def key(diagnostic: Diagnostic) -> tuple[str, int, int]:
        span = diagnostic.span
        return (diagnostic.origin.document, span.line if span else 0, span.column if span else 0)

    return sorted(diagnostics, key=key)
