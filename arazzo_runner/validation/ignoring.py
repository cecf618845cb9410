"""`# arazzo-ignore: CODE` comments: which findings a document asks not to hear of, and which of them were in vain.

Knows comments of YAML; a JSON document has none. It must not know what a finding is about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from yaml import YAMLError
from yaml.events import ScalarEvent, StreamEndEvent

from arazzo_runner.diagnostics import CODES, UNUSED_IGNORE, Diagnostic, Origin, Severity, Span
from arazzo_runner.loader.events import Lines, end_of, start_of, yaml_events
from arazzo_runner.loader.nearest import suggestion
from arazzo_runner.loader.positions import locate
from arazzo_runner.records import dataclass

_MARK = "arazzo-ignore"
_COMMENT = re.compile(
    r"(?:^|(?<=[ \t]))#[ \t]*arazzo-ignore(?P<file>-file)?(?![\w-])"
    r"[ \t]*(?P<colon>:?)[ \t]*(?P<codes>[\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)?",
    re.MULTILINE,
)
_CODE = re.compile(r"[\w-]+")
_FORM = "write '# arazzo-ignore: CODE', several codes with commas between them"


@dataclass(frozen=True, slots=True)
class Ignore:
    """One code of one comment: the line that it is about (None: all), and where it stands."""

    code: str
    line: int | None
    span: Span
    misplaced: bool = False  #: meant for the whole file, but not at its top

    def covers(self, code: str, lines: frozenset[int]) -> bool:
        """Whether it is about a finding."""
        return not self.misplaced and code == self.code and (self.line is None or self.line in lines)


def heeded(
    diagnostics: Sequence[Diagnostic], documents: Sequence[str], text: Callable[[str], str | None], *, complete: bool
) -> list[Diagnostic]:
    """The located findings without those that comments ignore, and an info for each comment that ignores nothing.

    ``documents`` are the Arazzo documents that were read, whose ``text`` has the comments. Unless everything was
    looked for (``complete``), a comment that ignored nothing may still be needed and is let be.
    """
    found = list(diagnostics)
    for document in documents:
        content = text(document)
        if content is not None and _MARK in content:
            found = _heeded_in(document, content, found, complete=complete)
    return found


def _heeded_in(document: str, text: str, diagnostics: list[Diagnostic], *, complete: bool) -> list[Diagnostic]:
    wrong: list[Diagnostic] = []
    ignores = list(_ignores(document, text, wrong))
    lines = _lines(text, [one for one in diagnostics if one.origin.document == document])
    used: set[Ignore] = set()
    kept: list[Diagnostic] = []
    for diagnostic in diagnostics:
        own = lines.get(diagnostic.origin.pointer, frozenset()) if diagnostic.origin.document == document else None
        span = diagnostic.span
        where = (own or frozenset()) | ({span.line} if span else set())
        covering = [ignore for ignore in ignores if own is not None and ignore.covers(diagnostic.code.name, where)]
        used.update(covering)
        if not covering:
            kept.append(diagnostic)
    return [*kept, *wrong, *(_unused(document, one) for one in ignores if complete and one not in used)]


def _lines(text: str, diagnostics: list[Diagnostic]) -> dict[str, frozenset[int]]:
    """The lines on which the names and the values at the findings' pointers begin.

    A finding inside a text of many lines stands where no comment can: there the comment belongs to the name.
    """
    places = locate(text, (diagnostic.origin.pointer for diagnostic in diagnostics))
    return {
        pointer: frozenset(span.line for span in (spans.key, spans.value) if span is not None)
        for pointer, spans in places.items()
    }


def _unused(document: str, ignore: Ignore) -> Diagnostic:
    if ignore.misplaced:
        message, hint = "'arazzo-ignore-file' must stand above the first line of the document", "move it to the top"
    elif ignore.code not in CODES:
        message = f"there is no diagnostic '{ignore.code}' to ignore"
        hint = suggestion(ignore.code, CODES) or "docs/diagnostics.md lists the codes"
    else:
        place = "this document" if ignore.line is None else f"line {ignore.line}"
        message, hint = f"there is no '{ignore.code}' to ignore in {place}", "remove the comment"
    return Diagnostic(UNUSED_IGNORE, message, Origin(document), hint, Severity.INFO, span=ignore.span)


# --- reading the comments ---------------------------------------------------------------------------------------------
def _ignores(document: str, text: str, wrong: list[Diagnostic]) -> Iterator[Ignore]:
    candidates = list(_COMMENT.finditer(text))
    scalars = _Scalars(text, candidates[-1].start() if candidates else 0)
    lines = Lines(text)
    for comment in candidates:
        if comment.start() in scalars:
            continue
        span = lines.span(comment.start(), comment.end())
        if not comment["colon"] or not comment["codes"]:
            missing = "no colon after its name" if not comment["colon"] else "no code to ignore"
            message = f"the comment 'arazzo-ignore{comment['file'] or ''}' has {missing}"
            wrong.append(Diagnostic(UNUSED_IGNORE, message, Origin(document), _FORM, Severity.INFO, span=span))
            continue
        about = None if comment["file"] else _line_meant(text, comment, span.line)
        misplaced = bool(comment["file"]) and comment.start() > scalars.first
        for code in _CODE.finditer(text, comment.start("codes"), comment.end("codes")):
            yield Ignore(code[0], about, lines.exact(code.start(), code.end()), misplaced)


def _line_meant(text: str, comment: re.Match[str], line: int) -> int:
    """Its own line behind something; else the next one that is not blank and no comment."""
    begin = text.rfind("\n", 0, comment.start()) + 1
    if text[begin : comment.start()].strip(" \t\ufeff"):
        return line
    for offset, below in enumerate(text[comment.end() :].split("\n")[1:], 1):
        if below.strip() and not below.lstrip().startswith("#"):
            return line + offset
    return line


class _Scalars:
    """The places that scalars take, up to an offset: a ``#`` in one begins no comment."""

    def __init__(self, text: str, end: int) -> None:
        self._text = text
        self._spans: list[tuple[int, int]] = []
        self.first = len(text)  #: where the first scalar begins
        get = yaml_events(text)
        try:
            while not isinstance(event := get(), StreamEndEvent) and start_of(event) <= end:
                if isinstance(event, ScalarEvent):
                    self._spans.append((self._begin(event), end_of(event)))
                    self.first = min(self.first, start_of(event))
        except YAMLError:
            pass

    def _begin(self, event: ScalarEvent) -> int:
        """Where its text begins: a block scalar may have a comment behind its ``|`` or ``>``."""
        start = start_of(event)
        if event.style not in ("|", ">"):
            return start
        after = self._text.find("\n", start)
        return after if after >= 0 else len(self._text)

    def __contains__(self, offset: int) -> bool:
        return any(start <= offset < end for start, end in self._spans)
