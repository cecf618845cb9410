"""Holds the binder's structural findings against our JSON Schemas: which a schema can see, and which it must."""

from __future__ import annotations

import json
from functools import cache

from jsonschema import Draft202012Validator

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import Diagnostic, Origin, OriginReport
from arazzo_runner.loader.bind import bind
from arazzo_runner.schemas import schema_text
from arazzo_runner.values import JSON

#: A schema refuses what has one of these, whatever its severity: tolerance is ours, not the specification's.
STRUCTURAL = {
    codes.MISSING_FIELD,
    codes.UNKNOWN_FIELD,
    codes.WRONG_TYPE,
    codes.WRONG_VALUE,
    codes.CONFLICTING_FIELDS,
    codes.NEWER_FIELD,
    codes.RETRY_ON_SUCCESS,
    codes.EXPRESSION_TYPE_VERSION,
}

#: The binder may say these of what a schema refuses: names that are equal, references of the wrong kind.
SAID_OTHERWISE = {codes.DUPLICATE_NAME, codes.UNKNOWN_COMPONENT, codes.INVALID_EXPRESSION}


def findings(document: JSON) -> list[Diagnostic]:
    """What the binder says of one document, on its own."""
    sink: list[Diagnostic] = []
    bind(document, OriginReport(Origin("document"), sink))
    return sink


def structural(finding: Diagnostic, document: JSON) -> bool:
    """Whether a schema must refuse a document with this finding."""
    match finding.code:
        case codes.PARAMETER_WITHOUT_IN:  # a schema cannot see which steps a component or a workflow's parameter is for
            at = pointed(document, finding.origin.pointer)
            return "/steps/" in finding.origin.pointer and isinstance(at, dict) and "reference" not in at
        case codes.INVALID_NAME:  # ids should, keys must have certain characters
            return finding.on_key
        case codes.INVALID_SCHEMA:  # where references lead is not structure
            at = pointed(document, finding.origin.pointer)
            return not finding.origin.pointer.endswith("/$ref") and not (isinstance(at, dict) and "$ref" in at)
        case codes.INVALID_EXPRESSION:
            return "/dependsOn/" in finding.origin.pointer or finding.origin.pointer.endswith("/$ref")
        case codes.DUPLICATE_NAME:
            return "/dependsOn/" in finding.origin.pointer
    return finding.code in STRUCTURAL


def pointed(document: JSON, pointer: str) -> JSON:
    """What a pointer of a finding leads to; None when it leads nowhere."""
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(token)
        elif isinstance(document, list) and token.isdecimal() and int(token) < len(document):
            document = document[int(token)]
        else:
            return None
    return document


@cache
def validator(version: str, *, inputs: bool = True) -> Draft202012Validator:
    """The validator of a version. Without ``inputs`` it lets any schema of inputs pass: the metaschema is slow."""
    text = schema_text(version)
    if not inputs:
        text = text.replace('"$ref": "https://json-schema.org/draft/2020-12/schema"', '"description": "not looked at"')
    return Draft202012Validator(json.loads(text))


def refusals(document: JSON, version: str) -> list[str]:
    """What our schema of this version says against a document."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(version).iter_errors(document)]


def version_of(document: JSON) -> str | None:
    """The version of the specification that a document names, when there is a schema for it."""
    written = document.get("arazzo") if isinstance(document, dict) else None
    return written[:3] if isinstance(written, str) and written[:4] in ("1.0.", "1.1.") else None


def disagreement(document: JSON, *, inputs: bool = True) -> str | None:
    """In what binder and schema differ about a document; None when they agree."""
    version = version_of(document)
    if version is None:
        return None
    found = findings(document)
    if not inputs:
        found = [finding for finding in found if finding.code is not codes.INVALID_SCHEMA]
    must = [finding for finding in found if structural(finding, document)]
    refused = not validator(version, inputs=inputs).is_valid(document)
    if must and not refused:
        return f"the schema accepts what the binder refuses: {', '.join(map(shown, must[:5]))}"
    if refused and not must and not any(finding.code in SAID_OTHERWISE for finding in found):
        return f"the binder accepts what the schema refuses: {'; '.join(refusals(document, version)[:3])}"
    return None


def shown(finding: Diagnostic) -> str:
    return f"{finding.code.name} at {finding.origin.pointer}: {finding.message}"
