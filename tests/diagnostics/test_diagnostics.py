"""Every code has a document that shows it: what is written beside its lines is found there, and nothing else."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from expected import documents, expected, findings, found

from arazzo_runner.diagnostics import CODES, Severity
from arazzo_runner.loader import build, parse_document

DOCS = Path(__file__).parents[2] / "docs"

#: Codes that no small document can show; a test of this module shows each.
SHOWN_BY_TESTS = {"document-too-large": "a document of the size of the limit would be too large for a test"}


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.stem)
def test_what_is_expected_is_found_where_it_is_expected(path: Path) -> None:
    assert found(path) == expected(path)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.stem)
def test_a_document_shows_the_code_that_it_is_named_after(path: Path) -> None:
    assert path.stem in {code for _, _, code in expected(path)}


def test_every_code_has_a_document() -> None:
    shown = {path.stem for path in documents()} | SHOWN_BY_TESTS.keys()
    assert sorted(shown ^ CODES.keys()) == []


def test_a_document_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "MAX_COLLECTIONS", 3)
    with pytest.raises(Exception, match="document-too-large"):
        parse_document(b"a: [[[[]]]]", "large.yaml")


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.stem)
def test_findings_say_what_is_wrong_and_mostly_what_to_do(path: Path) -> None:
    for finding in findings(path):
        assert re.match(r"['\"a-z(/]|JSON|XPath", finding.message), finding.message
        assert "given schemas" not in finding.message
        assert finding.severity.value in {severity.value for severity in Severity}


def test_dialects_are_errors_when_no_tolerance_is_wanted() -> None:
    from arazzo_runner import validate

    tolerant = {code.name for code in CODES.values() if code.dialect}
    for path in documents():
        if path.stem in tolerant:
            severities = {finding.severity for finding in validate(path, strict=True) if finding.code.name == path.stem}
            assert severities == {Severity.ERROR}, path.stem


def test_the_page_is_up_to_date() -> None:
    """Where this fails: `python docs/generate_diagnostics.py`."""
    script = DOCS / "generate_diagnostics.py"
    spec = importlib.util.spec_from_file_location("generate_diagnostics", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "diagnostics.md").read_text(encoding="utf-8") == module.page(), "run docs/generate_diagnostics.py"


def test_documents_are_few_lines() -> None:
    long = [path.name for path in documents() if len(path.read_text(encoding="utf-8").splitlines()) > 30]
    assert long == []


def test_codes_are_declared_with_words() -> None:
    for code in CODES.values():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.name)
        assert code.meaning
        assert code.remedy
