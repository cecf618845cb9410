"""A transport whose answers are written down, for tests of workflows; nothing is sent.

Knows requests and answers; it must not know workflows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from arazzo_runner.effects import Effect, FetchToken, Headers, Request, Response, Send
from arazzo_runner.errors import TransportError
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

#: ``status``, ``(status, body)`` or ``(status, body, headers)``; a body that is no text and no bytes is JSON.
Plain: TypeAlias = "int | tuple[int] | tuple[int, JSON] | tuple[int, JSON, Mapping[str, str]] | Response"
#: One answer: plain, an error to fail with, or a function of the request that gives one of those.
Answer: TypeAlias = "Plain | TransportError | Callable[[Request], Plain | TransportError]"
#: Answers in order; or by ``(method, path)``, one that always applies or a list of them in order.
Script: TypeAlias = "Sequence[Answer] | Mapping[tuple[str, str], Answer | list[Answer]]"


@dataclass(slots=True)
class _Rule:
    method: str
    path: str
    answers: list[Answer]
    always: bool
    used: int = 0
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        parts = re.split(r"(\{[^{}/]*\}|\*)", self.path)
        shapes = ("[^/?#]+" if part[:1] == "{" else ".*" if part == "*" else re.escape(part) for part in parts)
        self.pattern = re.compile("".join(shapes))

    def matches(self, request: Request) -> bool:
        if self.method not in ("*", request.method.upper()):
            return False
        place = request.url.partition("?")[0] if "://" in self.path else urlsplit(request.url).path
        return self.pattern.fullmatch(place) is not None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class ScriptedTransport:
    """Answers requests from a script and keeps them in ``requests``.

    With a sequence, the first request gets the first answer, and so on. With a mapping, a request gets the answer of
    the first ``(method, path)`` that matches: in the path ``{name}`` stands for one segment and ``*`` for anything, and
    a method ``*`` for any; a path with ``://`` is a whole URL. A list of answers is used up in order, a single answer
    stays. Tokens (`FetchToken`) are answered with ``token`` and kept in ``tokens``.

    >>> transport = ScriptedTransport([(201, {"id": "run_1"}), (503, None, {"Retry-After": "1"}), 204])
    """

    def __init__(self, answers: Script = (), *, token: str | TransportError = "scripted-token") -> None:
        self.requests: list[Request] = []
        self.tokens: list[FetchToken] = []
        self._token = token
        self._ordered: list[Answer] | None = None
        self._rules: list[_Rule] = []
        self._served = 0
        if isinstance(answers, Mapping):
            self._rules = [
                _Rule(method.upper(), path, [*answer] if isinstance(answer, list) else [answer], _stays(answer))
                for (method, path), answer in answers.items()
            ]
        else:
            self._ordered = list(answers)

    def perform(self, effect: Effect[Any]) -> Response | str:
        """The next answer. Raises AssertionError for a request that the script does not have."""
        if isinstance(effect, FetchToken):
            self.tokens.append(effect)
            if isinstance(self._token, TransportError):
                raise self._token
            return self._token
        if not isinstance(effect, Send):
            raise TypeError(f"expected a request, found the effect {type(effect).__name__}")
        self.requests.append(effect.request)
        return _played(self._next(effect.request), effect.request)

    def close(self) -> None:
        """Nothing to let go of."""

    def assert_done(self) -> None:
        """Raises AssertionError when the script has answers that no request asked for."""
        left = self._left()
        if left:
            raise AssertionError(f"expected more requests, {self._so_far()}; not asked for: {'; '.join(left)}")

    def _next(self, request: Request) -> Answer:
        if self._ordered is not None:
            if self._served < len(self._ordered):
                self._served += 1
                return self._ordered[self._served - 1]
            expected = f"expected {len(self._ordered)} requests"
            raise AssertionError(f"{expected}, found one more: {_shown(request)}; {self._so_far()}")
        matching = [rule for rule in self._rules if rule.matches(request)]
        for rule in matching:
            if rule.always or rule.used < len(rule.answers):
                rule.used += 1
                return rule.answers[0 if rule.always else rule.used - 1]
        if matching:
            spent = f"the {len(matching[0].answers)} answers of '{matching[0]}' are used up"
            raise AssertionError(f"unexpected request {_shown(request)}: {spent}")
        rules = ", ".join(f"'{rule}'" for rule in self._rules) or "no request at all"
        raise AssertionError(f"unexpected request {_shown(request)}: expected {rules}")

    def _left(self) -> list[str]:
        if self._ordered is not None:
            return [_named(answer) for answer in self._ordered[self._served :]]
        wanted = ((rule, 1 if rule.always else len(rule.answers)) for rule in self._rules)
        return [f"'{rule}' ({rule.used} of {count} used)" for rule, count in wanted if rule.used < count]

    def _so_far(self) -> str:
        return "found " + (", ".join(_shown(request) for request in self.requests) or "none")


def _stays(answer: Answer | list[Answer]) -> bool:
    return not isinstance(answer, list)


def _shown(request: Request) -> str:
    return f"{request.method} {request.url.partition('?')[0]}"  # a query may hold secrets


def _named(answer: Answer) -> str:
    match answer:
        case Response():
            return f"status {answer.status_code}"
        case TransportError():
            return f"TransportError {answer.code}"
        case int():
            return f"status {answer}"
        case tuple():
            return f"status {answer[0]}"
        case _:
            return getattr(answer, "__name__", "a function")


def _played(answer: Answer, request: Request) -> Response:
    if not isinstance(answer, int | tuple | Response | TransportError):
        answer = answer(request)
    match answer:
        case TransportError():
            raise answer
        case Response():
            return answer
        case int(status) | (int(status),):
            return Response(status)
        case (int(status), body):
            return _response(status, body, {})
        case (int(status), body, headers):
            return _response(status, body, headers)
        case _:
            raise AssertionError(f"expected an answer such as (200, {{'id': 1}}), found {answer!r}")


def _response(status: int, body: JSON, headers: Mapping[str, str]) -> Response:
    fields = [(name, str(value)) for name, value in headers.items()]
    match body:
        case None:
            content, kind = b"", ""
        case bytes():
            content, kind = body, "application/octet-stream"
        case str():
            content, kind = body.encode(), "text/plain; charset=utf-8"
        case _:
            content, kind = json.dumps(body).encode(), "application/json"
    if kind and not any(name.lower() == "content-type" for name, _ in fields):
        fields.append(("Content-Type", kind))
    return Response(status, Headers(fields), content)
