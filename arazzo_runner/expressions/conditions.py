"""Simple conditions, compiled once and judged on a scope (S18); text that is no condition never passes."""

from __future__ import annotations

from dataclasses import field

from arazzo_runner.diagnostics import Report
from arazzo_runner.expressions.comparing import holds
from arazzo_runner.expressions.condition_nodes import Decide, Node, NotEvaluable, bind_node, why_not
from arazzo_runner.expressions.condition_parser import NotACondition, read_condition
from arazzo_runner.expressions.embedded import report_all
from arazzo_runner.expressions.evaluate import Bound, bind
from arazzo_runner.expressions.nodes import Expression
from arazzo_runner.expressions.scope import Names, Scope
from arazzo_runner.expressions.verdicts import Judge, Verdict, operand
from arazzo_runner.records import dataclass


def compile_condition(text: str, names: Names, report: Report) -> Judge:
    """The judge of a simple condition. Total: what is no condition is reported, and its judge always fails."""
    try:
        read = read_condition(text, names)
    except NotACondition as problem:
        report(problem.finding)
        return Failing(text, "simple", problem.finding.message)
    report_all(read.findings, report)
    texts = tuple(written for written, _ in read.expressions)
    expressions = tuple(expression for _, expression in read.expressions)
    return Condition(text, read.root, texts, expressions, tuple(map(bind, expressions)), bind_node(read.root))


@dataclass(frozen=True, slots=True)
class Failing:
    """The judge of what cannot be judged: it says why, every time."""

    condition: str
    type: str
    why: str
    expressions: tuple[Expression, ...] = ()

    def __call__(self, scope: Scope) -> Verdict:
        return Verdict(self.condition, self.type, False, self.why)


@dataclass(frozen=True, slots=True)
class Condition:
    """The judge of a simple condition."""

    condition: str
    root: Node
    texts: tuple[str, ...]  #: its runtime expressions as written, one for each of ``expressions``
    expressions: tuple[Expression, ...]
    reads: tuple[Bound, ...] = field(compare=False, repr=False)  #: the expressions, bound
    decide: Decide = field(compare=False, repr=False)  #: the root, bound

    def __call__(self, scope: Scope) -> Verdict:
        values = [read(scope) for read in self.reads]
        operands = tuple(map(operand, self.texts, values))
        try:
            passed = holds(self.decide(values))
            why = None if passed else why_not(self.root, values)
        except NotEvaluable as error:
            passed, why = False, f"the condition cannot be evaluated: {error}"
        except RecursionError:
            passed, why = False, "the condition cannot be evaluated: a value is nested too deeply"
        return Verdict(self.condition, "simple", passed, why, operands)
