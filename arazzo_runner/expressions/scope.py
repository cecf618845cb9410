"""What an expression can see: the values of a run at one moment. Names the engine fills, the evaluator reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from arazzo_runner.effects import NO_HEADERS, Headers
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON, MISSING, Missing


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request as it was sent and the answer to it, decoded (S15, S16).

    ``status_code`` is None and the response parts are empty when there was no answer (S35).
    """

    method: str
    url: str
    request_headers: Headers = NO_HEADERS
    query: Mapping[str, JSON] = field(default_factory=dict)
    path: Mapping[str, JSON] = field(default_factory=dict)
    request_body: JSON | Missing = MISSING
    status_code: int | None = None
    response_headers: Headers = NO_HEADERS
    response_body: JSON | Missing = MISSING
    response_is_xml: bool = False
    notes: tuple[str, ...] = ()  #: what was odd about the answer, such as JSON that does not parse


@dataclass(frozen=True, slots=True)
class WorkflowValues:
    """The inputs and outputs of a workflow that ran, for ``$workflows.ID.inputs`` and ``.outputs``."""

    inputs: Mapping[str, JSON] = field(default_factory=dict)
    outputs: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(slots=True)
class Scope:
    """Everything an expression may name. ``exchange`` is None before a request and for workflow steps."""

    inputs: Mapping[str, JSON] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)  #: outputs by stepId
    outputs: Mapping[str, JSON] = field(
        default_factory=dict
    )  #: ``$outputs``: the child workflow's, or the workflow's own
    workflows: Mapping[str, WorkflowValues] = field(default_factory=dict)  #: by workflowId
    sources: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)  #: source name to its ``url`` and ``type``
    components: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)
    self_uri: str | None = None
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """The names a document declares where a text stands; None means that they are not known, so any is accepted.

    They decide how a name with dots is read (S14) and nothing else: that a name exists is a rule's concern.
    """

    inputs: frozenset[str] | None = None
    outputs: frozenset[str] | None = None
    steps: Mapping[str, frozenset[str]] | None = None  #: stepId to its output names
    workflows: Mapping[str, tuple[frozenset[str], frozenset[str]]] | None = None  #: workflowId to inputs and outputs
