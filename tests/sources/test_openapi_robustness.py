"""Whatever stands anywhere in a description, opening and using it gives an answer or a clear error of ours."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from describing import unreadable

from arazzo_runner.effects import Headers, Response
from arazzo_runner.errors import CannotSend
from arazzo_runner.sources import Argument, Body, ServerChoice
from arazzo_runner.sources.openapi import OpenAPISource, open_source

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}, "f": {"format": "binary"}}}
CONTENT = {
    "application/json": {"schema": SCHEMA},
    "multipart/form-data": {"schema": {"$ref": "#/components/schemas/S"}, "encoding": {"a": {"contentType": "x/y"}}},
    "application/x-www-form-urlencoded": {"encoding": {"a": {"style": "form", "explode": False}}},
}
MODERN: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://{h}/v1", "variables": {"h": {"default": "x.example.com", "enum": ["y"]}}}],
    "security": [{"b": []}],
    "paths": {
        "/x/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "style": "label", "schema": {}}],
            "post": {
                "operationId": "x",
                "parameters": [{"name": "q", "in": "query", "content": {"application/json": {"schema": {}}}}],
                "requestBody": {"required": True, "content": CONTENT},
                "responses": {"200": {"content": {"application/json": {"schema": SCHEMA}}, "headers": {"A": {}}}},
                "security": [{"b": ["read"], "k": []}],
            },
        }
    },
    "components": {
        "schemas": {"S": {"allOf": [SCHEMA]}},
        "securitySchemes": {
            "b": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/t"}}},
            "k": {"type": "apiKey", "in": "header", "name": "K"},
        },
    },
}
OLD: dict[str, Any] = {
    "swagger": "2.0",
    "host": "x.example.com",
    "basePath": "/v1",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "securityDefinitions": {"b": {"type": "oauth2", "flow": "application", "tokenUrl": "/t"}},
    "paths": {
        "/x/{id}": {
            "post": {
                "operationId": "x",
                "parameters": [
                    {"name": "id", "in": "path", "type": "array", "collectionFormat": "pipes"},
                    {"name": "f", "in": "formData", "type": "file"},
                ],
                "responses": {"200": {"schema": {"type": "string"}, "examples": {"text/plain": "x"}}},
                "security": [{"b": []}],
            }
        }
    },
}
JUNK: list[Any] = [
    None,
    True,
    7,
    "junk",
    "{",
    "#/",
    [],
    [[]],
    [None],
    {},
    {"$ref": "#/nowhere"},
    {"$ref": 1},
    {"a": []},
]


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in items:
        yield from places(child, (*path, key))


def spoiled(raw: Any, path: tuple[Any, ...], junk: Any) -> Any:
    raw = copy.deepcopy(raw)
    node = raw
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = junk
    return raw


def use(source: OpenAPISource) -> None:
    found = source.by_id("x")
    if found is None:
        return
    found.needs()
    found.responses()
    found.parameters()
    arguments = [Argument("id", "1"), Argument("q", {"a": 1}), Argument("X", "y", "header")]
    for payload in ({"a": ["x"], "f": b"x"}, "text", 1):
        try:
            found.grants({"ARAZZO_AUTH_B": "a:b", "ARAZZO_AUTH_K": "k"}, arguments)
            _, exchange = found.ask(arguments, Body(payload), ServerChoice())
            found.read(exchange, Response(200, Headers(), b"{}"))
        except CannotSend:
            continue


@pytest.mark.parametrize("raw", [MODERN, OLD], ids=["3.1", "2.0"])
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_junk_anywhere(raw: dict[str, Any], junk: Any) -> None:
    for path in places(raw):
        try:
            source = open_source("api", spoiled(raw, path, junk), "https://h/o.json", fetch=unreadable)
        except ValueError:
            assert path in {("openapi",), ("swagger",)}, path
            continue
        use(source)
