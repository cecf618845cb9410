"""A small API and documents over it, for the tests of the mock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from arazzo_runner.description import Description
from arazzo_runner.runner import load

STATE = {"type": "string", "enum": ["new", "running", "done", "failed"]}
JOB = {
    "type": "object",
    "properties": {
        "state": STATE,
        "count": {"type": "integer"},
        "items": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
    },
}


def answers(schema: Any = JOB, *, status: str = "200", media_type: str = "application/json") -> dict[str, Any]:
    return {status: {"description": "", "content": {media_type: {"schema": schema}}}}


def operation(operation_id: str, responses: Any | None = None, *names: str) -> dict[str, Any]:
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    return {"operationId": operation_id, "parameters": parameters, "responses": responses or answers()}


PATHS: dict[str, Any] = {
    "/jobs": {"post": operation("start", answers(status="201"))},
    "/jobs/{id}": {
        "get": operation("look", None, "id"),
        "delete": operation("drop", {"204": {"description": ""}}, "id"),
    },
    "/list": {"get": operation("list", answers({"type": "array", "items": JOB}))},
    "/report": {"get": operation("report", answers({"type": "string", "xml": {"name": "r"}}, media_type="text/xml"))},
    "/free": {"get": operation("free", {"default": {"description": ""}})},
}


def described(folder: Path, steps: list[dict[str, Any]], **workflow: Any) -> Description:
    openapi = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api.example.com/v1"}],
        "paths": PATHS,
    }
    document = {
        "arazzo": "1.0.1",
        "info": {"title": "t", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
        "workflows": [{"workflowId": "w", "steps": steps, **workflow}],
    }
    (folder / "api.json").write_text(json.dumps(openapi))
    (folder / "w.arazzo.json").write_text(json.dumps(document))
    return load(folder / "w.arazzo.json")


def step(step_id: str, operation_id: str, *criteria: Any, **more: Any) -> dict[str, Any]:
    written = [{"condition": each} if isinstance(each, str) else each for each in criteria]
    return {"stepId": step_id, "operationId": operation_id, **({"successCriteria": written} if written else {}), **more}


def jsonpath(condition: str, context: str = "$response.body") -> dict[str, str]:
    return {"context": context, "condition": condition, "type": "jsonpath"}
