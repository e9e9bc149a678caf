"""The page on one's own votes in a browser: its tables, its widths, and names that are data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aggregation import Votes, simulate_votes
from analysis import compare_on_votes, report_on_votes, votes_page
from analysis.diagnostics.report import model_report_on_votes

from ....support.browser import WIDTHS, Opened, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RATES = [[[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6]]] * 6
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"quotes' and $dollars$ {{ 7*7 }}",
    "x" * 1_000_000,
)


def page_of(votes: Votes, title: str = "Votes in votes.csv") -> str:
    report = report_on_votes(votes)
    model = model_report_on_votes(report.fit, replicates=3)
    methods = compare_on_votes(votes, truth=report.fit.classes(), replicates=20)
    return votes_page(report, model, methods, title=title)


@pytest.fixture(scope="module")
def page_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    votes = simulate_votes(
        RATES, class_prior=[0.5, 0.3, 0.2], n_items=120, votes_per_item=4, seed=4
    ).votes
    named = Votes.from_triples(
        [f"photo {item}" for item in votes.items],
        [f"rater {rater}" for rater in votes.raters],
        [("bird", "cat", "capuchin monkey")[answer] for answer in votes.answers],
    )
    path = tmp_path_factory.mktemp("pages") / "report.html"
    path.write_text(page_of(named), encoding="utf-8")
    return path


@pytest.fixture(params=WIDTHS)
def window(browser: Browser, page_path: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    size = {"width": request.param, "height": 800}
    with opened(browser, page_path, viewport=size) as page:
        yield page


def first_cells(window: Opened, table: str, column: int) -> list[str]:
    rows = window.page.locator(f"[data-table={table}] tbody tr")
    return rows.locator(f"td:nth-child({column})").all_inner_texts()


def test_it_fits_and_can_be_used_by_all(window: Opened) -> None:
    assert not window.overflows()
    assert window.broken_words() == []
    assert window.violations() == []
    assert window.page.locator("figure img").count() == 4
    assert all(window.page.locator("figcaption").all_inner_texts())


def test_tables_sort_filter_and_go_on(window: Opened) -> None:
    items = window.page.locator("[data-table=items]")
    assert len(first_cells(window, "items", 1)) == 25
    items.get_by_role("button", name="probability").click()
    probabilities = [float(text) for text in first_cells(window, "items", 3)]
    assert probabilities == sorted(probabilities, reverse=True)
    items.get_by_role("button", name="item", exact=True).click()
    assert first_cells(window, "items", 1)[:3] == ["photo 0", "photo 1", "photo 2"]
    assert items.locator("[aria-sort=ascending]").count() == 1
    items.get_by_role("button", name="Show more").click()
    assert len(first_cells(window, "items", 1)) == 100
    items.get_by_role("searchbox").fill("PHOTO 11")
    assert first_cells(window, "items", 1) == ["photo 11", *(f"photo 11{k}" for k in range(10))]
    assert items.locator(".count").inner_text() == "11 of 11 shown, of 120 in all"
    items.get_by_role("searchbox").fill("no such photo")
    assert items.locator(".count").inner_text() == "0 of 0 shown, of 120 in all"


def test_a_rater_opens_to_error_rates(window: Opened) -> None:
    window.page.get_by_role("button", name="rater 3").click()
    rates = window.page.locator("#rates")
    assert "Error rates of rater 3" in rates.inner_text()
    shares = [float(text) for text in rates.locator("td").all_inner_texts()]
    assert len(shares) == 9
    assert sum(shares) == pytest.approx(3, abs=0.01)


def test_names_are_data(browser: Browser, tmp_path: Path) -> None:
    """`opened` fails if a script that came in with a name says anything."""
    items = [f"{HOSTILE[item % 4]}{item}" for item in range(24) for _ in range(4)]
    raters = [f"{HOSTILE[rater]}{rater}" for _ in range(24) for rater in range(4)]
    answers = [
        HOSTILE[(item + (item % 5 == rater)) % 3] for item in range(24) for rater in range(4)
    ]
    page = page_of(Votes.from_triples(items, raters, answers), title=HOSTILE[0])
    assert len(page) < 3_000_000
    path = tmp_path / "hostile.html"
    path.write_text(page, encoding="utf-8")
    with opened(browser, path, viewport={"width": 375, "height": 800}) as window:
        assert window.page.title() == HOSTILE[0]
        assert window.page.locator("img").count() == window.page.locator("figure img").count()
        assert not window.overflows()
        shown = window.page.locator("[data-table=classes]").inner_text()
        assert HOSTILE[2][:18] in shown
