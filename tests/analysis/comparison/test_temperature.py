"""Temperatures that are known, because the posteriors were cooled or heated by them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import METHODS, simulate_votes
from analysis import AnalysisError, measure_rightness, recalibrate_posteriors


def calibrated(n: int = 20_000) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rng = np.random.default_rng(8)
    posterior = rng.dirichlet([1.0, 1.0, 1.0], n)
    truth = (rng.random((n, 1)) > posterior.cumsum(axis=1)).sum(axis=1)
    return posterior, np.minimum(truth, 2)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_the_temperature_is_found(temperature: float) -> None:
    posterior, truth = calibrated()
    sure = posterior**temperature
    sure /= sure.sum(axis=1, keepdims=True)
    found = recalibrate_posteriors(sure, truth=truth)
    assert found.temperature == pytest.approx(temperature, rel=0.05)
    np.testing.assert_allclose(found.posterior, posterior, atol=0.03)
    assert (found.posterior.argmax(axis=1) == posterior.argmax(axis=1)).all()


def test_what_is_measured_is_out_of_sample() -> None:
    posterior, truth = calibrated(60)
    known = np.where(np.arange(60) % 3 == 0, -1, truth)
    found = recalibrate_posteriors(posterior, truth=known, folds=5, seed=2)
    assert np.isnan(found.known_out_of_sample[::3]).all()
    items = np.flatnonzero(known >= 0)
    fold = np.random.default_rng(2).permutation(40) % 5
    for left_out in range(5):
        here, others = items[fold == left_out], items[fold != left_out]
        without = np.full(60, -1)
        without[others] = truth[others]
        expected = recalibrate_posteriors(posterior, truth=without, folds=2).posterior[here]
        np.testing.assert_allclose(found.known_out_of_sample[here], expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["vote-share", "ibcc", "mace", "dawid-skene"])
def test_any_methods_posteriors_become_better_calibrated(name: str) -> None:
    """Raters who tire together break every model's independence, and all are too sure."""
    rates = np.tile([[0.7, 0.3], [0.3, 0.7]], (12, 1, 1))
    drawn = simulate_votes(rates, class_prior=[0.5, 0.5], n_items=400, votes_per_item=6, seed=1)
    hard = np.arange(400) % 4 == 0  # as if the votes were on something else
    truth = np.where(hard, 1 - drawn.truth, drawn.truth)
    posterior = METHODS[name](drawn.votes).posterior
    found = recalibrate_posteriors(posterior, truth=truth)
    assert found.temperature > 1
    both = {"before": posterior, "after": found.known_out_of_sample}
    measured, less = measure_rightness(both, truth, replicates=200)
    assert less["after"].log_loss.high < 0
    if name != "vote-share":  # whose shares of 0 are no matter of temperature
        assert abs(measured["after"].overconfidence.value) < 0.05
    assert measured["after"].accuracy.value == measured["before"].accuracy.value


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(AnalysisError, match="folds=3: give 2 to 2, the number of known items"):
        recalibrate_posteriors([[0.5, 0.5]] * 2, truth=[0, 1], folds=3)
    with pytest.raises(AnalysisError, match="truth of item 0 is 2"):
        recalibrate_posteriors([[0.5, 0.5]] * 2, truth=[2, 1], folds=2)
