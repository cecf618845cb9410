"""A document in memory, loaded for the tests of rules."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent

from arazzo_runner.description import Description
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import UnreadableDocument
from arazzo_runner.loader import load_description
from arazzo_runner.validation import check

SHOP = """
openapi: 3.1.0
info: {title: shop, version: "1"}
paths:
  /items:
    get: {operationId: listItems, responses: {}}
    post: {operationId: createItem, parameters: [{name: p, in: query}], responses: {}}
"""

HEAD = """
arazzo: 1.1.0
info: {title: t, version: "1"}
sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]
"""


def described(text: str, files: Mapping[str, str] | None = None) -> Description:
    """A document and the files beside it."""
    contents = {"main.yaml": dedent(text), "shop.yaml": SHOP, **(files or {})}

    def retrieve(location: str) -> Retrieved:
        if location not in contents:
            raise UnreadableDocument(location, "no such file")
        return Retrieved(location, contents[location].encode())

    return load_description("main.yaml", retrieve=retrieve)


def workflow(text: str, rest: str = "") -> Description:
    """A document with one workflow of these fields."""
    return described(HEAD + "workflows:\n- workflowId: w\n" + indent(dedent(text), "  ") + "\n" + dedent(rest))


def rules(description: Description) -> list[tuple[str, str]]:
    """The codes and pointers of what the rules find."""
    return [(finding.code.name, finding.origin.pointer) for finding in check(description)]
