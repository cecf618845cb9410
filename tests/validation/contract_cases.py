"""An OpenAPI description with something of everything, and steps that call it, for the rules that compare the two."""

from __future__ import annotations

from textwrap import indent

from rule_cases import described

from arazzo_runner.diagnostics import Diagnostic
from arazzo_runner.validation import check

API = """
openapi: 3.0.3
info: {title: runs, version: "1"}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    State: {type: string, enum: [queued, running, completed, failed, canceling], nullable: true}
    Run:
      type: object
      required: [id]
      properties:
        id: {type: string}
        state: {$ref: '#/components/schemas/State'}
        score: {allOf: [{$ref: '#/components/schemas/Score'}, {properties: {note: {type: string}}}]}
        parts:
          type: array
          items:
            oneOf:
            - {$ref: '#/components/schemas/Score'}
            - {type: object, properties: {kind: {enum: [a, b]}}}
        free: {type: object}
        labels: {type: object, additionalProperties: {type: string}}
        open: {type: object, properties: {x: {}}, additionalProperties: true}
        next: {$ref: '#/components/schemas/Run'}
    Score: {type: object, properties: {value: {type: number}}, additionalProperties: false}
    NewRun:
      type: object
      required: [name, id]
      properties:
        id: {type: string, readOnly: true}
        name: {type: string, pattern: '^[a-z]+$'}
        size: {type: integer, nullable: true}
        mode: {type: string, enum: [fast, slow]}
        tags: {type: array, items: {type: string}}
        box: {$ref: '#/components/schemas/Score'}
        way: {oneOf: [{type: object, required: [to], properties: {to: {type: string}}}, {type: integer}]}
paths:
  /runs:
    get:
      operationId: listRuns
      security: [{key: []}]
      parameters:
      - {name: since, in: query, required: true, schema: {type: integer}}
      - {name: X-Tenant, in: header, required: true, schema: {type: string}}
      - {name: X-Key, in: header, required: true, schema: {type: string}}
      - {name: Authorization, in: header, required: true, schema: {type: string}}
      - {name: order, in: query, schema: {type: string, enum: [up, down]}}
      responses:
        "200":
          description: ""
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Run'}}}}
    post:
      operationId: startRun
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/NewRun'}}}}
      responses:
        "201": {description: "", content: {application/json: {schema: {$ref: '#/components/schemas/Run'}}}}
        4XX:
          description: ""
          content: {application/json: {schema: {type: object, properties: {message: {type: string}}}}}
  /runs/{id}:
    get:
      operationId: getRun
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: "", content: {application/json: {schema: {$ref: '#/components/schemas/Run'}}}}
        "404": {description: ""}
    put:
      operationId: putForm
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody:
        content:
          application/x-www-form-urlencoded: {schema: {type: object, properties: {n: {type: integer}}}}
      responses: {default: {description: ""}}
  /feed:
    get: {operationId: getFeed, responses: {"200": {description: "", content: {application/xml: {}}}}}
    delete: {operationId: dropFeed, responses: {"204": {description: ""}}}
"""

_HEAD = """
arazzo: 1.1.0
info: {title: t, version: "1"}
sourceDescriptions: [{name: runs, url: runs.yaml, type: openapi}]
workflows:
- workflowId: w
"""


def findings(text: str, api: str = API, rest: str = "") -> list[Diagnostic]:
    """What the rules find in a workflow of these fields."""
    document = _HEAD + indent(text.strip("\n"), "  ") + "\n" + rest
    return check(described(document, {"runs.yaml": api}))


def step(fields: str, step_id: str = "s") -> list[Diagnostic]:
    """What the rules find in a workflow of one step."""
    return findings(f"steps:\n- {{stepId: {step_id}, {fields}}}")


def told(found: list[Diagnostic]) -> list[tuple[str, str, str]]:
    """Code, severity and pointer below the workflow."""
    return [(each.code.name, each.severity.value, each.origin.pointer.removeprefix("/workflows/0/")) for each in found]


def names(found: list[Diagnostic]) -> list[str]:
    """Their codes."""
    return [each.code.name for each in found]
