"""The explorer's pages, opened in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from analysis import Release, explorer_page

from ...support.browser import Opened, chromium, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="session", params=["simulated", "published"])
def any_release(request: pytest.FixtureRequest) -> Release:
    name = "simulated" if request.param == "simulated" else "release"
    release: Release = request.getfixturevalue(name)
    return release


@pytest.fixture(scope="session")
def page_path(any_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "explore.html"
    path.write_text(explorer_page(any_release), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def window(browser: Browser, page_path: Path) -> Iterator[Opened]:
    with opened(browser, page_path, viewport={"width": 1280, "height": 900}) as page:
        yield page


@pytest.fixture
def explorer(window: Opened) -> Opened:
    """The page as it is when it is opened."""
    window.page.fill("#costs", "0")
    window.page.click("#published")
    window.settle()
    return window
