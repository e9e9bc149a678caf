"""Rates and counts of own and of other answers, against NumPy."""

from __future__ import annotations

import numpy as np

from aggregation.kernels.own_answers import count_coins, share_out, spread_coins, spread_rates


def test_rates_and_counts() -> None:
    rng = np.random.default_rng(1)
    own, others, rates = rng.random((4, 3)), rng.random((4, 3)), np.empty((4, 3, 3))
    spread_rates(own, others, rates)
    diagonal = np.eye(3, dtype=bool)
    expected = np.where(diagonal, own[:, :, None], others[:, :, None])
    np.testing.assert_array_equal(rates, expected)


def test_coins() -> None:
    rng = np.random.default_rng(2)
    right, wrong, rates = rng.random(4), rng.random(4), np.empty((4, 3, 3))
    spread_coins(right, wrong, rates)
    diagonal = np.eye(3, dtype=bool)
    np.testing.assert_array_equal(
        rates, np.where(diagonal, right[:, None, None], wrong[:, None, None] / 2)
    )
    counts, found = rng.random((4, 3, 3)), np.empty((4, 2))
    count_coins(counts, found)
    np.testing.assert_allclose(found[:, 0], counts[:, diagonal].sum(axis=1))
    np.testing.assert_allclose(found[:, 1], counts[:, ~diagonal].sum(axis=1))


def test_votes_are_shared_out() -> None:
    counts = np.array([[[3.0, 1.0], [2.0, 5.0]], [[4.0, 2.0], [0.0, 0.0]]])
    know, spam, taste = np.array([0.6, 0.0]), np.array([0.4, 0.0]), np.full((2, 2), 0.5)
    knowing, spammed = np.empty((2, 2)), np.empty((2, 2))
    share_out(counts, know, spam, taste, knowing, spammed)
    np.testing.assert_allclose(
        knowing, [[6.0, 5.0], [0.0, 2.0]]
    )  # 0.6 knows, 0.4 * 0.5 spams this answer
    np.testing.assert_allclose(spammed, [[1.75, 3.25], [2.0, 0.0]])
