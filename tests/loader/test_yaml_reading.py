"""S2: YAML 1.2 core schema, JSON, keys, tags, aliases and bounds; every problem has its place."""

from __future__ import annotations

import gc
import json
import math
import sys
import time

import pytest

from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.errors import InvalidDescription
from arazzo_runner.loader import events
from arazzo_runner.loader.build import MAX_DEPTH
from arazzo_runner.loader.yaml import decode, parse_document

PARSERS = [events.PARSER] if events.PARSER is events.PureParser else [events.PARSER, events.PureParser]


@pytest.fixture(params=PARSERS, autouse=True, ids=lambda parser: parser.__name__)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds with libyaml and without it."""
    monkeypatch.setattr(events, "PARSER", request.param)


def read(text: str | bytes, location: str = "d.yaml", media_type: str | None = None, **settings: object) -> object:
    content = text.encode() if isinstance(text, str) else text
    return parse_document(content, location, media_type, **settings)


def problems(text: str | bytes, location: str = "d.yaml", media_type: str | None = None, **settings: object):
    with pytest.raises(InvalidDescription) as caught:
        read(text, location, media_type, **settings)
    return caught.value.diagnostics


def problem(text: str | bytes, *arguments: str, **settings: object) -> Diagnostic:
    (only,) = problems(text, *arguments, **settings)
    return only


def place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    assert diagnostic.span is not None
    return diagnostic.code.name, diagnostic.span.line, diagnostic.span.column


# --- scalars ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "value"),
    [
        *((word, word) for word in ("on", "off", "yes", "No", "y", "n", "12:30", "12:30:45", "2024-01-01", "1_000")),
        *(
            (word, word)
            for word in ("=", "nullx", "TRue", "0b11", "+0x1", "0o8", "1e", ".", "-x", "1.2.3", "017a", "<")
        ),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        ("12", 12),
        ("-0", 0),
        ("+7", 7),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("12345678901234567890123", 12345678901234567890123),
        ("1.5", 1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("'12'", "12"),
        ('"true"', "true"),
        ('"a\\tb\\/\\u00e9"', "a\tb/é"),
        ("|\n  a\n   b\n", "a\n b\n"),
        (">-\n  a\n  b\n", "a b"),
        ("a\n  b", "a b"),
        ("😀 é", "😀 é"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!!str", ""),
        ('!!int "12"', 12),
        ("!!float 1", 1.0),
        ("!!bool 'true'", True),
        ("!!null ''", None),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
    ],
)
def test_s2_scalars_are_those_of_the_core_schema(written: str, value: object) -> None:
    found = read(f"key: {written}\n")["key"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("key", ["on", "no", "12:30", "2024-01-01", "'200'", '"true"', "''", "!!str 5", "? k"])
def test_s2_keys_that_are_text(key: str) -> None:
    text = f"{key}\n: 1" if key.startswith("?") else f"{key}: 1"
    assert list(read(text)) == [key.strip("?'\" ").removeprefix("!!str ")]


def test_collections_keep_their_order_and_shape() -> None:
    assert read("b: [1, {c: d}, []]\na:\n- - 1\n- {}\n") == {"b": [1, {"c": "d"}, []], "a": [[1], {}]}
    assert list(read("z: 1\na: 2")) == ["z", "a"]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_document_is_null(text: str) -> None:
    assert read(text) is None


# --- keys -------------------------------------------------------------------------------------------------------------
def test_s2_every_duplicate_key_is_listed_with_its_place_and_pointer() -> None:
    first, second = problems("a: 1\nb:\n  - {c: 1, c: 2}\n'a': 3\n")
    assert place(first) == ("yaml-duplicate-key", 3, 12)
    assert place(second) == ("yaml-duplicate-key", 4, 1)
    assert (first.origin.document, first.origin.pointer, first.on_key) == ("d.yaml", "/b/0/c", True)
    assert first.message == "expected each key once, found 'c' a second time in the same mapping"


@pytest.mark.parametrize("key", ["200", "1.5", "true", "null", "~", "0x1"])
def test_s2_a_key_that_is_no_text_is_an_error_but_text_in_openapi(key: str) -> None:
    found = problem(f"a:\n  {key}: x\n")
    assert place(found) == ("yaml-key", 2, 3)
    assert f"found '{key}'" in found.message
    assert read(f"a:\n  {key}: x\n", openapi=True) == {"a": {key: "x"}}


def test_in_openapi_a_number_and_its_text_are_the_same_key() -> None:
    assert place(problem("200: x\n'200': y\n", openapi=True)) == ("yaml-duplicate-key", 2, 1)


@pytest.mark.parametrize("text", ["? [a]\n: 1", "? {a: 1}\n: 1", "{[a]: 1}", "a: &x [1]\n*x : 2"])
def test_a_key_that_is_a_collection_is_an_error(text: str) -> None:
    assert problem(text, openapi=True).code.name == "yaml-key"


def test_an_alias_may_stand_for_a_key_that_is_text() -> None:
    assert read("a: &x name\n*x : 2") == {"a": "name", "name": 2}


# --- tags, anchors, merge keys ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "value",
    ["!foo x", "!!binary aGk=", "!!timestamp 2024-01-01", "!!set {a}", "!!python/object:os.system x", "!!int x"],
)
def test_s2_unknown_tags_and_wrong_values_are_errors(value: str) -> None:
    found = problem(f"a: 1\nb: {value}\n")
    assert place(found) == ("yaml-tag", 2, 4)
    assert found.origin.pointer == "/b"


def test_aliases_stand_for_their_anchors() -> None:
    assert read("a: &x {p: [1]}\nb: *x\nc: &y 5\nd: [*y, *y]\n") == {
        "a": {"p": [1]},
        "b": {"p": [1]},
        "c": 5,
        "d": [5, 5],
    }


def test_an_anchor_may_be_used_again() -> None:
    assert read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")["d"] == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [*x]", "'*x' stands inside '&x'"),
        ("a: &x {b: {c: *x}}", "'*x' stands inside '&x'"),
        ("a: *nope", "expected an anchor '&nope' before its alias"),
    ],
)
def test_s2_aliases_that_mean_nothing_are_errors(text: str, words: str) -> None:
    found = problem(text)
    assert found.code.name in ("yaml-aliases", "yaml-syntax")
    assert words in found.message


def test_s2_alias_expansion_is_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
    begun = time.monotonic()
    found = problem("\n".join(lines))
    assert time.monotonic() - begun < 1
    assert found.code.name == "yaml-aliases"


def test_s2_a_large_anchor_may_not_be_repeated_without_end() -> None:
    text = f"a: &a '{'x' * 50_000}'\nb: [{', '.join(['*a'] * 500)}]"
    assert problem(text).code.name == "yaml-aliases"
    assert len(read(text.replace("*a, " * 400, ""))["b"]) == 100


def test_merge_keys_are_honoured() -> None:
    text = "a: &a {p: 1, q: 2}\nb: &b {q: 3, r: 4}\none: {q: 9, <<: *a}\ntwo: {<<: [*a, *b]}\nthree: {'<<': 1}\n"
    found = read(text)
    assert found["one"] == {"p": 1, "q": 9}
    assert found["two"] == {"p": 1, "q": 2, "r": 4}
    assert found["three"] == {"<<": 1}


def test_a_merge_of_anything_but_mappings_is_an_error() -> None:
    assert place(problem("a: {<<: [1]}")) == ("yaml-key", 1, 9)


# --- bounds -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("opening", "location"),
    [*((opening, "d.yaml") for opening in ("[", "{", '{"a":', "- ", "? ")), ("[", "d.json"), ('{"a":', "d.json")],
)
def test_nesting_is_bounded(opening: str, location: str) -> None:
    found = problem(opening * 20_000, location)
    assert found.code.name == "yaml-syntax"
    assert f"at most {MAX_DEPTH} levels" in f"{found.message} {found.hint}"


def test_a_document_as_deep_as_allowed_is_read() -> None:
    for closing in ("]" * MAX_DEPTH, "]" * (MAX_DEPTH - 1) + ",]"):
        value = read("[" * MAX_DEPTH + closing)
        depth = 0
        while value:
            value, depth = value[0], depth + 1
        assert depth == MAX_DEPTH - 1


def test_a_caller_deep_in_its_stack_gets_a_diagnostic_too() -> None:
    def sink(depth: int) -> object:
        return sink(depth - 1) if depth else problem("{a: " * 150 + "}" * 150)

    left = sys.getrecursionlimit() - len(__import__("inspect").stack(0))
    assert "nests too deeply for the stack" in sink(left - 100).message


def test_a_document_above_the_limit_is_refused_unread() -> None:
    found = problem("[" * 100, max_bytes=99)
    assert (found.code.name, found.message) == ("document-too-large", "expected at most 99 bytes, found 100")


@pytest.mark.parametrize("location", ["d.yaml", "d.json"])
def test_a_number_with_too_many_digits_is_an_error(location: str) -> None:
    found = problem('{"a": "9",\n "b": ' + "9" * 5000 + "}", location)
    assert place(found) == ("yaml-syntax", 2, 7)
    assert "at most 4,300 digits" in found.message


@pytest.mark.parametrize("number", [".inf", "-.INF", ".nan", "1e999"])
def test_numbers_that_json_cannot_carry_are_errors_but_in_openapi(number: str) -> None:
    assert place(problem(f"a: '{number}'\nb: {number}\n")) == ("yaml-syntax", 2, 4)
    found = read(f"b: {number}\n", openapi=True)["b"]
    assert isinstance(found, float)
    assert not math.isfinite(found)


# --- encodings --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", ["a: é😀", '{"a": "é😀"}'])
def test_unicode_encodings_are_read(encoding: str, text: str) -> None:
    assert read(text.encode(encoding)) == {"a": "é😀"}


def test_bytes_that_are_no_text_are_placed() -> None:
    found = problem(b"a: 1\nb: \xe9\n")
    assert place(found) == ("yaml-syntax", 2, 4)
    assert found.message == "expected UTF-8 text, found the byte 0xE9"
    assert decode(b"\xef\xbb\xbfa", "d") == "a"


def test_utf_16_without_a_mark_is_explained() -> None:
    assert problem("a: 1".encode("utf-16-le")).message.startswith("expected printable text, found the control char")


# --- syntax -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: b: c", 1, 5, "expected one value, found another ': '"),
        ("a: 1\n\tb: 2", 2, 1, "found a tab"),
        ("a: [1, 2", 1, 9, "expected ',' or the closing bracket, found the end of the document"),
        ("x: 1\na: 'x", 2, 6, "expected a closing quote"),
        ("a: @x", 1, 4, "found '@'"),
        ("a: `x`", 1, 4, "found '`'"),
        ("- a\nb: c", 2, 1, "found 'b'"),
        ("a: 1\n- b", 2, 1, "found '-'"),
        ("a:\n    - b\n  - c", 3, 3, "found '-'"),
        ('a: "\\q"', 1, None, "found '\\q'"),
        ("a: -", 1, 4, "found '-', which begins a list"),
        ("a: %x", 1, 4, "found '%'"),
        ("a: \x01", 1, 4, "the control character U+0001"),
        ("a: 1\n---\nb: 2", 2, 1, "expected one document, found a second one"),
        ("a: !x!y z", 1, 4, "tag"),
        ('a: "\\ud83d"', 1, None, "half of a surrogate pair"),
    ],
)
def test_syntax_errors_say_what_was_expected_and_where(text: str, line: int, column: int | None, words: str) -> None:
    found = problem(text)
    code, at_line, at_column = place(found)
    assert (code, at_line) == ("yaml-syntax", line)
    assert column in (None, at_column)
    assert words in found.message
    assert found.hint
    assert "\n" not in found.message


# --- JSON -------------------------------------------------------------------------------------------------------------
def test_json_is_read_with_everything_it_has() -> None:
    value = {"a": [1, -2.5, 1e3, True, False, None, '\u2028 " \\ / \b 😀'], "": {}, "on": "no"}
    for text in (json.dumps(value), json.dumps(value, indent="\t"), json.dumps(value, ensure_ascii=False)):
        assert read(text, "d.json") == value
        assert read(text, "d") == value


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{"a": 1,\n "b" 2}', 2, 6, "expected ':' after the member's name, found '2'"),
        ('{"a": 1,\n "b": tru}', 2, 7, "expected a value, found 'tru'"),
        ("{'a': 1}", 1, 2, "expected a member's name in double quotes"),
        ('{"a": 1,}', 1, None, "found"),
        ('{"a": 1', 1, 8, "found the end of the document"),
        ('{"a": 1}}', 1, 9, "expected the end of the document, found '}'"),
        ('{"a": "x\ny"}', 1, 9, "found the end of the line"),
        ('{"a": "\\x"}', 1, 8, "expected an escape that JSON has"),
        ('{"a": "x}', 1, 7, "expected a closing '\"'"),
    ],
)
@pytest.mark.parametrize("declared", [("d.json", None), ("d", "application/vnd.x+json; charset=utf-8")])
def test_json_syntax_errors_have_their_place(
    text: str, line: int, column: int | None, words: str, declared: tuple[str, str | None]
) -> None:
    found = problem(text, *declared)
    code, at_line, at_column = place(found)
    assert (code, at_line) == ("yaml-syntax", line)
    assert column in (None, at_column)
    assert words in found.message


def test_s2_duplicate_members_of_json_are_placed() -> None:
    first, second = problems('{"\\ud83d\\ude00": {"x": 1, "x": 2},\n "a": 1, "a": "\\u0061"}', "d.json")
    assert place(first) == ("yaml-duplicate-key", 1, 27)
    assert first.origin.pointer == "/😀/x"
    assert place(second) == ("yaml-duplicate-key", 2, 10)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_json_has_no_infinite_numbers(word: str) -> None:
    found = problem(f'{{"{word}": "{word}",\n "a": {word}}}', "d.json")
    assert place(found) == ("yaml-syntax", 2, 7)


def test_half_a_character_in_json_is_an_error() -> None:
    assert place(problem('{"a": "\\ud83d\\ude00 \\\\ud83d",\n "b": "\\ud83d"}', "d.json")) == ("yaml-syntax", 2, 8)
    assert place(problem('{"a": "\\ud83d\\ude00",\n "b": "\\ude00"}', "d.json")) == ("yaml-syntax", 2, 8)
    assert read('{"a": "\\ud83d\\ude00 \\\\ud83d \\ud55c"}', "d.json") == {"a": "😀 \\ud83d 한"}


@pytest.mark.parametrize(
    ("text", "value"), [("{a: 1, b: [x]}", {"a": 1, "b": ["x"]}), ("[a, b]", ["a", "b"]), ("{on: no}", {"on": "no"})]
)
def test_flow_yaml_begins_like_json_and_is_yaml(text: str, value: object) -> None:
    assert read(text) == value


def test_yaml_that_is_served_as_json_is_read_as_yaml() -> None:
    assert read("a: 1", "https://x/d.json", "application/json") == {"a": 1}


def test_broken_text_is_explained_by_the_syntax_that_got_further() -> None:
    assert place(problem('{"a": [1, 2}', "d")) == ("yaml-syntax", 1, 12)
    assert place(problem("{a: 1, b: [1, 2}", "d")) == ("yaml-syntax", 1, 16)


# --- surroundings -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["a: 1", "a: [", '{"a": 1}'])
def test_the_collector_runs_again_afterwards(text: str) -> None:
    assert gc.isenabled()
    if text == "a: [":
        problem(text)
    else:
        read(text)
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        read("a: 1")
        assert not gc.isenabled()
    finally:
        gc.enable()
