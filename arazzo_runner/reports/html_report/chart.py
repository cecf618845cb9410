"""The diagram beside the list of steps: a spine through the steps, and jumps as arcs in lanes to the left of it.

Every row draws its own part, so that rows may open and close and the lines stay whole without a script. Knows the ways
between steps and which were taken, and no run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from arazzo_runner.records import dataclass
from arazzo_runner.reports.flow import Edge, Flow
from arazzo_runner.reports.html_report.markup import Fragment, each, element, joined

#: More lanes than these are not drawn; the text of a step names every way all the same.
MOST_LANES: Final = 6
_LANE = 12  #: pixels between two lanes
_EDGE = 16  #: pixels from the spine to the right edge
_Y = 25  #: where a row's node stands, in pixels from its top


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a step and how often it was taken. ``target`` is the row of a step, or None when it leads out."""

    edge: Edge
    target: int | None
    taken: int = 0

    @property
    def on_failure(self) -> bool:
        """Whether it is for attempts that failed."""
        return self.edge.kind in ("failure", "retry")


@dataclass(frozen=True, slots=True)
class Lane:
    """Jumps to one row that share a line: where each comes from, and whether it was taken."""

    target: int
    on_failure: bool
    sources: Mapping[int, bool]

    @property
    def first(self) -> int:
        """The uppermost row that it touches."""
        return min(self.target, *self.sources)

    @property
    def last(self) -> int:
        """The lowest row that it touches."""
        return max(self.target, *self.sources)

    @property
    def taken(self) -> bool:
        """Whether any of its jumps was."""
        return any(self.sources.values())

    def crossed(self, row: int) -> bool:
        """Whether a jump that was taken goes over the border between this row and the next."""
        taken = [source for source, is_taken in self.sources.items() if is_taken]
        return any(min(source, self.target) <= row < max(source, self.target) for source in taken)


@dataclass(frozen=True, slots=True)
class Chart:
    """The lanes of a workflow, each at its distance from the spine, and the ways out of each row."""

    ways: Sequence[Sequence[Way]]
    lanes: Sequence[tuple[int, Lane]]
    width: int  #: how many lanes there are side by side

    def gutter(self, row: int, state: str) -> Fragment:
        """The part of the diagram beside a row."""
        x = self.width * _LANE + _EDGE
        parts = [_lane(distance, lane, row, x) for distance, lane in self.lanes if lane.first <= row <= lane.last]
        loops = [way for way in self.ways[row] if way.target == row]
        if loops:
            parts.append(_loop(x, taken=any(way.taken for way in loops)))
        before = self._spine(row - 1)
        after = self._spine(row)
        spine = [
            element("line", x1=x, x2=x, y1=0, y2=_Y, class_=before) if before else None,
            element("line", x1=x, x2=x, y1=_Y, y2="100%", class_=after) if after else None,
        ]
        node = element("circle", cx=x, cy=_Y, r=6, class_=f"node {state}")
        return element("svg", *spine, *parts, node, class_="gutter", aria_hidden="true", width=x + _EDGE)

    def end(self, state: str) -> Fragment:
        """The diagram's end, below the last row."""
        x = self.width * _LANE + _EDGE
        before = self._spine(len(self.ways) - 1)
        spine = element("line", x1=x, x2=x, y1=0, y2=_Y, class_=before) if before else None
        node = element("rect", x=x - 6, y=_Y - 6, width=12, height=12, rx=2, class_=f"node {state}")
        return element("svg", spine, node, class_="gutter", aria_hidden="true", width=x + _EDGE)

    def _spine(self, row: int) -> str | None:
        """The line between a row and the next: None where nothing leads that way."""
        if row < 0:
            return None
        last = row == len(self.ways) - 1
        down = [way for way in self.ways[row] if way.edge.kind == "next" or (way.target == row + 1 and not last)]
        if not down:
            return None
        return "spine taken" if any(way.taken for way in down) else "spine"


def chart(flow: Flow, taken: Mapping[tuple[str, bool, str | None], int]) -> Chart:
    """The diagram of a workflow. ``taken`` counts the ways by step, by success, and by the name of the action."""
    rows = {node.id: row for row, node in enumerate(node for node in flow.nodes if node.kind == "step")}
    ways: list[list[Way]] = [[] for _ in rows]
    for edge in flow.edges:
        if edge.source in rows and edge.kind != "calls" and edge.detail != "then again":
            ways[rows[edge.source]].append(Way(edge, rows.get(edge.target), _times(edge, taken)))
    lanes = _placed(_lanes(ways))
    return Chart(ways, lanes, max((distance + 1 for distance, _ in lanes), default=0))


def _times(edge: Edge, taken: Mapping[tuple[str, bool, str | None], int]) -> int:
    step_id = edge.source.removeprefix("step:")
    outcomes = {"next": (True,), "success": (True,), "failure": (False,)}.get(edge.kind, (True, False))
    return sum(taken.get((step_id, outcome, edge.action), 0) for outcome in outcomes)


def _lanes(ways: Sequence[Sequence[Way]]) -> list[Lane]:
    found: dict[tuple[int, bool], dict[int, bool]] = {}
    for row, out in enumerate(ways):
        for way in out:
            if way.target is not None and way.target not in (row, row + 1):
                sources = found.setdefault((way.target, way.on_failure), {})
                sources[row] = sources.get(row, False) or way.taken > 0
    return [Lane(target, on_failure, sources) for (target, on_failure), sources in found.items()]


def _placed(lanes: Sequence[Lane]) -> list[tuple[int, Lane]]:
    """Each lane with its distance from the spine: those that were taken and the short ones are near to it."""
    ends: list[list[Lane]] = [[] for _ in range(MOST_LANES)]
    placed: list[tuple[int, Lane]] = []
    for lane in sorted(lanes, key=lambda one: (not one.taken, one.last - one.first, one.first)):
        for distance, others in enumerate(ends):
            if all(lane.last < other.first or other.last < lane.first for other in others):
                others.append(lane)
                placed.append((distance, lane))
                break
    return placed


def _lane(distance: int, lane: Lane, row: int, spine: int) -> Fragment:
    x = spine - 2 - _LANE * (distance + 1)
    look = "jump failing" if lane.on_failure else "jump"
    above = f"{look} taken" if lane.crossed(row - 1) else look
    below = f"{look} taken" if lane.crossed(row) else look
    if row == lane.target:
        parts = [_bend(x, spine, above, up=True)] if row > lane.first else []
        parts += [_bend(x, spine, below, up=False)] if row < lane.last else []
        tip = element(
            "path",
            d=f"M{spine - 12} {_Y - 4}l6 4l-6 4z",
            class_=f"tip {'failing ' if lane.on_failure else ''}{'taken' if lane.taken else ''}",
        )
        return joined(*parts, tip)
    through = lane.first < row < lane.last
    line = element("line", x1=x, x2=x, y1=0, y2="100%", class_=below) if through else None
    if row not in lane.sources:
        return joined(line)
    up = lane.target < row
    own = f"{look} taken" if lane.sources[row] else look
    return joined(line, _bend(x, spine, own, up=up, whole=not through))


def _bend(x: int, spine: int, look: str, *, up: bool, whole: bool = True) -> Fragment:
    """From a lane to a row's node: the part of the lane above or below it, and the curve."""
    corner = _Y - 10 if up else _Y + 10
    curve = element("path", d=f"M{x} {corner}Q{x} {_Y} {min(x + 10, spine - 6)} {_Y}H{spine - 7}", class_=look)
    if not whole:
        return curve
    ends: dict[str, int | str] = {"y1": 0, "y2": corner} if up else {"y1": corner, "y2": "100%"}
    return joined(element("line", x1=x, x2=x, class_=look, **ends), curve)


def _loop(spine: int, *, taken: bool) -> Fragment:
    look = "jump taken" if taken else "jump"
    curve = element("path", d=f"M{spine + 5} {_Y + 6}c12 2 12 -16 2 -13", class_=look)
    tip = element("path", d=f"M{spine + 3} {_Y - 6}l7 -4l0 7z", class_=f"tip{' taken' if taken else ''}")
    return each([curve, tip])
