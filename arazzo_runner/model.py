"""One frozen class per object of the Arazzo Specification, in its words and in the shape of version 1.1; no behaviour.

Expressions, templates, criteria and selectors stand here compiled (`expressions`); Reusable Objects stand resolved.
``origin`` says where an object was written; it is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from arazzo_runner.diagnostics import Origin
from arazzo_runner.expressions.criteria import Criterion
from arazzo_runner.expressions.nodes import Constant, ExpressionType, Template, Value
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

_NOWHERE = Origin("")


def _origin() -> Any:  # a dataclass field, whatever its static type
    return field(default=_NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """Info Object."""

    title: str
    version: str
    summary: str | None = None
    description: str | None = None
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescription:
    """Source Description Object; ``type`` is None where the document leaves it to the source itself."""

    name: str
    url: str
    type: str | None = None
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Parameter Object."""

    name: str
    value: Value
    in_: str | None = None
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadReplacement:
    """Payload Replacement Object; ``selector_type`` is None when the payload's media type decides."""

    target: Template | Constant
    value: Value
    selector_type: ExpressionType | None = None
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBody:
    """Request Body Object; ``payload`` is None when the field is absent."""

    content_type: str | None = None
    payload: Value | None = None
    replacements: tuple[PayloadReplacement, ...] = ()
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What Success Action and Failure Action Objects share; ``retry_after`` is in seconds."""

    name: str
    type: str  #: ``end``, ``goto`` or ``retry``
    workflow_id: str | None = None
    step_id: str | None = None
    parameters: tuple[Parameter, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    retry_after: float | None = None
    retry_limit: int | None = None
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuccessAction(Action):
    """Success Action Object; ``retry`` is the dialect `retry-on-success`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureAction(Action):
    """Failure Action Object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Step Object; ``timeout`` is in milliseconds."""

    step_id: str
    description: str | None = None
    operation_id: str | None = None
    operation_path: str | None = None
    channel_path: str | None = None
    workflow_id: str | None = None
    parameters: tuple[Parameter, ...] = ()
    request_body: RequestBody | None = None
    success_criteria: tuple[Criterion, ...] = ()
    on_success: tuple[SuccessAction, ...] = ()
    on_failure: tuple[FailureAction, ...] = ()
    outputs: Mapping[str, Value] = field(default_factory=dict)
    timeout: int | None = None
    correlation_id: Value | None = None
    action: str | None = None
    depends_on: tuple[str, ...] = ()
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """Workflow Object. ``inputs`` is the JSON Schema with `#/components/inputs` references still in it."""

    workflow_id: str
    steps: tuple[Step, ...]
    summary: str | None = None
    description: str | None = None
    inputs: Mapping[str, JSON] | bool | None = None
    depends_on: tuple[str, ...] = ()
    success_actions: tuple[SuccessAction, ...] = ()
    failure_actions: tuple[FailureAction, ...] = ()
    outputs: Mapping[str, Value] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    components: frozenset[str] = frozenset()  #: JSON Pointers of the components that it refers to
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Components Object."""

    inputs: Mapping[str, JSON] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    success_actions: Mapping[str, SuccessAction] = field(default_factory=dict)
    failure_actions: Mapping[str, FailureAction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArazzoDescription:
    """Arazzo Specification Object: the root of one document."""

    arazzo: str
    info: Info
    source_descriptions: tuple[SourceDescription, ...]
    workflows: tuple[Workflow, ...]
    self_: str | None = None
    components: Components = field(default_factory=Components)
    origin: Origin = _origin()
