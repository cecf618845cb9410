"""Reads documents: files, ``http(s):`` URLs and standard input, within bounds of size and time.

Knows where bytes come from; it must not know what they mean. A description from the network never makes this program
read files of the machine that it runs on, unless the user named those files.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Collection
from typing import Final

from arazzo_runner.effects import Headers, Request, Retrieved
from arazzo_runner.errors import TransportError, UnreadableDocument
from arazzo_runner.loader.locations import identity, is_remote, near_files, tidy
from arazzo_runner.transports import HttpOptions

#: The size limit of a document, in bytes.
MAX_BYTES: Final = 64 * 1024 * 1024
#: How long reading one document over the network may take, in seconds.
TIMEOUT: Final = 30.0

_ACCEPT = "application/yaml, application/json;q=0.9, */*;q=0.8"


def retriever(
    entry_location: str, *, named: Collection[str] = (), options: HttpOptions | None = None
) -> Callable[[str], Retrieved]:
    """`retrieve` for everything that the document at ``entry_location`` refers to.

    When that document is on the network, files are refused but for those ``named`` by the user (``--source``).
    """
    trusted = {identity(location) for location in (entry_location, *named)}
    away = is_remote(entry_location)

    def read(location: str) -> Retrieved:
        if identity(location) in trusted:
            return retrieve(location, options=options)
        if location == "-":
            raise UnreadableDocument(location, "standard input can only be the document itself")
        if away and not is_remote(location):
            raise UnreadableDocument(location, f"'{entry_location}' is on the network and may not refer to local files")
        return retrieve(location, options=options, only_regular=True)

    return read


def retrieve(
    location: str,
    *,
    max_bytes: int = MAX_BYTES,
    timeout: float = TIMEOUT,
    options: HttpOptions | None = None,
    only_regular: bool = False,
) -> Retrieved:
    """The document at a path, a ``file:``, ``http:`` or ``https:`` URL, or ``-`` for standard input.

    With ``only_regular``, pipes and devices are refused. Raises `UnreadableDocument`.
    """
    if location == "-":
        return Retrieved(location, _limited(sys.stdin.buffer.read(max_bytes + 1), location, max_bytes))
    if is_remote(location):
        return _fetch(location, max_bytes, timeout, options)
    return Retrieved(location, _read_file(location, max_bytes, only_regular))


# --- files ------------------------------------------------------------------------------------------------------------
def _read_file(location: str, max_bytes: int, only_regular: bool) -> bytes:
    path = tidy(location)
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableDocument(location, "it is a folder; name a document in it")
        if only_regular and not stat.S_ISREG(status.st_mode):
            raise UnreadableDocument(location, "it is not a regular file")
        with open(path, "rb") as file:
            return _limited(file.read(max_bytes + 1), location, max_bytes)
    except FileNotFoundError:
        near = near_files(path)
        raise UnreadableDocument(location, f"there is no such file{f'; {near}' if near else ''}") from None
    except PermissionError:
        raise UnreadableDocument(location, "this user may not read it; change the file's permissions") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        reason = getattr(error, "strerror", None) or "it is not a file's name"
        raise UnreadableDocument(location, reason.lower()) from None


def _limited(content: bytes, location: str, max_bytes: int) -> bytes:
    if len(content) > max_bytes:
        raise UnreadableDocument(location, f"it has more than {max_bytes:,} bytes; split the document")
    return content


# --- network ----------------------------------------------------------------------------------------------------------
def _fetch(location: str, max_bytes: int, timeout: float, options: HttpOptions | None) -> Retrieved:
    from arazzo_runner.transports.http import HttpTransport

    if not location.lower().startswith(("http:", "https:")):
        scheme = location.partition(":")[0]
        raise UnreadableDocument(location, f"expected a file, http or https location, found '{scheme}:'")
    request = Request("GET", location, Headers([("Accept", _ACCEPT)]))
    transport = HttpTransport(options)
    try:
        response, final = transport.exchange(request, timeout, max_bytes, follow=True)
    except TransportError as error:
        raise UnreadableDocument(location, error.message) from None
    finally:
        transport.close()
    if response.status_code // 100 != 2:
        raise UnreadableDocument(location, f"the server answered with status {_status(response.status_code)}")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Retrieved(final.partition("#")[0], response.content, media_type or None)


def _status(code: int) -> str:
    from http import HTTPStatus

    known = {status.value: status.phrase for status in HTTPStatus}
    return f"{code} ({known[code].lower()})" if code in known else str(code)
