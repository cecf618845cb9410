"""Small OpenAPI descriptions for the tests of this folder."""

from collections.abc import Mapping, Sequence
from typing import Any

from arazzo_runner.effects import Request
from arazzo_runner.expressions.scope import Exchange
from arazzo_runner.sources import Argument, Body, Credential, ServerChoice
from arazzo_runner.sources.openapi import OpenAPIOperation, OpenAPISource, open_source

LOCATION = "https://api.example.com/openapi.json"


def unreadable(location: str) -> Any:
    raise ValueError(f"no file '{location}'")


def source(raw: Mapping[str, Any], location: str = LOCATION, fetch: Any = unreadable) -> OpenAPISource:
    return open_source("api", dict(raw), location, fetch=fetch)


def operation(
    fields: Mapping[str, Any] | None = None,
    *,
    path: str = "/x",
    method: str = "post",
    version: str = "3.1.0",
    **root: Any,
) -> OpenAPIOperation:
    """The one operation of a description; ``root`` are further fields of its root."""
    key = "swagger" if version == "2.0" else "openapi"
    raw = {key: version, "paths": {path: {method: dict(fields or {})}}, **root}
    found = source(raw).by_method_and_path(method, path)
    assert found is not None
    return found


def asked(
    described: OpenAPIOperation,
    *arguments: Argument,
    body: Body | None = None,
    servers: ServerChoice | None = None,
    credentials: Sequence[Credential] = (),
    headers: Mapping[str, str] | None = None,
) -> tuple[Request, Exchange]:
    return described.ask(arguments, body, servers or ServerChoice(), credentials, headers)


def sent(described: OpenAPIOperation, *arguments: Argument, **rest: Any) -> Request:
    return asked(described, *arguments, **rest)[0]
