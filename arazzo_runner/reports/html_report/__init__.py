"""The HTML report: runs, or what a document holds, as one file that opens anywhere and loads nothing."""

from __future__ import annotations

from arazzo_runner.reports.html_report.outline_page import outline_page
from arazzo_runner.reports.html_report.run_pages import HtmlReport

__all__ = ["HtmlReport", "outline_page"]
