"""Criterion Objects: compiled once at load, judged on a scope; every verdict says why (S17-S23)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from arazzo_runner.diagnostics import MISSING_FIELD, Finding, Report
from arazzo_runner.expressions.conditions import Condition, Failing, compile_condition
from arazzo_runner.expressions.nodes import (
    ArrayValue,
    Constant,
    Expression,
    ExpressionType,
    Invalid,
    ObjectValue,
    Selector,
    Template,
    Value,
    Whole,
)
from arazzo_runner.expressions.parser import parse
from arazzo_runner.expressions.queries import expression_type
from arazzo_runner.expressions.query_criteria import ComparisonJudge, QueryJudge, compile_query_condition
from arazzo_runner.expressions.scope import Names
from arazzo_runner.expressions.verdicts import Judge, Operand, Verdict
from arazzo_runner.records import dataclass

__all__ = [
    "Criterion",
    "Judge",
    "Operand",
    "Verdict",
    "compile_criterion",
    "expression_type",
    "expressions_in",
]


@dataclass(frozen=True, slots=True)
class Criterion:
    """Criterion Object, compiled."""

    condition: str
    type: ExpressionType
    context: Expression | None = None
    judge: Judge = field(compare=False, repr=False, kw_only=True)


def compile_criterion(
    condition: str, context: str | None, type_: ExpressionType, names: Names, report: Report
) -> Criterion:
    """A Criterion Object; ``report`` is the object's own. Total: what is wrong is reported and fails, saying why (S23).

    A simple condition needs no context and ignores one.
    """
    if type_.type == "simple":
        return Criterion(condition, type_, judge=compile_condition(condition, names, report.at("condition")))
    of = None if context is None else parse(context, names, report.at("context"))
    if of is None:
        message = f"a condition of type '{type_.type}' needs a 'context'"
        report(Finding(MISSING_FIELD, message, "add context: $response.body"))
        return Criterion(condition, type_, judge=Failing(condition, type_.type, message))
    judge = compile_query_condition(condition, of, type_, names, report.at("condition"))
    if isinstance(of, Invalid):
        judge = Failing(condition, type_.type, of.reason)
    return Criterion(condition, type_, of, judge=judge)


def expressions_in(value: Value | Criterion) -> Iterator[Expression]:
    """The runtime expressions inside something compiled, in the order in which they are written."""
    match value:
        case Whole():
            yield value.expression
        case Template():
            yield from (part for part in value.parts if not isinstance(part, str))
        case ObjectValue():
            for _, member in value.members:
                yield from expressions_in(member)
        case ArrayValue():
            for item in value.items:
                yield from expressions_in(item)
        case Selector():
            yield value.context
            yield from expressions_in(value.selector)
        case Criterion():
            if value.context is not None:
                yield value.context
            if isinstance(value.judge, Condition | QueryJudge | ComparisonJudge):
                yield from value.judge.expressions
        case Constant():
            pass
