"""Simple conditions: the specification's Criterion Object (Literals, Operators, Condition Evaluation) and S18, S23."""

from __future__ import annotations

import pytest
from reading import NAMES, UNKNOWN, Findings, scope

from arazzo_runner.diagnostics import IGNORE
from arazzo_runner.effects import Headers
from arazzo_runner.expressions import compile_condition
from arazzo_runner.expressions.criteria import Operand
from arazzo_runner.expressions.scope import Exchange


def answered(body=None, status=200, **changed):
    headers = Headers([("Content-Type", "application/json")])
    exchange = Exchange("GET", "https://x.example/", status_code=status, response_headers=headers, response_body=body)
    return scope(exchange=exchange, **changed)


def passes(text, findings=IGNORE, names=NAMES, on=None):
    return compile_condition(text, names, findings)(on or scope()).passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("$statusCode == 200", True),
        ("$statusCode==200", True),
        ("$statusCode != 200", False),
        ("$statusCode < 300", True),
        ("$statusCode <= 200", True),
        ("$statusCode > 200", False),
        ("$statusCode >= 200 && $statusCode < 300", True),
        ("$statusCode == 500 || $statusCode == 200", True),
        ("!($statusCode == 200)", False),
        ("!$inputs.none", True),
        ("!!$inputs.username", True),
        ("200 == $statusCode", True),
        ("$statusCode == 200 && ($inputs.limit > 9 || $inputs.flag == true)", True),
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("!false && true", True),
        ("{$statusCode} == 200", True),
        ("$response.body.count > $inputs.limit", False),
        ("$response.body.data != null", True),
        ("  $statusCode   ==\n200  ", True),
        ("-1 < 0", True),
        ("1e2 == 100", True),
        ("1.50 == 1.5", True),
    ],
)
def test_operators(text, passed):
    """S18."""
    findings = Findings(strict=True)
    assert passes(text, findings) is passed
    assert not findings.found


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("'ABC' == 'abc'", True),
        ("$response.body#/status == 'rUNNING'", True),
        ("'it''s' == 'IT''S'", True),
        ("'' == ''", True),
        ("'200' == 200", True),
        ("$statusCode == '200'", True),
        ("'10' > 9", True),
        ("'10' > '9'", True),
        ("'b' > 'A'", True),
        ("'ten' > 9", False),
        ("'ten' < 9", False),
        ("true == 'true'", False),
        ("true == 1", False),
        ("null == null", True),
        ("null != null", False),
        ("null == 0", False),
        ("null != 0", True),
        ("null == false", False),
        ("null < 1", False),
        ("null >= null", False),
        ("$inputs.absent == null", True),
        ("$inputs.absent != 'x'", True),
        ("$inputs.none == $inputs.absent", True),
        ("$inputs.absent < 1", False),
        ("true > false", False),
        ("$inputs.items == $inputs.items", True),
        ("$inputs.items == 'x'", False),
        ("$inputs.items > 1", False),
    ],
)
def test_comparisons_convert_as_the_specification_says(text, passed):
    """S18: text ignores case, numeric text is a number beside a number, null equals only null."""
    assert passes(text) is passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("true", True),
        ("false", False),
        ("null", False),
        ("0", True),
        ("''", True),
        ("$inputs.flag", True),
        ("$inputs.none", False),
        ("$inputs.absent", False),
        ("$response.body#/nothing", False),
        ("$response.body", True),
    ],
)
def test_one_operand_passes_unless_false_null_or_missing(text, passed):
    """S18."""
    assert passes(text) is passed


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("$response.body#/a/b == 1", True),
        ("$response.body#/a/b==1&&true", True),
        ("$response.body#/count>0", True),
        ("($response.body#/count>0)", True),
        ("$response.body#/x~1y == 'z'", True),
        ("$response.body#/user.id == 5", True),
        ("$response.body#/items[0].id == 7", True),
        ("$response.body#/items/0/id == 7", True),
        ("$response.body.items[0].id == 7", True),
        ("$response.body.items[0]['id']==7", True),
        ("$response.header.Content-Type == 'application/json'", True),
        ("$response.header.content-type!='text/html'", True),
        ("$steps.s.outputs.a-b != null", True),
        ("$steps.s.outputs.a-b!=null", True),
        ("$steps.s.outputs.list[1] == 2", True),
        ("$inputs.a b == 'spaced'", True),
        ("{$inputs.a b}=='spaced'", True),
        ("$inputs.x.y.z == 'deep'", True),
        ("$url == 'https://x.example/'", True),
        ("('abc').length == 3", True),
        ("$response.body.own.length == 'mine'", True),
    ],
)
def test_where_expressions_end_in_a_condition(text, passed):
    body = {
        "a": {"b": 1}, "count": 1, "x/y": "z", "user": {"id": 5}, "items": [{"id": 7}], "own": {"length": "mine"},
    }  # fmt: skip
    steps = {"s": {"a-b": 1, "list": [1, 2]}}
    assert passes(text, on=answered(body, steps=steps)) is passed


@pytest.mark.parametrize("text", ["$response.body.data.id == 'd-1'", "$inputs.customer.firstName == 'ADA'",
                                  "$inputs.items[0] == 1", "$response.body#/owner.id == 'o-1'"])  # fmt: skip
def test_property_and_index_are_operators_not_dialects(text):
    findings = Findings(strict=True)
    assert passes(text, findings) is True
    assert not findings.found


@pytest.mark.parametrize(
    ("text", "code", "passed", "hint"),
    [
        ('$response.body#/status == "running"', "condition-double-quotes", True, "write 'running'"),
        ('$response.body#/status == "it\'s"', "condition-double-quotes", False, "write 'it''s'"),
        ("$response.body#/status == running", "condition-bare-word", True, "write 'running'"),
        ("$response.body#/status != in-progress", "condition-bare-word", True, "write 'in-progress'"),
        ("$response.body#/status contains 'RUN'", "condition-words", True, None),
        ("$inputs.items contains 2", "condition-words", True, None),
        ("$response.body contains 'count'", "condition-words", True, None),
        ("$inputs.limit contains 5", "condition-words", False, None),
        ("$response.body#/status in ['done', 'running']", "condition-words", True, None),
        ("$inputs.limit in []", "condition-words", False, None),
        ("$inputs.limit in $inputs.items", "condition-words", False, None),
        ("$url matches '^https://.*pets'", "condition-words", True, None),
        ("$inputs.absent matches '.*'", "condition-words", False, None),
        ("$response.body.items.length > 1", "condition-words", True, None),
        ("$response.body#/items.length == 2", "condition-words", True, None),
        ("$inputs.absent.length == 0", "condition-words", True, None),
        ("$inputs.limit.length == 1", "condition-words", False, None),
        ("$response.body#status == 'running'", "pointer-shape", True, "write $response.body#/status"),
        ("$response.headers.Server == 'nginx'", "plural-headers", True, "write $response.header.Server"),
        ("$response.body#/status == '$inputs.state'", "bare-expression", True, "write {$inputs.state}"),
    ],
)
def test_dialects_of_conditions(text, code, passed, hint):
    findings = Findings()
    on = scope(inputs={**scope().inputs, "state": "RUNNING"})
    assert passes(text, findings, on=on) is passed
    assert findings.codes == [code]
    assert findings.found[0].hint == hint


def test_a_string_with_embedded_expressions():
    """S11."""
    assert passes("'{$inputs.username}-{$inputs.limit}' == 'ada-5'")
    assert not passes("'{$inputs.absent}' == ''")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$statusCode == 201", "$statusCode is 200, expected == 201"),
        ("$response.body#/status == 'done'", "$response.body#/status is 'Running', expected == 'done'"),
        ("$inputs.absent == 'x'", "$inputs.absent has no value, expected == 'x'"),
        ("$inputs.none != null", "$inputs.none is null, expected != null"),
        ("$inputs.limit > $inputs.items", "$inputs.limit is 5, expected > $inputs.items is [1,2]"),
        ("$statusCode == 200 && $inputs.limit > 9", "$inputs.limit is 5, expected > 9"),
        (
            "$statusCode == 404 || $statusCode == 410",
            "$statusCode is 200, expected == 404; $statusCode is 200, expected == 410",
        ),
        ("!$inputs.flag", "$inputs.flag is true, expected it not to hold"),
        ("$inputs.none", "$inputs.none is null"),
        ("$inputs.absent", "$inputs.absent has no value"),
    ],
)
def test_a_failing_verdict_says_why(text, why):
    """S23."""
    verdict = compile_condition(text, NAMES, IGNORE)(scope())
    assert (verdict.passed, verdict.why) == (False, why)


def test_a_long_value_is_described_and_never_cut():
    """S10: a secret inside it could not be hidden if only half of it were shown."""
    verdict = compile_condition("$inputs.username == 'x'", NAMES, IGNORE)(scope(inputs={"username": "s" * 500}))
    assert verdict.why == "$inputs.username is a text of 500 characters, expected == 'x'"


def test_a_verdict_lists_its_operands():
    verdict = compile_condition("$statusCode == 200 && $inputs.absent == $inputs.limit", NAMES, IGNORE)(scope())
    assert verdict.operands == (
        Operand("$statusCode", 200),
        Operand("$inputs.absent", None),
        Operand("$inputs.limit", 5),
    )
    passed = compile_condition("$statusCode == 200", NAMES, IGNORE)(scope())
    assert (passed.condition, passed.type, passed.passed, passed.why) == ("$statusCode == 200", "simple", True, None)


@pytest.mark.parametrize(
    ("text", "offset", "hint"),
    [
        ("", 0, None),
        ("   ", 3, None),
        ("==", 0, None),
        ("$statusCode", None, None),
        ("$statusCode ==", 14, None),
        ("$statusCode = 200", 12, "write =="),
        ("$statusCode=200", 11, "write =="),
        ("$statusCode === 200", 14, "write =="),
        ("$statusCode == 200 and $inputs.flag", 19, "write &&"),
        ("$statusCode == 200 or true", 19, "write ||"),
        ("1 == 1 == 1", 7, None),
        ("($statusCode == 200", 19, None),
        ("$statusCode == 200)", 18, None),
        ("$statusCode == 'ok", 15, None),
        ("$statusCode == 200 &&", 21, None),
        ("{$statusCode == 200", 12, None),
        ("ok", 0, None),
        ("$.status == 'ok'", 0, "a JSONPath needs 'type: jsonpath' and a 'context'"),
    ],
)
def test_what_is_no_condition_always_fails_and_says_where(text, offset, hint):
    """S18, S23: reported at load with its column, and false in a run."""
    findings = Findings()
    verdict = compile_condition(text, UNKNOWN, findings)(scope())
    if offset is None:
        assert not findings.found
        return
    (finding,) = findings.found
    assert finding.code.name in {"invalid-condition", "invalid-expression"}
    assert finding.inner is not None
    assert finding.inner[0] == offset
    assert not verdict.passed
    assert verdict.why == finding.message
    if finding.code.name == "invalid-condition":
        assert f"(column {offset + 1})" in finding.message
        assert finding.hint == hint


@pytest.mark.parametrize(
    ("text", "offset", "corrected"),
    [
        ("$response.status == 200", 10, "$statusCode"),
        ("200 == $statuscode", 7, "$statusCode"),
        ("true && $input.x == 1", 8, "$inputs.x"),
        ("$body.status == 'ok'", 0, "$response.body.status"),
    ],
)
def test_near_misses_in_a_condition(text, offset, corrected):
    findings = Findings()
    assert not passes(text, findings)
    assert findings.codes == ["invalid-expression"]
    assert findings.found[0].inner[0] == offset
    assert findings.found[0].hint == f"write {corrected}"


@pytest.mark.parametrize("text", ["(" * 5000 + "1", "!" * 5000 + "1", "(" * 5000, "!(" * 3000 + "1"])
def test_deep_nesting_is_refused(text):
    findings = Findings()
    assert not passes(text, findings)
    assert findings.codes == ["invalid-condition"]
    assert "nested deeper than 50" in findings.found[0].message


def test_long_chains_are_not_deep():
    assert passes(" && ".join(["$statusCode == 200"] * 3000))
    assert passes("('x')" + "[0]" * 3000 + " == null")


def test_a_broken_pattern_fails_and_says_why():
    verdict = compile_condition("$url matches '('", NAMES, IGNORE)(scope())
    assert not verdict.passed
    assert "not a regular expression" in str(verdict.why)
