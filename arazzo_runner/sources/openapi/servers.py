"""Where the requests of an operation go: `servers` of 3.x, `schemes`, `host` and `basePath` of 2.0 (S37).

Knows the description's location, because a relative server is relative to it; opens no connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from urllib.parse import urlsplit

from arazzo_runner.errors import CannotSend
from arazzo_runner.records import dataclass
from arazzo_runner.sources import ServerChoice
from arazzo_runner.sources.openapi.references import elements, join, member, members, text
from arazzo_runner.values import JSON

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_HTTP = re.compile(r"https?://[^/?#\s]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Server:
    """The server of an operation: its URL with variables in it, their default values, and what it is relative to."""

    source: str
    url: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    location: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  #: the ``enum`` of each variable that has one

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables in its URL."""
        return tuple(dict.fromkeys(_VARIABLE.findall(self.url)))

    def base(self, choice: ServerChoice) -> str:
        """The absolute URL that the path is put behind, without a slash at its end. Raises `CannotSend`."""
        chosen = choice.urls.get(self.source) or choice.urls.get("")
        if chosen:
            return self._checked(chosen.strip(), "give a whole URL, such as http://localhost:8080/v1").rstrip("/")
        return self._absolute(
            _VARIABLE.sub(lambda found: self._value(found[1], choice), self.url), choice.fallback
        ).rstrip("/")

    def _value(self, name: str, choice: ServerChoice) -> str:
        value = choice.variables.get(f"{self.source}.{name}", choice.variables.get(name, self.defaults.get(name)))
        if value is None and choice.fallback is not None:
            return name
        if value is None:
            raise CannotSend(
                "server",
                f"the server '{self.url}' of source '{self.source}' needs a value for '{name}': "
                f"give --server-var {self.source}.{name}=VALUE, or --server {self.source}=URL",
            )
        return value

    def _absolute(self, url: str, fallback: str | None) -> str:
        if url.startswith("//"):
            url = f"{_scheme(self.location) or 'https'}:{url}"
        elif not _HTTP.match(url) and (base := self.location if _scheme(self.location) else fallback):
            url = join(base, url)
        where = f"; it is relative, and the description '{self.location}' is a file" if "://" not in url else ""
        return self._checked(url, f"give --server {self.source}=URL", where)

    def _checked(self, url: str, remedy: str, reason: str = "") -> str:
        if not _HTTP.match(url) or not _is_sound(url):
            raise CannotSend(
                "server", f"the server '{url}' of source '{self.source}' is not an http(s) URL{reason}: {remedy}"
            )
        return url.partition("#")[0]


def _is_sound(url: str) -> bool:
    """Whether host and port can be told apart in a URL."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def server(source: str, location: str, levels: Iterable[JSON]) -> Server:
    """The first server of the innermost level that has any: operation, path item, document; else ``/``."""
    for level in levels:
        for declared in elements(level):
            if (url := text(member(declared, "url"))) is not None:
                variables = member(declared, "variables")
                return Server(source, url.strip(), _defaults(variables), location, _choices(variables))
    return Server(source, "/", {}, location)


def _defaults(variables: JSON) -> dict[str, str]:
    """The default of each variable; without one, the only value its ``enum`` allows."""
    found = {}
    for name, variable in members(variables).items():
        default, choices = member(variable, "default"), elements(member(variable, "enum"))
        if default is None and len(choices) == 1:
            default = choices[0]
        if isinstance(default, str | int | float):
            found[name] = str(default)
    return found


def _choices(variables: JSON) -> dict[str, tuple[str, ...]]:
    """The values that each variable may have, for those that list them."""
    return {
        name: tuple(str(choice) for choice in choices)
        for name, variable in members(variables).items()
        if (choices := elements(member(variable, "enum")))
    }


def swagger_server(source: str, location: str, root: Mapping[str, JSON], schemes: JSON) -> Server:
    """The server of an OpenAPI 2.0 description; what it leaves out is taken from its location."""
    listed = [text(scheme) for scheme in elements(schemes) or elements(root.get("schemes"))]
    usable = [scheme for scheme in listed if scheme in {"http", "https"}]
    scheme = "https" if "https" in usable else usable[0] if usable else _scheme(location) or "https"
    host = text(root.get("host")) or (urlsplit(location).netloc if _scheme(location) else "")
    path = text(root.get("basePath")) or "/"
    path = path if path.startswith("/") else f"/{path}"
    return Server(source, f"{scheme}://{host}{path}" if host else path, {}, location)


def _scheme(location: str) -> str | None:
    scheme = location.partition("://")[0].lower()
    return scheme if scheme in {"http", "https"} and "://" in location else None


def address(base: str, path: str) -> str:
    """Server and path joined by exactly one slash; a query of the server stays behind the path."""
    base, mark, query = base.partition("?")
    joined = f"{base.rstrip('/')}/{path.lstrip('/')}"
    return f"{joined}?{query}" if mark and query else joined
