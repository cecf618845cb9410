"""A page opened in headless Chromium, with all that it logged and asked for; skips where there is no Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Browser:
    """Opens reports from a folder of its own."""

    chromium: Any
    folder: Path
    complaints: list[str] = field(default_factory=list)  #: console messages and errors of pages
    asked: list[str] = field(default_factory=list)  #: everything that pages loaded

    @contextmanager
    def opened(self, parts: Iterable[str], **options: Any) -> Iterator[Any]:
        """A page of a report. In the end it has complained of nothing, and loaded nothing but itself."""
        path = self.folder / "report.html"
        path.write_text("".join(parts), encoding="utf-8")
        self.complaints.clear()
        self.asked.clear()
        context = self.chromium.new_context(**options)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path.as_uri())
        yield page
        context.close()
        assert self.complaints == []
        assert self.asked == [path.as_uri()]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Headless Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Browser(chromium, tmp_path_factory.mktemp("report"))
        chromium.close()


def violations(page: Any) -> list[str]:
    """What axe finds wrong with a page: each rule with the elements that break it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    # evaluated, not added as a script element, which the page's own policy refuses
    script = (Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(f"() => {{ {script}\n }}")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found["violations"]]
