"""Criteria in a query language: regex, jsonpath, xpath, and what is put into them (S19-S23)."""

from __future__ import annotations

import pytest
from reading import NAMES, Findings, scope

from arazzo_runner.diagnostics import IGNORE
from arazzo_runner.expressions import compile_criterion, expression_type, expressions_in
from arazzo_runner.expressions.criteria import Operand
from arazzo_runner.expressions.nodes import ExpressionType
from arazzo_runner.expressions.scope import Exchange

PETS = {"status": "running", "pets": [{"id": 1, "name": "a"}, {"id": 2, "name": 'q"uote'}], "n": None, "count": 2}


def judged(condition, type_, context="$response.body", body=PETS, findings=IGNORE, **inputs):
    of = expression_type(type_, IGNORE, default="simple")
    criterion = compile_criterion(condition, context, of, NAMES, findings)
    exchange = Exchange("GET", "https://x.example/", status_code=200, response_body=body)
    return criterion.judge(scope(exchange=exchange, inputs=inputs))


@pytest.mark.parametrize(
    ("condition", "context", "passed"),
    [
        (r"^2\d{2}$", "$statusCode", True),
        ("^200$", "$statusCode", True),
        ("00", "$statusCode", True),
        ("^5", "$statusCode", False),
        ("run", "$response.body#/status", True),
        ("^{$inputs.pattern}$", "$response.body#/status", True),
        ('"status": ?"running"', "$response.body", True),
        (".*", "$response.body#/n", False),
        (".*", "$response.body#/absent", False),
        ("({$inputs.absent})", "$statusCode", False),
    ],
)
def test_regex_searches_the_text_of_the_context(condition, context, passed):
    """S19, S22."""
    verdict = judged(condition, "regex", context, pattern="r.+g")
    assert verdict.passed is passed
    assert verdict.type == "regex"
    assert passed or verdict.why


@pytest.mark.parametrize(
    ("condition", "passed"),
    [
        ("$.pets[*]", True),
        ("$.pets[?@.id == 2]", True),
        ("$.pets[?(@.id == 3)]", False),
        ("$.pets[?@.id == {$inputs.id}]", True),
        ("$.pets[?@.name == '{$inputs.name}']", True),
        ('$[?(@.status == "{$inputs.name}")]', False),
        ("$.n", True),
        ("$.absent", False),
    ],
)
def test_jsonpath_passes_when_it_selects_something(condition, passed):
    """S20, S22."""
    findings = Findings(strict=True)
    verdict = judged(condition, "jsonpath", findings=findings, id=2, name="a")
    assert verdict.passed is passed
    assert (verdict.why is None) is passed
    assert not findings.found


def test_a_filter_at_the_root_of_an_object_is_tried_on_the_object_itself():
    """S20, `jsonpath-object-filter`: the specification's own example."""
    verdict = judged("$[?count(@.pets) > 0]", "jsonpath")
    assert verdict.passed
    assert "jsonpath-object-filter" in str(verdict.why)
    assert judged("$[?count(@.pets) > 0]", "jsonpath", body=[{"pets": [1]}]).why is None
    assert not judged("$[?@.status == 'done']", "jsonpath").passed


@pytest.mark.parametrize(
    ("condition", "passed"),
    [
        ('$.status == "running"', True),
        ("$.status == 'RUNNING' || $.count == 9", True),
        ("$.pets.length > 1", True),
        ("$.absent.length == 0", True),
        ("$.n != null", False),
        ("$.count <= $inputs.limit", True),
        ("$.count > {$inputs.limit}", False),
        ('$.pets[?(@.id == "$inputs.id")].length == 1', True),
        ('$.status in ["x", "running"]', True),
    ],
)
def test_comparisons_of_jsonpath(condition, passed):
    """The dialect `jsonpath-comparison`."""
    findings = Findings()
    verdict = judged(condition, "jsonpath", findings=findings, limit=5, id=2)
    assert verdict.passed is passed
    assert findings.codes == ["jsonpath-comparison"]
    assert passed or verdict.why


def test_a_failing_comparison_says_what_its_operands_are():
    verdict = judged("$.count > $inputs.limit", "jsonpath", limit=5)
    assert verdict.operands == (Operand("$.count", 2), Operand("$inputs.limit", 5))
    assert verdict.why == "$.count is 2; $inputs.limit is 5, expected $.count > $inputs.limit"


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        ('$.pets[?(@.name == "$inputs.name")]', ["jsonpath-quoted-expression"]),
        ("$.pets[?(@.id == '$inputs.id')]", ["jsonpath-quoted-expression"]),
        ("$.pets[?@.id == $inputs.id]", ["bare-expression"]),
        ("$.pets[?@.name == $inputs.name]", ["bare-expression"]),
        ("$.$inputs.member", ["bare-expression"]),
    ],
)
def test_bare_and_quoted_expressions_in_a_jsonpath_are_literals_of_their_type(condition, codes):
    """The dialects `jsonpath-quoted-expression` and `bare-expression`; a quote in the value does no harm."""
    findings = Findings()
    verdict = judged(condition, "jsonpath", findings=findings, name='q"uote', id=2, member="pets")
    assert verdict.passed, verdict.why
    assert findings.codes == codes


@pytest.mark.parametrize(
    ("condition", "passed"),
    [
        ("count(/root/pets/*) > 0", True),
        ("/root/pets", True),
        ("/root/none", False),
        ("/root/pets/pet[@price > {$inputs.limit}]", True),
        ("string(/root/empty)", False),
        ("0", False),
    ],
)
def test_xpath_passes_by_its_effective_boolean_value(condition, passed):
    """S21, S22."""
    body = "<root><pets><pet price='9'/></pets><empty/></root>"
    verdict = judged(condition, {"type": "xpath", "version": "xpath-10"}, body=body, limit=5)
    assert verdict.passed is passed
    assert (verdict.why is None) is passed


@pytest.mark.parametrize("type_", ["regex", "jsonpath", "xpath"])
@pytest.mark.parametrize(("context", "why"), [("$response.body#/n", "is null"), ("$inputs.gone", "has no value")])
def test_a_null_or_missing_context_fails(type_, context, why):
    """The specification's Condition Evaluation."""
    verdict = judged("/a" if type_ == "xpath" else "$", type_, context)
    assert not verdict.passed
    assert why in str(verdict.why)


@pytest.mark.parametrize(
    ("condition", "type_", "code"),
    [
        ("(", "regex", "invalid-regex"),
        ("$.pets[", "jsonpath", "invalid-jsonpath"),
        ("pets", "jsonpath", "invalid-jsonpath"),
        ("/a[", "xpath", "invalid-xpath"),
        ("==", "simple", "invalid-condition"),
        ("$.pets[?@.id == {$input.id}]", "jsonpath", "invalid-expression"),
    ],
)
def test_broken_conditions_are_reported_and_fail(condition, type_, code):
    """S23."""
    findings = Findings()
    verdict = judged(condition, type_, findings=findings)
    assert findings.codes == [code]
    assert findings.found[0].origin.pointer == "/condition"
    assert not verdict.passed
    assert verdict.why


def test_what_only_breaks_when_values_are_known_fails_with_a_reason():
    """S23."""
    verdict = judged("$.pets[?@.name == {$inputs.name}]", "jsonpath", name="two words")
    assert not verdict.passed
    assert "cannot be evaluated" in str(verdict.why)
    missing = judged("$.pets[?@.name == '{$inputs.gone}']", "jsonpath")
    assert "$inputs.gone, which the condition needs, has no value" in str(missing.why)
    assert "cannot be evaluated" in str(judged("/a", "xpath", body={"a": 1}).why)


def test_a_query_needs_a_context_and_a_simple_condition_ignores_one():
    findings = Findings()
    verdict = judged("^2", "regex", None, findings=findings)
    assert findings.codes == ["missing-field"]
    assert not verdict.passed
    ignored = Findings()
    assert judged("$statusCode == 200", "simple", "response", findings=ignored).passed
    assert not ignored.found


def test_a_broken_context_is_reported_and_fails():
    findings = Findings()
    verdict = judged("$.a", "jsonpath", "response.body", findings=findings)
    assert [(found.code.name, found.origin.pointer) for found in findings.found] == [("invalid-expression", "/context")]
    assert findings.found[0].hint == "write $response.body"
    assert not verdict.passed
    assert verdict.why


@pytest.mark.parametrize(
    ("raw", "type_", "codes"),
    [
        (None, ExpressionType("simple"), []),
        ("simple", ExpressionType("simple"), []),
        ("regex", ExpressionType("regex"), []),
        ("jsonpath", ExpressionType("jsonpath", "rfc9535"), []),
        ("xpath", ExpressionType("xpath", "xpath-31"), []),
        ("jsonpointer", ExpressionType("jsonpointer", "rfc6901"), []),
        ({"type": "xpath", "version": "xpath-10"}, ExpressionType("xpath", "xpath-10"), []),
        (
            {"type": "jsonpath", "version": "draft-goessner-dispatch-jsonpath-00"},
            ExpressionType("jsonpath", "draft-goessner-dispatch-jsonpath-00"),
            [],
        ),
        ({"type": "jsonpath"}, ExpressionType("jsonpath", "rfc9535"), ["expression-type-version"]),
        ({"type": "xpath", "version": "4"}, ExpressionType("xpath", "xpath-31"), ["expression-type-version"]),
        ({"type": "regex"}, ExpressionType("regex"), []),
        ("JSONPath", ExpressionType("simple"), ["wrong-value"]),
        ({"version": "rfc9535"}, ExpressionType("simple"), ["wrong-value"]),
        ({"type": ["x"]}, ExpressionType("simple"), ["wrong-value"]),
        (7, ExpressionType("simple"), ["wrong-type"]),
    ],
)
def test_expression_types(raw, type_, codes):
    """The specification's Expression Type Object, with its defaults."""
    findings = Findings()
    assert expression_type(raw, findings, default="simple") == type_
    assert findings.codes == codes


@pytest.mark.parametrize(
    ("condition", "type_", "expressions"),
    [
        ("$statusCode == 200 && $inputs.a == $inputs.b", "simple", ["$statusCode", "$inputs.a", "$inputs.b"]),
        ("^{$inputs.a}$", "regex", ["$response.body", "$inputs.a"]),
        ("$.a == $inputs.b", "jsonpath", ["$response.body", "$inputs.b"]),
        ("$.a[?@.b == '{$inputs.c}']", "jsonpath", ["$response.body", "$inputs.c"]),
    ],
)
def test_expressions_in_a_criterion(condition, type_, expressions):
    of = expression_type(type_, IGNORE, default="simple")
    criterion = compile_criterion(condition, "$response.body", of, NAMES, IGNORE)
    assert [str(expression) for expression in expressions_in(criterion)] == expressions
