"""Scenario files: what a document, some inputs and scripted answers must come to. Knows their format, not the engine.

A file holds one scenario, or a table of them: ``cases``, each laid over the file's own fields; ``<<name>>`` in a text
is replaced by the case's ``with``. Fields:

- ``title``, ``reading`` (the readings and dialects that it shows, separated by spaces)
- ``main``: a Workflow Object, run by default; or ``document``: a whole Arazzo document (an object, or YAML as text).
  `arazzo`, `info`, `sourceDescriptions` (the things API, `api.yml`, as `api`) and `workflowId` are filled in.
- ``files``: other documents by name, beside the document; ``at``: where the document is (a URL by default)
- ``workflow``, ``inputs``, ``options`` (those of `Runner`, with ``limits`` as an object; ``sources``)
- ``answers``: in order, a status, ``timeout``, ``connect``, or ``{status, headers, body, takes, repeat}``

What must come of it:

- ``status``, ``outputs``, ``error`` (``code``, ``step``, ``message``), or ``refused``: the exception and fragments of
  what it says, nothing sent
- ``requests`` (``send``, ``headers``, ``body``, ``parts``), ``tokens`` (fetched), ``waits``, ``timeouts``
- ``events``, ``visits`` (the steps that began, nested ones as ``caller/step``)
- ``whys`` (what verdicts say), ``notes``, ``diagnostics`` (codes of errors and dialects; advice where it is listed)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urljoin

import yaml

HERE = Path(__file__).parent
API = (HERE / "api.yml").read_text(encoding="utf-8")
LOCATION = "https://docs.test/main.arazzo.yml"

FIELDS = {
    "title", "reading", "main", "document", "files", "at", "workflow", "inputs", "options", "answers", "cases", "with",
    "status", "outputs", "error", "requests", "waits", "timeouts", "events", "visits", "whys", "notes", "diagnostics",
    "refused", "tokens",
}  # fmt: skip


class Words(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # one of two classes
    """Reads YAML with ``on``, ``no`` and times as the words that they are in YAML 1.2."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in ("bool", "timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Words.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("(true|false)$"), ["t", "f"])


@dataclass(frozen=True)
class Scenario:
    """One scenario with its defaults filled in."""

    name: str
    raw: Mapping[str, Any]

    def __getitem__(self, field: str) -> Any:
        return self.raw[field]

    def __contains__(self, field: str) -> bool:
        return field in self.raw

    def get(self, field: str, default: Any = None) -> Any:
        """A field, or the default where the scenario does not say."""
        return self.raw.get(field, default)

    @property
    def location(self) -> str:
        """Where the Arazzo document is."""
        return str(self.get("at", LOCATION))

    def files(self) -> dict[str, bytes]:
        """Every document by its location."""
        named = {"api.yml": API, **self.get("files", {})}
        found = {urljoin(self.location, name): _bytes(content) for name, content in named.items()}
        return {**found, self.location: _bytes(self._document())}

    def _document(self) -> Any:
        document = self.get("document", {})
        if not isinstance(document, dict):
            return document
        filled = {
            "arazzo": "1.1.0",
            "info": {"title": str(self["title"]), "version": "1"},
            "sourceDescriptions": [{"name": "api", "url": "api.yml", "type": "openapi"}],
            **document,
        }
        if "main" in self:
            filled["workflows"] = [{"workflowId": "main", **self["main"]}, *document.get("workflows", [])]
        return filled

    @property
    def workflow(self) -> str | None:
        """The workflow to run."""
        chosen: str | None = self.get("workflow", "main" if "main" in self else None)
        return chosen


def scenarios() -> Iterator[Scenario]:
    """Every scenario of every file, in order."""
    for path in sorted(HERE.glob("*/*.yml")):
        name = path.relative_to(HERE).with_suffix("").as_posix()
        raw = yaml.load(path.read_text(encoding="utf-8"), Words)
        for case in raw.get("cases", [{}]):
            merged = {**{key: value for key, value in raw.items() if key != "cases"}, **case}
            title = f"{name}[{case['title']}]" if "title" in case else name
            unknown = set(merged) - FIELDS
            if unknown:
                raise ValueError(f"{title}: scenarios have no field {sorted(unknown)}")
            yield Scenario(title, _filled(merged, merged.get("with", {})))


def readings() -> Iterator[tuple[str, str]]:
    """The reading or dialect that a file cites, and the file."""
    for scenario in scenarios():
        for cited in str(scenario["reading"]).split():
            yield cited, scenario.name


def _filled(value: Any, given: Mapping[str, Any]) -> Any:
    """The value with every ``<<name>>`` replaced; a text that is nothing else becomes the value itself."""
    match value:
        case dict():
            return {_filled(key, given): _filled(below, given) for key, below in value.items()}
        case list():
            return [_filled(below, given) for below in value]
        case str():
            for name, content in given.items():
                mark = f"<<{name}>>"
                if value == mark:
                    return content
                value = value.replace(mark, str(content))
            return value
        case _:
            return value


def _bytes(content: Any) -> bytes:
    return content.encode() if isinstance(content, str) else json.dumps(content).encode()
