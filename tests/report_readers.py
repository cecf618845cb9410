"""The reports as their readers see them: JUnit XML, HTTP Archives and Markdown, held against their schemas."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator, FormatChecker
from junitparser.xunit2 import JUnitXml, TestSuite
from lxml import etree
from referencing import Registry, Resource

DATA = Path(__file__).parent / "reports" / "data"


def junit(text: str) -> dict[str, TestSuite]:
    """The suites by name; the text is valid by the schema of Jenkins' xunit plugin, and its counts are right."""
    schema = etree.XMLSchema(etree.parse(DATA / "junit-10.xsd"))
    schema.assertValid(etree.fromstring(text.encode()))
    suites = {suite.name: suite for suite in JUnitXml.fromstring(text.encode())}
    for suite in suites.values():
        outcomes = Counter(one._tag for case in suite for one in case.result)
        counted = (len(list(suite)), outcomes["failure"], outcomes["error"], outcomes["skipped"])
        assert counted == (suite.tests, suite.failures, suite.errors, suite.skipped)
        names = [(case.classname, case.name) for case in suite]
        assert len(names) == len(set(names))
    return suites


def har(text: str) -> dict[str, Any]:
    """The log of an archive that is valid by the schema of HAR 1.2."""
    schemas = [json.loads(path.read_text()) for path in (DATA / "har-1.2").glob("*.json")]
    registry: Registry[Any] = Registry().with_resources(
        [(schema["$id"].rstrip("#"), Resource.from_contents(schema)) for schema in schemas]
    )
    archive = json.loads(text)
    Draft6Validator({"$ref": "har.json"}, registry=registry, format_checker=FormatChecker()).validate(archive)
    log: dict[str, Any] = archive["log"]
    assert {entry["pageref"] for entry in log["entries"]} <= {page["id"] for page in log["pages"]}
    return log


class Page(HTMLParser):
    """Markdown as HTML: the tags there are, the text outside of code, the text of all."""

    def __init__(self, markdown: str) -> None:
        from markdown_it import MarkdownIt

        super().__init__()
        self.tags: list[str] = []
        self.active = ""
        self.text = ""
        self.rows: list[list[str]] = []
        self._code = 0
        self._cell = False
        self.html = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: Iterable[object]) -> None:
        self.tags.append(tag)
        self._code += tag == "code"
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if not self._code:
            self.active += data
        if self._cell:
            self.rows[-1][-1] += data
