"""Workflows in Graphviz's DOT language, and one SVG made of those that it draws. Knows no process and no file.

Labels are untrusted: in DOT they are quoted strings (never HTML-like, no URL, no image), in the SVG they are text. The
SVG has no script, no link and no outside reference; its colours follow the reader's light or dark scheme.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from arazzo_runner.reports.drawing import Group, Picture, Shape, ShapeKind, Way, picture, plain
from arazzo_runner.reports.flow import EdgeKind, Flow

_SVG: Final = "http://www.w3.org/2000/svg"

_ROW: Final = 1200  #: points; a row of workflows gets no wider, unless one is
_FONTS: Final = "Helvetica,Arial,sans-serif"
_HEAD: Final = f"""digraph workflows {{
  graph [bgcolor="transparent", compound=true, fontname="{_FONTS}", fontsize=14, labeljust=l, nodesep=0.35,
         pad=0.1, ranksep=0.4, style=rounded, color="#8c959f"]
  node [shape=box, style="rounded", fontname="{_FONTS}", fontsize=12, margin="0.16,0.08", height=0.4, color="#57606a"]
  edge [fontname="{_FONTS}", fontsize=10, arrowsize=0.7, color="#57606a"]"""

_SHAPES: Final[Mapping[ShapeKind, str]] = {
    "start": 'shape=circle, style=filled, fillcolor="#57606a", width=0.16, height=0.16, fixedsize=true',
    "step": "",
    "call": "peripheries=2",
    "any": 'style="rounded,dashed"',
    "workflow": "peripheries=2",
    "succeeded": 'shape=box, style="rounded", color="#1a7f37", penwidth=1.6',
    "ended": 'shape=box, style="rounded", color="#cf222e", penwidth=1.6',
    "failed": 'shape=box, style="rounded", color="#cf222e", penwidth=1.6',
}
_WAYS: Final[Mapping[EdgeKind, str]] = {
    "next": "weight=10",
    "success": "weight=2",
    "failure": 'style=dashed, color="#cf222e"',
    "retry": 'style=dashed, color="#9a6700"',
    "calls": "style=dotted, constraint=false",
    "depends": "style=bold",
}
_STYLE: Final = """
text { fill: #1f2328 }
.edge text { fill: #57606a }
@media (prefers-color-scheme: dark) {
  .ground { fill: #0d1117 }
  text { fill: #e6edf3 }
  .edge text { fill: #adb6c0 }
  .cluster path, .cluster polygon { stroke: #57606a }
  .node path, .node polygon, .node ellipse, .edge path, .edge polygon { stroke: #9198a1 }
  .start ellipse, .edge polygon { fill: #9198a1 }
  .succeeded path { stroke: #3fb950 }
  .ended path, .failed path, .failure path, .failure polygon { stroke: #f85149 }
  .failure polygon { fill: #f85149 }
  .retry path, .retry polygon { stroke: #d29922 }
  .retry polygon { fill: #d29922 }
}
"""


# --- DOT --------------------------------------------------------------------------------------------------------------
def dots(flows: Sequence[Flow]) -> list[str]:
    """A graph for each group of workflows that ways connect, in DOT (https://graphviz.org/doc/info/lang.html)."""
    return [_graph(part) for part in picture(flows).parts()]


def _graph(part: Picture) -> str:
    starts = {group.key: shape.key for group in part.groups for shape in group.shapes if shape.kind == "start"}
    lines = [_HEAD]
    for group in part.groups:
        lines += _group(group)
    lines += [f"  {_between(way, starts)}" for way in part.between]
    return "\n".join([*lines, "}"]) + "\n"


def _group(group: Group) -> Iterator[str]:
    yield f"  subgraph cluster_{group.key} {{"
    yield f'    label={_quoted([group.title])}; class="workflow"; margin=16'
    yield from (f"    {_shape(shape)}" for shape in group.shapes)
    yield from (f"    {_way(way)}" for way in group.ways)
    yield "  }"


def _shape(shape: Shape) -> str:
    label = '""' if shape.kind == "start" else _quoted(shape.lines)
    return f"{shape.key} [{_attributes(f'label={label}', f'class={shape.kind}', _SHAPES[shape.kind])}]"


def _way(way: Way, *more: str) -> str:
    label = f"label={_quoted(way.lines, end=_LEFT)}" if way.lines else ""
    return f"{way.source} -> {way.target} [{_attributes(label, f'class={way.kind}', _WAYS[way.kind], *more)}]"


def _between(way: Way, starts: Mapping[str, str]) -> str:
    """A way from or to a frame is one from or to its start, cut off at the frame."""
    source, target = starts.get(way.source, way.source), starts.get(way.target, way.target)
    tail = f"ltail=cluster_{way.source}" if source != way.source else ""
    head = f"lhead=cluster_{way.target}" if target != way.target else ""
    return _way(Way(source, target, way.kind, way.lines), tail, head)


def _attributes(*parts: str) -> str:
    return ", ".join(filter(None, parts))


_CENTRE: Final = r"\n"
_LEFT: Final = r"\l"  #: ends a line that is flush left
_GAP: Final = "\N{NO-BREAK SPACE}"  #: between an arrow and its label


def _quoted(lines: Iterable[str], end: str = _CENTRE) -> str:
    """A DOT string. Graphviz reads backslashes and entities in labels; both are written to mean themselves."""
    texts = [line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    label = end.join(texts) if end == _CENTRE else "".join(f"{_GAP}{text}{end}" for text in texts)
    return f'"{label}"'


# --- SVG --------------------------------------------------------------------------------------------------------------
def composed(drawn: Sequence[str], flows: Sequence[Flow], title: str) -> str:
    """One SVG of those that Graphviz made of `dots`: in rows, with a title and a description for who cannot see it.

    Raises `xml.etree.ElementTree.ParseError` for what is no SVG.
    """
    parts = [ET.fromstring(each) for each in drawn]
    places, width, height = _rows([_size(part) for part in parts])
    root = ET.Element(_tag("svg"), {"width": f"{width:g}pt", "height": f"{height:g}pt"})
    root.set("viewBox", f"0 0 {width:g} {height:g}")
    root.set("role", "img")
    root.set("aria-labelledby", "title description")
    ET.SubElement(root, _tag("title"), id="title").text = plain(title)
    ET.SubElement(root, _tag("desc"), id="description").text = description(flows)
    ET.SubElement(root, _tag("style")).text = _STYLE
    ET.SubElement(root, _tag("rect"), {"class": "ground", "width": "100%", "height": "100%", "fill": "white"})
    names = dict(_names(picture(flows)))
    for part, (x, y) in zip(parts, places, strict=True):
        _name(part, names)
        part.set("x", f"{x:g}")
        part.set("y", f"{y:g}")
        root.append(part)
    ET.register_namespace("", _SVG)
    return ET.tostring(root, encoding="unicode") + "\n"


def _tag(name: str) -> str:
    return f"{{{_SVG}}}{name}"


def _size(part: ET.Element) -> tuple[float, float]:
    """Its width and height in points; one point is one unit of what is in it."""
    width, height = (float(part.get(side, "0").removesuffix("pt")) for side in ("width", "height"))
    part.set("width", f"{width:g}")
    part.set("height", f"{height:g}")
    return width, height


def _rows(sizes: Sequence[tuple[float, float]]) -> tuple[list[tuple[float, float]], float, float]:
    """Where parts of these sizes go when rows are filled from the left; and the width and height of it all."""
    places, x, y, below, widest = list[tuple[float, float]](), 0.0, 0.0, 0.0, 0.0
    for width, height in sizes:
        if x and x + width > _ROW:
            x, y = 0.0, below
        places.append((x, y))
        x += width
        below, widest = max(below, y + height), max(widest, x)
    return places, widest, below


def _name(part: ET.Element, names: Mapping[str, str]) -> None:
    """Titles in words for Graphviz's keys, and no ids: those of two parts are the same."""
    for element in part.iter():
        element.attrib.pop("id", None)
        for title in element.findall(_tag("title")):
            title.text = names.get(title.text or "")
            if title.text is None:
                element.remove(title)


def _names(drawn: Picture) -> Iterator[tuple[str, str]]:
    """What to call the parts that Graphviz calls by their keys: ``w1n1``, ``w1n1->w1n2``, ``cluster_w1``."""
    shapes = {shape.key: shape.lines[0] for group in drawn.groups for shape in group.shapes}
    yield from shapes.items()
    for group in drawn.groups:
        yield f"cluster_{group.key}", f"workflow {group.title}"
        for way in group.ways:
            words = f" ({' '.join(way.lines)})" if way.lines else ""
            yield f"{way.source}->{way.target}", f"{shapes[way.source]} to {shapes[way.target]}{words}"


def description(flows: Sequence[Flow]) -> str:
    """The charts in words: each workflow's steps, in their order."""
    return plain(
        " ".join(
            f"Workflow {chart.workflow_id}: {', then '.join(steps) or 'no steps'}."
            for chart in flows
            for steps in [[node.title for node in chart.nodes if node.kind == "step"]]
        )
    )
