"""A workflow as a flow chart: nodes and edges, from the bound description. Knows no drawing and no run.

What draws it (`mermaid`, SVG, the HTML report) reads these and nothing else of the description. A chart holds what can
happen by the order of steps and their actions (S24-S30). That a step without a fitting action fails the workflow (S26)
is true of every step, and is not drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from arazzo_runner.description import BoundAction, BoundStep, BoundWorkflow, WorkflowKey
from arazzo_runner.engine.transitions import DEFAULT_RETRY_LIMIT
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.records import dataclass
from arazzo_runner.reports.lines import count

NodeKind: TypeAlias = Literal["start", "step", "workflow", "end"]
EdgeKind: TypeAlias = Literal["next", "success", "failure", "retry", "calls", "depends"]

START: Final = "start"


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a chart; ``id`` is unique in its flow: ``start``, ``step:ID``, ``workflow:ID``, ``end:succeeded``.

    The ends are ``end:succeeded``, ``end:ended`` and ``end:failed``, as a run's status says it. A workflow of another
    document is ``workflow:URI#ID``; the second of two steps with one id, which is an error, is ``step:ID#PLACE``.
    """

    id: str
    kind: NodeKind
    title: str  #: the stepId, the workflowId, or how the workflow ends
    method: str | None = None  #: ``POST``
    path: str | None = None  #: ``/v1/runs/{id}``
    note: str | None = None  #: of a step without method and path: what it calls
    document: str | None = None  #: of a workflow: the URI of its document


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another; ``criteria`` are the conditions under which it is taken, as written.

    A retry leads from the step to itself, or to what runs first and from there back to the step. A dependency leads
    from the workflow that runs first to the start.
    """

    source: str
    target: str
    kind: EdgeKind
    action: str | None = None  #: the name of the action that leads this way
    criteria: tuple[str, ...] = ()
    detail: str | None = None  #: of a retry: when and how often, ``after 2 s, at most 3 times``


@dataclass(frozen=True, slots=True)
class Flow:
    """One workflow's chart: the nodes in the order in which steps run."""

    document: str  #: the URI of its document
    workflow_id: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def redacted(self, hide: Callable[[str], str]) -> Flow:
        """The same chart with the literal values in its criteria and paths hidden (S10); names and ids stay."""
        nodes = (replace(node, path=None if node.path is None else hide(node.path)) for node in self.nodes)
        edges = (replace(edge, criteria=tuple(map(hide, edge.criteria))) for edge in self.edges)
        return replace(self, nodes=tuple(nodes), edges=tuple(edges))


def flow(bound: BoundWorkflow) -> Flow:
    """The chart of a workflow."""
    edges = (*_before(bound), *(edge for place in range(len(bound.steps)) for edge in _from_step(bound, place)))
    led_to = {edge.target for edge in edges}
    nodes = (
        *_workflow_nodes(bound, bound.depends_on),
        Node(START, "start", bound.key.workflow_id),
        *(_step_node(bound, place) for place in range(len(bound.steps))),
        *_workflow_nodes(bound, _led_to(bound), without=bound.depends_on),
        *(Node(end, "end", end.removeprefix("end:")) for end in _ENDS if end in led_to),
    )
    return Flow(bound.key.document, bound.key.workflow_id, nodes, edges)


# --- nodes ------------------------------------------------------------------------------------------------------------
_SUCCEEDED: Final = "end:succeeded"
_ENDED: Final = "end:ended"
_FAILED: Final = "end:failed"
_ENDS: Final = (_SUCCEEDED, _ENDED, _FAILED)


def _step_id(bound: BoundWorkflow, place: int) -> str:
    if place >= len(bound.steps):
        return _SUCCEEDED
    id_ = bound.steps[place].step.step_id
    return f"step:{id_}" if bound.index.get(id_) == place else f"step:{id_}#{place + 1}"


def _step_node(bound: BoundWorkflow, place: int) -> Node:
    step = bound.steps[place]
    title = step.step.step_id
    if step.operation is None:
        return Node(_step_id(bound, place), "step", title, note=_calls(step))
    method, _, path = step.operation.label.partition(" ")
    return Node(_step_id(bound, place), "step", title, method, path)


def _calls(step: BoundStep) -> str:
    if step.workflow is not None:
        return f"workflow {step.workflow.workflow_id}"
    model = step.step
    if step.unsupported is not None:
        return f"{model.action or 'message'} {model.channel_path or model.operation_id or ''}".rstrip()
    return f"{model.operation_id or model.operation_path or model.workflow_id or '?'} (not found)"


def _workflow_id(bound: BoundWorkflow, key: WorkflowKey) -> str:
    here = key.document == bound.key.document
    return f"workflow:{key.workflow_id}" if here else f"workflow:{key.document}#{key.workflow_id}"


def _workflow_nodes(
    bound: BoundWorkflow, keys: Iterable[WorkflowKey], *, without: tuple[WorkflowKey, ...] = ()
) -> Iterator[Node]:
    for key in dict.fromkeys(keys):
        if key not in without:
            yield Node(_workflow_id(bound, key), "workflow", key.workflow_id, document=key.document)


def _led_to(bound: BoundWorkflow) -> Iterator[WorkflowKey]:
    for step in bound.steps:
        if step.workflow is not None:
            yield step.workflow
        for action in (*_taken_after_success(step), *_taken_after_failure(step)):
            if action.workflow is not None and not _is_poll(action, step):
                yield action.workflow


# --- edges ------------------------------------------------------------------------------------------------------------
def _before(bound: BoundWorkflow) -> Iterator[Edge]:
    for key in dict.fromkeys(bound.depends_on):
        yield Edge(_workflow_id(bound, key), START, "depends")
    yield Edge(START, _step_id(bound, 0), "next")


def _from_step(bound: BoundWorkflow, place: int) -> Iterator[Edge]:
    here, step = _step_id(bound, place), bound.steps[place]
    if step.workflow is not None:
        yield Edge(here, _workflow_id(bound, step.workflow), "calls")
    after_success = _taken_after_success(step)
    for action in after_success:
        if action.action.type == "retry":
            yield _edge(here, here, "retry", action, _retry_words(action, action.action.retry_limit))
        else:
            yield _edge(here, _target(bound, action, _SUCCEEDED), "success", action)
    if not after_success or after_success[-1].action.criteria:
        yield Edge(here, _step_id(bound, place + 1), "next")
    for action in _taken_after_failure(step):
        if action.action.type == "retry":
            yield from _retry(bound, here, action)
        else:
            yield _edge(here, _target(bound, action, _ENDED), "failure", action)


def _taken_after_success(step: BoundStep) -> tuple[BoundAction, ...]:
    """The success actions that can be taken: those after one without criteria cannot (S25)."""
    certain = (at for at, action in enumerate(step.on_success, 1) if not action.action.criteria)
    return step.on_success[: next(certain, None)]


def _taken_after_failure(step: BoundStep) -> tuple[BoundAction, ...]:
    """The failure actions that can be taken; a retry that is spent is passed over (S30)."""
    certain = (
        at
        for at, action in enumerate(step.on_failure, 1)
        if not action.action.criteria and action.action.type != "retry"
    )
    return tuple(action for action in step.on_failure[: next(certain, None)] if not _never(action))


def _never(action: BoundAction) -> bool:
    return action.action.type == "retry" and action.action.retry_limit == 0


def _is_poll(action: BoundAction, step: BoundStep) -> bool:
    """Whether it repeats a step that succeeded: such a retry runs nothing first."""
    return action.action.type == "retry" and action in step.on_success


def _edge(source: str, target: str, kind: EdgeKind, action: BoundAction, detail: str | None = None) -> Edge:
    return Edge(source, target, kind, action.action.name, tuple(map(_written, action.action.criteria)), detail)


def _target(bound: BoundWorkflow, action: BoundAction, end: str) -> str:
    """Where a goto or an end leads; a goto whose target there is not fails the workflow."""
    if action.action.type == "end":
        return end
    if action.workflow is not None:
        return _workflow_id(bound, action.workflow)
    step = action.action.step_id
    return f"step:{step}" if step in bound.index else _FAILED


def _retry(bound: BoundWorkflow, here: str, action: BoundAction) -> Iterator[Edge]:
    limit = action.action.retry_limit
    words = _retry_words(action, DEFAULT_RETRY_LIMIT if limit is None else limit)
    first = here
    if action.workflow is not None:
        first = _workflow_id(bound, action.workflow)
    elif action.action.step_id in bound.index:
        first = f"step:{action.action.step_id}"
    yield _edge(here, first, "retry", action, words)
    if first != here:
        yield Edge(first, here, "retry", action.action.name, detail="then again")


def _retry_words(action: BoundAction, limit: int | None) -> str:
    """``after 2 s, at most 3 times``."""
    seconds = action.action.retry_after
    parts = (
        f"after {seconds:g} s" if seconds else "",
        f"at most {'once' if limit == 1 else count(limit, 'time')}" if limit is not None else "",
    )
    return ", ".join(filter(None, parts)) or "again"


def _written(criterion: Criterion) -> str:
    """A condition as written; one of a pattern or an XPath with what it looks at."""
    if criterion.type.type in ("regex", "xpath") and criterion.context is not None:
        return f"{criterion.context} matches {criterion.condition}"
    return criterion.condition
