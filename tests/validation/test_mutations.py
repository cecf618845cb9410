"""Sound documents, broken in every way that the rules know: each gives its code at its line, and no other error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import pytest
from sound import loaded, sound

from arazzo_runner.diagnostics import CODES, Severity
from arazzo_runner.loader.positions import locate

DOCUMENTS = 30
EACH = 5  #: which mutations of a document are tried: each kind is, in some of them


@dataclass(frozen=True)
class Broken:
    """A document after a mutation: the code that it should give, and the pointer at which."""

    how: str
    code: str
    pointer: str
    document: Any
    on_key: bool = False


Mutation: TypeAlias = "Callable[[Any, str, Any], Iterator[Broken]]"


def at(document: Any, pointer: str) -> tuple[Any, Any]:
    """What holds the value at a pointer, and its key there."""
    *way, last = pointer.split("/")[1:]
    for token in way:
        document = document[int(token) if isinstance(document, list) else token]
    return document, int(last) if isinstance(document, list) else last


def changed(document: Any, pointer: str, value: Any) -> Any:
    copy = deepcopy(document)
    holder, key = at(copy, pointer)
    holder[key] = value
    return copy


def without(document: Any, pointer: str) -> Any:
    copy = deepcopy(document)
    holder, key = at(copy, pointer)
    del holder[key]
    return copy


def places(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    yield pointer, value
    for key, member in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        if key not in ("inputs", "payload"):
            yield from places(member, f"{pointer}/{key}")


def parent(pointer: str) -> str:
    return pointer.rpartition("/")[0]


# --- names ------------------------------------------------------------------------------------------------------------
REFERENCE = re.compile(r"\$steps\.(\w+)\.outputs\.(\w+)|\$inputs\.(\w+)|\$outputs\.(\w+)")
NAMES = {1: "unknown-step", 2: "unknown-output", 3: "unknown-input", 4: "unknown-output"}


def names_in_expressions(document: Any, pointer: str, value: Any) -> Iterator[Broken]:
    if isinstance(value, str) and not pointer.startswith("/components"):
        for found in REFERENCE.finditer(value):
            for group, code in NAMES.items():
                if found[group]:
                    misspelt = value[: found.start(group)] + f"{found[group]}q" + value[found.end(group) :]
                    yield Broken(f"misspell '{found[group]}'", code, pointer, changed(document, pointer, misspelt))


FIELDS = {
    "operationId": "unknown-operation",
    "workflowId": "unknown-workflow",
    "stepId": "unknown-step",
    "reference": "unknown-component",
}


def names_in_fields(document: Any, pointer: str, value: Any) -> Iterator[Broken]:
    field = pointer.rpartition("/")[2]
    declares = re.fullmatch(r"/workflows/\d+(/steps/\d+/stepId|/workflowId)", pointer)
    if field in FIELDS and isinstance(value, str) and not declares:
        yield Broken("misspell a name", FIELDS[field], pointer, changed(document, pointer, f"{value}q"))
    if "/dependsOn/" in pointer:
        code = "unknown-step" if "/steps/" in pointer else "unknown-workflow"
        yield Broken("misspell a dependency", code, pointer, changed(document, pointer, f"{value}q"))
    if field in ("operationId", "operationPath") and isinstance(value, str) and ".shop" in value:
        misspelt = value.replace(".shop", ".shopq")
        yield Broken("misspell a source", "unknown-source", pointer, changed(document, pointer, misspelt))
    if field == "operationPath":
        yield Broken(
            "rename a path", "unknown-operation", pointer, changed(document, pointer, value.replace("jobs", "job"))
        )
        yield Broken("no pointer", "invalid-pointer", pointer, changed(document, pointer, value.replace("#", "")))


def duplicates(document: Any, pointer: str, value: Any) -> Iterator[Broken]:
    """The last member of a list that must not hold it twice is written twice."""
    ids = {"workflows": "/workflowId", "steps": "/stepId"}
    field = pointer.rpartition("/")[2]
    lists = {*ids, "sourceDescriptions", "parameters", "onSuccess", "onFailure", "dependsOn"}
    if field in lists and isinstance(value, list):
        twice = changed(document, pointer, [*value, deepcopy(value[-1])])
        where = f"{pointer}/{len(value)}{ids.get(field, '')}"
        yield Broken(f"twice in {field}", "duplicate-name", where, twice)


# --- structure --------------------------------------------------------------------------------------------------------
REQUIRED = {"info", "title", "version", "condition", "arazzo", "operationPath", "operationId", "target"}


def structure(document: Any, pointer: str, value: Any) -> Iterator[Broken]:
    field = pointer.rpartition("/")[2]
    if field in REQUIRED:
        yield Broken("remove a field", "missing-field", parent(pointer), without(document, pointer))
    if field in ("description", "title", "condition", "contentType", "target"):
        yield Broken("a number for text", "wrong-type", pointer, changed(document, pointer, 5))
    if field in ("successCriteria", "replacements", "onSuccess") and isinstance(value, list):
        yield Broken("an object for a list", "wrong-type", pointer, changed(document, pointer, {}))
    if field == "retryLimit":
        yield Broken("a negative number", "wrong-value", pointer, changed(document, pointer, -1))
        yield Broken("a decimal for a count", "wrong-type", pointer, changed(document, pointer, 1.5))
    if field == "retryAfter":
        yield Broken("milliseconds", "retry-after-milliseconds", pointer, changed(document, pointer, 30000))
    if field == "type" and value in ("goto", "end", "retry"):
        yield Broken("no such type", "wrong-value", pointer, changed(document, pointer, f"{value}q"))
    if field == "in" and value == "query":
        yield Broken("no such place", "wrong-value", pointer, changed(document, pointer, "quary"))
    if field == "arazzo":
        yield Broken("no such version", "unsupported-version", pointer, changed(document, pointer, "3.0.0"))
    names = field in ("outputs", "inputs", "payload") or parent(pointer) == "/components"
    if isinstance(value, dict) and not names and "reference" not in value:
        extra = changed(document, f"{pointer}/oops", 1)
        yield Broken("add a field", "unknown-field", f"{pointer}/oops", extra, on_key=True)
    if re.fullmatch(r"/workflows/\d+/steps/\d+", pointer) and "workflowId" not in value:
        both = changed(document, f"{pointer}/workflowId", "child")
        yield Broken("call both", "conflicting-fields", f"{pointer}/workflowId", both, on_key=True)


# --- languages --------------------------------------------------------------------------------------------------------
def languages(document: Any, pointer: str, value: Any) -> Iterator[Broken]:
    if pointer.endswith("/condition"):
        holder, _ = at(document, pointer)
        language = holder.get("type", "simple")
        code = "invalid-condition" if language == "simple" else f"invalid-{language}"
        yield Broken("open a parenthesis", code, pointer, changed(document, pointer, f"({value}"))
        if language in ("jsonpath", "xpath"):
            yield Broken("open a bracket", code, pointer, changed(document, pointer, f"{value}["))
        if "'running'" in value:
            other = changed(document, pointer, value.replace("running", "runing"))
            yield Broken("no such state", "unknown-enum-value", pointer, other)
            quotes = changed(document, pointer, value.replace("'", '"'))
            yield Broken("double quotes", "condition-double-quotes", pointer, quotes)
    if pointer.endswith("/selector"):
        yield Broken("open a bracket", "invalid-xpath", pointer, changed(document, pointer, f"{value}["))
    if isinstance(value, str) and re.fullmatch(r"\$response\.body#/[\w/]+", value):
        yield Broken("an escape that is none", "invalid-pointer", pointer, changed(document, pointer, f"{value}~x"))
        yield Broken("no slash", "pointer-shape", pointer, changed(document, pointer, value.replace("#/", "#")))
        yield Broken(
            "no such root", "invalid-expression", pointer, changed(document, pointer, value.replace("se.", "s."))
        )
    if pointer.endswith("/target"):
        yield Broken("no slash", "invalid-pointer", pointer, changed(document, pointer, value.removeprefix("/")))
    if value == "$inputs.id" and "/workflows/" in pointer:
        yield Broken("no such root", "invalid-expression", pointer, changed(document, pointer, "$input.id"))


# --- order, flow, and the OpenAPI description -------------------------------------------------------------------------
def order(document: Any, pointer: str, value: Any) -> Iterator[Broken]:
    if re.fullmatch(r"/workflows/0/steps", pointer) and "outputs" in value[-1] and len(value) > 1:
        used = f"$steps.{value[-1]['stepId']}.outputs.{next(iter(value[-1]['outputs']))}"
        early = {
            "stepId": "early",
            "operationId": "getItem",
            "parameters": [{"name": "id", "in": "path", "value": used}],
        }
        if "dependsOn" not in value[-1] and "polling" not in str(value):
            place = f"{pointer}/0/parameters/0/value"
            yield Broken("use too early", "forward-reference", place, changed(document, pointer, [early, *value]))
    if re.fullmatch(r"/workflows/0", pointer):
        own = changed(document, f"{pointer}/dependsOn", ["main"])
        yield Broken("wait for itself", "dependency-cycle", f"{pointer}/dependsOn", own)
    if re.fullmatch(r"/workflows/\d+/steps/\d+", pointer):
        own = changed(document, f"{pointer}/dependsOn", [value["stepId"]])
        yield Broken("wait for itself", "dependency-cycle", f"{pointer}/dependsOn", own)


def requests(document: Any, pointer: str, value: Any) -> Iterator[Broken]:
    if isinstance(value, dict) and value.get("in") == "path" and "/steps/" in pointer:
        step = re.sub(r"/parameters/\d+$", "", pointer)
        yield Broken("drop a path parameter", "missing-parameter", step, without(document, pointer))
        place = f"{pointer}/in"
        yield Broken("misplace it", "misplaced-parameter", place, changed(document, place, "query"))
    if pointer.endswith("/requestBody"):
        yield Broken("drop the body", "missing-body", parent(pointer), without(document, pointer))
        plain = without(document, f"{pointer}/replacements")
        holder, _ = at(plain, f"{pointer}/payload")
        holder["payload"] = {"price": 2}
        yield Broken("drop a member", "missing-member", f"{pointer}/payload", plain)
        holder = deepcopy(plain)
        at(holder, f"{pointer}/payload")[0]["payload"] = {"name": "n", "price": "dear"}
        yield Broken("a wrong type", "value-mismatch", f"{pointer}/payload/price", holder)


MUTATIONS: tuple[Mutation, ...] = (
    names_in_expressions,
    names_in_fields,
    duplicates,
    structure,
    languages,
    order,
    requests,
)


def mutated(document: Any) -> Iterator[Broken]:
    for pointer, value in list(places(document)):
        if pointer:
            for mutation in MUTATIONS:
                yield from mutation(document, pointer, value)


# --- the tests --------------------------------------------------------------------------------------------------------
def written(document: Any) -> str:
    """As JSON, one member on a line: the same structure, and no line is shared."""
    return json.dumps(document, indent=1)


def problem(broken: Broken) -> str | None:
    """In what the findings differ from what was expected."""
    text = written(broken.document)
    spans = locate(text, [broken.pointer])[broken.pointer]
    span = spans.key if broken.on_key and spans.key else spans.value
    found = loaded(text).diagnostics
    wrong = [(one.code.name, one.span.line if one.span else 0) for one in found if one.severity is Severity.ERROR]
    here = (broken.code, span.line)
    said = [(one.code.name, one.span.line if one.span else 0) for one in found]
    if here not in said:
        return f"{broken.how} at {broken.pointer}: expected {here}, found {[str(one) for one in found]}"
    others = [each for each in wrong if each != here]
    return f"{broken.how} at {broken.pointer}: expected {here} only, found {others}" if others else None


@pytest.mark.parametrize("number", range(DOCUMENTS))
def test_a_sound_document_has_no_errors_or_warnings(number: int) -> None:
    text = written(sound(number))
    assert [str(found) for found in loaded(text).diagnostics if found.severity is not Severity.INFO] == []


@pytest.mark.parametrize("number", range(DOCUMENTS))
def test_what_is_broken_is_found_where_it_is_broken(number: int) -> None:
    some = islice(mutated(sound(number)), number % EACH, None, EACH)
    problems = [said for broken in some if (said := problem(broken)) is not None]
    assert problems == []


def test_the_mutations_are_many_and_of_many_kinds() -> None:
    all_of_them = [broken for number in range(DOCUMENTS) for broken in mutated(sound(number))]
    assert len(all_of_them) > 1500
    assert len({broken.code for broken in all_of_them}) > 25
    assert {broken.code for broken in all_of_them} <= CODES.keys()
