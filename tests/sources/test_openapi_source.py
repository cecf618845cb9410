"""Opening descriptions: the index of operations, references (RFC 3986, JSON Pointer, `$anchor`), compiling once."""

from typing import Any

import pytest
from describing import LOCATION, asked, operation, sent, source, unreadable

from arazzo_runner.sources import Argument
from arazzo_runner.sources.openapi import BrokenReference, open_source

GET = {"operationId": "listPets"}


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.1", "3.2.0", "3.9.0"])
def test_versions_of_3(version: str) -> None:
    assert open_source("api", {"openapi": version, "paths": {}}, "x", fetch=unreadable).operation_ids == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"swagger": "1.2"}, "OpenAPI '1.2' is not supported: 2.0, 3.0, 3.1 and 3.2 are"),
        ({"openapi": "4.0.0"}, "not supported"),
        ({"openapi": "three"}, "not supported"),
        ({"asyncapi": "3.0.0"}, "there is neither 'openapi' nor 'swagger'"),
        ([], "expected an OpenAPI description"),
        (None, "expected an OpenAPI description"),
        ("text", "expected an OpenAPI description"),
    ],
)
def test_what_is_no_description(raw: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        open_source("api", raw, "x", fetch=unreadable)


def test_a_version_that_yaml_read_as_a_number() -> None:
    assert open_source("api", {"swagger": 2.0}, "x", fetch=unreadable).version == (2, 0)


RAW = {
    "openapi": "3.2.0",
    "webhooks": {"hook": {"post": {"operationId": "webhook"}}},
    "paths": {
        "/pets": {"get": GET, "query": {"operationId": "searchPets"}, "summary": "no operation"},
        "/pets/{id}": {"get": {}, "additionalOperations": {"COPY": {"operationId": "copyPet"}}},
        "/moved": {"$ref": "#/components/pathItems/moved", "servers": [{"url": "https://other.example.com"}]},
        "/elsewhere": {"$ref": "paths/more.json#/elsewhere"},
        "x-note": {"get": {"operationId": "extension"}},
        "/empty": None,
    },
    "components": {"pathItems": {"moved": {"put": {"operationId": "moved"}}}},
}
FILES = {
    "https://api.example.com/paths/more.json": {
        "elsewhere": {
            "delete": {"operationId": "far", "parameters": [{"$ref": "../shared.json#/limit"}, {"$ref": "#/p"}]}
        },
        "p": {"name": "page", "in": "query", "explode": False},
    },
    "https://api.example.com/shared.json": {"limit": {"name": "limit", "in": "header"}},
}


def test_the_index() -> None:
    found = source(RAW, fetch=FILES.__getitem__)
    assert found.operation_ids == ["listPets", "searchPets", "copyPet", "moved", "far"]
    assert found.operations[:3] == (("GET", "/pets"), ("QUERY", "/pets"), ("GET", "/pets/{id}"))


@pytest.mark.parametrize(
    ("operation_id", "label"),
    [
        ("listPets", "GET /pets"),
        ("searchPets", "QUERY /pets"),
        ("copyPet", "COPY /pets/{id}"),
        ("moved", "PUT /moved"),
        ("far", "DELETE /elsewhere"),
    ],
)
def test_by_id(operation_id: str, label: str) -> None:
    found = source(RAW, fetch=FILES.__getitem__).by_id(operation_id)
    assert found is not None
    assert (found.label, found.operation_id, found.source) == (label, operation_id, "api")


@pytest.mark.parametrize("operation_id", ["webhook", "extension", "listpets", ""])
def test_what_is_no_operation(operation_id: str) -> None:
    assert source(RAW, fetch=FILES.__getitem__).by_id(operation_id) is None


@pytest.mark.parametrize(
    ("pointer", "label"),
    [
        ("/paths/~1pets/get", "GET /pets"),
        ("/paths/~1pets~1{id}/get", "GET /pets/{id}"),
        ("/paths/~1pets~1%7Bid%7D/get", "GET /pets/{id}"),
        ("/paths/~1pets~1{id}/additionalOperations/COPY", "COPY /pets/{id}"),
        ("/paths/~1moved/put", "PUT /moved"),
        ("/paths/~1pets", None),
        ("/paths/~1pets/summary", None),
        ("/paths/~1none/get", None),
        ("/webhooks/hook/post", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_by_pointer(pointer: str, label: str | None) -> None:
    found = source(RAW, fetch=FILES.__getitem__).by_pointer(pointer)
    assert (found and found.label) == label


@pytest.mark.parametrize("method", ["get", "GET", "Get"])
def test_by_method_and_path(method: str) -> None:
    found = source(RAW).by_method_and_path(method, "/pets")
    assert found is not None
    assert found.operation_id == "listPets"


def test_an_operation_is_compiled_once() -> None:
    found = source(RAW)
    assert found.by_id("listPets") is found.by_pointer("/paths/~1pets/get")


def test_what_stands_beside_a_path_items_reference_counts() -> None:
    found = source(RAW).by_pointer("/paths/~1moved/put")
    assert found is not None
    assert sent(found).url == "https://other.example.com/moved"


def test_references_are_relative_to_the_file_they_stand_in() -> None:
    found = source(RAW, fetch=FILES.__getitem__).by_id("far")
    assert found is not None
    assert [(each.name, each.place) for each in found.parameters()] == [("limit", "header"), ("page", "query")]


def test_a_broken_path_item_breaks_nothing_else() -> None:
    found = source(RAW)  # no files
    assert "listPets" in found.operation_ids
    assert "cannot be read: no file 'https://api.example.com/paths/more.json'" in found.problems[0]


def test_files_beside_a_file() -> None:
    raw = {"openapi": "3.0.0", "paths": {"/x": {"$ref": "./paths/x%20y.yml"}}}
    files = {"apis/paths/x y.yml": {"get": {"operationId": "x"}}}
    assert source(raw, "apis/openapi.yml", files.__getitem__).operation_ids == ["x"]


def test_a_file_is_fetched_once_and_may_refer_back() -> None:
    fetched = []
    raw = {
        "openapi": "3.0.0",
        "paths": {"/x": {"get": {"parameters": [{"$ref": "p.json#/a"}, {"$ref": "p.json#/b"}]}}},
        "components": {"parameters": {"home": {"name": "home", "in": "query"}}},
    }

    def fetch(location: str) -> Any:
        fetched.append(location)
        return {"a": {"name": "a", "in": "query"}, "b": {"$ref": "openapi.json#/components/parameters/home"}}

    found = source(raw, LOCATION, fetch).by_method_and_path("get", "/x")
    assert found is not None
    assert [each.name for each in found.parameters()] == ["a", "home"]
    assert fetched == ["https://api.example.com/p.json"]


# --- broken references ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("#/components/parameters/none", "leads nowhere: there is no 'components'"),
        ("#nowhere", r"there is no `\$anchor` 'nowhere'"),
        ("none.json#/a", "'https://api.example.com/none.json' cannot be read: no file"),
        ("#/paths/~1x/post/parameters/0", "goes round in a circle"),
        ("#/paths/~1x/post/parameters/7", "there is no '7'"),
    ],
)
def test_a_broken_reference_is_a_problem_of_the_operation(reference: str, message: str) -> None:
    described = operation({"parameters": [{"$ref": reference}, {"name": "q", "in": "query", "explode": False}]})
    (problem,) = described.problems
    assert sent(described, Argument("q", [1, 2])).url.endswith("?q=1,2")
    with pytest.raises(BrokenReference, match=message):
        described.dereference({"$ref": reference})
    assert issubclass(BrokenReference, ValueError)
    assert problem


def test_files_that_refer_to_ever_more_files_are_bounded() -> None:
    def fetch(location: str) -> Any:
        return {"$ref": f"n{len(location)}/x.json"}

    raw = {"openapi": "3.0.0", "paths": {"/x": {"get": {"parameters": [{"$ref": "a.json"}]}}}}
    found = source(raw, LOCATION, fetch).by_method_and_path("get", "/x")
    assert found is not None
    assert "circle" in found.problems[0]


def test_a_member_named_ref_is_no_reference() -> None:
    assert operation().dereference({"$ref": {"type": "string"}}) == {"$ref": {"type": "string"}}


# --- anchors and identities (3.1) -------------------------------------------------------------------------------------

IDENTIFIED = {
    "components": {
        "schemas": {
            "A": {"$anchor": "run", "type": "object"},
            "B": {
                "$id": "https://schemas.example.com/b",
                "type": "array",
                "$defs": {"C": {"$anchor": "c", "const": 1}},
            },
            "D": {"$ref": "https://schemas.example.com/b"},
        }
    }
}


@pytest.mark.parametrize(
    ("reference", "member"),
    [
        ("#run", "object"),
        ("https://schemas.example.com/b", "array"),
        ("https://schemas.example.com/b#/$defs/C", None),
        ("https://schemas.example.com/b#c", None),
        ("#/components/schemas/D", "array"),
    ],
)
def test_anchors_and_ids(reference: str, member: str | None) -> None:
    found = operation(**IDENTIFIED).dereference({"$ref": reference})
    assert isinstance(found, dict)
    assert found.get("type") == member


def test_self_of_3_2_is_the_base() -> None:
    raw = {"openapi": "3.2.0", "$self": "https://me.example.com/v1/o.json", "paths": {"/x": {"$ref": "x.json"}}}
    files = {"https://me.example.com/v1/x.json": {"get": {"operationId": "x"}}}
    assert source(raw, "/tmp/o.json", files.__getitem__).operation_ids == ["x"]


# --- what rules and a mock read ---------------------------------------------------------------------------------------


def test_responses_by_status_and_media_type() -> None:
    described = operation(
        {
            "responses": {
                "200": {"$ref": "#/components/responses/Ok"},
                "4XX": {"description": "no content"},
                "default": {"$ref": "#/broken"},
            }
        },
        components={
            "responses": {"Ok": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/R"}}}}}
        },
    )
    assert described.responses() == {"200": {"application/json": {"$ref": "#/components/schemas/R"}}, "4XX": {}}


def test_responses_of_2_0() -> None:
    described = operation(
        {"responses": {"200": {"schema": {"type": "string"}, "examples": {"text/plain": "hi"}}, "204": {}}},
        version="2.0",
        produces=["application/json", "text/plain"],
    )
    assert described.contents() == {
        "200": {
            "application/json": {"schema": {"type": "string"}},
            "text/plain": {"schema": {"type": "string"}, "example": "hi"},
        },
        "204": {},
    }


def test_the_declared_body() -> None:
    described = operation({"requestBody": {"$ref": "#/components/requestBodies/B"}}, components={
        "requestBodies": {"B": {"required": True, "content": {"application/json": {"schema": {"type": "array"}}}}}
    })  # fmt: skip
    body = described.request_body()
    assert body is not None
    assert (body.required, {name: content.schema for name, content in body.contents.items()}) == (
        True,
        {"application/json": {"type": "array"}},
    )


# --- Accept -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([], "*/*"),
        (["application/json"], "application/json"),
        (["application/xml", "application/json"], "application/json, application/xml;q=0.5"),
        (["application/vnd.x+json", "application/json"], "application/vnd.x+json, application/json"),
        (["text/csv", "application/pdf"], "text/csv, application/pdf"),
        (["*/*"], "*/*"),
    ],
)
def test_json_is_what_is_asked_for(types: list[str], expected: str) -> None:
    described = operation(
        {"responses": {"200": {"content": {name: {} for name in types}}, "400": {"content": {"x/y": {}}}}}
    )
    assert sent(described).headers["accept"] == expected


def test_a_steps_accept_header_wins() -> None:
    request, _ = asked(operation(), Argument("accept", "text/csv", "header"), headers={"Accept": "x/y"})
    assert [value for name, value in request.headers.fields if name.lower() == "accept"] == ["text/csv"]
