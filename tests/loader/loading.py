"""Documents in memory for the tests of loading: files by name, loaded through the real reader."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import yaml

from arazzo_runner.description import Description
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import UnreadableDocument
from arazzo_runner.loader import load_description

#: An OpenAPI description with the operations that the documents of the tests call.
SHOP = """
openapi: 3.1.0
info: {title: shop, version: "1"}
servers: [{url: https://shop.example}]
paths:
  /items:
    get: {operationId: listItems, responses: {"200": {description: ok}}}
    post: {operationId: createItem, responses: {"201": {description: ok}}}
  /items/{id}:
    get:
      operationId: item.get
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: ok}}
"""

HEAD = """
arazzo: 1.1.0
info: {title: t, version: "1"}
sourceDescriptions: [{name: shop, url: shop.yaml, type: openapi}]
"""


class Files:
    """Files and web pages in memory; `read` counts how often each was asked for."""

    def __init__(self, contents: Mapping[str, str]) -> None:
        self.contents = {name: dedent(text) for name, text in contents.items()}
        self.asked: list[str] = []

    def __call__(self, location: str) -> Retrieved:
        self.asked.append(location)
        if location not in self.contents:
            raise UnreadableDocument(location, "no such file")
        return Retrieved(location, self.contents[location].encode())


def load(text: str, files: Mapping[str, str] | None = None, *, at: str = "main.yaml", **options: Any) -> Description:
    """The description of a document, beside which `shop.yaml` and the given files lie."""
    everything = {"shop.yaml": SHOP, **(files or {}), at: text}
    return load_description(at, retrieve=Files(everything), **options)


def steps(text: str) -> str:
    """A document with one workflow of these steps, written from column one."""
    return HEAD + "workflows:\n- workflowId: w\n  steps:\n" + _indent(text, 2)


def workflow(text: str) -> str:
    """A document with one workflow of these fields."""
    return HEAD + "workflows:\n- workflowId: w\n" + _indent(text, 2)


def _indent(text: str, spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in dedent(text).strip("\n").splitlines()) + "\n"


def found(diagnostics: tuple[Diagnostic, ...] | list[Diagnostic]) -> list[str]:
    """The codes of diagnostics, infos left out."""
    return [diagnostic.code.name for diagnostic in diagnostics if diagnostic.severity.value != "info"]


def read(text: str) -> Any:
    """A YAML text as Python values."""
    return yaml.safe_load(text)
