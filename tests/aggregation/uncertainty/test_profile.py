"""Profile intervals against scipy's optimiser, exact cases, and chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.special import xlogy
from scipy.stats import chi2

from aggregation import (
    ConvergenceWarning,
    Fit,
    IdentifiabilityWarning,
    VoteError,
    Votes,
    fit_dawid_skene,
    profile_class_prior,
    simulate_votes,
    standard_errors,
)

from ...support.curvature import PRIOR, RATES, objective, small
from ...support.em_models import quiet_fit


def test_seen_classes_give_the_likelihood_ratio_of_a_binomial() -> None:
    truth = np.repeat([0, 1], [30, 8])
    votes = Votes.from_triples(range(38), [0] * 38, truth)
    found = profile_class_prior(fit_dawid_skene(votes, truth=truth), confidence=0.9)

    def lost(p: float) -> float:
        top = xlogy(30, 30 / 38) + xlogy(8, 8 / 38)
        return float(2 * (top - xlogy(30, p) - xlogy(8, 1 - p)) - chi2.ppf(0.9, 1))

    expected = brentq(lost, 0.4, 30 / 38), brentq(lost, 30 / 38, 0.99)
    np.testing.assert_allclose(found[:, 0], expected, rtol=1e-3)
    np.testing.assert_allclose(found[:, 1], 1 - np.array(expected)[::-1], rtol=1e-3)


def least_lost(fit: Fit, held: float) -> float:
    """Twice the log-likelihood lost with the first class's prior held, by scipy's BFGS."""
    rates = fit.error_rates[:-1]  # the last rater has no votes

    def loss(logits: Any) -> float:
        e = np.exp(logits.reshape(rates.shape))
        everyone = np.concatenate((e / e.sum(axis=2, keepdims=True), fit.error_rates[-1:]))
        return -2 * (objective(fit, everyone, np.array([held, 1 - held])) - fit.objective)

    return float(minimize(loss, np.log(rates).ravel(), method="BFGS").fun)


@pytest.mark.parametrize("options", [{}, {"pseudo_count": 0.5}], ids=["plain", "pseudo-counts"])
def test_ends_lose_what_is_enough(options: dict[str, Any]) -> None:
    fit = fit_dawid_skene(small(n_items=60, seed=8).votes, n_classes=2, tol=1e-14, **options)
    low, high = profile_class_prior(fit)
    assert low[0] == pytest.approx(1 - high[1], abs=1e-4)
    for end in (low[0], high[0]):
        assert 0 < end < 1
        assert least_lost(fit, float(end)) == pytest.approx(chi2.ppf(0.95, 1), abs=0.02)


def test_with_many_votes_they_are_those_of_the_standard_errors() -> None:
    votes = simulate_votes(RATES, class_prior=PRIOR, n_items=20_000, votes_per_item=4, seed=4).votes
    fit = fit_dawid_skene(votes, n_classes=2)
    expected = standard_errors(fit).intervals().class_prior
    np.testing.assert_allclose(profile_class_prior(fit), expected, atol=5e-4)


def test_fixed_rates_and_families_stay_what_they_are() -> None:
    votes = small().votes
    rates = np.concatenate((RATES, RATES[:1]))
    for options in ({"error_rates": rates}, {"family": "shared"}):
        fit = fit_dawid_skene(votes, n_classes=2, **options)
        low, high = profile_class_prior(fit)
        assert (low < fit.class_prior).all()
        assert (fit.class_prior < high).all()


def test_a_class_that_emptied_has_an_upper_end() -> None:
    votes = Votes.from_triples(range(40), [0] * 40, [0] * 40, n_answers=2)
    rates = [[[0.9, 0.1], [0.1, 0.9]]]
    with pytest.warns(IdentifiabilityWarning, match="class 1 emptied"):
        fit = fit_dawid_skene(votes, error_rates=rates)
    low, high = profile_class_prior(fit)
    assert low[1] == pytest.approx(0, abs=1e-3)
    # 40 answers "no", which class 1 gives one time in ten: (1 - 8 p / 9) ** 40 = exp(-1.92)
    assert high[1] == pytest.approx((1 - np.exp(-chi2.ppf(0.95, 1) / 80)) * 9 / 8, rel=0.01)


def test_a_higher_optimum_is_told() -> None:
    rates = [[[0.6, 0.3, 0.1], [0.3, 0.2, 0.5], [0.2, 0.3, 0.5]]] * 20
    votes = simulate_votes(
        rates, class_prior=[0.4, 0.3, 0.3], n_items=80, votes_per_item=4, seed=0
    ).votes
    fit = quiet_fit(votes)  # of 120 error rates, from 320 votes
    with pytest.warns(ConvergenceWarning, match=r"an optimum that is .* nats higher than the fit"):
        low, high = profile_class_prior(fit)
    assert (low > 0).all()
    assert (low < high).all()
    assert (high < 1).all()


def test_what_has_no_profile_is_refused() -> None:
    votes = small().votes
    with pytest.raises(VoteError, match="was given, not estimated"):
        profile_class_prior(fit_dawid_skene(votes, n_classes=2, class_prior=PRIOR))
    with pytest.raises(VoteError, match="a hard fit"):
        profile_class_prior(fit_dawid_skene(votes, n_classes=2, hard=True, pseudo_count=1))
    with pytest.raises(VoteError, match=r"0\.95 is 95 %"):
        profile_class_prior(fit_dawid_skene(votes, n_classes=2, pseudo_count=1), confidence=95)
