"""`arazzo run FILE --help` says what FILE takes, whatever FILE is and however narrow the terminal."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ODD = """\
arazzo: 1.0.1
info: {title: "Odd\\e[31m one", version: '1'}
sourceDescriptions: [{name: shop, url: api.yml, type: openapi}]
workflows:
- workflowId: paint
  description: |
    Paints.

    Twice.
  inputs:
    type: object
    required: [colour, "a b"]
    properties:
      colour: {type: [string, 'null'], enum: [deep red, blue], description: "Which\\x07 one."}
      a b: {type: string}
      apiKey: {type: string, default: do-not-show}
      size: {type: object, default: {w: 1}}
  steps: [{stepId: a, operationId: uploadFile}]
"""


def test_workflows_inputs_credentials_examples_and_options(arazzo) -> None:
    text = arazzo("run", "orders.arazzo.yml", "--help").stdout
    assert "orders.arazzo.yml: Orders 1.0.0" in text
    assert "Workflow place-order:\n  Place an order and look at it.\n" in text
    assert re.search(r"^    token +string, required, secret\. The bearer token\.$", text, re.MULTILINE)
    assert re.search(r"^    count +integer, optional, default 1$", text, re.MULTILINE)
    assert re.search(
        r"^    bearer +http bearer\. Set ARAZZO_AUTH_SHOP_BEARER or ARAZZO_AUTH_BEARER$", text, re.MULTILINE
    )
    assert "Workflow upload:" in text
    assert "  arazzo run orders.arazzo.yml place-order -i token=... -i item=...\n" in text
    assert "  arazzo run orders.arazzo.yml place-order --mock\n" in text
    assert text.index("Examples:") < text.index("Options:") < text.index("--max-steps")


def test_one_workflow(arazzo) -> None:
    text = arazzo("run", "-v", "orders.arazzo.yml", "upload", "-h").stdout
    assert "Workflow upload:" in text
    assert "place-order" not in text


def test_the_examples_are_commands(arazzo) -> None:
    text = arazzo("run", "orders.arazzo.yml", "--help").stdout
    (mocked,) = re.findall(r"^  arazzo (run .* --mock)$", text, re.MULTILINE)
    assert arazzo(*shlex.split(mocked)).exit_code == 0


def test_text_of_the_document_is_harmless_and_no_secret_is_shown(arazzo, tmp_path: Path) -> None:
    (tmp_path / "odd.yml").write_text(ODD)
    text = arazzo("run", f"{tmp_path}/odd.yml", "--help").stdout
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "Odd\\x1b[31m one 1" in text
    assert re.search(r"colour +string or null, required, one of deep red, blue\. Which\\x07\n? +one\.", text)
    assert "do-not-show" not in text
    assert 'size    object, optional, default {"w": 1}' in text
    assert "Paints. Twice." in text
    assert "-i colour='deep red' \\\n      -i 'a b'=..." in text


@pytest.mark.parametrize(("columns", "longest"), [("40", 50), ("60", 58), ("200", 100)])  # click wants 50
def test_it_fits_the_terminal(columns: str, longest: int) -> None:
    program = [sys.executable, "-m", "arazzo_runner", "run", "orders.arazzo.yml", "--help"]
    environment = os.environ | {"COLUMNS": columns}
    folder = Path(__file__).parent / "data"
    text = subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
    assert max(map(len, text[: text.index("Options:")].splitlines())) <= longest


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("nothing.yml",), "cannot read 'nothing.yml'"),
        (("orders.arazzo.yml", "plaice-order"), "there is no workflow 'plaice-order'"),
        (("api.yml",), "api.yml"),
    ],
)
def test_a_file_that_cannot_be_read(arazzo, arguments: tuple[str, ...], reason: str) -> None:
    result = arazzo("run", *arguments, "--help")
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert f"What this file takes is not known: {reason}" in said
    assert "Run WORKFLOW_ID of the Arazzo document FILE" in said
    assert "--max-steps" in said


def test_without_a_file_it_is_about_the_command(arazzo) -> None:
    text = arazzo("run", "--help").stdout
    assert text.startswith("Usage: arazzo run [OPTIONS] FILE [WORKFLOW_ID]\nUsage: arazzo run [OPTIONS] --all FILE...")
    assert "Examples:" not in text


def test_a_document_with_errors_has_a_help(arazzo) -> None:
    assert "Workflow sound:" in arazzo("run", "broken.arazzo.yml", "--help").stdout
