"""S5: what operationId and operationPath lead to."""

import pytest
from loading import SHOP, found, load, steps

from arazzo_runner.diagnostics import errors

TWO = "{name: shop, url: shop.yaml, type: openapi}, {name: bank-api, url: bank.yaml, type: openapi}"
BANK = SHOP.replace("shop", "bank").replace("createItem", "pay").replace("item.get", "Balance")


def step(reference: str, *, two: bool = False, **options: object):
    text = steps(f"- {{stepId: a, {reference}}}")
    if two:
        text = text.replace("{name: shop, url: shop.yaml, type: openapi}", TWO)
    return load(text, {"bank.yaml": BANK}, **options)


GOOD = {
    "plain": ("operationId: listItems", "GET /items"),
    "qualified": ("operationId: $sourceDescriptions.shop.createItem", "POST /items"),
    "with dots (after the second dot all is the id)": (
        "operationId: $sourceDescriptions.shop.item.get",
        "GET /items/{id}",
    ),
    "plain with dots": ("operationId: item.get", "GET /items/{id}"),
    "by path": ("operationPath: '{$sourceDescriptions.shop.url}#/paths/~1items/post'", "POST /items"),
    "by path with a template": (
        "operationPath: '{$sourceDescriptions.shop.url}#/paths/~1items~1{id}/get'",
        "GET /items/{id}",
    ),
    "by path, percent-encoded": (
        "operationPath: '{$sourceDescriptions.shop.url}#/paths/~1items~1%7Bid%7D/get'",
        "GET /items/{id}",
    ),
}


@pytest.mark.parametrize(("reference", "label"), GOOD.values(), ids=GOOD.keys())
def test_references_of_the_standard(reference: str, label: str) -> None:
    description = step(reference)
    assert description.diagnostics == ()
    operation = description.workflow("w").steps[0].operation
    assert operation is not None
    assert (operation.label, operation.source) == (label, "shop")


DIALECTS = {
    "source.operation": ("operationId: bank-api.pay", "operation-id-qualified", "POST /items"),
    "other case": ("operationId: BALANCE", "operation-id-case", "GET /items/{id}"),
    "other case, qualified": (
        "operationId: $sourceDescriptions.bank-api.balance",
        "operation-id-case",
        "GET /items/{id}",
    ),
    "plain with several sources": ("operationId: pay", "unqualified-operation", "POST /items"),
    "source#": ("operationPath: bank-api#/paths/~1items/get", "operation-path-source", "GET /items"),
    "expression without url": (
        "operationPath: '$sourceDescriptions.bank-api#/paths/~1items/get'",
        "operation-path-source",
        "GET /items",
    ),
    "expression without braces": (
        "operationPath: '$sourceDescriptions.bank-api.url#/paths/~1items/get'",
        "operation-path-source",
        "GET /items",
    ),
    "url written out": ("operationPath: './bank.yaml#/paths/~1items/get'", "operation-path-source", "GET /items"),
}


@pytest.mark.parametrize(("reference", "code", "label"), DIALECTS.values(), ids=DIALECTS.keys())
def test_references_of_the_dialect_table(reference: str, code: str, label: str) -> None:
    description = step(reference, two=True)
    assert found(description.diagnostics) == [code]
    operation = description.workflow("w").steps[0].operation
    assert operation is not None
    assert (operation.label, operation.source) == (label, "bank-api")
    assert [problem.code.name for problem in errors(step(reference, two=True, strict=True).diagnostics)] == [code]


@pytest.mark.parametrize("reference", ["operationPath: POST /items", "operationId: post /items"])
def test_method_and_path(reference: str) -> None:
    description = step(reference)
    assert found(description.diagnostics) == ["operation-path-method"]
    assert "#/paths/~1items/post" in str(description.diagnostics[0].hint)
    operation = description.workflow("w").steps[0].operation
    assert operation is not None
    assert operation.label == "POST /items"


BAD = {
    "several sources have it": ("operationId: listItems", "ambiguous-operation", "$sourceDescriptions.shop.listItems"),
    "none has it": ("operationId: listItem", "unknown-operation", "did you mean 'listItems'?"),
    "not this source": ("operationId: $sourceDescriptions.bank-api.createItem", "unknown-operation", None),
    "no such source": ("operationId: $sourceDescriptions.shoop.createItem", "unknown-source", "did you mean 'shop'?"),
    "a pointer as id": (
        "operationId: '$sourceDescriptions.shop#/paths/~1items/get'",
        "unknown-operation",
        "operationPath",
    ),
    "no such path": (
        "operationPath: '{$sourceDescriptions.shop.url}#/paths/~1itemz/get'",
        "unknown-operation",
        "'#/paths/~1items/get'",
    ),
    "no method": (
        "operationPath: '{$sourceDescriptions.shop.url}#/paths/~1items'",
        "unknown-operation",
        "add the method",
    ),
    "no pointer": ("operationPath: somewhere", "invalid-pointer", None),
    "a pointer without slash": ("operationPath: '{$sourceDescriptions.shop.url}#paths/get'", "invalid-pointer", None),
    "path of no such source": (
        "operationPath: '{$sourceDescriptions.x.url}#/paths/~1items/get'",
        "unknown-source",
        None,
    ),
    "method and path of several": ("operationPath: GET /items", "ambiguous-operation", None),
    "method and path of none": ("operationPath: PUT /items", "unknown-operation", None),
}


@pytest.mark.parametrize(("reference", "code", "hint"), BAD.values(), ids=BAD.keys())
def test_references_that_lead_nowhere(reference: str, code: str, hint: str | None) -> None:
    problems = errors(step(reference, two=True).diagnostics)
    assert [problem.code.name for problem in problems] == [code]
    assert hint is None or hint in str(problems[0].hint)


def test_an_ambiguous_id_lists_the_sources() -> None:
    problem = errors(step("operationId: listItems", two=True).diagnostics)[0]
    assert "'shop' and 'bank-api'" in problem.message


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("operationId: $sourceDescriptions.shop.createAsync, action: receive", "receives"),
        ("operationId: createAsync, action: send", "sends"),
        ("channelPath: '{$sourceDescriptions.shop.url}#/channels/x', action: send", "sends"),
        ("operationId: createAsync", "sends"),
    ],
)
def test_asyncapi_steps_load_and_say_that_they_do_not_run(reference: str, says: str) -> None:
    text = steps(f"- {{stepId: a, {reference}}}").replace("type: openapi", "type: asyncapi")
    description = load(text, {"shop.yaml": "asyncapi: 3.0.0\n"})
    assert found(description.diagnostics) == []
    bound = description.workflow("w").steps[0]
    assert bound.unsupported == f"step 'a' {says} an AsyncAPI message, which this version does not run"
    assert bound.operation is None


def test_action_on_an_openapi_operation_has_no_effect() -> None:
    description = step("operationId: listItems, action: send")
    assert found(description.diagnostics) == ["ignored-field"]
    assert description.workflow("w").steps[0].operation is not None
