"""`# arazzo-ignore: CODE` comments: what they are about, and what becomes of those that ignore nothing."""

from __future__ import annotations

import pytest

from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import UnreadableDocument
from arazzo_runner.validation.examine import Terms, examine

DOCUMENT = """\
arazzo: 1.0.1
info: {title: T, version: "1"}
sourceDescriptions:
  - {name: api, url: api.yml, type: openapi}
workflows:
  - workflowId: w
    steps:
      - stepId: a
        operationId: get
        successCriteria:
          - condition: $statusCode == 200
        onSuccess:
          - name: n
            type: goto
            stepId: nowhere
"""
API = """\
openapi: 3.0.3
info: {title: A, version: "1"}
servers: [{url: "https://example.com"}]
paths:
  /a:
    get: {operationId: get, responses: {"200": {description: fine}}}
"""
GOTO = "            stepId: nowhere\n"
CONDITION = "          - condition: $statusCode == 200\n"


def findings(text: str, terms: Terms | None = None, api: str | None = API) -> list[Diagnostic]:
    texts = {"d.yml": text, "api.yml": api}

    def retrieve(location: str) -> Retrieved:
        content = texts.get(location)
        if content is None:
            raise UnreadableDocument(location, "there is no such file")
        return Retrieved(location, content.encode())

    return list(examine("d.yml", retrieve, terms).diagnostics)


def names(text: str, terms: Terms | None = None, api: str | None = API) -> list[tuple[str, int]]:
    return [(one.code.name, one.span.line if one.span else 0) for one in findings(text, terms, api)]


def written(old: str, new: str) -> str:
    assert DOCUMENT.count(old) == 1
    return DOCUMENT.replace(old, new)


def test_without_a_comment_the_finding_is_told() -> None:
    assert names(DOCUMENT) == [("unknown-step", 15)]


@pytest.mark.parametrize(
    "text",
    [
        written(GOTO, "            stepId: nowhere  # arazzo-ignore: unknown-step\n"),
        written(GOTO, "            stepId: nowhere  #arazzo-ignore:unknown-step\n"),
        written(GOTO, "            # arazzo-ignore: unknown-step\n" + GOTO),
        written(GOTO, "            # arazzo-ignore: unknown-step  because it is so\n" + GOTO),
        written(GOTO, "            # arazzo-ignore: unknown-step\n            # another word\n\n" + GOTO),
        "# arazzo-ignore-file: unknown-step\n" + DOCUMENT,
        "# Title\n\n# arazzo-ignore-file: unknown-step\n---\n" + DOCUMENT,
    ],
)
def test_a_comment_is_about_its_line_the_next_one_or_the_file(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (written(GOTO, GOTO + "            # arazzo-ignore: unknown-step\n"), 16),
        (written(GOTO, "            stepId: nowhere  # arazzo-ignore: wrong-type\n"), 15),
        (DOCUMENT + "# arazzo-ignore-file: unknown-step\n", 16),
    ],
)
def test_a_comment_elsewhere_or_of_another_code_ignores_nothing_and_says_so(text: str, expected: int) -> None:
    assert names(text) == [("unknown-step", 15), ("unused-ignore", expected)]


def test_several_codes() -> None:
    text = written(GOTO, "            stepId: nowhere  # arazzo-ignore: unknown-step, wrong-type\n")
    (finding,) = findings(text)
    assert finding.message == "there is no 'wrong-type' to ignore in line 15"
    assert finding.span is not None
    assert text.splitlines()[14][finding.span.column - 1 : finding.span.end_column - 1] == "wrong-type"


def test_a_code_that_there_is_not_gets_a_near_one() -> None:
    (_, finding) = findings(written(GOTO, "            stepId: nowhere  # arazzo-ignore: unknown-stp\n"))
    assert finding.message == "there is no diagnostic 'unknown-stp' to ignore"
    assert finding.hint is not None
    assert "'unknown-step'" in finding.hint


@pytest.mark.parametrize(
    ("comment", "said"), [("# arazzo-ignore unknown-step", "no colon"), ("# arazzo-ignore:", "no code")]
)
def test_a_comment_of_another_form_is_told(comment: str, said: str) -> None:
    (_, finding) = findings(written(GOTO, f"            stepId: nowhere  {comment}\n"))
    assert finding.code.name == "unused-ignore"
    assert said in finding.message


@pytest.mark.parametrize(
    "text",
    [
        written("title: T", 'title: "T  # arazzo-ignore-file: unknown-step"'),
        written(
            "info: {title: T, version: \"1\"}",
            "info:\n  title: T\n  version: '1'\n  description: |\n    # arazzo-ignore-file: unknown-step\n    more",
        ),
        written("title: T", "title: T#arazzo-ignore-file:unknown-step"),
    ],
)  # fmt: skip
def test_text_is_no_comment(text: str) -> None:
    assert [name for name, _ in names(text)] == ["unknown-step"]


@pytest.mark.parametrize("condition", ["", "&& "])
def test_a_finding_inside_a_block_takes_the_comment_above_its_name(condition: str) -> None:
    block = (
        f"          - context: $statusCode\n            condition: >-\n              1 ==\n              {condition}(\n"
    )
    assert next(name for name, _ in names(written(CONDITION, block))) == "invalid-condition"
    above = block.replace(
        "            condition", "            # arazzo-ignore: invalid-condition\n            condition"
    )
    behind = block.replace(">-", ">- # arazzo-ignore: invalid-condition")
    for text in (above, behind):
        assert [name for name, _ in names(written(CONDITION, text))] == ["unknown-step"]


def test_an_error_that_is_ignored_still_stops_a_run() -> None:
    """S6: comments are about what `validate` tells, not about what can run."""
    from arazzo_runner.loader import load_description
    from arazzo_runner.validation import checked, reachable_errors

    text = written(GOTO, "            stepId: nowhere  # arazzo-ignore: unknown-step\n")
    texts = {"d.yml": text, "api.yml": API}
    description = checked(
        load_description("d.yml", retrieve=lambda location: Retrieved(location, texts[location].encode()))
    )
    workflow = description.workflow("w")
    assert [error.code.name for error in reachable_errors(description, workflow.key)] == ["unknown-step"]


def test_a_comment_may_be_needed_where_not_everything_was_looked_for() -> None:
    text = written("operationId: get", "operationId: gett  # arazzo-ignore: unknown-operation")
    assert names(text) == [("unknown-step", 15)]
    assert names(text, Terms(with_sources=False)) == [("unknown-step", 15)]
    assert names(text, api=None) == [("source-unavailable", 4), ("source-unavailable", 9), ("unknown-step", 15)]


def test_codes_that_the_caller_ignores() -> None:
    assert names(DOCUMENT, Terms(ignore={"unknown-step"})) == []
    assert names(DOCUMENT + "# arazzo-ignore: wrong-type\n", Terms(ignore={"unknown-step", "unused-ignore"})) == []
