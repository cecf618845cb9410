"""S38: path templates and the traps in them."""

import pytest
from describing import operation, sent

from arazzo_runner.errors import CannotSend
from arazzo_runner.sources import Argument


@pytest.mark.parametrize(
    ("path", "values", "expected"),
    [
        ("/pets/{id}.json", {"id": "7"}, "/pets/7.json"),
        ("/v1/{name}:cancel", {"name": "op"}, "/v1/op:cancel"),
        ("/v1/{a}-{b}/{a}", {"a": "1", "b": "2"}, "/v1/1-2/1"),
        ("/Users('{id}')", {"id": "x"}, "/Users('x')"),
        ("/a b/é", {}, "/a%20b/%C3%A9"),
        ("/{id}", {"id": "a/b c?d#e%"}, "/a%2Fb%20c%3Fd%23e%25"),
        ("/{id}", {"id": "me@x.io"}, "/me%40x.io"),
        ("/{Bucket}/{Key+}?uploads", {"Bucket": "b", "Key": "a/b c.txt"}, "/b/a/b%20c.txt?uploads"),
        ("/{Bucket}/{Key+}", {"Bucket": "b", "Key": "a?b#c+d"}, "/b/a%3Fb%23c+d"),
        ("/x?list-type=2&prefix", {}, "/x?list-type=2&prefix"),
        ("/x?q={q}&r=1", {"q": "a&b"}, "/x?q=a%26b&r=1"),
        ("/#X-Amz-Target=Foo.Bar", {}, "/"),
        ("/x#fragment", {}, "/x"),
        ("/users+groups", {}, "/users+groups"),
        ("/x{?a,b}", {}, "/x"),
        ("x", {}, "/x"),
    ],
)
def test_templates(path: str, values: dict[str, str], expected: str) -> None:
    arguments = [Argument(name, value, "path") for name, value in values.items()]
    assert sent(operation(path=path), *arguments).url == f"https://api.example.com{expected}"


def test_a_parameter_replaces_the_query_of_the_template() -> None:
    described = operation(path="/x?list-type=2&acl")
    assert sent(described, Argument("list-type", 1, "query"), Argument("q", "y", "query")).url == (
        "https://api.example.com/x?acl&list-type=1&q=y"
    )


def test_a_declared_parameter_named_with_plus_keeps_its_name() -> None:
    described = operation({"parameters": [{"name": "Key+", "in": "path"}]}, path="/{Key+}")
    assert sent(described, Argument("Key+", "a/b", "path")).url == "https://api.example.com/a/b"


def test_allow_reserved_in_a_path_lets_slashes_pass() -> None:
    """OpenAPI 3.2."""
    declared = {"name": "ref", "in": "path", "allowReserved": True}
    described = operation({"parameters": [declared]}, path="/git/{ref}", version="3.2.0")
    assert (
        sent(described, Argument("ref", "refs/heads/a b", "path")).url == "https://api.example.com/git/refs/heads/a%20b"
    )


@pytest.mark.parametrize(("path", "value"), [("/runs/{id}/x", ".."), ("/runs/{id}", "."), ("/o/{id+}", "a/../b")])
def test_a_value_that_would_lead_to_another_path_is_refused(path: str, value: str) -> None:
    with pytest.raises(CannotSend, match="segment"):
        sent(operation(path=path), Argument("id", value, "path"))


@pytest.mark.parametrize("value", ["", []])
@pytest.mark.parametrize("path", ["/p/{id}", "/p/{id}/x", "/p/{id}.json", "/p/{id+}"])
def test_s13_a_value_that_leaves_nothing_of_its_segment_is_refused(path: str, value: object) -> None:
    """``GET /p/`` is another resource."""
    with pytest.raises(CannotSend, match=r"path parameter 'id' of POST .* is empty") as caught:
        sent(operation(path=path), Argument("id", value, "path"))
    assert caught.value.code == "missing-value"
