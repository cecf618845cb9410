"""What an OpenAPI description (2.0, 3.0, 3.1, 3.2) means to a step. Pure: other files come through ``fetch``.

A description is indexed lightly when its first operation is asked for; an operation is compiled when it is first
asked for and kept; all the rest of a large description is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from arazzo_runner.sources.openapi.compiling import Compiler
from arazzo_runner.sources.openapi.operation import OpenAPIOperation
from arazzo_runner.sources.openapi.references import BrokenReference, Fetch, References, member, members, text, tokens
from arazzo_runner.values import JSON

__all__ = ["BrokenReference", "Fetch", "OpenAPIOperation", "OpenAPISource", "open_source"]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_VERSION = re.compile(r"(\d+)\.(\d+)")


def open_source(name: str, raw: JSON, location: str, *, fetch: Fetch) -> OpenAPISource:
    """The source ``name``, whose description ``raw`` was read from ``location``.

    ``fetch`` gives the parsed document at an absolute location, for references to other files. Raises ValueError when
    ``raw`` is no OpenAPI description of a known version.
    """
    return OpenAPISource(name, members(raw), location, fetch, _version(raw))


def _version(raw: JSON) -> tuple[int, int]:
    declared = member(raw, "openapi") or member(raw, "swagger")
    if declared is None:
        raise ValueError("expected an OpenAPI description: there is neither 'openapi' nor 'swagger' at its root")
    found = None if isinstance(declared, bytes) else _VERSION.match(str(declared))
    major, minor = (int(found[1]), int(found[2])) if found else (0, 0)
    if (major, minor) != (2, 0) and major != 3:
        raise ValueError(f"OpenAPI {declared!r} is not supported: 2.0, 3.0, 3.1 and 3.2 are")
    return (major, min(minor, 2))


class OpenAPISource:
    """One OpenAPI description as a source of operations."""

    def __init__(self, name: str, raw: dict[str, JSON], location: str, fetch: Fetch, version: tuple[int, int]) -> None:
        self.name = name
        self.raw = raw
        self.location = location
        self.version = version
        self.references = References(raw, location, fetch)
        self.problems: list[str] = []  #: references of path items that lead nowhere
        self._compiler = Compiler(name, self.references, version)
        self._compiled: dict[tuple[str, str], OpenAPIOperation] = {}
        self._path_items: dict[str, Mapping[str, JSON]] = {}

    def by_id(self, operation_id: str) -> OpenAPIOperation | None:
        """The operation with this operationId."""
        found = self._index.get(operation_id)
        return None if found is None else self._operation(*found)

    def by_pointer(self, pointer: str) -> OpenAPIOperation | None:
        """The operation at a JSON Pointer into the description: ``/paths/~1pets/get``."""
        match tokens(pointer):
            case ["paths", path, method] if method in _METHODS:
                return self._operation(path, method)
            case ["paths", path, "additionalOperations", method]:
                return self._operation(path, method)
        return None

    def by_method_and_path(self, method: str, path: str) -> OpenAPIOperation | None:
        """The operation of this method, in any case, at this path as the description writes it."""
        return self._operation(path, method.lower()) or self._operation(path, method)

    @property
    def operation_ids(self) -> list[str]:
        """Every operationId, in the order of the description."""
        return list(self._index)

    @cached_property
    def operations(self) -> tuple[tuple[str, str], ...]:
        """Every method and path, as `by_method_and_path` takes them."""
        return tuple(
            (key.upper() if key in _METHODS else key, path) for path in self._paths() for key, _ in self._objects(path)
        )

    @cached_property
    def _index(self) -> dict[str, tuple[str, str]]:
        """operationId to path and method; of two operations with one id the first counts."""
        found: dict[str, tuple[str, str]] = {}
        for path in self._paths():
            for method, raw in self._objects(path):
                if operation_id := text(raw.get("operationId")):
                    found.setdefault(operation_id, (path, method))
        return found

    def _paths(self) -> list[str]:
        return [path for path in members(self.raw.get("paths")) if not path.startswith("x-")]

    def _path_item(self, path: str) -> Mapping[str, JSON]:
        """The Path Item Object at ``path``; what stands beside its `$ref` overrides what that leads to."""
        item = self._path_items.get(path)
        if item is None:
            item = members(member(self.raw.get("paths"), path))
            if "$ref" in item:
                try:
                    item = {**members(self.references.dereference(item)), **item}
                except BrokenReference as error:
                    self.problems.append(f"path '{path}': {error}")
            self._path_items[path] = item
        return item

    def _objects(self, path: str) -> Iterator[tuple[str, Mapping[str, JSON]]]:
        item = self._path_item(path)
        for method in item:
            if method in _METHODS and isinstance(raw := item[method], dict):
                yield method, raw
        for method, raw in members(item.get("additionalOperations")).items():
            if isinstance(raw, dict):
                yield method, raw

    def _operation(self, path: str, method: str) -> OpenAPIOperation | None:
        operation = self._compiled.get((path, method))
        if operation is None:
            raw = next((raw for key, raw in self._objects(path) if key == method), None)
            if raw is None:
                return None
            verb = method.upper() if method in _METHODS else method
            operation = self._compiler.operation(verb, path, raw, self._path_item(path))
            self._compiled[path, method] = operation
        return operation
