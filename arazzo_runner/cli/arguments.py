"""How option texts are taken apart: ``NAME=VALUE`` in its forms, ``[SOURCE=]URL``, ``KIND=PATH``, ``NAME: VALUE``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from arazzo_runner.sources import ServerChoice

if TYPE_CHECKING:
    from arazzo_runner.sources.openapi.servers import Server

_SOURCE_AND_URL = re.compile(r"(?:(?P<source>[A-Za-z0-9_-]+)=)?(?P<url>.*)", re.DOTALL)


def pair(text: str, option: str, separator: str = "=", shape: str = "NAME=VALUE") -> tuple[str, str]:
    """The two parts of ``NAME=VALUE``. The text is not repeated in an error: it may be a secret."""
    name, found, value = text.partition(separator)
    if not found or not name.strip():
        raise click.UsageError(f"{option} takes {shape}, found {'no name' if found else f'no {separator!r}'}")
    return name, value


def pairs(texts: Iterable[str], option: str, shape: str) -> dict[str, str]:
    """Several of them; the last one of a name wins."""
    return dict(pair(text, option, shape=shape) for text in texts)


def servers(urls: Iterable[str], variables: Iterable[str]) -> ServerChoice:
    """``--server [SOURCE=]URL`` and ``--server-var [SOURCE.]NAME=VALUE``."""
    chosen: dict[str, str] = {}
    for text in urls:
        found = _SOURCE_AND_URL.fullmatch(text)
        url = found["url"] if found else ""
        if found is None or not _is_http(url):
            shown = re.sub(r"//[^/?#]*@", "//***@", text)
            raise click.UsageError(f"--server takes [SOURCE=]URL with an absolute http(s) URL, found '{shown}'")
        chosen[found["source"] or ""] = url
    return ServerChoice(chosen, pairs(variables, "--server-var", "[SOURCE.]NAME=VALUE"))


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def known_variables(given: Mapping[str, str], servers: Iterable[Server]) -> None:
    """Refuse server variables that no server has, and values that its ``enum`` does not list."""
    known: dict[str, tuple[str, ...]] = {}
    for one in servers:
        for name in one.variables:
            choices = one.choices.get(name, ())
            known[f"{one.source}.{name}"] = choices
            known[name] = () if not choices or known.get(name) == () else (*known.get(name, ()), *choices)
    for name, value in given.items():
        if name not in known:
            listed = ", ".join(f"'{one}'" for one in known if "." in one)
            raise click.UsageError(f"--server-var: the servers have no variable '{name}'; they have {listed or 'none'}")
        if known[name] and value not in known[name]:
            listed = " or ".join(f"'{one}'" for one in dict.fromkeys(known[name]))
            raise click.UsageError(f"--server-var: '{name}' takes {listed}, found '{value}'")


def headers(texts: Iterable[str]) -> dict[str, str]:
    """``-H 'NAME: VALUE'``."""
    found: dict[str, str] = {}
    for text in texts:
        name, value = pair(text, "--header", ":", "'NAME: VALUE'")
        name, value = name.strip(), value.strip()
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or re.search(r"[\r\n\0]", value):
            raise click.UsageError(f"--header: '{name}' is not a header field with one line of text")
        found[name] = value
    return found


def one_stdin(files: Iterable[str], inputs: str | None, *assignments: str) -> None:
    """Refuse to read stdin twice: the second time nothing would be left."""
    wanted = [*files, inputs, *("-" for text in assignments if text.partition("=")[2] == "@-")]
    if wanted.count("-") > 1:
        raise click.UsageError("stdin is read once: '-' stands for FILE, for --inputs or for one --input NAME=@-")


def known_sources(names: Iterable[str], sources: Mapping[str, object], option: str) -> None:
    """Refuse the names of sources that the document does not have."""
    for name in names:
        if name and name not in sources:
            listed = ", ".join(f"'{one}'" for one in sources)
            raise click.UsageError(f"{option}: the document has no source '{name}'; it has {listed or 'none'}")
