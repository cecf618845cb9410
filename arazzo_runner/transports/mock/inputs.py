"""Invents inputs for a workflow from its inputs schema. Knows JSON Schema; must not know who asks or prompts."""

from __future__ import annotations

from collections.abc import Mapping

from arazzo_runner.transports.mock.generate import generate
from arazzo_runner.transports.mock.schemas import members, plain, required
from arazzo_runner.values import JSON


def mock_inputs(
    schema: Mapping[str, JSON] | bool | None, given: Mapping[str, JSON] | None = None, *, everything: bool = False
) -> dict[str, JSON]:
    """Inputs for the schema, the same each time; those in ``given`` are left out, as they need no invention.

    By default only the required inputs that have no default are invented; with ``everything`` all that are declared.
    """
    if not isinstance(schema, Mapping):
        return {}
    root = dict(schema)

    def resolve(reference: dict[str, JSON]) -> JSON:
        return _find(root, str(reference.get("$ref")))

    found = plain(root, resolve)
    declared, wanted = members(found.keywords), required(found.keywords)
    for branches in found.choices:
        branch = plain(branches[0], resolve)
        declared, wanted = members(branch.keywords) | declared, [*wanted, *required(branch.keywords)]
    names = [*declared, *(name for name in wanted if name not in declared)]
    return {
        name: generate(declared.get(name, {}), resolve, name=name, direction="request")
        for name in names
        if name not in (given or {}) and (everything or (name in wanted and not _has_default(declared.get(name))))
    }


def _has_default(schema: JSON) -> bool:
    return isinstance(schema, dict) and "default" in schema


def _find(root: JSON, reference: str) -> JSON:
    """What a reference within the schema names: a JSON Pointer, or an `$anchor`."""
    if not reference.startswith("#"):
        raise LookupError(reference)
    node: JSON = root
    for token in reference[1:].split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        node = node[int(token)] if isinstance(node, list) else node[token]  # type: ignore[call-overload, index]  # the path was found in it
    return node
