"""Zeros that EM cannot leave: Kuhn and Tucker's condition by other code, and another optimiser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from aggregation import ConvergenceWarning, Fit, Optimality, fit_dawid_skene
from analysis import Release

from ...support.em_models import crowd, parameters, quiet_fit
from ...support.sparse_em import NAMES, SparseModel, real_votes

# Sets whose default end has zeros that would rise, and what leaving them gains at least, in nats.
STUCK = {"D_Product": 0.05, "act_MS": 4, "adult2": 11, "labelme": 2, "trec": 2, "web": 4}


def violations(fit: Fit) -> NDArray[np.float64]:
    """Derivatives in zeros as they rise at the expense of their rows; 0 where they would not."""
    rates, prior = parameters(fit)
    model = SparseModel(fit.votes)
    found = model.scores(rates, prior)
    totals = (rates * found.rates).sum(axis=2, keepdims=True)
    of_rates = np.where(rates == 0, found.rates - totals, 0)
    of_prior = np.where(prior == 0, found.prior - fit.votes.n_items, 0)
    return np.asarray(np.maximum(np.append(of_rates, of_prior), 0))


def optimality(fit: Fit) -> Optimality:
    assert fit.optimality is not None
    return fit.optimality


@pytest.mark.parametrize("name", NAMES)
def test_zeros_of_real_votes(datasets: Path, name: str) -> None:
    votes = real_votes(datasets, name)
    fit = quiet_fit(votes)
    found, expected = optimality(fit), violations(fit)
    assert found.violation == pytest.approx(expected.max(), rel=1e-6, abs=1e-5)
    assert (expected > 1e-4).sum() <= found.n_violations <= (expected > 1e-7).sum()
    assert (found.gain > 1e-6 * votes.n_votes) == (name in STUCK)
    assert found.gradient < 0.01
    left = quiet_fit(votes, leave_zeros=True)
    assert left.converged
    assert violations(left).max() < 1e-3
    assert left.log_likelihood >= fit.log_likelihood + STUCK.get(name, 0)
    assert (np.diff(left.objective_trace) >= -1e-12 * abs(fit.objective)).all()


def test_one_warning_points_to_pseudo_counts(datasets: Path) -> None:
    votes = real_votes(datasets, "web")
    with pytest.warns(ConvergenceWarning) as caught:
        fit_dawid_skene(votes)
    messages = [str(one.message) for one in caught if one.category is ConvergenceWarning]
    assert len(messages) == 1
    assert "of those 7 would rise" in messages[0]
    assert "pseudo_count" in messages[0]
    assert optimality(quiet_fit(votes, pseudo_count=0.1)).violation == 0


@pytest.mark.parametrize("seed", range(8))
def test_no_optimiser_goes_higher_from_there(seed: int) -> None:
    votes = crowd(n_raters=5, n_classes=2, n_items=12, votes_per_item=3, seed=seed)
    fit = quiet_fit(votes, leave_zeros=True)
    model, shape = SparseModel(votes), fit.error_rates.shape
    start = np.append(fit.error_rates, fit.class_prior)

    def below(x: NDArray[np.float64]) -> float:
        rates, prior = x[:-2].reshape(shape), x[-2:]
        return -model.posterior(rates / rates.sum(axis=2, keepdims=True), prior / prior.sum())[1]

    nudged = 0.999 * start + 0.0005
    found = minimize(below, nudged, method="SLSQP", bounds=[(1e-9, 1)] * len(start))
    assert -found.fun <= fit.log_likelihood + 1e-4
    assert optimality(fit).violation < 1e-5


@pytest.mark.parametrize(
    "options", [{"family": "one-coin"}, {"family": "shared"}, {"truth": [0, 1, 2]}, {}]
)
def test_the_derivative_at_a_zero_is_what_a_little_rise_gains(options: dict[str, Any]) -> None:
    votes = crowd(n_raters=8, n_items=40, votes_per_item=3, seed=3)
    if "truth" in options:
        options = {"truth": [*options["truth"], *[-1] * 37]}
    fit = quiet_fit(votes, restarts=3, **options)
    rates, prior, little = fit.error_rates, fit.class_prior, 1e-7
    gains = [0.0]
    for rater, cls, answer in zip(*np.nonzero(rates == 0), strict=True):
        if options.get("family"):
            break  # other rates would have to rise with it
        raised = rates.copy()
        raised[rater, cls] *= 1 - little
        raised[rater, cls, answer] = little
        there = quiet_fit(votes, start=(raised, prior), max_steps=0, **options)
        gains.append((there.log_likelihood - fit.log_likelihood) / little)
    if not options.get("family"):
        assert optimality(fit).violation == pytest.approx(max(gains), rel=1e-2, abs=1e-2)
    left = quiet_fit(votes, restarts=3, leave_zeros=True, **options)
    assert optimality(left).violation < 1e-3
    assert left.objective >= fit.objective - 1e-9


def test_no_steps_and_hard_fits_have_none() -> None:
    votes = crowd()
    assert quiet_fit(votes, max_steps=0).optimality is None
    assert quiet_fit(votes, hard=True).optimality is None


@pytest.mark.release
def test_the_release_has_one_zero_that_would_rise(release: Release) -> None:
    fit = fit_dawid_skene(release.votes)
    assert optimality(fit).n_violations == 1
    assert 0.1 < optimality(fit).gain < 0.3
    left = fit_dawid_skene(release.votes, leave_zeros=True)
    assert left.log_likelihood == pytest.approx(-450_859.8637, abs=2e-3)
    assert violations(left).max() < 1e-3
