"""One attempt of a step: evaluate, send or call, read, judge. Its outcome is an `Attempt`, never an exception."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from arazzo_runner.description import BoundStep
from arazzo_runner.effects import CallSite, Request, Response, Send, Sleep
from arazzo_runner.effects.execution import perform
from arazzo_runner.engine.budget import check_deadline, may_try, shown
from arazzo_runner.engine.events import Note, RequestSent, ResponseReceived, Waiting
from arazzo_runner.engine.keeping import without_content
from arazzo_runner.engine.results import Attempt, AttemptError
from arazzo_runner.engine.state import Frame, Polled, Settings
from arazzo_runner.engine.waits import next_poll, retry_after
from arazzo_runner.errors import CannotSend, TransportError
from arazzo_runner.expressions import resolve, resolve_text, source_text
from arazzo_runner.expressions.criteria import Criterion, Verdict
from arazzo_runner.expressions.scope import Exchange, Scope
from arazzo_runner.model import PayloadReplacement, Step
from arazzo_runner.records import dataclass
from arazzo_runner.sources import Argument, BearerFromToken, Body, Credential, Grant, Operation, Replacement
from arazzo_runner.values import JSON, MISSING

_LONGEST_REMEMBERED: Final = 1024  #: bytes of a body

#: What a step gives to its operation.
_Given: TypeAlias = tuple[list[Argument], Body | None]


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
    run, step_id = frame.run, trial.step.step.step_id
    if not may_try(frame, step_id):
        return None
    try:
        given = _given(trial.step, scope)
        grants = operation.grants(run.settings.credentials, given[0], run.settings.servers)
        credentials = [await _credential(grant) for grant in grants] if grants else ()
        request, exchange = _ask(operation, trial.step, given, credentials, run.settings)
    except (CannotSend, TransportError) as error:
        return _unsent(trial, error.code, error.message)
    wait = _poll_wait(frame, trial, request)
    waited = trial.waited + (await wait_for(frame, step_id, wait, "poll") if wait else 0.0)
    if frame.stopped:
        return None
    if run.settings.check != "off" and (breaks := operation.check_request(request)):
        if run.settings.check == "error":
            return _unsent(trial, "check", "; ".join(breaks), request=request)
        frame.notes.extend(f"step '{step_id}': {text}" for text in breaks)
    scope.exchange = exchange
    send = _sending(frame, trial, operation, request)
    try:
        response = await perform(send)
    except TransportError as error:
        check_deadline(frame, step_id)
        failure = AttemptError(error.code, error.message)
        verdicts = judge_all(trial.step.step.success_criteria, scope)
        return Attempt(waited, request, None, verdicts, failure, duration=run.execution.took)
    return _answered(frame, trial, operation, scope, request, response, waited)


async def _credential(grant: Grant) -> Credential:
    if isinstance(grant, BearerFromToken):
        return Credential("header", "Authorization", f"Bearer {await perform(grant.fetch)}")
    return grant


def _given(step: BoundStep, scope: Scope) -> _Given:
    arguments = [Argument(name, value(scope), place) for name, place, value in step.values.arguments]
    body = step.step.request_body
    if body is None:
        return arguments, None
    payload = MISSING if step.values.payload is None else step.values.payload(scope)
    replacements = [_replacement(each, scope) for each in body.replacements]
    return arguments, Body(payload, body.content_type, replacements)


def _ask(
    operation: Operation, step: BoundStep, given: _Given, credentials: Sequence[Credential], settings: Settings
) -> tuple[Request, Exchange]:
    try:
        return operation.ask(*given, settings.servers, credentials, settings.headers)
    except CannotSend:  # now it is worth knowing how the values were written
        return operation.ask(*_explained(step, given), settings.servers, credentials, settings.headers)


def _explained(step: BoundStep, given: _Given) -> _Given:
    """The same, with the texts of the values."""
    arguments, body = given
    texts = [source_text(parameter.value) for parameter in step.parameters]
    arguments = [replace(argument, text=text) for argument, text in zip(arguments, texts, strict=True)]
    written = step.step.request_body
    if body is not None and written is not None and written.payload is not None:
        body = replace(body, text=source_text(written.payload))
    return arguments, body


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


def _poll_wait(frame: Frame, trial: Try, request: Request) -> float:
    """The seconds to wait before an identical request is sent again by a goto (S31)."""
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
    polled[step_id] = Polled(told, None, poll.interval)
    return poll.interval if poll.retry_after is None else poll.retry_after


def _told(request: Request) -> object:
    """What tells a request from others; it stays for the whole run, so it is not a large body."""
    if len(request.content) <= _LONGEST_REMEMBERED:
        return request
    from hashlib import sha256

    return without_content(request), sha256(request.content).digest()


async def wait_for(frame: Frame, step_id: str, seconds: float, reason: str) -> float:
    """Wait, but not beyond the deadline; the time that is up then stops the run or the workflow (S30, S32)."""
    wait = max(0.0, min(seconds, frame.deadline - frame.run.now))
    if frame.heard:
        frame.emit(Waiting(step_id=step_id, seconds=wait, reason=reason, detail=_awaited(frame, step_id)), step_id)
    await perform(Sleep(wait))
    check_deadline(frame, step_id)
    return wait


def _awaited(frame: Frame, step_id: str) -> str | None:
    """What the action that led back to the step saw, as text for a person."""
    return shown(frame.watched[step_id][1]) or None if step_id in frame.watched else None


def _sending(frame: Frame, trial: Try, operation: Operation, request: Request) -> Send:
    """What is asked of the world, announced."""
    run, key, step = frame.run, frame.bound.key, trial.step.step
    limits, step_id = run.settings.limits, step.step_id
    timeout = min(limits.request_timeout, frame.deadline - run.now)
    if step.timeout is not None:
        timeout = min(timeout, step.timeout / 1000)
    sent = frame.sent.get(step_id, 0)
    frame.sent[step_id] = sent + 1
    if frame.heard:
        secrets = operation.secrets(request)
        frame.emit(RequestSent(step_id=step_id, attempt=trial.number, request=request, secrets=secrets), step_id)
    site = CallSite(key.document, key.workflow_id, step_id, sent, frame.inputs, frame.outputs)
    return Send(request, timeout, limits.max_response_bytes, site)


def _answered(
    frame: Frame, trial: Try, operation: Operation, scope: Scope, request: Request, response: Response, waited: float
) -> Attempt:
    """The attempt that got an answer: read and judged. ``scope`` has the request's half of the exchange."""
    run, step_id, check = frame.run, trial.step.step.step_id, frame.run.settings.check
    took = run.execution.took
    if frame.heard:
        frame.emit(ResponseReceived(step_id=step_id, attempt=trial.number, response=response, duration=took), step_id)
    frame.polled[step_id].retry_after = retry_after(response, run.now)
    assert scope.exchange is not None
    scope.exchange = exchange = operation.read(scope.exchange, response)
    breaks = operation.check_response(request, response) if check != "off" else ()
    mismatch = AttemptError("check", "; ".join(breaks)) if breaks and check == "error" else None
    verdicts = judge_all(trial.step.step.success_criteria, scope) or (_default_verdict(response.status_code),)
    notes = (*exchange.notes, *response.notes, *breaks)
    return Attempt(waited, request, response, verdicts, mismatch, notes, None, took)


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
    return attempt.error is None and False not in [verdict.passed for verdict in attempt.verdicts]


def outputs_of(frame: Frame, step: BoundStep, scope: Scope, *, report: bool) -> dict[str, JSON]:
    """The outputs that lead somewhere (S13); with ``report`` the others leave a note."""
    found: dict[str, JSON] = {}
    for name, value in step.values.outputs:
        try:
            result = value(scope)
        except CannotSend:
            result = MISSING
        if result is not MISSING:
            found[name] = result
        elif report:
            _note_missing(frame, step.step, name)
    return found


def _note_missing(frame: Frame, step: Step, name: str) -> None:
    text = source_text(step.outputs[name])
    message = f"output '{name}' of step '{step.step_id}' is missing: '{text}' leads nowhere"
    frame.notes.append(message)
    if frame.heard:
        frame.emit(Note(message=message, step_id=step.step_id), step.step_id)


def _unsent(trial: Try, code: str, message: str, *, request: Request | None = None) -> Attempt:
    return Attempt(trial.waited, request, error=AttemptError(code, message))
