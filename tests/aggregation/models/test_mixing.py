"""Diagnostics of chains on sequences whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation.models.mixing import effective_draws, split_r_hat


def autoregressive(rho: float, seed: int = 0) -> np.typing.NDArray[np.float64]:
    noise = np.random.default_rng(seed).standard_normal((4, 8000))
    for t in range(1, 8000):
        noise[:, t] = rho * noise[:, t - 1] + np.sqrt(1 - rho**2) * noise[:, t]
    return noise


@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9, -0.5])
def test_effective_draws_of_an_autoregressive_sequence(rho: float) -> None:
    expected = 32_000 * (1 - rho) / (1 + rho)
    assert float(effective_draws(autoregressive(rho))) == pytest.approx(expected, rel=0.15)
    assert float(split_r_hat(autoregressive(rho))) == pytest.approx(1, abs=0.01)


def test_chains_that_differ_have_not_mixed() -> None:
    chains = np.random.default_rng(0).standard_normal((4, 1000)) + np.arange(4)[:, None]
    # between chains the variance is 5/3; halves of one chain have the same mean
    assert float(split_r_hat(chains)) == pytest.approx(np.sqrt(1 + 20 / 12 * 6 / 7), rel=0.05)
    drifting = np.random.default_rng(0).standard_normal((4, 1000)) + np.linspace(0, 5, 1000)
    assert float(split_r_hat(drifting)) > 1.3


def test_what_never_changes_has_mixed() -> None:
    still = np.ones((3, 11, 2))
    np.testing.assert_array_equal(split_r_hat(still), [1, 1])
    np.testing.assert_array_equal(effective_draws(still), [30, 30])
    apart = still * np.arange(3)[:, None, None]
    assert np.isinf(split_r_hat(apart)).all()
