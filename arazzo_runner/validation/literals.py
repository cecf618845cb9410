"""Rules about literal values: parameters and payloads that the document writes out, held against their schemas.

Expressions are left alone: only what is certain to be sent so is judged. `constants` knows schemas.
"""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import BoundStep, Description
from arazzo_runner.diagnostics import Diagnostic, Origin
from arazzo_runner.expressions.nodes import ArrayValue, Constant, ObjectValue, Value
from arazzo_runner.model import RequestBody
from arazzo_runner.secrecy import is_secret_name
from arazzo_runner.sources import Argument
from arazzo_runner.sources.openapi.answers import parse_json
from arazzo_runner.sources.openapi.media import best, media_type
from arazzo_runner.sources.openapi.operation import OpenAPIOperation
from arazzo_runner.validation.constants import Checker, Violation
from arazzo_runner.validation.requests import probes, steps_with_operations
from arazzo_runner.validation.visiting import finding
from arazzo_runner.values import JSON


def literal_parameters(description: Description) -> Iterator[Diagnostic]:
    """A parameter's literal value is one that its schema allows."""
    for _, _, step, operation in steps_with_operations(description):
        for parameter in step.step.parameters if not probes(step) else ():
            if not isinstance(parameter.value, Constant) or parameter.value.value is None:
                continue
            place = operation.place_of(Argument(parameter.name, None, parameter.in_))
            declared = operation.parameter(place, parameter.name)
            if declared is None or declared.media_type is not None:
                continue
            checker = Checker(operation.dereference, as_text=True)
            for violation in checker.violations(parameter.value, declared.schema):
                origin = parameter.origin.at("value", *violation.tokens)
                yield _said(violation, f"the {place} parameter '{parameter.name}'", origin, parameter.name)


def literal_payloads(description: Description) -> Iterator[Diagnostic]:
    """The literal parts of a payload are what its schema allows; one with replacements is left alone."""
    for _, _, step, operation in steps_with_operations(description):
        body = step.step.request_body
        if body is None or body.payload is None or body.replacements or probes(step):
            continue
        schema, as_text = _schema(step, body, operation)
        payload, parsed = _payload(body.payload, as_text=as_text)
        if schema is None or payload is None:
            continue
        for violation in Checker(operation.dereference, as_text=as_text).violations(payload, schema):
            origin = body.origin.at("payload", *(() if parsed else violation.tokens))
            yield _said(violation, "the payload", origin)


def _schema(step: BoundStep, body: RequestBody, operation: OpenAPIOperation) -> tuple[JSON, bool]:
    """The schema of the body that is sent, and whether its values are sent as text."""
    declared = operation.request_body()
    if declared is None:
        return None, False
    own = next((each.value for each in step.parameters if each.name.lower() == "content-type"), None)
    header = own.value if isinstance(own, Constant) and isinstance(own.value, str) else None
    payload = body.payload.value if isinstance(body.payload, Constant) else {}
    kind = media_type(declared.choose(body.content_type or header, payload))
    name = best(kind, declared.contents) if kind else None
    if kind is None or name is None or not (kind.is_json or kind.is_form or kind.is_multipart):
        return None, False
    return declared.contents[name].schema, not kind.is_json


def _payload(value: Value, *, as_text: bool) -> tuple[Value | None, bool]:
    """What a payload is, and whether its text was read as JSON; None for text that is none, or holds expressions."""
    match value:
        case Constant(value=str() as text):
            if as_text:
                return None, False
            try:
                return Constant(parse_json(text)), True
            except (ValueError, RecursionError):
                return None, False
        case Constant() | ObjectValue() | ArrayValue():
            return value, False
    return None, False


def _said(violation: Violation, what: str, origin: Origin, name: str = "") -> Diagnostic:
    code = codes.MISSING_MEMBER if violation.missing else codes.VALUE_MISMATCH
    place = "".join(f"[{token}]" if isinstance(token, int) else f".{token}" for token in violation.tokens)
    subject = f"'{place.removeprefix('.')}' in {what}" if place else what
    if not violation.missing and any(
        is_secret_name(token) for token in (*violation.tokens, name) if isinstance(token, str)
    ):
        return finding(code, origin, f"{subject} is a secret (not shown) that its schema does not allow")
    return finding(code, origin, f"{subject} {violation.message}", violation.hint)
