"""The documents with which the OpenAPI Initiative tests its JSON Schema, where they are at hand."""

from pathlib import Path

import pytest

from arazzo_runner.diagnostics import Diagnostic, Origin, OriginReport, errors
from arazzo_runner.loader import parse_document
from arazzo_runner.loader.bind import bind

SUITE = Path("/work/shared/spec/schema-tests")

#: Documents that the schema lets pass, which knows expressions as strings only, and why they are wrong.
NOT_EXPRESSIONS = {
    "async-depends-on-cross-workflow.arazzo.yaml": "$workflows.ID.steps.ID.outputs.NAME is not in the grammar",
    "payload-replacement-using-selector.arazzo.yaml": "$steps.ID.outputs without a name is not in the grammar",
}

pytestmark = pytest.mark.skipif(not SUITE.is_dir(), reason="the official suite is not at hand")


def findings(path: Path, *, strict: bool) -> list[Diagnostic]:
    sink: list[Diagnostic] = []
    bind(parse_document(path.read_bytes(), path.name), OriginReport(Origin(path.name), sink, strict=strict))
    return errors(sink)


@pytest.mark.parametrize("path", sorted(SUITE.glob("pass/*")), ids=lambda path: path.name)
def test_what_should_pass_does(path: Path) -> None:
    codes = {error.code.name for error in findings(path, strict=False)}
    assert codes == ({"invalid-expression"} if path.name in NOT_EXPRESSIONS else set())


@pytest.mark.parametrize("path", sorted(SUITE.glob("fail/*")), ids=lambda path: path.name)
def test_what_should_fail_does(path: Path) -> None:
    assert findings(path, strict=True)
