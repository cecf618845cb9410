"""A raw document becomes the model: every departure from the specification is a finding, and all that can be is bound.

Total over any JSON. Knows one document; what its references lead to in others is resolved later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import OriginReport
from arazzo_runner.loader import shape
from arazzo_runner.loader.bind_actions import bind_action, bind_actions
from arazzo_runner.loader.bind_steps import bind_step
from arazzo_runner.loader.bind_values import bind_outputs, bind_parameter, bind_parameters
from arazzo_runner.loader.components import Place
from arazzo_runner.loader.declared import OutputsOf, declare
from arazzo_runner.loader.schemas import check_inputs, check_schema, component_pointers
from arazzo_runner.loader.shape import Fields, Unique, Version, kind, open_object, say, wrong_type
from arazzo_runner.model import (
    ArazzoDescription,
    Components,
    FailureAction,
    Info,
    Parameter,
    SourceDescription,
    Step,
    SuccessAction,
    Workflow,
)
from arazzo_runner.values import JSON

A = TypeVar("A", SuccessAction, FailureAction)

_SUPPORTED = re.compile(r"1\.[01]\.\d+(-.+)?")
_OTHERS = {"openapi": "an OpenAPI description", "swagger": "an OpenAPI description", "asyncapi": "an AsyncAPI document"}


def bind(raw: JSON, report: OriginReport, outputs_of: OutputsOf | None = None) -> ArazzoDescription | None:
    """The model of a document; None (and a finding) when it is no Arazzo description at all.

    ``outputs_of`` gives the outputs of workflows in other documents (``$sourceDescriptions.NAME.ID``), where known.
    """
    root = is_arazzo(raw, report)
    if root is None:
        return None
    version = Version(old=str(root.get("arazzo")).startswith("1.0"))
    fields = open_object(root, report, shape.DOCUMENT, "the document", version)
    if fields is None:
        return None
    place = Place(report, root, version)
    return ArazzoDescription(
        arazzo=_version(fields),
        info=_info(fields, version),
        source_descriptions=bind_sources(root, report, version),
        components=_components(fields, place),
        workflows=_workflows(fields, place, outputs_of or (lambda _: None)),
        self_=_self(fields),
        origin=report.origin,
    )


def is_arazzo(raw: JSON, report: OriginReport) -> dict[str, JSON] | None:
    """The document's object, when it may be meant as an Arazzo description."""
    if not isinstance(raw, dict):
        say(report, codes.NOT_ARAZZO, f"an Arazzo description is an object, this document is {kind(raw)}")
        return None
    if "arazzo" in raw or "workflows" in raw:
        return raw
    other = next((noun for field, noun in _OTHERS.items() if field in raw), None)
    if other:
        message, hint = f"this is {other}, not an Arazzo one", "give the Arazzo document that refers to it"
    else:
        message, hint = "the document has neither 'arazzo' nor 'workflows'", None
    say(report, codes.NOT_ARAZZO, message, hint)
    return None


def _version(fields: Fields) -> str:
    written = fields.get("arazzo")
    if "arazzo" not in fields or (isinstance(written, str) and _SUPPORTED.fullmatch(written)):
        return str(written or "")
    at = fields.at("arazzo")
    if isinstance(written, str):
        message = f"version '{written}' of the Arazzo Specification is not supported"
        say(at, codes.UNSUPPORTED_VERSION, message, "supported are 1.0.x and 1.1.x, such as 1.0.1")
    else:
        wrong_type(at, "'arazzo' of the document", "a string", written)
    return str(written)


def _self(fields: Fields) -> str | None:
    uri = fields.text("$self")
    if uri is not None and "#" in uri:
        say(fields.at("$self"), codes.WRONG_VALUE, f"'$self' is '{uri}'; it must not have a fragment", "remove '#...'")
        uri = uri.partition("#")[0]
    return uri


def _info(fields: Fields, version: Version) -> Info:
    report = fields.at("info")
    info = open_object(fields.get("info"), report, shape.INFO, "'info'", version) if "info" in fields else None
    if info is None:
        return Info(title="", version="", origin=report.origin)
    return Info(
        title=info.text("title") or "",
        version=info.text("version") or "",
        summary=info.text("summary"),
        description=info.text("description"),
        origin=report.origin,
    )


def bind_sources(root: Mapping[str, JSON], report: OriginReport, version: Version) -> tuple[SourceDescription, ...]:
    """The `sourceDescriptions` of a document: at least one, their names unique."""
    fields = Fields(root, report, "the document")
    unique = Unique("source description")
    bound: list[SourceDescription] = []
    for raw, at in fields.items("sourceDescriptions", at_least_one=True):
        source = _bind_source(raw, at, version)
        if source is not None and unique.check(source.name, source.name, at):
            bound.append(source)
    return tuple(bound)


def _bind_source(raw: JSON, report: OriginReport, version: Version) -> SourceDescription | None:
    written = raw.get("name") if isinstance(raw, dict) else None
    what = f"source '{written}'" if isinstance(written, str) else "source description"
    fields = open_object(raw, report, shape.SOURCE, what, version)
    if fields is None:
        return None
    name, url = fields.text("name"), fields.text("url")
    if name is not None:
        shape.check_name(name, fields.at("name"), "source name")
    type_ = fields.choice("type", ("openapi", "arazzo", "asyncapi"))
    if type_ == "asyncapi" and version.old:
        say(fields.at("type"), codes.NEWER_FIELD, f"the type 'asyncapi' of {what} is of Arazzo 1.1")
    if name is None or url is None:
        return None
    return SourceDescription(name=name, url=url, type=type_, origin=report.origin)


def _workflows(fields: Fields, place: Place, foreign: OutputsOf) -> tuple[Workflow, ...]:
    declared = declare(place.document)

    def outputs_of(workflow_id: str) -> frozenset[str] | None:
        own = declared.workflows.get(workflow_id)
        return own.outputs if own else foreign(workflow_id)

    unique = Unique("workflowId")
    bound: list[Workflow] = []
    for raw, report in fields.items("workflows", at_least_one=True):
        names = declared.names(raw if isinstance(raw, dict) else {}, outputs_of)
        inner = replace(place, names=names, used=set())
        workflow = _bind_workflow(raw, report, inner, outputs_of)
        if workflow is not None:
            unique.check(workflow.workflow_id, workflow.workflow_id, report.at("workflowId"))
            bound.append(workflow)
    return tuple(bound)


def _bind_workflow(raw: JSON, report: OriginReport, place: Place, outputs_of: OutputsOf) -> Workflow | None:
    written = raw.get("workflowId") if isinstance(raw, dict) else None
    position = report.origin.pointer.rpartition("/")[2]
    what = f"workflow '{written}'" if isinstance(written, str) else f"workflow number {int(position) + 1}"
    fields = open_object(raw, report, shape.WORKFLOW, what, place.version)
    if fields is None:
        return None
    workflow_id = fields.text("workflowId")
    if workflow_id is not None:
        shape.check_name(workflow_id, fields.at("workflowId"), "workflowId")
    workflow = Workflow(
        workflow_id=workflow_id if workflow_id is not None else f"#{position}",
        summary=fields.text("summary"),
        description=fields.text("description"),
        inputs=_inputs(fields, place),
        depends_on=tuple(text for text, _ in fields.texts("dependsOn")),
        steps=_steps(fields, place, outputs_of),
        success_actions=bind_actions(fields, "successActions", SuccessAction, place),
        failure_actions=bind_actions(fields, "failureActions", FailureAction, place),
        outputs=bind_outputs(fields, place),
        parameters=bind_parameters(fields, place, "any"),
        components=frozenset(place.used) | component_pointers(fields.get("inputs"), place.document),
        origin=report.origin,
    )
    _check_places(workflow, report)
    return workflow


def _inputs(fields: Fields, place: Place) -> Mapping[str, JSON] | bool | None:
    if "inputs" not in fields:
        return None
    schema = fields.get("inputs")
    check_inputs(schema, fields.at("inputs"), place.document)
    return schema if isinstance(schema, dict | bool) else None


def _steps(fields: Fields, place: Place, outputs_of: OutputsOf) -> tuple[Step, ...]:
    unique = Unique(f"in {fields.what}, stepId")
    bound: list[Step] = []
    for raw, report in fields.items("steps", at_least_one=True):
        step = bind_step(raw, report, place, outputs_of)
        if step is not None:
            unique.check(step.step_id, step.step_id, report.at("stepId"))
            bound.append(step)
    return tuple(bound)


def _check_places(workflow: Workflow, report: OriginReport) -> None:
    """Warn of parameters of operations and messages that do not say where they go."""
    reported: set[str] = set()
    for step in workflow.steps:
        if step.workflow_id is not None:
            continue
        for parameter in (*step.parameters, *workflow.parameters):
            if parameter.in_ is None and parameter.origin.pointer not in reported and not _said(parameter, report):
                reported.add(parameter.origin.pointer)
                at = OriginReport(parameter.origin, report.sink, strict=report.strict)
                message = f"parameter '{parameter.name}' of step '{step.step_id}' does not say where it goes"
                say(at, codes.PARAMETER_WITHOUT_IN, message, "add 'in': path, query, header or cookie")


def _said(parameter: Parameter, report: OriginReport) -> bool:
    """Whether the place of a parameter was reported as none before."""
    return any(finding.origin == parameter.origin.at("in") for finding in report.sink)


def _components(fields: Fields, place: Place) -> Components:
    if "components" not in fields:
        return Components()
    what = "'components'"
    components = open_object(fields.get("components"), fields.at("components"), shape.COMPONENTS, what, place.version)
    if components is None:
        return Components()
    inputs: dict[str, JSON] = {}
    for name, schema, report in _named(components, "inputs"):
        check_schema(schema, report, place.document, schema)
        inputs[name] = schema
    parameters: dict[str, Parameter] = {}
    for name, raw, report in _named(components, "parameters"):
        parameter = bind_parameter(raw, report, place, "any")
        if parameter is not None:
            parameters[name] = parameter
    return Components(
        inputs=inputs,
        parameters=parameters,
        success_actions=_actions(components, "successActions", SuccessAction, place),
        failure_actions=_actions(components, "failureActions", FailureAction, place),
    )


def _actions(components: Fields, name: str, of: type[A], place: Place) -> dict[str, A]:
    bound = ((key, bind_action(raw, report, of, place)) for key, raw, report in _named(components, name))
    return {key: action for key, action in bound if action is not None}


def _named(components: Fields, name: str) -> Iterator[tuple[str, JSON, OriginReport]]:
    for key, raw, report in components.members(name):
        shape.check_name(key, report, f"name of a component in '{name}'", dots=True)
        yield key, raw, report
