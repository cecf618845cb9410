"""Values with expressions in them: what is an expression, and what a missing value becomes (S11-S13, S44)."""

from __future__ import annotations

import pytest
from reading import NAMES, UNKNOWN, Findings, scope

from arazzo_runner.diagnostics import IGNORE
from arazzo_runner.errors import CannotSend
from arazzo_runner.expressions import bind_value, compile_value, expressions_in, resolve, source_text, to_text
from arazzo_runner.expressions.nodes import Constant, Invalid, Whole
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.values import MISSING


def sent(raw, findings=IGNORE, names=NAMES, **changed):
    return resolve(compile_value(raw, names, findings), scope(**changed))


@pytest.mark.parametrize(
    "text",
    [
        "$5.00",
        "$HOME",
        "$.a.b",
        "$[0].id",
        "${x}",
        "${code}",
        "$orgId: String!",
        "$faker.name.first",
        "$datetime.iso8601",
        "$input: CreateInput!",
        "$input.json('$.x')",
        "query($orgId: String!, $input: In!) { org(id: $orgId) { name } }",
        "{Field} = 'x'",
        "{ $filter }",
        "*[_id == $id][0]{_id}",
        "{$user.name}",
        "costs $inputs. Or not",
        "{}",
        "{$",
        "$",
        "",
    ],
)
def test_what_is_no_expression_is_untouched(text):
    """S11."""
    findings = Findings()
    assert compile_value(text, NAMES, findings) == Constant(text)
    assert not findings.found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$inputs.username", "ada"),
        ("$inputs.limit", 5),
        ("$inputs.flag", True),
        ("$inputs.none", None),
        ("$inputs.items", [1, 2]),
        ("$inputs.customer", {"firstName": "Ada", "address": {"city": "London"}}),
        ("$inputs.absent", MISSING),
    ],
)
def test_a_whole_expression_keeps_its_type(text, value):
    """S12."""
    assert sent(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Bearer {$steps.login.outputs.token}", "Bearer t-1"),
        ("{$inputs.username}:{$inputs.limit}", "ada:5"),
        ("{$inputs.flag}/{$inputs.none}", "true/null"),
        ("items={$inputs.items}", "items=[1,2]"),
        ("https://{$inputs.username}/api/{$response.body#/items/0/id}/status", "https://ada/api/7/status"),
        ("{{$inputs.username}}", "{ada}"),
        ("${$inputs.username}", "$ada"),
        ("<a>{$inputs.customer#/firstName}</a>", "<a>Ada</a>"),
        ("[{$steps.someStepId.outputs.Employee object}]", "[e]"),
        ("{$inputs.username} and {braces}", "ada and {braces}"),
        ('{"a": "{$inputs.username}", "n": {$inputs.limit}}', '{"a": "ada", "n": 5}'),
    ],
)
def test_embedded_expressions_are_replaced_by_their_text(text, value):
    """S11; the specification's section Runtime Expressions."""
    findings = Findings(strict=True)
    assert sent(text, findings) == value
    assert not findings.found


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (1, "1"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        ({"ä": [1, None]}, '{"ä":[1,null]}'),
        (b"\x00\xff", "AP8="),
        ([b"\x00"], '["AA=="]'),
    ],
)
def test_text_of_values(value, text):
    assert to_text(value) == text


def test_one_expression_in_braces_is_text():
    """S11, `whole-braces`."""
    findings = Findings()
    assert sent("{$inputs.limit}", findings) == "5"
    assert findings.codes == ["whole-braces"]
    assert findings.found[0].hint == "write $inputs.limit"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Bearer $steps.login.outputs.token", "Bearer t-1"),
        ("refs/heads/$inputs.username", "refs/heads/ada"),
        ('id eq "$inputs.username"', 'id eq "ada"'),
        ("SELECT * FROM c WHERE n = '$inputs.username' AND b > '0'", "SELECT * FROM c WHERE n = 'ada' AND b > '0'"),
        ("*[_id == '$inputs.username'][0]", "*[_id == 'ada'][0]"),
        ("drafts.$inputs.username", "drafts.ada"),
        ("Hello $inputs.username.", "Hello ada."),
        ("$inputs.username, $inputs.limit", "ada, 5"),
        ("$inputs.username/$inputs.limit", "ada/5"),
        ("$inputs.year-$inputs.month", "2024-5"),
        ("it's $inputs.a b!", "it's spaced!"),
        ("city: $inputs.customer.address.city.", "city: London."),
        ("first: $response.body#/items/0/name;", "first: first;"),
        ("first: $response.body.items[0].name;", "first: first;"),
        ("Bearer $steps.login.token", "Bearer t-1"),
        ("{ $inputs.username }", "{ ada }"),
        ("{$inputs.username: 1}", "{ada: 1}"),
    ],
)
def test_bare_expressions_in_text(text, value):
    """The dialect `bare-expression`."""
    findings = Findings()
    inputs = {**scope().inputs, "year": 2024, "month": 5}
    assert sent(text, findings, inputs=inputs) == value
    assert "bare-expression" in findings.codes
    finding = next(found for found in findings.found if found.code.name == "bare-expression")
    start, end = finding.inner
    assert finding.hint == f"write {{{text[start:end]}}}"


@pytest.mark.parametrize(
    "text",
    [
        "$input.username",
        "$response.status",
        "$statuscode",
        "$response.body/id",
        "$response.body#/items/{$inputs.limit}/id",
        "$steps.login.tokens",
        "$inputs",
        "{$input.username}",
        "id: {$step.login.outputs.token}",
        "{$inputs.username || 'nobody'}",
    ],
)
def test_near_misses_are_errors_and_send_nothing(text):
    findings = Findings()
    value = compile_value({"a": text}, NAMES, findings)
    assert findings.codes == ["invalid-expression"]
    assert findings.found[0].origin.pointer == "/a"
    assert [type(expression) for expression in expressions_in(value)] == [Invalid]


def test_findings_are_at_their_place():
    findings = Findings()
    compile_value({"a": [1, {"b/c": "Bearer $inputs.username"}]}, NAMES, findings)
    assert [(found.origin.pointer, found.inner) for found in findings.found] == [("/a/1/b~1c", (7, 23))]


def test_values_without_expressions_are_one_constant():
    raw = {"a": [1, "$5", {"b": None}], "c": "{x}"}
    assert compile_value(raw, NAMES, IGNORE) == Constant(raw)


def test_missing_members_are_left_out_missing_items_are_null_and_null_stays():
    """S13."""
    raw = {"absent": "$inputs.absent", "none": "$inputs.none", "list": ["$inputs.absent", "$inputs.limit"]}
    assert sent(raw) == {"none": None, "list": [None, 5]}


def test_each_scope_gets_an_object_of_its_own():
    read = bind_value(compile_value({"limit": "$inputs.limit", "gone": "$inputs.absent", "n": 1}, NAMES, IGNORE))
    first, second = read(scope()), read(scope())
    assert first == second == {"limit": 5, "n": 1}
    assert first is not second
    assert list(read(scope(inputs={"absent": 2, "limit": 3}))) == ["limit", "gone", "n"]


def test_a_missing_value_inside_text_cannot_be_sent():
    """S13: it names the expression."""
    with pytest.raises(CannotSend, match=r"'\$inputs.absent' has no value") as caught:
        sent("Bearer {$inputs.absent}")
    assert caught.value.code == "missing-value"


@pytest.mark.parametrize(
    ("selector", "value"),
    [
        ({"context": "$response.body", "selector": "$.items[0].id", "type": "jsonpath"}, 7),
        ({"context": "$response.body", "selector": "$.items[*].id", "type": "jsonpath"}, [7, 8]),
        ({"context": "$response.body", "selector": "$.absent", "type": "jsonpath"}, MISSING),
        ({"context": "$inputs.absent", "selector": "$.a", "type": "jsonpath"}, MISSING),
        ({"context": "$response.body", "selector": "/data/a.b", "type": "jsonpointer"}, "dotted"),
        (
            {
                "context": "$response.body",
                "selector": "$.items[?(@.name == '{$inputs.which}')].id",
                "type": {"type": "jsonpath", "version": "rfc9535"},
            },
            8,
        ),
    ],
)
def test_selector_objects(selector, value):
    """S44, S22; a Selector Object stands anywhere in a payload."""
    inputs = {"which": "second"}
    assert sent(selector, inputs=inputs) == value
    assert sent({"x": [selector]}, inputs=inputs) == {"x": [None if value is MISSING else value]}


def test_a_selector_object_of_xml():
    """S44: the text of a node without child elements."""
    selector = {
        "context": "$response.body",
        "selector": "/Invoice/Number",
        "type": {"type": "xpath", "version": "xpath-10"},
    }
    answered = Exchange("GET", "/", response_body="<Invoice><Number>42</Number></Invoice>", response_is_xml=True)
    assert sent(selector, exchange=answered) == "42"
    with pytest.raises(CannotSend, match="XML") as caught:
        sent(selector)
    assert caught.value.code == "invalid-selector"


@pytest.mark.parametrize(
    "raw",
    [
        {"context": "abc", "selector": ".x", "type": "jsonpath"},
        {"context": "$inputs.username", "selector": ".button", "type": "css"},
        {"context": "$inputs.username", "selector": ".button"},
        {"context": "$inputs.username", "selector": "$.a", "type": "jsonpath", "more": 1},
    ],
)
def test_payloads_that_look_like_selectors_are_payloads(raw):
    assert set(sent(raw)) == set(raw)


def test_a_broken_selector_is_reported_where_it_is():
    findings = Findings()
    raw = {"context": "$response.body", "selector": "$.items[", "type": "jsonpath"}
    value = compile_value([raw], NAMES, findings)
    assert [(found.code.name, found.origin.pointer) for found in findings.found] == [
        ("invalid-jsonpath", "/0/selector")
    ]
    with pytest.raises(CannotSend):
        resolve(value, scope())


def test_source_text_is_what_was_written():
    raw = {"a": "Bearer {$inputs.username}", "b": ["$statusCode", 1]}
    assert source_text(compile_value(raw, NAMES, IGNORE)) == '{"a": Bearer {$inputs.username}, "b": [$statusCode, 1]}'


def test_expressions_in_a_value():
    raw = {
        "a": "{$inputs.username}-{$inputs.limit}",
        "b": ["$statusCode"],
        "c": {"context": "$response.body", "selector": "$.x[{$inputs.limit}]", "type": "jsonpath"},
        "d": 1,
    }
    found = [str(expression) for expression in expressions_in(compile_value(raw, NAMES, IGNORE))]
    assert found == ["$inputs.username", "$inputs.limit", "$statusCode", "$response.body", "$inputs.limit"]


def test_a_payload_nested_too_deeply_is_reported_not_a_traceback():
    raw: object = "$inputs.username"
    for _ in range(400):
        raw = [raw]
    findings = Findings()
    compile_value(raw, NAMES, findings)
    assert findings.codes == ["wrong-value"]


def test_unknown_names_take_the_grammar():
    assert compile_value("$inputs.anything", UNKNOWN, IGNORE) == compile_value("$inputs.anything", NAMES, IGNORE)
    assert isinstance(compile_value("$inputs.anything", UNKNOWN, IGNORE), Whole)
