"""The runtime-expression language: the whole of a text to its node (specification, section Runtime Expressions).

One function per production of the specification's ABNF; its docstring is the production. Where a document declares
names, a declared name wins over the grammar, whatever its characters (S14). It evaluates nothing, and knows nothing of
text around an expression: that is `template` and `conditions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field
from typing import Final, Literal, TypeAlias, cast

from arazzo_runner.diagnostics import (
    DOTTED_BODY_PATH,
    INVALID_EXPRESSION,
    INVALID_POINTER,
    OUTPUT_PATH,
    PLURAL_HEADERS,
    POINTER_DOTS,
    POINTER_SHAPE,
    STEP_OUTPUT_WITHOUT_OUTPUTS,
    Code,
    Finding,
    Report,
)
from arazzo_runner.expressions.dialect import dotted_tokens, pointer_shape
from arazzo_runner.expressions.near_misses import corrections
from arazzo_runner.expressions.nodes import (
    Access,
    ComponentReference,
    Expression,
    Invalid,
    MessagePart,
    Named,
    Pointer,
    Simple,
    SourceReference,
    StepOutput,
    WorkflowField,
)
from arazzo_runner.expressions.paths import read_path
from arazzo_runner.expressions.scope import Names
from arazzo_runner.records import dataclass

_STRICT: Final = re.compile(r"[A-Za-z0-9_-]+")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._-]+")
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CHARS: Final = re.compile(r'(?:[^\x00-\x1F"\\{}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))+')
_SOURCE: Final = re.compile(r"(?:(headers?|query|path)\.)|(body|payload)")
_FIELD: Final = re.compile(r"\.(inputs|outputs)\.")
_BAD_ESCAPE: Final = re.compile(r"~(?![01])")


def parse(text: str, names: Names, report: Report) -> Expression:
    """The expression that the whole text is. Total: bad text gives `Invalid` and a finding with its column."""
    try:
        expression, findings = read_expression(text, names)
    except NotAnExpression as problem:
        finding = problem.finding(text, names)
        report(finding)
        return Invalid(text, finding.message)
    for finding in findings:
        report(finding)
    return expression


def read_expression(text: str, names: Names) -> tuple[Expression, list[Finding]]:
    """The expression and what was tolerated in it. Raises `NotAnExpression`.

    ::

        expression = "$url" / "$method" / "$statusCode" / "$self" / "$request." source / "$response." source
                   / "$message." source / "$inputs." inputs-reference / "$outputs." outputs-reference
                   / "$steps." steps-reference / "$workflows." workflows-reference
                   / "$sourceDescriptions." source-reference / "$components." components-reference
    """
    if text in _SIMPLE:
        return _SIMPLE[text], []
    root, dot, _ = text.partition(".")
    production = _ROOTS.get(root) if dot else None
    if production is None:
        raise NotAnExpression(f"none begins with '{root}'", 0)
    reading = _Reading(text, names)
    return production(reading, root[1:], len(root) + 1), reading.findings


class NotAnExpression(Exception):
    """The text is no expression: why, and the offset from which on."""

    def __init__(self, reason: str, offset: int, code: Code = INVALID_EXPRESSION) -> None:
        self.reason = reason
        self.offset = offset
        self.code = code
        super().__init__(reason)

    def finding(self, text: str, names: Names) -> Finding:
        """What to report about it, with the text that was probably meant."""
        corrected = corrected_text(text, names)
        hint = _THE_ROOTS if corrected is None else f"write {corrected}"
        message = f"'{text}' is not a runtime expression: {self.reason} (column {self.offset + 1})"
        return Finding(self.code, message, hint, start=self.offset, end=max(len(text), self.offset))


def corrected_text(text: str, names: Names) -> str | None:
    """The expression that was probably meant by text that is none."""
    for candidate in corrections(text):
        try:
            read_expression(candidate, names)
        except NotAnExpression:
            continue
        return candidate
    return None


@dataclass(slots=True)
class _Reading:
    """A text being read, and what was tolerated in it so far. Offsets are of the whole text."""

    text: str
    names: Names
    findings: list[Finding] = field(default_factory=list)

    def rest(self, at: int) -> str:
        return self.text[at:]

    def tolerate(self, code: Code, message: str, at: int, corrected: str | None) -> None:
        hint = None if corrected is None else f"write {corrected}"
        self.findings.append(Finding(code, message, hint, start=at, end=len(self.text)))


_Root: TypeAlias = Literal["request", "response", "message"]
_Part: TypeAlias = Literal["header", "query", "path", "body", "payload"]


def _source(reading: _Reading, root: str, at: int) -> Expression:
    """``source = header-reference / query-reference / path-reference / body-reference / payload-reference``"""
    kind = _SOURCE.match(reading.text, at)
    if kind is None:
        raise NotAnExpression(f"expected header, query, path, body or payload after '${root}.'", at)
    part, read = kind[1] or kind[2], _body if kind[2] else _name_of_part
    return read(reading, cast(_Root, root), part, at)


def _name_of_part(reading: _Reading, root: _Root, part: str, at: int) -> Expression:
    """``header-reference = "header." token``, ``query-reference = "query." name``, ``path-reference = "path." name``"""
    start = at + len(part) + 1
    name = reading.rest(start)
    token = part.startswith("header")
    if not (_TOKEN if token else _CHARS).fullmatch(name):
        raise NotAnExpression(f"'{name}' is no {'header' if token else part} name", start)
    if part == "headers":
        reading.tolerate(PLURAL_HEADERS, "'headers' is read as 'header'", at, f"${root}.header.{name}")
        part = "header"
    return MessagePart(root, cast(_Part, part), name)


def _body(reading: _Reading, root: _Root, part: str, at: int) -> Expression:
    """``body-reference = "body" ["#" json-pointer ]``, and `dotted-body-path`"""
    access = _access(reading, at + len(part), DOTTED_BODY_PATH)
    return MessagePart(root, cast(_Part, part), access=access)


def _named(reading: _Reading, root: str, at: int) -> Expression:
    """``inputs-reference = input-name [ "#" json-pointer ]``, ``outputs-reference`` likewise"""
    names = reading.names
    name, access = _reference(reading, at, names.inputs if root == "inputs" else names.outputs)
    return Named(cast(Literal["inputs", "outputs"], root), name, access)


def _step_output(reading: _Reading, _root: str, at: int) -> Expression:
    """``steps-reference = step-id ".outputs." output-name [ "#" json-pointer ]``, `step-output-without-outputs`"""
    declared = reading.names.steps or {}
    for step_id, end in _owners(reading, at, declared):
        between = _FIELD.match(reading.text, end)
        if between is not None and between[1] == "outputs":
            return StepOutput(step_id, *_reference(reading, between.end(), declared.get(step_id)))
        found = _without_outputs(reading, step_id, end, declared.get(step_id))
        if found is not None:
            return found
    raise NotAnExpression("expected '$steps.STEP.outputs.NAME'", at)


def _without_outputs(reading: _Reading, step_id: str, end: int, outputs: frozenset[str] | None) -> Expression | None:
    declared = _declared(reading, end + 1, outputs) if reading.text.startswith(".", end) else None
    if declared is None:
        return None
    corrected = f"$steps.{step_id}.outputs.{reading.rest(end + 1)}"
    reading.tolerate(
        STEP_OUTPUT_WITHOUT_OUTPUTS, "'.outputs.' is missing; it is read as if it were there", end, corrected
    )
    return StepOutput(step_id, *declared)


def _workflow_field(reading: _Reading, _root: str, at: int) -> Expression:
    """``workflows-reference = workflow-id "." workflow-field "." workflow-field-name [ "#" json-pointer ]``"""
    declared = reading.names.workflows or {}
    for workflow_id, end in _owners(reading, at, declared):
        between = _FIELD.match(reading.text, end)
        if between is not None:
            of = cast(Literal["inputs", "outputs"], between[1])
            known = declared.get(workflow_id)
            names = None if known is None else known[0 if of == "inputs" else 1]
            return WorkflowField(workflow_id, of, *_reference(reading, between.end(), names))
    raise NotAnExpression("expected '$workflows.WORKFLOW.inputs.NAME' or '$workflows.WORKFLOW.outputs.NAME'", at)


def _source_reference(reading: _Reading, _root: str, at: int) -> Expression:
    """``source-reference = source-name "." 1*CHAR``"""
    name = _STRICT.match(reading.text, at)
    if name is None or not reading.text.startswith(".", name.end()):
        raise NotAnExpression("expected '$sourceDescriptions.NAME.REFERENCE'", at)
    reference = reading.rest(name.end() + 1)
    if not _CHARS.fullmatch(reference):
        raise NotAnExpression(f"'{reference}' is no reference", name.end() + 1)
    return SourceReference(name[0], reference)


def _component_reference(reading: _Reading, _root: str, at: int) -> Expression:
    """``components-reference = ( "parameters" / "successActions" / "failureActions" ) "." identifier``"""
    kind, dot, name = reading.rest(at).partition(".")
    if kind not in _COMPONENTS or not dot:
        raise NotAnExpression("expected parameters, successActions or failureActions after '$components.'", at)
    if not _IDENTIFIER.fullmatch(name):
        raise NotAnExpression(f"'{name}' is no component name", at + len(kind) + 1)
    return ComponentReference(kind, name)


def _owners(reading: _Reading, at: int, declared: Collection[str]) -> Iterator[tuple[str, int]]:
    """``step-id = workflow-id = identifier-strict``; declared ids that are none of these come after it."""
    strict = _STRICT.match(reading.text, at)
    if strict is not None:
        yield strict[0], strict.end()
    for owner in sorted(declared, key=len, reverse=True):
        if reading.text.startswith(f"{owner}.", at):
            yield owner, at + len(owner)


def _reference(reading: _Reading, at: int, declared: frozenset[str] | None) -> tuple[str, Access]:
    """``identifier [ "#" json-pointer ]``; before it, a declared name or a path from one (S14)."""
    found = _declared(reading, at, declared)
    if found is not None:
        return found
    name = _IDENTIFIER.match(reading.text, at)
    if name is None:
        raise NotAnExpression("expected a name", at)
    if name.end() == len(reading.text) or reading.text[name.end()] == "#":
        return name[0], _access(reading, name.end(), OUTPUT_PATH)
    first = _STRICT.match(reading.text, at)  # brackets follow, or nothing of ours
    if first is None or reading.text[name.end()] != "[":
        raise NotAnExpression(f"'{reading.text[name.end()]}' cannot stand in a name", name.end())
    return first[0], _access(reading, first.end(), OUTPUT_PATH)


def _declared(reading: _Reading, at: int, declared: frozenset[str] | None) -> tuple[str, Access] | None:
    """The longest declared name that takes the rest, alone or with a pointer or path after it."""
    if not declared:
        return None
    rest = reading.rest(at)
    if rest in declared:
        return rest, None
    starts = [name for name in declared if name and rest.startswith(name) and rest[len(name)] in ".[#"]
    for name in sorted(starts, key=len, reverse=True):
        before = len(reading.findings)
        try:
            return name, _access(reading, at + len(name), OUTPUT_PATH)
        except NotAnExpression:
            del reading.findings[before:]
    return None


def _access(reading: _Reading, at: int, code: Code) -> Access:
    """``[ "#" json-pointer ]``, or a dotted path, which is the dialect of this code."""
    rest = reading.rest(at)
    if not rest:
        return None
    if rest[0] == "#":
        return _pointer(reading, at + 1)
    path = read_path(rest)
    if path is None:
        raise NotAnExpression(f"expected '#' and a JSON Pointer, found '{rest}'", at)
    corrected = None if path.query else f"{reading.text[:at]}#{Pointer(tuple(map(str, path.steps)))}"
    reading.tolerate(code, f"'{rest}' is read as a path into the value", at, corrected)
    return path


def _pointer(reading: _Reading, at: int) -> Pointer:
    """``json-pointer = *( "/" reference-token )``, and `pointer-shape`"""
    text = reading.rest(at)
    for brace in re.finditer(r"[{}]", text):
        raise NotAnExpression("a JSON Pointer here cannot hold braces; use a Selector Object", at + brace.start())
    for escape in _BAD_ESCAPE.finditer(text):
        raise NotAnExpression("'~' stands only before 0 or 1", at + escape.start(), INVALID_POINTER)
    _tolerate_shape(reading, at, text)
    tokens = text.removeprefix("/").split("/") if text else []
    unescaped = tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens)
    return Pointer(unescaped, lenient=any("." in token or "[" in token for token in unescaped))


def _tolerate_shape(reading: _Reading, at: int, text: str) -> None:
    corrected = pointer_shape(text)
    if corrected is not None:
        found = f"'#{text}' is not a JSON Pointer; a member of that name is looked for first, then a path is followed"
        reading.tolerate(POINTER_SHAPE, found, at, f"{reading.text[: at - 1]}{corrected}")
    elif dotted_tokens(text):
        found = f"'{text}' has a name with dots; it is read as a path where there is no such member"
        reading.tolerate(POINTER_DOTS, found, at, None)


_COMPONENTS: Final = frozenset({"parameters", "successActions", "failureActions"})
_SIMPLE: Final[Mapping[str, Expression]] = {
    "$url": Simple("url"),
    "$method": Simple("method"),
    "$statusCode": Simple("statusCode"),
    "$self": Simple("self"),
}
_ROOTS: Final[Mapping[str, Callable[[_Reading, str, int], Expression]]] = {
    "$request": _source,
    "$response": _source,
    "$message": _source,
    "$inputs": _named,
    "$outputs": _named,
    "$steps": _step_output,
    "$workflows": _workflow_field,
    "$sourceDescriptions": _source_reference,
    "$components": _component_reference,
}
_THE_ROOTS: Final = "an expression begins with " + ", ".join((*_SIMPLE, *(f"{root}." for root in _ROOTS)))
