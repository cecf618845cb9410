"""Changes an XML document so that a simple XPath selects something: child paths, attributes, `//name`, `text()`.

Knows paths of names only; everything else is left as it is. Imports lxml, so import this module when first needed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from arazzo_runner.expressions.selectors.query import QueryError
from arazzo_runner.expressions.selectors.xml import parse
from arazzo_runner.records import dataclass

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONDITION: Final = re.compile(
    r"""\s*(?P<function>(?:count|boolean|string|number|exists|normalize-space|string-length|not)\()?\s*
        (?P<path>/?/?[^=<>!]+?(?:\[[^\]]*\][^=<>!]*?)*)\s*(?(function)\)\s*)
        (?:(?P<operator>!=|<=|>=|=|<|>)\s*(?P<value>.+?)\s*)?""",
    re.VERBOSE | re.DOTALL,
)
_STEP: Final = re.compile(
    r"""(?P<slashes>/{0,2})(?:child::|descendant::)?
        (?:\*\[local-name\(\)\s*=\s*['"](?P<local>[\w.-]+)['"]\]|(?P<attribute>@)?(?:[\w.-]+:)?(?P<name>[\w.-]+|\*))
        (?P<text>\(\))?(?:\[(?P<position>\d+)\])?""",
    re.VERBOSE,
)
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    deep: bool = False
    attribute: bool = False


def mended(document: str, xpath: str) -> str | None:
    """The document in which the condition may hold; None where it cannot be read."""
    condition = _CONDITION.fullmatch(xpath)
    steps = _steps(condition["path"]) if condition else None
    if condition is None or steps is None:
        return None
    operator, literal = condition["operator"] or "", (condition["value"] or "").strip("'\" ")
    if (condition["function"] or "").startswith("count"):
        number = int(literal) if literal.isdigit() else 0
        return selecting(document, steps, None, number + (operator != "=" and "=" not in operator))
    return selecting(document, steps, _value(operator, literal))


def with_value(document: str, xpath: str, value: str) -> str | None:
    """The document in which a simple path selects something; what it selects already stays."""
    steps = _steps(xpath)
    return None if steps is None else selecting(document, steps, value, keep=True)


def selecting(
    document: str, steps: list[_Step], value: str | None, count: int = 1, *, keep: bool = False
) -> str | None:
    """The document with the path's elements in it, the last ``count`` times, with the value as its text."""
    try:
        xml = parse(document)
    except QueryError:
        return None
    node: _Element = xml.tree.getroot()
    if steps and not steps[0].deep and _local(node) not in (steps[0].name, "*") and not steps[0].attribute:
        node.tag = _qualified(node, steps[0].name)
    inner = steps if steps and steps[0].deep else steps[1:]
    for step in inner[:-1]:
        node = _below(node, step)
    if inner:
        _finish(node, inner[-1], value, count, keep=keep)
    elif value is not None and not (keep and node.text):
        node.text = value
    return xml.text()


def _finish(node: _Element, step: _Step, value: str | None, count: int, *, keep: bool) -> None:
    from lxml import etree

    if step.attribute:
        if not (keep and step.name in node.attrib):
            node.set(step.name, value if value is not None else step.name)
        return
    element = _below(node, step)
    parent = element.getparent()
    for _ in range(min(count, _MOST) - 1 if parent is not None else 0):
        etree.SubElement(parent, element.tag).text = element.text  # type: ignore[arg-type]  # a stub too narrow
    if value is not None and not (keep and (element.text or len(element))):
        for below in list(element):
            element.remove(below)
        element.text = value


def _below(node: _Element, step: _Step) -> _Element:
    from lxml import etree

    if step.attribute:
        return node
    for found in node.iter() if step.deep else node:
        if isinstance(found.tag, str) and step.name in ("*", _local(found)):
            return found
    return etree.SubElement(node, _qualified(node, step.name if step.name != "*" else "item"))


def _local(node: _Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _qualified(node: _Element, name: str) -> str:
    namespace, brace, _ = str(node.tag).rpartition("}")
    return f"{namespace}{brace}{name}"


def _steps(path: str) -> list[_Step] | None:
    steps: list[_Step] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None or found.end() == at:
            return None
        at = found.end()
        if found["text"]:
            continue
        steps.append(_Step(found["local"] or found["name"], found["slashes"] == "//", bool(found["attribute"])))
    return steps or None


def _value(operator: str, literal: str) -> str | None:
    match operator:
        case "":
            return None
        case "=" | "<=" | ">=":
            return literal
        case "!=":
            return f"not-{literal}" if literal else "text"
    try:
        return str(int(float(literal)) + (1 if operator == ">" else -1))
    except ValueError:
        return literal
