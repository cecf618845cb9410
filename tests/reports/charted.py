"""Documents whose charts the tests look at, and Mermaid's own parser where node and npm are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import arazzo_runner
from arazzo_runner.reports.flow import Edge, Flow, flow

ROOT = Path(__file__).parents[2]
API = ROOT / "tests" / "cli" / "data" / "api.yml"
PACKAGES = ("mermaid@11", "jsdom@29")
PARSER = Path(__file__).parent / "data" / "parse_mermaid.mjs"

#: Texts that mean something to Mermaid, Markdown, HTML, DOT or a terminal.
NASTY = [
    'say "hello"',
    "end",
    "a <b>bold</b> <script>alert(1)</script> & &lt; &amp;",
    "#1 #quot; #35; #",
    "größer ≥ 5 時間 🎉 e\u0301",
    "**bold** _it_ `code` [link](http://x.test) ~~no~~ ![i](x)",
    "1. one",
    "- item",
    "two\nlines\r\nand\ttabs",
    "x" * 500,
    "long words " * 80,
    'click w1n0 href "http://evil.test"',
    "%%{init: {'theme': 'dark'}}%% %% comment",
    "---\ntitle: no\n---",
    "a --> b; subgraph x; style w1 fill:#f00;",
    "style:x#35;classDef:y#36;",
    "back\\slash \\N \\G \\l | pipe || && {brace} [bracket] (paren)",
    '"]; w1n0 --> evil; x["',
    '", URL="http://evil.test", x="',
    "<<table><tr><td>html-like</td></tr></table>>",
    "javascript:alert(1)",
    "\x1b[31mred\x1b[0m \x00 \x7f \u202eright to left\u202c \u200b \ufffe",
    "accTitle: no",
    "@{ shape: circle }",
    "",
]


def described(folder: Path, *workflows: Mapping[str, Any], **members: Any) -> arazzo_runner.Description:
    """A document of these workflows, loaded; its source is the shop of the command's tests."""
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "Charts", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": API.as_posix(), "type": "openapi"}],
        "workflows": list(workflows),
        **members,
    }
    file = folder / "charts.arazzo.json"
    file.write_text(json.dumps(document))
    return arazzo_runner.load(str(file))


def step(step_id: str, **members: Any) -> dict[str, Any]:
    """A step that calls the shop, or what ``members`` say."""
    called = {} if "workflowId" in members else {"operationId": "uploadFile"}
    return {"stepId": step_id, **called, **members}


def action(name: str, type_: str, *conditions: str, **members: Any) -> dict[str, Any]:
    """An action with these simple conditions."""
    criteria = {"criteria": [{"condition": condition} for condition in conditions]} if conditions else {}
    return {"name": name, "type": type_, **criteria, **members}


def charted(folder: Path, *steps: Mapping[str, Any], **members: Any) -> Flow:
    """The chart of a workflow ``w`` of these steps; there is a workflow ``other`` beside it."""
    other = {"workflowId": "other", "steps": [step("only")]}
    description = described(folder, {"workflowId": "w", "steps": list(steps), **members}, other)
    return flow(description.workflow("w"))


def ways(chart: Flow, *kinds: str) -> list[tuple[str, str, str | None]]:
    """The edges of some kinds, as source, target and action."""
    return [(edge.source, edge.target, edge.action) for edge in chart.edges if edge.kind in kinds]


def edge(chart: Flow, action_name: str) -> Edge:
    """The first edge that an action leads along."""
    return next(each for each in chart.edges if each.action == action_name)


def nasty_charts(folder: Path) -> list[Flow]:
    """Charts with a nasty text in every place where a document's text is drawn."""
    steps = [
        step(
            f"s{number}",
            onSuccess=[action(text or "none", "goto", text, text, stepId="s0")],
            onFailure=[action(text or "none", "end", text)],
        )
        for number, text in enumerate(NASTY)
    ]
    named = [step(text or "none") for text in dict.fromkeys(NASTY)]
    description = described(
        folder,
        {"workflowId": "w", "steps": steps},
        *({"workflowId": f"{text} {number}", "steps": named} for number, text in enumerate(NASTY)),
    )
    return [flow(workflow) for workflow in description.workflows.values()]


def mermaid_faults(texts: Sequence[str]) -> dict[int, str]:
    """What Mermaid's parser says of those of these texts that it refuses, by their place; one process for all."""
    home = _mermaid()
    script = home / PARSER.name
    shutil.copy(PARSER, script)
    node = shutil.which("node") or "node"
    done = subprocess.run(
        [node, str(script)], input=json.dumps(texts), capture_output=True, text=True, timeout=600, check=True
    )
    return {int(place): message for place, message in json.loads(done.stdout).items()}


def _mermaid() -> Path:
    """A folder that has the npm package; it is put into ``build/`` once. Skips the test where that cannot be."""
    npm = shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        pytest.skip("node and npm are not installed")
    home = ROOT / "build" / "mermaid"
    if not home.exists():
        fresh = home.with_name(f"mermaid-{os.getpid()}")
        fresh.mkdir(parents=True)
        command = [npm, "install", "--prefix", str(fresh), "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode != 0:
            shutil.rmtree(fresh)
            pytest.skip(f"npm cannot install {' and '.join(PACKAGES)}: {done.stderr.strip()[-200:]}")
        try:
            fresh.rename(home)
        except OSError:  # another process was faster
            shutil.rmtree(fresh)
    return home
