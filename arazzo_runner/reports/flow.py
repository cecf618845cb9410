"""A workflow as a flow chart: nodes and edges, from the bound description. Knows no drawing and no run.

What draws it (`mermaid`, SVG, the HTML report) reads these and nothing else of the description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from arazzo_runner.description import BoundWorkflow

NodeKind: TypeAlias = Literal["start", "step", "workflow", "end"]
EdgeKind: TypeAlias = Literal["next", "success", "failure", "retry", "calls", "depends"]


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a chart; ``id`` is unique in its flow: ``start``, ``step:ID``, ``workflow:ID``, ``end:succeeded``."""

    id: str
    kind: NodeKind
    title: str  #: the stepId, the workflowId, or how the workflow ends
    method: str | None = None  #: ``POST``
    path: str | None = None  #: ``/v1/runs/{id}``


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one node to another; ``criteria`` are the conditions under which it is taken, as written."""

    source: str
    target: str
    kind: EdgeKind
    action: str | None = None  #: the name of the action that leads this way
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flow:
    """One workflow's chart: the nodes in the order in which steps run."""

    document: str
    workflow_id: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def flow(bound: BoundWorkflow) -> Flow:
    """The chart of a workflow."""
    raise NotImplementedError
