"""S38: parameters in the styles of OpenAPI, as its table "Style Examples" has them, and those it does not declare."""

import pytest
from describing import asked, operation, sent

from arazzo_runner.errors import CannotSend
from arazzo_runner.sources import Argument, FileContent
from arazzo_runner.values import MISSING

STRING, ARRAY, OBJECT = "blue", ["blue", "black", "brown"], {"R": 100, "G": 200, "B": 150}

# Parameter Object, "Style Examples" of OpenAPI 3.1.1: style, explode, value, what it becomes.
PATHS = [
    ("matrix", False, "", ";color"),
    ("matrix", False, STRING, ";color=blue"),
    ("matrix", False, ARRAY, ";color=blue,black,brown"),
    ("matrix", False, OBJECT, ";color=R,100,G,200,B,150"),
    ("matrix", True, "", ";color"),
    ("matrix", True, STRING, ";color=blue"),
    ("matrix", True, ARRAY, ";color=blue;color=black;color=brown"),
    ("matrix", True, OBJECT, ";R=100;G=200;B=150"),
    ("label", False, "", "."),
    ("label", False, STRING, ".blue"),
    ("label", False, ARRAY, ".blue,black,brown"),
    ("label", False, OBJECT, ".R,100,G,200,B,150"),
    ("label", True, STRING, ".blue"),
    ("label", True, ARRAY, ".blue.black.brown"),
    ("label", True, OBJECT, ".R=100.G=200.B=150"),
    ("simple", False, "", ""),
    ("simple", False, STRING, "blue"),
    ("simple", False, ARRAY, "blue,black,brown"),
    ("simple", False, OBJECT, "R,100,G,200,B,150"),
    ("simple", True, STRING, "blue"),
    ("simple", True, ARRAY, "blue,black,brown"),
    ("simple", True, OBJECT, "R=100,G=200,B=150"),
]
QUERIES = [
    ("form", False, "", "color="),
    ("form", False, STRING, "color=blue"),
    ("form", False, ARRAY, "color=blue,black,brown"),
    ("form", False, OBJECT, "color=R,100,G,200,B,150"),
    ("form", True, "", "color="),
    ("form", True, STRING, "color=blue"),
    ("form", True, ARRAY, "color=blue&color=black&color=brown"),
    ("form", True, OBJECT, "R=100&G=200&B=150"),
    ("spaceDelimited", False, ARRAY, "color=blue%20black%20brown"),
    ("spaceDelimited", False, OBJECT, "color=R%20100%20G%20200%20B%20150"),
    ("pipeDelimited", False, ARRAY, "color=blue%7Cblack%7Cbrown"),
    ("pipeDelimited", False, OBJECT, "color=R%7C100%7CG%7C200%7CB%7C150"),
    ("deepObject", True, OBJECT, "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
]


def parameter(place: str, **fields: object) -> dict[str, object]:
    return {"name": "color", "in": place, "schema": {}, **fields}


@pytest.mark.parametrize(("style", "explode", "value", "expected"), PATHS)
def test_path_styles(style: str, explode: bool, value: object, expected: str) -> None:
    described = operation({"parameters": [parameter("path", style=style, explode=explode)]}, path="/x/v{color}/y")
    assert sent(described, Argument("color", value, "path")).url == f"https://api.example.com/x/v{expected}/y"


@pytest.mark.parametrize(("style", "explode", "value", "expected"), QUERIES)
def test_query_styles(style: str, explode: bool, value: object, expected: str) -> None:
    described = operation({"parameters": [parameter("query", style=style, explode=explode)]})
    assert sent(described, Argument("color", value, "query")).url == f"https://api.example.com/x?{expected}"


@pytest.mark.parametrize(
    ("explode", "value", "expected"),
    [
        (False, STRING, "blue"),
        (False, ARRAY, "blue,black,brown"),
        (False, OBJECT, "R,100,G,200,B,150"),
        (True, OBJECT, "R=100,G=200,B=150"),
        (False, 'café; q="1"', 'café; q="1"'),
    ],
)
def test_header_style(explode: bool, value: object, expected: str) -> None:
    described = operation({"parameters": [parameter("header", explode=explode)]})
    assert sent(described, Argument("Color", value, "header")).headers["color"] == expected


@pytest.mark.parametrize(
    ("explode", "value", "expected"),
    [
        (True, STRING, "color=blue"),
        (False, ARRAY, "color=blue,black,brown"),
        (True, ARRAY, "color=blue; color=black; color=brown"),
        (True, OBJECT, "R=100; G=200; B=150"),
        (True, "a=b;c d", "color=a=b%3Bc%20d"),
    ],
)
def test_cookie_style(explode: bool, value: object, expected: str) -> None:
    described = operation({"parameters": [parameter("cookie", explode=explode)]})
    assert sent(described, Argument("color", value, "cookie")).headers["cookie"] == expected


def test_cookies_share_one_header() -> None:
    request = sent(
        operation(),
        Argument("Cookie", "theme=dark", "header"),
        Argument("a", "1", "cookie"),
        Argument("b", "2", "cookie"),
    )
    assert [value for name, value in request.headers.fields if name == "Cookie"] == ["theme=dark; a=1; b=2"]


@pytest.mark.parametrize(
    ("collection", "expected"),
    [
        (None, "color=blue,black,brown"),
        ("csv", "color=blue,black,brown"),
        ("ssv", "color=blue%20black%20brown"),
        ("tsv", "color=blue%09black%09brown"),
        ("pipes", "color=blue%7Cblack%7Cbrown"),
        ("multi", "color=blue&color=black&color=brown"),
    ],
)
def test_collection_formats_of_2_0(collection: str | None, expected: str) -> None:
    declared = {"name": "color", "in": "query", "type": "array", "items": {"type": "string"}}
    if collection:
        declared["collectionFormat"] = collection
    described = operation({"parameters": [declared]}, version="2.0")
    assert sent(described, Argument("color", ARRAY, "query")).url == f"https://api.example.com/x?{expected}"


@pytest.mark.parametrize(("collection", "expected"), [("csv", "a,b"), ("pipes", "a%7Cb"), ("ssv", "a%20b")])
def test_collection_formats_of_2_0_in_a_path(collection: str, expected: str) -> None:
    declared = {"name": "ids", "in": "path", "required": True, "type": "array", "collectionFormat": collection}
    described = operation({"parameters": [declared]}, version="2.0", path="/x/{ids}")
    assert sent(described, Argument("ids", ["a", "b"], "path")).url == f"https://api.example.com/x/{expected}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (0.5, "0.5"),
        (10**20, "100000000000000000000"),
        ("a b&c=d", "a%20b%26c%3Dd"),
        ("é/+", "%C3%A9%2F%2B"),
        ("-._~", "-._~"),
        (b"raw", "raw"),
        (FileContent("f.txt", b"text"), "text"),
    ],
)
def test_primitives_are_written_as_json_and_strings_as_they_are(value: object, expected: str) -> None:
    assert sent(operation(), Argument("q", value, "query")).url.endswith(f"?q={expected}")


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ("query", ["a", "b"], "https://api.example.com/x?p=a&p=b"),
        ("query", ["a", None], "https://api.example.com/x?p=a"),
        ("query", [], "https://api.example.com/x"),
    ],
)
def test_an_undeclared_parameter_has_the_default_style_of_its_place(place: str, value: object, expected: str) -> None:
    assert sent(operation(), Argument("p", value, place)).url == expected


def test_an_undeclared_array_in_a_header_is_joined_by_commas() -> None:
    assert sent(operation(), Argument("X-P", ["a", "b"], "header")).headers["x-p"] == "a,b"


def test_nested_values_under_deep_object_continue_the_brackets() -> None:
    described = operation({"parameters": [parameter("query", style="deepObject")]})
    value = {"a": {"b": 1}, "c": ["x", "y"], "d": None}
    assert sent(described, Argument("color", value, "query")).url.endswith(
        "?color%5Ba%5D%5Bb%5D=1&color%5Bc%5D=x&color%5Bc%5D=y"
    )


def test_allow_reserved_lets_reserved_characters_and_triples_pass() -> None:
    described = operation({"parameters": [parameter("query", allowReserved=True)]})
    request = sent(described, Argument("color", "a/b:c,d%2Fe 100%#[x]", "query"))
    assert request.url.endswith("?color=a/b:c,d%2Fe%20100%25%23%5Bx%5D")


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"lat": 1.5}, "%7B%22lat%22%3A1.5%7D"), ('{"lat":1}', "%7B%22lat%22%3A1%7D"), ("x", "%22x%22"), (None, "null")],
)
def test_a_parameter_with_content_is_json(value: object, expected: str) -> None:
    described = operation({"parameters": [{"name": "at", "in": "query", "content": {"application/json": {}}}]})
    assert sent(described, Argument("at", value, "query")).url.endswith(f"?at={expected}")


def test_a_parameter_with_plain_text_content_is_not_quoted() -> None:
    described = operation({"parameters": [{"name": "at", "in": "header", "content": {"text/plain": {}}}]})
    assert sent(described, Argument("at", "x; y=1", "header")).headers["at"] == "x; y=1"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("filter=active&sort=desc", "filter=active&sort=desc"),
        ("?a=1", "a=1"),
        ("q=a b&c=é", "q=a%20b&c=%C3%A9"),
        ("q=100%&r=%20", "q=100%25&r=%20"),
        ('{"filter":"active","limit":50}', "%7B%22filter%22:%22active%22,%22limit%22:50%7D"),
        ("a#b", "a%23b"),
        ({"a": "x y", "b": [1, 2]}, "a=x+y&b=1&b=2"),
    ],
)
def test_a_querystring_is_sent_as_it_is(value: object, expected: str) -> None:
    request, exchange = asked(operation(), Argument("whole", value, "querystring"))
    assert request.url == f"https://api.example.com/x?{expected}"
    assert exchange.query["whole"] == value


def test_a_querystring_is_visible_by_its_names() -> None:
    assert asked(operation(), Argument("w", "a=1&b=2", "querystring"))[1].query == {"a": "1", "b": "2", "w": "a=1&b=2"}


# --- places -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "place"), [("id", "path"), ("q", "query"), ("X-Token", "header"), ("x-token", "header"), ("sid", "cookie")]
)
def test_without_in_the_operation_decides_the_place(name: str, place: str) -> None:
    declared = [{"name": n, "in": p} for n, p in (("q", "query"), ("X-Token", "header"), ("sid", "cookie"))]
    described = operation({"parameters": declared}, path="/x/{id}")
    assert described.place_of(Argument(name, "v")) == place


def test_without_in_and_undeclared_it_goes_to_the_query() -> None:
    assert sent(operation(), Argument("unknown", "1")).url.endswith("/x?unknown=1")


def test_header_names_are_case_insensitive() -> None:
    described = operation({"parameters": [{"name": "X-Ids", "in": "header", "explode": True}]})
    assert sent(described, Argument("x-ids", {"a": 1}, "header")).headers["X-IDS"] == "a=1"


def test_an_operations_parameter_overrides_the_path_items() -> None:
    described = operation(
        {"parameters": [{"name": "q", "in": "query", "explode": False}]},
        paths={
            "/x": {
                "parameters": [{"name": "q", "in": "query"}, {"name": "r", "in": "query", "explode": False}],
                "post": {"parameters": [{"name": "q", "in": "query", "explode": False}]},
            }
        },
    )
    assert sent(described, Argument("q", [1, 2]), Argument("r", [3, 4])).url.endswith("?q=1,2&r=3,4")
    assert [each.name for each in described.parameters()] == ["q", "r"]


# --- S13: missing and null --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["query", "header", "cookie"])
@pytest.mark.parametrize("value", [MISSING, None])
def test_an_optional_parameter_without_a_value_is_left_out(place: str, value: object) -> None:
    request = sent(operation(), Argument("p", value, place, "$inputs.p"))
    assert (request.url, "p" in request.headers, "cookie" in request.headers) == (
        "https://api.example.com/x",
        False,
        False,
    )


@pytest.mark.parametrize("place", ["query", "header", "cookie"])
def test_a_required_parameter_that_is_missing_fails_the_step_and_names_the_expression(place: str) -> None:
    described = operation({"parameters": [{"name": "p", "in": place, "required": True}]})
    with pytest.raises(
        CannotSend, match=rf"{place} parameter 'p' is required, but '\$inputs.p' has no value"
    ) as caught:
        sent(described, Argument("p", MISSING, place, "$inputs.p"))
    assert caught.value.code == "missing-value"


@pytest.mark.parametrize("value", [MISSING, None])
def test_a_path_parameter_without_a_value_fails_the_step(value: object) -> None:
    with pytest.raises(CannotSend, match="path parameter 'id' is required") as caught:
        sent(operation(path="/x/{id}"), Argument("id", value, "path", "$steps.a.outputs.id"))
    assert caught.value.code == "missing-value"


def test_a_path_parameter_that_nothing_gives_fails_the_step() -> None:
    with pytest.raises(CannotSend, match=r"no parameter gives 'id' in the path of POST /x/\{id\}") as caught:
        sent(operation(path="/x/{id}"))
    assert caught.value.code == "missing-parameter"


def test_other_required_parameters_that_no_step_gives_are_not_sent() -> None:
    described = operation({"parameters": [{"name": "p", "in": "query", "required": True}]})
    assert sent(described).url == "https://api.example.com/x"


# --- what cannot be sent ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "hint"), [("body", ": give the step a requestBody"), ("elsewhere", "$")])
def test_an_unknown_place_is_refused(place: str, hint: str) -> None:
    with pytest.raises(CannotSend, match=f"parameter 'p' has an unknown place '{place}'{hint}"):
        sent(operation(), Argument("p", 1, place))


@pytest.mark.parametrize(("name", "value"), [("X-A", "a\r\nX-Evil: 1"), ("X A", "1"), ("X-A", "\x00")])
def test_a_header_that_would_break_the_message_is_refused(name: str, value: str) -> None:
    with pytest.raises(CannotSend, match="illegal characters"):
        sent(operation(), Argument(name, value, "header"))


def test_space_around_a_header_value_is_dropped() -> None:
    assert (
        sent(operation(), Argument("Authorization", "Bearer abc\n", "header")).headers["authorization"] == "Bearer abc"
    )


@pytest.mark.parametrize("value", [float("nan"), b"\xff", "\ud800", {"a": b"\xff"}])
def test_what_has_no_text_is_refused(value: object) -> None:
    with pytest.raises(CannotSend) as caught:
        sent(operation(), Argument("q", value, "query"))
    assert caught.value.code == "unserialisable"


def test_a_value_nested_without_end_is_refused() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(CannotSend, match="nested too deeply"):
        sent(operation(), Argument("q", deep, "query"))


# --- S16: the exchange ------------------------------------------------------------------------------------------------


def test_the_exchange_holds_the_values_as_they_were_passed() -> None:
    described = operation(path="/x/{id}", method="get")
    request, exchange = asked(
        described, Argument("id", 7, "path"), Argument("tags", ["a"], "query"), Argument("X-A", True, "header")
    )
    assert (exchange.path, exchange.query, exchange.request_headers["x-a"]) == ({"id": 7}, {"tags": ["a"]}, "true")
    assert (exchange.method, exchange.url) == ("GET", request.url) == ("GET", "https://api.example.com/x/7?tags=a")


def test_a_header_with_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(CannotSend, match="header 'X'"):
        sent(operation(), Argument("X", "a\ud800", "header"))
