"""Intervals that know that the items' classes are estimated hold the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation import Fit, VoteError, Votes, expected_counts, fit_dawid_skene, simulate_votes
from analysis import AnalysisError, rater_quality, report_on_votes
from analysis.raters.quality.measures import bits_per_answer
from analysis.raters.quality.quality import quality_columns
from analysis.raters.quality.refits import answer_worth

PRIOR = np.array([0.6, 0.4])
# Ten raters of two classes, right with these probabilities; three votes on each of 200 items.
RIGHT = np.resize([0.6, 0.7, 0.8, 0.9], 10)
RATES = np.stack([np.array([[p, 1 - p], [1 - p, p]]) for p in RIGHT])
BITS = bits_per_answer(RATES, class_prior=PRIOR)


def drawn_fit(seed: int) -> Fit:
    drawn = simulate_votes(RATES, class_prior=PRIOR, n_items=200, votes_per_item=3, seed=seed)
    return fit_dawid_skene(drawn.votes, pseudo_count=0.1)


def coverage(replicates: int, *, refits: int) -> float:
    """How often the interval of a rater's bits holds the truth; docs/raters.md has 500 and 100."""
    inside = []
    for seed in range(replicates):
        bits = rater_quality(drawn_fit(seed), refits=refits, draws=500, seed=seed).bits
        inside.append((bits.low <= BITS) & (bits.high >= BITS))
    return float(np.mean(inside))


def test_they_cover_where_classes_are_in_doubt() -> None:
    assert coverage(40, refits=0) < 0.82
    assert 0.92 <= coverage(40, refits=50) <= 0.99


def test_known_classes_leave_answers_their_worth() -> None:
    drawn = simulate_votes(RATES, class_prior=PRIOR, n_items=2000, votes_per_item=3, seed=1)
    known = fit_dawid_skene(drawn.votes, truth=drawn.truth)
    worth = answer_worth(known, expected_counts(drawn.votes, known.posterior), refits=400)
    # The variance of 400 draws has a standard error of 7 %, and what is above 1 counts as 1.
    assert worth.min() > 0.7
    assert worth.mean() > 0.93
    fit = fit_dawid_skene(drawn.votes)
    doubted = answer_worth(fit, expected_counts(drawn.votes, fit.posterior), refits=100)
    assert doubted.max() < 0.8


def test_rates_that_do_not_vary_have_the_usual_worth() -> None:
    drawn = simulate_votes(RATES, class_prior=PRIOR, n_items=400, votes_per_item=5, seed=0)
    known = np.arange(50)  # which one more rater answers, always rightly
    votes = Votes.from_triples(
        np.append(drawn.votes.items, known),
        np.append(drawn.votes.raters, np.full(50, 10)),
        np.append(drawn.votes.answers, drawn.truth[known]),
    )
    fit = fit_dawid_skene(votes, truth=np.where(np.arange(400) < 50, drawn.truth, -1))
    assert (fit.error_rates[10] == np.eye(2)).all()
    worth = answer_worth(fit, expected_counts(votes, fit.posterior), refits=50)[..., 0]
    assert (worth[:10].min(axis=0) < worth[10]).all()
    assert (worth[10] < worth[:10].max(axis=0)).all()


def test_columns_are_named_by_what_their_intervals_know() -> None:
    fit = drawn_fit(0)
    given, refitted = (rater_quality(fit, refits=refits, scale="ordinal") for refits in (0, 50))
    assert (given.refits, refitted.refits) == (0, 50)
    np.testing.assert_array_equal(given.bits.value, refitted.bits.value)
    names = [*quality_columns(given, class_names="ab")]
    wider = quality_columns(refitted, class_names="ab")
    assert [name.removesuffix("_given_classes") for name in names] == [*wider]
    assert {name for name in names if name not in wider} == {
        f"{what}_{end}_given_classes" for what in ("bits", "leaning") for end in ("low", "high")
    }
    np.testing.assert_array_equal(wider["bits_high"], refitted.bits.high)
    report = report_on_votes(fit.votes, refits=50)
    assert report.quality.refits == 50


def test_what_cannot_be_refitted() -> None:
    with pytest.raises(AnalysisError, match=r"refits=10: give 50 or more, or 0"):
        rater_quality(drawn_fit(0), refits=10)
    fit = drawn_fit(0)
    at_once = fit_dawid_skene(fit.votes, start=fit.posterior, max_steps=0)
    with pytest.raises(VoteError, match="no steps to repeat"):
        rater_quality(at_once, refits=50)
