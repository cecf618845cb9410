"""One visit of a step: attempts until an action leads away from it (S25-S30, S34, S35)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field, replace
from typing import Final, TypeAlias

from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow, WorkflowKey
from arazzo_runner.effects.execution import Cancelled
from arazzo_runner.engine.attempt import Try, judge_all, outputs_of, succeeded, try_operation, wait_for
from arazzo_runner.engine.budget import may_try, too_deep
from arazzo_runner.engine.events import ActionTaken, AttemptFinished, StepFinished, StepStarted
from arazzo_runner.engine.keeping import kept
from arazzo_runner.engine.results import Attempt, AttemptError, RunResult, StepResult, TakenAction
from arazzo_runner.engine.state import Frame
from arazzo_runner.engine.transitions import Fail, Goto, Next, Retry, Transition, choose
from arazzo_runner.engine.waits import retry_after
from arazzo_runner.errors import CannotSend
from arazzo_runner.expressions import resolve
from arazzo_runner.expressions.criteria import Operand
from arazzo_runner.expressions.scope import Scope
from arazzo_runner.model import Parameter
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON, MISSING

#: Runs a workflow on behalf of a frame: the workflow, its inputs, its path, why, until when, and whether as a poll.
CallWorkflow: TypeAlias = Callable[
    [Frame, BoundWorkflow, Mapping[str, JSON], "tuple[str, ...]", str, float, bool], Awaitable[RunResult]
]

_NO_ROUNDS: Final[Mapping[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that is over: what the report says of it, and what follows."""

    result: StepResult
    transition: Transition
    scope: Scope  #: what expressions saw after the last attempt


@dataclass(slots=True)
class _Course:
    """A visit under way."""

    step: BoundStep
    call: CallWorkflow
    served: str | None
    by_goto: bool
    started: float
    attempts: list[Attempt] = field(default_factory=list)
    done: bool = False  #: whether the last attempt succeeded
    taken: dict[str, int] = field(default_factory=dict)  #: retries by action name
    outputs: dict[str, JSON] = field(default_factory=dict)
    watched: tuple[Operand, ...] = ()  #: what the criteria of the action that was taken looked at


async def visit_step(
    frame: Frame, step: BoundStep, call: CallWorkflow, *, by_goto: bool = False, served: str | None = None
) -> Visit:
    """Run a step until it is done. A step that serves another's retry tries itself, and leads nowhere (S30)."""
    step_id = step.step.step_id
    frame.visits[step_id] = frame.visits.get(step_id, 0) + 1
    course = _Course(step, call, served, by_goto, frame.run.now)
    if frame.heard:
        frame.emit(_started(frame, step, served), step_id)
    transition: Transition = Fail()
    scope: Scope | None = None
    waited = 0.0
    try:
        while True:
            attempt, scope = await _attempt(frame, course, waited)
            transition = Fail() if attempt is None else _judged(frame, course, attempt, scope)
            if not isinstance(transition, Retry) or frame.stopped:
                break
            course.attempts[-1] = kept(frame.run, course.attempts[-1])
            waited = await _before_retry(frame, course, transition.action, scope)
            if frame.stopped:
                break
    except (Cancelled, KeyboardInterrupt):
        frame.run.cancelled = True
        transition = Fail()
    return _finish(frame, course, transition, scope or frame.scope())


def _started(frame: Frame, step: BoundStep, served: str | None) -> StepStarted:
    step_id = step.step.step_id
    return StepStarted(
        step_id=step_id,
        operation=step.operation.label if step.operation else None,
        workflow_id=step.workflow.workflow_id if step.workflow else None,
        visit=frame.visits[step_id],
        served=served,
    )


def _judged(frame: Frame, course: _Course, attempt: Attempt, scope: Scope) -> Transition:
    """Take an attempt into the visit, with its outputs; what follows it."""
    step, step_id = course.step, course.step.step.step_id
    done = course.done = succeeded(attempt)
    course.attempts.append(attempt)
    frame.exchange = scope.exchange or frame.exchange
    if frame.heard:
        frame.emit(
            AttemptFinished(
                step_id=step_id,
                attempt=len(course.attempts),
                succeeded=done,
                verdicts=attempt.verdicts,
                error=attempt.error,
                notes=attempt.notes,
            ),
            step_id,
        )
    frame.outputs[step_id] = course.outputs = _outputs(frame, step, attempt, scope, report=done)
    frame.complete(step_id, succeeded=done)
    taken = frame.repeats.get(step_id, _NO_ROUNDS) if done else course.taken
    return choose(step, done, taken, lambda bound: _holds(course, bound, scope))


def _holds(course: _Course, bound: BoundAction, scope: Scope) -> bool:
    operands: list[Operand] = []
    for criterion in bound.action.criteria:
        verdict = criterion.judge(scope)
        if not verdict.passed:
            return False
        operands.extend(verdict.operands)
    course.watched = tuple(operands)
    return True


async def _attempt(frame: Frame, course: _Course, waited: float) -> tuple[Attempt | None, Scope]:
    """One try, and what expressions saw after it; no attempt when the run had to stop before it."""
    step, scope = course.step, frame.scope()
    error = _hindrance(frame, step)
    if error is None and step.operation is not None:
        trial = Try(step, len(course.attempts) + 1, waited, course.by_goto)
        return await try_operation(frame, trial, step.operation, scope), scope
    if error is None and step.workflow is not None:
        return await _try_workflow(frame, course, waited, step.workflow, scope)
    may_try(frame, step.step.step_id)
    if error is not None:
        return Attempt(waited=waited, error=error), scope
    reason = step.unsupported or "what it refers to was not found"
    return Attempt(error=AttemptError("unresolved", reason)), scope


def _hindrance(frame: Frame, step: BoundStep) -> AttemptError | None:
    """Why a step cannot even be tried: the document is broken there (S6), or a dependency is unmet."""
    if step.broken is not None:
        return AttemptError("invalid", f"the document is broken there: {step.broken}")
    unmet = _unmet_dependency(frame, step)
    if unmet is None:
        return None
    return AttemptError("dependency-unmet", f"it depends on step '{unmet}', which has not succeeded")


def _unmet_dependency(frame: Frame, step: BoundStep) -> str | None:
    """A step that must have succeeded before this one and has not (Step Object, `dependsOn`)."""
    for reference in step.step.depends_on:
        if reference.startswith("$"):
            if not any(_names(reference, *done) for done in frame.run.completed):
                return reference
        elif reference not in frame.completed:
            return reference
    return None


def _names(reference: str, key: WorkflowKey, step_id: str) -> bool:
    """Whether ``$workflows.ID.steps.ID``, or the same behind a source's name, means this step."""
    return reference.endswith(f".{key.workflow_id}.steps.{step_id}")


async def _try_workflow(
    frame: Frame, course: _Course, waited: float, key: WorkflowKey, scope: Scope
) -> tuple[Attempt | None, Scope]:
    step_id = course.step.step.step_id
    if too_deep(frame, step_id) or frame.stopped:
        return None, scope
    child = frame.run.description.workflows[key]
    before = frame.run.attempts
    try:
        inputs = _workflow_inputs(course.step.parameters, course.step.step.parameters, child, scope)
    except CannotSend as error:
        may_try(frame, step_id)
        return Attempt(waited, error=AttemptError(error.code, error.message)), scope
    started = frame.run.now
    timeout = course.step.step.timeout
    deadline = frame.deadline if timeout is None else min(frame.deadline, started + timeout / 1000)
    run = await course.call(
        frame, child, inputs, (*frame.path, step_id, key.workflow_id), "step", deadline, course.by_goto or frame.again
    )
    if frame.run.attempts == before:
        may_try(frame, step_id)
    scope = frame.scope(run.last_exchange, run.outputs)
    verdicts = judge_all(course.step.step.success_criteria, scope)
    failure = _child_error(run, judged=bool(verdicts))
    return Attempt(waited, verdicts=verdicts, error=failure, run=run, duration=frame.run.now - started), scope


def _child_error(run: RunResult, *, judged: bool) -> AttemptError | None:
    """A child that failed fails the step; one that ended is for the step's criteria to judge, if it has any (S29)."""
    if run.status == "succeeded" or (run.status == "ended" and judged):
        return None
    code = run.error.code if run.error else f"workflow-{run.status}"
    reason = f": {run.error.message}" if run.error else ""
    return AttemptError(code, f"workflow '{run.workflow_id}' {run.status}{reason}")


def _workflow_inputs(
    parameters: tuple[Parameter, ...], own: tuple[Parameter, ...], child: BoundWorkflow, scope: Scope
) -> dict[str, JSON]:
    """Parameters as inputs by name (S34): inherited ones only where the child declares them; missing ones left out."""
    inputs: dict[str, JSON] = {}
    for parameter in parameters:
        if parameter not in own and parameter.name not in child.input_names:
            continue
        value = resolve(parameter.value, scope)
        if value is not MISSING:
            inputs[parameter.name] = value
    return inputs


def action_inputs(bound: BoundAction, frame: Frame, scope: Scope, target: BoundWorkflow) -> dict[str, JSON]:
    """What a goto or retry passes to its workflow: its parameters, or the caller's inputs that it declares (S28)."""
    if bound.action.parameters:
        return _workflow_inputs(bound.action.parameters, bound.action.parameters, target, scope)
    return {name: value for name, value in frame.inputs.items() if name in target.input_names}


def _outputs(frame: Frame, step: BoundStep, attempt: Attempt, scope: Scope, *, report: bool) -> dict[str, JSON]:
    if attempt.run is not None and not step.step.outputs:
        return dict(attempt.run.outputs)
    if attempt.response is None and attempt.run is None:
        return {}
    return outputs_of(frame, step, scope, report=report)


async def _before_retry(frame: Frame, course: _Course, bound: BoundAction, scope: Scope) -> float:
    """Run what the retry names first, then wait; gives the seconds waited (S30)."""
    action = bound.action
    step_id = course.step.step.step_id
    course.taken[action.name] = course.taken.get(action.name, 0) + 1
    frame.watched[step_id] = (action.name, course.watched)
    if frame.heard:
        frame.emit(ActionTaken(step_id=step_id, action=taken_action(bound)), step_id)
    if course.served is None:
        await _serve(frame, course, bound, scope)
    if frame.stopped:
        return 0.0
    asked = retry_after(course.attempts[-1].response, frame.run.now)
    seconds = asked if asked is not None else action.retry_after or 0.0
    return await wait_for(frame, step_id, seconds, "retry") if seconds > 0 else 0.0


async def _serve(frame: Frame, course: _Course, bound: BoundAction, scope: Scope) -> None:
    target, step_id = bound.action.step_id, course.step.step.step_id
    if bound.workflow is not None:
        await _serve_workflow(frame, course, bound, bound.workflow, scope)
    elif target is not None and target != step_id and target in frame.bound.index:
        visit = await visit_step(frame, frame.step(target), course.call, served=step_id)
        frame.results.append(visit.result)


async def _serve_workflow(frame: Frame, course: _Course, bound: BoundAction, key: WorkflowKey, scope: Scope) -> None:
    step_id = course.step.step.step_id
    if too_deep(frame, step_id):
        return
    target = frame.run.description.workflows[key]
    started = frame.run.now
    before = frame.run.attempts
    try:
        inputs = action_inputs(bound, frame, scope, target)
    except CannotSend as error:
        frame.notes.append(f"retry of step '{step_id}': workflow '{key.workflow_id}' was not run: {error.message}")
        return
    run = await course.call(
        frame, target, inputs, (*frame.path, step_id, key.workflow_id), "retry", frame.deadline, frame.again
    )
    if frame.run.attempts == before:
        may_try(frame, step_id)
    frame.exchange = run.last_exchange or frame.exchange
    result = StepResult(
        step_id=key.workflow_id,
        status="succeeded" if run.succeeded else "failed",
        workflow_id=key.workflow_id,
        attempts=(kept(frame.run, Attempt(run=run, duration=frame.run.now - started)),),
        outputs=run.outputs,
        served=step_id,
        duration=frame.run.now - started,
    )
    frame.results.append(result)


def taken_action(bound: BoundAction) -> TakenAction:
    """The action as events and reports show it."""
    action = bound.action
    return TakenAction(action.name, action.type, action.step_id, action.workflow_id)


def _finish(frame: Frame, course: _Course, transition: Transition, scope: Scope) -> Visit:
    step = course.step
    step_id = step.step.step_id
    action = _taken(transition, course)
    if frame.heard and action is not None and not isinstance(transition, Retry):  # that one was announced when taken
        frame.emit(ActionTaken(step_id=step_id, action=action), step_id)
    if isinstance(transition, Goto):
        _count_round(frame, course, transition)
    else:
        frame.repeats.pop(step_id, None)
    if not course.done and not frame.run.halted and frame.run.settings.check == "off":  # else each was checked
        _explain(course)
    if course.attempts:
        course.attempts[-1] = kept(frame.run, course.attempts[-1])
    result = StepResult(
        step_id,
        "succeeded" if course.done else "failed",
        step.operation.label if step.operation else None,
        step.operation.operation_id if step.operation else None,
        step.workflow.workflow_id if step.workflow else None,
        tuple(course.attempts),
        action,
        dict(course.outputs),  # observers see it, and cannot influence the run
        course.served,
        frame.run.now - course.started,
    )
    if frame.heard:
        frame.emit(StepFinished(step=result), step_id)
    if isinstance(transition, Retry):  # stopped before it could be tried again
        transition = Fail(transition.action)
    return Visit(result, transition, scope)


def _taken(transition: Transition, course: _Course) -> TakenAction | None:
    if course.served is not None or isinstance(transition, (Next, Fail)):
        return None
    return taken_action(transition.action)


def _count_round(frame: Frame, course: _Course, transition: Goto) -> None:
    name = transition.action.action.name
    step_id = course.step.step.step_id
    frame.watched[transition.step_id] = (name, course.watched)
    if transition.action.action.type == "retry":
        repeats = frame.repeats.setdefault(step_id, {})
        repeats[name] = repeats.get(name, 0) + 1
        last = frame.polled.get(step_id)
        if last is not None and last.retry_after is None:
            last.retry_after = transition.action.action.retry_after
    else:
        frame.repeats.pop(step_id, None)


def _explain(course: _Course) -> None:
    """A step that fails is explained with what its answer breaks in the description (S43)."""
    last = course.attempts[-1] if course.attempts else None
    operation = course.step.operation
    if last is None or operation is None or last.request is None or last.response is None:
        return
    breaks = operation.check_response(last.request, last.response)
    if breaks:
        course.attempts[-1] = replace(last, notes=(*last.notes, *breaks))
