"""One attempt of a step: evaluate, send or call, read, judge. Its outcome is an `Attempt`, never an exception."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Final

from arazzo_runner.description import BoundStep
from arazzo_runner.effects import CallSite, Request, Response, Send, Sleep
from arazzo_runner.effects.execution import perform
from arazzo_runner.engine.budget import check_deadline, may_try, shown
from arazzo_runner.engine.events import Note, RequestSent, ResponseReceived, Waiting
from arazzo_runner.engine.keeping import without_content
from arazzo_runner.engine.results import Attempt, AttemptError
from arazzo_runner.engine.state import Frame, Polled
from arazzo_runner.engine.waits import next_poll, retry_after
from arazzo_runner.errors import CannotSend, TransportError
from arazzo_runner.expressions import resolve, resolve_text, source_text
from arazzo_runner.expressions.criteria import Criterion, Verdict
from arazzo_runner.expressions.nodes import Value
from arazzo_runner.expressions.scope import Exchange, Scope
from arazzo_runner.model import PayloadReplacement, RequestBody
from arazzo_runner.records import dataclass
from arazzo_runner.sources import Argument, BearerFromToken, Body, Credential, Operation, Replacement
from arazzo_runner.values import JSON, MISSING

_LONGEST_REMEMBERED: Final = 1024  #: bytes of a body


@dataclass(frozen=True, slots=True)
class Try:
    """What an attempt is about: the step, its number in the visit, and how it came to be sent again."""

    step: BoundStep
    number: int  #: from 1 in a visit
    waited: float = 0.0  #: what a retry waited already
    by_goto: bool = False  #: a goto led here, so an identical request is a poll (S31)


async def try_operation(frame: Frame, trial: Try, operation: Operation, scope: Scope) -> Attempt | None:
    """Send the step's request once and judge the answer; ``scope`` gets to see both.

    None when the run had to stop before it could be sent.
    """
    step_id = trial.step.step.step_id
    if not may_try(frame, step_id):
        return None
    try:
        request, exchange = await _prepare(frame, trial.step, operation, scope)
    except (CannotSend, TransportError) as error:
        return _unsent(trial, error.code, error.message)
    waited = trial.waited + await _poll(frame, trial, request)
    if frame.stopped:
        return None
    if frame.run.settings.check != "off" and (breaks := operation.check_request(request)):
        if frame.run.settings.check == "error":
            return _unsent(trial, "check", "; ".join(breaks), request=request)
        frame.notes.extend(f"step '{step_id}': {text}" for text in breaks)
    scope.exchange = exchange
    response = await _send(frame, trial, operation, request)
    duration, criteria = frame.run.execution.took, trial.step.step.success_criteria
    if isinstance(response, AttemptError):
        return Attempt(waited, request, None, exchange, judge_all(criteria, scope), response, duration=duration)
    scope.exchange = exchange = operation.read(exchange, response)
    breaks = operation.check_response(request, response) if frame.run.settings.check != "off" else ()
    mismatch = AttemptError("check", "; ".join(breaks)) if breaks and frame.run.settings.check == "error" else None
    verdicts = judge_all(criteria, scope) or (_default_verdict(response.status_code),)
    notes = (*exchange.notes, *response.notes, *breaks)
    return Attempt(waited, request, response, exchange, verdicts, mismatch, notes, duration=duration)


async def _prepare(frame: Frame, step: BoundStep, operation: Operation, scope: Scope) -> tuple[Request, Exchange]:
    settings = frame.run.settings
    arguments, body = _given(step, scope, _unexplained)
    credentials: list[Credential] = []
    for grant in operation.grants(settings.credentials, arguments, settings.servers):
        if isinstance(grant, BearerFromToken):
            token = await perform(grant.fetch)
            grant = Credential("header", "Authorization", f"Bearer {token}")
        credentials.append(grant)
    try:
        return operation.ask(arguments, body, settings.servers, credentials, settings.headers)
    except CannotSend:  # now it is worth knowing how the values were written
        arguments, body = _given(step, scope, source_text)
        return operation.ask(arguments, body, settings.servers, credentials, settings.headers)


def _given(step: BoundStep, scope: Scope, text: Callable[[Value], str]) -> tuple[list[Argument], Body | None]:
    """What the step gives to its operation; ``text`` says how a value was written."""
    arguments = [
        Argument(parameter.name, resolve(parameter.value, scope), parameter.in_, text(parameter.value))
        for parameter in step.parameters
    ]
    return arguments, _body(step.step.request_body, scope, text)


def _unexplained(_value: Value) -> str:
    return ""


def _body(body: RequestBody | None, scope: Scope, text: Callable[[Value], str]) -> Body | None:
    if body is None:
        return None
    payload = MISSING if body.payload is None else resolve(body.payload, scope)
    return Body(
        payload,
        body.content_type,
        tuple(_replacement(replacement, scope) for replacement in body.replacements),
        "" if body.payload is None else text(body.payload),
    )


def _replacement(replacement: PayloadReplacement, scope: Scope) -> Replacement:
    target = resolve_text(replacement.target, scope)
    value = resolve(replacement.value, scope)
    if value is MISSING:
        text = source_text(replacement.value)
        raise CannotSend(
            "missing-value", f"the value of the replacement at '{target}' is missing: '{text}' leads nowhere"
        )
    type_ = replacement.selector_type
    return Replacement(target, value, type_.type if type_ else "", type_.version if type_ else "")


async def _poll(frame: Frame, trial: Try, request: Request) -> float:
    """Wait before an identical request is sent again by a goto (S31); gives the seconds waited."""
    step_id = trial.step.step.step_id
    polled, told = frame.polled, _told(request)
    last = polled.get(step_id)
    if last is None or last.request != told:
        polled[step_id] = Polled(told)
        return 0.0
    if trial.number > 1 or not (trial.by_goto or frame.again):
        last.retry_after = None
        return 0.0
    poll = next_poll(last, frame.run.settings.limits.poll_interval)
    wait = poll.interval if poll.retry_after is None else poll.retry_after
    polled[step_id] = Polled(told, None, poll.interval)
    return await wait_for(frame, step_id, wait, "poll") if wait else 0.0


def _told(request: Request) -> object:
    """What tells a request from others; it stays for the whole run, so it is not a large body."""
    if len(request.content) <= _LONGEST_REMEMBERED:
        return request
    return without_content(request), sha256(request.content).digest()


async def wait_for(frame: Frame, step_id: str, seconds: float, reason: str) -> float:
    """Wait, but not beyond the deadline; the time that is up then stops the run or the workflow (S30, S32)."""
    wait = max(0.0, min(seconds, frame.deadline - frame.run.now))
    frame.emit(lambda: Waiting(step_id=step_id, seconds=wait, reason=reason, detail=_awaited(frame, step_id)), step_id)
    await perform(Sleep(wait))
    check_deadline(frame, step_id)
    return wait


def _awaited(frame: Frame, step_id: str) -> str | None:
    """What the action that led back to the step saw, as text for a person."""
    return shown(frame.watched[step_id][1]) or None if step_id in frame.watched else None


async def _send(frame: Frame, trial: Try, operation: Operation, request: Request) -> Response | AttemptError:
    """The answer to a request, or why there is none."""
    run, key, step_id = frame.run, frame.bound.key, trial.step.step.step_id
    limits = run.settings.limits
    timeout = min(limits.request_timeout, frame.deadline - run.now)
    if trial.step.step.timeout is not None:
        timeout = min(timeout, trial.step.step.timeout / 1000)
    sent = frame.sent.get(step_id, 0)
    frame.sent[step_id] = sent + 1
    frame.emit(
        lambda: RequestSent(step_id=step_id, attempt=trial.number, request=request, secrets=operation.secrets(request)),
        step_id,
    )
    site = CallSite(key.document, key.workflow_id, step_id, sent, frame.inputs, frame.outputs)
    try:
        response = await perform(Send(request, timeout, limits.max_response_bytes, site))
    except TransportError as error:
        check_deadline(frame, step_id)
        return AttemptError(error.code, error.message)
    took = run.execution.took
    frame.emit(
        lambda: ResponseReceived(step_id=step_id, attempt=trial.number, response=response, duration=took), step_id
    )
    frame.polled[step_id].retry_after = retry_after(response, run.now)
    return response


def judge_all(criteria: Sequence[Criterion], scope: Scope) -> tuple[Verdict, ...]:
    """The verdicts of all criteria, in order."""
    return tuple([criterion.judge(scope) for criterion in criteria])


def _default_verdict(status: int) -> Verdict:
    """S17: without `successCriteria` a status below 400 is a success."""
    passed = status < 400
    why = None if passed else f"the status is {status}, expected below 400, as the step has no successCriteria"
    return Verdict("$statusCode < 400", "simple", passed, why)


def succeeded(attempt: Attempt) -> bool:
    """Whether the attempt did its work: nothing went wrong and every criterion passed."""
    return attempt.error is None and all(verdict.passed for verdict in attempt.verdicts)


def outputs_of(
    frame: Frame, step_id: str, outputs: Mapping[str, Value], scope: Scope, *, report: bool
) -> dict[str, JSON]:
    """The outputs that lead somewhere (S13); with ``report`` the others leave a note."""
    found: dict[str, JSON] = {}
    for name, value in outputs.items():
        try:
            result = resolve(value, scope)
        except CannotSend:
            result = MISSING
        if result is not MISSING:
            found[name] = result
        elif report:
            message = f"output '{name}' of step '{step_id}' is missing: '{source_text(value)}' leads nowhere"
            frame.notes.append(message)
            frame.emit(partial(Note, message=message, step_id=step_id), step_id)
    return found


def _unsent(trial: Try, code: str, message: str, *, request: Request | None = None) -> Attempt:
    return Attempt(trial.waited, request, error=AttemptError(code, message))
