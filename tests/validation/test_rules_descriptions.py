"""Whether OpenAPI descriptions are themselves valid, for those who ask."""

import pytest
from contract_cases import API
from rule_cases import described

from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.validation import RULES, SLOW_RULES, check, checked, descriptions

DOCUMENT = """
arazzo: 1.1.0
info: {title: t, version: "1"}
sourceDescriptions: [{name: runs, url: runs.yaml, type: openapi}]
workflows: [{workflowId: w, steps: [{stepId: a, operationId: dropFeed}, {stepId: b, operationId: dropFeed}]}]
"""


def found(api: str) -> list[Diagnostic]:
    return check(described(DOCUMENT, {"runs.yaml": api}), SLOW_RULES)


def test_a_valid_description() -> None:
    assert found(API) == []


def test_a_broken_description_is_one_finding_at_its_source() -> None:
    broken = API.replace('{"204": {description: ""}}', '{"204": {descripton: ""}}').replace(
        "in: path, req", "in: pth, req"
    )
    (finding,) = found(broken)
    assert (finding.code.name, finding.severity.value) == ("broken-description", "warning")
    assert finding.origin.pointer == "/sourceDescriptions/0/url"
    assert finding.message.startswith("'runs.yaml' is not a valid OpenAPI description: at '/paths/")


@pytest.mark.parametrize(
    ("api", "reason"),
    [
        (API.replace("#/components/schemas/NewRun", "other.yaml#/NewRun"), "it is in several files"),
        (API + "x-big: [" + "1, " * descriptions.MAX_NODES + "1]\n", "it is large"),
    ],
)
def test_what_is_not_checked_says_so(api: str, reason: str) -> None:
    (finding,) = found(api)
    assert (finding.code.name, finding.severity.value) == ("unchecked-description", "info")
    assert reason in finding.message


def test_it_is_only_done_when_it_is_asked_for() -> None:
    description = described(DOCUMENT, {"runs.yaml": API.replace('"204": {description: ""}', '"204": {}')})
    assert not set(SLOW_RULES) & set(RULES)
    assert [each.code.name for each in checked(description).diagnostics] == []
    assert [each.code.name for each in checked(description, slowly=True).diagnostics] == ["broken-description"]
