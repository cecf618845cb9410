"""A description of 10 MB as real ones are, always the same, and a workflow of six steps that uses it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Final

import yaml

OPERATIONS: Final = 1000
SCHEMAS: Final = 1200

_TEXT: Final = """
account answer balance batch channel client contract customer default document entry event export field filter
group header identifier import index invoice item label limit member message method number object offset order
owner page parameter payment policy project query rate record region report request response result return
role schedule schema scope search sender server session setting shipment source state status step store stream
subject system target tenant token total transfer type update user value version webhook window worker zone
"""
_WORDS: Final = _TEXT.split()


def description() -> dict[str, Any]:
    """An OpenAPI 3.1 description as real ones are: prose, examples, parameters, schemas that refer to each other."""
    dice = random.Random(20261122)  # the same text each time is what is wanted
    paths: dict[str, Any] = {}
    for number in range(OPERATIONS // 2):
        name = f"{_WORDS[number % len(_WORDS)]}s{number}"
        paths[f"/v1/{name}"] = {"post": _operation(dice, f"create-{name}", by_id=False)}
        paths[f"/v1/{name}/{{id}}"] = {"get": _operation(dice, f"get-{name}", by_id=True)}
    schemas = {f"Schema{number}": _schema(dice, number) for number in range(SCHEMAS)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Large", "version": "1", "description": _prose(dice, 400)},
        "servers": [{"url": "https://large.test"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Item": _item(), "Problem": _problem(), **schemas},
        },
    }


def _operation(dice: random.Random, operation_id: str, *, by_id: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation_id,
        "summary": _prose(dice, 6),
        "description": _prose(dice, 160),
        "tags": [dice.choice(_WORDS)],
        "parameters": [_parameter(dice, number) for number in range(4)],
        "responses": {
            "200": {
                "description": _prose(dice, 8),
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/Item"},
                        "examples": {"one": {"value": {"id": "i_1", "state": "done", "note": _prose(dice, 20)}}},
                    }
                },
            },
            "default": {
                "description": _prose(dice, 8),
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    }
    if by_id:
        found["parameters"].append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    else:
        body = {"$ref": f"#/components/schemas/Schema{dice.randrange(SCHEMAS)}"}
        schema = {"type": "object", "properties": {"name": {"type": "string"}, "extra": body}}
        found["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return found


def _parameter(dice: random.Random, number: int) -> dict[str, Any]:
    return {
        "name": f"{dice.choice(_WORDS)}_{number}",
        "in": "query",
        "description": _prose(dice, 24),
        "schema": {"type": "string", "enum": dice.sample(_WORDS, 4)},
    }


def _schema(dice: random.Random, number: int) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name in dice.sample(_WORDS, 14):
        properties[name] = {
            "type": dice.choice(("string", "integer", "boolean", "number")),
            "description": _prose(dice, 22),
            "examples": [dice.randrange(10_000), dice.choice(_WORDS)],
        }
    properties["next"] = {"$ref": f"#/components/schemas/Schema{(number + 1) % SCHEMAS}"}
    return {
        "type": "object",
        "description": _prose(dice, 60),
        "properties": properties,
        "required": dice.sample(list(properties), 3),
    }


def _item() -> dict[str, Any]:
    properties: dict[str, Any] = {
        "id": {"type": "string"},
        "state": {"type": "string", "enum": ["done", "open"]},
        "note": {"type": "string"},
    }
    return {"type": "object", "required": ["id", "state"], "properties": properties}


def _problem() -> dict[str, Any]:
    return {"type": "object", "properties": {"title": {"type": "string"}, "status": {"type": "integer"}}}


def _prose(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(_WORDS, k=words)).capitalize() + "."


def workflow(source: str) -> dict[str, Any]:
    """A document that uses six of the operations."""
    steps: list[dict[str, Any]] = []
    for number in (0, 250, 499):
        name = f"{_WORDS[number % len(_WORDS)]}s{number}"
        got = "$response.body#/id"
        ok = [{"condition": "$statusCode == 200"}, {"condition": "$response.body#/state == 'done'"}]
        create, read = f"create{number}", f"get{number}"
        body = {"payload": {"name": "$inputs.name"}}
        identifier = {"name": "id", "in": "path", "value": f"$steps.{create}.outputs.id"}
        steps.append({"stepId": create, "operationId": f"create-{name}", "requestBody": body, "outputs": {"id": got}})
        steps.append({"stepId": read, "operationId": f"get-{name}", "parameters": [identifier], "successCriteria": ok})
    flow = {
        "workflowId": "large",
        "inputs": {"type": "object", "properties": {"name": {"type": "string"}}},
        "steps": steps,
        "outputs": {"id": "$steps.create499.outputs.id"},
    }
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Large", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": source, "type": "openapi"}],
        "workflows": [flow],
    }


def write(folder: Path) -> None:
    """Both forms of the description and a document for each."""
    whole = description()
    text = yaml.dump(whole, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=100)
    (folder / "api.yaml").write_text(text, encoding="utf-8")
    (folder / "api.json").write_text(json.dumps(whole, indent=2), encoding="utf-8")
    for form in ("yaml", "json"):
        (folder / f"{form}.arazzo.json").write_text(json.dumps(workflow(f"api.{form}")), encoding="utf-8")
