"""Intervals of what came out as 0 or 1: against scipy's, and by how often they cover the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from aggregation import (
    VoteError,
    Votes,
    bootstrap,
    fit_dawid_skene,
    simulate_votes,
    standard_errors,
)
from aggregation.uncertainty.boundary import trials_of, with_ends_at_boundary

from ...support.em_models import quiet_fit

# Sets are small here, so that numerical differences are quick.
pytestmark = pytest.mark.filterwarnings("ignore:.* votes a parameter:aggregation.VoteWarning")

RATES = np.array([[0.9, 0.08, 0.02], [0.05, 0.85, 0.1], [0.03, 0.05, 0.92]])


def few_votes() -> Votes:
    prior, n = [0.4, 0.4, 0.2], 60
    return simulate_votes([RATES] * 4, class_prior=prior, n_items=n, votes_per_item=3, seed=1).votes


def test_seen_classes_give_clopper_and_pearsons_interval() -> None:
    # Fully known truth: a rate is a share of so many votes, and an exact interval is scipy's.
    truth = np.repeat([0, 1], [30, 20])
    votes = Votes.from_triples(range(50), [0] * 50, [0] * 30 + [1] * 12 + [0] * 8)
    fit = quiet_fit(votes, truth=truth)
    expected = binomtest(0, 30).proportion_ci(0.9, method="exact")
    for found in (
        standard_errors(fit).intervals(confidence=0.9),
        bootstrap(fit, replicates=20).intervals(confidence=0.9),
    ):
        rates = found.error_rates[:, 0]
        np.testing.assert_allclose(rates[:, 0, 1], [expected.low, expected.high], rtol=1e-9)
        np.testing.assert_allclose(rates[:, 0, 0], [1 - expected.high, 1], rtol=1e-9)
        assert 0 < rates[0, 1, 0] < 0.4 < rates[1, 1, 0] < 1


def test_a_zero_from_less_than_a_vote_has_no_interval() -> None:
    votes = simulate_votes(
        [RATES] * 4, class_prior=[0.4, 0.4, 0.2], n_items=60, votes_per_item=3, seed=1
    ).votes
    lone = np.append(votes.items, [0]), np.append(votes.raters, [4]), np.append(votes.answers, [0])
    fit = quiet_fit(Votes.from_triples(*lone), pseudo_count=0)
    found = bootstrap(fit, replicates=10).intervals().error_rates[:, 4]
    expected = fit.posterior[0]
    for cls in range(3):
        if 0 < expected[cls] < 0.99:
            assert np.isnan(found[:, cls]).all()


def test_fixed_rates_have_no_interval() -> None:
    fixed = np.tile(np.eye(2), (3, 1, 1))
    votes = simulate_votes(
        fixed, class_prior=[0.5, 0.5], n_items=20, votes_per_item=3, seed=1
    ).votes
    fit = quiet_fit(votes, error_rates=fixed)
    assert np.isnan(standard_errors(fit).intervals().error_rates).all()


def test_zeros_cover_the_truth() -> None:
    # 500 draws of 12 raters, 150 items, 5 votes an item: the design in docs/uncertainty.md.
    covered = zeros = 0
    for seed in range(500):
        drawn = simulate_votes(
            [RATES] * 12, class_prior=[0.4, 0.35, 0.25], n_items=150, votes_per_item=5, seed=seed
        )
        fit = quiet_fit(drawn.votes)
        n = trials_of(fit).error_rates
        at_zero = fit.error_rates * n < 0.01
        ends = with_ends_at_boundary(
            np.zeros((2, *n.shape)), at_zero, np.zeros_like(at_zero), n, 1.0, 0.95
        )
        inside = at_zero & (n >= 1)
        zeros += int(inside.sum())
        covered += int((ends[1] >= RATES)[inside].sum())
    assert zeros > 5000
    assert covered / zeros > 0.99


def test_confidence_is_checked() -> None:
    votes = simulate_votes(
        [RATES] * 4, class_prior=[0.4, 0.4, 0.2], n_items=60, votes_per_item=3, seed=1
    ).votes
    with pytest.raises(VoteError, match="confidence=2"):
        standard_errors(fit_dawid_skene(votes, pseudo_count=0.1)).intervals(confidence=2)
