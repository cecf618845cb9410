"""S39: which media type a body has and what its bytes are; S13 for bodies."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from describing import asked, operation, sent

from arazzo_runner.errors import CannotSend
from arazzo_runner.sources import Argument, Body, FileContent, Replacement
from arazzo_runner.values import MISSING

JSON_TYPE = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def accepting(*names: str, required: bool = False, **fields: Any) -> Any:
    content = {name: dict(fields) for name in names}
    return operation({"requestBody": {"content": content, "required": required}} if names else {})


def written(
    names: Sequence[str], payload: Any, content_type: str | None = None, **fields: Any
) -> tuple[str | None, bytes]:
    request = sent(accepting(*names, **fields), body=Body(payload, content_type))
    return request.headers.get("content-type"), request.content


@pytest.mark.parametrize(
    ("declared", "content_type", "payload", "expected"),
    [
        ([], None, {}, JSON_TYPE),
        ([FORM, JSON_TYPE], None, {}, JSON_TYPE),
        ([FORM, "application/vnd.x+json"], None, {}, "application/vnd.x+json"),
        ([FORM], None, {}, FORM),
        (["text/plain", FORM], None, {}, FORM),
        (["text/plain"], None, "x", "text/plain"),
        ([JSON_TYPE], "application/json; charset=utf-8", {}, "application/json; charset=utf-8"),
        ([JSON_TYPE], FORM, {}, FORM),
        (["application/xml", "application/scim+json"], "*/*", {}, "application/xml"),
        (["application/xml", "application/scim+json"], "application/*+json", {}, "application/scim+json"),
        ([], "application/*+json", {}, JSON_TYPE),
        ([], "*/*", {}, JSON_TYPE),
        (["*/*"], None, {}, JSON_TYPE),
        (["image/*"], None, b"x", "application/octet-stream"),
        (["image/*"], None, FileContent("a.png", b"x"), "image/png"),
        ([JSON_TYPE, "application/octet-stream"], None, b"x", "application/octet-stream"),
        ([], None, b"x", "application/octet-stream"),
        ([], None, "<a/>", "application/xml"),
        ([], None, '{"a": 1}', JSON_TYPE),
        ([], None, "plain", "text/plain"),
    ],
)
def test_the_media_type(declared: list[str], content_type: str | None, payload: Any, expected: str) -> None:
    if payload == {} and expected == "application/xml":
        payload = "<a/>"
    assert written(declared, payload, content_type)[0] == expected


def test_a_body_with_a_file_in_it_prefers_multipart_to_json() -> None:
    kind, _ = written([JSON_TYPE, MULTIPART], {"file": b"x"})
    assert kind is not None
    assert kind.startswith(MULTIPART)


def test_a_steps_own_content_type_header_wins() -> None:
    request = sent(
        accepting(JSON_TYPE), Argument("content-type", "application/merge-patch+json", "header"), body=Body({"a": 1})
    )
    assert [value for name, value in request.headers.fields if name.lower() == "content-type"] == [
        "application/merge-patch+json"
    ]


def test_a_steps_own_content_type_header_says_how_the_body_is_written() -> None:
    request = sent(operation(), Argument("Content-Type", FORM, "header"), body=Body({"a": "x y"}))
    assert (request.headers["content-type"], request.content) == (FORM, b"a=x+y")


def test_a_multipart_header_without_a_boundary_gets_one() -> None:
    request = sent(operation(), Argument("Content-Type", MULTIPART, "header"), body=Body({"a": "1"}))
    assert request.headers["content-type"].startswith(f"{MULTIPART}; boundary=")


@pytest.mark.parametrize("body", [None, Body(MISSING)])
def test_without_a_body_there_is_no_content_type(body: Body | None) -> None:
    request, exchange = asked(accepting(JSON_TYPE), body=body, headers={"Content-Type": JSON_TYPE})
    assert ("content-type" in request.headers, request.content, exchange.request_body) == (False, b"", MISSING)


def test_a_required_body_that_is_missing_fails_the_step() -> None:
    with pytest.raises(CannotSend, match=r"requires a request body, but '\$inputs.body' has no value") as caught:
        sent(accepting(JSON_TYPE, required=True), body=Body(MISSING, text="$inputs.body"))
    assert caught.value.code == "missing-value"


# --- JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"a": [1, 1.5, True, None, "é"]}, '{"a":[1,1.5,true,null,"é"]}'),
        ([], "[]"),
        (None, "null"),
        (0, "0"),
        ('{ "a": {x} }', '{ "a": {x} }'),
        ("text", "text"),
    ],
)
def test_json_is_compact_and_text_is_sent_as_it_is(payload: Any, expected: str) -> None:
    assert written([JSON_TYPE], payload) == (JSON_TYPE, expected.encode())


@pytest.mark.parametrize("payload", [{"a": float("inf")}, {"a": b"\xff"}, {"a": "\ud800"}])
def test_what_json_cannot_hold_fails_the_step(payload: Any) -> None:
    with pytest.raises(CannotSend) as caught:
        written([JSON_TYPE], payload)
    assert caught.value.code == "unserialisable"


@pytest.mark.parametrize(("payload", "value"), [('{"a": 1}', {"a": 1}), ("{a", "{a"), ({"a": 1}, {"a": 1})])
def test_the_exchange_sees_json_text_parsed(payload: Any, value: Any) -> None:
    assert asked(accepting(JSON_TYPE), body=Body(payload))[1].request_body == value


def test_json_lines() -> None:
    assert written(["application/x-ndjson"], [{"a": 1}, 2])[1] == b'{"a":1}\n2\n'


# --- forms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "encoding", "expected"),
    [
        ({"a": "x y", "b": "é&=+"}, {}, "a=x+y&b=%C3%A9%26%3D%2B"),
        ({"a": True, "b": 1, "c": 1.5, "d": None, "e": ""}, {}, "a=true&b=1&c=1.5&e="),
        ({"a": ["x", "y"]}, {}, "a=x&a=y"),
        ({"a": {"b": 1}}, {}, "a=%7B%22b%22%3A1%7D"),
        ({"a": [{"b": 1}]}, {}, "a=%7B%22b%22%3A1%7D"),
        ({"a": ["x", "y"]}, {"a": {"style": "form", "explode": False}}, "a=x,y"),
        ({"a": ["x", "y"]}, {"a": {"style": "pipeDelimited"}}, "a=x%7Cy"),
        (
            {"a": {"b": 1, "c": {"d": 2}}},
            {"a": {"style": "deepObject", "explode": True}},
            "a%5Bb%5D=1&a%5Bc%5D%5Bd%5D=2",
        ),
        ({"a": {"b": 1}}, {"a": {"style": "form"}}, "b=1"),
        ({"a": "x"}, {"a": {"contentType": "application/json"}}, "a=%22x%22"),
        ({"a": "b/c:d"}, {"a": {"allowReserved": True}}, "a=b/c:d"),
        ("a=1&b={x}", {}, "a=1&b={x}"),
    ],
)
def test_forms(payload: Any, encoding: Mapping[str, Any], expected: str) -> None:
    assert written([FORM], payload, encoding=encoding) == (FORM, expected.encode())


def test_the_address_example_of_the_specification() -> None:
    """OpenAPI 3.1.1, "Support for x-www-form-urlencoded Request Bodies" (colons and commas may be encoded too)."""
    address = {"streetAddress": "123 Example Dr.", "city": "Somewhere", "state": "CA", "zip": "99999+1234"}
    payload = {"id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "address": address}
    expected = (
        "id=f81d4fae-7dec-11d0-a765-00a0c91e6bf6&address=%7B%22streetAddress%22:%22123+Example+Dr.%22,%22city%22:"
        "%22Somewhere%22,%22state%22:%22CA%22,%22zip%22:%2299999%2B1234%22%7D"
    )
    assert written([FORM], payload)[1].decode() == expected.replace(":", "%3A").replace(",", "%2C")


@pytest.mark.parametrize("payload", [["a"], 1])
def test_a_form_needs_an_object(payload: Any) -> None:
    with pytest.raises(CannotSend, match="must be an object"):
        written([FORM], payload)


# --- multipart --------------------------------------------------------------------------------------------------------


def parts(payload: Any, kind: str = MULTIPART, **fields: Any) -> list[str]:
    content_type, content = written([kind], payload, **fields)
    assert content_type is not None
    boundary = content_type.partition("boundary=")[2]
    pieces = content.decode().split(f"--{boundary}")
    assert (pieces[0], pieces[-1]) == ("", "--\r\n")
    return [piece.removeprefix("\r\n").removesuffix("\r\n") for piece in pieces[1:-1]]


DISPOSITION = 'Content-Disposition: form-data; name="a"'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", [f"{DISPOSITION}\r\n\r\ntext"]),
        (1, [f"{DISPOSITION}\r\n\r\n1"]),
        (None, []),
        ({"b": 1}, [f'{DISPOSITION}\r\nContent-Type: application/json\r\n\r\n{{"b":1}}']),
        (["x", "y"], [f"{DISPOSITION}\r\n\r\nx", f"{DISPOSITION}\r\n\r\ny"]),
        (b"raw", [f'{DISPOSITION}; filename="a"\r\nContent-Type: application/octet-stream\r\n\r\nraw']),
        (
            FileContent('me "1".png', b"raw"),
            [f'{DISPOSITION}; filename="me %221%22.png"\r\nContent-Type: image/png\r\n\r\nraw'],
        ),
        (
            [FileContent("1.csv", b"x"), FileContent("2.bin", b"y")],
            [
                f'{DISPOSITION}; filename="1.csv"\r\nContent-Type: text/csv\r\n\r\nx',
                f'{DISPOSITION}; filename="2.bin"\r\nContent-Type: application/octet-stream\r\n\r\ny',
            ],
        ),
    ],
)
def test_multipart(value: Any, expected: list[str]) -> None:
    assert parts({"a": value}) == expected


@pytest.mark.parametrize(
    ("encoding", "value", "expected"),
    [
        ({"contentType": "image/jpeg, image/png"}, FileContent("x.png", b"r"), "Content-Type: image/png"),
        ({"contentType": "image/jpeg"}, FileContent("x.png", b"r"), "Content-Type: image/jpeg"),
        ({"contentType": "image/*"}, FileContent("x.png", b"r"), "Content-Type: image/png"),
        ({"contentType": "text/csv"}, "a,b", "Content-Type: text/csv"),
        ({"contentType": "application/xml; charset=utf-8"}, "<a/>", "Content-Type: application/xml; charset=utf-8"),
        ({"headers": {"X-Fixed": {"schema": {"const": "yes"}}}}, "x", "X-Fixed: yes"),
    ],
)
def test_multipart_encoding(encoding: Mapping[str, Any], value: Any, expected: str) -> None:
    (part,) = parts({"a": value}, encoding={"a": encoding})
    assert expected in part.partition("\r\n\r\n")[0].split("\r\n")


@pytest.mark.parametrize("schema", [{"format": "binary"}, {"contentMediaType": "image/png"}])
def test_text_for_a_binary_property_is_a_file(schema: Mapping[str, Any]) -> None:
    (part,) = parts({"a": "content"}, schema={"type": "object", "properties": {"a": {"type": "string", **schema}}})
    assert part.startswith(f'{DISPOSITION}; filename="a"\r\nContent-Type: application/octet-stream')


def test_identical_multipart_bodies_are_identical() -> None:
    """S31 compares a request with its last one."""
    assert written([MULTIPART], {"a": "1"}) == written([MULTIPART], {"a": "1"})
    assert written([MULTIPART], {"a": "1"})[0] != written([MULTIPART], {"a": "2"})[0]


def test_a_given_boundary_is_kept() -> None:
    kind, content = written([MULTIPART], {"a": "1"}, f"{MULTIPART}; boundary=xyz")
    assert (kind, content.count(b"--xyz")) == (f"{MULTIPART}; boundary=xyz", 2)


def test_multipart_mixed_names_the_type_of_every_part() -> None:
    assert parts([{"a": 1}, "x"], "multipart/mixed") == [
        'Content-Type: application/json\r\n\r\n{"a":1}',
        "Content-Type: text/plain\r\n\r\nx",
    ]


def test_the_exchange_sees_files_as_their_contents() -> None:
    body = Body({"f": FileContent("x.txt", b"raw"), "n": 1})
    assert asked(accepting(MULTIPART), body=body)[1].request_body == {"f": b"raw", "n": 1}


# --- XML, text, binary ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("application/xml", "<a>é</a>", "<a>é</a>".encode()),
        ("text/xml; charset=iso-8859-1", "<a>é</a>", "<a>é</a>".encode("latin-1")),
        ("text/plain", "é", "é".encode()),
        ("text/plain", 5, b"5"),
        ("text/plain", {"a": 1}, b'{"a":1}'),
        ("application/octet-stream", b"\x00\xff", b"\x00\xff"),
        ("application/octet-stream", "text", b"text"),
        ("image/png", FileContent("x.png", b"\x89"), b"\x89"),
    ],
)
def test_other_types(kind: str, payload: Any, expected: bytes) -> None:
    assert written([kind], payload, kind) == (kind, expected)


@pytest.mark.parametrize("kind", ["application/xml", "application/soap+xml", "application/pdf"])
def test_a_structure_cannot_become_xml_or_binary(kind: str) -> None:
    with pytest.raises(CannotSend, match=r"a structure cannot become .*: write the payload as text"):
        written([kind], {"a": 1}, kind)


def test_a_structure_under_a_type_whose_schema_is_a_structure_is_json() -> None:
    """Descriptions of real APIs say ``application/octet-stream`` for JSON."""
    kind = "application/octet-stream"
    assert written([kind], {"a": 1}, kind, schema={"type": "object"}) == (kind, b'{"a":1}')


# --- replacements -----------------------------------------------------------------------------------------------------


def replaced(payload: Any, *replacements: Replacement, kind: str = JSON_TYPE) -> bytes:
    return sent(operation(), body=Body(payload, kind, replacements)).content


def test_replacements_go_into_a_copy() -> None:
    payload = {"a": {"b": 1}, "c": [1, 2]}
    assert replaced(payload, Replacement("/a/b", "x"), Replacement("/c/1", None)) == b'{"a":{"b":"x"},"c":[1,null]}'
    assert payload == {"a": {"b": 1}, "c": [1, 2]}


def test_replacements_by_json_path() -> None:
    assert replaced({"a": [{"b": 1}, {"b": 2}]}, Replacement("$.a[*].b", 0, "jsonpath")) == b'{"a":[{"b":0},{"b":0}]}'


def test_replacements_into_json_text() -> None:
    assert replaced('{ "a": 1 }', Replacement("/a", 2)) == b'{"a":2}'


def test_replacements_into_xml_are_xpath() -> None:
    assert b"<b>new</b>" in replaced("<a><b>old</b></a>", Replacement("/a/b", "new"), kind="application/xml")


def test_replacements_into_a_form() -> None:
    assert replaced("a=1&b=2", Replacement("/b", "x y"), kind=FORM) == b"a=1&b=x+y"


@pytest.mark.parametrize(
    ("payload", "target", "kind"),
    [({"a": 1}, "/b/c", JSON_TYPE), ("<a/>", "/x", "application/xml"), ("not json", "/a", JSON_TYPE)],
)
def test_a_target_that_does_not_exist_fails_the_step(payload: Any, target: str, kind: str) -> None:
    with pytest.raises(CannotSend) as caught:
        replaced(payload, Replacement(target, 1), kind=kind)
    assert caught.value.code == "replacement"


# --- OpenAPI 2.0 ------------------------------------------------------------------------------------------------------


def swagger(*parameters: Any, **fields: Any) -> Any:
    return operation({"parameters": list(parameters), **fields}, version="2.0", consumes=["application/vnd.x+json"])


def test_a_body_parameter_of_2_0() -> None:
    request = sent(swagger({"name": "b", "in": "body", "required": True, "schema": {}}), body=Body({"a": 1}))
    assert (request.headers["content-type"], request.content) == ("application/vnd.x+json", b'{"a":1}')


def test_form_parameters_of_2_0() -> None:
    fields = [
        {"name": "a", "in": "formData", "type": "array", "collectionFormat": "pipes"},
        {"name": "b", "in": "formData", "type": "array"},
        {"name": "c", "in": "formData", "type": "array", "collectionFormat": "multi"},
    ]
    request = sent(swagger(*fields), body=Body({"a": [1, 2], "b": [3, 4], "c": [5, 6]}))
    assert (request.headers["content-type"], request.content) == (FORM, b"a=1%7C2&b=3,4&c=5&c=6")


def test_a_file_parameter_of_2_0_is_multipart() -> None:
    request = sent(swagger({"name": "f", "in": "formData", "type": "file"}), body=Body({"f": "text"}))
    assert request.headers["content-type"].startswith(MULTIPART)
    assert b'name="f"; filename="f"' in request.content


def test_s39_nothing_can_be_replaced_in_a_payload_that_is_missing() -> None:
    body = Body(MISSING, None, [Replacement("/a", 1)], "$steps.a.outputs.b")
    with pytest.raises(CannotSend, match=r"'\$steps\.a\.outputs\.b' has no value") as caught:
        sent(operation(), body=body)
    assert caught.value.code == "replacement"
