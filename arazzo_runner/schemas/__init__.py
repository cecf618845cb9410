"""The JSON Schemas (2020-12) of Arazzo documents, written from the specification's text, for editors and other tools.

They know the structure of one document, nothing of what its names refer to. The validator itself does not use them:
its own checks (`loader.bind`) are some 300 times faster and say what is wrong in words; tests hold the two against
each other.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Final, cast

from arazzo_runner.values import JSON

#: The versions of the specification that there are schemas for.
VERSIONS: Final = ("1.0", "1.1")


def schema(version: str) -> dict[str, JSON]:
    """The JSON Schema of Arazzo documents of a version: ``"1.0"`` or ``"1.1"``; a patch number is ignored.

    A copy that is the caller's to change. Raises ValueError for other versions.
    """
    return cast("dict[str, JSON]", json.loads(schema_text(version)))


def schema_text(version: str) -> str:
    """The same as JSON text, to be saved where an editor finds it."""
    feature_set = ".".join(version.split(".")[:2])
    if feature_set not in VERSIONS:
        raise ValueError(f"there is no schema for Arazzo {version!r}: there are {' and '.join(VERSIONS)}")
    return files(__package__).joinpath(f"arazzo-{feature_set}.json").read_text(encoding="utf-8")
