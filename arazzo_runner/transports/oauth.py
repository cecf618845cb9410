"""Fetches OAuth2 access tokens for machines: client credentials and passwords (RFC 6749, 4.3 and 4.4; S40).

Pure: `token_flow` gives the requests and takes the answers; an HTTP transport moves them. Its messages hold no secret.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Generator, Mapping
from typing import Final, TypeAlias

from arazzo_runner.effects import FetchToken, Headers, Request, Response
from arazzo_runner.errors import TransportError
from arazzo_runner.records import dataclass
from arazzo_runner.values import JSON

#: A token endpoint's answer is small.
MAX_TOKEN_BYTES: Final = 1024 * 1024
#: A token is not used in the last seconds of its life.
MARGIN: Final = 30.0


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; ``lifetime`` is seconds from now, None when the server does not say."""

    text: str
    lifetime: float | None


#: Gives token requests, takes their answers, and returns the token.
TokenFlow: TypeAlias = Generator[Request, Response, Token]


class Tokens:
    """The tokens of one run, by the effect that fetched them."""

    def __init__(self) -> None:
        self._kept: dict[FetchToken, tuple[str, float]] = {}

    def known(self, effect: FetchToken, now: float) -> str | None:
        """The token, while it lives."""
        text, end = self._kept.get(effect, ("", 0.0))
        return text if text and now < end else None

    def keep(self, effect: FetchToken, token: Token, now: float) -> str:
        """Keep it until shortly before its end."""
        lifetime = float("inf") if token.lifetime is None else token.lifetime
        self._kept[effect] = (token.text, now + max(lifetime - MARGIN, lifetime / 2))
        return token.text


def token_flow(effect: FetchToken) -> TokenFlow:
    """Asks with Basic authentication first, and once more with the credentials in the body where that is refused."""
    response = yield _request(effect, in_body=_only_in_body(effect))
    if response.status_code in (400, 401) and not _only_in_body(effect) and _error(response) in ("invalid_client", ""):
        response = yield _request(effect, in_body=True)
    return _token(effect, response)


def failed(error: TransportError) -> TransportError:
    """The failure of a token request, as a failure of the credentials."""
    if error.code == "credentials":
        return error
    return TransportError("credentials", f"no OAuth2 token could be fetched: {error.message}")


def _only_in_body(effect: FetchToken) -> bool:
    """Whether Basic authentication cannot carry the credentials unambiguously."""
    return ":" in effect.client_id or not f"{effect.client_id}{effect.client_secret}".isascii()


def _request(effect: FetchToken, *, in_body: bool) -> Request:
    from authlib.oauth2.auth import ClientAuth
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    user = {"username": effect.username, "password": effect.password} if effect.grant == "password" else {}
    body = prepare_token_request(effect.grant, scope=" ".join(effect.scopes), **user)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    method = "client_secret_post" if in_body else "client_secret_basic"
    auth = ClientAuth(effect.client_id, effect.client_secret, method)
    url, headers, body = auth.prepare("POST", effect.token_url, headers, body)
    return Request("POST", url, Headers(list(headers.items())), body.encode())


def _token(effect: FetchToken, response: Response) -> Token:
    answer = _answer(response)
    text = answer.get("access_token")
    if response.status_code // 100 == 2 and isinstance(text, str) and text:
        return Token(text, _lifetime(answer.get("expires_in")))
    if response.status_code // 100 == 2:
        raise TransportError("credentials", "the token endpoint's answer has no 'access_token'")
    words = [str(answer[name]) for name in ("error", "error_description") if isinstance(answer.get(name), str)]
    reason = f": {_without_secrets(effect, ': '.join(words))[:300]}" if words else ""
    message = f"the token endpoint refused the credentials with status {response.status_code}{reason}"
    raise TransportError("credentials", message)


def _answer(response: Response) -> Mapping[str, JSON]:
    try:
        answer: JSON = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _error(response: Response) -> JSON:
    return _answer(response).get("error", "")


def _lifetime(value: JSON) -> float | None:
    try:
        return max(float(value), 0.0) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _without_secrets(effect: FetchToken, text: str) -> str:
    pair = b64encode(f"{effect.client_id}:{effect.client_secret}".encode()).decode()
    for secret in sorted({effect.client_secret, effect.password or "", pair}, key=len, reverse=True):
        if secret:
            text = text.replace(secret, "***")
    return text
