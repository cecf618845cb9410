"""Texts for string schemas: by format, by pattern, by what the member is called, within the lengths.

Knows the string keywords of JSON Schema; must not know how schemas are put together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from zlib import crc32

from arazzo_runner.patterns import rare
from arazzo_runner.secrecy import is_secret_name
from arazzo_runner.transports.mock import patterns
from arazzo_runner.values import JSON

_LONGEST: Final = 4096
_FORMATS: Final = {
    "date-time": "2026-01-15T09:30:00Z",
    "date": "2026-01-15",
    "time": "09:30:00Z",
    "duration": "PT1H",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "guid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "uri": "https://example.com/resource",
    "url": "https://example.com/resource",
    "uri-reference": "/resource",
    "uri-template": "https://example.com/{id}",
    "iri": "https://example.com/resource",
    "iri-reference": "/resource",
    "email": "ada@example.com",
    "idn-email": "ada@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ip": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "json-pointer": "/a",
    "relative-json-pointer": "0",
    "regex": "^a$",
    "byte": "YXJhenpv",
    "base64": "YXJhenpv",
    "binary": "arazzo",
    "password": "correct-horse",
    "phone": "+15550100",
    "int32": "1",
    "int64": "1",
    "decimal": "1.00",
}
#: What an example has to look like to be of its format, where authors slip.
_SHAPES: Final = {
    "date-time": rare(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
    "date": rare(r"\d{4}-\d\d-\d\d"),
    "uuid": rare(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "email": rare(r"[^@\s]+@[^@\s]+"),
    "uri": rare(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*"),
}
#: What a member is called, where the schema says no more: the first that fits the name.
_NAMES: Final = (
    (re.compile(r"e-?mail", re.I), "ada@example.com"),
    (re.compile(r"(^|[_-])(ur[il]|href|link|webhook|endpoint)$|[a-z](Ur[il]|URL|URI|Href|Link)$|callback", re.I), None),
    (
        re.compile(r"(^|_)(created|updated|modified|started|expires)(_?at)?$|[a-z_](At|_at|Time|_time|timestamp)$"),
        "2026-01-15T09:30:00Z",
    ),
    (re.compile(r"(^|_)date$|[a-z]Date$|birthday"), "2026-01-15"),
    (re.compile(r"phone|mobile", re.I), "+15550100"),
    (re.compile(r"^currency", re.I), "EUR"),
    (re.compile(r"^(time_?zone)$", re.I), "UTC"),
)
_IDENTIFIER: Final = re.compile(r"^_?id$|[a-z0-9](Id|ID|_id|-id)$|^(uuid|guid)$")


def text(schema: Mapping[str, JSON], name: str = "") -> str:
    """A text for the schema, in an order that is the same each time."""
    shortest, longest = _bound(schema.get("minLength"), 0), _bound(schema.get("maxLength"), _LONGEST)
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        for candidate in (_by_format(schema), by_name(name), patterns.text_for(pattern, shortest)):
            if candidate is not None and shortest <= len(candidate) <= longest and patterns.matches(pattern, candidate):
                return candidate
    return _fitted(_by_format(schema) or by_name(name), shortest, longest)


def of_format(value: str, format_: JSON) -> bool:
    """Whether an example is of the format, as far as this module looks."""
    shape = _SHAPES.get(format_) if isinstance(format_, str) else None
    return shape is None or shape.fullmatch(value) is not None


def by_name(name: str) -> str:
    """A text that suits a member, a parameter or an input of this name."""
    for pattern, example in _NAMES:
        if pattern.search(name):
            return example or f"https://example.com/{name}"
    if is_secret_name(name):
        return f"mock-{crc32(name.encode()):08x}"  # no word of a document: reports hide it wherever it stands (S10)
    if _IDENTIFIER.search(name):
        return f"{name}-1"
    return name or "text"


def _by_format(schema: Mapping[str, JSON]) -> str | None:
    name = schema.get("format")
    return _FORMATS.get(name.lower()) if isinstance(name, str) else None


def _fitted(value: str, shortest: int, longest: int) -> str:
    if len(value) < shortest:
        value = (value + "-" + value * (shortest // (len(value) or 1) + 1))[:shortest]
    return value[:longest]


def _bound(value: JSON, default: int) -> int:
    return max(0, min(int(value), _LONGEST)) if isinstance(value, int | float) else default
