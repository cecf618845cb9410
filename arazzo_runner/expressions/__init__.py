"""The runtime-expression language: expressions, templates, Selector Objects, conditions and criteria.

Everything is compiled once, at load, and total: what is wrong becomes a finding and a value that fails later, saying
why. What real documents write beyond the specification is one table, :mod:`arazzo_runner.expressions.dialect`.
"""

from arazzo_runner.expressions.conditions import compile_condition
from arazzo_runner.expressions.criteria import compile_criterion, expression_type, expressions_in
from arazzo_runner.expressions.evaluate import Bound, evaluate
from arazzo_runner.expressions.parser import parse
from arazzo_runner.expressions.template import (
    bind_value,
    compile_text,
    compile_value,
    resolve,
    resolve_text,
    source_text,
)
from arazzo_runner.expressions.text import to_text

__all__ = [
    "Bound",
    "bind_value",
    "compile_condition",
    "compile_criterion",
    "compile_text",
    "compile_value",
    "evaluate",
    "expression_type",
    "expressions_in",
    "parse",
    "resolve",
    "resolve_text",
    "source_text",
    "to_text",
]
