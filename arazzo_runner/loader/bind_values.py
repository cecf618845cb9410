"""Parameters, request bodies, outputs and criteria: the parts of steps that hold expressions, bound and compiled."""

from __future__ import annotations

from typing import Literal, TypeAlias

from arazzo_runner import diagnostics as codes
from arazzo_runner import expressions
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.nodes import ExpressionType, Selector, Value
from arazzo_runner.loader import shape
from arazzo_runner.loader.components import Place, dereference
from arazzo_runner.loader.nearest import listed, suggestion
from arazzo_runner.loader.replacements import check_target
from arazzo_runner.loader.shape import Fields, Unique, open_object, say, wrong_type
from arazzo_runner.model import Parameter, PayloadReplacement, RequestBody
from arazzo_runner.values import JSON

#: What parameters are for: an operation, a message, a workflow's inputs by a step or by an action, or not known yet.
Purpose: TypeAlias = Literal["operation", "message", "workflow", "action", "any"]

_PLACES = ("path", "query", "querystring", "header", "cookie")
_SELECTOR_TYPES = ("jsonpath", "xpath", "jsonpointer")
_VERSIONED = ("jsonpath", "xpath", "jsonpointer")
_CRITERION_TYPES = ("simple", "regex", "jsonpath", "xpath")


def parameter_key(parameter: Parameter) -> tuple[str, str | None]:
    """What makes a parameter the same as another: name and place; header names without regard to case."""
    name = parameter.name.lower() if parameter.in_ == "header" else parameter.name
    return name, parameter.in_


def bind_parameters(fields: Fields, place: Place, purpose: Purpose) -> tuple[Parameter, ...]:
    """The `parameters` of a workflow, step or action: none may occur twice."""
    unique = Unique(f"in 'parameters' of {fields.what}, parameter")
    bound: list[Parameter] = []
    for raw, report in fields.items("parameters"):
        parameter = bind_listed_parameter(raw, report, place, purpose)
        if parameter is not None and unique.check(parameter_key(parameter), parameter.name, report):
            bound.append(parameter)
    return tuple(bound)


def bind_listed_parameter(raw: JSON, report: OriginReport, place: Place, purpose: Purpose) -> Parameter | None:
    """A Parameter Object or a Reusable Object that stands for one."""
    located = dereference(raw, "parameters", report, place)
    if located is None:
        return None
    return bind_parameter(located.raw, located.report, place, purpose, override=located.override)


def bind_parameter(
    raw: JSON, report: OriginReport, place: Place, purpose: Purpose, *, override: OriginReport | None = None
) -> Parameter | None:
    """A Parameter Object; ``override`` is the report of the Reusable Object that gave it another value."""
    name = raw.get("name") if isinstance(raw, dict) else None
    what = f"parameter '{name}'" if isinstance(name, str) else "parameter"
    fields = open_object(raw, report, shape.PARAMETER, what, place.version)
    if fields is None:
        return None
    where = _place_of(fields, place, purpose)
    text = fields.text("name")
    value = bind_value(fields.get("value"), (override or report).at("value"), place)
    if text is None:
        return None
    return Parameter(name=text, value=value, in_=where, origin=(override or report).origin)


def _place_of(fields: Fields, place: Place, purpose: Purpose) -> str | None:
    if purpose == "action" and "in" in fields:
        message = f"{fields.what} goes to the inputs of a workflow and must not have 'in'"
        say(fields.at("in"), codes.CONFLICTING_FIELDS, message, "remove 'in'")
        return None
    if fields.get("in") == "body":
        say(fields.at("in"), codes.WRONG_VALUE, f"{fields.what} is 'in: body'", "use 'requestBody' for the body")
        return None
    allowed = (*_PLACES, "channel") if purpose in ("message", "any") else _PLACES
    where = fields.choice("in", allowed)
    if where == "querystring" and place.version.old:
        say(fields.at("in"), codes.NEWER_FIELD, f"'in: querystring' of {fields.what} is of Arazzo 1.1")
    return where


def bind_value(raw: JSON, report: OriginReport, place: Place) -> Value:
    """Any value with its expressions and Selector Objects compiled."""
    return expressions.compile_value(raw, place.names, report)


def bind_outputs(fields: Fields, place: Place) -> dict[str, Value]:
    """The `outputs` of a step or workflow: expressions or Selector Objects by name."""
    bound: dict[str, Value] = {}
    for name, raw, report in fields.members("outputs"):
        shape.check_name(name, report, f"output of {fields.what}", dots=True)
        value = _bind_output(raw, report, f"output '{name}' of {fields.what}", place)
        if value is not None:
            bound[name] = value
    return bound


def _bind_output(raw: JSON, report: OriginReport, what: str, place: Place) -> Value | None:
    if isinstance(raw, str):
        return bind_value(raw, report, place)
    if not isinstance(raw, dict):
        wrong_type(report, what, "an expression or a Selector Object", raw)
        return None
    if place.version.old:
        say(report, codes.NEWER_FIELD, f"{what} is a Selector Object, which is of Arazzo 1.1", "write an expression")
    fields = open_object(raw, report, shape.SELECTOR, what, place.version)
    if fields is None or not all(name in fields for name in shape.SELECTOR.required):
        return None
    value = bind_value({name: raw[name] for name in shape.SELECTOR.required}, report, place)
    if isinstance(value, Selector):
        return value
    _explain_selector(fields)
    return None


def _explain_selector(fields: Fields) -> None:
    """Report why an object with the fields of a Selector Object is none."""
    context = fields.text("context")
    fields.text("selector")
    if context is not None and not context.startswith("$"):
        message = f"'context' of {fields.what} is '{context}', which is no runtime expression"
        say(fields.at("context"), codes.INVALID_EXPRESSION, message, "write an expression such as $response.body")
    type_ = fields.get("type")
    named = type_.get("type") if isinstance(type_, dict) else type_
    if named not in _SELECTOR_TYPES:
        message = f"'type' of {fields.what} must be {listed(_SELECTOR_TYPES, 'or')}"
        hint = suggestion(named, _SELECTOR_TYPES) if isinstance(named, str) else None
        say(fields.at("type"), codes.WRONG_VALUE, message, hint)


def bind_request_body(raw: JSON, report: OriginReport, what: str, place: Place) -> RequestBody | None:
    """A Request Body Object."""
    what = f"'requestBody' of {what}"
    fields = open_object(raw, report, shape.REQUEST_BODY, what, place.version)
    if fields is None:
        return None
    content_type = fields.text("contentType")
    if content_type is not None and "*" in content_type:
        message = f"contentType '{content_type}' is a range, not a media type"
        say(fields.at("contentType"), codes.MEDIA_TYPE_RANGE, message, "write a concrete type: application/json")
    payload = bind_value(fields.get("payload"), fields.at("payload"), place) if "payload" in fields else None
    replacements = [_bind_replacement(member, at, what, place, fields) for member, at in fields.items("replacements")]
    return RequestBody(
        content_type=content_type,
        payload=payload,
        replacements=tuple(replacement for replacement in replacements if replacement is not None),
        origin=report.origin,
    )


def _bind_replacement(
    raw: JSON, report: OriginReport, what: str, place: Place, body: Fields
) -> PayloadReplacement | None:
    fields = open_object(raw, report, shape.REPLACEMENT, f"a replacement in {what}", place.version)
    if fields is None:
        return None
    selector_type: ExpressionType | None = None
    if "targetSelectorType" in fields:
        at = fields.at("targetSelectorType")
        if is_typed(fields, "targetSelectorType", _SELECTOR_TYPES, place):
            selector_type = expressions.expression_type(fields.get("targetSelectorType"), at, default="jsonpointer")
    target = fields.text("target")
    value = bind_value(fields.get("value"), fields.at("value"), place)
    if target is None:
        return None
    compiled = expressions.compile_text(target, place.names, fields.at("target"))
    media_type = body.get("contentType")
    check_target(
        compiled,
        selector_type,
        media_type if isinstance(media_type, str) else None,
        body.get("payload"),
        fields.at("target"),
    )
    return PayloadReplacement(
        target=compiled,
        value=value,
        selector_type=selector_type,
        origin=report.origin,
    )


def bind_criteria(fields: Fields, name: str, place: Place, *, at_least_one: bool = False) -> tuple[Criterion, ...]:
    """A list of Criterion Objects."""
    bound = (
        _bind_criterion(raw, report, f"a criterion in '{name}' of {fields.what}", place)
        for raw, report in fields.items(name, at_least_one=at_least_one)
    )
    return tuple(criterion for criterion in bound if criterion is not None)


def _bind_criterion(raw: JSON, report: OriginReport, what: str, place: Place) -> Criterion | None:
    fields = open_object(raw, report, shape.CRITERION, what, place.version)
    if fields is None:
        return None
    type_ = _criterion_type(fields, place)
    context = fields.text("context")
    condition = fields.text("condition")
    if condition is None:
        return None
    heard = report if type_ else OriginReport(report.origin, [])  # what language it is in is not known
    return expressions.compile_criterion(condition, context, type_ or ExpressionType("simple"), place.names, heard)


def _criterion_type(fields: Fields, place: Place) -> ExpressionType | None:
    """The language of a condition; None when it is no language for conditions, which is reported."""
    if "type" not in fields:
        return ExpressionType("simple")
    if not is_typed(fields, "type", _CRITERION_TYPES, place):
        return None
    return expressions.expression_type(fields.get("type"), fields.at("type"), default="simple")


def is_typed(fields: Fields, name: str, allowed: tuple[str, ...], place: Place) -> bool:
    """Whether a field names one of these languages, as text or as an Expression Type Object; a finding when not."""
    raw, report = fields.get(name), fields.at(name)
    if isinstance(raw, str):
        return fields.choice(name, allowed) is not None
    what = f"'{name}' of {fields.what}"
    if not isinstance(raw, dict):
        wrong_type(report, what, "a string or an Expression Type Object", raw)
        return False
    typed = open_object(raw, report, shape.EXPRESSION_TYPE, what, place.version)
    if typed is not None and "type" not in typed:
        say(report, codes.MISSING_FIELD, f"{what} has no 'type'", f"add 'type': {listed(_VERSIONED, 'or')}")
        return False
    language = typed.choice("type", _VERSIONED) if typed is not None else None
    if language is not None and language not in allowed:
        message = f"{what} is '{language}', which is no language for conditions"
        say(report, codes.WRONG_VALUE, message, f"use {listed(allowed, 'or')}")
    return language in allowed
