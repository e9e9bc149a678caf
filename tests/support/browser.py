"""A real browser for the tests of pages: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (375, 1280)
# Words of more letters are names, which may be broken anywhere, as words are at a hyphen.
LONGEST_WORD = 14
BROKEN_WORDS = """longest => {
  const broken = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.parentElement.closest("script, style, noscript")) continue;
    for (const { 0: word, index } of text.data.matchAll(/[^\\s-]+/g)) {
      if (word.length > longest) continue;
      const range = document.createRange();
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = new Set(Array.from(range.getClientRects(), ({ top }) => Math.round(top)));
      if (lines.size > 1) broken.push(word);
    }
  }
  return broken;
}"""


def required() -> bool:
    """Say whether a browser that is missing is a failure: in CI, and where data are required."""
    return os.environ.get("CI") == "true" or bool(os.environ.get("REASSESS_REQUIRE_DATA"))


def missing(what: str) -> None:
    """Skip a test for want of something, or fail where nothing may be skipped."""
    message = f"needs {what}"
    if required():
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser, or skip."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright: python -m pip install '.[check]'")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        missing("a browser: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


class Opened(NamedTuple):
    """A page in the browser, and all that went wrong or over the network since it was opened."""

    page: Page
    complaints: list[str]
    requests: list[str]

    def value(self, element: str, name: str = "value") -> float:
        """Read a number that the page shows, unrounded."""
        return float(str(self.page.locator(f"#{element}").get_attribute(f"data-{name}")))

    def type(self, element: str, text: str) -> None:
        """Type into a field, press Enter, and wait for what follows."""
        self.page.fill(f"#{element}", text)
        self.page.press(f"#{element}", "Enter")
        self.settle()

    def settle(self) -> None:
        """Wait until what was changed is drawn."""
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def downloaded(self, button: str) -> tuple[str, bytes]:
        """Press a button, and return the name and the content of the one file that comes."""
        with self.page.expect_download() as coming:
            self.page.click(f"#{button}")
        return coming.value.suggested_filename, Path(coming.value.path()).read_bytes()

    def overflows(self) -> bool:
        """Say whether the page is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def broken_words(self) -> list[str]:
        """List the words that stand on two lines."""
        found: list[str] = self.page.evaluate(BROKEN_WORDS, LONGEST_WORD)
        return found

    def violations(self) -> list[Any]:
        """List what axe-core finds wrong for those who do not see, or use no mouse."""
        from axe_playwright_python.sync_playwright import Axe

        return [
            (found["id"], [node["html"] for node in found["nodes"]])
            for found in Axe().run(self.page).response["violations"]
        ]


@contextmanager
def opened(browser: Browser, path: Path, **options: Any) -> Iterator[Opened]:
    """Open a file in a window of its own; errors and requests are failures when it is closed."""
    context: BrowserContext = browser.new_context(**options)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # A script that came in with a name would say so.
    page.add_init_script("window.alert = (text) => console.error(`alert: ${text}`)")
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready]")
    yield Opened(page, complaints, requests)
    context.close()
    assert complaints == []
    own = ("blob:", "data:", path.as_uri())
    assert [url for url in requests if not url.startswith(own)] == []
