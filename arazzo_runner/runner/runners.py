"""`Runner` and its twin for asyncio: they drive a prepared run, each in its own way of waiting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from inspect import isawaitable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from arazzo_runner.description import Description
from arazzo_runner.effects.drivers import aiterate, iterate
from arazzo_runner.engine.events import Event
from arazzo_runner.engine.results import RunResult
from arazzo_runner.runner.prepared import Prepared, Transport
from arazzo_runner.values import JSON

if TYPE_CHECKING:
    import httpx


class Runner(Prepared):
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
        with self._watched() as (observe, perform):
            try:
                for event in iterate(running, perform, self._clock):
                    observe(event)
            except BaseException:
                for event in running.cancel(self._clock.now()):
                    observe(event)
                raise
        if running.result.status == "cancelled":  # the interrupt came while the engine was at work, not while it waited
            raise KeyboardInterrupt
        return running.result

    def stream(self, workflow_id: str | None = None, inputs: Mapping[str, JSON] | None = None) -> Iterator[Event]:
        """Run a workflow and give its events as they happen; the last one is its `WorkflowFinished`.

        Closing the iterator cancels the run.
        """
        running = self._execution(workflow_id, inputs, streamed=True)
        with self._watched() as (observe, perform):
            try:
                for event in iterate(running, perform, self._clock):
                    observe(event)
                    yield event
            finally:
                for event in running.cancel(self._clock.now()):
                    observe(event)

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


class AsyncRunner(Prepared):
    """`Runner`'s twin for asyncio: the same engine, the same events, `await` in place of waiting."""

    async def run(self, workflow_id: str | None = None, inputs: Mapping[str, JSON] | None = None) -> RunResult:
        """Run a workflow; see `Runner.run`. Cancelling the task cancels the run."""
        running = self._execution(workflow_id, inputs)
        with self._watched() as (observe, perform):
            try:
                async for event in aiterate(running, perform, self._clock):
                    observe(event)
            except BaseException:
                for event in running.cancel(self._clock.now()):
                    observe(event)
                raise
        return running.result

    async def stream(
        self, workflow_id: str | None = None, inputs: Mapping[str, JSON] | None = None
    ) -> AsyncIterator[Event]:
        """Run a workflow and give its events as they happen; see `Runner.stream`."""
        running = self._execution(workflow_id, inputs, streamed=True)
        with self._watched() as (observe, perform):
            try:
                async for event in aiterate(running, perform, self._clock):
                    observe(event)
                    yield event
            finally:
                for event in running.cancel(self._clock.now()):
                    observe(event)

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
