"""The learned prior of IBCC against a general optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln

from aggregation.models.ibcc_model import newton_step


def density(counts: np.ndarray, draws: np.ndarray, own: np.ndarray) -> float:
    """Mean log density of draws, shape (n, class, answer), by the definition."""
    beta = np.where(own.T, *counts)
    norm = gammaln(beta.sum(axis=1)).sum() - gammaln(beta).sum()
    return float(norm + ((beta - 1) * np.log(draws)).sum(axis=(1, 2)).mean())


@pytest.mark.parametrize("diagonal", [[0, 1, 2], [0, -1, 2], [-1, -1, -1], [1, 1, 1]])
@pytest.mark.parametrize("true", [(7.0, 0.6), (0.3, 2.0), (1.0, 1.0)])
def test_newton_steps_lead_to_the_likeliest_counts(
    diagonal: list[int], true: tuple[float, float]
) -> None:
    own = np.arange(3)[:, None] == np.array(diagonal)
    rng = np.random.default_rng(3)
    beta = np.where(own.T, *true)
    draws = np.stack([rng.dirichlet(row, size=400) for row in beta], axis=1)
    logs = np.log(draws).sum(axis=0).T
    sums = np.array([logs[own].sum(), logs[~own].sum()])
    found = np.array([4.0, 1.0])
    for _ in range(30):
        found = newton_step(found, sums, own, 400)
    best = minimize(
        lambda log_counts: -density(np.exp(log_counts), draws, own),
        np.zeros(2),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-14},
    )
    if not own.any():
        assert found[0] == 4.0
        np.testing.assert_allclose(found[1], np.exp(best.x[1]), rtol=1e-5)
        return
    np.testing.assert_allclose(found, np.exp(best.x), rtol=1e-5)
    np.testing.assert_allclose(found, true, rtol=0.15)
