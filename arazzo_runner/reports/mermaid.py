"""Workflows as a Mermaid flow chart (https://mermaid.js.org/syntax/flowchart.html). Knows pictures, and Mermaid's text.

Labels are untrusted: each is a quoted string in which what means something to Mermaid, Markdown or HTML is an entity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from arazzo_runner.reports.drawing import Group, Shape, ShapeKind, Way, picture
from arazzo_runner.reports.flow import EdgeKind, Flow

_FORMS: Final[Mapping[ShapeKind, tuple[str, str]]] = {
    "start": ("((", "))"),
    "step": ("[", "]"),
    "call": ("[[", "]]"),
    "any": ("(", ")"),
    "workflow": ("[[", "]]"),
    "succeeded": ("([", "])"),
    "ended": ("([", "])"),
    "failed": ("([", "])"),
}
_ARROWS: Final[Mapping[EdgeKind, str]] = {
    "next": "-->",
    "success": "-->",
    "failure": "-.->",
    "retry": "-.->",
    "calls": "-.->",
    "depends": "==>",
}
#: The same without a head.
_LINES: Final = {"-->": "---", "-.->": "-.-"}
#: Lines are broken already; Mermaid would break them once more at 200 pixels.
_WIDE: Final = '%%{init: {"flowchart": {"wrappingWidth": 420}}}%%'
#: Lines only, no fills: they are seen on light and dark ground.
_STYLES: Final = {
    "label": "classDef label fill:none,stroke:none",
    "good": "classDef good stroke:#2da44e,stroke-width:2px",
    "bad": "classDef bad stroke:#d1242f,stroke-width:2px",
}
_CLASSES: Final[Mapping[ShapeKind, str]] = {"succeeded": ":::good", "ended": ":::bad", "failed": ":::bad"}
_FRAME: Final = "fill:none,stroke:#8c959f"
_FAILING: Final = "stroke:#d1242f"
_RETRYING: Final = "stroke:#bf8700"

#: What Mermaid draws unless it is told otherwise (`maxEdges`, `maxTextSize`); a chart cannot raise it itself.
MOST_EDGES: Final = 499
MOST_TEXT: Final = 50_000

#: All but what is text wherever it stands. A leading number or dash would make a list of a label.
_SPECIAL: Final = re.compile(
    r"""[^\w $/.,:=(){}!|?'\-+…]|(?<![^\W_])_|_(?![^\W_])|^[\d\-+]|(?<=s)tyle|(?<=c)lassDef""", re.ASCII
)


def mermaid(flows: Sequence[Flow]) -> str:
    """One flow chart of these workflows, each in a frame of its own."""
    drawn = picture(flows)
    ways = [way for group in drawn.groups for way in group.ways] + list(drawn.between)
    lines = [_WIDE, "flowchart TD"]
    for group in drawn.groups:
        lines += _group(group)
    lines += [f"  {line}" for way in drawn.between for line in _ways(way)]
    lines += _link_styles(ways)
    classes = {_CLASSES.get(shape.kind, "").removeprefix(":::") for group in drawn.groups for shape in group.shapes}
    classes |= {"label" for way in ways if _is_loop(way)}
    lines += [f"  {style}" for name, style in _STYLES.items() if name in classes]
    return "\n".join(lines) + "\n"


def beyond_limits(flows: Sequence[Flow]) -> list[str]:
    """Why Mermaid, as it comes, does not draw these workflows; nothing where it does."""
    drawn = picture(flows)
    ways = [way for group in drawn.groups for way in group.ways] + list(drawn.between)
    edges = sum(2 if _is_loop(way) else 1 for way in ways)
    size = len(mermaid(flows))
    return [
        f"a chart of {found:,} {what} is beyond what Mermaid draws by default ({most:,})"
        for found, most, what in ((edges, MOST_EDGES, "edges"), (size, MOST_TEXT, "characters"))
        if found > most
    ]


def _group(group: Group) -> Iterator[str]:
    yield f"  subgraph {group.key}[{_quoted([group.title])}]"
    yield "    direction TB"
    yield from (f"    {_shape(shape)}" for shape in group.shapes)
    yield from (f"    {line}" for way in group.ways for line in _ways(way))
    yield "  end"
    yield f"  style {group.key} {_FRAME}"


def _shape(shape: Shape) -> str:
    before, after = _FORMS[shape.kind]
    return f"{shape.key}{before}{_quoted(shape.lines)}{after}{_CLASSES.get(shape.kind, '')}"


def _ways(way: Way) -> Iterator[str]:
    """A way; one that leads back to where it comes from goes through its label: Mermaid puts others' labels over it."""
    arrow = _ARROWS[way.kind]
    if _is_loop(way):
        label = f"{way.source}{'r' if way.kind == 'retry' else 's'}"
        yield f"{way.source} {_LINES[arrow]} {label}[{_quoted(way.lines)}]:::label"
        yield f"{label} {arrow} {way.target}"
    else:
        label = f"|{_quoted(way.lines)}|" if way.lines else ""
        yield f"{way.source} {arrow}{label} {way.target}"


def _is_loop(way: Way) -> bool:
    return way.source == way.target and bool(way.lines)


def _link_styles(ways: Sequence[Way]) -> Iterator[str]:
    """Colours for the ways by their number: Mermaid counts its lines as they come, and a loop is two."""
    kinds = [way.kind for way in ways for _ in range(2 if _is_loop(way) else 1)]
    for kind, style in (("failure", _FAILING), ("retry", _RETRYING)):
        numbers = [str(number) for number, found in enumerate(kinds) if found == kind]
        if numbers:
            yield f"  linkStyle {','.join(numbers)} {style}"


def _quoted(lines: Iterable[str]) -> str:
    return f'"{"<br/>".join(map(_escaped, lines))}"'


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "".join(f"#{ord(char)};" for char in found[0]), text)
