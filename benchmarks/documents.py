"""The documents of the benchmarks: a workflow of any number of steps, and the description of what it calls."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from arazzo_runner import Description, load
from arazzo_runner.effects import Retrieved

INPUTS: dict[str, Any] = {"token": "t0ken-of-bench", "scenario": "scn_1"}
ANSWER: dict[str, Any] = {
    "id": "run_1",
    "state": "running",
    "total": 3,
    "items": [{"id": 1, "ok": True}, {"id": 2, "ok": False}],
}

API = {
    "openapi": "3.1.0",
    "info": {"title": "Bench", "version": "1"},
    "servers": [{"url": "https://api.test"}],
    "paths": {
        "/start": {
            "post": {
                "operationId": "start",
                "parameters": [{"name": "Authorization", "in": "header", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"200": {"description": "Started.", "content": {"application/json": {"schema": {}}}}},
            }
        }
    },
}


def document(steps: int, *, round_and_round: bool = False) -> dict[str, Any]:
    """A workflow of so many steps; each has a header, a body, two criteria (one JSONPath) and two outputs.

    With ``round_and_round`` the last step goes on with the first, until the run has had all the steps it may have.
    """
    listed = [_step(number) for number in range(steps)]
    if round_and_round:
        listed[-1]["onSuccess"] = [{"name": "again", "type": "goto", "stepId": "s0"}]
    return {
        "arazzo": "1.0.1",
        "info": {"title": "Bench", "version": "1"},
        "sourceDescriptions": [{"name": "api", "url": "api.json", "type": "openapi"}],
        "workflows": [
            {
                "workflowId": "bench",
                "inputs": {
                    "type": "object",
                    "properties": {"token": {"type": "string"}, "scenario": {"type": "string"}},
                },
                "steps": listed,
                "outputs": {"id": f"$steps.s{steps - 1}.outputs.id"},
            }
        ],
    }


def _step(number: int) -> dict[str, Any]:
    before = f"$steps.s{number - 1}.outputs.id" if number else "$inputs.scenario"
    return {
        "stepId": f"s{number}",
        "operationId": "start",
        "parameters": [{"name": "Authorization", "in": "header", "value": "Bearer {$inputs.token}"}],
        "requestBody": {"contentType": "application/json", "payload": {"scenario": before, "n": number}},
        "successCriteria": [
            {"condition": "$statusCode == 200"},
            {"context": "$response.body", "type": "jsonpath", "condition": "$.items[?(@.ok == true)]"},
        ],
        "outputs": {"id": "$response.body#/id", "rate": "$response.header.X-Rate-Limit"},
    }


@cache
def described(steps: int, *, round_and_round: bool = False) -> Description:
    """The workflow, loaded from memory."""
    main = document(steps, round_and_round=round_and_round)
    files = {"https://bench.test/main.json": main, "https://bench.test/api.json": API}
    return load(
        "https://bench.test/main.json", retrieve=lambda where: Retrieved(where, json.dumps(files[where]).encode())
    )
