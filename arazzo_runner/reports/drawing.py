"""Charts made ready to be drawn: short keys, lines of text that fit, ways that say the same joined into one.

Knows flows (`flow`), and neither Mermaid nor Graphviz, which turn a picture into their language and escape its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from arazzo_runner.records import dataclass
from arazzo_runner.reports.flow import Edge, EdgeKind, Flow, Node
from arazzo_runner.reports.lines import Symbols, cut, printable

#: What a shape is; ``call`` is a step that runs a workflow, ``any`` stands for every step of its workflow.
ShapeKind: TypeAlias = Literal["start", "step", "call", "any", "workflow", "succeeded", "ended", "failed"]

WIDEST: Final = 44  #: characters of a line in a shape
WIDEST_LABEL: Final = 26  #: characters of a line on a way: Mermaid breaks them at 200 pixels
WIDEST_TITLE: Final = 80  #: characters of a workflow's id
MOST_LINES: Final = 4  #: lines of one title, path or action
FEW: Final = 2  #: an action that all steps of a workflow have is drawn once where they are so many

_CUT: Final = Symbols().cut
#: What turns the direction of text, or takes no room: a label must look as it is written.
_UNSEEN: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Shape:
    """A node to draw; ``key`` is letters and digits, unique in its picture."""

    key: str
    kind: ShapeKind
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow to draw; ``lines`` are its label."""

    source: str
    target: str
    kind: EdgeKind
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A workflow to draw: a frame with its id, and what stands in it."""

    key: str
    title: str
    shapes: tuple[Shape, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Workflows, and the ways from steps of one to another; the target of such a way is a group."""

    groups: tuple[Group, ...]
    between: tuple[Way, ...]

    def parts(self) -> list[Picture]:
        """A picture for each set of workflows that ways connect, in the order of their first ones."""
        home = {shape.key: group.key for group in self.groups for shape in group.shapes}
        part_of = {group.key: {group.key} for group in self.groups}
        for way in self.between:
            joined = part_of[home.get(way.source, way.source)] | part_of[home.get(way.target, way.target)]
            part_of |= dict.fromkeys(joined, joined)
        parts = {id(keys): keys for keys in part_of.values()}.values()
        return [
            Picture(
                tuple(group for group in self.groups if group.key in keys),
                tuple(way for way in self.between if home.get(way.source, way.source) in keys),
            )
            for keys in parts
        ]


def picture(flows: Sequence[Flow]) -> Picture:
    """All of these workflows in one picture."""
    keys = {(chart.document, chart.workflow_id): f"w{number}" for number, chart in enumerate(flows, 1)}
    drafts = [_Draft(_shared(chart), keys) for chart in flows]
    return Picture(tuple(draft.group() for draft in drafts), tuple(way for draft in drafts for way in draft.between))


def plain(text: str) -> str:
    """A text on one line, with what cannot be seen or written spelt out."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", printable(" ".join(text.split())))


def text_of(text: str, width: int = WIDEST) -> tuple[str, ...]:
    """A text as lines that fit, cut where they are too many."""
    lines = list(_filled(plain(text), width))
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], cut(f"{lines[MOST_LINES - 1]}{_CUT}", width, Symbols())]
    return tuple(lines)


def _filled(text: str, width: int) -> Iterator[str]:
    """Lines broken before a space or the slash of a path; what is too long in itself is broken anywhere."""
    line = ""
    for piece in re.findall(rf"[ /]?[^ /]{{1,{width - 1}}}|[ /]", text):
        if line and len(line) + len(piece) > width:
            yield line.rstrip()
            line, piece = "", piece.lstrip()
        line += piece
    yield line.rstrip()


# --- what all steps share ---------------------------------------------------------------------------------------------
_ANY: Final = Node("any", "step", "any step")


def _shared(chart: Flow) -> Flow:
    """The chart with an action that every step has, a common one of the workflow mostly, drawn once."""
    steps = [node.id for node in chart.nodes if node.kind == "step"]
    if len(steps) < FEW:
        return chart
    having: dict[Edge, set[str]] = {}
    for edge in chart.edges:
        if edge.kind in ("failure", "retry"):
            having.setdefault(_anyones(edge), set()).add(edge.source)
    common = {edge for edge, sources in having.items() if sources >= set(steps)}
    if not common:
        return chart
    first = {
        (edge.target, edge.action): None
        for edge in having
        if edge in common and edge.kind == "retry" and edge.target != _ANY.id
    }
    kept = (
        edge
        for edge in chart.edges
        if _anyones(edge) not in common and not (edge.kind == "retry" and (edge.source, edge.action) in first)
    )
    drawn = [edge for edge in having if edge in common]
    again = [Edge(target, _ANY.id, "retry", action, detail="then again") for target, action in first]
    return replace(chart, nodes=(*chart.nodes, _ANY), edges=(*kept, *drawn, *again))


def _anyones(edge: Edge) -> Edge:
    """The edge with the step that it leaves forgotten."""
    target = _ANY.id if edge.target == edge.source else edge.target
    return replace(edge, source=_ANY.id, target=target)


# --- one workflow -----------------------------------------------------------------------------------------------------
class _Draft:
    """A workflow on its way to a group."""

    def __init__(self, chart: Flow, keys: Mapping[tuple[str, str], str]) -> None:
        self._chart = chart
        self._keys = keys
        self._key = keys[chart.document, chart.workflow_id]
        self._nodes = {node.id: node for node in chart.nodes}
        self._branching = {edge.source for edge in chart.edges if edge.kind == "success"}
        self._calling = {edge.source for edge in chart.edges if edge.kind == "calls"}
        self._shapes: dict[str, Shape] = {}
        self._own: dict[tuple[str, str, bool], Way] = {}
        self.between: list[Way] = []
        for node in chart.nodes:
            if node.kind in ("start", "step"):
                self._shape(node)
        for edge in chart.edges:
            self._draw(edge)

    def group(self) -> Group:
        """The workflow as it is drawn."""
        return Group(
            self._key, text_of(self._chart.workflow_id, WIDEST_TITLE)[0], tuple(self._shapes.values()), self._ways()
        )

    def _ways(self) -> tuple[Way, ...]:
        return tuple(self._own.values())

    def _draw(self, edge: Edge) -> None:
        away = self._elsewhere(edge)
        if away is not None:
            self.between.append(Way(*away, edge.kind, self._words(edge)))
            return
        if edge.kind == "calls":  # the step says it itself
            return
        source, target = self._shape(self._nodes[edge.source]), self._shape(self._nodes[edge.target], edge)
        way = Way(source, target, edge.kind, self._words(edge))
        place = (source, target, edge.kind in ("failure", "retry"))
        before = self._own.get(place)
        self._own[place] = way if before is None else replace(before, lines=(*before.lines, *way.lines))

    def _elsewhere(self, edge: Edge) -> tuple[str, str] | None:
        """The two ends of a way between workflows that both are in the picture."""
        if edge.kind == "retry":  # what runs first is drawn beside the step
            return None
        source, target = self._framed(edge.source), self._framed(edge.target)
        if source is not None and source != self._key:
            return source, self._key
        if target is not None:
            own = self._shape(self._nodes["start"]) if target == self._key else target
            return self._shape(self._nodes[edge.source]), own
        return None

    def _framed(self, id_: str) -> str | None:
        node = self._nodes[id_]
        return self._keys.get((node.document or "", node.title)) if node.kind == "workflow" else None

    def _shape(self, node: Node, edge: Edge | None = None) -> str:
        """The key of the shape for a node. A bad end stands beside each step that leads to it: ways stay short."""
        near = edge.source if edge is not None and edge.kind == "failure" and node.kind == "end" else ""
        name = f"{node.id} {near}"
        if name not in self._shapes:
            kind = self._kind(node)
            self._shapes[name] = Shape(f"{self._key}n{len(self._shapes)}", kind, _node_lines(node))
        return self._shapes[name].key

    def _kind(self, node: Node) -> ShapeKind:
        match node.kind:
            case "end":
                return "succeeded" if node.title == "succeeded" else "ended" if node.title == "ended" else "failed"
            case "step" if node is _ANY:
                return "any"
            case "step" if node.id in self._calling:
                return "call"
            case kind:
                return kind

    def _words(self, edge: Edge) -> tuple[str, ...]:
        if edge.kind == "next":
            return ("otherwise",) if edge.source in self._branching else ()
        return tuple(_edge_lines(edge))


def _node_lines(node: Node) -> tuple[str, ...]:
    if node.kind == "start":
        return ("start",)
    below = f"{node.method} {node.path}" if node.method else node.note
    return (*text_of(node.title), *(text_of(below) if below else ()))


def _edge_lines(edge: Edge) -> Iterator[str]:
    if edge.kind == "depends":
        yield "runs first"
        return
    if edge.action is not None and (edge.criteria or edge.kind != "retry" or edge.detail != "then again"):
        yield from text_of(": ".join((edge.action, *_conditions(edge.criteria[:1]))), WIDEST_LABEL)
    for condition in _conditions(edge.criteria[1:]):
        yield from text_of(f"and {condition}", WIDEST_LABEL)
    if edge.detail is not None:
        again = edge.detail == "then again"
        yield from text_of(edge.detail if again else f"retry {edge.detail}", WIDEST_LABEL)


def _conditions(criteria: Iterable[str]) -> Iterator[str]:
    return (" ".join(condition.split()) for condition in criteria)
