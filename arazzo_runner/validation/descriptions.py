"""Whether the OpenAPI descriptions that a document uses are themselves valid. Slow, so it is asked for.

openapi-spec-validator, on which openapi-core stands, does the work; it reads no files and reaches no hosts here.
Descriptions that are large, or in several files, are not given to it, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

from arazzo_runner import diagnostics as codes
from arazzo_runner.description import Description, Document
from arazzo_runner.diagnostics import Diagnostic, Origin
from arazzo_runner.sources.openapi.operation import OpenAPIOperation
from arazzo_runner.sources.openapi.references import References
from arazzo_runner.validation.visiting import finding, workflows
from arazzo_runner.values import JSON

#: Larger descriptions would take seconds: members and items, of which a validator sees each many times.
MAX_NODES: Final = 4000
_MOST: Final = 20
_LONGEST: Final = 160


def broken_descriptions(description: Description) -> Iterator[Diagnostic]:
    """Each OpenAPI description that the document uses is valid: one finding for each that is not."""
    seen = set[int]()
    for document, workflow in workflows(description):
        for step in workflow.steps:
            operation = step.operation
            if isinstance(operation, OpenAPIOperation) and id(operation.references.root) not in seen:
                seen.add(id(operation.references.root))
                yield from _checked(operation, _origin(document, operation.source))


def _origin(document: Document, source: str) -> Origin:
    for each in document.model.source_descriptions:
        if each.name == source:
            return each.origin.at("url")
    return Origin(document.location, "/sourceDescriptions")


def _checked(operation: OpenAPIOperation, origin: Origin) -> Iterator[Diagnostic]:
    references = operation.references
    reason = _unchecked(references)
    if reason is not None:
        message = f"'{references.location}' was not validated itself: {reason}"
        yield finding(codes.UNCHECKED_DESCRIPTION, origin, message)
        return
    problems = _problems(references.root, operation.version)
    if problems:
        more = f", and {len(problems) - 1} more" if 1 < len(problems) <= _MOST else ", and many more"
        message = f"'{references.location}' is not a valid OpenAPI description: {problems[0]}"
        yield finding(codes.BROKEN_DESCRIPTION, origin, message + (more if len(problems) > 1 else ""))


def _unchecked(references: References) -> str | None:
    nodes, waiting = 0, list[JSON]([references.root])
    while waiting:
        node = waiting.pop()
        nodes += 1
        if nodes > MAX_NODES:
            return f"it is large (more than {MAX_NODES} values)"
        if isinstance(node, dict):
            reference = node.get("$ref")
            if isinstance(reference, str) and not reference.startswith("#"):
                return "it is in several files"
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return None


def _problems(root: Mapping[str, JSON], version: tuple[int, int]) -> list[str]:
    """What is wrong with a description, the first problems only."""
    import openapi_spec_validator as library

    name = "OpenAPIV2SpecValidator" if version[0] == 2 else f"OpenAPIV3{version[1]}SpecValidator"
    validator = getattr(library, name, None)
    if validator is None:
        return []
    try:
        return [_words(error) for error in islice(validator(root).iter_errors(), _MOST + 1)]
    except RecursionError:
        return ["it refers to itself without end"]
    except Exception as error:  # a third party's code on an untrusted description: whatever it raises, nothing stops
        return [f"it cannot be checked: {type(error).__name__}: {_shortened(str(error))}"]


def _words(error: Any) -> str:
    inner = error
    if getattr(error, "context", None):
        from jsonschema.exceptions import best_match

        inner = best_match(error.context) or error
    path = "/".join(str(token).replace("~", "~0").replace("/", "~1") for token in getattr(inner, "absolute_path", ()))
    return f"at '/{path}': {_shortened(inner.message)}" if path else _shortened(str(getattr(inner, "message", inner)))


def _shortened(text: str) -> str:
    text = " ".join(text.partition(" does not exist within ")[0].split())  # what follows is the whole description
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
