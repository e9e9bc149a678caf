from __future__ import annotations

import numpy as np
import pytest

from analysis.raters.quality.shrinkage import drawn_rates, pool_prior, shrunken_rates


def test_the_pool_is_found_again() -> None:
    rng = np.random.default_rng(6)
    prior = np.array([[8.0, 1.0, 1.0], [0.5, 2.0, 4.0]])
    rates = np.stack([rng.dirichlet(row, size=600) for row in prior], axis=1)
    sizes = rng.integers(5, 400, (600, 2))
    counts = np.array(
        [[rng.multinomial(sizes[i, j], rates[i, j]) for j in range(2)] for i in range(600)]
    ).astype(np.float64)
    np.testing.assert_allclose(pool_prior(counts), prior, rtol=0.15)
    few = sizes.max(axis=1) < 40
    raw = counts[few] / counts[few].sum(axis=2, keepdims=True)
    shrunken = shrunken_rates(counts, pool_prior(counts))[few]
    assert ((shrunken - rates[few]) ** 2).sum() < 0.8 * ((raw - rates[few]) ** 2).sum()


def test_raters_who_are_all_alike_are_drawn_together() -> None:
    counts = np.random.default_rng(7).multinomial(20, [0.7, 0.2, 0.1], size=(200, 1))
    shrunken = shrunken_rates(counts.astype(np.float64), pool_prior(counts.astype(np.float64)))
    assert shrunken.std(axis=0).max() < 0.02
    assert (counts / 20).std(axis=0).max() > 0.08


def test_a_rater_without_answers_has_the_pool_s_rates() -> None:
    counts = np.array([[[9.0, 1.0]], [[2.0, 8.0]], [[0.0, 0.0]]])
    pool = pool_prior(counts)
    np.testing.assert_allclose(shrunken_rates(counts, pool)[2], pool / pool.sum())
    np.testing.assert_allclose(pool_prior(counts[2:]).sum(), 2)
    assert (pool_prior(np.array([[[5.0, 0.0]], [[3.0, 0.0]]])) > 0).all()


def test_draws_are_those_of_a_dirichlet() -> None:
    counts, pool = np.array([[[4.0, 1.0]], [[0.0, 0.0]]]), np.array([[2.0, 3.0]])
    drawn = drawn_rates(counts, pool, draws=20_000, seed=8)
    np.testing.assert_allclose(drawn.sum(axis=3), 1)
    np.testing.assert_allclose(drawn.mean(axis=0), shrunken_rates(counts, pool), atol=0.01)
    first = drawn[:, 0, 0, 0]
    assert first.var() == pytest.approx(6 * 4 / (10**2 * 11), rel=0.05)


def test_draws_in_parts_are_those_of_one_call() -> None:
    counts, pool = np.array([[[4.0, 1.0], [0.5, 3.0]]]), np.array([[2.0, 3.0], [1.0, 1.0]])
    rng = np.random.default_rng(9)
    parts = [drawn_rates(counts, pool, draws=draws, seed=rng) for draws in (3, 4)]
    whole = drawn_rates(counts, pool, draws=7, seed=9)
    np.testing.assert_array_equal(np.concatenate(parts), whole)
