"""Rates and counts of own and of other answers, against NumPy."""

from __future__ import annotations

import numpy as np

from aggregation.kernels.own_answers import split_counts, spread_rates


def test_rates_and_counts() -> None:
    rng = np.random.default_rng(1)
    own, others, rates = rng.random((4, 3)), rng.random((4, 3)), np.empty((4, 3, 3))
    spread_rates(own, others, rates)
    diagonal = np.eye(3, dtype=bool)
    expected = np.where(diagonal, own[:, :, None], others[:, :, None])
    np.testing.assert_array_equal(rates, expected)
    found = np.empty((2, 4, 3))
    split_counts(rates, *found)
    np.testing.assert_array_equal(found[0], own)
    np.testing.assert_allclose(found[1], 2 * others)
