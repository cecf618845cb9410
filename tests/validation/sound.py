"""Sound documents for the tests of rules: each is put together of some of the pieces below, chosen by its number."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from arazzo_runner.description import Description
from arazzo_runner.effects import Retrieved
from arazzo_runner.errors import UnreadableDocument
from arazzo_runner.loader import load_description
from arazzo_runner.validation import checked

Step = dict[str, Any]

SHOP = """
openapi: 3.1.0
info: {title: shop, version: "1"}
servers: [{url: https://shop.example}]
paths:
  /items:
    get:
      operationId: listItems
      parameters: [{name: limit, in: query, schema: {type: integer}}, {name: tag, in: query, schema: {type: string}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {type: array, items: &item
          {type: object, properties: {id: {type: string}, name: {type: string}, price: {type: number}}}}}}}
    post:
      operationId: createItem
      requestBody: {required: true, content: {application/json: {schema:
        {type: object, required: [name], properties: {name: {type: string}, price: {type: number}}}}}}
      responses: {"201": {description: created, content: {application/json: {schema: *item}}}}
  /items/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getItem
      responses: {"200": {description: ok, content: {application/json: {schema: *item}}}, "404": {description: none}}
    delete: {operationId: deleteItem, responses: {"204": {description: gone}}}
  /jobs/{id}:
    get:
      operationId: getJob
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: ok, content: {application/json: {schema:
          {type: object, properties: {state: {type: string, enum: [running, done]}}}}}}
  /invoice:
    get:
      operationId: getInvoice
      responses: {"200": {description: ok, content: {application/xml: {schema: {type: object}}}}}
"""


def listing(step: str) -> Step:
    return {
        "stepId": step,
        "operationId": "listItems",
        "parameters": [{"name": "limit", "in": "query", "value": "$inputs.limit"}],
        "successCriteria": [{"condition": "$statusCode == 200"}],
        "outputs": {"first": "$response.body#/0/id", "all": "$response.body"},
    }


def getting(step: str) -> Step:
    return {
        "stepId": step,
        "operationId": "$sourceDescriptions.shop.getItem",
        "parameters": [{"name": "id", "in": "path", "value": "$inputs.id"}],
        "successCriteria": [
            {"context": "$statusCode", "condition": "^20[0-9]$", "type": "regex"},
            {"context": "$response.body", "condition": "$.name", "type": "jsonpath"},
        ],
        "outputs": {"name": "$response.body#/name"},
    }


def creating(step: str) -> Step:
    return {
        "stepId": step,
        "description": "creates an item",
        "operationId": "createItem",
        "requestBody": {
            "contentType": "application/json",
            "payload": {"name": "$inputs.id", "price": 2},
            "replacements": [{"target": "/price", "value": 3}],
        },
        "onFailure": [{"name": "again", "type": "retry", "retryAfter": 2, "retryLimit": 3}],
        "outputs": {"id": "$response.body#/id"},
    }


def polling(step: str) -> Step:
    return {
        "stepId": step,
        "operationPath": "{$sourceDescriptions.shop.url}#/paths/~1jobs~1{id}/get",
        "parameters": [{"name": "id", "in": "path", "value": "$inputs.id"}],
        "onSuccess": [
            {"name": "wait", "type": "goto", "stepId": step, "criteria": [
                {"condition": "$response.body#/state == 'running'"}]},
            {"name": "finish", "type": "end", "criteria": [{"condition": "$statusCode == 404"}]},
        ],
    }  # fmt: skip


def invoicing(step: str) -> Step:
    return {
        "stepId": step,
        "operationId": "getInvoice",
        "successCriteria": [{"context": "$response.body", "condition": "/invoice/total", "type": "xpath"}],
        "outputs": {"total": {"context": "$response.body", "selector": "/invoice/total", "type": "xpath"}},
    }


def calling(step: str) -> Step:
    return {
        "stepId": step,
        "workflowId": "child",
        "parameters": [{"name": "id", "value": "$inputs.id"}],
        "successCriteria": [{"condition": "$outputs.found == 'a' && ($statusCode == 200 || true)"}],
    }


def deleting(step: str) -> Step:
    return {
        "stepId": step,
        "operationId": "deleteItem",
        "parameters": [{"reference": "$components.parameters.item"}],
        "onFailure": [{"reference": "$components.failureActions.give-up"}],
    }


PIECES: tuple[Callable[[str], Step], ...] = (listing, getting, creating, polling, invoicing, calling, deleting)


def sound(number: int) -> dict[str, Any]:
    """One document; the same for the same number."""
    chance = random.Random(number)
    pieces = [PIECES[number % len(PIECES)], *chance.sample(PIECES, chance.randint(1, 4))]
    steps = [piece(f"{piece.__name__}{index}") for index, piece in enumerate(pieces)]
    outputs = {f"out{i}": f"$steps.{s['stepId']}.outputs.{next(iter(s['outputs']))}" for i, s in _with_outputs(steps)}
    if len(steps) > 2 and chance.random() < 0.5:
        steps[-1]["dependsOn"] = [steps[0]["stepId"]]
    main: dict[str, Any] = {"workflowId": "main", "inputs": INPUTS, "steps": steps}
    if outputs and "polling" not in str(steps):  # what polling can skip is noted
        main["outputs"] = outputs
    if chance.random() < 0.3:
        main["dependsOn"] = ["child"]
    return {
        "arazzo": "1.1.0",
        "info": {"title": f"document {number}", "version": "1"},
        "sourceDescriptions": [{"name": "shop", "url": "shop.yaml", "type": "openapi"}],
        "workflows": [main, CHILD],
        "components": COMPONENTS,
    }


def _with_outputs(steps: list[Step]) -> list[tuple[int, Step]]:
    return [(index, step) for index, step in enumerate(steps) if "outputs" in step]


INPUTS = {"type": "object", "properties": {"id": {"type": "string"}, "limit": {"type": "integer"}}}
CHILD: dict[str, Any] = {
    "workflowId": "child",
    "inputs": {"type": "object", "properties": {"id": {"type": "string"}}},
    "steps": [getting("only")],
    "outputs": {"found": "$steps.only.outputs.name"},
}
COMPONENTS = {
    "parameters": {"item": {"name": "id", "in": "path", "value": "$inputs.id"}},
    "failureActions": {"give-up": {"name": "give-up", "type": "end"}},
}


def loaded(text: str) -> Description:
    """The description of a document beside the shop, with what the rules find."""
    contents = {"main.yaml": text, "shop.yaml": SHOP}

    def retrieve(location: str) -> Retrieved:
        if location not in contents:
            raise UnreadableDocument(location, "no such file")
        return Retrieved(location, contents[location].encode())

    return checked(load_description("main.yaml", retrieve=retrieve))
