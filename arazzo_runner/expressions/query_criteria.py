"""Conditions in a query language: regex, jsonpath and xpath on a context (S19-S22), and the comparisons of JSONPath.

Embedded expressions are put in as text first (S22). It knows how the languages are asked, not how they work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from arazzo_runner.diagnostics import (
    BARE_EXPRESSION,
    JSONPATH_COMPARISON,
    JSONPATH_QUOTED_EXPRESSION,
    Finding,
    Report,
)
from arazzo_runner.expressions import dialect
from arazzo_runner.expressions.conditions import Failing
from arazzo_runner.expressions.embedded import Found, find_expressions, report_all, shifted
from arazzo_runner.expressions.evaluate import Bound, bind
from arazzo_runner.expressions.nodes import Expression, ExpressionType, Invalid
from arazzo_runner.expressions.parser import NotAnExpression, read_expression
from arazzo_runner.expressions.queries import report_query
from arazzo_runner.expressions.scope import Names, Scope
from arazzo_runner.expressions.selectors import Query, QueryError, compile_query
from arazzo_runner.expressions.text import to_text
from arazzo_runner.expressions.verdicts import Operand, Verdict, described, operand
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON, MISSING, Missing

if TYPE_CHECKING:
    from arazzo_runner.expressions.selectors.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Inserted:
    """An expression in a query: its value goes in as text, or as a literal of its type."""

    expression: Expression
    as_literal: bool = False


#: A query as its text and the expressions in it, in order.
Pieces: TypeAlias = "tuple[str | Inserted, ...]"


@dataclass(frozen=True, slots=True)
class QueryJudge:
    """The judge of a query on a context; without expressions in it, the query is compiled once, at load."""

    condition: str
    type: ExpressionType
    context: Expression
    pieces: Pieces
    expressions: tuple[Expression, ...] = ()  #: those of the pieces
    query: Query | None = field(default=None, compare=False, repr=False)  #: where there are none
    read: Bound = field(init=False, compare=False, repr=False)  #: the context, bound
    reads: tuple[Bound, ...] = field(init=False, compare=False, repr=False)  #: the expressions, bound
    texts: tuple[str, ...] = field(init=False, compare=False, repr=False)  #: the expressions as written

    def __post_init__(self) -> None:
        object.__setattr__(self, "read", bind(self.context))
        object.__setattr__(self, "reads", tuple(map(bind, self.expressions)))
        object.__setattr__(self, "texts", tuple(map(str, self.expressions)))

    def __call__(self, scope: Scope) -> Verdict:
        context = self.read(scope)
        values = [read(scope) for read in self.reads]
        try:
            passed, why = self._judge(context, values)
        except QueryError as error:
            passed, why = False, f"the {self.type.type} condition cannot be evaluated: {error}"
        except RecursionError:
            passed, why = False, f"the {self.type.type} condition cannot be evaluated: a value is nested too deeply"
        operands = tuple(map(operand, self.texts, values))
        if self.type.type == "regex":
            operands = (operand(str(self.context), context), *operands)
        return Verdict(self.condition, self.type.type, passed, why, operands)

    def _judge(self, context: JSON | Missing, values: Sequence[JSON | Missing]) -> tuple[bool, str | None]:
        if MISSING in values:
            absent = self.expressions[values.index(MISSING)]
            return False, f"{absent}, which the condition needs, has no value"
        if context is MISSING or context is None:
            return False, described(str(self.context), context)
        query = self.query or compile_query(self.type, _filled(self.pieces, values))
        if query.holds(context):
            return True, None
        text = _filled(self.pieces, values)
        on_object = self.type.type == "jsonpath" and isinstance(context, dict) and dialect.filters_the_root(text)
        if on_object and query.holds([context]):
            return True, f"the filter was tried on an array of {self.context} itself (jsonpath-object-filter)"
        return False, self._why_not(context, text)

    def _why_not(self, context: JSON, text: str) -> str:
        seen = described(str(self.context), context)
        match self.type.type:
            case "regex":
                return f"{seen}, which '{text}' does not match"
            case "xpath":
                return f"{seen}, on which '{text}' does not hold"
        return f"{seen}, in which '{text}' selects nothing"


@dataclass(frozen=True, slots=True)
class ComparisonJudge:
    """The judge of the dialect `jsonpath-comparison`."""

    condition: str
    context: Expression
    comparison: Comparison
    operands: tuple[tuple[str, Expression], ...]  #: the runtime expressions in it, by their text
    read: Bound = field(init=False, compare=False, repr=False)  #: the context, bound
    reads: tuple[tuple[str, Bound], ...] = field(init=False, compare=False, repr=False)  #: the operands, bound

    def __post_init__(self) -> None:
        object.__setattr__(self, "read", bind(self.context))
        object.__setattr__(self, "reads", tuple((text, bind(expression)) for text, expression in self.operands))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(expression for _, expression in self.operands)

    def __call__(self, scope: Scope) -> Verdict:
        context = self.read(scope)
        if context is MISSING or context is None:
            return Verdict(self.condition, "jsonpath", False, described(str(self.context), context))
        values = {text: read(scope) for text, read in self.reads}
        try:
            passed, seen = self.comparison.judge(context, values)
        except QueryError as error:
            return Verdict(self.condition, "jsonpath", False, f"the condition cannot be evaluated: {error}")
        except RecursionError:
            return Verdict(self.condition, "jsonpath", False, "the condition cannot be evaluated: nested too deeply")
        return Verdict(self.condition, "jsonpath", passed, None if passed else self._why_not(seen), seen)

    def _why_not(self, seen: Sequence[Operand]) -> str:
        facts = "; ".join(described(found.text, found.value) for found in seen)
        return f"{facts}, expected {self.condition}" if facts else f"{self.condition} does not hold"


def compile_query_condition(
    condition: str, context: Expression, type_: ExpressionType, names: Names, report: Report
) -> QueryJudge | ComparisonJudge | Failing:
    """The judge of a condition in this language. Total: a query that cannot be read is reported and always fails."""
    if type_.type == "jsonpath":
        from arazzo_runner.expressions.selectors.comparison_reader import read_comparison

        comparison = read_comparison(condition)
        if comparison is not None:
            return _compare(condition, context, comparison, names, report)
    pieces = tuple(_pieces(condition, type_, names, report))
    for piece in pieces:
        if isinstance(piece, Inserted) and isinstance(piece.expression, Invalid):
            return Failing(condition, type_.type, piece.expression.reason)
    expressions = tuple(piece.expression for piece in pieces if isinstance(piece, Inserted))
    if expressions:
        return QueryJudge(condition, type_, context, pieces, expressions)
    query = _static(condition, type_, report)
    if isinstance(query, str):
        return Failing(condition, type_.type, query)
    return QueryJudge(condition, type_, context, (condition,), query=query)


def _static(condition: str, type_: ExpressionType, report: Report) -> Query | str:
    """A query without expressions in it, compiled; or, reported, why it cannot be read."""
    try:
        return compile_query(type_, condition)
    except QueryError as error:
        report_query(error.message, error.column, type_, condition, report)
        return f"'{condition}' cannot be read: {error}"


_PARTS = re.compile(
    r"""(?P<string>'[^'"]*'|"[^'"]*")|(?P<path>\$(?:\.[A-Za-z_][\w-]*(?![\w(-])|\[\d+\])+)"""
    r"""|==|!=|<=|>=|<|>|&&|\|\||[()!\s]|-?\d+(?:\.\d+)?|true|false|null""",
)
_SOME = re.compile(r"(\$(?:\.[A-Za-z_][\w-]*)+)\.length\s*>\s*0")


def _in_other_words(condition: str, context: str) -> str:
    """What the specification has for a comparison: a query that selects something, or a simple condition."""
    if some := _SOME.fullmatch(condition.strip()):
        return f"write {some[1]}[0], which selects something when there is an item"
    written, at = "", 0
    while found := _PARTS.match(condition, at):
        path = found["path"]
        if path is not None and not path.endswith(".length"):
            pointer = path[1:].replace(".", "/").replace("[", "/").replace("]", "")
            written += f"{context}{pointer}" if "#" in context else f"{context}#{pointer}"
        elif path is None:
            written += f"'{found[0][1:-1]}'" if found["string"] else found[0]
        else:
            break
        at = found.end()
    if at == len(condition):
        return f"write a simple condition, without type and context: {written}"
    return "write a query that selects something when the condition holds, such as $.items[?@.state == 'done']"


def _compare(
    condition: str, context: Expression, comparison: Comparison, names: Names, report: Report
) -> ComparisonJudge | Failing:
    hint = _in_other_words(condition, str(context))
    message = f"'{condition}' is a comparison, not a JSONPath query"
    report(Finding(JSONPATH_COMPARISON, message, hint, 0, len(condition)))
    operands: list[tuple[str, Expression]] = []
    for text in comparison.expressions:
        offset = max(condition.find(text), 0)
        try:
            expression, findings = read_expression(text, names)
        except NotAnExpression as problem:
            finding = shifted(problem.finding(text, names), offset)
            report(finding)
            return Failing(condition, "jsonpath", finding.message)
        report_all([shifted(finding, offset) for finding in findings], report)
        operands.append((text, expression))
    return ComparisonJudge(condition, context, comparison, tuple(operands))


def _pieces(text: str, type_: ExpressionType, names: Names, report: Report) -> Iterator[str | Inserted]:
    """The text and the expressions in it; in JSONPath, one that quotes hold or that is compared is a literal."""
    at = 0
    for found in find_expressions(text, names) if "$" in text else ():
        bare_in_jsonpath = type_.type == "jsonpath" and not found.braces
        quoted = bare_in_jsonpath and dialect.is_quoted(text, found.start, found.end)
        report_all(list(_quoted_findings(found)) if quoted else found.findings, report)
        start, end = (found.start - 1, found.end + 1) if quoted else (found.start, found.end)
        if at < start:
            yield text[at:start]
        yield Inserted(found.expression, quoted or (bare_in_jsonpath and dialect.is_compared(text, found.start)))
        at = end
    if at < len(text):
        yield text[at:]


def _quoted_findings(found: Found) -> Iterator[Finding]:
    for finding in found.findings:
        if finding.code is BARE_EXPRESSION:
            message = f"the quoted '{found.expression}' is read as its value"
            yield Finding(JSONPATH_QUOTED_EXPRESSION, message, finding.hint, finding.start, finding.end)
        else:
            yield finding


def _filled(pieces: Pieces, values: Sequence[JSON | Missing]) -> str:
    left = iter(values)
    return "".join(piece if isinstance(piece, str) else _written(next(left), piece.as_literal) for piece in pieces)


def _written(value: JSON | Missing, as_literal: bool) -> str:
    if value is MISSING:
        return ""
    return json.dumps(value, ensure_ascii=False) if as_literal and isinstance(value, str) else to_text(value)
