"""What was probably meant by text that is almost a runtime expression: for hints, never for reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from arazzo_runner.patterns import rare

_ROOTS: Final = (
    "$request", "$response", "$message", "$inputs", "$outputs", "$steps", "$workflows", "$sourceDescriptions",
    "$components",
)  # fmt: skip
_SIMPLE: Final = ("$url", "$method", "$statusCode", "$self")

#: Rewritings of a text's beginning, in the order in which they are tried; one text may need several of them.
_REWRITINGS: Final[tuple[tuple[str, str], ...]] = (
    (r"\{(.*)\}\Z", r"\1"),
    (r"(?=(?:inputs|outputs|steps|workflows|response|request|message|sourceDescriptions|components)\.)", "$"),
    (r"(?i)\$(?:response\.)?(?:status|status[_-]?code|http_?status)\Z", "$statusCode"),
    (r"(?i)\$(?:request\.)?(?:url|uri)\Z", "$url"),
    (r"(?i)\$(?:request\.)?method\Z", "$method"),
    (r"\$(?=body\b)", "$response."),
    (r"(?i)\$headers?\.", "$response.header."),
    (r"(?i)\$(query|path)\.", r"$request.\1."),
    (r"(\$[a-z]+\.(?:body|payload))/", r"\1#/"),
    (r"(\$steps\.[\w-]+)\.outputs?\Z", r"\1.outputs.NAME"),
    (r"(\$steps\.[\w-]+)\.output\.", r"\1.outputs."),
    (r"(\$steps\.[\w-]+)\.(?!outputs\.)", r"\1.outputs."),
    (r"(\$workflows\.[\w-]+)\.steps\.[\w-]+\.outputs\.", r"\1.outputs."),
    (r"(\$workflows\.[\w-]+)\.(?!inputs\.|outputs\.)", r"\1.outputs."),
    (r"\$(inputs|outputs)\Z", r"$\1.NAME"),
)
_SPOILT_POINTER: Final = rare(
    r"\$(?:response|request|message)\.(?:body|payload)/|\$[\w.-]+#/[^\s{}]*(?:\{\$|~(?![01])[^\s{}]*\Z)"
)
_MOST_REWRITINGS: Final = 4
_LONGEST_ROOT: Final = 30  #: characters
_LONGEST: Final = 300  #: characters; nothing longer is a slip of the pen


def corrections(text: str) -> Iterator[str]:
    """Texts that were perhaps meant, the likeliest first; they need not be expressions."""
    if len(text) > _LONGEST:
        return
    for _ in range(_MOST_REWRITINGS):
        rewritten = _rewritten(text)
        if rewritten == text:
            return
        yield rewritten
        text = rewritten


def has_near_root(text: str) -> bool:
    """Whether text begins like an expression, but for its root's spelling: ``$input.x``, ``$statuscode``, ``$steps``.

    Shell, GraphQL and template variables do not: ``$HOME``, ``$orgId``, ``$faker.x``, ``$url2``.
    """
    root, dot, _ = text.partition(".")
    if not dot:
        return text in _ROOTS or re.fullmatch(r"(?i)\$status_?code", text) is not None
    return root in _ROOTS or _nearest(root) is not None


def is_spoilt_pointer(text: str) -> bool:
    """Whether text begins with a pointer that is none.

    Such are ``$response.body/id``, ``$response.body#/items/{$inputs.n}``, and the whole of ``$response.body#/a~b``.
    """
    return _SPOILT_POINTER.match(text) is not None


def _rewritten(text: str) -> str:
    for pattern, replacement in _REWRITINGS:
        if re.match(pattern, text) is not None:
            rewritten = re.sub(pattern, replacement, text, count=1)
            if rewritten != text:
                return rewritten
    root, dot, rest = text.partition(".")
    nearest = _nearest(root)
    return text if nearest is None or root == nearest else f"{nearest}{dot}{rest}"


def _nearest(root: str) -> str | None:
    """The known root that this is a misspelling of."""
    if not root.startswith("$") or root in _SIMPLE or len(root) > _LONGEST_ROOT:
        return None
    from difflib import get_close_matches

    by_lower = {known.lower(): known for known in (*_ROOTS, *_SIMPLE)}
    found = get_close_matches(root.lower(), by_lower, n=1, cutoff=0.85)
    return by_lower[found[0]] if found else None
