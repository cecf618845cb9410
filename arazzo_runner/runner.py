"""Runs of a loaded description: a transport, observers and limits around the engine, in a thread or an event loop."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from inspect import isawaitable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, cast

from arazzo_runner.description import BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.effects import FetchToken, Retrieved, Send
from arazzo_runner.effects.drivers import Clock, SystemClock, aiterate, iterate
from arazzo_runner.effects.execution import Execution
from arazzo_runner.engine.events import Event
from arazzo_runner.engine.results import RunResult
from arazzo_runner.engine.state import Check, Limits, Settings
from arazzo_runner.engine.workflow import execution
from arazzo_runner.errors import InvalidDescription, InvalidInputs, NotSupported, UnknownWorkflow
from arazzo_runner.inputs import accept, declared, undeclared
from arazzo_runner.loader import load_description
from arazzo_runner.secrecy import secret_values
from arazzo_runner.sources import ServerChoice
from arazzo_runner.transports import HttpOptions
from arazzo_runner.validation import checked, reachable_errors, reachable_workflows
from arazzo_runner.values import JSON

if TYPE_CHECKING:
    import httpx

#: Sees every event of a run and cannot influence it; one that raises is logged and dropped.
Observer: TypeAlias = Callable[[Event], None]

#: What servers are relative to in a mocked run, where nothing is sent.
MOCK_SERVER: Final = "http://mock.invalid/"

#: A client or transport of the caller's own making.
HttpxPeer: TypeAlias = "httpx.Client | httpx.AsyncClient | httpx.BaseTransport | httpx.AsyncBaseTransport"

_log = logging.getLogger("arazzo_runner")


class Transport(Protocol):
    """What moves requests: one method, whose answer may be awaitable for an `AsyncRunner`."""

    def perform(self, effect: Send | FetchToken) -> Any:
        """Answer a `Send` with a `Response`, a `FetchToken` with the token; raise `TransportError`."""

    def close(self) -> Any:
        """Let go of connections."""


def load(
    location: str | Path,
    *,
    sources: Mapping[str, str] | None = None,
    strict: bool = False,
    retrieve: Callable[[str], Retrieved] | None = None,
) -> Description:
    """Load an Arazzo document and everything that it refers to.

    ``sources`` overrides where source descriptions are read, by name; ``retrieve`` takes the place of reading files and
    URLs, and raises `UnreadableDocument` for what is not there. Findings are in ``Description.diagnostics``;
    errors stop a run of the workflows that they concern, not the others (S6). Raises `UnreadableDocument`, and
    `InvalidDescription` when the document gives nothing to run at all.
    """
    read = retrieve or _reader(location, sources or {})
    return checked(load_description(str(location), retrieve=read, overrides=sources, strict=strict, placed=False))


def validate(
    location: str | Path,
    *,
    sources: Mapping[str, str] | None = None,
    strict: bool = False,
    ignore: Collection[str] = (),
    retrieve: Callable[[str], Retrieved] | None = None,
) -> list[Diagnostic]:
    """Everything that is wrong with a document, by file and line; never raises on a bad one.

    ``ignore`` are codes that are not told, besides those that ``# arazzo-ignore: CODE`` comments name; ``retrieve`` is
    that of `load`. Raises `UnreadableDocument` where there is no document at all.
    """
    from arazzo_runner.validation.examine import Terms, examine

    terms = Terms(sources or {}, strict, ignore=frozenset(ignore))
    return list(examine(str(location), retrieve or _reader(location, terms.sources), terms).diagnostics)


def _reader(location: str | Path, sources: Mapping[str, str]) -> Callable[[str], Retrieved]:
    """Reads files and URLs, within what an entry document at this location may reach."""
    from arazzo_runner.transports.retrieve import retriever

    return retriever(str(location), named=tuple(sources.values()))


class _Prepared:
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
        self._owned: Transport | None = None

    def _execution(self, workflow_id: str | None, inputs: Mapping[str, JSON] | None) -> Execution[Event, RunResult]:
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
            lambda bound, values: environment | _secrets(bound, values),
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
            try:
                observer(event)
            except Exception as error:  # an observer's failure is its own; its text may hold secrets (S10)
                _log.error("the observer %r raised %s and is not called again", observer, type(error).__name__)
                self._observers.remove(observer)

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


class Runner(_Prepared):
    """Runs workflows of a description in the calling thread.

    ``transport`` may be an ``httpx.Client`` or an httpx transport of the caller's, which is used as it is and not
    closed, or anything with the one method of `Transport`. ``credentials`` are environment variables (S40),
    ``os.environ`` by default. With ``mock`` nothing is sent and required inputs that are missing are invented. A runner
    may be used for several runs, one after the other; it keeps its connections.
    """

    def run(self, workflow_id: str | None = None, inputs: Mapping[str, JSON] | None = None) -> RunResult:
        """Run a workflow, by default the only one, and give its result; see `RunResult.raise_for_failure`.

        Raises `UnknownWorkflow`, `InvalidInputs`, `InvalidDescription` or `NotSupported` before anything is sent. What
        happens in the run is data in the result. KeyboardInterrupt cancels the run and passes on.
        """
        running = self._execution(workflow_id, inputs)
        try:
            for event in iterate(running, self._opened().perform, self._clock):
                self._observe(event)
        except BaseException:
            for event in running.cancel():
                self._observe(event)
            raise
        if running.result.status == "cancelled":  # the interrupt came while the engine was at work, not while it waited
            raise KeyboardInterrupt
        return running.result

    def stream(self, workflow_id: str | None = None, inputs: Mapping[str, JSON] | None = None) -> Iterator[Event]:
        """Run a workflow and give its events as they happen; the last one is its `WorkflowFinished`.

        Closing the iterator cancels the run.
        """
        running = self._execution(workflow_id, inputs)
        try:
            for event in iterate(running, self._opened().perform, self._clock):
                self._observe(event)
                yield event
        finally:
            for event in running.cancel():
                self._observe(event)

    def close(self) -> None:
        """Close the connections that this runner opened itself."""
        owned, self._owned = self._owned, None
        if owned is not None:
            owned.close()

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _over_http(self) -> Transport:
        from arazzo_runner.transports.http import HttpTransport

        given = self._transport
        if hasattr(given, "handle_request"):
            import httpx

            given = httpx.Client(transport=cast("httpx.BaseTransport", given), trust_env=False)
        return HttpTransport(self._http, client=cast("httpx.Client | None", given))


class AsyncRunner(_Prepared):
    """`Runner`'s twin for asyncio: the same engine, the same events, `await` in place of waiting."""

    async def run(self, workflow_id: str | None = None, inputs: Mapping[str, JSON] | None = None) -> RunResult:
        """Run a workflow; see `Runner.run`. Cancelling the task cancels the run."""
        running = self._execution(workflow_id, inputs)
        try:
            async for event in aiterate(running, self._opened().perform, self._clock):
                self._observe(event)
        except BaseException:
            for event in running.cancel():
                self._observe(event)
            raise
        return running.result

    async def stream(
        self, workflow_id: str | None = None, inputs: Mapping[str, JSON] | None = None
    ) -> AsyncIterator[Event]:
        """Run a workflow and give its events as they happen; see `Runner.stream`."""
        running = self._execution(workflow_id, inputs)
        try:
            async for event in aiterate(running, self._opened().perform, self._clock):
                self._observe(event)
                yield event
        finally:
            for event in running.cancel():
                self._observe(event)

    async def aclose(self) -> None:
        """Close the connections that this runner opened itself."""
        owned, self._owned = self._owned, None
        if owned is not None:
            closing = owned.close()
            if isawaitable(closing):
                await closing

    async def __aenter__(self) -> AsyncRunner:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _over_http(self) -> Transport:
        from arazzo_runner.transports.http import AsyncHttpTransport

        given = self._transport
        if hasattr(given, "handle_async_request"):
            import httpx

            given = httpx.AsyncClient(transport=cast("httpx.AsyncBaseTransport", given), trust_env=False)
        return AsyncHttpTransport(self._http, client=cast("httpx.AsyncClient | None", given))


class _Borrowed:
    """A transport of the caller's: used, never closed."""

    def __init__(self, transport: Any) -> None:
        self.perform = transport.perform

    def close(self) -> None:
        """Leave it open: its owner closes it."""


def run(
    location: Description | str | Path,
    workflow_id: str | None = None,
    inputs: Mapping[str, JSON] | None = None,
    **options: Any,
) -> RunResult:
    """Load and run a workflow in one call; ``options`` are those of `Runner`."""
    with Runner(location, **options) as runner:
        return runner.run(workflow_id, inputs)


async def arun(
    location: Description | str | Path,
    workflow_id: str | None = None,
    inputs: Mapping[str, JSON] | None = None,
    **options: Any,
) -> RunResult:
    """Load and run a workflow in one call, in the running event loop; ``options`` are those of `AsyncRunner`."""
    async with AsyncRunner(location, **options) as runner:
        return await runner.run(workflow_id, inputs)


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


def _secrets(workflow: BoundWorkflow, inputs: Mapping[str, JSON]) -> frozenset[str]:
    schemas = declared(workflow.inputs_schema)
    found: set[str] = set()
    for name, value in inputs.items():
        found.update(secret_values(value, schemas.get(name), "secret" if name in workflow.secret_inputs else name))
    return frozenset(found)


def _invented(workflow: BoundWorkflow, given: dict[str, JSON]) -> dict[str, JSON]:
    from arazzo_runner.transports.mock import mock_inputs

    with suppress(TypeError):
        return {**mock_inputs(workflow.inputs_schema), **given}
    return given
