"""Methods side by side on the page: the numbers of the comparison, and nothing without it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from aggregation import KnownItems, Votes, simulate_votes
from analysis import compare_on_votes, report_on_votes, votes_page
from analysis.comparison.comparison import VotesComparison
from analysis.comparison.words import CAVEAT, seconds_in_words
from analysis.diagnostics.report import model_report_on_votes
from analysis.statistics.estimates import Estimate

RATES = [[[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6]]] * 6
NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")


@pytest.fixture(scope="module")
def compared() -> VotesComparison:
    drawn = simulate_votes(
        RATES, class_prior=[0.5, 0.3, 0.2], n_items=120, votes_per_item=4, seed=4
    )
    truth = drawn.truth.copy()
    truth[50:] = -1
    return compare_on_votes(drawn.votes, truth=truth, replicates=50)


def page_with(compared: VotesComparison, methods: VotesComparison | None) -> str:
    report = report_on_votes(compared.votes)
    return votes_page(report, model_report_on_votes(report.fit, replicates=2), methods)


def rows_of(page: str) -> list[list[list[str]]]:
    """Return the cells of each row of each table of methods."""
    return [
        [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in table.split("<tr>")[2:]]
        for table in page.split('<table class="methods">')[1:]
    ]


def numbers(cell: str) -> list[float]:
    return [float(number) for number in NUMBER.findall(cell)]


def scaled(part: Estimate, scale: float) -> list[float]:
    return [scale * number for number in (part.value, part.low, part.high)]


def test_numbers_are_those_of_the_comparison(compared: VotesComparison) -> None:
    page = page_with(compared, compared)
    of_votes, of_known = rows_of(page)
    assert CAVEAT in page
    assert "On 50 items of known class" in page
    for method, row, known in zip(compared.methods, of_votes, of_known, strict=True):
        assert row[0] == known[0] == method.name
        if method.held_out is None:
            assert row[1:3] == ["", ""]
        else:
            assert numbers(row[1]) == pytest.approx([method.held_out.log_likelihood], abs=5.1e-5)
            gap = [method.behind, method.standard_error] if method.behind else []
            assert numbers(row[2]) == pytest.approx(gap, abs=5.1e-5)
        assert numbers(row[3]) == pytest.approx([100 * method.majority_agreement], abs=0.051)
        assert numbers(row[4]) == pytest.approx([100 * method.mean_confidence], abs=0.051)
        assert row[5] == seconds_in_words(method.seconds)
        assert method.rightness is not None
        assert method.difference is not None
        found = method.rightness
        assert numbers(known[1]) == pytest.approx(scaled(found.accuracy, 100), abs=0.051)
        less = scaled(method.difference.accuracy, 100)
        assert numbers(known[2]) == pytest.approx(less, abs=0.051)
        assert numbers(known[3]) == pytest.approx(scaled(found.macro_f1, 100), abs=0.051)
        assert numbers(known[4]) == pytest.approx(scaled(found.log_loss, 1), abs=5.1e-4)
        assert numbers(known[5]) == pytest.approx(scaled(found.overconfidence, 100), abs=0.051)
    assert sum(method.held_out is None for method in compared.methods) == 1


def test_without_a_comparison_there_is_no_section(compared: VotesComparison) -> None:
    page = page_with(compared, None)
    assert rows_of(page) == []
    assert "side by side" not in page
    assert 'href="#methods"' not in page


def test_items_that_were_told_are_counted_apart() -> None:
    votes = Votes.from_triples(["a", "a", "b", "b", "c"], [0, 1, 0, 1, 1], [0, 0, 1, 1, 0])
    known = KnownItems(np.array([0, -1, -1]), (0, 1), 0)
    for given, words in (
        (None, r"\. \d items have a label with"),
        (known, r"\. Items whose class is known, and kept: 1\. Of the others [0-2] have a label"),
    ):
        report = report_on_votes(votes, known=given)
        page = votes_page(report, model_report_on_votes(report.fit, replicates=2))
        assert re.search(words, page)
