"""The specification's own examples and schema tests, where `../shared/spec` lies beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from arazzo_runner.description import Description
from arazzo_runner.diagnostics import Diagnostic, errors
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import InvalidDescription, UnreadableDocument
from arazzo_runner.loader import load_description
from arazzo_runner.validation import checked

SPEC = Path(__file__).parents[3] / "shared" / "spec"

pytestmark = pytest.mark.skipif(
    not (SPEC / "examples").exists(), reason=f"the specification is not beside the checkout, at {SPEC}"
)

#: Errors that a document has because this test has no network, or because its sources do not exist at all.
ABSENT = {"source-unavailable"}

#: Mistakes that the schema cannot see in documents that it accepts, and what is wrong with each.
BEYOND_THE_SCHEMA = {
    "pet-coupons.arazzo.yaml": {"missing-parameter"},  # gives `pet_id` where the path has `petId`
    "bnpl-arazzo.yaml": {"unknown-output"},  # outputs of steps that do not declare them
    "bnpl-example.yaml": {"unknown-output"},  # the same document
    "async-depends-on-cross-workflow.arazzo.yaml": {"invalid-expression"},  # $workflows.W.steps is not in the grammar
    "characterization-openapi-invalid-operationPath-string.arazzo.yaml": {"invalid-pointer"},  # says so itself
    "openapi-success-criteria.arazzo.yaml": {"unknown-source"},  # `userAPI` for `UserAPI`
    "payload-replacement-using-selector.arazzo.yaml": {"invalid-expression"},  # $steps.previous.outputs names no output
    "workflow-success-criteria.arazzo.yaml": {"unknown-source"},  # `userAPI` for `UserAPI`
}


def retrieve(location: str) -> Retrieved:
    if "://" in location:
        raise UnreadableDocument(location, "the examples are read without a network")
    try:
        return Retrieved(location, Path(location).read_bytes())
    except OSError as error:
        raise UnreadableDocument(location, error.strerror or "unreadable") from None


def load(path: Path) -> Description:
    return checked(load_description(str(path), retrieve=retrieve))


def found(path: Path) -> list[Diagnostic]:
    try:
        return list(load(path).diagnostics)
    except InvalidDescription as error:
        return list(error.diagnostics)


EXAMPLES = sorted((SPEC / "examples" / "1.0.0").glob("*arazzo.yaml"))


def beyond_the_schema(path: Path) -> set[str]:
    return BEYOND_THE_SCHEMA.get(path.name, set())


def by_name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", EXAMPLES, ids=by_name)
def test_the_examples_of_1_0_load(path: Path) -> None:
    description = load(path)
    assert description.workflow_ids
    assert {error.code.name for error in errors(description.diagnostics)} - ABSENT == beyond_the_schema(path)


@pytest.mark.parametrize("path", sorted((SPEC / "schema-tests" / "pass").glob("*.yaml")), ids=by_name)
def test_what_the_schema_accepts_has_only_the_errors_that_are_named_here(path: Path) -> None:
    assert {error.code.name for error in errors(found(path))} - ABSENT == beyond_the_schema(path)


@pytest.mark.parametrize("path", sorted((SPEC / "schema-tests" / "fail").glob("*.yaml")), ids=by_name)
def test_what_the_schema_refuses_has_a_finding_of_its_own(path: Path) -> None:
    assert {finding.code.name for finding in found(path)} - ABSENT
