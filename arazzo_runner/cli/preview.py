"""A preview of an Arazzo document, for shells, which wait, and for what is not loaded yet: ids, inputs, sources.

It reads one local file of bounded size and nothing that this refers to, imports PyYAML and nothing heavier, and gives
nothing for what it cannot read. It must not load, bind or check: that is the loader's.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from arazzo_runner.records import dataclass

#: Larger files are not read, in bytes: someone waits.
LARGEST: Final = 1024 * 1024
#: How deep values may nest.
DEEPEST: Final = 100

_POINTERS: Final = 8  #: how many references lead on from one to the next


@dataclass(frozen=True, slots=True)
class PreviewInput:
    """An input: its description, what it may be, and whether it must be given."""

    name: str
    description: str | None = None
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What a document says of itself; texts are as they stand in it."""

    workflows: Mapping[str, str | None] = field(default_factory=dict)  #: summary by id
    inputs: Mapping[str, tuple[PreviewInput, ...]] = field(default_factory=dict)  #: by workflow id
    sources: Mapping[str, str] = field(default_factory=dict)  #: URL by name


def preview_of(file: str) -> Preview:
    """The preview of a document; an empty one for what is no readable Arazzo document of moderate size."""
    try:
        root = _parsed(_content(os.path.expanduser(file)))
    except Exception:  # whatever is wrong with it, there is no preview
        return Preview()
    root = _object(root)
    workflows = [one for one in map(_object, _list(root.get("workflows"))) if isinstance(one.get("workflowId"), str)]
    sources = [one for one in map(_object, _list(root.get("sourceDescriptions"))) if isinstance(one.get("name"), str)]
    return Preview(
        {one["workflowId"]: _text(one.get("summary")) or _text(one.get("description")) for one in workflows},
        {one["workflowId"]: tuple(_inputs(root, one.get("inputs"))) for one in workflows},
        {one["name"]: _text(one.get("url")) or "" for one in sources},
    )


def _content(file: str) -> str:
    if "://" in file or not stat.S_ISREG(os.stat(file).st_mode) or os.path.getsize(file) > LARGEST:
        raise ValueError(file)
    with open(file, "rb") as opened:
        return opened.read(LARGEST).decode("utf-8-sig")


# --- inputs -----------------------------------------------------------------------------------------------------------
def _inputs(root: Mapping[str, Any], schema: Any) -> Iterator[PreviewInput]:
    for part in _parts(root, schema):
        required = _list(part.get("required"))
        for name, property_ in _object(part.get("properties")).items():
            one = _resolved(root, property_)
            choices = tuple(choice for choice in _list(one.get("enum")) if isinstance(choice, str))
            if one.get("type") == "boolean":
                choices = choices or ("true", "false")
            yield PreviewInput(name, _text(one.get("description")), choices, name in required)


def _parts(root: Mapping[str, Any], schema: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    found = _resolved(root, schema)
    yield found
    for part in _list(found.get("allOf")) if depth < _POINTERS else ():
        yield from _parts(root, part, depth + 1)


def _resolved(root: Mapping[str, Any], schema: Any) -> Mapping[str, Any]:
    """A schema with its local reference followed."""
    found = _object(schema)
    for _ in range(_POINTERS):
        reference = found.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        target: Any = root
        for token in reference[2:].split("/"):
            target = _object(target).get(token.replace("~1", "/").replace("~0", "~"))
        found = _object(target)
    return found


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


# --- YAML, every scalar as text ---------------------------------------------------------------------------------------
def _parsed(text: str) -> Any:
    """The value of a YAML or JSON text, without recursion: a text from anywhere must not end the process."""
    import yaml

    loader = getattr(yaml, "CLoader", yaml.Loader)  # only its events are used, which make no objects
    anchors: dict[str, Any] = {}
    stack: list[tuple[Any, list[Any]]] = []  # a collection with what it holds so far
    for event in yaml.parse(text, Loader=loader):
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                if event.anchor:
                    anchors[event.anchor] = value
                stack.append((value, []))
                if len(stack) > DEEPEST:
                    raise ValueError("too deep")
                continue
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                value, items = stack.pop()
                _fill(value, items)
            case yaml.ScalarEvent():
                value = event.value
                if event.anchor:
                    anchors[event.anchor] = value
            case yaml.AliasEvent():
                value = anchors[event.anchor or ""]
            case _:
                continue
        if not stack:
            return value
        stack[-1][1].append(value)
    return None


def _fill(collection: Any, items: list[Any]) -> None:
    if isinstance(collection, list):
        collection += items
        return
    pairs = zip(items[::2], items[1::2], strict=True)
    collection.update((key, value) for key, value in pairs if isinstance(key, str))
