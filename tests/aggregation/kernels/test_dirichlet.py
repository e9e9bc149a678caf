"""The kernel of Dirichlet distributions against SciPy, and against an integral."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import digamma, gammaln

from aggregation.engine.tables.logarithms import fill_logarithms
from aggregation.kernels.dirichlet import digamma_and_log_gamma


def test_digamma_and_log_gamma() -> None:
    x = np.concatenate((np.logspace(-3, 9, 500), np.linspace(0.5, 12, 300)))
    found = np.array([digamma_and_log_gamma(value) for value in x])
    for column, exact in zip(found.T, (digamma(x), gammaln(x)), strict=True):
        np.testing.assert_allclose(column, exact, rtol=1e-14, atol=1e-14)


def test_the_divergence_of_two_answers_is_an_integral() -> None:
    # KL of Beta(3, 2.5) from Beta(4, 1), by the midpoint rule.
    p = (np.arange(1_000_000) + 0.5) / 1_000_000
    ends = [gammaln(a + b) - gammaln(a) - gammaln(b) for a, b in ((3.0, 2.5), (4.0, 1.0))]
    log_q = ends[0] + 2 * np.log(p) + 1.5 * np.log(1 - p)
    log_p = ends[1] + 3 * np.log(p)
    rates = np.empty((1, 2, 1))
    found = fill_logarithms(np.array([[[3.0], [2.5]]]), np.array([[4.0], [1.0]]), rates)
    assert found == pytest.approx((np.exp(log_q) * (log_q - log_p)).mean(), rel=1e-7)
    expected = [(np.exp(log_q) * logs).mean() for logs in (np.log(p), np.log(1 - p))]
    np.testing.assert_allclose(np.log(rates.reshape(-1)), expected, rtol=1e-6)


def test_counts_of_the_prior_diverge_by_nothing_and_zeros_are_impossible() -> None:
    prior = np.array([[4.0, 0.5], [1.0, 0.0]])
    rates = np.empty((3, 2, 2))
    assert fill_logarithms(np.tile(prior, (3, 1, 1)), prior, rates) == pytest.approx(0, abs=1e-13)
    np.testing.assert_array_equal(rates[:, 1, 1], 0)
    np.testing.assert_allclose(rates[:, 0, 1], 1)
