"""The page of a report: its frame, the runs in it, and what each was given, came to and has to say.

Everything is in the one file, and the page may load nothing: its policy allows the hashes of its own style and script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from arazzo_runner.diagnostics import Diagnostic, Severity
from arazzo_runner.reports.html_report.markup import Child, Fragment, Ours, each, element, joined, written

HideText = Callable[[str], str]


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def page(title: str, bar: Fragment, body: Iterable[Fragment], hide: HideText) -> Iterator[str]:
    """A whole page, piece by piece."""
    style, script = _asset("style.css"), _asset("script.js")
    policy = (
        f"default-src 'none'; style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    head = [
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", Ours(style)),
    ]
    skip = element("a", "Skip to the content", href="#main", class_="skip")
    yield '<!doctype html>\n<html lang="en">'
    yield written(joined(element("head", *head), (Ours('<body><a id="top"></a>'),), skip, bar), hide)
    yield '<main id="main" tabindex="-1">'
    for fragment in body:
        yield written(fragment, hide)
    yield f"</main><script>{script}</script></body></html>\n"


def bar(title: str, subtitle: Child, states: Sequence[tuple[str, str]], failure: str | None) -> Fragment:
    """The head of a page: its title and, where there is a script, what searches and opens its steps."""
    options = each(element("option", text, value=value) for value, text in [("", "all steps"), *states])
    field = element("input", id="search", type="search", placeholder="id, path, status, text", autocomplete="off")
    search = [
        element("label", "Search", for_="search"),
        field,
        element("label", "Show", for_="show", hidden=not states),
        element("select", options, id="show", hidden=not states),
        element("span", id="found", role="status"),
    ]
    jump = element("a", "Jump to the failure", href=f"#{failure}", class_="button bad", id="jump") if failure else None
    buttons = [
        element("button", text, id=name, type="button")
        for name, text in (("open-all", "Open all"), ("close-all", "Close all"), ("theme", "Theme: system"))
    ]
    script = element(
        "div",
        element("div", *search, role="search", class_="search"),
        *buttons,
        class_="tools",
        id="tools",
        hidden=True,
    )
    words = element("div", element("h1", title), element("p", subtitle, class_="dim"), class_="title")
    return element("header", words, jump, script, class_="bar")


def diagnostics(found: Sequence[Diagnostic], notes: Sequence[str]) -> Fragment | None:
    """The findings at load and the notes of the run; None when there are none."""
    rows = [element("li", element("b", "note"), " ", note) for note in notes]
    for one in found:
        place = f"{one.origin.document}:{one.span.line}:{one.span.column}" if one.span else one.origin.document
        hint = element("span", one.hint, class_="dim") if one.hint else None
        told = element("span", place, class_="place dim")
        rows.append(element("li", element("b", one.severity.value), " ", one.message, " ", hint, " ", told))
    if not rows:
        return None
    worst = "warning" if notes or any(one.severity is not Severity.INFO for one in found) else "info"
    title = element("summary", f"Findings and notes ({len(rows)})")
    return element("details", title, element("ul", *rows), class_=f"findings {worst}")


def moment(seconds: float) -> str:
    """``2026-11-22 10:00:00 UTC``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def facts(pairs: Iterable[tuple[str, Child]]) -> Fragment:
    """Short facts, each under its name."""
    return element(
        "dl", each(element("div", element("dt", k), element("dd", v)) for k, v in pairs), class_="facts-list"
    )
