"""The tables of the page on one's own votes are what the fit and the report say."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from aggregation import Fit, Votes, fit_dawid_skene, simulate_votes
from analysis import near_copies, report_on_votes
from analysis.diagnostics.next_vote import next_vote_gain
from analysis.pages.votes.tables import (
    class_table,
    confusion_table,
    copy_groups,
    item_table,
    number_column,
    pair_table,
    rater_table,
    shown_name,
    text_column,
)
from analysis.raters.report import RaterReport

RATES = [[[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.1, 0.3, 0.6]]] * 12
CLASSES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def report() -> RaterReport:
    drawn = simulate_votes(
        RATES, class_prior=[0.5, 0.3, 0.2], n_items=200, votes_per_item=12, seed=4
    ).votes
    answers = drawn.answers.reshape(200, 12).copy()
    answers[:, 4] = answers[:, 1]  # a copy
    named = [CLASSES[code] for code in answers.ravel()]
    return report_on_votes(Votes.from_triples(drawn.items, drawn.raters, named))


def values(table: dict[str, Any], title: str) -> list[Any]:
    (column,) = [column for column in table["columns"] if column["title"] == title]
    if column["kind"] == "number":
        return [None if v is None else v / 10 ** column["digits"] for v in column["values"]]
    names = column.get("names")
    return [names[code] for code in column["values"]] if names else column["values"]


def test_items_are_in_the_order_of_their_gain(report: RaterReport) -> None:
    fit = report.fit
    weights = fit.votes.votes_per_rater()
    gain = next_vote_gain(fit.posterior, error_rates=fit.error_rates, rater_weights=weights)
    table = item_table(fit, gain, CLASSES)
    items = [int(name) for name in values(table, "item")]
    assert sorted(items) == list(range(200))
    assert np.all(np.diff(gain[items]) <= 0)
    posterior = fit.posterior[items]
    assert values(table, "label") == [CLASSES[cls] for cls in posterior.argmax(axis=1)]
    np.testing.assert_allclose(values(table, "probability"), posterior.max(axis=1), atol=5.1e-5)
    second = np.argsort(posterior, axis=1)[:, 1]
    assert values(table, "else")[:20] == [CLASSES[cls] for cls in second[:20]]
    assert values(table, "votes") == [12] * 200


def test_raters_have_their_verdicts_and_rates(report: RaterReport) -> None:
    table = rater_table(report, CLASSES)
    order = [int(name) for name in values(table, "rater")]
    assert np.all(np.diff(report.quality.bits.value[order]) >= 0)
    assert values(table, "verdict") == [report.quality.verdicts[k].words for k in order]
    rates = np.array(table["rates"]["values"]) / 1000
    np.testing.assert_allclose(rates, report.quality.shrunken[order], atol=5.1e-4)


def test_confusions_are_the_shares_of_votes(report: RaterReport) -> None:
    table = confusion_table(report.fit, CLASSES)
    fit = report.fit
    votes = fit.votes
    found = zip(values(table, "class"), values(table, "called"), strict=True)
    shares = values(table, "share of its votes")
    assert shares == sorted(shares, reverse=True)
    for (one, called), share in zip(found, shares, strict=True):
        weight = fit.posterior[votes.items, CLASSES.index(one)]
        expected = weight[votes.answers == CLASSES.index(called)].sum() / weight.sum()
        assert share == pytest.approx(expected, abs=5.1e-4)
        assert one != called


def test_the_copy_is_the_first_pair(report: RaterReport) -> None:
    table = pair_table(report.pairs)
    assert (values(table, "rater")[0], values(table, "and rater")[0]) == ("1", "4")
    assert values(table, "same answers")[0] == values(table, "items")[0] == 200
    assert near_copies(report.pairs) == [[1, 4]]
    assert copy_groups(report.pairs) == ["1, 4"]


def test_labels_are_counted(report: RaterReport) -> None:
    table = class_table(report.fit, CLASSES)
    chosen = report.fit.posterior.argmax(axis=1)
    assert values(table, "items") == [int((chosen == cls).sum()) for cls in range(3)]


def test_names_are_cut_and_numbers_may_be_undefined() -> None:
    assert shown_name("x" * 10**6) == "x" * 18 + "..." + "x" * 18
    column = number_column("n", [1.26, float("nan"), float("inf"), -2], 1)
    assert column["values"] == [13, None, None, -20]
    assert text_column("t", ["b", "a", "b", "a"])["names"] == ["a", "b"]
    assert "names" not in text_column("t", ["a", "b"])


def test_many_items_and_raters_stay_small() -> None:
    """3,000 raters and 50,000 items with long names: less than 4 MB beside the pictures."""
    rng = np.random.default_rng(1)
    items, raters = np.repeat(np.arange(50_000), 2), rng.integers(0, 3000, 100_000)
    answers = rng.integers(0, 3, 100_000)
    names = [f"https://images.example/of/{item:09}.jpeg" for item in range(50_000)]
    votes = Votes.from_triples([names[item] for item in items], raters, answers)
    fit: Fit = fit_dawid_skene(votes, max_steps=0)
    gain = rng.random(votes.n_items)
    assert len(json.dumps(item_table(fit, gain, CLASSES))) < 4_000_000
