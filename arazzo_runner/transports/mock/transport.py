"""A transport that sends nothing: every request is answered from its operation's description and its workflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from arazzo_runner.description import BoundWorkflow, Description, WorkflowKey
from arazzo_runner.effects import CallSite, Effect, FetchToken, Request, Response, Send
from arazzo_runner.errors import CannotSend, TransportError
from arazzo_runner.expressions import resolve
from arazzo_runner.transports.mock.answers import Answer
from arazzo_runner.transports.mock.judging import Answered, Bench, exchange_of
from arazzo_runner.transports.mock.needs import Need, needs_of
from arazzo_runner.transports.mock.steps import MockedStep, mocked_step
from arazzo_runner.values import JSON, MISSING

TOKEN = "mock-token"


class MockTransport:
    """Answers what a description's steps send, the same each time; see the package's docstring.

    Where a document reads a member of what its OpenAPI description declares as an array or a scalar, the answer is
    bent to what the document reads, so that the walk goes on, and ``notes`` say so. With ``faithful`` the description
    wins, and the walk shows what a real run would.
    """

    def __init__(self, description: Description, *, faithful: bool = False) -> None:
        self._description = description
        self._faithful = faithful
        self._needs: dict[WorkflowKey, Mapping[str, tuple[Need, ...]]] = {}
        self._steps: dict[tuple[WorkflowKey, str], MockedStep] = {}
        self._outputs: dict[WorkflowKey, dict[str, dict[str, JSON]]] = {}

    def perform(self, effect: Effect[Any]) -> Any:
        """Answer a `Send` with a `Response` and a `FetchToken` with a token."""
        match effect:
            case FetchToken():
                return TOKEN
            case Send(request=request, site=site, max_bytes=most):
                response = self.respond(request, site)
                if len(response.content) > most:
                    raise TransportError("too-large", f"the mock's answer is larger than {most} bytes")
                return response
            case _:
                raise TypeError(f"the mock performs Send and FetchToken, not {effect!r}")

    def close(self) -> None:
        """Nothing is open."""

    def respond(self, request: Request, site: CallSite | None) -> Response:
        """The answer to one request of a step. Raises `TransportError` when the site is not one of the description."""
        if site is None:
            raise TransportError("connect", f"the mock answers steps only; {request.method} {request.url} is none's")
        key = WorkflowKey(site.document, site.workflow_id)
        step = self.step(key, site.step_id)
        exchange = exchange_of(request, step.operation)
        bench = Bench(
            step.operation, exchange, site.inputs, site.steps or self._outputs.get(key, {}), self._sources(site)
        )
        answer = step.answer(bench, site.visit)
        self._remember(key, site, step, bench, answer)
        return replace(answer.response(), notes=_notes(step, answer))

    def step(self, key: WorkflowKey, step_id: str) -> MockedStep:
        """The step, made ready when it is first asked for."""
        found = self._steps.get((key, step_id))
        if found is None:
            workflow = self._description.workflows.get(key)
            if workflow is None or step_id not in workflow.index:
                raise TransportError("connect", f"the mock knows no step '{step_id}' of workflow '{key.workflow_id}'")
            found = self._steps[key, step_id] = self._made(workflow, step_id)
        return found

    def _made(self, workflow: BoundWorkflow, step_id: str) -> MockedStep:
        bound = workflow.steps[workflow.index[step_id]]
        if bound.operation is None:
            raise TransportError("connect", f"the mock knows no operation of step '{step_id}'")
        if workflow.key not in self._needs:
            self._needs[workflow.key] = needs_of(workflow)
        operation = cast("Answered", bound.operation)
        return mocked_step(
            workflow, bound, operation, self._needs[workflow.key].get(step_id, ()), faithful=self._faithful
        )

    def _sources(self, site: CallSite) -> Mapping[str, Mapping[str, JSON]]:
        document = self._description.documents.get(site.document)
        return document.sources if document is not None else {}

    def _remember(self, key: WorkflowKey, site: CallSite, step: MockedStep, bench: Bench, answer: Answer) -> None:
        """The step's outputs, for criteria of later steps where the site does not tell them."""
        if site.steps or not step.bound.step.outputs:
            return
        scope = bench.scope(answer)
        found: dict[str, JSON] = {}
        for name, value in step.bound.step.outputs.items():
            try:
                output = resolve(value, scope)
            except CannotSend:
                continue
            if output is not MISSING:
                found[name] = output
        self._outputs.setdefault(key, {})[site.step_id] = found


def _notes(step: MockedStep, answer: Answer) -> tuple[str, ...]:
    """Where the answer was bent against its description."""
    label = f"{step.operation.method} {step.operation.path}"
    read = "as the document reads a member of it"
    return tuple(f"the mock put an object at '{at}', {read}; {label} declares none there" for at in answer.bent)
