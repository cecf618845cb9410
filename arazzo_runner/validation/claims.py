"""What criteria say of single values: which value is compared, how, and with which literals; and which paths they ask.

Knows conditions of every language as they were compiled; not operations or schemas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from arazzo_runner.expressions import condition_nodes as simple
from arazzo_runner.expressions.conditions import Condition
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.nodes import Expression, Simple
from arazzo_runner.expressions.paths import closing_bracket
from arazzo_runner.expressions.query_criteria import ComparisonJudge, QueryJudge
from arazzo_runner.expressions.selectors import comparison as compared
from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass
from arazzo_runner.validation.schemas import EVERY, Token
from arazzo_runner.values import JSON

_STEP: Final = re.compile(
    r"""\.(?P<name>[\w$-]+) | \['(?P<single>[^'\\]*)'\] | \["(?P<double>[^"\\]*)"\]
      | \[(?P<index>-?[0-9]{1,9})\] | (?P<every>\[\*\])""",
    re.VERBOSE,
)
_IN_FILTER: Final = rare(
    r"""@(?P<path>(?:\.[\w$-]+|\['[^'\\]*'\]|\["[^"\\]*"\])+)
        (?!\s*\()(?:\s*(?P<operator>[=!]=)\s*(?:'(?P<single>[^'\\]*)'|"(?P<double>[^"\\]*)"))?""",
    re.VERBOSE,
)
_SWAPPED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Asked:
    """A value that a criterion looks at: an expression, and tokens below its value.

    ``filtered`` says that the last token but those of the filter stands for the items that a filter chooses from.
    """

    expression: Expression
    tokens: tuple[Token, ...] = ()
    text: str = ""
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """A comparison of a value with literals."""

    asked: Asked
    operator: str  #: ``==``, ``!=``, ``<``, ... or ``in``
    literals: tuple[JSON, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A JSONPath query as tokens, as far as they can be told, and the filter that ended it."""

    tokens: tuple[Token, ...]
    filter: str = ""


def read_query(text: str) -> Query:
    """The tokens of a JSONPath query; what cannot be told of it is left out."""
    tokens: list[Token] = []
    at = 1 if text.startswith("$") else 0
    while at < len(text):
        if text.startswith("[?", at):
            end = closing_bracket(text, at)
            return Query(tuple(tokens), text[at + 2 : end - 1] if end else "")
        step = _STEP.match(text, at)
        if step is None or text.startswith("(", step.end()):
            break
        tokens.append(_token(step))
        at = step.end()
    return Query(tuple(tokens))


def _token(step: re.Match[str]) -> Token:
    if step["every"]:
        return EVERY
    if step["index"]:
        return int(step["index"])
    return next(part for part in (step["name"], step["single"], step["double"]) if part is not None)


def claims(criterion: Criterion) -> Iterator[Claim]:
    """The comparisons with literals in a criterion."""
    match criterion.judge:
        case Condition() as judge:
            yield from _simple(judge.root, judge)
        case ComparisonJudge() as judge:
            yield from _dialect(judge.comparison.condition, judge)
        case QueryJudge(pieces=(str() as text,)) if criterion.type.type == "jsonpath":
            for asked, operator, literal in _filters(criterion, text):
                if operator:
                    yield Claim(asked, operator, (literal,))


def asked_paths(criterion: Criterion) -> Iterator[Asked]:
    """The JSONPaths into the context that a criterion asks; expressions without any are not among them."""
    match criterion.judge:
        case ComparisonJudge() as judge:
            for term in compared.operands(judge.comparison.condition):
                if (asked := _dialect_asked(term, judge)) is not None and asked.tokens:
                    yield asked
        case QueryJudge(context=context, pieces=(str() as text,)) if criterion.type.type == "jsonpath":
            query = read_query(text)
            if query.tokens:
                yield Asked(context, query.tokens, text)
            for asked, _, _ in _filters(criterion, text):
                yield asked


def is_status(expression: Expression) -> bool:
    """Whether it is ``$statusCode``."""
    return isinstance(expression, Simple) and expression.root == "statusCode"


def statuses(criterion: Criterion) -> Iterator[int]:
    """The statuses that a criterion compares ``$statusCode`` with for equality."""
    for claim in claims(criterion):
        if is_status(claim.asked.expression) and claim.operator in ("==", "in"):
            for literal in claim.literals:
                text = str(literal)
                if text.isascii() and text.isdigit() and len(text) == 3:
                    yield int(text)


# --- simple conditions ------------------------------------------------------------------------------------------------
def _simple(node: simple.Node, judge: Condition) -> Iterator[Claim]:
    match node:
        case simple.All(parts=parts) | simple.Either(parts=parts):
            for part in parts:
                yield from _simple(part, judge)
        case simple.Not(of=inner):
            yield from _simple(inner, judge)
        case simple.Comparison(operator=operator, left=simple.Reference() as left, right=simple.Literal() as right):
            yield Claim(_referred(left, judge), operator, _literals(right.value, operator))
        case simple.Comparison(operator=operator, left=simple.Literal() as left, right=simple.Reference() as right):
            if operator not in ("in", "contains", "matches"):
                yield Claim(_referred(right, judge), _SWAPPED.get(operator, operator), (left.value,))


def _referred(node: simple.Reference, judge: Condition) -> Asked:
    return Asked(judge.expressions[node.index], text=node.text)


def _literals(value: JSON, operator: str) -> tuple[JSON, ...]:
    return tuple(value) if operator == "in" and isinstance(value, list) else (value,)


# --- comparisons of JSONPaths -----------------------------------------------------------------------------------------
def _dialect(condition: compared.Condition, judge: ComparisonJudge) -> Iterator[Claim]:
    match condition:
        case compared.Joined(conditions=inner):
            for each in inner:
                yield from _dialect(each, judge)
        case compared.Not(inner=inner):
            yield from _dialect(inner, judge)
        case compared.Relation(left=left, operator=operator, right=right):
            yield from _relation(left, operator, right, judge)


def _relation(left: compared.Term, operator: str, right: compared.Term, judge: ComparisonJudge) -> Iterator[Claim]:
    if isinstance(left, compared.Fixed):
        left, right, operator = right, left, _SWAPPED.get(operator, operator)
    asked = _dialect_asked(left, judge)
    if asked is None:
        return
    match right:
        case compared.Fixed(value=value):
            yield Claim(asked, operator, (value,))
        case compared.List(items=items):
            yield Claim(asked, operator, tuple(item.value for item in items if isinstance(item, compared.Fixed)))


def _dialect_asked(term: compared.Term, judge: ComparisonJudge) -> Asked | None:
    match term:
        case compared.Looked(expression=text):
            expression = dict(judge.operands).get(text)
            return None if expression is None else Asked(expression, text=text)
        case compared.Path(parts=(str() as query,), length=False):
            read = read_query(query)
            return None if read.filter else Asked(judge.context, read.tokens, query)
    return None


# --- filters of JSONPath ----------------------------------------------------------------------------------------------
def _filters(criterion: Criterion, text: str) -> Iterator[tuple[Asked, str, JSON]]:
    """What a query's first filter asks of each item; one with a filter inside is left alone."""
    query = read_query(text)
    if not query.filter or "[?" in query.filter or criterion.context is None:
        return
    for found in _IN_FILTER.finditer(query.filter):
        tokens = (*query.tokens, EVERY, *read_query(found["path"]).tokens)
        literal = found["single"] if found["single"] is not None else found["double"]
        yield Asked(criterion.context, tokens, f"@{found['path']}", filtered=True), found["operator"] or "", literal
