"""The SVG that Graphviz draws: everything is said, and nothing in it acts, links or loads."""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import pytest
from charted import action, charted, described, nasty_charts, step

from arazzo_runner.cli import rendering
from arazzo_runner.reports.flow import Flow, flow
from arazzo_runner.reports.graphviz import dots

SVG = "{http://www.w3.org/2000/svg}"
INERT = {"svg", "g", "title", "desc", "style", "rect", "path", "polygon", "polyline", "ellipse", "text"}
PLAIN = {"aria-labelledby", "class", "cx", "cy", "d", "fill", "font-family", "font-size", "height", "id", "points"}
PLAIN |= {"role", "rx", "ry", "stroke", "stroke-dasharray", "stroke-width", "text-anchor", "transform", "viewBox"}
PLAIN |= {"width", "x", "y", "{http://www.w3.org/XML/1998/namespace}space"}

RENDERERS = {
    "program": [shutil.which("dot") or "", "-Tsvg"] if shutil.which("dot") else None,
    "library": [sys.executable, "-c", rendering.LIBRARY] if find_spec("pygraphviz") else None,
}


@pytest.fixture(params=sorted(RENDERERS))
def graphviz(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws with the program, then with the library, where they are."""
    command = RENDERERS[request.param]
    if command is None:
        pytest.skip(f"Graphviz, the {request.param}, is not installed")
    monkeypatch.setattr(rendering, "graphviz", lambda: command)


def drawn(*flows: Flow, title: str = "Charts") -> ET.Element:
    text = rendering.svg(flows, title)
    assert "<!" not in text
    return ET.fromstring(text)


def texts(root: ET.Element) -> list[str]:
    return [(element.text or "").strip("\N{NO-BREAK SPACE}") for element in root.iter(f"{SVG}text")]


@pytest.mark.usefixtures("graphviz")
class TestDrawn:
    """With Graphviz at work."""

    def test_shapes_and_labels(self, tmp_path: Path) -> None:
        gone = action("gone", "end", "$statusCode == 410")
        root = drawn(charted(tmp_path, step("a", operationId="placeOrder"), step("b", onFailure=[gone])))
        assert {"w", "a", "POST /orders", "b", "gone: $statusCode == 410", "ended", "succeeded"} <= set(texts(root))
        classes = {element.get("class") for element in root.iter(f"{SVG}g")}
        assert {"cluster workflow", "node step", "node succeeded", "node ended", "edge next", "edge failure"} <= classes

    def test_it_can_be_read_out(self, tmp_path: Path) -> None:
        root = drawn(charted(tmp_path, step("a"), step("b")), title="Orders & more")
        assert root.get("role") == "img"
        named = {element.get("id"): element.text for element in root if element.get("id")}
        assert named == {"title": "Orders & more", "description": "Workflow w: a, then b."}
        assert (root.get("aria-labelledby") or "").split() == list(named)
        titles = [element.text for element in root.iter(f"{SVG}title")]
        assert {"workflow w", "start", "a", "a to b"} <= set(titles)

    def test_workflows_stand_in_rows_and_those_that_belong_together_in_one_part(self, tmp_path: Path) -> None:
        many = [{"workflowId": f"w{number}", "steps": [step("a" * 30)]} for number in range(12)]
        both = [
            {"workflowId": "caller", "steps": [step("a", workflowId="called")]},
            {"workflowId": "called", "steps": [step("a")]},
        ]
        description = described(tmp_path, *many, *both)
        root = drawn(*map(flow, description.workflows.values()))
        parts = root.findall(f"{SVG}svg")
        assert len(parts) == 13
        assert len({part.get("y") for part in parts}) > 1
        assert float((root.get("width") or "").removesuffix("pt")) <= 1200
        assert {"caller", "called"} <= set(texts(parts[-1]))

    def test_nasty_texts_are_text(self, tmp_path: Path) -> None:
        charts = nasty_charts(tmp_path)
        root = drawn(*charts[:6], title="</title><script>\x1b")
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= INERT
        attributes = {name for element in root.iter() for name in element.attrib}
        assert attributes <= PLAIN
        found = texts(root)
        for text in ('say "hello"', "a <b>bold</b> <script>alert(1)</script> &", "&lt; &amp;", "#1 #quot; #35; #"):
            assert text in found
        assert '", URL="http://evil.test", x="' in found
        assert "back\\slash \\N \\G \\l | pipe || && {brace}" in found

    def test_it_follows_the_reader_scheme(self, tmp_path: Path) -> None:
        (style,) = drawn(charted(tmp_path, step("a"))).iter(f"{SVG}style")
        assert "prefers-color-scheme: dark" in (style.text or "")


def test_dot_has_no_attribute_that_links_or_loads(tmp_path: Path) -> None:
    for graph in dots(nasty_charts(tmp_path)):
        for line in graph.splitlines():
            outside = line.replace("\\\\", "").replace('\\"', "").split('"')[::2]
            assert not any(word in part.lower() for part in outside for word in ("url", "href", "image", "label=<"))


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.exit('no memory')", "Graphviz failed: no memory"),
        ("print('<?xml version=\"1.0\"?><svg')", "what Graphviz gave cannot be read"),
        ("pass", "what Graphviz gave cannot be read: 0 drawings of 1 graph"),
        ("import time; time.sleep(60)", "Graphviz took longer than 0.2 s; name a WORKFLOW_ID"),
    ],
)
def test_what_goes_wrong_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, said: str) -> None:
    monkeypatch.setattr(rendering, "graphviz", lambda: [sys.executable, "-c", program])
    monkeypatch.setattr(rendering, "LONGEST", 0.2 if "sleep" in program else 60)
    with pytest.raises(rendering.CannotDraw, match=said):
        rendering.svg([charted(tmp_path, step("a"))], "x")


def test_too_much_is_not_even_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "graphviz", lambda: ["not started"])
    monkeypatch.setattr(rendering, "MOST", 100)
    with pytest.raises(rendering.CannotDraw, match="name a WORKFLOW_ID"):
        rendering.svg([charted(tmp_path, step("a"))], "x")


def test_graphviz_itself_takes_every_nasty_graph(tmp_path: Path) -> None:
    program = shutil.which("dot")
    if program is None:
        pytest.skip("Graphviz is not installed")
    for graph in dots(nasty_charts(tmp_path)):
        done = subprocess.run([program, "-Tcanon"], input=graph.encode(), capture_output=True, check=True)
        assert done.stderr == b""
