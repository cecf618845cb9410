"""The bounds of a run (S32): attempts, time and depth. A spent one stops the whole call tree, saying why."""

from __future__ import annotations

import json

from arazzo_runner.engine.results import RunError
from arazzo_runner.engine.state import Frame
from arazzo_runner.expressions.criteria import Operand


def may_try(frame: Frame, step_id: str) -> bool:
    """Count one more attempt; False when none is left or the time is up, and the run is stopped then."""
    run = frame.run
    if frame.stopped:
        check_deadline(frame, step_id)
        return False
    if spent(frame, step_id):
        return False
    run.attempts += 1
    return True


def spent(frame: Frame, step_id: str) -> bool:
    """True, and the run is stopped, when no attempt is left for this step."""
    run = frame.run
    if run.attempts < run.settings.limits.max_steps:
        return False
    _stop(frame, step_id, "budget-steps", f"stopped after {run.attempts} step attempts, the limit of this run")
    return True


def check_deadline(frame: Frame, step_id: str) -> None:
    """Stop the run when its time is up."""
    run = frame.run
    if run.stopped is None and run.now >= run.deadline:
        limit = run.settings.limits.timeout
        _stop(frame, step_id, "budget-deadline", f"stopped after {limit:g} s, the time limit of this run")


def too_deep(frame: Frame, step_id: str | None = None) -> bool:
    """True, and the run is stopped, when one more nested workflow would be one too many."""
    limit = frame.run.settings.limits.max_depth
    if frame.depth < limit:
        return False
    chain = _shorten(" > ".join(frame.path[::2]))
    origin = frame.step(step_id).step.origin if step_id else frame.bound.workflow.origin
    frame.run.stopped = RunError(
        "budget-depth", f"stopped at more than {limit} nested workflows: {chain}", step_id, origin
    )
    return True


def _shorten(chain: str, limit: int = 400) -> str:
    """A long chain with its middle left out."""
    return chain if len(chain) <= limit else f"{chain[: limit // 2]} ... {chain[-limit // 2 :]}"


def shown(operands: tuple[Operand, ...]) -> str:
    """Operands with their values, as text for a person: ``$.state was "failed"``."""
    return ", ".join(f"{operand.text} was {_value(operand.value)}" for operand in operands)


def _value(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=lambda other: f"<{type(other).__name__}>")
    return text if len(text) <= 200 else f"{text[:200]}..."


def _stop(frame: Frame, step_id: str, code: str, message: str) -> None:
    origin = frame.step(step_id).step.origin
    frame.run.stopped = RunError(code, f"{message}: {_round_trips(frame, step_id)}", step_id, origin)


def _round_trips(frame: Frame, step_id: str) -> str:
    """What went round: the step that was sent most, how often, by which action, and what it saw last."""
    rounds = max(frame.visits, key=lambda name: (frame.visits[name], name == step_id), default=step_id)
    times = frame.sent.get(rounds) or frame.visits.get(rounds, 0)
    if times < 2:
        return f"it was at step '{step_id}'"
    action, operands = frame.watched.get(rounds, ("", ()))
    by = f" by action '{action}'" if action else ""
    seen = f"; last, {shown(operands)}" if operands else ""
    return f"step '{rounds}' went round {times} times{by}{seen}"
