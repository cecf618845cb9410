"""Findings as SARIF: valid against the schema of the standard, and with what code scanning shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from arazzo_runner import diagnostics as codes
from arazzo_runner.diagnostics import Diagnostic, Origin, Severity, Span
from arazzo_runner.reports.findings import FileReport, Found
from arazzo_runner.reports.findings_sarif import findings_sarif

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))

HERE = Span(9, 18, 9, 27)


def found(
    code: codes.Code = codes.UNKNOWN_STEP,
    document: str = "a b.yml",
    span: Span | None = HERE,
    **more: object,
) -> Found:
    origin = Origin(document, "/workflows/0/steps/0")
    return Found(
        Diagnostic(code, "no step 'x'", origin, "did you mean 'y'?", code.severity, span=span, **more), "  x: 1"
    )  # type: ignore[arg-type]  # facts of several types


def log(*reports: FileReport) -> dict:
    value = json.loads(findings_sarif(reports, "1.2.3"))
    Draft202012Validator.check_schema(SCHEMA)
    assert list(Draft202012Validator(SCHEMA, format_checker=FormatChecker()).iter_errors(value)) == []
    return value


def test_the_schema_itself_refuses_what_is_no_sarif() -> None:
    """So that the other tests can fail."""
    value = json.loads(findings_sarif([FileReport("a", (found(),))], "1"))
    value["runs"][0]["results"][0]["level"] = "fatal"
    assert list(Draft202012Validator(SCHEMA).iter_errors(value))


def test_a_result_has_its_rule_level_place_and_words() -> None:
    run = log(FileReport("a b.yml", (found(), found(codes.BARE_EXPRESSION), found())))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["bare-expression", "unknown-step"]
    first, second, _ = run["results"]
    assert (first["ruleId"], rules[first["ruleIndex"]]["id"], first["level"]) == (
        "unknown-step",
        "unknown-step",
        "error",
    )
    assert (second["ruleId"], second["level"]) == ("bare-expression", "warning")
    assert first["message"]["text"] == "no step 'x'\ndid you mean 'y'?"
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b.yml"
    assert place["region"] == {"startLine": 9, "startColumn": 18, "endLine": 9, "endColumn": 27}
    assert first["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "/workflows/0/steps/0"}]


@pytest.mark.parametrize("severity", Severity)
def test_every_severity_has_a_level(severity: Severity) -> None:
    code = next(code for code in codes.CODES.values() if code.severity is severity)
    assert log(FileReport("a", (found(code),)))["runs"][0]["results"][0]["level"] in ("error", "warning", "note")


def test_a_finding_without_a_line_has_no_region() -> None:
    place = log(FileReport("a", (found(span=None),)))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert "region" not in place


def test_every_code_is_a_valid_rule() -> None:
    run = log(FileReport("a", tuple(found(code) for code in codes.CODES.values())))["runs"][0]
    assert len(run["tool"]["driver"]["rules"]) == len(codes.CODES)


@pytest.mark.parametrize(
    ("document", "uri"),
    [
        ("x/y.yml", "x/y.yml"),
        ("../ü#1.yml", "../%C3%BC%231.yml"),
        ("/elsewhere/a.yml", "file:///elsewhere/a.yml"),
        ("https://example.com/a.yml", "https://example.com/a.yml"),
        ("-", "-"),
    ],
)
def test_documents_are_uris(document: str, uri: str) -> None:
    run = log(FileReport(document, (found(document=document),)))["runs"][0]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_a_path_below_this_folder_is_relative(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    run = log(FileReport("a", (found(document=str(tmp_path / "w" / "a.yml")),)))["runs"][0]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "w/a.yml"


def test_a_document_that_cannot_be_read_is_told_and_the_run_was_no_success() -> None:
    run = log(FileReport("gone.yml", unreadable="cannot read 'gone.yml'"), FileReport("a", (found(),)))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "cannot read 'gone.yml'"


def test_nothing_found_is_a_log_too() -> None:
    assert log(FileReport("a"))["runs"][0]["results"] == []


def test_the_fingerprint_stays_when_lines_move() -> None:
    moved = found(span=Span(20, 3, 20, 9))
    first, second = log(FileReport("a", (found(), moved)))["runs"][0]["results"]
    assert first["partialFingerprints"] == second["partialFingerprints"]
