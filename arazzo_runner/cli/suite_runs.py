"""The runs of a suite: its documents in an event loop, as many at a time as ``--jobs`` says.

What reports hear is in the order of the documents, whichever ends first. The workflows of a document run one by one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

from arazzo_runner.cli.run_checks import mention_warnings
from arazzo_runner.cli.run_reports import Output
from arazzo_runner.cli.run_settings import RunSettings
from arazzo_runner.cli.suite_documents import Outcome, SuiteDocument, refusal_error
from arazzo_runner.cli.suite_order import EventOrder
from arazzo_runner.description import Description
from arazzo_runner.engine.events import Event
from arazzo_runner.engine.results import RunError
from arazzo_runner.errors import ArazzoError
from arazzo_runner.reports.history import NOT_RUN
from arazzo_runner.reports.lines import line
from arazzo_runner.reports.progress import Detail, Progress
from arazzo_runner.reports.redact import Redactor
from arazzo_runner.reports.runs import Runs
from arazzo_runner.reports.telemetry import Telemetry
from arazzo_runner.runner import AsyncRunner


class SuiteRun:
    """Runs the workflows of documents and gives each its outcome, also those that do not run."""

    def __init__(
        self,
        settings: RunSettings,
        documents: Sequence[SuiteDocument],
        outputs: Sequence[Output],
        redactor: Redactor,
        tracing: Callable[[Redactor], Telemetry | None],
    ) -> None:
        """``redactor`` learns the secrets of all documents, for what hides them when reports are written."""
        self._tracing = tracing
        self._settings = settings
        self._redactor = redactor
        self._documents = documents
        self._order = EventOrder(outputs, len(documents))
        self._stopped: str | None = None  #: why nothing more begins

    def run(self) -> None:
        """Run what can run. KeyboardInterrupt cancels what is running, and passes on."""
        try:
            asyncio.run(self._run_all())
        except KeyboardInterrupt:
            self._stopped = "interrupted before it began"
            raise
        finally:
            for index in range(len(self._documents)):
                self._end(index)

    async def _run_all(self) -> None:
        queue = iter(range(len(self._documents)))
        workers = min(self._settings.options["jobs"], len(self._documents))
        await asyncio.gather(*(self._work(queue) for _ in range(workers)))

    async def _work(self, queue: Iterator[int]) -> None:
        for index in queue:
            if self._stopped is not None:
                return
            document = self._documents[index]
            try:
                await self._run_document(document, self._order.observer(index))
            finally:
                document.terminal.close()
            self._end(index)

    def _end(self, index: int) -> None:
        """Account for the workflows of a document that did not begin; reports hear no more of it."""
        document, why = self._documents[index], RunError(NOT_RUN, self._stopped or "not run")
        for workflow_id in document.unfinished:
            document.leave(workflow_id, why, self._order.observer(index))
        self._order.end(index)

    async def _run_document(self, document: SuiteDocument, report: Callable[[Event], None]) -> None:
        terminal, detail = document.terminal, self._settings.detail
        if len(self._documents) > 1 and detail is not Detail.ERRORS:
            terminal.say(line((document.file, "strong")))
        if document.refusal is not None:
            self._refuse(document, document.unfinished, document.refusal, report)
        elif document.opened is not None:
            mention_warnings(terminal, document.file, document.opened, document.workflows, detail)
            await self._run_workflows(document, document.opened.description, report)

    async def _run_workflows(
        self, document: SuiteDocument, description: Description, report: Callable[[Event], None]
    ) -> None:
        terminal, runs = document.terminal, Runs()
        progress = Progress(terminal.screen, terminal.places, self._settings.detail)
        observers = [self._redactor.before(), terminal.redactor.before(progress, runs, report)]
        telemetry = self._tracing(terminal.redactor)
        settings = self._settings.runner_settings()
        async with AsyncRunner(description, observers=observers, telemetry=telemetry, **settings) as runner:
            for workflow, values in zip(document.workflows, document.inputs, strict=True):
                if self._stopped is not None:
                    return
                await asyncio.sleep(0)  # where nothing else waits, as with --mock, this lets Ctrl-C through
                try:
                    await runner.run(workflow.key.workflow_id, values)
                except ArazzoError as error:  # found out late, and still before anything was sent
                    self._refuse(document, [workflow.key.workflow_id], error, report)
                finally:
                    document.outcomes += [Outcome.of(workflow.key.workflow_id, result) for result in runs.finished]
                    runs.finished.clear()
                self._stop_at_failure(document)

    def _refuse(
        self, document: SuiteDocument, workflow_ids: Sequence[str], error: ArazzoError, report: Callable[[Event], None]
    ) -> None:
        document.terminal.refuse(error)
        for workflow_id in workflow_ids:
            document.leave(workflow_id, refusal_error(error), report)
        self._stop_at_failure(document)

    def _stop_at_failure(self, document: SuiteDocument) -> None:
        """With --fail-fast nothing more begins after the first that did not succeed."""
        last = document.outcomes[-1]
        if self._settings.options["fail_fast"] and last.status != "succeeded" and self._stopped is None:
            self._stopped = f"--fail-fast stopped the suite after {document.name_of(last)}"
