"""What an OpenAPI description (2.0, 3.0, 3.1, 3.2) means to a step. Pure: other files come through ``fetch``.

A description is indexed lightly when its first operation is asked for; an operation is compiled when it is first
asked for and kept; all the rest of a large description is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from arazzo_runner.sources.openapi.compiling import Compiler
from arazzo_runner.sources.openapi.operation import OpenAPIOperation
from arazzo_runner.sources.openapi.references import BrokenReference, Fetch, References, member, members, text, tokens
from arazzo_runner.values import JSON

__all__ = [
    "BrokenReference",
    "Fetch",
    "OpenAPIOperation",
    "OpenAPISource",
    "OperationName",
    "open_source",
    "operation_names",
]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_VERSION = re.compile(r"(\d+)\.(\d+)")


class OperationName(NamedTuple):
    """What an operation can be found by; ``method`` is the key in its Path Item Object."""

    path: str
    method: str
    operation_id: str | None


def open_source(
    name: str, raw: JSON, location: str, *, fetch: Fetch, operations: Sequence[OperationName] | None = None
) -> OpenAPISource:
    """The source ``name``, whose description ``raw`` was read from ``location``.

    ``fetch`` gives the parsed document at an absolute location, for references to other files; ``operations`` are
    those of `operation_names`, where they are known already. Raises ValueError when ``raw`` is no OpenAPI description
    of a known version.
    """
    source = OpenAPISource(name, members(raw), location, fetch, _version(raw))
    if operations is not None:
        source.names = tuple(operations)
    return source


def operation_names(raw: JSON) -> tuple[OperationName, ...] | None:
    """The operations of a description, in its order; None where other places have to be read to know them."""
    paths = members(member(raw, "paths"))
    if any("$ref" in members(item) for item in paths.values()):
        return None
    return _named(paths, lambda path: members(paths[path]))


def _named(paths: Iterable[str], path_item: Callable[[str], Mapping[str, JSON]]) -> tuple[OperationName, ...]:
    return tuple(
        OperationName(path, method, text(raw.get("operationId")))
        for path in paths
        if not path.startswith("x-")
        for method, raw in _operation_objects(path_item(path))
    )


def _operation_objects(item: Mapping[str, JSON]) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    """The Operation Objects of a Path Item Object, by their keys."""
    for method in item:
        if method in _METHODS and isinstance(raw := item[method], dict):
            yield method, raw
    for method, raw in members(item.get("additionalOperations")).items():
        if isinstance(raw, dict):
            yield method, raw


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
            (name.method.upper() if name.method in _METHODS else name.method, name.path) for name in self.names
        )

    @cached_property
    def names(self) -> tuple[OperationName, ...]:
        """Every operation, in the order of the description."""
        return _named(members(self.raw.get("paths")), self._path_item)

    @cached_property
    def _index(self) -> dict[str, tuple[str, str]]:
        """operationId to path and method; of two operations with one id the first counts."""
        found: dict[str, tuple[str, str]] = {}
        for name in self.names:
            if name.operation_id:
                found.setdefault(name.operation_id, (name.path, name.method))
        return found

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
        return _operation_objects(self._path_item(path))

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
