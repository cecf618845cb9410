"""S37: where requests go."""

import pytest
from describing import sent, source

from arazzo_runner.errors import CannotSend
from arazzo_runner.sources import ServerChoice


def url(
    *,
    root: object = None,
    item: object = None,
    own: object = None,
    location: str = "https://docs.example.com/apis/v2/openapi.json",
    choice: ServerChoice | None = None,
) -> str:
    fields = [({"servers": each} if each is not None else {}) for each in (root, item, own)]
    raw = {"openapi": "3.1.0", **fields[0], "paths": {"/x": {**fields[1], "get": {**fields[2]}}}}
    found = source(raw, location).by_method_and_path("get", "/x")
    assert found is not None
    return sent(found, servers=choice).url


A, B, C = ([{"url": f"https://{name}.example.com"}, {"url": "https://second"}] for name in "abc")


@pytest.mark.parametrize(
    ("root", "item", "own", "expected"),
    [
        (A, B, C, "https://c.example.com/x"),
        (A, B, None, "https://b.example.com/x"),
        (A, None, None, "https://a.example.com/x"),
        (A, None, [], "https://a.example.com/x"),
        (None, None, None, "https://docs.example.com/x"),
        ([], None, None, "https://docs.example.com/x"),
    ],
)
def test_the_innermost_first_server_counts(root: object, item: object, own: object, expected: str) -> None:
    assert url(root=root, item=item, own=own) == expected


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("https://h/v1", "https://h/v1/x"),
        ("https://h/v1/", "https://h/v1/x"),
        ("https://h", "https://h/x"),
        ("/v1", "https://docs.example.com/v1/x"),
        ("v1", "https://docs.example.com/apis/v2/v1/x"),
        ("../v1", "https://docs.example.com/apis/v1/x"),
        (".", "https://docs.example.com/apis/v2/x"),
        ("//h/v1", "https://h/v1/x"),
        ("https://h/v1?key=1", "https://h/v1/x?key=1"),
    ],
)
def test_server_and_path_are_joined_by_exactly_one_slash(server: str, expected: str) -> None:
    assert url(root=[{"url": server}]) == expected


def test_a_relative_server_of_a_file_asks_for_an_option() -> None:
    with pytest.raises(CannotSend, match=r"'/v1' of source 'api' .* is a file: give --server api=URL") as caught:
        url(root=[{"url": "/v1"}], location="openapi/petstore.yaml")
    assert caught.value.code == "server"


VARIABLES = [
    {
        "url": "https://{host}.example.com:{port}/{base}",
        "variables": {"host": {"default": "eu"}, "port": {"default": 443}, "base": {"enum": ["v1"]}},
    }
]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "https://eu.example.com:443/v1/x"),
        ({"host": "us"}, "https://us.example.com:443/v1/x"),
        ({"host": "us", "api.host": "ap"}, "https://ap.example.com:443/v1/x"),
        ({"other.host": "ap"}, "https://eu.example.com:443/v1/x"),
    ],
)
def test_variables_have_defaults_and_can_be_chosen(variables: dict[str, str], expected: str) -> None:
    assert url(root=VARIABLES, choice=ServerChoice(variables=variables)) == expected


def test_an_unfilled_variable_says_what_to_give() -> None:
    with pytest.raises(CannotSend, match=r"needs a value for 'tenant': give --server-var api.tenant=VALUE"):
        url(root=[{"url": "https://{tenant}.example.com"}])


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        ({"api": "http://localhost:8080/"}, "http://localhost:8080/x"),
        ({"": "http://localhost:1/base"}, "http://localhost:1/base/x"),
        ({"": "http://all", "api": "http://one"}, "http://one/x"),
        ({"other": "http://other"}, "https://c.example.com/x"),
    ],
)
def test_a_chosen_server_replaces_it_whole(urls: dict[str, str], expected: str) -> None:
    assert url(root=A, item=B, own=C, choice=ServerChoice(urls=urls)) == expected


def test_a_chosen_server_must_be_a_url() -> None:
    with pytest.raises(CannotSend, match="'localhost:8080' of source 'api' is not an http"):
        url(root=A, choice=ServerChoice(urls={"": "localhost:8080"}))


@pytest.mark.parametrize(
    ("fields", "own", "expected"),
    [
        ({"host": "h", "basePath": "/v1", "schemes": ["http", "https"]}, {}, "https://h/v1/x"),
        ({"host": "h", "basePath": "/v1/", "schemes": ["http"]}, {}, "http://h/v1/x"),
        ({"host": "h", "schemes": ["http"]}, {"schemes": ["https"]}, "https://h/x"),
        ({"host": "h:8080", "basePath": "v1"}, {}, "http://h:8080/v1/x"),
        ({"basePath": "/v1"}, {}, "http://docs.example.com/v1/x"),
        ({"host": "h", "schemes": ["wss"]}, {}, "http://h/x"),
    ],
)
def test_the_server_of_2_0(fields: dict[str, object], own: dict[str, object], expected: str) -> None:
    raw = {"swagger": "2.0", **fields, "paths": {"/x": {"get": own}}}
    found = source(raw, "http://docs.example.com/swagger.json").by_method_and_path("get", "/x")
    assert found is not None
    assert sent(found).url == expected


def test_2_0_without_host_from_a_file_asks_for_an_option() -> None:
    found = source(
        {"swagger": "2.0", "basePath": "/v1", "paths": {"/x": {"get": {}}}}, "/tmp/s.yml"
    ).by_method_and_path("get", "/x")
    assert found is not None
    with pytest.raises(CannotSend, match="give --server api=URL"):
        sent(found)


def test_self_of_3_2_is_what_relative_servers_are_relative_to() -> None:
    raw = {"openapi": "3.2.0", "$self": "https://real.example.com/api/o.json", "paths": {"/x": {"get": {}}}}
    found = source(raw, "/tmp/o.json").by_method_and_path("get", "/x")
    assert found is not None
    assert sent(found).url == "https://real.example.com/x"
