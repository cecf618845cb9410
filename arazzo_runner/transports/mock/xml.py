"""Writes a value as XML by its schema's `xml` keywords (name, attribute, wrapped, prefix, namespace; 3.2 nodeType).

Knows the XML Object; must not invent values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from arazzo_runner.transports.mock.schemas import Plain, Resolve, members, plain
from arazzo_runner.values import JSON

_NOT_A_NAME: Final = re.compile(r"[^\w.-]+")
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def to_xml(value: JSON, schema: JSON, resolve: Resolve) -> str:
    """A document whose root is the schema's `xml.name`, else the last part of its `$ref`, else its title or `root`."""
    found = plain(schema, resolve)
    reference = found.references[0].rsplit("/", 1)[-1] if found.references else None
    title = found.keywords.get("title")
    name = reference or (title if isinstance(title, str) else None) or "root"
    if isinstance(value, list):
        value = {"item": value}
        found = Plain({"xml": found.keywords.get("xml", {}), "properties": {"item": found.keywords}})
    return _DECLARATION + _element(value, found, name, resolve)


def _element(value: JSON, schema: Plain, name: str, resolve: Resolve) -> str:
    keywords = _xml(schema.keywords)
    tag = _tag(keywords, name)
    attributes = _namespace(keywords)
    children = ""
    if isinstance(value, dict):
        for member, each in value.items():
            found = plain(members(schema.keywords).get(member, {}), resolve)
            if _is_attribute(found.keywords):
                attributes += f" {_tag(_xml(found.keywords), member)}={quoteattr(_text(each))}"
            else:
                children += _member(each, found, member, resolve)
    else:
        children = escape(_text(value))
    return f"<{tag}{attributes}>{children}</{tag}>"


def _member(value: JSON, schema: Plain, name: str, resolve: Resolve) -> str:
    if not isinstance(value, list):
        return _element(value, schema, name, resolve)
    keywords = _xml(schema.keywords)
    items = plain(schema.keywords.get("items", {}), resolve)
    outer = _tag(keywords, name)
    wrapped = keywords.get("wrapped") is True or keywords.get("nodeType") == "element"
    inner = "".join(_element(item, items, name if wrapped else outer, resolve) for item in value)
    return f"<{outer}{_namespace(keywords)}>{inner}</{outer}>" if wrapped else inner


def _xml(keywords: Mapping[str, JSON]) -> dict[str, JSON]:
    found = keywords.get("xml")
    return found if isinstance(found, dict) else {}


def _is_attribute(keywords: Mapping[str, JSON]) -> bool:
    xml = _xml(keywords)
    return xml.get("attribute") is True or xml.get("nodeType") == "attribute"


def _tag(xml: Mapping[str, JSON], name: str) -> str:
    said, prefix = xml.get("name"), xml.get("prefix")
    tag = _NOT_A_NAME.sub("_", said if isinstance(said, str) and said else name) or "item"
    if not (tag[0].isalpha() or tag[0] == "_"):
        tag = f"_{tag}"
    declared = isinstance(prefix, str) and prefix and xml.get("namespace")
    return f"{_NOT_A_NAME.sub('_', str(prefix))}:{tag}" if declared else tag


def _namespace(xml: Mapping[str, JSON]) -> str:
    uri, prefix = xml.get("namespace"), xml.get("prefix")
    if not isinstance(uri, str) or not uri:
        return ""
    name = f"xmlns:{_NOT_A_NAME.sub('_', prefix)}" if isinstance(prefix, str) and prefix else "xmlns"
    return f" {name}={quoteattr(uri)}"


def _text(value: JSON) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return ""
        case dict() | list() | bytes():
            return ""
        case _:
            return str(value)
