"""How an Operation Object becomes an `OpenAPIOperation`: 3.x and 2.0 are told apart here and nowhere later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from arazzo_runner.records import dataclass
from arazzo_runner.sources.openapi.bodies import RequestBody, declared_body, swagger_body
from arazzo_runner.sources.openapi.operation import Compiled, OpenAPIOperation
from arazzo_runner.sources.openapi.parameters import Parameter, Parameters, declared
from arazzo_runner.sources.openapi.paths import path_template
from arazzo_runner.sources.openapi.references import BrokenReference, References, elements, member, members, text
from arazzo_runner.sources.openapi.security import Alternatives, alternatives
from arazzo_runner.sources.openapi.servers import Server, server, swagger_server
from arazzo_runner.values import JSON


@dataclass(slots=True)
class Compiler:
    """Compiles the operations of one description."""

    source: str
    references: References
    version: tuple[int, int]
    problems: list[str] = field(default_factory=list)

    def operation(
        self, method: str, path: str, raw: Mapping[str, JSON], path_item: Mapping[str, JSON]
    ) -> OpenAPIOperation:
        """The operation, compiled; what could not be resolved of it is in its ``problems``."""
        self.problems = []
        swagger = self.version[0] == 2
        objects = self._parameter_objects(raw, path_item)
        found = [parameter for node in objects if (parameter := declared(node, swagger=swagger)) is not None]
        kept = [parameter for parameter in found if parameter.place not in {"body", "formData"}]
        compiled = Compiled(
            Parameters(kept, path_template(path, _path_names(kept))),
            self._swagger_body(raw, objects) if swagger else self._body(raw),
            self._server(raw, path_item),
            self._security(raw),
            self._types(raw, "produces") if swagger else (),
            tuple(self.problems),
        )
        return OpenAPIOperation(self.source, method, path, raw, path_item, self.references, self.version, compiled)

    def _parameter_objects(self, raw: Mapping[str, JSON], path_item: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
        """Those of the path item, then those of the operation, which override them by place and name."""
        found = {}
        for node in (*elements(path_item.get("parameters")), *elements(raw.get("parameters"))):
            resolved = members(self._resolved(node))
            found[text(resolved.get("in")), text(resolved.get("name"))] = resolved
        return list(found.values())

    def _body(self, raw: Mapping[str, JSON]) -> RequestBody | None:
        node = self._resolved(raw.get("requestBody"))
        return declared_body(node, self.references.dereference) if isinstance(node, dict) else None

    def _swagger_body(self, raw: Mapping[str, JSON], objects: list[Mapping[str, JSON]]) -> RequestBody | None:
        return swagger_body(objects, self._types(raw, "consumes"), self.references.dereference)

    def _types(self, raw: Mapping[str, JSON], name: str) -> tuple[str, ...]:
        """``consumes`` or ``produces``: the operation's, else the document's."""
        listed = raw[name] if name in raw else self.references.root.get(name)
        return tuple(item for item in elements(listed) if isinstance(item, str))

    def _server(self, raw: Mapping[str, JSON], path_item: Mapping[str, JSON]) -> Server:
        references = self.references
        location = references.base if "://" in references.base else references.location
        if self.version[0] == 2:
            return swagger_server(self.source, location, references.root, raw.get("schemes"))
        levels = (raw.get("servers"), path_item.get("servers"), references.root.get("servers"))
        return server(self.source, location, levels)

    def _security(self, raw: Mapping[str, JSON]) -> Alternatives:
        root = self.references.root
        wanted = raw["security"] if "security" in raw else root.get("security")
        if self.version[0] == 2:
            schemes = members(root.get("securityDefinitions"))
        else:
            schemes = members(member(root.get("components"), "securitySchemes"))
        return alternatives(self.source, wanted, schemes, self.references.location, self._resolved)

    def _resolved(self, node: JSON) -> JSON:
        try:
            return self.references.dereference(node)
        except BrokenReference as error:
            self.problems.append(str(error))
            return None


def _path_names(parameters: list[Parameter]) -> frozenset[str]:
    return frozenset(parameter.name for parameter in parameters if parameter.place == "path")
