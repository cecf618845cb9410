"""The specification's section Runtime Expressions: reading them and their values (S11-S16)."""

from __future__ import annotations

import pytest
from reading import NAMES, UNKNOWN, Findings, scope

from arazzo_runner.diagnostics import IGNORE
from arazzo_runner.expressions import evaluate, parse
from arazzo_runner.expressions.nodes import (
    Invalid,
    MessagePart,
    Named,
    Path,
    Pointer,
    SourceReference,
    StepOutput,
    WorkflowField,
)
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.values import MISSING

#: Every expression of the specification's table of examples, and its value on the scope of `reading`.
EXAMPLES = {
    "$method": "POST",
    "$request.header.accept": "application/json",
    "$request.path.id": "p-1",
    "$request.body#/user/uuid": "u-1",
    "$url": "https://api.example.com/pets?limit=2",
    "$response.body#/status": "Running",
    "$response.body#/items/0/id": 7,
    "$response.header.Server": "nginx",
    "$message.header.Server": MISSING,
    "$message.payload#/status": MISSING,
    "$self": "https://example.com/workflow.yaml",
    "$inputs.username": "ada",
    "$workflows.foo.inputs.username": "bob",
    "$steps.someStepId.outputs.pets": [{"id": 1}, {"id": 2}],
    "$steps.someStepId.outputs.pets#/0/id": 1,
    "$outputs.bar": "baz",
    "$workflows.foo.outputs.bar": 1,
    "$workflows.foo.outputs.mappedResponse#/name": "n",
    "$sourceDescriptions.petstore.getPetById": MISSING,
    "$sourceDescriptions.petstore.url": "https://api.example.com/petstore.yaml",
    "$sourceDescriptions.petstore.type": "openapi",
    "$components.parameters.foo": "shared",
    "$components.successActions.bar": MISSING,
    "$components.failureActions.baz": MISSING,
    "$statusCode": 200,
}


@pytest.mark.parametrize(("text", "value"), EXAMPLES.items())
@pytest.mark.parametrize("names", [NAMES, UNKNOWN], ids=["declared", "unknown"])
def test_examples_of_the_specification(text, value, names):
    findings = Findings(strict=True)
    expression = parse(text, names, findings)
    assert not findings.found
    assert str(expression) == text
    assert evaluate(expression, scope()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "$response.body#/a~1b": "slash",
        "$response.body#/m~0n": "tilde",
        "$response.body#/": "empty",
        "$response.body#": scope().exchange.response_body,
        "$response.body#/items/1/id": 8,
        "$response.body#/items/01/id": MISSING,
        "$response.body#/items/-": MISSING,
        "$response.body#/items/-1": MISSING,
        "$response.body#/items/2": MISSING,
        "$response.body#/items/" + "9" * 5000: MISSING,
        "$response.body#/items/\u0661": MISSING,
        "$response.body#/status/0": MISSING,
        "$response.body#/nothing": None,
        "$response.body#/nothing/deeper": MISSING,
        "$response.body#/absent": MISSING,
    }.items(),
)
def test_json_pointers_are_rfc_6901_and_missing_is_not_null(text, value):
    """S13, S14."""
    assert evaluate(parse(text, UNKNOWN, IGNORE), scope()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "$response.header.SERVER": "nginx",
        "$response.header.x-rate": "1, 2",
        "$response.header.Absent": MISSING,
        "$request.header.ACCEPT": "application/json",
        "$request.query.limit": 2,
        "$request.query.Limit": MISSING,
        "$request.query.a b": "spaced",
        "$response.query.limit": MISSING,
    }.items(),
)
def test_header_names_ignore_case_and_others_do_not(text, value):
    """S16."""
    assert evaluate(parse(text, UNKNOWN, IGNORE), scope()) == value


@pytest.mark.parametrize("text", ["$url", "$method", "$statusCode", "$response.body", "$request.header.accept"])
def test_without_an_exchange_its_parts_are_missing(text):
    assert evaluate(parse(text, UNKNOWN, IGNORE), scope(exchange=None)) is MISSING


def test_without_an_answer_the_status_and_body_are_missing_but_the_request_is_not():
    """S35."""
    unanswered = scope(exchange=Exchange("GET", "https://x.example/"))
    values = [evaluate(parse(text, UNKNOWN, IGNORE), unanswered) for text in ("$statusCode", "$response.body", "$url")]
    assert values == [MISSING, MISSING, "https://x.example/"]


def test_a_pointer_into_xml_is_missing():
    """S15: XML is text."""
    exchange = Exchange("GET", "https://x.example/", status_code=200, response_body="<a>1</a>", response_is_xml=True)
    assert evaluate(parse("$response.body#/a", UNKNOWN, IGNORE), scope(exchange=exchange)) is MISSING
    assert evaluate(parse("$response.body", UNKNOWN, IGNORE), scope(exchange=exchange)) == "<a>1</a>"


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("$inputs.a b", Named("inputs", "a b")),
        ("$inputs.$.xgafv", Named("inputs", "$.xgafv")),
        ("$inputs.$expand", Named("inputs", "$expand")),
        ("$inputs.x.y", Named("inputs", "x.y")),
        ("$inputs.x.y#/z", Named("inputs", "x.y", Pointer(("z",)))),
        ("$steps.someStepId.outputs.Employee object", StepOutput("someStepId", "Employee object")),
        (
            "$steps.someStepId.outputs.Orders (Array of Order ({id, name}))",
            StepOutput("someStepId", "Orders (Array of Order ({id, name}))"),
        ),
        ("$steps.my.step.outputs.value", StepOutput("my.step", "value")),
        ("$workflows.foo.outputs.bar", WorkflowField("foo", "outputs", "bar")),
        ("$sourceDescriptions.pet.get/pets (all)", SourceReference("pet", "get/pets (all)")),
        ("$sourceDescriptions.pet.v1.pets.list", SourceReference("pet", "v1.pets.list")),
    ],
)
def test_declared_names_win_over_the_grammar(text, node):
    """S14, S5."""
    findings = Findings()
    assert parse(text, NAMES, findings) == node
    assert not findings.found


@pytest.mark.parametrize(
    ("text", "value", "corrected"),
    [
        ("$inputs.customer.firstName", "Ada", "$inputs.customer#/firstName"),
        ("$inputs.customer.address.city", "London", "$inputs.customer#/address/city"),
        ("$inputs.x.y.z", "deep", "$inputs.x.y#/z"),
        ("$inputs.items[1]", 2, "$inputs.items#/1"),
        ("$inputs.items[-1]", 2, "$inputs.items#/-1"),
        ("$inputs.items.0", 1, "$inputs.items#/0"),
        ("$steps.someStepId.outputs.pets[1].id", 2, "$steps.someStepId.outputs.pets#/1/id"),
        ("$steps.someStepId.outputs.pets[*].id", [1, 2], None),
        ("$steps.someStepId.outputs.pets[].id", 1, None),
        ("$steps.someStepId.outputs.pets[n].id", 1, None),
        ("$steps.someStepId.outputs.pets[?(@.id==2)].id", 2, None),
        ("$steps.someStepId.outputs.pets[?(@.id>0)].id", [1, 2], None),
        ("$steps.someStepId.outputs.pets[?(@.id>9)].id", MISSING, None),
        ("$steps.someStepId.outputs.pets['0']", {"id": 1}, "$steps.someStepId.outputs.pets#/0"),
        ("$workflows.foo.outputs.mappedResponse.name", "n", "$workflows.foo.outputs.mappedResponse#/name"),
        ("$inputs.username.first", MISSING, "$inputs.username#/first"),
    ],
)
def test_paths_from_a_declared_name(text, value, corrected):
    """S14, `output-path`."""
    findings = Findings()
    expression = parse(text, NAMES, findings)
    assert evaluate(expression, scope()) == value
    assert findings.codes == ["output-path"]
    assert findings.found[0].hint == (None if corrected is None else f"write {corrected}")


@pytest.mark.parametrize(
    ("inputs", "value"),
    [
        ({"a.b": "whole", "a": {"b": "path"}}, "whole"),
        ({"a": {"b": "path"}}, "path"),
        ({"a": {}}, MISSING),
        ({}, MISSING),
    ],
)
def test_unknown_names_with_dots_are_decided_by_the_values(inputs, value):
    """S14: the exact name wins, else the rest is a path."""
    findings = Findings(strict=True)
    expression = parse("$inputs.a.b", UNKNOWN, findings)
    assert not findings.found
    assert evaluate(expression, scope(inputs=inputs)) == value


def test_a_name_with_brackets_that_is_there_whole_wins():
    expression = parse("$inputs.a[0].b", UNKNOWN, IGNORE)
    assert evaluate(expression, scope(inputs={"a[0].b": "whole", "a": [{"b": "path"}]})) == "whole"
    assert evaluate(expression, scope(inputs={"a": [{"b": "path"}]})) == "path"


@pytest.mark.parametrize(
    ("text", "offset", "corrected"),
    [
        ("$input.x", 0, "$inputs.x"),
        ("$Inputs.x", 0, "$inputs.x"),
        ("$inputs", 0, "$inputs.NAME"),
        ("$step.login.outputs.token", 0, "$steps.login.outputs.token"),
        ("$steps.login", 7, None),
        ("$steps.login.tokens", 7, "$steps.login.outputs.tokens"),
        ("$steps.login.output.token", 7, "$steps.login.outputs.token"),
        ("$steps.login.outputs", 7, "$steps.login.outputs.NAME"),
        ("$workflow.foo.outputs.bar", 0, "$workflows.foo.outputs.bar"),
        ("$workflows.foo.steps.s.outputs.bar", 11, "$workflows.foo.outputs.bar"),
        ("$response.status", 10, "$statusCode"),
        ("$response.statusCode", 10, "$statusCode"),
        ("$statuscode", 0, "$statusCode"),
        ("$status_code", 0, "$statusCode"),
        ("$request.url", 9, "$url"),
        ("$request.method", 9, "$method"),
        ("$response.body/id", 14, "$response.body#/id"),
        ("$body.id", 0, "$response.body.id"),
        ("inputs.username", 0, "$inputs.username"),
        ("{$inputs.username}", 0, "$inputs.username"),
        ("$response.header.Content Type", 17, None),
        ("$response.body#/items/{0}", 22, None),
        ("$components.inputs.x", 12, None),
        ("$sourceDescriptions.petstore", 20, None),
        ("$faker.name", 0, None),
        ("", 0, None),
    ],
)
def test_what_is_no_expression_says_where_and_what_was_meant(text, offset, corrected):
    findings = Findings()
    assert isinstance(parse(text, NAMES, findings), Invalid)
    assert findings.codes == ["invalid-expression"]
    (finding,) = findings.found
    assert finding.inner is not None
    assert finding.inner[0] == offset
    assert f"(column {offset + 1})" in finding.message
    if corrected is None:
        assert "write" not in (finding.hint or "")
    else:
        assert finding.hint == f"write {corrected}"


def test_an_escape_that_rfc_6901_lacks_is_an_invalid_pointer():
    findings = Findings()
    assert isinstance(parse("$response.body#/a~2", UNKNOWN, findings), Invalid)
    assert findings.codes == ["invalid-pointer"]
    assert findings.found[0].inner == (17, 19)


def test_an_invalid_expression_is_missing():
    assert evaluate(Invalid("$input.x", "no"), scope()) is MISSING


@pytest.mark.parametrize(
    ("text", "value", "codes"),
    [
        ("$response.body.data.id", "d-1", ["dotted-body-path"]),
        ("$response.body.items[0].id", 7, ["dotted-body-path"]),
        ("$response.body[items]", None, None),
        ("$message.payload.orderId", MISSING, ["dotted-body-path"]),
        ("$response.body#status", "Running", ["pointer-shape"]),
        ("$response.body#/items[0].id", 7, ["pointer-shape"]),
        ("$response.body#/list[0]", "literal brackets", ["pointer-shape"]),
        ("$response.body#owner.id", "o-1", ["pointer-shape"]),
        ("$response.body#/user.id", "exact", ["pointer-dots"]),
        ("$response.body#/owner.id", "o-1", ["pointer-dots"]),
        ("$response.body#/data/a.b", "dotted", ["pointer-dots"]),
        ("$response.headers.Server", "nginx", ["plural-headers"]),
        ("$steps.login.token", "t-1", ["step-output-without-outputs"]),
        ("$steps.login.session#/id", 9, ["step-output-without-outputs"]),
    ],
)
def test_dialects_of_expressions(text, value, codes):
    findings = Findings()
    expression = parse(text, NAMES, findings)
    if codes is None:
        assert isinstance(expression, Invalid)
    else:
        assert evaluate(expression, scope()) == value
        assert findings.codes == codes


def test_dots_in_a_pointer_are_no_error_even_when_strict():
    """RFC 6901 allows them; only the path that is tried after the exact name is ours."""
    findings = Findings(strict=True)
    parse("$response.body#/fields/System.State", UNKNOWN, findings)
    assert [diagnostic.severity.value for diagnostic in findings.found] == ["info"]


def test_what_the_nodes_are():
    assert parse("$response.body#/items/0", UNKNOWN, IGNORE) == MessagePart(
        "response", "body", access=Pointer(("items", "0"))
    )
    assert parse("$inputs.customer.a[0]", NAMES, IGNORE) == Named("inputs", "customer", Path(("a", 0), text=".a[0]"))
