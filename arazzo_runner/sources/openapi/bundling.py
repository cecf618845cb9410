"""One operation with all that it refers to as a small OpenAPI description of its own, for checking (S43).

References to other files are brought in, OpenAPI 2.0 is lifted to 3.0, and what would mislead a checker is left out:
security (a missing credential would hide all else), discriminators, deprecations, examples.
"""

from __future__ import annotations

from collections.abc import Mapping

from arazzo_runner.sources.openapi.bodies import Content
from arazzo_runner.sources.openapi.parameters import Parameter
from arazzo_runner.sources.openapi.references import BrokenReference, References, member, members
from arazzo_runner.values import JSON

_DROPPED = frozenset(
    {"$id", "$anchor", "$dynamicAnchor", "$schema", "$defs", "definitions", "discriminator", "example", "examples"}
    | {"deprecated", "externalDocs", "xml", "description", "title"}
)
_VALUES = frozenset({"default", "enum", "const"})
_NAMED = frozenset({"properties", "dependentSchemas"})  #: members are names, not keywords
#: Names by pattern are not checked: the patterns are untrusted, and jsonschema searches them without a time limit.
_BY_PATTERN = frozenset({"patternProperties", "additionalProperties", "unevaluatedProperties"})
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
_KNOWN_STYLES = frozenset({"simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject"})


class Bundle:
    """Collects the schemas that an operation reaches under ``#/components/schemas``."""

    def __init__(self, references: References, *, swagger: bool = False) -> None:
        self.schemas: dict[str, JSON] = {}
        self._references = references
        self._swagger = swagger
        self._names: dict[str, str] = {}
        self._copies: dict[int, tuple[JSON, JSON]] = {}  # the original is kept, so that its id stays taken

    def schema(self, node: JSON) -> JSON:
        """A copy of a schema whose references lead into this bundle; those that lead nowhere allow anything."""
        copied = self._copy(node)
        while pending := [reference for reference, name in self._names.items() if name not in self.schemas]:
            for reference in pending:
                self.schemas[self._names[reference]] = self._target(reference)
        return copied

    def _target(self, reference: str) -> JSON:
        try:
            return self._copy(self._references.resolve(reference))
        except BrokenReference:
            return {}

    def _copy(self, node: JSON) -> JSON:
        if isinstance(node, list):
            return [self._copy(item) for item in node]
        if not isinstance(node, dict):
            return node
        if id(node) not in self._copies:
            self._copies[id(node)] = (node, self._copied(node))
        return self._copies[id(node)][1]

    def _copied(self, node: dict[str, JSON]) -> JSON:
        copied: dict[str, JSON] = {}
        for key, value in node.items():
            if key in {"$ref", "$dynamicRef"} and isinstance(value, str):
                copied["$ref"] = self._reference(value)
            elif key in _NAMED and isinstance(value, dict):
                copied[key] = {name: self._copy(item) for name, item in value.items()}
            elif (value is None and key not in _VALUES) or (key in _BY_PATTERN and "patternProperties" in node):
                continue
            elif key not in _DROPPED and not key.startswith("x-"):
                copied[key] = value if key in _VALUES else self._copy(value)
        return self._lifted(node, copied) if self._swagger else copied

    def _reference(self, reference: str) -> str:
        name = self._names.setdefault(reference, f"s{len(self._names)}")
        return f"#/components/schemas/{name}"

    def _lifted(self, node: Mapping[str, JSON], copied: dict[str, JSON]) -> JSON:
        """What OpenAPI 2.0 says otherwise than 3.0."""
        if node.get("type") == "file":
            copied |= {"type": "string", "format": "binary"}
        if node.get("x-nullable") is True:
            copied["nullable"] = True
        copied.pop("collectionFormat", None)
        return copied

    # --- what stands around schemas -----------------------------------------------------------------------------------

    def parameter(self, parameter: Parameter) -> dict[str, JSON] | None:
        """A parameter to check; None for one that cannot be, or that the specification says to ignore."""
        if parameter.place == "header" and parameter.name.lower() in _IGNORED_HEADERS:
            return None
        found: dict[str, JSON] = {"name": parameter.name, "in": parameter.place, "required": parameter.required}
        schema = self.schema(parameter.schema if isinstance(parameter.schema, dict) else {})
        if parameter.media_type is not None:
            return found | {"content": {parameter.media_type: {"schema": schema}}}
        if parameter.place == "querystring" or parameter.style not in _KNOWN_STYLES:
            return None
        explode = parameter.explode or parameter.style == "deepObject"
        return found | {"schema": schema, "style": parameter.style, "explode": explode}

    def content(self, content: Content) -> dict[str, JSON]:
        """A Media Type Object."""
        found: dict[str, JSON] = {}
        if isinstance(content.schema, dict | bool):
            found["schema"] = self.schema(content.schema)
        if content.encoding:
            found["encoding"] = {
                name: {key: value for key, value in members(node).items() if key != "headers"}
                for name, node in content.encoding.items()
            }
        return found

    def headers(self, response: Mapping[str, JSON]) -> dict[str, JSON]:
        """The headers of a Response Object."""
        found: dict[str, JSON] = {}
        for name, node in members(response.get("headers")).items():
            try:
                header = members(self._references.dereference(node))
            except BrokenReference:
                continue
            schema = header if self._swagger else member(header, "schema")
            if isinstance(schema, dict) and name.lower() != "content-type":
                found[name] = {"required": header.get("required") is True, "schema": self.schema(schema)}
        return found

    def description(self, version: tuple[int, int], operation: Mapping[str, JSON]) -> dict[str, JSON]:
        """The whole: one path with one operation."""
        return {
            "openapi": f"3.{version[1] if version[0] == 3 else 0}.0",
            "info": {"title": "one operation", "version": "1"},
            "paths": {"/": {"post": dict(operation)}},
            "components": {"schemas": self.schemas},
        }
