"""Pointers to lines and columns, in YAML and JSON, in one pass and only when asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arazzo_runner.diagnostics import YAML_KEY, Diagnostic, Origin, Span
from arazzo_runner.loader import events
from arazzo_runner.loader.positions import locate, place
from arazzo_runner.loader.yaml import parse_text

TEXT = """\
arazzo: 1.0.1
workflows:
  - workflowId: w
    steps:
      - stepId: a
        note: "x\\"y $foo"
        desc: |
          first line
            second $bar line
        fold: >-
          some words
          and $baz
        single: 'it''s $q'
        plain: text
          that $goes on
        map: &m {k: v, 'q~/': 1}
        alias: *m
  # a comment

last: 1
"""
STEP = "/workflows/0/steps/0"


def shown(text: str, span: Span | None) -> str:
    assert span is not None
    lines = text.splitlines(keepends=True)[span.line - 1 : span.end_line]
    cut = sum(map(len, lines[:-1])) + span.end_column - 1
    return "".join(lines)[span.column - 1 : cut]


def finding(pointer: str, **fields: object) -> Diagnostic:
    return Diagnostic(YAML_KEY, "m", Origin("d", pointer), **fields)


def placed(pointer: str, text: str = TEXT, **fields: object) -> Span | None:
    return place([finding(pointer, **fields)], {"d": text})[0].span


@pytest.mark.parametrize(
    ("pointer", "key", "value"),
    [
        ("/arazzo", "arazzo", "1.0.1"),
        ("/last", "last", "1"),
        ("/workflows/0/workflowId", "workflowId", "w"),
        (f"{STEP}/note", "note", '"x\\"y $foo"'),
        (f"{STEP}/single", "single", "'it''s $q'"),
        (f"{STEP}/map", "map", "&m {k: v, 'q~/': 1}"),
        (f"{STEP}/map/k", "k", "v"),
        (f"{STEP}/map/q~0~1", "'q~/'", "1"),
        (f"{STEP}/alias", "alias", "*m"),
        (f"{STEP}/plain", "plain", "text\n          that $goes on"),
    ],
)
def test_the_places_of_a_member(pointer: str, key: str, value: str) -> None:
    spans = locate(TEXT, [pointer])[pointer]
    assert (shown(TEXT, spans.key), shown(TEXT, spans.value)) == (key, value)


def test_elements_and_the_root_have_no_key_and_end_with_their_last_word() -> None:
    found = locate(TEXT, ["", STEP, "/workflows"])
    assert found[STEP].key is None
    assert shown(TEXT, found[STEP].value).startswith("stepId: a")
    assert shown(TEXT, found["/workflows"].value).endswith("alias: *m")
    assert found[""].value == Span(1, 1, 20, 8)


def test_what_leads_nowhere_is_left_out() -> None:
    assert locate(TEXT, ["/nope", f"{STEP}/alias/k", "/workflows/7", "/arazzo/x", f"{STEP}/-"]) == {}


@pytest.mark.parametrize(
    ("member", "word"), [("note", "$foo"), ("desc", "$bar"), ("fold", "$baz"), ("single", "$q"), ("plain", "$goes")]
)
def test_a_part_of_a_text_has_its_place(member: str, word: str) -> None:
    value = parse_text(TEXT, "d")["workflows"][0]["steps"][0][member]
    start = value.index(word)
    assert shown(TEXT, placed(f"{STEP}/{member}", inner=(start, start + len(word)))) == word


def test_a_part_that_cannot_be_found_is_its_whole_text() -> None:
    text = 'a: "one \\\n  two \\t three"\n'
    assert shown(text, placed("/a", text, inner=(8, 9))).startswith('"one')


def test_a_finding_about_a_name() -> None:
    assert shown(TEXT, placed(f"{STEP}/desc", on_key=True)) == "desc"
    assert shown(TEXT, placed(f"{STEP}/desc", on_key=True, inner=(1, 3))) == "es"


@pytest.mark.parametrize(
    ("pointer", "words"),
    [
        (f"{STEP}/operationId", "s"),
        (f"{STEP}/note/deep/down", "note"),
        (f"{STEP}/alias/k", "alias"),
        ("/info/title", "a"),
        ("/workflows/3", "workflows"),
    ],
)
def test_what_is_missing_has_the_place_of_its_nearest_ancestor(pointer: str, words: str) -> None:
    assert shown(TEXT, placed(pointer)) == words


def test_only_what_can_be_placed_is() -> None:
    known, unknown = finding("/last", span=Span(9, 9, 9, 9)), Diagnostic(YAML_KEY, "m", Origin("other", "/last"))
    first, second, third = place([known, unknown, finding("/last")], {"d": TEXT})
    assert (first.span, second.span, third.span) == (Span(9, 9, 9, 9), None, Span(20, 7, 20, 8))


def test_a_text_that_is_broken_further_down_gives_what_comes_before() -> None:
    text = "a: 1\nb:\n  c: 2\nd: [\n"
    assert shown(text, placed("/b/c", text)) == "2"
    assert shown(text, placed("/b", text, on_key=True)) == "b"
    assert placed("", "") is None


def test_lines_end_as_in_editors() -> None:
    text = "a: 'x\u2028y'\r\nb: 1\r\nc: 2\n"
    assert placed("/c", text) == Span(3, 4, 3, 5)


# --- JSON -------------------------------------------------------------------------------------------------------------
JSON = '{\n\t"\\ud83d\\ude00": [1, "\\ud83d\\ude00 $x \\u0024y"],\n\t"a\\/b": {"c": -1.5e3}, "d"\n: [ ]\n}\n'


@pytest.mark.parametrize(
    ("pointer", "line", "column", "value"),
    [
        ("/😀", 2, 18, '[1, "\\ud83d\\ude00 $x \\u0024y"]'),
        ("/😀/0", 2, 19, "1"),
        ("/a~1b/c", 3, 16, "-1.5e3"),
        ("/d", 4, 3, "[ ]"),
    ],
)
def test_json_has_places_too(pointer: str, line: int, column: int, value: str) -> None:
    span = locate(JSON, [pointer])[pointer].value
    assert (span.line, span.column, shown(JSON, span)) == (line, column, value)


def test_parts_of_json_texts_count_characters() -> None:
    value = parse_text(JSON, "d.json")["😀"][1]
    assert value == "😀 $x $y"
    assert shown(JSON, placed("/😀/1", JSON, inner=(2, 4))) == "$x"
    assert shown(JSON, placed("/😀/1", JSON, inner=(5, 7))).startswith("\\u0024")


def test_what_json_does_not_read_is_passed_over_token_by_token() -> None:
    text = '{"a": {"half": 1 2, "deep": [[{}]]}, "b": {"c": [1e5]}, "d": 3}'
    assert shown(text, placed("/b", text)) == '{"c": [1e5]}'
    assert shown(text, placed("/d", text)) == "3"


def test_yaml_that_begins_like_json_is_placed_as_yaml() -> None:
    assert shown("{a: [b, c]}", placed("/a/1", "{a: [b, c]}")) == "c"


# --- laws -------------------------------------------------------------------------------------------------------------
LEAVES = st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]))
TREES = st.recursive(
    LEAVES,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text("ab~/é😀 :#", max_size=3), children),
    max_leaves=12,
)


def pointers(value: object, pointer: str = "") -> dict[str, object]:
    found = {pointer: value}
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for token, below in members:
        found |= pointers(below, f"{pointer}/{str(token).replace('~', '~0').replace('/', '~1')}")
    return found


@given(TREES, st.sampled_from([None, 1]), st.booleans())
def test_the_text_of_a_place_is_its_value(tree: object, indent: int | None, ascii_only: bool) -> None:
    import json

    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    wanted = pointers(tree)
    found = locate(text, wanted) if isinstance(tree, dict | list) else {}
    for pointer, spans in found.items():
        assert json.loads(shown_by_feeds(text, spans.value)) == wanted[pointer]
    assert len(found) == (len(wanted) if isinstance(tree, dict | list) else 0)


def shown_by_feeds(text: str, span: Span) -> str:
    lines = [f"{line}\n" for line in text.split("\n")][span.line - 1 : span.end_line]
    cut = sum(map(len, lines[:-1])) + span.end_column - 1
    return "".join(lines)[span.column - 1 : cut]


@given(TREES)
def test_both_parsers_and_json_agree(tree: object) -> None:
    import yaml

    text = yaml.safe_dump({"t": tree}, allow_unicode=False)
    if "\\ud" in text.lower():
        return
    before = events.PARSER
    try:
        values = []
        for parser in (before, events.PureParser):
            events.PARSER = parser
            values.append((parse_text(text, "d", openapi=True), locate(text, ["/t", "/t/0", "/t/a"])))
    finally:
        events.PARSER = before
    assert values[0] == values[1]
