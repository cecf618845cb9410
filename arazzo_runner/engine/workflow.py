"""A workflow's run: its dependencies, its steps in order, its outputs, and hand-overs to other workflows (S24-S36)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from arazzo_runner.description import BoundAction, BoundWorkflow, Description, WorkflowKey
from arazzo_runner.diagnostics import Origin
from arazzo_runner.effects import Effect
from arazzo_runner.effects.execution import Cancelled, Execution
from arazzo_runner.engine.budget import check_deadline, shown, spent, too_deep
from arazzo_runner.engine.events import Event, Note, WorkflowFinished, WorkflowStarted
from arazzo_runner.engine.keeping import kept_run, with_last
from arazzo_runner.engine.results import Attempt, RunError, RunResult, Status, StepResult
from arazzo_runner.engine.state import AcceptInputs, Frame, Run, Settings
from arazzo_runner.engine.step import Visit, action_inputs, visit_step
from arazzo_runner.engine.transitions import End, Fail, Goto, Next, Transfer, Transition
from arazzo_runner.errors import CannotSend
from arazzo_runner.expressions import expressions_in, resolve, source_text
from arazzo_runner.expressions.nodes import StepOutput, Value
from arazzo_runner.expressions.scope import WorkflowValues
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON, MISSING

#: How often one workflow may hand over to another (goto `workflowId`) in a run.
MAX_HANDOVERS = 200

#: The values of a workflow's inputs that must not be shown (S10).
Secrets: TypeAlias = Callable[[BoundWorkflow, Mapping[str, JSON]], frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a frame's steps came to an end; with ``transfer`` another workflow decides."""

    status: Status
    error: RunError | None = None
    transfer: tuple[BoundWorkflow, Mapping[str, JSON]] | None = None


def execution(
    description: Description,
    workflow: BoundWorkflow,
    inputs: Mapping[str, JSON],
    settings: Settings,
    accept_inputs: AcceptInputs,
    secrets: Secrets,
    *,
    heard: bool = True,
) -> Execution[Event, RunResult]:
    """The run of ``workflow`` with accepted inputs, ready to be driven; it has events where they are ``heard``."""

    def start(execution: Execution[Event, RunResult]) -> Coroutine[Effect[Any], Any, RunResult]:
        return _run(Run(description, settings, execution, accept_inputs, secrets), workflow, inputs)

    return Execution(start, heard=heard)


async def _run(run: Run, workflow: BoundWorkflow, inputs: Mapping[str, JSON]) -> RunResult:
    run.deadline = run.now + run.settings.limits.timeout
    return await _run_workflow(run, workflow, inputs, (workflow.key.workflow_id,), 0, "asked", run.deadline)


async def _run_workflow(
    run: Run,
    workflow: BoundWorkflow,
    inputs: Mapping[str, JSON],
    path: tuple[str, ...],
    depth: int,
    reason: str,
    deadline: float,
    *,
    given: Mapping[str, JSON] | None = None,
    again: bool = False,
) -> RunResult:
    """Run a workflow and, one after the other, those that it hands over to; the last one's result is the result."""
    ended: list[tuple[Frame, _Outcome]] = []
    while True:
        frame = Frame(run, workflow, inputs, path, depth, deadline, run.now, given or inputs, again)
        outcome = await _run_frame(frame, reason)
        ended.append((frame, outcome))
        if outcome.transfer is None:
            break
        workflow, inputs = outcome.transfer
        if len(ended) > MAX_HANDOVERS:
            run.stopped = _too_many_handovers(ended)
        path, reason, given, again = (*path[:-1], workflow.key.workflow_id), "goto", None, True
    result: RunResult | None = None
    for frame, outcome in reversed(ended):
        result = _result(frame, outcome, result)
        if frame.heard:
            frame.emit(WorkflowFinished(result=result))
    if result is None:
        raise AssertionError("a run has at least one frame")
    return result


def _too_many_handovers(ended: Sequence[tuple[Frame, _Outcome]]) -> RunError:
    chain = " > ".join(frame.bound.key.workflow_id for frame, _ in ended[-4:])
    message = f"stopped after {MAX_HANDOVERS} hand-overs between workflows, the last of them {chain}"
    return RunError("budget-depth", message, origin=ended[-1][0].bound.workflow.origin)


async def _run_frame(frame: Frame, reason: str) -> _Outcome:
    run, key = frame.run, frame.bound.key
    if frame.heard:
        frame.emit(_started(frame, reason))
    accepted, violations = run.accept_inputs(frame.bound, frame.inputs)
    if frame.bound.broken is not None:
        return _Outcome("failed", RunError("invalid", frame.bound.broken, origin=frame.bound.workflow.origin))
    if violations and reason != "asked":
        return _Outcome("failed", RunError("invalid-inputs", "; ".join(violations), origin=frame.bound.workflow.origin))
    frame.inputs = accepted
    run.values.setdefault(key.document, {})[key.workflow_id] = WorkflowValues(accepted, frame.own)
    try:
        error = await _run_dependencies(frame)
        return _Outcome("failed", error) if error is not None else await _run_steps(frame)
    except (Cancelled, KeyboardInterrupt):
        run.cancelled = True
        return _halted(frame)


def _started(frame: Frame, reason: str) -> WorkflowStarted:
    run, key = frame.run, frame.bound.key
    return WorkflowStarted(
        document=run.description.documents[key.document].location,
        workflow_id=key.workflow_id,
        inputs=frame.inputs,
        step_ids=tuple(step.step.step_id for step in frame.bound.steps),
        reason=reason,
        keep_bodies=run.settings.limits.keep_bodies,
        secrets=run.secrets(frame.bound, frame.inputs),
    )


async def _run_dependencies(frame: Frame) -> RunError | None:
    """S33: every workflow that this one depends on, once per run; one that fails stops this one."""
    run = frame.run
    for key in frame.bound.depends_on:
        result = run.dependencies.get(key)
        if result is None:
            if too_deep(frame):
                return run.stopped
            target = run.description.workflows[key]
            inputs = {name: value for name, value in frame.given.items() if name in target.input_names}
            path = (*frame.path, "dependsOn", key.workflow_id)
            result = await _run_workflow(
                run, target, inputs, path, frame.depth + 1, "dependency", frame.deadline, given=frame.given
            )
            result = kept_run(run, result)
            run.dependencies[key] = result
            frame.dependencies.append(result)
        _know(frame, key, result)
        if run.halted:
            return run.stopped
        if not result.succeeded:
            reason = f": {result.error.message}" if result.error else ""
            message = f"it depends on workflow '{key.workflow_id}', which {result.status}{reason}"
            return RunError("dependency-failed", message, origin=frame.bound.workflow.origin.at("dependsOn"))
    return None


async def _run_steps(frame: Frame) -> _Outcome:
    index, by_goto = 0, False
    while index < len(frame.bound.steps):
        if frame.stopped:
            return _halted(frame)
        step = frame.bound.steps[index]
        if spent(frame, step.step.step_id):
            return _halted(frame)
        visit = await visit_step(frame, step, _call, by_goto=by_goto)
        frame.results.append(visit.result)
        if frame.stopped:
            return _halted(frame)
        match visit.transition:
            case Next():
                index, by_goto = index + 1, False
            case Goto(step_id, _) if step_id in frame.bound.index:
                index, by_goto = frame.bound.index[step_id], True
            case Transfer(key, bound):
                return _transfer(frame, visit, key, bound)
            case transition:
                return _leave(visit.result, transition, step.step.origin)
    return _Outcome("succeeded")


async def _call(
    caller: Frame,
    workflow: BoundWorkflow,
    inputs: Mapping[str, JSON],
    path: tuple[str, ...],
    reason: str,
    deadline: float,
    again: bool,
) -> RunResult:
    result = await _run_workflow(caller.run, workflow, inputs, path, caller.depth + 1, reason, deadline, again=again)
    _know(caller, workflow.key, result)
    return result


def _know(frame: Frame, key: WorkflowKey, result: RunResult) -> None:
    """Make a workflow of another document known by its id as ``$workflows.ID``, where no own one has that id."""
    document = frame.bound.key.document
    if key.document != document and WorkflowKey(document, key.workflow_id) not in frame.run.description.workflows:
        known = frame.run.values.setdefault(document, {})
        known[key.workflow_id] = WorkflowValues(result.inputs, result.outputs)


def _halted(frame: Frame) -> _Outcome:
    run = frame.run
    if run.cancelled:
        at = frame.results[-1].step_id if frame.results else None
        where = f" at step '{at}'" if at else " before its first step"
        return _Outcome("cancelled", RunError("cancelled", f"the run was cancelled{where}", at))
    check_deadline(frame, (frame.results[-1] if frame.results else frame.bound.steps[0].step).step_id)
    if run.stopped is not None:
        return _Outcome("failed", run.stopped)
    message = f"workflow '{frame.bound.key.workflow_id}' did not finish within the timeout of the step that called it"
    return _Outcome("failed", RunError("timeout", message, origin=frame.bound.workflow.origin))


def _transfer(frame: Frame, visit: Visit, key: WorkflowKey, bound: BoundAction) -> _Outcome:
    target = frame.run.description.workflows[key]
    try:
        inputs = action_inputs(bound, frame, visit.scope, target)
    except CannotSend as error:
        return _Outcome("failed", RunError(error.code, error.message, visit.result.step_id, bound.action.origin))
    return _Outcome("succeeded", transfer=(target, inputs))


def _leave(result: StepResult, transition: Transition, origin: Origin) -> _Outcome:
    match transition:
        case End(succeeded=True):
            return _Outcome("succeeded")
        case End(action=bound):
            error = _failure(result, origin)
            message = f"ended by action '{bound.action.name}': {error.message}"
            return _Outcome("ended", replace(error, message=message))
        case Fail(action=bound) if bound is not None and bound.action.type == "retry" and result.status == "succeeded":
            times = f"{bound.action.retry_limit} times by '{bound.action.name}'"
            message = f"step '{result.step_id}' was repeated {times} and its criteria still hold"
            return _Outcome("failed", RunError("retry-spent", message, result.step_id, bound.action.origin))
        case Goto(step_id, bound):
            message = f"action '{bound.action.name}' goes to step '{step_id}', which does not exist"
            return _Outcome("failed", RunError("unresolved", message, result.step_id, bound.action.origin))
        case Fail(action=bound) if bound is not None and bound.action.type == "goto":
            message = f"action '{bound.action.name}' goes to a workflow that does not exist"
            return _Outcome("failed", RunError("unresolved", message, result.step_id, bound.action.origin))
        case _:
            return _Outcome("failed", _failure(result, origin))


def _failure(result: StepResult, origin: Origin) -> RunError:
    """Why a step failed, in a sentence, and where in the document the failing criterion stands."""
    last = result.attempts[-1] if result.attempts else Attempt()
    tries = f" after {len(result.attempts)} attempts" if len(result.attempts) > 1 else ""
    if last.error is not None:
        return RunError(
            last.error.code, f"step '{result.step_id}' failed{tries}: {last.error.message}", result.step_id, origin
        )
    for index, verdict in enumerate(last.verdicts):
        if not verdict.passed:
            why = verdict.why or shown(verdict.operands) or "it does not hold"
            answer = f" ({result.operation} answered {last.response.status_code})" if last.response else ""
            message = f"step '{result.step_id}' failed{tries}: {verdict.condition!r} does not hold: {why}{answer}"
            return RunError("criterion", message, result.step_id, origin.at("successCriteria", index))
    return RunError("failed", f"step '{result.step_id}' failed{tries}", result.step_id, origin)


def _result(frame: Frame, outcome: _Outcome, next_: RunResult | None) -> RunResult:
    """The frame's result; the outputs that resolve whatever the status (S36), or those of the workflow it handed to."""
    if next_ is not None:
        status, error, outputs = next_.status, next_.error, dict(next_.outputs)
    else:
        status, error, outputs = outcome.status, outcome.error, _outputs(frame, outcome.status)
    frame.own.update(outputs)
    result = RunResult(
        document=frame.run.description.documents[frame.bound.key.document].location,
        workflow_id=frame.bound.key.workflow_id,
        status=status,
        inputs=frame.inputs,
        outputs=outputs,
        error=error,
        started_at=frame.started,
        duration=frame.run.now - frame.started,
        steps=tuple(frame.results),
        dependencies=tuple(frame.dependencies),
        transferred_to=next_,
        notes=tuple(frame.notes),
        step_notes=tuple(_step_notes(frame.results)),
        last_exchange=frame.exchange if next_ is None else next_.last_exchange,
    )
    return result if frame.depth else _as_kept(frame.run, result)


def _step_notes(steps: Sequence[StepResult]) -> Iterator[str]:
    for step in steps:
        for attempt in step.attempts:
            for note in attempt.notes:
                yield f"step '{step.step_id}': {note}"


def _as_kept(run: Run, result: RunResult) -> RunResult:
    """The result of what was asked for, with the bodies that it is to hold on to."""
    if run.settings.limits.keep_bodies == "none":
        return kept_run(run, result)
    return with_last(run, result)


def _outputs(frame: Frame, status: Status) -> dict[str, JSON]:
    scope = frame.scope()
    for name, value in frame.bound.workflow.outputs.items():
        try:
            found = resolve(value, scope)
        except CannotSend:
            found = MISSING
        if found is not MISSING:
            frame.own[name] = found
        elif status == "succeeded":
            frame.own[name] = None
            _note_missing(frame, name, value)
    return dict(frame.own)


def _note_missing(frame: Frame, name: str, value: Value) -> None:
    """Say that an output leads nowhere, unless a branch skipped the step that it comes from (S13)."""
    for expression in expressions_in(value):
        if isinstance(expression, StepOutput) and expression.step_id not in frame.visits:
            return
    message = (
        f"output '{name}' of workflow '{frame.bound.key.workflow_id}' is missing: '{source_text(value)}' leads nowhere"
    )
    frame.notes.append(message)
    if frame.heard:
        frame.emit(Note(message=message))
