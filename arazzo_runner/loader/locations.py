"""Where documents are: file paths and URLs, resolved against each other (S3). Lists folders for near names only."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from arazzo_runner.loader.nearest import listed, nearest

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least: `C:` is a drive


def is_url(location: str) -> bool:
    """Whether a location is a URL (or URN) and no file path."""
    return _SCHEME.match(location) is not None


def is_remote(location: str) -> bool:
    """Whether a location leads away from this machine's files."""
    return is_url(location) and not location.lower().startswith("file:")


def tidy(location: str) -> str:
    """The location without a fragment, and a ``file:`` URL as the path that it stands for."""
    if not is_url(location):
        return location
    location = location.partition("#")[0]
    return _path_of(location) if location.lower().startswith("file:") else location


def _path_of(location: str) -> str:
    from urllib.request import url2pathname  # it brings an HTTP client with it

    return url2pathname(urlsplit(location).path)


def identity(location: str) -> str:
    """The URI of a location; two spellings of one path have the same."""
    location = tidy(location)
    return location if is_url(location) or location == "-" else _uri_of(os.path.abspath(location))


@lru_cache(maxsize=4096)  # each file is asked for several times
def _uri_of(path: str) -> str:
    return Path(path).as_uri()


def join(base: str, reference: str) -> str:
    """A URI-reference resolved against a base (RFC 3986, section 5); file paths stay paths, as the user wrote them."""
    if is_url(reference):
        return tidy(reference)
    if is_remote(base):
        return urljoin(base, reference.partition("#")[0])
    path = unquote(re.split(r"[?#]", reference, maxsplit=1)[0])
    return os.path.normpath(os.path.join(os.path.dirname(base), path)) if path else base


def near_files(path: str) -> str | None:
    """``did you mean 'petstore.yaml'?``: the files of that folder whose names are near, as a hint."""
    folder, name = os.path.split(path)
    try:
        names = sorted(entry.name for entry in os.scandir(folder or ".") if entry.is_file())
    except OSError:
        return f"there is no folder '{folder}'" if folder and not os.path.isdir(folder) else None
    stem = os.path.splitext(name)[0].casefold()
    same = [found for found in names if os.path.splitext(found)[0].casefold() == stem]
    found = list(dict.fromkeys([*same, *nearest(name, names)]))[:3]
    return f"did you mean {listed(found, 'or')}?" if found else None
