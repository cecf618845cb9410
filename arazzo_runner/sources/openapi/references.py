"""`$ref` in OpenAPI descriptions: RFC 3986 relative to the file it stands in, JSON Pointers, `$anchor` and `$id`.

Other files come through the `fetch` callable that was given; this module reads nothing itself. A file that a
reference leads to is rewritten once so that its references are absolute: every node can then be resolved without
knowing where it came from.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import unquote, urljoin

from arazzo_runner.errors import ArazzoError
from arazzo_runner.values import JSON

#: Gives the parsed document at an absolute location.
Fetch: TypeAlias = Callable[[str], JSON]

MAX_FILES = 100
MAX_HOPS = 50

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least: `C:` is a drive


class BrokenReference(ValueError):
    """A `$ref` that leads nowhere, in a circle, or to a file that cannot be read."""


def join(base: str, reference: str) -> str:
    """``reference`` resolved against ``base`` (RFC 3986, section 5); both may be plain file paths."""
    if _SCHEME.match(reference) or not base:
        return reference
    if _SCHEME.match(base):
        return _joined(base, reference)
    if not reference:
        return base
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(reference)))


def _joined(base: str, reference: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:  # brackets in a host that are no IPv6 address: whoever uses it says so
        return reference


def tokens(pointer: str) -> list[str]:
    """The unescaped tokens of a JSON Pointer (RFC 6901), percent-decoded as a URI fragment."""
    return [token.replace("~1", "/").replace("~0", "~") for token in unquote(pointer).split("/")[1:]]


def member(node: JSON, name: str) -> JSON:
    """A member of ``node``, or None where it has none or is no object."""
    return node.get(name) if isinstance(node, dict) else None


def members(node: JSON) -> dict[str, JSON]:
    """``node`` when it is an object, else an empty one."""
    return node if isinstance(node, dict) else {}


def elements(node: JSON) -> list[JSON]:
    """``node`` when it is an array, else an empty one."""
    return node if isinstance(node, list) else []


def text(node: JSON) -> str | None:
    """``node`` when it is a string."""
    return node if isinstance(node, str) else None


class References:
    """Resolves the references of one description and of the files it refers to."""

    __slots__ = ("_documents", "_fetch", "_identities", "base", "location", "root")

    def __init__(self, root: dict[str, JSON], location: str, fetch: Fetch) -> None:
        self.root = root
        self.location = location
        self.base = join(location, text(root.get("$self")) or "")  # OpenAPI 3.2
        self._fetch = fetch
        self._documents: dict[str, JSON] = {"": root, self.base: root, location: root}
        self._identities: dict[int, dict[str, JSON]] = {}

    def resolve(self, reference: str) -> JSON:
        """What ``reference`` points at; one that stands in the description itself or an absolute one.

        Raises `BrokenReference`.
        """
        where, _, fragment = reference.partition("#")
        target = join(self.base, where) if where else ""
        document = self._documents.get(target)
        if document is None:
            document = self._known(target) if target in self._identified(self.root, self.base) else self._read(target)
        if not fragment:
            return document
        if fragment.startswith("/"):
            return _walk(document, tokens(fragment), reference)
        found = self._identified(document, target or self.base).get(f"{target or self.base}#{unquote(fragment)}")
        if found is None:
            raise BrokenReference(f"'{reference}': there is no `$anchor` '{unquote(fragment)}'")
        return found

    def dereference(self, node: JSON) -> JSON:
        """``node``, or what it stands for when it is a Reference Object. Raises `BrokenReference`."""
        reference = ""
        for _ in range(MAX_HOPS):
            found = member(node, "$ref")
            if not isinstance(found, str):
                return node
            reference = found
            node = self.resolve(reference)
        raise BrokenReference(f"'{reference}' goes round in a circle")

    def _known(self, target: str) -> JSON:
        return self._identified(self.root, self.base)[target]

    def _identified(self, document: JSON, base: str) -> dict[str, JSON]:
        """The `$id` and `$anchor` of a document, found by one walk when first asked for."""
        found = self._identities.get(id(document))
        if found is None:
            found = self._identities[id(document)] = _identities(document, base)
        return found

    def _read(self, target: str) -> JSON:
        if len(self._documents) > MAX_FILES:
            raise BrokenReference(f"'{target}': more than {MAX_FILES} files")
        try:
            document = _absolute(self._fetch(target), target, {})
        except RecursionError:
            raise BrokenReference(f"'{target}' is nested too deeply") from None
        except (ArazzoError, OSError, ValueError, LookupError) as error:
            raise BrokenReference(f"'{target}' cannot be read: {error}") from error
        self._documents[target] = document
        return document


def _walk(document: JSON, path: list[str], reference: str) -> JSON:
    node = document
    for token in path:
        if isinstance(node, dict) and token in node:
            node = node[token]
        elif isinstance(node, list) and token.isascii() and token.isdigit() and int(token) < len(node):
            node = node[int(token)]
        else:
            raise BrokenReference(f"'{reference}' leads nowhere: there is no '{token}'")
    return node


def _identities(document: JSON, base: str) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    pending, seen = [(document, base)], set[int]()
    while pending:
        node, here = pending.pop()
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            if identity := text(node.get("$id")):
                here = join(here, identity).removesuffix("#")
                found.setdefault(here, node)
            for keyword in ("$anchor", "$dynamicAnchor"):
                if anchor := text(node.get(keyword)):
                    found.setdefault(f"{here}#{anchor}", node)
                    found.setdefault(f"{base}#{anchor}", node)
        pending.extend((child, here) for child in (node.values() if isinstance(node, dict) else node))
    return found


def _absolute(node: JSON, base: str, copies: dict[int, JSON]) -> JSON:
    """A copy whose references are absolute; what is shared (by YAML aliases) stays shared."""
    if not isinstance(node, dict | list):
        return node
    copy = copies.get(id(node))
    if copy is None:
        if isinstance(node, dict):
            here = join(base, identity).removesuffix("#") if (identity := text(node.get("$id"))) else base
            copies[id(node)] = copy = {
                key: _rewritten(value, here) if key == "$ref" else _absolute(value, here, copies)
                for key, value in node.items()
            }
        else:
            copies[id(node)] = copy = [_absolute(value, base, copies) for value in node]
    return copy


def _rewritten(reference: JSON, base: str) -> JSON:
    if not isinstance(reference, str):
        return reference
    where, mark, fragment = reference.partition("#")
    return f"{join(base, where)}{mark}{fragment}"
