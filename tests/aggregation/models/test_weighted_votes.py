"""Weighted votes by hand, by slow loops, and against a published figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from scipy.stats import chi2

from aggregation import (
    Aggregation,
    ConvergenceWarning,
    VoteError,
    Votes,
    fit_catd,
    fit_wawa,
    fit_zbs,
    read_known_items,
)
from aggregation.models.vote_share import winners_share

from ...support.em_models import compiles, crowd, ragged
from ...support.em_oracle import Model
from ...support.methods import renamed

Array = np.typing.NDArray[np.float64]


def scores(model: Model, weights: Array) -> Array:
    """Weight of each item's answers, vote by vote."""
    found = np.zeros((model.n_items, model.n_answers))
    for i, k, l in model.triples:  # noqa: E741
        found[i, l] += weights[k]
    return found


def agreed(model: Model, weights: Array) -> Array:
    """Each rater's votes for the weighted majority, 1/k where k answers tie."""
    found = np.zeros(model.n_raters)
    for i, k, l in model.triples:  # noqa: E741
        row = scores(model, weights)[i]
        best = np.flatnonzero(np.isclose(row, row.max(), rtol=1e-12, atol=0))
        found[k] += (l in best) / len(best)
    return found


def votes_of(model: Model) -> Array:
    return np.bincount([k for _, k, _ in model.triples], minlength=model.n_raters).astype(float)


@compiles
@given(ragged(square=True, max_votes=12))
def test_weights_are_those_of_slow_loops(model: Model) -> None:
    votes, n_of = model.votes(), np.maximum(votes_of(model), 1)
    ones = np.ones(model.n_raters)
    np.testing.assert_allclose(fit_wawa(votes).parameters["weight"], agreed(model, ones) / n_of)
    skills, rate = ones / model.n_answers + 1e-5, 1.0
    for step in range(1, 101):
        rate /= 2 if step % 20 == 0 else 1
        skills = skills + rate * (agreed(model, skills) / n_of - skills)
    np.testing.assert_allclose(fit_zbs(votes).parameters["weight"], skills, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n_steps", [1, 2, 3])
def test_catd_steps(n_steps: int) -> None:
    votes = crowd(n_items=60, votes_per_item=4, seed=n_steps)
    rows = list(zip(votes.items, votes.raters, votes.answers, strict=True))
    model, weights = Model(rows, 60, 6, 3, 3), np.ones(6)
    for _ in range(n_steps):
        wrong = votes_of(model) - agreed(model, weights)
        weights = chi2.ppf(0.025, votes_of(model)) / (wrong + 1e-9)
    try:
        fit = fit_catd(votes, max_steps=n_steps)
    except ConvergenceWarning:
        with pytest.warns(ConvergenceWarning, match=f"not converged after {n_steps} step"):
            fit = fit_catd(votes, max_steps=n_steps)
    np.testing.assert_allclose(fit.parameters["weight"], weights, rtol=1e-9)
    shares = scores(model, weights)
    np.testing.assert_allclose(fit.posterior, shares / shares.sum(axis=1, keepdims=True))


def accuracy(fit: Aggregation, truth: NDArray[np.int64]) -> float:
    """Share of right answers, 1/k where k answers tie."""
    known = np.flatnonzero(truth >= 0)
    return float(winners_share(fit.posterior)[known, truth[known]].mean())


def test_the_published_accuracy(datasets: Path) -> None:
    # Zheng et al. (2017), Truth inference in crowdsourcing, PVLDB 10(5), table 6: 92.66
    votes = Votes.read(datasets / "D_Product" / "votes.csv")
    truth = read_known_items(datasets / "D_Product" / "gold.csv", votes=votes).truth
    assert accuracy(fit_catd(votes), truth) == pytest.approx(0.9266, abs=1e-4)
    rng = np.random.default_rng(0)
    orders = [rng.permutation(votes.n_items), rng.permutation(votes.n_raters), np.arange(2)]
    there = fit_catd(renamed(votes, orders)).posterior[orders[0]]
    np.testing.assert_allclose(there, fit_catd(votes).posterior, rtol=1e-9)


def test_ties_are_shared() -> None:
    votes = Votes.from_triples([0, 0, 1, 1, 1], [0, 1, 0, 1, 2], [0, 1, 0, 0, 1])
    weights = fit_wawa(votes).parameters["weight"]
    np.testing.assert_allclose(weights, np.array([0.75, 0.75, 0]))
    np.testing.assert_allclose(fit_wawa(votes).posterior, np.array([[0.5, 0.5], [1, 0]]))


def test_known_items_stand_for_the_majority() -> None:
    votes = Votes.from_triples([0, 0, 0, 1, 1], [0, 1, 2, 0, 2], [1, 1, 0, 1, 0])
    for fit in (fit_wawa, fit_zbs, fit_catd):
        found = fit(votes, truth=[0, -1])
        assert found.classes().tolist() == [0, 0]
        assert found.parameters["weight"][2] > 2 * found.parameters["weight"][0]
        with pytest.raises(VoteError, match="3 classes, 2 answers"):
            fit(votes, truth=[2, -1])
