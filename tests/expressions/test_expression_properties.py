"""Laws of the expression language: what is written out is read back, and no text makes anything raise."""

from __future__ import annotations

import string
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from reading import NAMES, UNKNOWN, Findings, scope

from arazzo_runner.diagnostics import IGNORE
from arazzo_runner.errors import CannotSend
from arazzo_runner.expressions import compile_condition, compile_criterion, compile_value, evaluate, parse, resolve
from arazzo_runner.expressions.nodes import (
    ComponentReference,
    ExpressionType,
    MessagePart,
    Named,
    Path,
    Pointer,
    Simple,
    SourceReference,
    StepOutput,
    WorkflowField,
)
from arazzo_runner.expressions.scope import Names

STRICT = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=8)
IDENTIFIER = st.text(string.ascii_letters + string.digits + ".-_", min_size=1, max_size=8)
TOKEN = st.text(string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~", min_size=1, max_size=8)
CHARS = st.text(st.characters(exclude_characters='"\\{}', exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)
REFERENCE_TOKEN = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=6)


def _pointer(tokens):
    return Pointer(tuple(tokens), lenient=any("." in token or "[" in token for token in tokens))


def _path(steps):
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return Path(tuple(steps), text=text)


POINTER = st.lists(REFERENCE_TOKEN, max_size=4).map(_pointer)
PATH = st.lists(STRICT | st.integers(-9, 99), min_size=1, max_size=4).map(_path)
ACCESS = st.none() | POINTER
MESSAGES = st.sampled_from(["request", "response", "message"])
EXPRESSION = st.one_of(
    st.sampled_from(["url", "method", "statusCode", "self"]).map(Simple),
    st.builds(MessagePart, MESSAGES, st.just("header"), TOKEN),
    st.builds(MessagePart, MESSAGES, st.sampled_from(["query", "path"]), CHARS),
    st.builds(MessagePart, MESSAGES, st.sampled_from(["body", "payload"]), st.just(""), ACCESS | PATH),
    st.builds(Named, st.sampled_from(["inputs", "outputs"]), IDENTIFIER, ACCESS),
    st.builds(StepOutput, STRICT, IDENTIFIER, ACCESS),
    st.builds(WorkflowField, STRICT, st.sampled_from(["inputs", "outputs"]), IDENTIFIER, ACCESS),
    st.builds(SourceReference, STRICT, CHARS),
    st.builds(ComponentReference, st.sampled_from(["parameters", "successActions", "failureActions"]), IDENTIFIER),
)
#: Names as documents have them: anything but what would end or divide them.
NAME = st.text(st.characters(exclude_characters=".[#", exclude_categories=["Cs"]), min_size=1, max_size=8)

EXPRESSIONS = ["$", "$inputs.", "$inputs.a b", "$steps.login.", "outputs.", "$response.body", "$statusCode", "$.a"]
MARKS = ["$[?@.a", "#/", "#", ".", "[", "]", "[?(", "{", "}", "{$", "'", '"', "''", "~", "~0", "@", "*", "\\", "/", " "]
OPERATORS = ["==", "!", "&&", "||", "(", ")", "<=", "in", "matches", "contains", ".length"]
OPERANDS = ["null", "true", "-1", "1e999", "9" * 30, "é", "\x00", "\n"]
FRAGMENTS = st.sampled_from(EXPRESSIONS + MARKS + OPERATORS + OPERANDS)
TEXT = st.lists(FRAGMENTS | st.text(max_size=3), max_size=12).map("".join)
TYPES = st.sampled_from(
    [
        ExpressionType("simple"),
        ExpressionType("regex"),
        ExpressionType("jsonpath", "rfc9535"),
        ExpressionType("jsonpath", "draft-goessner-dispatch-jsonpath-00"),
        ExpressionType("xpath", "xpath-10"),
    ]
)


@settings(deadline=None)
@given(EXPRESSION)
def test_an_expression_that_is_written_out_is_read_back(expression):
    assert parse(str(expression), UNKNOWN, IGNORE) == expression


@settings(deadline=None)
@given(NAME, PATH | ACCESS)
def test_declared_names_of_any_characters_are_read_back(name, access):
    """S14."""
    names = Names(inputs=frozenset({name}), outputs=frozenset(), steps={"s": frozenset({name})}, workflows={})
    for expression in (Named("inputs", name, access), StepOutput("s", name, access)):
        assert parse(str(expression), names, IGNORE) == expression


@settings(deadline=None)
@given(TEXT, st.sampled_from([NAMES, UNKNOWN]))
def test_no_text_makes_reading_or_evaluating_raise(text, names):
    findings = Findings()
    evaluate(parse(text, names, findings), scope())
    value = compile_value({"a": [text]}, names, findings)
    with suppress(CannotSend):
        resolve(value, scope())
    for finding in findings.found:
        assert finding.inner is None or 0 <= finding.inner[0] <= finding.inner[1] <= len(text)


@settings(deadline=None)
@given(TEXT, st.sampled_from([NAMES, UNKNOWN]))
def test_no_text_makes_a_condition_raise(text, names):
    findings = Findings()
    verdict = compile_condition(text, names, findings)(scope())
    assert verdict.passed or verdict.why
    for finding in findings.found:
        assert finding.inner is None or 0 <= finding.inner[0] <= finding.inner[1] <= len(text)


@settings(deadline=None)
@given(TEXT, TYPES)
def test_no_text_makes_a_criterion_raise(text, type_):
    """S23."""
    verdict = compile_criterion(text, "$response.body", type_, NAMES, IGNORE).judge(scope())
    assert verdict.passed or verdict.why
