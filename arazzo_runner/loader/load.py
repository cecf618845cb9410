"""From a location to a `Description`: read, told apart, bound, resolved; every finding is collected and located."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundWorkflow, Description, Document, WorkflowKey
from arazzo_runner.diagnostics import Diagnostic, Origin, OriginReport
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import InvalidDescription
from arazzo_runner.loader.bind import bind, bind_sources, is_arazzo
from arazzo_runner.loader.broken import mark_broken
from arazzo_runner.loader.cycles import find_cycle
from arazzo_runner.loader.declared import Declared, declare
from arazzo_runner.loader.kept import Cache
from arazzo_runner.loader.library import Library, Parsed, Shared
from arazzo_runner.loader.nearest import suggestion
from arazzo_runner.loader.operations import Sources
from arazzo_runner.loader.positions import place
from arazzo_runner.loader.resolve import Resolver
from arazzo_runner.loader.shape import Version, say
from arazzo_runner.loader.sources import OpenedSource, SourceShelf
from arazzo_runner.loader.targets import Workflows
from arazzo_runner.loader.yaml import decode
from arazzo_runner.model import ArazzoDescription
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

_SOURCES = "$sourceDescriptions."


def load_description(
    location: str,
    *,
    retrieve: Callable[[str], Retrieved],
    overrides: Mapping[str, str] | None = None,
    strict: bool = False,
    given: Sequence[Retrieved] = (),
    with_sources: bool = True,
    shared: Shared | None = None,
    cache: Cache | None = None,
    placed: bool = True,
) -> Description:
    """The description at a location, with every finding about it in ``diagnostics``.

    ``retrieve`` reads a path or URL, or raises `UnreadableDocument`; ``overrides`` says where sources are, by name;
    ``given`` are documents that references may mean by their location or `$self`. Without ``with_sources`` the
    document is read alone and its operations stay unresolved. ``shared`` keeps sources for other descriptions, too;
    ``cache`` keeps where the parts of large ones stand, so that later only those that are used are read.
    Without ``placed`` the findings have no lines and columns yet: `locate` gives them.

    Raises `UnreadableDocument`, and `InvalidDescription` when the entry document gives no model at all.
    """
    library = Library(retrieve, given, shared, cache)
    return _Loading(library, SourceShelf(library, overrides or {}), strict, with_sources, placed).load(location)


def locate(diagnostics: Iterable[Diagnostic], contents: Mapping[str, bytes]) -> list[Diagnostic]:
    """The diagnostics with lines and columns, each once, in the order of their documents and places."""
    unique = list(dict.fromkeys(diagnostics))
    if not unique:
        return []
    wanted = {diagnostic.origin.document for diagnostic in unique if diagnostic.span is None}
    texts = {location: decode(content, location) for location, content in contents.items() if location in wanted}
    order = {location: index for index, location in enumerate(contents)}

    def position(diagnostic: Diagnostic) -> tuple[int, int, int]:
        line, column = (diagnostic.span.line, diagnostic.span.column) if diagnostic.span else (0, 0)
        return order.get(diagnostic.origin.document, len(order)), line, column

    return sorted(place(unique, texts), key=position)


@dataclass(slots=True)
class _Loaded:
    """One Arazzo document while the description is put together."""

    parsed: Parsed
    root: dict[str, JSON]
    declared: Declared
    sources: tuple[OpenedSource, ...] = ()


@dataclass(slots=True)
class _Loading:
    library: Library
    shelf: SourceShelf
    strict: bool
    with_sources: bool
    placed: bool
    sink: list[Diagnostic] = field(default_factory=list)
    loaded: dict[str, _Loaded] = field(default_factory=dict)  #: by URI

    def load(self, location: str) -> Description:
        entry = self.library.read(location)
        self._collect(entry)
        models = {uri: self._bind(loaded) for uri, loaded in self.loaded.items()}
        documents = {uri: self._document(uri, model) for uri, model in models.items()}
        locations = {uri: document.location for uri, document in documents.items()}
        workflows = mark_broken(self._resolve(models), self.sink, locations)
        self._report_cycles(workflows)
        return Description(
            entry=documents[entry.uri],
            documents=documents,
            workflows=workflows,
            diagnostics=tuple(self._located() if self.placed else self.sink),
            strict=self.strict,
        )

    def _report(self, parsed: Parsed) -> OriginReport:
        return OriginReport(Origin(parsed.location), self.sink, strict=self.strict)

    def _located(self) -> list[Diagnostic]:
        return locate(self.sink, {loaded.parsed.location: loaded.parsed.content for loaded in self.loaded.values()})

    def _collect(self, entry: Parsed) -> None:
        """Read the entry document and every Arazzo document that it leads to, in circles or not."""
        root = is_arazzo(entry.raw, self._report(entry))
        if root is None:
            raise InvalidDescription(locate(self.sink, {entry.location: entry.content}))
        waiting = [(entry, root)]
        named: set[str] = set()
        while waiting:
            parsed, root = waiting.pop(0)
            if parsed.uri in self.loaded:
                continue
            loaded = self.loaded[parsed.uri] = _Loaded(parsed, root, declare(root))
            loaded.sources = self._open_sources(loaded)
            named.update(source.name for source in loaded.sources)
            waiting.extend(
                (source.parsed, source.parsed.raw)
                for source in loaded.sources
                if source.kind == "arazzo" and source.parsed is not None and isinstance(source.parsed.raw, dict)
            )
        self._check_overrides(entry, named)

    def _open_sources(self, loaded: _Loaded) -> tuple[OpenedSource, ...]:
        silent = OriginReport(Origin(loaded.parsed.location), [])  # `bind` reports the same again
        described = bind_sources(loaded.root, silent, Version())
        if not self.with_sources:
            return tuple(OpenedSource(source, source.url) for source in described)
        return tuple(
            self.shelf.open_source(source, loaded.parsed, OriginReport(source.origin, self.sink, strict=self.strict))
            for source in described
        )

    def _check_overrides(self, entry: Parsed, named: set[str]) -> None:
        for name in self.shelf.overrides:
            if name not in named:
                message = f"no document has a source description '{name}', for which a location was given"
                say(self._report(entry), codes.UNKNOWN_SOURCE, message, suggestion(name, named))

    def _bind(self, loaded: _Loaded) -> ArazzoDescription:
        def outputs_of(text: str) -> frozenset[str] | None:
            source, workflow_id = self._foreign(loaded, text)
            return source.workflows[workflow_id].outputs if source and workflow_id in source.workflows else None

        model = bind(loaded.root, self._report(loaded.parsed), outputs_of)
        if model is None:  # `is_arazzo` held for it, or it would not have been loaded
            raise InvalidDescription(self._located())
        return model

    def _foreign(self, loaded: _Loaded, text: str) -> tuple[Declared | None, str]:
        """The names of the document that ``$sourceDescriptions.NAME.ID`` means, and the workflowId."""
        split = self._sources(loaded).split(text.removeprefix(_SOURCES)) if text.startswith(_SOURCES) else None
        if split is None or split[0].parsed is None:
            return None, ""
        other = self.loaded.get(split[0].parsed.uri)
        return (other.declared if other else None), split[1]

    def _sources(self, loaded: _Loaded) -> Sources:
        return Sources(loaded.sources, loaded.parsed.location)

    def _document(self, uri: str, model: ArazzoDescription) -> Document:
        parsed = self.loaded[uri].parsed
        kinds = {source.name: source.kind for source in self.loaded[uri].sources}
        fields: dict[str, dict[str, JSON]] = {
            source.name: {"url": source.url, "type": source.type or kinds.get(source.name)}
            for source in model.source_descriptions
        }
        return Document(uri=uri, location=parsed.location, model=model, sources=fields, content=parsed.content)

    def _resolve(self, models: Mapping[str, ArazzoDescription]) -> dict[WorkflowKey, BoundWorkflow]:
        ids = {uri: list(loaded.declared.workflows) for uri, loaded in self.loaded.items()}
        declared = {uri: loaded.declared for uri, loaded in self.loaded.items()}
        bound: dict[WorkflowKey, BoundWorkflow] = {}
        for uri, model in models.items():
            loaded = self.loaded[uri]
            resolver = Resolver(
                uri=uri,
                root=loaded.root,
                workflows=Workflows(uri, ids, self._sources(loaded), self.with_sources),
                declared=declared,
                sink=self.sink,
                strict=self.strict,
                with_operations=self.with_sources,
            )
            for workflow in model.workflows:
                found = resolver.bind(workflow)
                bound.setdefault(found.key, found)
        return bound

    def _report_cycles(self, workflows: Mapping[WorkflowKey, BoundWorkflow]) -> None:
        """Report one cycle of `dependsOn` among workflows, if there is one (S33)."""
        cycle = find_cycle({key: set(workflow.depends_on) for key, workflow in workflows.items()})
        if cycle:
            chain = " -> ".join(f"'{key.workflow_id}'" for key in cycle)
            origin = workflows[cycle[0]].workflow.origin.at("dependsOn")
            say(
                OriginReport(origin, self.sink),
                codes.DEPENDENCY_CYCLE,
                f"workflows wait for each other: {chain}",
                "break the circle",
            )
