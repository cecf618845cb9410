"""The bounds of elementpath: what reaches outside is refused, and what may run away is stopped.

XPath 3.1 is a programming language: an expression may ask for files and variables of the environment, wait for a
pattern without end, count to a billion or double a text for ever. A parser made here has other token classes in place
of those that could, and its context counts the items that an evaluation visits. This module imports elementpath and is
imported when a query first needs it.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from functools import cache
from typing import Any, Final

import regex
from elementpath import XPath1Parser, XPath2Parser, XPathContext
from elementpath.collations import UNICODE_CODEPOINT_COLLATION
from elementpath.datatypes import Integer
from elementpath.regex import RegexError, translate_pattern
from elementpath.sequences import xlist
from elementpath.xpath30 import XPath30Parser
from elementpath.xpath31 import XPath31Parser

from arazzo_runner.expressions.selectors.query import QueryError
from arazzo_runner.expressions.selectors.regex import TIME_LIMIT
from arazzo_runner.expressions.selectors.xml import refuse_doctype

#: Items that one evaluation may visit, and items of one range or sequence.
MAX_VISITS: Final = 1_000_000
#: Characters of a text that an expression may build.
MAX_TEXT: Final = 10_000_000

#: What would read files, hosts or the environment, or would run another language.
REFUSED: Final = frozenset(
    {
        "analyze-string",
        "available-environment-variables",
        "collection",
        "doc",
        "doc-available",
        "environment-variable",
        "function-lookup",
        "json-doc",
        "load-xquery-module",
        "transform",
        "unparsed-text",
        "unparsed-text-available",
        "unparsed-text-lines",
        "uri-collection",
    }
)
_PARSERS: Final[dict[str, type[Any]]] = {
    "xpath-10": XPath1Parser,
    "xpath-20": XPath2Parser,
    "xpath-30": XPath30Parser,
    "xpath-31": XPath31Parser,  # not XPath3Parser: that name follows the newest version
}


def read(version: str, text: str, namespaces: dict[str, str]) -> Any:
    """The root token of an expression; raises whatever elementpath does, or `QueryError`."""
    known = {} if version == "xpath-10" else {"default_collation": UNICODE_CODEPOINT_COLLATION}
    parser = _PARSERS[version](namespaces=namespaces, **known)
    parser.symbol_table = _bounded(version)
    return parser.parse(text)


class _Budget:
    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_VISITS

    def spend(self, items: int = 1) -> None:
        self.left -= items
        if self.left < 0:
            raise QueryError(f"the expression visits more than {MAX_VISITS} items")


class Context(XPathContext):
    """A dynamic context that counts: every item in focus, every binding of a variable, every call."""

    def __init__(self, root: Any) -> None:
        self.budget = _Budget()
        super().__init__(root)

    @property
    def item(self) -> Any:
        return self._item

    @item.setter
    def item(self, item: Any) -> None:
        self.budget.spend()
        self._item = item

    def iter_product(self, selectors: Sequence[Any], varnames: Sequence[str] | None = None) -> Iterator[Any]:
        """As in elementpath, counted."""
        for values in super().iter_product(selectors, varnames):
            self.budget.spend()
            yield values


# --- token classes ----------------------------------------------------------------------------------------------------
@cache
def _bounded(version: str) -> dict[str, type[Any]]:
    """The version's tokens with those replaced that need a bound."""
    table = dict(_PARSERS[version].symbol_table)
    for symbol in REFUSED & table.keys():
        table[symbol] = _subclass(table[symbol], nud=_refuse, evaluate=_refuse, select=_refuse)
    for symbol, evaluate in _EVALUATE.items():
        if symbol in table:
            table[symbol] = _subclass(table[symbol], evaluate=evaluate(table[symbol]))
    if "distinct-values" in table:
        table["distinct-values"] = _subclass(
            table["distinct-values"], select=_select_distinct(table["distinct-values"])
        )
    if "," in table:
        table[","] = _subclass(table[","], evaluate=_evaluate_sequence, select=_select_sequence(table[","]))
    return table


def _subclass(base: type[Any], **methods: Callable[..., Any]) -> type[Any]:
    return ABCMeta(base.__name__, (base,), methods)


def _refuse(token: Any, *_: Any) -> Any:
    column = token.span[0] + 1 if token.parser.source else None
    raise QueryError(f"the function '{token.symbol}' is not available here", column)


def _text_of(token: Any, context: Any, index: int, **options: Any) -> Any:
    return token.get_argument(token.context if token.context is not None else context, index, cls=str, **options)


def _range(base: type[Any]) -> Callable[..., Any]:
    def evaluate(token: Any, context: Any = None) -> Any:
        start, stop = token.get_operands(context, cls=Integer)
        if start is not None and stop is not None and stop - start > MAX_VISITS:
            raise QueryError(f"the range from {start} to {stop} is too long")
        if isinstance(context, Context) and start is not None and stop is not None:
            context.budget.spend(max(stop - start, 0))
        return base.evaluate(token, context)

    return evaluate


def _select_distinct(base: type[Any]) -> Callable[..., Iterator[Any]]:
    """elementpath compares every item with every other: 10,000 take seconds."""

    def select(token: Any, context: Any = None) -> Iterator[Any]:
        if isinstance(context, Context):
            items = sum(1 for _ in token[0].select(copy(context)))
            context.budget.spend(items * items // 100)
        yield from base.select(token, context)

    return select


def _building(base: type[Any]) -> Callable[..., Any]:
    def evaluate(token: Any, context: Any = None) -> Any:
        built = base.evaluate(token, context)
        if isinstance(built, str) and len(built) > MAX_TEXT:
            raise QueryError(f"the expression builds text of more than {MAX_TEXT} characters")
        return built

    return evaluate


def _parsing(base: type[Any]) -> Callable[..., Any]:
    def evaluate(token: Any, context: Any = None) -> Any:
        refuse_doctype(_text_of(token, context, 0) or "")
        return base.evaluate(token, context)

    return evaluate


def _select_sequence(base: type[Any]) -> Callable[..., Iterator[Any]]:
    def select(token: Any, context: Any = None) -> Iterator[Any]:
        for number, item in enumerate(base.select(token, context)):
            if number > MAX_VISITS:
                raise QueryError(f"a sequence has more than {MAX_VISITS} items")
            yield item

    return select


def _evaluate_sequence(token: Any, context: Any = None) -> Any:
    return xlist(token.select(context))


# --- patterns: elementpath would ask `re`, which cannot be stopped ----------------------------------------------------
def _matches(_: type[Any]) -> Callable[..., Any]:
    def evaluate(token: Any, context: Any = None) -> bool:
        text = _text_of(token, context, 0, default="")
        return _timed(token, lambda: _pattern(token, context, 2).search(text, timeout=TIME_LIMIT)) is not None

    return evaluate


def _tokenize(_: type[Any]) -> Callable[..., Any]:
    def evaluate(token: Any, context: Any = None) -> Any:
        text = _text_of(token, context, 0)
        if not text:
            return xlist()
        if len(token) == 1:
            return xlist(text.split())
        separator = _pattern(token, context, 2, empty=False)
        found = _timed(token, lambda: [match.span() for match in separator.finditer(text, timeout=TIME_LIMIT)])
        starts = [0, *(end for _, end in found)]
        ends = [*(start for start, _ in found), len(text)]
        return xlist(text[start:end] for start, end in zip(starts, ends, strict=True))

    return evaluate


def _replace(_: type[Any]) -> Callable[..., Any]:
    def evaluate(token: Any, context: Any = None) -> str:
        text = _text_of(token, context, 0, default="")
        template = _text_of(token, context, 2, required=True)
        pattern = _pattern(token, context, 3, empty=False)
        expand = _expansion(token, template, pattern.groups, literal="q" in _flags(token, context, 3))
        if len(text) * len(template) > MAX_TEXT * 100:
            raise QueryError("the replacement may build too much text")
        return str(_timed(token, lambda: pattern.sub(expand, text, timeout=TIME_LIMIT)))

    return evaluate


def _flags(token: Any, context: Any, index: int) -> str:
    return _text_of(token, context, index, required=True) if len(token) > index else ""


def _pattern(token: Any, context: Any, flags_at: int, *, empty: bool = True) -> Any:
    flags = _flags(token, context, flags_at)
    if unknown := set(flags) - set("smixq"):
        raise token.error("FORX0001", f"unknown flag {min(unknown)!r}")
    source = _text_of(token, context, 1, required=True)
    bits = sum(int(getattr(regex, flag.upper())) for flag in set(flags) - {"q"})
    try:
        translated = regex.escape(source) if "q" in flags else translate_pattern(source, bits, token.parser.xsd_version)
        pattern = regex.compile(translated, bits, cache_pattern=False)
    except (regex.error, RegexError, OverflowError) as error:
        raise token.error("FORX0002", f"not a regular expression: {error}") from None
    if not empty and pattern.search("", timeout=TIME_LIMIT):
        raise token.error("FORX0003", f"the pattern {source!r} matches a text of no characters")
    return pattern


def _expansion(token: Any, template: str, groups: int, *, literal: bool) -> Callable[[Any], str]:
    """What a match is replaced by: ``$1`` is a group, ``\\$`` a dollar and ``\\\\`` a backslash."""
    if literal:
        return lambda _: template
    parts = regex.findall(r"\\[\\$]|\$[0-9]+|[^\\$]+|.", template, regex.DOTALL)
    if any(part in ("\\", "$") for part in parts):
        raise token.error("FORX0004", f"not a replacement: {template!r}")

    def expand(match: Any) -> str:
        return "".join(_part(part, match, groups) for part in parts)

    return expand


def _part(part: str, match: Any, groups: int) -> str:
    if part[0] == "\\":
        return part[1]
    if part[0] != "$":
        return part
    digits = len(part)
    while digits > 2 and int(part[1:digits]) > groups:
        digits -= 1
    group = int(part[1:digits])
    return ((match[group] or "") if group <= groups else "") + part[digits:]


def _timed(token: Any, search: Callable[[], Any]) -> Any:
    try:
        return search()
    except TimeoutError:
        raise QueryError(f"the pattern of '{token.symbol}' took too long: more than {TIME_LIMIT:g} s") from None


_EVALUATE: Final[dict[str, Callable[[type[Any]], Callable[..., Any]]]] = {
    "to": _range,
    "concat": _building,
    "string-join": _building,
    "||": _building,
    "parse-xml": _parsing,
    "parse-xml-fragment": _parsing,
    "matches": _matches,
    "tokenize": _tokenize,
    "replace": _replace,
}
