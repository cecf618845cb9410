"""Which documents are meant: files as they were given, and the Arazzo documents below folders."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from arazzo_runner.errors import UnreadableDocument
from arazzo_runner.loader.locations import identity

#: What a document from stdin is called.
STDIN: Final = "-"
#: Files of folders that are larger are passed over, in bytes; one that is named is read up to the limit of the loader.
LARGEST: Final = 8 * 1024 * 1024

_SUFFIXES = (".yml", ".yaml", ".json")
_SKIPPED = ("node_modules", "__pycache__", "site-packages")
_YAML_KEY = re.compile(rb"""^(?:\xef\xbb\xbf)?(?:arazzo|"arazzo"|'arazzo')[ \t]*:(?:\s|$)""", re.MULTILINE)
_JSON_KEY = re.compile(rb'"arazzo"\s*:')
_JSON_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"')


def documents_in(files: Sequence[str]) -> list[str]:
    """Files as they are, and what is found below folders, each once, however its path is spelled.

    Raises `UnreadableDocument` for a folder that has none.
    """
    found: list[str] = []
    for file in files:
        if file == STDIN or not Path(file).is_dir():
            found.append(file)
            continue
        below = sorted(_below(file))
        if not below:
            raise UnreadableDocument(file, "there is no Arazzo document in this folder")
        found += below
    first: dict[str, str] = {}
    for file in found:
        first.setdefault(identity(file), file)
    return list(first.values())


def _below(folder: str) -> Iterator[str]:
    """Arazzo documents below a folder, but for hidden folders and packages; links do not lead out of it."""
    root = os.path.realpath(folder)
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _SKIPPED]
        for name in names:
            path = os.path.join(here, name)
            if name.lower().endswith(_SUFFIXES) and _stays_within(path, root) and is_arazzo(path):
                yield os.path.normpath(path)


def _stays_within(path: str, root: str) -> bool:
    return not os.path.islink(path) or os.path.realpath(path).startswith(root.rstrip(os.sep) + os.sep)


def is_arazzo(path: str) -> bool:
    """Whether a YAML or JSON file has an ``arazzo`` field at its root, told without parsing it."""
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > LARGEST:
            return False
        with open(path, "rb") as file:
            content = file.read(LARGEST)
    except OSError:
        return False
    if b"arazzo" not in content:  # at once, where the patterns would look at every character
        return False
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return any(_at_the_root(content[: found.start()]) for found in _JSON_KEY.finditer(content))
    return _YAML_KEY.search(content) is not None


def _at_the_root(before: bytes) -> bool:
    """Whether a place in a JSON text is in its outermost object, by the braces in front of it."""
    plain = _JSON_TEXT.sub(b"", before)
    opened = plain.count(b"{") - plain.count(b"}")
    return opened == 1 and plain.count(b"[") == plain.count(b"]")
