"""The published recipe is a fit with known truth and no further steps."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from aggregation import estimate_class_prior, fit_dawid_skene
from analysis import Release, published_scores
from analysis.release.published import MISFIT, rater_rates, with_original_label
from analysis.release.published import original_label_rates as rates_of_the_original_label

from ...support.em_models import quiet_fit


def test_the_published_recipe_is_a_fit_without_steps_on_simulated_votes(
    simulated: Release,
) -> None:
    assert_recipe_is_a_fit(simulated)


@pytest.mark.release
def test_the_published_recipe_is_a_fit_without_steps(release: Release) -> None:
    assert_recipe_is_a_fit(release)
    published = np.load(release.folder / "scores.npz")["tensor"]
    np.testing.assert_array_equal(np.asarray(published).reshape(-1), recipe_as_fit(release))


def recipe_as_fit(release: Release) -> np.ndarray[Any, Any]:
    """Posterior of "fits" under rates that were counted, without a step of EM."""
    rates = np.concatenate((rater_rates(release.golden), rates_of_the_original_label(release)))
    prior = estimate_class_prior(release.golden.fits(at_least=3).astype(int))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = fit_dawid_skene(
            with_original_label(release), n_classes=2, start=(rates, prior), max_steps=0
        )
        fixed = fit_dawid_skene(
            with_original_label(release), error_rates=rates, class_prior=prior, max_steps=0
        )
    np.testing.assert_array_equal(fit.error_rates, rates)
    np.testing.assert_array_equal(fit.class_prior, prior)
    np.testing.assert_array_equal(fit.posterior, fixed.posterior)
    return fit.posterior[:, 1 - MISFIT]


def assert_recipe_is_a_fit(release: Release) -> None:
    np.testing.assert_array_equal(recipe_as_fit(release), published_scores(release))


def test_golden_error_rates_are_a_fit_with_known_truth(simulated: Release) -> None:
    assert_golden_rates_are_a_fit(simulated)


@pytest.mark.release
def test_published_golden_error_rates_are_a_fit_with_known_truth(release: Release) -> None:
    assert_golden_rates_are_a_fit(release)


def assert_golden_rates_are_a_fit(release: Release) -> None:
    """Known truth and a pseudo-count of 1 give the recipe's error rates and class prior."""
    truth = release.golden.fits(at_least=3).astype(int)
    votes = release.golden.raters
    fit = quiet_fit(votes, n_classes=2, truth=truth, pseudo_count=1)
    answered = votes.votes_per_rater() > 0
    expected = rater_rates(release.golden)
    np.testing.assert_array_equal(fit.error_rates[answered], expected[answered])
    np.testing.assert_array_equal(fit.class_prior, estimate_class_prior(truth))
