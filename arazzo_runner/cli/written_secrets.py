"""The secrets that stand in a document itself (S10): whoever shows one has to know them first."""

from __future__ import annotations

from collections.abc import Iterator

from arazzo_runner.description import BoundWorkflow, Description
from arazzo_runner.expressions import source_text
from arazzo_runner.inputs import declared
from arazzo_runner.reports.redact import Redactor
from arazzo_runner.secrecy import secret_values
from arazzo_runner.validation.secrets import known_tokens, written_secrets


def redactor_for(description: Description) -> Redactor:
    """A redactor that knows what the documents give away.

    That is: defaults of secret inputs, values that look like secrets, tokens of well-known services in conditions and
    outputs, and what the URLs of sources carry.
    """
    redactor = Redactor(text for text, _, _ in written_secrets(description))
    for document in description.documents.values():
        for source in document.model.source_descriptions:
            redactor.add_url(source.url)
    for workflow in description.workflows.values():
        redactor.add(*_defaults(workflow))
        redactor.add(*(token for text in _texts(workflow) for token in known_tokens(text)))
    return redactor


def _defaults(workflow: BoundWorkflow) -> Iterator[str]:
    schemas = declared(workflow.inputs_schema)
    for name in workflow.secret_inputs:
        schema = schemas.get(name)
        if isinstance(schema, dict):
            yield from secret_values(schema.get("default"), schema, "secret")
            yield from secret_values(schema.get("enum"), schema, "secret")


def _texts(workflow: BoundWorkflow) -> Iterator[str]:
    yield from (source_text(value) for value in workflow.workflow.outputs.values())
    for step in workflow.steps:
        yield from (source_text(value) for value in step.step.outputs.values())
        for action in (*step.on_success, *step.on_failure):
            yield from (criterion.condition for criterion in action.action.criteria)
