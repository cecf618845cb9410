"""OpenTelemetry spans of one run: for the run, each workflow, each visit of a step and each HTTP attempt.

An observer like the others, and the one that also writes on requests: each gets the ``traceparent`` of its attempt's
span. HTTP spans follow the semantic conventions for HTTP clients. It must not set up exporters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from opentelemetry import context, propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from arazzo_runner.effects import Headers, Request, Response
from arazzo_runner.engine.events import (
    ActionTaken,
    AttemptFinished,
    Event,
    Note,
    RequestSent,
    ResponseReceived,
    StepFinished,
    StepStarted,
    Waiting,
    WorkflowFinished,
    WorkflowStarted,
)
from arazzo_runner.engine.results import AttemptError, RunResult, StepResult
from arazzo_runner.reports.failed_attempts import reason
from arazzo_runner.reports.redact import Redactor

_METHODS: Final = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
_PORTS: Final = {"http": 80, "https": 443}

Attributes = Mapping[str, str | int | bool | float]


class RunSpans:
    """The open spans of a run. Its steps run one after the other, so that events open and close spans as a stack."""

    def __init__(self, tracer: trace.Tracer, redactor: Redactor) -> None:
        self._tracer = tracer
        self._outside = context.get_current()
        self._open: list[Span] = []
        self._templates: list[str | None] = []
        self._now = 0
        self._sending = False
        self.observe = redactor.before(self._see)

    def sent(self, request: Request) -> Request:
        """A request on its way, with the headers that carry the trace; one that the document sets itself stays."""
        fields: dict[str, str] = {}
        propagate.inject(fields, self._context())
        new = [(name, value) for name, value in fields.items() if name not in request.headers]
        return replace(request, headers=Headers((*request.headers.fields, *new))) if new else request

    def end(self) -> None:
        """Close what is open still: the run came to no end of its own."""
        while self._open:
            self._close(StatusCode.ERROR, "the run was broken off")

    def _see(self, event: Event) -> None:
        self._now = int(event.time * 1_000_000_000)
        match event:
            case WorkflowStarted():
                self._start_workflow(event)
            case WorkflowFinished(result=result):
                self._finish_workflow(result)
            case StepStarted():
                self._start_step(event)
            case StepFinished(step=step):
                self._finish_step(step)
            case RequestSent(attempt=attempt, request=request):
                self._send(request, attempt)
            case ResponseReceived(response=response):
                self._receive(response)
            case AttemptFinished():
                self._judge(event)
            case Waiting(seconds=seconds, reason=reason, detail=detail):
                facts: dict[str, str | float] = {"arazzo.wait.seconds": seconds, "arazzo.wait.reason": reason}
                self._note("waiting", facts | _some(detail))
            case ActionTaken(action=action):
                self._note("action", {"arazzo.action.name": action.name, "arazzo.action.type": action.type})
            case Note(message=message):
                self._note("note", {"message": message})

    # --- workflows and steps ------------------------------------------------------------------------------------------
    def _start_workflow(self, event: WorkflowStarted) -> None:
        facts = {"arazzo.workflow.id": event.workflow_id, "arazzo.document": event.document}
        if not self._open:
            self._start(f"run {event.workflow_id}", facts)
        self._start(f"workflow {event.workflow_id}", facts | {"arazzo.workflow.reason": event.reason})

    def _finish_workflow(self, result: RunResult) -> None:
        whole = len(self._open) == 2
        for _ in range(2 if whole else 1):
            self._open[-1].set_attribute("arazzo.status", result.status)
            if result.error is not None:
                self._open[-1].set_attribute("error.type", result.error.code)
            if result.succeeded:
                self._close()
            else:
                self._close(StatusCode.ERROR, result.error.message if result.error else result.status)

    def _start_step(self, event: StepStarted) -> None:
        facts: dict[str, str | int] = {"arazzo.step.id": event.step_id, "arazzo.step.visit": event.visit}
        if event.operation is not None:
            facts["arazzo.operation"] = event.operation
        if event.workflow_id is not None:
            facts["arazzo.step.workflow_id"] = event.workflow_id
        if event.served is not None:
            facts["arazzo.step.for"] = event.served
        _, _, path = (event.operation or "").partition(" ")
        self._start(f"step {event.step_id}", facts, template=path or None)

    def _finish_step(self, step: StepResult) -> None:
        self._open[-1].set_attribute("arazzo.status", step.status)
        self._open[-1].set_attribute("arazzo.step.attempts", len(step.attempts))
        if step.status == "succeeded":
            self._close()
        else:
            self._close(StatusCode.ERROR, _why(step))

    # --- attempts -----------------------------------------------------------------------------------------------------
    def _send(self, request: Request, attempt: int) -> None:
        template = self._templates[-1]
        method = request.method if request.method in _METHODS else "_OTHER"
        shown = method if method != "_OTHER" else "HTTP"
        facts = _request_attributes(request, method, attempt)
        if template is not None:
            facts["url.template"] = template
        self._start(f"{shown} {template}" if template else shown, facts, SpanKind.CLIENT)
        self._sending = True

    def _receive(self, response: Response) -> None:
        if not self._sending:
            return
        self._open[-1].set_attribute("http.response.status_code", response.status_code)
        if response.status_code >= 400:
            self._open[-1].set_attribute("error.type", str(response.status_code))
            self._end_attempt(StatusCode.ERROR)
        else:
            self._end_attempt()

    def _judge(self, event: AttemptFinished) -> None:
        if self._sending:
            self._fail_attempt(event.error)
        for verdict in event.verdicts:
            if not verdict.passed:
                facts = {"arazzo.criterion.condition": verdict.condition, "arazzo.criterion.type": verdict.type}
                self._note("criterion failed", facts | {"arazzo.criterion.why": verdict.why or ""})

    def _fail_attempt(self, error: AttemptError | None) -> None:
        if error is None:
            self._end_attempt()
            return
        self._open[-1].set_attribute("error.type", error.code)
        self._end_attempt(StatusCode.ERROR, error.message)

    def _end_attempt(self, code: StatusCode = StatusCode.UNSET, why: str | None = None) -> None:
        self._sending = False
        self._close(code, why)

    # --- spans --------------------------------------------------------------------------------------------------------
    def _context(self) -> Context:
        return trace.set_span_in_context(self._open[-1], self._outside) if self._open else self._outside

    def _start(
        self, name: str, facts: Attributes, kind: SpanKind = SpanKind.INTERNAL, template: str | None = None
    ) -> None:
        span = self._tracer.start_span(name, self._context(), kind, facts, start_time=self._now)
        self._open.append(span)
        self._templates.append(template)

    def _close(self, code: StatusCode = StatusCode.UNSET, why: str | None = None) -> None:
        self._templates.pop()
        span = self._open.pop()
        if code is not StatusCode.UNSET:
            span.set_status(Status(code, why))
        span.end(self._now)

    def _note(self, name: str, facts: Attributes) -> None:
        if self._open:
            self._open[-1].add_event(name, facts, self._now)


def _request_attributes(request: Request, method: str, attempt: int) -> dict[str, str | int]:
    facts: dict[str, str | int] = {"http.request.method": method, "url.full": request.url}
    if method == "_OTHER":
        facts["http.request.method_original"] = request.method
    if attempt > 1:
        facts["http.request.resend_count"] = attempt - 1
    try:
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return facts
    return facts | {"server.address": host, "server.port": port}


def _some(detail: str | None) -> dict[str, str]:
    return {} if detail is None else {"arazzo.wait.for": detail}


def _why(step: StepResult) -> str:
    """Why a step failed, in a few words."""
    return reason(step.attempts[-1])[1] if step.attempts else "the step was not tried"
