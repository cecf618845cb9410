"""The files for CI that others copy: the GitHub Actions example runs, the pre-commit hook is one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from report_readers import junit

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder as a CI job finds it, with the command on its path."""
    for name in ("workflows", "openapi"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "arazzo").write_text(f'#!/bin/sh\nexec {sys.executable} -m arazzo_runner "$@"\n')
    (tmp_path / "bin" / "arazzo").chmod(0o755)
    return tmp_path


def environment(checkout: Path) -> dict[str, str]:
    path = f"{checkout}/bin:{os.environ['PATH']}"
    return os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "GITHUB_STEP_SUMMARY": f"{checkout}/summary.md"}


def test_the_steps_of_the_github_example_run(checkout: Path) -> None:
    example = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())
    steps = example["jobs"]["workflows"]["steps"]
    commands = [step["run"] for step in steps if "run" in step and step["name"] != "Install"]
    assert len(commands) == 3
    for command in commands:
        ended = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", command],
            cwd=checkout,
            env=environment(checkout),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
    (suite,) = junit((checkout / "junit.xml").read_text()).values()
    assert (suite.tests, suite.failures, suite.errors) == (4, 0, 0)
    assert "score-running-scenario-run" in (checkout / "summary.md").read_text()
    assert json.loads((checkout / "arazzo.sarif").read_text())["version"] == "2.1.0"
    uploads = [step["with"] for step in steps if "upload" in step.get("uses", "")]
    assert {one.get("path") or one["sarif_file"] for one in uploads} == {"junit.xml", "arazzo.sarif"}


def test_the_hook_names_a_command_that_takes_files(checkout: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    file = "workflows/score-running-scenario-run.yml"
    ended = subprocess.run(
        [*hook["entry"].split(), file], cwd=checkout, env=environment(checkout), capture_output=True, check=False
    )
    assert ended.returncode == 0
    matches = re.compile(hook["files"]).search
    assert all(map(matches, ("flows/orders.arazzo.yml", "arazzo.json", "Arazzo/a.yaml")))
    assert not any(map(matches, ("openapi.yml", "arazzo.md")))
    config = yaml.safe_load((EXAMPLES / "pre-commit-config.yaml").read_text())
    (used,) = config["repos"][0]["hooks"]
    assert used["id"] == hook["id"]
    assert re.search(used["files"], file)


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("validate-manifest", ROOT / ".pre-commit-hooks.yaml"),
        ("validate-config", EXAMPLES / "pre-commit-config.yaml"),
    ],
)
def test_pre_commit_takes_them(command: str, file: Path) -> None:
    if shutil.which("pre-commit") is None:
        pytest.skip("pre-commit is not installed")
    subprocess.run(["pre-commit", command, str(file)], check=True, capture_output=True)
