"""S10: a workflow full of secrets runs through every report and format, and no byte of what comes out holds one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from click.testing import Result

from arazzo_runner.reports.kinds import STREAMS, WHOLE

KINDS = sorted([*WHOLE, *STREAMS])
TOKEN = 'tok/en+1&"quoted"=<é>'
KEY = "k3y-0f-the-house"
PASSWORD = "pass wörd/§"
COOKIE = "c00kie-value-77"
SECRETS = (TOKEN, KEY, PASSWORD, COOKIE)

API = """
openapi: 3.0.3
info: {title: t, version: '1'}
servers: [{url: http://127.0.0.1:1}]
components:
  securitySchemes:
    basic: {type: http, scheme: basic}
    key: {type: apiKey, in: query, name: key}
paths:
  /json:
    post:
      operationId: sendJson
      security: [{basic: []}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: it}}
  /form:
    post:
      operationId: sendForm
      security: [{key: []}]
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object}}}}
      responses: {'200': {description: it}}
  /last: {get: {operationId: getLast, responses: {'200': {description: it}}}}
"""
DOCUMENT = """
arazzo: 1.0.1
info: {title: t, version: '1'}
sourceDescriptions: [{name: api, url: api.yml, type: openapi}]
workflows:
- workflowId: full
  inputs:
    type: object
    properties: {apiToken: {type: string}, note: {type: string}, code: {type: string, format: password}}
  steps:
  - stepId: json
    operationId: sendJson
    parameters:
    - {name: X-Trace, in: header, value: 'of {$inputs.apiToken}'}
    - {name: q, in: query, value: $inputs.apiToken}
    - {name: session, in: cookie, value: $inputs.code}
    requestBody: {contentType: application/json, payload: {deep: [{token: $inputs.apiToken}], note: $inputs.note}}
    outputs: {echo: $response.body#/you, all: $response.body, set: $response.header.Set-Cookie}
  - stepId: form
    operationId: sendForm
    requestBody:
      contentType: application/x-www-form-urlencoded
      payload: {token: $inputs.apiToken, password: $inputs.code}
    outputs: {basic: $response.body#/basic}
  - stepId: last
    operationId: getLast
    parameters: [{name: echo, in: query, value: $steps.json.outputs.echo}]
    successCriteria:
    - condition: $response.body#/state == $inputs.apiToken
  outputs: {echo: $steps.json.outputs.echo, all: $steps.json.outputs.all, basic: $steps.form.outputs.basic}
"""


def spellings() -> Iterator[bytes]:
    """The secrets as they are, and as URLs, JSON, HTML and base64 write them."""
    for secret in SECRETS:
        core = base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
        shifted = (base64.b64encode(b"x" * pad + secret.encode()).decode()[4:-4] for pad in (1, 2))
        written = [
            secret,
            quote(secret, safe=""),
            quote_plus(secret),
            json.dumps(secret)[1:-1],
            secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"),
            core,
            *shifted,
        ]
        yield from (text.encode() for text in written)


@pytest.fixture
def full(tmp_path: Path, shop) -> Path:
    (tmp_path / "api.yml").write_text(API)
    (tmp_path / "full.yml").write_text(DOCUMENT)
    encoded = base64.b64encode(f"anna:{PASSWORD}".encode()).decode()
    shop.answers["POST /json"] = (200, {"you": f"you sent {TOKEN}", TOKEN: [PASSWORD], "url": f"/x?t={quote(TOKEN)}"})
    shop.answers["POST /form"] = (200, {"basic": encoded, "key": KEY})
    return tmp_path / "full.yml"


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_no_report_and_no_format_holds_a_secret(
    full: Path, shop, arazzo: Callable[..., Result], tmp_path: Path, outcome: str, form: str
) -> None:
    """Each way of writing the same run; a failure shows the request, the answer and the operands that led to it."""
    shop.answers = {key.split("?")[0]: value for key, value in shop.answers.items()}
    shop.answer = lambda method, path: _answer(shop.answers, method, path, outcome)
    given = ["-i", f"apiToken={TOKEN}", "-i", f"note=this is {TOKEN}", "-i", f"code={PASSWORD}"]
    options = [*given, "--server", shop.url, "-H", f"Cookie: other={COOKIE}", "--format", form, "-v"]
    reports = [f"--report={kind}={tmp_path / f'report.{kind}'}" for kind in KINDS]
    environment = {"ARAZZO_AUTH_BASIC": f"anna:{PASSWORD}", "ARAZZO_AUTH_KEY": KEY}
    result = arazzo("run", str(full), *options, *reports, env=environment)
    assert result.exit_code == (0 if outcome == "succeeded" else 1), result.output
    assert len(shop.sent) == 3
    written = {kind: (tmp_path / f"report.{kind}").read_bytes() for kind in KINDS}
    for name, content in {**written, "stdout": result.stdout_bytes, "stderr": result.stderr_bytes}.items():
        assert b"***" in content, name
        assert [spelling for spelling in spellings() if spelling in content] == [], name


def _answer(answers: dict[str, tuple[int, object]], method: str, path: str, outcome: str) -> tuple[int, object]:
    route = f"{method} {path.partition('?')[0]}"
    return answers.get(route, (200, {"state": TOKEN if outcome == "succeeded" else f"not {TOKEN}"}))
