"""XPath 1.0 to 3.1 (S21, S44), asked by elementpath of XML that `xml.py` read.

The document node is the context. A prefix means what the document declares it to mean, since Arazzo has no place to
declare one; a name without prefix is in no namespace. What is selected becomes JSON here. elementpath is imported when
a query first needs it; what it may not do, and how long, is said in `xpath_bounds.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from arazzo_runner.expressions.selectors.query import QueryError, kind
from arazzo_runner.expressions.selectors.xml import XML, content, parse, read_xml
from arazzo_runner.patterns import rare
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

VERSIONS: Final = ("xpath-31", "xpath-30", "xpath-20", "xpath-10")

_NO_NAMES: Final = rare(r"'[^']*'|\"[^\"]*\"|Q\{[^}]*\}|\(:.*?:\)", re.DOTALL)
_PREFIX: Final = rare(r"(?<![\w.:$-])([A-Za-z_][\w.-]*):(?=[\w*])")
_PREDEFINED: Final = frozenset({"xml", "xs", "fn", "err", "math", "map", "array"})


@dataclass(frozen=True, slots=True)
class XPathQuery:
    """A compiled XPath expression."""

    version: str
    text: str
    prefixes: tuple[str, ...]

    def select(self, context: JSON) -> list[JSON]:
        _, results = self._ask(read_xml(context))
        return [_value(result) for result in results]

    def holds(self, context: JSON) -> bool:
        """The version's effective boolean value."""
        program, results = self._ask(read_xml(context))
        return bool(_guarded(lambda: program.boolean_value(results)))

    def _ask(self, document: XML) -> tuple[Any, list[Any]]:
        program = _program(self.version, self.text, _declared(self.prefixes, document))
        return program, _results(program, document)


def compile_xpath(version: str, text: str) -> XPathQuery:
    """Read an expression; raises `QueryError` with the column of what is wrong."""
    if version not in VERSIONS:
        raise QueryError(f"unknown XPath version '{version}': expected one of {', '.join(VERSIONS)}")
    outside = _NO_NAMES.sub(" ", text)
    prefixes = tuple(sorted({found[1] for found in _PREFIX.finditer(outside)} - _PREDEFINED))
    _program(version, text, tuple((prefix, f"urn:{prefix}") for prefix in prefixes))
    return XPathQuery(version, text, prefixes)


def replace_in_xml(version: str, target: str, document: JSON, value: JSON) -> str:
    """The XML with the value as the text of every selected element, attribute or text node (S39)."""
    query = compile_xpath(version, target)
    xml = parse(document) if isinstance(document, str) else read_xml(document)
    selected = _results(_program(version, target, _declared(query.prefixes, xml)), xml)
    if not selected:
        raise QueryError(f"'{target}' selects nothing in the payload")
    text = _written(value)
    for node in selected:
        _set(node, text)
    return xml.text()


# --- programs ---------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=256)
def _program(version: str, text: str, namespaces: tuple[tuple[str, str], ...]) -> Any:
    """The expression as elementpath's root token."""
    from arazzo_runner.expressions.selectors.xpath_bounds import read

    return _guarded(lambda: read(version, text, dict(namespaces)), f"not an expression of {version}: ")


def _results(program: Any, document: XML) -> list[Any]:
    from arazzo_runner.expressions.selectors.xpath_bounds import Context

    return _guarded(lambda: list(program.select(Context(document.nodes))))  # type: ignore[no-any-return]  # elementpath has no types


def _guarded(ask: Callable[[], Any], before: str = "") -> Any:
    """Ask, and tell every failure of the libraries as a `QueryError`: they raise many kinds on odd input."""
    try:
        return ask()
    except QueryError:
        raise
    except RecursionError:
        raise QueryError(f"{before}it is nested too deeply") from None
    except MemoryError:
        raise QueryError(f"{before}it needs too much memory") from None
    except Exception as error:
        token = getattr(error, "token", None)
        column = token.span[0] + 1 if token is not None and getattr(token, "span", None) else None
        reason = str(getattr(error, "message", error)) or type(error).__name__
        raise QueryError(before + reason, column) from None


def _declared(prefixes: Iterable[str], document: XML) -> tuple[tuple[str, str], ...]:
    for prefix in prefixes:
        if prefix not in document.namespaces:
            raise QueryError(f"the prefix '{prefix}' is not declared in the document")
    return tuple((prefix, document.namespaces[prefix]) for prefix in prefixes)


# --- values -----------------------------------------------------------------------------------------------------------
def _value(result: Any) -> JSON:
    """A result as JSON (S44)."""
    match result:
        case str() | bool() | int():
            return result if isinstance(result, bool | int) else str(result)
        case float() | Decimal():
            return _number(result)
        case None:
            return None
        case _:
            return _node(result)


def _number(value: float | Decimal) -> JSON:
    if not math.isfinite(value):  # JSON has no such numbers; this is how XPath writes them
        return "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    return int(value) if value == int(value) else float(value)


def _node(result: Any) -> JSON:
    from elementpath import xpath_nodes as nodes
    from elementpath.xpath_tokens import XPathArray, XPathFunction, XPathMap

    match result:
        case nodes.DocumentNode(value=tree):
            return content(tree.getroot(), whole=True)  # type: ignore[attr-defined]  # it is lxml's
        case nodes.ElementNode(value=element):
            return content(element)  # type: ignore[arg-type]  # it is lxml's
        case nodes.XPathNode():
            return str(result.string_value)
        case XPathMap():
            return {str(name): _sequence(member) for name, member in result.items()}
        case XPathArray():
            return [_sequence(item) for item in result.items()]
        case XPathFunction():
            raise QueryError("the expression gives a function, which is no value")
        case _:
            return str(result)  # dates, durations, names and the like


def _sequence(value: Any) -> JSON:
    if not isinstance(value, list):
        return _value(value)
    return _value(value[0]) if len(value) == 1 else [_value(item) for item in value]


# --- replacements -----------------------------------------------------------------------------------------------------
def _written(value: JSON) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            raise QueryError(f"{kind(value)} cannot become XML: give text or a number")


def _set(node: Any, text: str) -> None:
    from elementpath import xpath_nodes as nodes

    try:
        if isinstance(node, nodes.ElementNode):
            _set_element(node.value, text)
        elif isinstance(node, nodes.AttributeNode):
            _set_attribute(node, text)
        elif isinstance(node, nodes.TextNode):
            _set_text(node, text)
        else:
            raise QueryError("the target is neither an element nor an attribute nor text")
    except ValueError as error:
        raise QueryError(f"the value cannot become XML: {error}") from None


def _set_element(element: Any, text: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = text


def _set_attribute(node: Any, text: str) -> None:
    node.parent.value.set(node.name, text)


def _set_text(node: Any, text: str) -> None:
    """A text node is the text of its element, or the tail of the child element before it."""
    before = None
    for sibling in node.parent.children:
        if sibling is node:
            break
        before = sibling
    if before is None:
        node.parent.value.text = text
    else:
        before.value.tail = text
