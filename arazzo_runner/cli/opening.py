"""Opening the document that a command was given: a path, a URL or ``-``, with what its findings look like."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.description import BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import UnknownWorkflow, UnreadableDocument
from arazzo_runner.reports.places import Places

_HEAD = 65536
_ARAZZO = re.compile(rb"""^(?:\xef\xbb\xbf)?["']?arazzo["']?\s*:\s|"arazzo"\s*:\s*"\d""", re.MULTILINE)

#: What a document from stdin is called.
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Opened:
    """A loaded document, and every finding about it."""

    description: Description
    diagnostics: tuple[Diagnostic, ...]

    def chosen(self, workflow_id: str | None, *, every: bool = False) -> list[BoundWorkflow]:
        """The workflows to run. Raises `UnknownWorkflow`, whose message lists those that there are."""
        ids = self.description.workflow_ids
        if every:
            return [self.description.workflow(id_) for id_ in ids]
        if workflow_id is None and len(ids) == 1:
            return [self.description.workflow(ids[0])]
        listed = "\n".join(f"  {id_}" for id_ in ids)
        if workflow_id is None:
            raise UnknownWorkflow(f"the document has {len(ids)} workflows; name one of them, or give --all:\n{listed}")
        if workflow_id not in ids:
            near = get_close_matches(workflow_id, ids, n=1)
            advice = f"did you mean '{near[0]}'? " if near else ""
            raise UnknownWorkflow(f"there is no workflow '{workflow_id}'; {advice}the document has:\n{listed}")
        return [self.description.workflow(workflow_id)]


def open_document(
    terminal: Terminal, file: str, sources: Mapping[str, str], *, strict: bool, with_sources: bool = True
) -> Opened:
    """Load a document; from here on the terminal can show places in it.

    Raises `UnreadableDocument`, and `InvalidDescription` when there is nothing to run at all.
    """
    from arazzo_runner.loader import load_description
    from arazzo_runner.transports.retrieve import retriever
    from arazzo_runner.validation import checked

    seen: dict[str, bytes] = {}
    fetch = retriever(file, named=tuple(sources.values()))

    def retrieve(location: str) -> Retrieved:
        retrieved = fetch(location)
        seen[location] = seen[retrieved.location] = retrieved.content
        return retrieved

    terminal.places = Places(seen.get)
    description = load_description(file, retrieve=retrieve, overrides=sources, strict=strict, with_sources=with_sources)
    description = checked(description)
    return Opened(description, description.diagnostics)


def about(description: Description, workflow: BoundWorkflow, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The findings that concern a workflow, those that it can reach, or no workflow in particular."""
    from arazzo_runner.validation.reach import Reach

    reach = Reach(description, workflow.key)
    return [diagnostic for diagnostic in diagnostics if diagnostic in reach]


def documents_in(files: Sequence[str]) -> list[str]:
    """The documents that are meant: files as they are, and the Arazzo documents below folders.

    Raises `UnreadableDocument` for a folder that has none.
    """
    found: list[str] = []
    for file in files:
        path = Path(file)
        if file == STDIN or not path.is_dir():
            found.append(file)
            continue
        below = sorted(str(one) for one in path.rglob("*") if _looks_like_arazzo(one))
        if not below:
            raise UnreadableDocument(file, "there is no Arazzo document in this folder")
        found += below
    return list(dict.fromkeys(found))


def _looks_like_arazzo(path: Path) -> bool:
    """Whether a file of a folder is an Arazzo document: a YAML or JSON file with an ``arazzo`` field at its root."""
    if path.suffix.lower() not in (".yml", ".yaml", ".json") or not path.is_file():
        return False
    if {"node_modules", ".git", ".venv"} & set(path.parts):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    return _ARAZZO.search(head) is not None
