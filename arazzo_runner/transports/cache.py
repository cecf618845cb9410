"""Records between runs as files in a folder of the user's: bounded in size, private, safe with several processes.

Knows files; it must not know what a record says. It never fails: what cannot be read or written is as if it were not
there, and a damaged file is one that is not there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

#: How many bytes all records together may take; those that were used least lately go first.
ROOM: Final = 32 * 1024 * 1024

_OFF = frozenset({"", "0", "off", "no", "false"})
_SUFFIX = ".outline"


class FolderCache:
    """Keeps records as files in a folder, which is made when the first one is put."""

    def __init__(self, folder: str | Path, *, room: int = ROOM) -> None:
        self.folder = Path(folder)
        self._room = room

    def get(self, name: str) -> bytes | None:
        """The record of this name, exactly as it was put there; None when there is none, or it is damaged."""
        path = self._path(name)
        try:
            seal, _, record = path.read_bytes().partition(b"\n")
        except OSError:
            return None
        if seal != _seal(record):
            return None
        with suppress(OSError):
            os.utime(path)  # it was used
        return record

    def put(self, name: str, record: bytes) -> None:
        """Keep a record: other processes see the whole of it or none."""
        content = _seal(record) + b"\n" + record
        if len(content) > self._room:
            return
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self._path(name), content)
            self._make_room()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_SUFFIX}"

    def _write(self, path: Path, content: bytes) -> None:
        from tempfile import mkstemp

        descriptor, temporary = mkstemp(dir=self.folder)  # only this user may read it
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

    def _make_room(self) -> None:
        found = [(entry.stat(), entry.path) for entry in os.scandir(self.folder) if entry.name.endswith(_SUFFIX)]
        taken = sum(status.st_size for status, _ in found)
        for status, path in sorted(found, key=lambda each: each[0].st_mtime_ns):
            if taken <= self._room:
                break
            taken -= status.st_size
            with suppress(OSError):  # another process may have been quicker
                os.unlink(path)


def _seal(record: bytes) -> bytes:
    from hashlib import blake2b

    return blake2b(record, digest_size=16).hexdigest().encode()


def user_cache(environment: Mapping[str, str] = os.environ) -> FolderCache | None:
    """The cache of the person at the command line; None where ``ARAZZO_CACHE=off`` or there is no home.

    ``ARAZZO_CACHE`` names the folder; otherwise it is ``arazzo`` where the platform keeps caches.
    """
    named = environment.get("ARAZZO_CACHE")
    if named is not None:
        return None if named.lower() in _OFF else FolderCache(named)
    folder = _caches(environment)
    return None if folder is None else FolderCache(folder / "arazzo")


def _caches(environment: Mapping[str, str]) -> Path | None:
    named = environment.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    if named and os.path.isabs(named):  # the XDG specification has others ignored
        return Path(named)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache")
