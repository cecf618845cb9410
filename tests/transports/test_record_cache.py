"""Records in a folder: whole or not there, private, bounded; nothing that goes wrong with them stops anybody."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from arazzo_runner.transports.cache import FolderCache, user_cache

NAME = "0" * 64


def test_what_was_put_is_there(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path / "made" / "when needed")
    assert cache.get(NAME) is None
    cache.put(NAME, b"a\nb")
    assert cache.get(NAME) == b"a\nb"
    assert FolderCache(tmp_path / "made" / "when needed").get(NAME) == b"a\nb"
    assert cache.get("1" * 64) is None


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_only_the_user_may_read(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path / "c")
    cache.put(NAME, b"record")
    (file,) = (tmp_path / "c").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"", lambda data: data.replace(b"e", b"a")])
def test_a_damaged_file_is_not_there_and_is_rewritten(tmp_path: Path, damage) -> None:
    cache = FolderCache(tmp_path)
    cache.put(NAME, b"a record")
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert cache.get(NAME) is None
    cache.put(NAME, b"a record")
    assert cache.get(NAME) == b"a record"


def test_the_least_lately_used_go_first(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, room=350)
    for index, name in enumerate("abc"):
        cache.put(name, b"x" * 70)
        os.utime(tmp_path / f"{name}.outline", (index, index))
    cache.get("a")
    cache.put("d", b"x" * 70)
    assert [cache.get(name) is not None for name in "abcd"] == [True, False, True, True]
    cache.put("e", b"x" * 1000)  # more than there is room for
    assert cache.get("e") is None
    assert cache.get("d") is not None


def test_a_folder_that_cannot_be_written_is_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    cache = FolderCache(tmp_path / "file")
    cache.put(NAME, b"record")
    assert cache.get(NAME) is None


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="folders of other platforms")
def test_where_the_users_cache_is() -> None:
    def folder(**environment: str) -> Path | None:
        cache = user_cache(environment)
        return None if cache is None else cache.folder

    assert folder(XDG_CACHE_HOME="/x") == Path("/x/arazzo")
    assert folder(XDG_CACHE_HOME="relative") == Path.home() / ".cache" / "arazzo"
    assert folder(ARAZZO_CACHE="/y/z", XDG_CACHE_HOME="/x") == Path("/y/z")
    assert [folder(ARAZZO_CACHE=off) for off in ("off", "OFF", "0", "")] == [None] * 4
