"""What counts as a secret by its name or its schema (S10); reports hide the values, wherever they appear."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from arazzo_runner.values import JSON

_NAME = re.compile(r"token|secret|password|apikey|credential|authorization", re.IGNORECASE)
_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_HEADER_LIKE = re.compile(r"api-?key|auth-?token|access-?token|secret|x-auth", re.IGNORECASE)


def is_secret_name(name: str) -> bool:
    """Whether an input of this name holds a secret: it contains token, secret, password, api key, ... (S10)."""
    return _NAME.search(name.replace("-", "").replace("_", "")) is not None


def is_secret_header(name: str) -> bool:
    """Whether a header of this name carries a secret: Authorization, cookies and X-API-Key-like ones (S10)."""
    return name.lower() in _HEADERS or _HEADER_LIKE.search(name) is not None


def is_secret_schema(schema: JSON) -> bool:
    """Whether an input with this schema is a secret: ``format: password`` or ``writeOnly`` (S10)."""
    return isinstance(schema, Mapping) and (schema.get("format") == "password" or schema.get("writeOnly") is True)


def secret_values(value: JSON, schema: JSON = None, name: str = "") -> Iterator[str]:
    """The texts below an input that must not be shown: those of a secret name or schema, at any depth (S10)."""
    secret = is_secret_name(name) or is_secret_schema(schema)
    below_name = "secret" if secret else ""
    match value:
        case str() if secret and value:
            yield value
        case dict():
            properties = schema.get("properties") if isinstance(schema, Mapping) else None
            known = properties if isinstance(properties, Mapping) else {}
            for member, below in value.items():
                yield from secret_values(below, known.get(member), below_name or member)
        case list():
            items = schema.get("items") if isinstance(schema, Mapping) else None
            for below in value:
                yield from secret_values(below, items, below_name)
        case bool() | None:
            return
        case int() | float() if secret:
            yield str(value)
