"""The language of simple conditions (specification, Criterion Object: Literals, Operators; S18): text to a tree.

::

    condition  = both *( "||" both )
    both       = comparison *( "&&" comparison )
    comparison = unary [ operator unary ]
    operator   = "==" / "!=" / "<=" / ">=" / "<" / ">" / "contains" / "in" / "matches"
    unary      = *"!" operand
    operand    = ( "(" condition ")" / string / number / "true" / "false" / "null" / expression / "{" expression "}" )
                 *( "." name / "[" index "]" / "[" string "]" )
    list       = "[" [ literal *( "," literal ) ] "]"          ; after "in" only
    string     = "'" *( any but "'" / "''" ) "'"

White space may stand between. A runtime expression ends at white space, an operator, a quote, or a bracket that it
did not open, unless a declared name goes on (S14); inside it, ``.`` and ``[]`` are these operators too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import field
from typing import Final

from arazzo_runner import diagnostics
from arazzo_runner.diagnostics import (
    CONDITION_BARE_WORD,
    CONDITION_DOUBLE_QUOTES,
    CONDITION_WORDS,
    INVALID_CONDITION,
    INVALID_REGEX,
    Code,
    Finding,
)
from arazzo_runner.expressions import dialect
from arazzo_runner.expressions.comparing import number
from arazzo_runner.expressions.condition_nodes import (
    All,
    Comparison,
    Either,
    Length,
    Literal,
    Node,
    Not,
    Property,
    Reference,
    Text,
)
from arazzo_runner.expressions.embedded import declared_ends, find_expressions, shifted
from arazzo_runner.expressions.nodes import Expression, Invalid, Path
from arazzo_runner.expressions.parser import NotAnExpression, read_expression
from arazzo_runner.expressions.paths import closing_bracket
from arazzo_runner.expressions.queries import of_type
from arazzo_runner.expressions.scope import Names
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

_DEEPEST: Final = 50  #: parentheses and ``!`` inside each other
_SPACE: Final = re.compile(r"\s*")
_OPERATOR: Final = re.compile(rf"==|!=|<=|>=|<|>|(?:{'|'.join(sorted(dialect.WORDS))})(?![\w.-])")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.])")
_CONSTANT: Final = re.compile(r"(true|false|null)(?![\w.-])")
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_STEP: Final = re.compile(r"\.([\w$@-]+)|\[(-?[0-9]{1,9})\]|\['([^']*)'\]")
_SINGLE: Final = re.compile(r"'((?:[^']|'')*)'")
_DOUBLE: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
#: Where a runtime expression stops in a condition.
_STOP: Final = re.compile(r"\s|[<>={}'\"\])]|!=|&&|\|\|")


@dataclass(frozen=True, slots=True)
class Read:
    """A condition as it was read: its tree, its runtime expressions in order, and what was tolerated."""

    root: Node
    expressions: tuple[tuple[str, Expression], ...]
    findings: tuple[Finding, ...]


class NotACondition(Exception):
    """The text is no simple condition; ``finding`` says why and where."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message)


def read_condition(text: str, names: Names) -> Read:
    """The condition that the text is. Raises `NotACondition`."""
    reader = _Reader(text, names)
    root = reader.condition()
    if reader.at < len(text):
        raise reader.error(f"expected an operator or the end, found '{text[reader.at :]}'")
    return Read(root, tuple(reader.expressions.items()), tuple(reader.findings))


@dataclass(slots=True)
class _Reader:
    """A condition being read: one method for each rule of the grammar. ``at`` is never before white space."""

    text: str
    names: Names
    at: int = 0
    depth: int = 0
    expressions: dict[str, Expression] = field(default_factory=dict)  #: by their text, in order
    indexes: dict[str, int] = field(default_factory=dict)  #: of the expressions
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._skip(0)

    def condition(self) -> Node:
        """``both *( "||" both )``"""
        return self._joined("||", self._both, Either)

    def _both(self) -> Node:
        """``comparison *( "&&" comparison )``"""
        return self._joined("&&", self._comparison, All)

    def _joined(self, operator: str, part: Callable[[], Node], join: type[All] | type[Either]) -> Node:
        start = self.at
        parts = [part()]
        while self._takes(operator):
            parts.append(part())
        return parts[0] if len(parts) == 1 else join(self._since(start), tuple(parts))

    def _comparison(self) -> Node:
        """``unary [ operator unary ]``"""
        start = self.at
        left = self._unary()
        found = _OPERATOR.match(self.text, self.at)
        if found is None:
            return left
        operator = found[0]
        if operator in dialect.WORDS:
            message = f"'{operator}' is no operator of simple conditions"
            self._tolerate(CONDITION_WORDS, message, found.start(), None, found.end())
        self._skip(found.end())
        at = self.at
        right = self._right(operator)
        if operator == "matches" and isinstance(right, Literal) and isinstance(right.value, str):
            self._check_pattern(right.value, at)
        return Comparison(self._since(start), operator, left, right)

    def _check_pattern(self, pattern: str, at: int) -> None:
        """A literal pattern after ``matches`` is a regular expression; ``at`` is where it stands, in its quotes."""
        from arazzo_runner.expressions.selectors import QueryError, compile_query

        try:
            compile_query(of_type("regex"), pattern)
        except QueryError as error:
            column = 1 if error.column is None else min(error.column, len(pattern) + 1)
            message = f"'{pattern}': {error.message} (column {column})"
            self.findings.append(Finding(INVALID_REGEX, message, start=at + column, end=at + len(pattern) + 1))

    def _right(self, operator: str) -> Node:
        """``unary``, a list after ``in``, a bare word after ``==`` and ``!=`` (`condition-bare-word`)"""
        if operator == "in" and self._at("["):
            return self._list()
        end = dialect.bare_word_end(self.text, self.at) if operator in ("==", "!=") else None
        if end is None or _CONSTANT.match(self.text, self.at):
            return self._unary()
        start, word = self.at, self.text[self.at : end]
        self._tolerate(CONDITION_BARE_WORD, f"'{word}' has no quotes; it is read as a string", start, f"'{word}'", end)
        self._skip(end)
        return Literal(word, word)

    def _unary(self) -> Node:
        """``*"!" operand``"""
        start = self.at
        if not self._at("!"):
            return self._operand()
        self._enter()
        self._skip(self.at + 1)
        of = self._unary()
        self.depth -= 1
        return Not(self._since(start), of)

    def _operand(self) -> Node:
        """``( "(" condition ")" / literal / expression / "{" expression "}" ) *access``"""
        if self._at("$") or self._at("{$"):
            return self._expression()
        start = self.at
        node = self._group() if self._at("(") else self._literal()
        return self._accessed(node, start)

    def _group(self) -> Node:
        """``"(" condition ")"``"""
        self._enter()
        self._skip(self.at + 1)
        node = self.condition()
        if not self._at(")"):
            raise self.error("expected ')'" if self.at == len(self.text) else "expected an operator or ')'")
        self.at += 1
        self.depth -= 1
        return node

    def _accessed(self, node: Node, start: int) -> Node:
        """``*( "." name / "[" index "]" / "[" string "]" )``"""
        steps: list[str | int] = []
        while step := _STEP.match(self.text, self.at):
            steps.append(int(step[2]) if step[2] else step[1] or step[3])
            self.at = step.end()
        text = self.text[start : self.at]
        self._skip(self.at)
        if not steps:
            return node
        if steps[-1] != "length":
            return Property(text, node, tuple(steps))
        self._tolerate(CONDITION_WORDS, "'.length' is no operator of simple conditions", start, None)
        return Length(text, Property(text, node, tuple(steps[:-1])) if len(steps) > 1 else node)

    def _literal(self) -> Node:
        """``string / number / "true" / "false" / "null"``"""
        start = self.at
        if string := _SINGLE.match(self.text, start):
            return self._string(string[1].replace("''", "'"), string)
        if string := _DOUBLE.match(self.text, start):
            content = _unescaped(string[1])
            corrected = "'" + content.replace("'", "''") + "'"
            self._tolerate(
                CONDITION_DOUBLE_QUOTES,
                f"{string[0]} is in double quotes; it is read as a string",
                start,
                corrected,
                string.end(),
            )
            return self._string(content, string)
        if found := _NUMBER.match(self.text, start):
            self.at = found.end()
            return Literal(found[0], number(found[0]))
        if found := _CONSTANT.match(self.text, start):
            self.at = found.end()
            return Literal(found[0], _CONSTANTS[found[0]])
        raise self.error(self._unexpected())

    def _string(self, content: str, found: re.Match[str]) -> Node:
        """A string; with expressions in it, their values are put in (S11)."""
        self.at = found.end()
        parts: list[str | int] = []
        at = 0
        for inner in find_expressions(content, self.names) if "$" in content else ():
            parts += [content[at : inner.start], self._add(content[inner.start : inner.end], inner.expression)]
            self.findings += (shifted(finding, found.start(1)) for finding in inner.findings)
            at = inner.end
            if not inner.braces and inner.end - inner.start == len(content):
                return Reference(content, self._add(content, inner.expression))
        return Text(found[0], (*parts, content[at:])) if parts else Literal(found[0], content)

    def _list(self) -> Node:
        """``"[" [ literal *( "," literal ) ] "]"``"""
        start = self.at
        items: list[JSON] = []
        self._skip(start + 1)
        while not self._takes("]"):
            if items and not self._takes(","):
                raise self.error("expected ',' or ']' in a list")
            item = self._literal()
            if not isinstance(item, Literal):
                raise self.error("expected a literal in a list")
            items.append(item.value)
            self._skip(self.at)
        return Literal(self._since(start), items)

    def _expression(self) -> Node:
        """``expression / "{" expression "}"``; it ends as the module says"""
        start = self.at
        braces = self._at("{")
        end = self._expression_end(start + 1 if braces else start)
        text = self.text[start + 1 : end] if braces else self.text[start:end]
        if braces and not self.text.startswith("}", end):
            raise self.error("expected '}'", end)
        node = self._referring(text, start + 1 if braces else start)
        self.at = end + 1 if braces else end
        return self._accessed(node, start) if braces else self._spaced(node)

    def _spaced(self, node: Node) -> Node:
        self._skip(self.at)
        return node

    def _expression_end(self, at: int) -> int:
        longest = max(
            (end for end in declared_ends(self.text, at, self.names) if not self.text[end : end + 1].isalnum()),
            default=at,
        )
        at = max(at, longest)
        while at < len(self.text) and not _STOP.match(self.text, at):
            at = (closing_bracket(self.text, at) or len(self.text)) if self.text[at] == "[" else at + 1
        return at

    def _referring(self, text: str, start: int) -> Node:
        """The expression; a last ``.length`` that is no part of a declared name is the dialect `condition-words`."""
        end = start + len(text)
        if not text.endswith(dialect.LENGTH) or end in declared_ends(self.text, start, self.names):
            return self._reference(text, start)
        try:
            of = self._reference(text.removesuffix(dialect.LENGTH), start)
        except NotACondition:  # `$inputs.length`
            return self._reference(text, start)
        at = end - len(dialect.LENGTH)
        self._tolerate(CONDITION_WORDS, "'.length' is no operator of simple conditions", at, None, end)
        return Length(text, of)

    def _reference(self, text: str, start: int) -> Reference:
        try:
            expression, findings = read_expression(text, self.names)
        except NotAnExpression as problem:
            raise NotACondition(shifted(problem.finding(text, self.names), start)) from None
        self.findings += (shifted(found, start) for found in findings if not _is_operator(found, text, expression))
        return Reference(text, self._add(text, expression))

    def _add(self, text: str, expression: Expression) -> int:
        if isinstance(expression, Invalid):
            raise self.error(expression.reason)
        self.expressions.setdefault(text, expression)
        return self.indexes.setdefault(text, len(self.indexes))

    def _unexpected(self) -> str:
        if self.at == len(self.text):
            return "expected an operand, found the end"
        if self.text[self.at] in "'\"":
            return "a string is not closed"
        return f"expected an operand, found '{self.text[self.at :]}'"

    def _enter(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.error(f"parentheses and '!' are nested deeper than {_DEEPEST}")

    def _at(self, mark: str) -> bool:
        return self.text.startswith(mark, self.at)

    def _takes(self, mark: str) -> bool:
        if not self._at(mark):
            return False
        self._skip(self.at + len(mark))
        return True

    def _skip(self, at: int) -> None:
        space = _SPACE.match(self.text, at)
        self.at = at if space is None else space.end()

    def _since(self, start: int) -> str:
        return self.text[start : self.at].rstrip()

    def _tolerate(self, code: Code, message: str, start: int, corrected: str | None, end: int | None = None) -> None:
        hint = None if corrected is None else f"write {corrected}"
        self.findings.append(Finding(code, message, hint, start, self.at if end is None else end))

    def error(self, reason: str, at: int | None = None) -> NotACondition:
        """What to raise: the reason and the column, and a hint where the text shows what was meant."""
        start = self.at if at is None else at
        message = f"'{self.text}' is not a simple condition: {reason} (column {start + 1})"
        return NotACondition(Finding(INVALID_CONDITION, message, _hint(self.text, start), start, len(self.text)))


def _is_operator(finding: Finding, text: str, expression: Expression) -> bool:
    """Whether what was tolerated in the expression is the operator ``.`` or ``[]`` of a condition."""
    match finding.code:
        case diagnostics.DOTTED_BODY_PATH | diagnostics.OUTPUT_PATH:
            path = getattr(expression, "access", None)
            return isinstance(path, Path) and path.query is None
        case diagnostics.POINTER_SHAPE:
            return text.startswith("/", finding.start)
    return finding.code is diagnostics.POINTER_DOTS


def _unescaped(content: str) -> str:
    try:
        return str(json.loads(f'"{content}"', strict=False))
    except ValueError:
        return content


def _hint(text: str, at: int) -> str | None:
    if re.match(r"\s*\$\s*[.\[]", text):
        return "a JSONPath needs 'type: jsonpath' and a 'context'"
    if text.startswith("=", at) and not text.startswith("==", at):
        return "write =="
    word = re.compile(r"(?i)(and|or|not)\b").match(text, at)
    return None if word is None else f"write {_ENGLISH[word[1].lower()]}"


_ENGLISH: Final = {"and": "&&", "or": "||", "not": "!"}
