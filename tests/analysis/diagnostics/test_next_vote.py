"""Where the next vote is worth most, when there are many raters, and as a table."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation import fit_dawid_skene, simulate_votes
from aggregation.datasets.simulate import draw_error_rates
from analysis.diagnostics import next_vote
from analysis.diagnostics.next_vote import (
    drawn_weights,
    entropy,
    gain_of_fit,
    next_vote_columns,
    next_vote_gain,
)

DRAWN = simulate_votes(
    draw_error_rates(300, 3, seed=1),
    class_prior=[0.5, 0.3, 0.2],
    n_items=400,
    votes_per_item=4,
    seed=2,
)


def test_every_rater_where_they_are_few() -> None:
    fit = fit_dawid_skene(DRAWN.votes, pseudo_count=0.5)
    weights = fit.votes.votes_per_rater()
    expected = next_vote_gain(fit.posterior, error_rates=fit.error_rates, rater_weights=weights)
    np.testing.assert_allclose(gain_of_fit(fit), expected, rtol=1e-9, atol=1e-15)


def test_some_raters_for_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    fit = fit_dawid_skene(DRAWN.votes, pseudo_count=0.5)
    exact = gain_of_fit(fit)
    monkeypatch.setattr(next_vote, "MOST_TERMS", 0)
    found = gain_of_fit(fit)
    assert not np.array_equal(found, exact)
    np.testing.assert_allclose(found.mean(), exact.mean(), rtol=0.1)
    assert np.corrcoef(found, exact)[0, 1] > 0.99
    np.testing.assert_array_equal(found, gain_of_fit(fit))


@pytest.mark.parametrize("best", [1, 7, 100, 10_000])
def test_the_best_are_those_of_all(best: int) -> None:
    fit = fit_dawid_skene(DRAWN.votes, pseudo_count=0.5)
    whole, found = gain_of_fit(fit), gain_of_fit(fit, best=best)
    there = ~np.isnan(found)
    np.testing.assert_array_equal(found[there], whole[there])
    assert whole[~there].max(initial=0.0) <= np.sort(found[there])[::-1][:best].min()
    assert (best < 100) == bool((~there).any())
    for most in (best, max(1, best // 2)):
        tables = [next_vote_columns(fit, gain, most=most) for gain in (found, whole)]
        for one, other in zip(*(table.values() for table in tables), strict=True):
            np.testing.assert_array_equal(one, other)


def test_drawn_weights_are_in_proportion() -> None:
    weights = np.array([0, 30, 10, 0, 60])
    np.testing.assert_array_equal(drawn_weights(weights, at_most=10), weights)
    np.testing.assert_array_equal(drawn_weights(np.repeat(weights, 4), at_most=10).sum(), 10)
    many = np.arange(1, 101)
    found = drawn_weights(many, at_most=50)
    assert found.sum() == 50
    np.testing.assert_allclose(found @ many / 50, many @ many / many.sum(), rtol=0.05)


def test_the_table() -> None:
    fit = fit_dawid_skene(DRAWN.votes, pseudo_count=0.5)
    gain = gain_of_fit(fit)
    table = next_vote_columns(fit, gain, class_names=["a", "b", "c"], most=10)
    assert list(table) == ["item", "votes", "label", "confidence", "entropy", "gain"]
    assert len(table["item"]) == 10
    assert table["gain"][0] == gain.max()
    assert (np.diff(table["gain"]) <= 0).all()
    assert table["item"][0] == np.argmax(gain)
    assert table["label"][0] == "abc"[fit.classes()[np.argmax(gain)]]
    np.testing.assert_array_equal(table["entropy"], entropy(fit.posterior[table["item"]]))
    assert (table["gain"] <= table["entropy"]).all()
