"""Opening the document that a command was given: a path, a URL or ``-``, with what its findings look like."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from arazzo_runner.cli.terminal import Terminal
from arazzo_runner.description import BoundWorkflow, Description
from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import UnknownWorkflow
from arazzo_runner.records import dataclass
from arazzo_runner.reports.places import Places


@dataclass(frozen=True, slots=True)
class Opened:
    """A loaded document, and every finding about it."""

    description: Description
    diagnostics: tuple[Diagnostic, ...]
    read: frozenset[str] = frozenset()  #: the locations of everything that was read for it

    def was_read(self, path: Path) -> bool:
        """Whether a file is one of those that were read: a report in its place would destroy it."""
        with suppress(OSError):
            return any(os.path.exists(location) and path.samefile(location) for location in self.read)
        return False

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
            from difflib import get_close_matches

            near = get_close_matches(workflow_id, ids, n=1)
            advice = f"did you mean '{near[0]}'? " if near else ""
            if os.path.isfile(workflow_id):
                advice = "arazzo run --all takes several files; "
            raise UnknownWorkflow(f"there is no workflow '{workflow_id}'; {advice}the document has:\n{listed}")
        return [self.description.workflow(workflow_id)]

    def findings(self, workflow: BoundWorkflow) -> list[Diagnostic]:
        """Those that concern a workflow, those that it can reach, or no workflow in particular."""
        from arazzo_runner.validation.reach import Reach

        reach = Reach(self.description, workflow.key)
        return [diagnostic for diagnostic in self.diagnostics if diagnostic in reach]


def open_document(
    terminal: Terminal, file: str, sources: Mapping[str, str], *, strict: bool, cached: bool = True
) -> Opened:
    """Load a document; from here on the terminal can show places in it.

    ``cached`` says whether large descriptions may be read by the records that earlier commands left.
    Raises `UnreadableDocument`, and `InvalidDescription` when there is nothing to run at all.
    """
    from arazzo_runner.loader import load_description
    from arazzo_runner.transports.cache import user_cache
    from arazzo_runner.transports.retrieve import retriever
    from arazzo_runner.validation import checked

    seen: dict[str, bytes] = {}
    fetch = retriever(file, named=tuple(sources.values()))

    def retrieve(location: str) -> Retrieved:
        retrieved = fetch(location)
        seen[location] = seen[retrieved.location] = retrieved.content
        return retrieved

    terminal.places = Places(seen.get)
    cache = user_cache() if cached else None
    loaded = load_description(file, retrieve=retrieve, overrides=sources, strict=strict, cache=cache, placed=False)
    description = checked(loaded)
    return Opened(description, description.diagnostics, frozenset(seen))
