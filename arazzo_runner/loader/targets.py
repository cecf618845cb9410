"""What a `workflowId` refers to: a workflow of the same document, or of an Arazzo source."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import WorkflowKey
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.loader.nearest import listed, suggestion
from arazzo_runner.loader.operations import Sources
from arazzo_runner.loader.shape import say
from arazzo_runner.records import dataclass

_SOURCES = "$sourceDescriptions."

#: The workflowIds of a document, by its URI.
Ids: TypeAlias = "Mapping[str, Collection[str]]"


@dataclass(frozen=True, slots=True)
class Workflows:
    """The workflows that one document can refer to."""

    uri: str
    ids: Ids
    sources: Sources
    complete: bool = True  #: False when the sources were not read; then nothing is said about what they hold

    def find(self, text: str, user: str, report: OriginReport) -> WorkflowKey | None:
        """The workflow that a `workflowId` of ``user`` (a step, an action, a workflow) means; None once reported."""
        own = self.ids.get(self.uri, ())
        if text in own:
            return WorkflowKey(self.uri, text)
        if text.startswith(_SOURCES):
            return self._in_source(text, user, report)
        elsewhere = [
            f"{_SOURCES}{source.name}.{text}"
            for source in self.sources.opened
            if source.parsed is not None and source.kind == "arazzo" and text in self.ids.get(source.parsed.uri, ())
        ]
        hint: str | None
        if elsewhere:
            hint = f"write {listed(elsewhere, 'or')}"
        elif text.startswith("$"):
            hint = f"write the workflowId itself, or {_SOURCES}NAME.ID for one of another document"
        else:
            hint = suggestion(text, own) or f"the document has {listed(own)}"
        say(report, codes.UNKNOWN_WORKFLOW, f"{user} refers to workflow '{text}', which does not exist", hint)
        return None

    def _in_source(self, text: str, user: str, report: OriginReport) -> WorkflowKey | None:
        rest = text.removeprefix(_SOURCES)
        split = self.sources.split(rest)
        if split is None:
            name, _, pointer = rest.partition("#")
            if self.sources.named(name) is None:
                self.sources.unknown(name.partition(".")[0], report)
            else:
                message = f"'{text}' does not name a workflow of source '{name}'"
                hint = f"write {_SOURCES}{name}.{pointer.rpartition('/')[2] or 'ID'}"
                say(report, codes.UNKNOWN_WORKFLOW, message, hint)
            return None
        source, workflow_id = split
        if not self.complete:
            return None
        if source.kind is None:
            message = f"{user} needs {source.label}, which cannot be read"
            say(report, codes.SOURCE_UNAVAILABLE, message, f"correct its url or give --source {source.name}=LOCATION")
            return None
        if source.kind != "arazzo" or source.parsed is None:
            message = f"source '{source.name}' is no Arazzo document and has no workflows"
            say(report, codes.UNKNOWN_WORKFLOW, message, "use 'operationId' to call its operations")
            return None
        ids = self.ids.get(source.parsed.uri, ())
        if workflow_id in ids:
            return WorkflowKey(source.parsed.uri, workflow_id)
        message = f"{user} refers to workflow '{workflow_id}', which source '{source.name}' does not have"
        near = suggestion(workflow_id, ids, otherwise=f"it has {listed(ids)}" if ids else None)
        say(report, codes.UNKNOWN_WORKFLOW, message, near)
        return None
