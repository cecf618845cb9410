"""What the mock knows when it answers: the request that was sent and the values of the run; judges answers by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from arazzo_runner.effects import Request, Response
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.scope import Exchange, Scope
from arazzo_runner.records import dataclass
from arazzo_runner.sources.openapi.answers import decode
from arazzo_runner.sources.openapi.paths import path_template
from arazzo_runner.transports.mock.answers import Answer, Described
from arazzo_runner.values import JSON, MISSING


class Answered(Described, Protocol):
    """An operation that can be mocked: it describes its answers and reads them."""

    @property
    def method(self) -> str:
        """Its HTTP method."""

    @property
    def path(self) -> str:
        """Its path template."""

    def read(self, exchange: Exchange, response: Response) -> Exchange:
        """The exchange with the answer decoded (S15)."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A criterion that should hold, or should not."""

    criterion: Criterion
    hold: bool = True


@dataclass(slots=True)
class Bench:
    """Judges answers to one request."""

    operation: Answered
    exchange: Exchange
    inputs: Mapping[str, JSON] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)

    def scope(self, answer: Answer) -> Scope:
        """What expressions see of the answer."""
        exchange = self.operation.read(self.exchange, answer.response())
        return Scope(inputs=self.inputs, steps=self.steps, sources=self.sources, exchange=exchange)

    def met(self, goal: Goal, scope: Scope) -> bool:
        """Whether the goal is reached."""
        return goal.criterion.judge(scope).passed == goal.hold

    def all_met(self, goals: Iterable[Goal], answer: Answer) -> bool:
        """Whether all goals are reached by the answer."""
        scope = self.scope(answer)
        return all(self.met(goal, scope) for goal in goals)


def exchange_of(request: Request, operation: Answered) -> Exchange:
    """The request as expressions see it (S16)."""
    parts = urlsplit(request.url)
    query: dict[str, JSON] = {}
    for name, values in parse_qs(parts.query, keep_blank_values=True, max_num_fields=10_000).items():
        query[name] = values[0] if len(values) == 1 else list(values)
    body = decode(request.content, request.headers.get("content-type")).value if request.content else MISSING
    path = path_values(operation.path, parts.path)
    return Exchange(request.method, request.url, request.headers, query, path, body)


def path_values(template: str, path: str) -> dict[str, JSON]:
    """The values of the template's parameters in a path that ends with it."""
    cut = path_template(template)
    found = cut.pattern().search(path)
    return dict(zip(cut.parts[1::2], map(unquote, found.groups()), strict=False)) if found else {}
