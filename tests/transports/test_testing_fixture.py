"""The pytest fixture as users have it: a plugin, a workflow of theirs, scripted answers, virtual time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

OPENAPI = """\
openapi: 3.1.0
info: {title: t, version: '1'}
servers: [{url: https://api.test/v1}]
paths:
  /runs:
    get: {operationId: getRun, responses: {200: {description: ok}}}
"""
WORKFLOW = """\
arazzo: 1.0.1
info: {title: t, version: '1'}
sourceDescriptions: [{name: api, url: api.yaml, type: openapi}]
workflows:
- workflowId: w
  steps:
  - stepId: s
    operationId: getRun
    successCriteria: [{condition: $statusCode == 200}]
    onFailure: [{name: again, type: retry, retryAfter: 7, retryLimit: 2}]
    outputs: {id: $response.body#/id}
  outputs: {id: $steps.s.outputs.id}
"""
TESTS = """\
def test_a_busy_service_is_asked_again(arazzo):
    result = arazzo("w.yaml", [503, (200, {"id": 1})])
    assert (result.status, result.outputs) == ("succeeded", {"id": 1})
    assert [request.url for request in arazzo.requests] == ["https://api.test/v1/runs"] * 2
    assert arazzo.clock.waits == [7]

def test_an_answer_too_many(arazzo):
    arazzo("w.yaml", [200, 200])
"""


def test_the_fixture_runs_workflows_and_checks_the_script(tmp_path: Path) -> None:
    files = {"api.yaml": OPENAPI, "w.yaml": WORKFLOW, "test_it.py": TESTS}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert "2 passed, 1 error" in done.stdout, done.stdout
    assert "not asked for: status 200" in done.stdout
