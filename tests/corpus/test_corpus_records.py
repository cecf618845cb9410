"""Every description of the corpus is the same read by its record as read whole, in large parts and in small ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import walk

from arazzo_runner.errors import InvalidDescription
from arazzo_runner.loader import outline
from arazzo_runner.loader.json_text import Unclear
from arazzo_runner.loader.kept import recall, record_of
from arazzo_runner.loader.skeleton import skeleton
from arazzo_runner.loader.yaml import decode, is_flow, parse_document

pytestmark = pytest.mark.skipif(not walk.CORPUS.exists(), reason=f"the corpus is not at {walk.CORPUS}")


def files() -> Iterator[Path]:
    """Every fourth: reading all of them twice takes a minute."""
    found = (path for path in walk.CORPUS.rglob("*") if path.suffix in (".yaml", ".yml", ".json") and path.is_file())
    return iter(sorted(found)[::4])


@pytest.mark.parametrize("large", [outline.LARGE, 50])
def test_the_same_by_its_record(large: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outline, "LARGE", large)
    different, recorded = [], 0
    for path in files():
        content = path.read_bytes()
        try:
            raw = parse_document(content, str(path), openapi=True)
        except InvalidDescription:
            continue
        record = _record(content, str(path))
        recalled = recall(record, content, str(path)) if record is not None else None
        recorded += recalled is not None
        if recalled is not None and json.dumps(recalled.raw) != json.dumps(raw):
            different.append(path)
    assert different == []
    assert recorded > 100


def _record(content: bytes, location: str) -> bytes | None:
    text = decode(content, location)
    try:
        return record_of(skeleton(text, flow=is_flow(text)))
    except Unclear:
        return None
