"""What a runner was given, checked and put together before and around a run; who waits is not known here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from arazzo_runner.description import BoundWorkflow, Description
from arazzo_runner.effects import FetchToken, Send
from arazzo_runner.effects.drivers import Clock, Perform, SystemClock
from arazzo_runner.effects.execution import Execution
from arazzo_runner.engine.events import Event
from arazzo_runner.engine.results import RunResult
from arazzo_runner.engine.state import Check, Limits, Settings
from arazzo_runner.engine.workflow import execution
from arazzo_runner.errors import InvalidDescription, InvalidInputs, NotSupported, UnknownWorkflow
from arazzo_runner.inputs import accept, secrets_among, undeclared
from arazzo_runner.runner.reading import load
from arazzo_runner.sources import ServerChoice
from arazzo_runner.transports import HttpOptions
from arazzo_runner.validation import reachable_errors, reachable_workflows
from arazzo_runner.values import JSON

if TYPE_CHECKING:
    import httpx

    from arazzo_runner.reports.telemetry import Telemetry

#: Sees every event of a run and cannot influence it; one that raises is logged and dropped.
Observer: TypeAlias = Callable[[Event], None]

#: What servers are relative to in a mocked run, where nothing is sent.
MOCK_SERVER: Final = "http://mock.invalid/"

#: A client or transport of the caller's own making.
HttpxPeer: TypeAlias = "httpx.Client | httpx.AsyncClient | httpx.BaseTransport | httpx.AsyncBaseTransport"


class Transport(Protocol):
    """What moves requests: one method, whose answer may be awaitable for an `AsyncRunner`."""

    def perform(self, effect: Send | FetchToken) -> Any:
        """Answer a `Send` with a `Response`, a `FetchToken` with the token; raise `TransportError`."""

    def close(self) -> Any:
        """Let go of connections."""


class Prepared:
    """What `Runner` and `AsyncRunner` share: everything but who waits."""

    def __init__(
        self,
        description: Description | str | Path,
        *,
        transport: Transport | HttpxPeer | None = None,
        mock: bool = False,
        servers: ServerChoice | Mapping[str, str] | str | None = None,
        headers: Mapping[str, str] | None = None,
        credentials: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        observers: Sequence[Observer] = (),
        check: Check = "off",
        allow_invalid: bool = False,
        strict: bool = False,
        clock: Clock | None = None,
        http: HttpOptions | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.description = description if isinstance(description, Description) else load(description, strict=strict)
        self._settings = Settings(
            limits or Limits(),
            _servers(servers, mock=mock),
            dict(headers or {}),
            _credentials(credentials, mock=mock),
            check,
        )
        self._transport = transport
        self._mock = mock
        self._http = http or HttpOptions()
        self._allow_invalid = allow_invalid
        self._observers = list(observers)
        self._clock: Clock = clock or SystemClock()
        self._telemetry = telemetry
        self._owned: Transport | None = None

    def _execution(
        self, workflow_id: str | None, inputs: Mapping[str, JSON] | None, *, streamed: bool = False
    ) -> Execution[Event, RunResult]:
        workflow = self._workflow(workflow_id)
        self._refuse_unsound(workflow)
        given = dict(inputs or {})
        if self._mock:
            given = _invented(workflow, given)
        accepted, violations = accept(workflow, given)
        violations = [*undeclared(workflow, given), *violations]
        if violations:
            raise InvalidInputs(violations)
        environment = frozenset(
            part
            for name, value in self._settings.credentials.items()
            if name.startswith("ARAZZO_AUTH_") and value
            for part in (value, *value.split(":", 1))
        )
        return execution(
            self.description,
            workflow,
            accepted,
            self._settings,
            accept,
            lambda bound, values: environment.union(secrets_among(bound, values)),
            heard=streamed or bool(self._observers) or self._telemetry is not None,
        )

    def _workflow(self, workflow_id: str | None) -> BoundWorkflow:
        ids = self.description.workflow_ids
        listed = ", ".join(f"'{name}'" for name in ids)
        if workflow_id is None:
            if len(ids) != 1:
                raise UnknownWorkflow(f"the document has {len(ids)} workflows; name one of {listed}")
            workflow_id = ids[0]
        try:
            return self.description.workflow(workflow_id)
        except KeyError:
            raise UnknownWorkflow(f"there is no workflow '{workflow_id}'; the document has {listed}") from None

    def _refuse_unsound(self, workflow: BoundWorkflow) -> None:
        """Errors that this workflow reaches, and steps that this version cannot run, stop it before it sends (S6)."""
        found = reachable_errors(self.description, workflow.key)
        if found and not self._allow_invalid:
            raise InvalidDescription(found)
        for reached in reachable_workflows(self.description, workflow.key):
            for step in reached.steps:
                if step.unsupported is not None:
                    raise NotSupported(step.unsupported)

    def _observe(self, event: Event) -> None:
        for observer in tuple(self._observers):
            if not _told(observer, event):
                self._observers.remove(observer)

    @contextmanager
    def _watched(self) -> Iterator[tuple[Observer, Perform]]:
        """Who sees the events of a run that begins, and what performs its effects: traced, where that was asked for."""
        perform = self._opened().perform
        if self._telemetry is None:
            yield self._observe, perform
            return
        spans = self._telemetry.begin()
        tracing = [spans.observe]

        def observe(event: Event) -> None:
            self._observe(event)
            if tracing and not _told(tracing[0], event):
                tracing.clear()

        def traced(effect: Send | FetchToken) -> Any:
            return perform(replace(effect, request=spans.sent(effect.request)) if isinstance(effect, Send) else effect)

        try:
            yield observe, traced
        finally:
            spans.end()

    def _opened(self) -> Transport:
        if self._owned is None:
            self._owned = self._open()
        return self._owned

    def _open(self) -> Transport:
        if self._mock:
            from arazzo_runner.transports.mock import MockTransport

            return MockTransport(self.description)
        if self._transport is not None and hasattr(self._transport, "perform"):
            return _Borrowed(self._transport)
        return self._over_http()

    def _over_http(self) -> Transport:
        raise NotImplementedError


class _Borrowed:
    """A transport of the caller's: used, never closed."""

    def __init__(self, transport: Any) -> None:
        self.perform = transport.perform

    def close(self) -> None:
        """Leave it open: its owner closes it."""


def _told(observer: Observer, event: Event) -> bool:
    """Tell an observer; False when it raised, which is its own failure and not the run's."""
    try:
        observer(event)
    except Exception as error:  # its text may hold secrets (S10)
        from logging import getLogger

        getLogger("arazzo_runner").error(
            "the observer %r raised %s and is not called again", observer, type(error).__name__
        )
        return False
    return True


def _servers(servers: ServerChoice | Mapping[str, str] | str | None, *, mock: bool) -> ServerChoice:
    match servers:
        case None:
            choice = ServerChoice()
        case ServerChoice():
            choice = servers
        case str():
            choice = ServerChoice({"": servers})
        case _:
            choice = ServerChoice(dict(servers))
    return replace(choice, fallback=MOCK_SERVER) if mock else choice


def _credentials(credentials: Mapping[str, str] | None, *, mock: bool) -> Mapping[str, str]:
    """The environment by default; a mocked run wants none."""
    if credentials is not None:
        return credentials
    return {} if mock else os.environ


def _invented(workflow: BoundWorkflow, given: dict[str, JSON]) -> dict[str, JSON]:
    from arazzo_runner.transports.mock import mock_inputs

    with suppress(TypeError):
        return {**mock_inputs(workflow.inputs_schema), **given}
    return given
