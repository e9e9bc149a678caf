"""The report of a reproduction in a browser: at a telephone's width no word is broken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis import Release
from analysis.pages.reproduction_page import report_html
from analysis.reproduction import reproduce, summary

from ...support.browser import BROKEN_WORDS, LONGEST_WORD, WIDTHS

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_is_broken(
    browser: Browser, simulated: Release, tmp_path: Path, width: int
) -> None:
    result = reproduce(simulated)
    path = tmp_path / "report.html"
    page = report_html(simulated, result, summary(simulated, result), b"no picture")
    path.write_text(page, encoding="utf-8")
    window = browser.new_page(viewport={"width": width, "height": 800})
    window.goto(path.as_uri())
    assert window.evaluate(BROKEN_WORDS, LONGEST_WORD) == []
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    window.close()
