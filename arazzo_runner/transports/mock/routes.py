"""Finds the step that a request over HTTP belongs to: by method and path, and by how far its workflow has come.

Knows the bound description; must not know sockets. A client says nothing of steps, so of several that use one
operation the next one in the workflow that is under way is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final, cast
from urllib.parse import parse_qsl, urlsplit

from arazzo_runner.description import BoundStep, BoundWorkflow, Description, WorkflowKey
from arazzo_runner.effects import CallSite
from arazzo_runner.records import dataclass
from arazzo_runner.sources.openapi.operation import OpenAPIOperation
from arazzo_runner.sources.openapi.paths import PathTemplate, path_template

_VARIABLE: Final = re.compile(r"\{[^{}]*\}")
_MOST_PATHS: Final = 10_000  #: concrete paths whose visits are counted


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: what its requests look like, and the steps that send them."""

    label: str
    method: str
    template: PathTemplate
    pattern: re.Pattern[str]
    steps: tuple[tuple[WorkflowKey, int, str], ...]  #: workflow, place in it, stepId

    @property
    def looseness(self) -> tuple[int, int]:
        """Less is more exact: fewer parameters, more fixed query names."""
        return (len(self.template.parts) // 2, -len(self.template.query))

    def takes(self, method: str, path: str, query: frozenset[str]) -> bool:
        """Whether a request is one of this operation."""
        fixed = {name for name, _ in self.template.query}
        return method == self.method.upper() and fixed <= query and self.pattern.fullmatch(path) is not None


def routes_of(description: Description) -> tuple[Route, ...]:
    """The operations of all workflows, the most exact paths first."""
    steps: dict[int, list[tuple[WorkflowKey, int, str]]] = {}
    operations: dict[int, OpenAPIOperation] = {}
    for workflow, place, bound in _bound_steps(description):
        operation = cast("OpenAPIOperation", bound.operation)
        operations[id(operation)] = operation
        steps.setdefault(id(operation), []).append((workflow.key, place, bound.step.step_id))
    routes = [_route(operation, tuple(steps[key])) for key, operation in operations.items()]
    return tuple(sorted(routes, key=lambda route: route.looseness))


def _bound_steps(description: Description) -> Iterator[tuple[BoundWorkflow, int, BoundStep]]:
    for workflow in description.workflows.values():
        for place, bound in enumerate(workflow.steps):
            if bound.operation is not None:
                yield workflow, place, bound


def _route(operation: OpenAPIOperation, steps: tuple[tuple[WorkflowKey, int, str], ...]) -> Route:
    names = [parameter.name for parameter in operation.parameters() if parameter.place == "path"]
    template = path_template(operation.path, names)
    base = urlsplit(_VARIABLE.sub("\0", operation.server.url)).path.rstrip("/")
    prefix = re.escape(base).replace("\0", "[^/]*").replace("\\x00", "[^/]*")
    inner = template.pattern().pattern
    return Route(operation.label, operation.method, template, re.compile(f"(?:{prefix})?{inner}", re.DOTALL), steps)


@dataclass(slots=True)
class Progress:
    """How far the workflows have come, and how often each path was asked for."""

    routes: tuple[Route, ...]
    _last: dict[WorkflowKey, int] = field(default_factory=dict)
    _current: WorkflowKey | None = None
    _visits: dict[tuple[WorkflowKey, str, str], int] = field(default_factory=dict)

    def site(self, method: str, target: str) -> CallSite | None:
        """The step that the request belongs to, and its visit; None when no operation takes it."""
        parts = urlsplit(target)
        query = frozenset(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
        route = next((route for route in self.routes if route.takes(method, parts.path, query)), None)
        if route is None:
            return None
        key, place, step_id = min(route.steps, key=self._distance)
        self._last[key], self._current = place, key
        visit = self._visits.get((key, step_id, parts.path), 0)
        if len(self._visits) > _MOST_PATHS:
            self._visits.clear()
        self._visits[key, step_id, parts.path] = visit + 1
        return CallSite(key.document, key.workflow_id, step_id, visit)

    def _distance(self, step: tuple[WorkflowKey, int, str]) -> tuple[bool, int]:
        """The workflow under way comes first; in it the next step, then later ones, then earlier ones."""
        key, place, _ = step
        ahead = place - self._last.get(key, -1)
        return (key != self._current, ahead if ahead > 0 else 1000 - ahead)
