"""The one table of tolerance: it is complete, and each row about text does what it says."""

from __future__ import annotations

import pytest
from reading import NAMES, Findings

from arazzo_runner.diagnostics import CODES, Severity
from arazzo_runner.expressions import compile_condition, compile_criterion, compile_value, expression_type
from arazzo_runner.expressions.dialect import TABLE
from arazzo_runner.expressions.nodes import ExpressionType


def test_every_dialect_code_has_its_row():
    codes = [row.code for row in TABLE if row.code is not None]
    assert {code.name for code in codes} == {code.name for code in CODES.values() if code.dialect}
    assert len({row.name for row in TABLE}) == len(TABLE)
    assert all(row.written and row.read_as for row in TABLE)


def _value(text):
    return lambda findings: compile_value(text, NAMES, findings)


def _condition(text):
    return lambda findings: compile_condition(text, NAMES, findings)


def _jsonpath(text):
    of = ExpressionType("jsonpath", "rfc9535")
    return lambda findings: compile_criterion(text, "$response.body", of, NAMES, findings)


USES = {
    "bare-expression": _value("Bearer $inputs.username"),
    "whole-braces": _value("{$inputs.username}"),
    "output-path": _value("$inputs.customer.firstName"),
    "dotted-body-path": _value("$response.body.data[0].id"),
    "pointer-shape": _value("$response.body#access_token"),
    "plural-headers": _value("$response.headers.X"),
    "step-output-without-outputs": _value("$steps.login.token"),
    "condition-double-quotes": _condition('$inputs.username == "ada"'),
    "condition-bare-word": _condition("$inputs.username == ada"),
    "condition-words": _condition("$inputs.username contains 'a'"),
    "jsonpath-comparison": _jsonpath('$.state == "running"'),
    "jsonpath-quoted-expression": _jsonpath('$.data[?(@.id == "$inputs.username")]'),
    "expression-type-version": lambda findings: expression_type({"type": "jsonpath"}, findings, default="simple"),
}


@pytest.mark.parametrize(("code", "use"), USES.items(), ids=list(USES))
@pytest.mark.parametrize(("strict", "severity"), [(False, Severity.WARNING), (True, Severity.ERROR)])
def test_each_use_is_a_warning_and_an_error_when_strict(code, use, strict, severity):
    findings = Findings(strict=strict)
    use(findings)
    assert [(found.code.name, found.severity) for found in findings.found] == [(code, severity)]


def test_every_row_about_text_is_tried_here():
    textual = {row.name for row in TABLE if row.read_by == "expressions" and row.code is not None}
    assert textual == {*USES, "jsonpath-object-filter"}  # that one is seen in a run only
