"""EM on the published release, against numbers that another implementation found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import Fit, fit_dawid_skene
from analysis import Release, precision_recall

pytestmark = pytest.mark.release

# Log-likelihood at convergence and average precision on the golden questions, from vote shares.
CONVERGED = {3: (-450_860.1059, 0.88862), 2: (-463_886.8982, 0.89221)}


def average_precision(release: Release, posterior: NDArray[np.float64]) -> float:
    """Average precision of the last class, "yes", on the golden questions."""
    scores = posterior[release.golden.questions, -1]
    return precision_recall(scores, truth=release.golden.fits(at_least=3)).average_precision


@pytest.fixture(scope="module")
def fits(release: Release) -> dict[int, Fit]:
    return {n: fit_dawid_skene(release.votes, n_classes=n) for n in CONVERGED}


@pytest.mark.parametrize("n_classes", CONVERGED)
def test_converged_fit(release: Release, fits: dict[int, Fit], n_classes: int) -> None:
    fit = fits[n_classes]
    log_likelihood, precision = CONVERGED[n_classes]
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=1e-3)
    assert average_precision(release, fit.posterior) == pytest.approx(precision, abs=1e-5)
    assert fit.n_steps < 80
    np.testing.assert_array_equal(fit.switched, range(n_classes))


def test_plain_em_comes_to_the_same_end_in_160_steps(
    release: Release, fits: dict[int, Fit]
) -> None:
    plain = fit_dawid_skene(release.votes, accelerate=False, max_steps=1000)
    assert plain.converged
    assert plain.log_likelihood == pytest.approx(CONVERGED[3][0], abs=2e-2)
    assert (np.diff(plain.trace) >= -1e-12 * 450_860).all()
    near = int(np.argmax(plain.trace >= CONVERGED[3][0] - 1e-3))
    assert 140 <= near <= 180
    assert np.abs(plain.posterior - fits[3].posterior).max() < 2e-2


def test_log_likelihood_of_the_votes_one_by_one(release: Release, fits: dict[int, Fit]) -> None:
    # In logarithms, by numpy alone.
    votes, fit = release.votes, fits[3]
    with np.errstate(divide="ignore"):
        log_rates, log_prior = np.log(fit.error_rates), np.log(fit.class_prior)
    terms = np.tile(log_prior, (votes.n_items, 1))
    np.add.at(terms, votes.items, log_rates[votes.raters, :, votes.answers])
    logs = np.logaddexp.reduce(terms, axis=1)
    assert fit.log_likelihood == pytest.approx(logs.sum(), rel=1e-12)
    np.testing.assert_allclose(fit.posterior, np.exp(terms - logs[:, None]), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("options", [{}, {"n_classes": 2, "hard": True}, {"family": "one-coin"}])
def test_threads_do_not_change_a_bit(release: Release, options: dict[str, Any]) -> None:
    one = fit_dawid_skene(release.votes, threads=1, **options)
    for threads in (2, 3, 7):
        many = fit_dawid_skene(release.votes, threads=threads, **options)
        assert many.posterior.tobytes() == one.posterior.tobytes()
        assert many.error_rates.tobytes() == one.error_rates.tobytes()
        assert many.trace.tobytes() == one.trace.tobytes()


def test_golden_truth_in_the_fit_is_clamped(release: Release, fits: dict[int, Fit]) -> None:
    fits_image = release.golden.fits(at_least=3)
    truth = np.full(release.votes.n_items, -1)
    truth[release.golden.questions] = fits_image
    fit = fit_dawid_skene(release.votes, n_classes=2, truth=truth)
    golden = fit.posterior[release.golden.questions]
    np.testing.assert_array_equal(golden[:, 1], fits_image)
    assert fit.converged
    assert (np.diff(fit.objective_trace) >= -1e-6).all()
    start = fit_dawid_skene(release.votes, n_classes=2, truth=truth, truth_role="start")
    assert start.log_likelihood == pytest.approx(fits[2].log_likelihood, abs=1e-2)
