"""Walks one document of the corpus: loads it, and runs its workflows against the mock in virtual time.

Knows where the corpus is and what counts as a complaint about a missing input; reads local files only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import unquote

from arazzo_runner import Limits, Runner
from arazzo_runner.description import Description
from arazzo_runner.diagnostics import errors
from arazzo_runner.effects import Request, Retrieved
from arazzo_runner.effects.drivers import VirtualClock
from arazzo_runner.engine.events import Event, RequestSent
from arazzo_runner.engine.results import RunResult
from arazzo_runner.errors import ArazzoError, InvalidDescription, UnreadableDocument
from arazzo_runner.loader import load_description
from arazzo_runner.transports.mock import mock_inputs
from arazzo_runner.validation import checked

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
UNRESOLVED = re.compile(r"\{?\$(?:inputs|steps|response|workflows|outputs)\.[\w-]+|\{\$")


@dataclass
class Walk:
    """One run of one workflow: how it went and what it sent that it should not have."""

    document: str
    kind: str  #: where the document is from: ``api-evangelist`` and ``jentic`` (providers), or ``other`` (fixtures)
    workflow_id: str
    inputs: str  #: ``all`` or ``required``
    status: str
    code: str = ""
    message: str = ""
    leaks: list[str] = field(default_factory=list)

    @property
    def completed(self) -> bool:
        """True when the run came to an end that the document foresaw."""
        return self.status in ("succeeded", "ended")


@dataclass
class Visit:
    """What became of one document."""

    path: str
    loaded: bool = False
    crash: str = ""
    findings: list[str] = field(default_factory=list)
    walks: list[Walk] = field(default_factory=list)
    seconds: float = 0.0


def entries() -> list[dict[str, Any]]:
    """What the corpus says of its documents."""
    documents: list[dict[str, Any]] = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["documents"]
    return documents


def retrieve(location: str) -> Retrieved:
    """Read a local file; the network is never asked."""
    if "://" in location:
        raise UnreadableDocument(location, "the corpus is walked without a network")
    try:
        return Retrieved(location, Path(location).read_bytes())
    except OSError as error:
        raise UnreadableDocument(location, error.strerror or "unreadable") from None


def load(path: str | Path) -> Description:
    """Load a document with everything beside it, and what the rules find in it."""
    description = load_description(str(path), retrieve=retrieve)
    return checked(description)


def visit(entry: Mapping[str, Any]) -> Visit:
    """Load a document and, where its operations resolve, run its workflows. Never raises."""
    started = perf_counter()
    seen = Visit(entry["path"])
    try:
        description = load(CORPUS / entry["path"])
    except InvalidDescription as error:
        seen.findings = [found.code.name for found in error.diagnostics]
    except Exception as error:  # a crash is what this looks for
        seen.crash = f"{type(error).__name__}: {error}"
    else:
        seen.loaded = True
        seen.findings = [found.code.name for found in description.diagnostics]
        if entry["operations_resolve"]:
            seen.walks = [
                walk(description, entry, workflow_id, inputs)
                for workflow_id in description.workflow_ids
                for inputs in ("all", "required")
            ]
    seen.seconds = perf_counter() - started
    return seen


def walk(description: Description, entry: Mapping[str, Any], workflow_id: str, inputs: str) -> Walk:
    """Run one workflow with all its inputs, or with the required ones only."""
    given = mock_inputs(description.workflow(workflow_id).inputs_schema, everything=inputs == "all")
    found = Walk(entry["path"], entry["kind"], workflow_id, inputs, "crashed")
    requests: list[Request] = []

    def observe(event: Event) -> None:
        if isinstance(event, RequestSent):
            requests.append(event.request)

    runner = Runner(description, mock=True, clock=VirtualClock(), limits=Limits(max_steps=200), observers=[observe])
    try:
        result = runner.run(workflow_id, given)
    except ArazzoError as error:
        found.status, found.code, found.message = "refused", type(error).__name__, str(error)
        if isinstance(error, InvalidDescription):
            found.code = ", ".join(sorted({each.code.name for each in errors(error.diagnostics)}))
    except Exception as error:  # a crash is what this looks for
        found.code, found.message = type(error).__name__, str(error)
    else:
        _judge(found, result)
    written = (CORPUS / entry["path"]).read_text(encoding="utf-8", errors="replace")
    found.leaks = [leak for request in requests for leak in leaks(request) if not literal(leak, written)]
    return found


def _judge(found: Walk, result: RunResult) -> None:
    found.status = result.status
    if result.error is not None:
        found.code, found.message = result.error.code, result.error.message


def leaks(request: Request) -> list[str]:
    """What looks like an expression in a request as it was sent."""
    texts = [unquote(request.url), *(f"{name}: {value}" for name, value in request.headers.fields)]
    texts.append(request.content.decode("utf-8", "replace"))
    return [found[0] for text in texts for found in UNRESOLVED.finditer(text)]


def literal(leak: str, written: str) -> bool:
    """Whether the document itself means the text literally: as a template literal's, or as a member's name."""
    return f"${{{leak.removeprefix('$')}" in written or f"{leak}:" in written or f'{leak}":' in written
