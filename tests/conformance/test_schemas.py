"""Our JSON Schemas and the binder say the same of a document's structure; the specification's prose wins."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from agreement import disagreement, findings, refusals, structural, version_of
from jsonschema import Draft202012Validator

from arazzo_runner.diagnostics import Diagnostic, Origin, OriginReport
from arazzo_runner.loader import parse_document
from arazzo_runner.loader.schemas import check_inputs
from arazzo_runner.schemas import VERSIONS, schema, schema_text
from arazzo_runner.values import JSON

SUITE = Path("/work/shared/spec/schema-tests")
CORPUS = Path("/work/shared/corpus")
OFFICIAL = {"1.0": SUITE.parent / "schema-1.0.json", "1.1": SUITE.parent / "schema-1.1.yaml"}
WHOLE = {version: Path(__file__).parent / "whole" / f"arazzo-{version}.yaml" for version in VERSIONS}


def whole(version: str) -> Any:
    return parse_document(WHOLE[version].read_bytes(), WHOLE[version].name)


EVERY = 12  #: which documents of the corpus are tried; all of them take 45 seconds


@pytest.mark.parametrize("version", VERSIONS)
def test_they_are_json_schemas(version: str) -> None:
    Draft202012Validator.check_schema(schema(version))


def test_they_are_for_editors_too() -> None:
    assert json.loads(schema_text("1.1.0")) == schema("1.1")
    assert schema("1.0.1")["title"] == "Arazzo 1.0"


def test_a_schema_is_a_copy() -> None:
    schema("1.1").clear()
    assert schema("1.1")


@pytest.mark.parametrize("version", ["2.0", "1", "1.2.0", "", "../1.1"])
def test_there_are_no_others(version: str) -> None:
    with pytest.raises(ValueError, match=r"1\.0 and 1\.1"):
        schema(version)


# --- the official suite -----------------------------------------------------------------------------------------------
official = pytest.mark.skipif(not SUITE.is_dir(), reason="the specification is not at hand")


@official
@pytest.mark.parametrize("path", sorted(SUITE.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_official_documents_are_judged_as_their_folders_say(path: Path) -> None:
    document = parse_document(path.read_bytes(), path.name)
    refused = refusals(document, version_of(document) or "1.1")
    assert bool(refused) == (path.parent.name == "fail"), refused
    assert disagreement(document) is None


STEP = "workflows/0/steps/0"

#: Where the prose and the official schemas contradict each other: (what the prose says, version, path, value, fits).
PROSE: dict[str, tuple[str, str, Any, bool]] = {
    "retry needs no target": (
        "1.0", f"{STEP}/onFailure", [{"name": "n", "type": "retry", "retryAfter": 1}], True,
    ),
    "a simple condition needs no context": (
        "1.0", f"{STEP}/successCriteria", [{"condition": "$statusCode == 200", "type": "simple"}], True,
    ),
    "the type of a condition may be an object": (
        "1.0", f"{STEP}/successCriteria",
        [{"condition": "//a", "type": {"type": "xpath", "version": "xpath-10"}, "context": "$response.body"}], True,
    ),
    "a parameter's value may be anything": (
        "1.1", f"{STEP}/parameters", [{"name": "q", "in": "query", "value": {"a": 1}}], True,
    ),
    "a replacement's value may be anything": (
        "1.1", f"{STEP}/requestBody", {"payload": {}, "replacements": [{"target": "/a", "value": 1}]}, True,
    ),
    "outputs have keys of certain characters": ("1.1", f"{STEP}/outputs", {"a b": "$url"}, False),
    "a timeout is a length of time": ("1.1", f"{STEP}/timeout", -1, False),
    "parameters of actions have no in": (
        "1.1", f"{STEP}/onSuccess",
        [{"name": "n", "type": "goto", "workflowId": "w", "parameters": [{"name": "a", "in": "path", "value": 1}]}],
        False,
    ),
    "a reference is to a component": ("1.1", f"{STEP}/onSuccess", [{"reference": "$inputs.x"}], False),
    "an action has one target": (
        "1.1", f"{STEP}/onFailure", [{"name": "n", "type": "retry", "stepId": "two", "workflowId": "before"}], False,
    ),
}  # fmt: skip


@official
@pytest.mark.parametrize(("version", "path", "value", "fits"), PROSE.values(), ids=PROSE.keys())
def test_where_the_prose_contradicts_the_official_schema_it_wins(
    version: str, path: str, value: Any, fits: bool
) -> None:
    document = whole(version)
    theirs = Draft202012Validator(yaml.safe_load(OFFICIAL[version].read_text(encoding="utf-8")))
    assert theirs.is_valid(document)
    holder, last = below(document, path)
    holder[last] = value
    assert theirs.is_valid(document) is not fits
    assert (refusals(document, version) == []) is fits
    assert disagreement(document) is None


def below(document: Any, path: str) -> tuple[Any, Any]:
    *way, last = [int(token) if token.isdecimal() else token for token in path.split("/")]
    for token in way:
        document = document[token]
    return document, last


# --- the corpus -------------------------------------------------------------------------------------------------------
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not at hand")
def test_they_agree_about_real_documents() -> None:
    entries = json.loads((CORPUS / "manifest.json").read_text(encoding="utf-8"))["documents"]
    differing = {}
    for entry in entries[::EVERY]:
        document = parse_document((CORPUS / entry["path"]).read_bytes(), entry["path"])
        if (said := disagreement(document)) is not None:
            differing[entry["path"]] = said
    assert differing == {}


# --- mutations --------------------------------------------------------------------------------------------------------
VALUES: tuple[JSON, ...] = (None, True, -1, 0.5, "", "x", [], {}, [{}], {"a b": 1}, "simple", {"type": "jsonpath"})
EACH = 4  #: which of the mutations are tried; all of them take a minute


def mutations(document: Any) -> Iterator[tuple[str, Any]]:
    """The document with one member removed, replaced by each of some values, or added, at every place."""
    for pointer, holder, key in list(places(document, "")):
        kept = holder[key]
        for value in VALUES:
            if value != kept:
                holder[key] = deepcopy(value)
                yield f"{pointer} := {value!r}", document
        if isinstance(holder, dict):
            del holder[key]
            yield f"del {pointer}", document
        holder[key] = kept
        if isinstance(kept, dict):
            kept["extra"] = 1
            yield f"{pointer}/extra", document
            del kept["extra"]
        if isinstance(kept, list) and kept:
            kept.append(deepcopy(kept[0]))
            yield f"{pointer} twice", document
            kept.pop()


def places(value: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:
    if value is None or isinstance(value, str | int | float):
        return
    for key, member in list(value.items() if isinstance(value, dict) else enumerate(value)):
        here = f"{pointer}/{key}"
        yield here, value, key
        if not here.endswith(("/payload", "/inputs", "/more")):  # any JSON, and JSON Schemas: the metaschema's concern
            yield from places(member, here)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_whole_document_is_sound(version: str) -> None:
    document = whole(version)
    assert refusals(document, version) == []
    assert [finding for finding in findings(document) if structural(finding, document)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_they_agree_about_broken_documents(version: str) -> None:
    document = whole(version)
    some = islice(mutations(document), 0, None, EACH)
    differing = [f"{what}: {said}" for what, broken in some if (said := disagreement(broken, inputs=False))]
    assert differing == [], f"{len(differing)} of them"


# --- the schemas of inputs --------------------------------------------------------------------------------------------
INPUTS: dict[str, Any] = {
    "type": ["object", "null"],
    "required": ["a"],
    "properties": {
        "a": {"type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a", "format": "date", "enum": ["a"]},
        "b": {"type": "number", "minimum": 1, "maximum": 2.5, "exclusiveMinimum": 0, "multipleOf": 2, "const": 2},
        "c": {"type": "array", "items": {}, "minItems": 1, "maxItems": 2, "uniqueItems": True, "prefixItems": [{}]},
        "d": {"allOf": [{}], "anyOf": [True], "oneOf": [{}], "not": {}, "if": {}, "then": {}, "else": {}},
        "e": {"contains": {}, "minContains": 1, "maxContains": 2, "readOnly": True, "deprecated": False},
        "f": {"title": "t", "description": "d", "default": 1, "examples": [1], "$comment": "c", "writeOnly": True},
    },
    "minProperties": 1,
    "maxProperties": 9,
    "additionalProperties": False,
    "patternProperties": {"^x": {}},
    "propertyNames": {},
    "dependentRequired": {"a": ["b"]},
    "dependentSchemas": {"a": {}},
    "unevaluatedProperties": False,
    "$defs": {"g": {"contentMediaType": "text/plain", "contentEncoding": "base64"}},
}


def test_they_agree_about_the_schemas_of_inputs() -> None:
    theirs = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    document = deepcopy(INPUTS)
    differing = []
    for what, broken in mutations(document):
        sink: list[Diagnostic] = []
        check_inputs(broken, OriginReport(Origin("document"), sink), {})
        if (not sink) is not theirs.is_valid(broken):
            differing.append(f"{what}: {sink[:1] or next(theirs.iter_errors(broken)).message}")
    assert differing == [], f"{len(differing)} of them"
