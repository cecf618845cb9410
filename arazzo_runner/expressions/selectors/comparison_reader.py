"""How a comparison of JSONPath operands is written (dialect `jsonpath-comparison`).

The grammar, with any white space between::

    condition = conjunction *( "||" conjunction )
    conjunction = negation *( "&&" negation )
    negation  = "!" negation / "(" condition ")" / relation
    relation  = operand [ ( "==" / "!=" / "<" / "<=" / ">" / ">=" ) operand / "in" operand ]
    operand   = path [ ".length" [ "()" ] ] / literal / list / expression / "{" expression "}"
    list      = "[" [ operand *( "," operand ) ] "]"

A path is a JSONPath query; a literal is a number, ``true``, ``false``, ``null`` or text in either quote, and an
expression is a runtime expression: its text only, for which the caller brings the value. Text that is nothing but an
expression is its value; expressions in a path's filters are put in as literals (`jsonpath-quoted-expression`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal

from arazzo_runner.expressions.dialect import ROOTS
from arazzo_runner.expressions.selectors.comparison import (
    Comparison,
    Condition,
    Filled,
    Fixed,
    Joined,
    List,
    Looked,
    Not,
    Path,
    Relation,
    Term,
    Truth,
    expressions,
    operands,
)
from arazzo_runner.expressions.selectors.jsonpath import RFC, compile_jsonpath
from arazzo_runner.expressions.selectors.query import QueryError
from arazzo_runner.values import JSON

_EXPRESSION: Final = (
    rf"\$(?:(?:{ROOTS})\."
    r"(?:[^\s()<>=!&|,\[\]{}'\"]|\[[^\]\s]*\])+|(?:statusCode|url|method|self)(?![\w.]))"
)
_TEXT: Final = r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\""
_TOKEN: Final = re.compile(
    rf"\s*(?:(?P<operator>==|!=|<=|>=|<|>)|(?P<mark>&&|\|\||[!()\[\],])|(?P<text>{_TEXT})"
    rf"|(?P<expression>{_EXPRESSION}|\{{\$[^{{}}]+\}})"
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])"
    r"|(?P<word>true|false|null|in)(?!\w)|(?P<path>\$(?![A-Za-z_]))|(?P<end>$))",
    re.DOTALL,
)
#: One step of a path; the inside of brackets is taken whole by `_brackets`.
_STEP: Final = re.compile(r"(?P<dots>\.\.?)(?P<name>[\w-]+|\*)(?P<call>\(\))?|(?P<deep>\.\.)?(?P<open>\[)")
_PLAIN_NAME: Final = re.compile(r"[^\W\d]\w*|\*")
_IN_BRACKETS: Final = re.compile(rf"{_TEXT}|[\[\]]", re.DOTALL)
_IN_FILTER: Final = re.compile(rf"(?P<text>{_TEXT})|(?P<expression>\{{\$[^{{}}]+\}}|{_EXPRESSION})", re.DOTALL)
_HOLE: Final = re.compile(r"\{(\$[^{}]+)\}")
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\(.)|''", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


@lru_cache(maxsize=512)
def read_comparison(text: str) -> Comparison | None:
    """The condition that the text is in this dialect, or None: a plain JSONPath query, or neither."""
    try:
        reader = _Reader(text)
        condition = reader.condition()
        reader.expect("end")
    except (_NotThis, QueryError, RecursionError):
        return None
    if isinstance(condition, Truth) and not text.lstrip().startswith("("):
        return None
    terms = tuple(dict.fromkeys(operands(condition)))
    needed = dict.fromkeys(name for operand in terms for name in expressions(operand))
    return Comparison(text, tuple(needed), condition, terms)


# --- reading ----------------------------------------------------------------------------------------------------------
class _NotThis(Exception):
    """The text is not in this dialect."""


class _Reader:
    """One method for each rule of the grammar above."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._kind = self._token = ""
        self._start = 0
        self._advance()

    def condition(self) -> Condition:
        return self._joined("||", self._conjunction)

    def expect(self, kind: str, token: str = "") -> None:
        if self._kind != kind or (token and self._token != token):
            raise _NotThis
        if kind != "end":
            self._advance()

    def _conjunction(self) -> Condition:
        return self._joined("&&", self._negation)

    def _joined(self, how: Literal["&&", "||"], part: Callable[[], Condition]) -> Condition:
        conditions = [part()]
        while self._takes("mark", how):
            conditions.append(part())
        return conditions[0] if len(conditions) == 1 else Joined(how, tuple(conditions))

    def _negation(self) -> Condition:
        if self._takes("mark", "!"):
            return Not(self._negation())
        if self._takes("mark", "("):
            inner = self.condition()
            self.expect("mark", ")")
            return inner
        return self._relation()

    def _relation(self) -> Condition:
        left = self._operand()
        operator = self._token
        if self._takes("operator") or self._takes("word", "in"):
            return Relation(left, operator, self._operand())
        return Truth(left)

    def _operand(self) -> Term:
        kind, token, start = self._kind, self._token, self._start
        match kind:
            case "path":
                return self._path()
            case "mark" if token == "[":
                self._advance()
                return self._list(start)
            case "text":
                self._advance()
                return _literal(token)
            case "expression":
                self._advance()
                return Looked(token, token.strip("{}"))
            case "number" | "word" if token != "in":
                self._advance()
                return Fixed(token, _fixed(token))
            case _:
                raise _NotThis

    def _list(self, start: int) -> List:
        items: list[Term] = []
        while not self._takes("mark", "]"):
            if items:
                self.expect("mark", ",")
            items.append(self._operand())
        return List(self._text[start : self._start].rstrip(), tuple(items))

    def _path(self) -> Path:
        start = position = self._start
        position += 1
        query = "$"
        length = False
        while (step := _STEP.match(self._text, position)) is not None and not length:
            end = self._brackets(step.end()) if step["open"] else step.end()
            length = step["dots"] == "." and step["name"] == "length" and _STEP.match(self._text, end) is None
            if step["call"] and not length:
                raise _NotThis
            query += "" if length else _step(step, self._text[position:end])
            position = end
        self._position = position
        self._advance()
        return _compiled(Path(self._text[start:position], _parts(query), length))

    def _brackets(self, position: int) -> int:
        depth = 1
        for found in _IN_BRACKETS.finditer(self._text, position):
            depth += {"[": 1, "]": -1}.get(found.group(), 0)
            if depth == 0:
                return found.end()
        raise _NotThis

    def _takes(self, kind: str, token: str = "") -> bool:
        if self._kind != kind or (token and self._token != token):
            return False
        self._advance()
        return True

    def _advance(self) -> None:
        found = _TOKEN.match(self._text, self._position)
        if found is None or found.lastgroup is None:
            self._kind, self._token = "unknown", ""
            return
        self._kind, self._token = found.lastgroup, found[found.lastgroup]
        self._start, self._position = found.start(found.lastgroup), found.end()


def _fixed(token: str) -> JSON:
    value: JSON = json.loads(token) if len(token) < 300 else float(token)
    return value


def _literal(token: str) -> Fixed | Looked | Filled:
    """Text in quotes: an expression when it is nothing else, a template when it has some in braces."""
    content = _unescaped(token[1:-1], doubled=token[0] == "'")
    if re.fullmatch(_EXPRESSION, content):
        return Looked(token, content)
    if (whole := _HOLE.fullmatch(content)) is not None:
        return Looked(token, whole[1])
    parts = tuple(_HOLE.split(content))
    return Filled(token, parts) if len(parts) > 1 else Fixed(token, content)


def _unescaped(text: str, *, doubled: bool) -> str:
    def replace(found: re.Match[str]) -> str:
        if found[1]:
            return chr(int(found[1], 16))
        return _ESCAPES.get(found[2], found[2]) if found[2] else "'" if doubled else "''"

    return _ESCAPE.sub(replace, text)


def _step(step: re.Match[str], text: str) -> str:
    """A step as RFC 9535 writes it: names with dashes need quotes."""
    if step["name"] is None or _PLAIN_NAME.fullmatch(step["name"]):
        return text
    return f"{'..' if step['dots'] == '..' else ''}['{step['name']}']"


def _parts(query: str) -> tuple[str | Looked | Filled, ...]:
    """The query's text and, in between, the literals in it that hold expressions."""
    parts: list[str | Looked | Filled] = []
    position = 0
    for found in _IN_FILTER.finditer(query):
        literal = _literal(found["text"]) if found["text"] else Looked(found.group(), found.group().strip("{}"))
        if not isinstance(literal, Fixed):
            parts += [query[position : found.start()], literal]
            position = found.end()
    return (*parts, query[position:])


def _compiled(path: Path) -> Path:
    """The path itself; raises `QueryError` when it is no JSONPath query."""
    compile_jsonpath(RFC, "".join(part if isinstance(part, str) else "''" for part in path.parts))
    return path
