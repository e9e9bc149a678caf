"""Pairs of raters against loops; in a file of its own, as it runs without compilation, too."""

from __future__ import annotations

import tracemalloc
from itertools import combinations
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import VoteError, Votes
from analysis import AnalysisError, rater_pairs
from analysis.raters.agreement.coefficients import Scale, coefficients_of_two


def small_job(seed: int, *, twice: bool = False) -> tuple[Votes, NDArray[np.float64]]:
    """Draw votes by 5 raters on 30 items, with gaps, and some votes cast twice."""
    rng = np.random.default_rng(seed)
    items, raters = np.nonzero(rng.random((30, 5)) < 0.7)
    if twice:
        again = rng.random(len(items)) < 0.3
        items, raters = np.append(items, items[again]), np.append(raters, raters[again])
    answers = rng.integers(3, size=len(items))
    rates = rng.dirichlet(np.ones(3), size=(5, 2))
    return Votes.from_triples(items, raters, answers, n_raters=5, n_answers=3), rates


def one_by_one(
    votes: Votes, rates: NDArray[np.float64], prior: NDArray[np.float64]
) -> dict[tuple[int, int], tuple[NDArray[np.int64], float, float]]:
    """Tables, expected agreement and its variance, by loops and products of probabilities."""
    found: dict[tuple[int, int], tuple[NDArray[np.int64], float, float]] = {}
    for item in range(votes.n_items):
        codes = votes.codes[votes.starts[item] : votes.starts[item + 1]].tolist()
        said = {divmod(code, votes.n_answers) for code in codes}
        raters = [rater for rater, _ in said]
        cast = sorted((rater, answer) for rater, answer in said if raters.count(rater) == 1)
        for (a, said_a), (b, said_b) in combinations(cast, 2):
            weight = prior[item].copy()
            for rater, answer in cast:
                if rater not in (a, b):
                    weight *= rates[rater, :, answer]
            weight /= weight.sum()
            agree = sum(weight[j] * (rates[a, j] @ rates[b, j]) for j in range(len(weight)))
            table, mean, variance = found.get((a, b), (np.zeros((3, 3), dtype=np.int64), 0.0, 0.0))
            table[said_a, said_b] += 1
            found[a, b] = table, mean + agree, variance + agree * (1 - agree)
    return found


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("prior_of_each", [False, True])
def test_counted_one_by_one(twice: bool, prior_of_each: bool) -> None:
    votes, rates = small_job(1, twice=twice)
    rng = np.random.default_rng(2)
    prior = rng.dirichlet(np.ones(2), size=votes.n_items if prior_of_each else None)
    pairs = rater_pairs(votes, error_rates=rates, class_prior=prior)
    expected = one_by_one(votes, rates, np.broadcast_to(prior, (votes.n_items, 2)))
    assert list(map(tuple, pairs.raters.tolist())) == sorted(expected)
    for place, pair in enumerate(sorted(expected)):
        table, mean, variance = expected[pair]
        np.testing.assert_array_equal(pairs.tables[place], table)
        np.testing.assert_allclose(pairs.expected[place], mean, rtol=1e-12)
        np.testing.assert_allclose(pairs.variance[place], variance, rtol=1e-12)


@pytest.mark.parametrize("scale", get_args(Scale))
@pytest.mark.parametrize("seed", range(3))
def test_kappa_is_that_of_the_tables(scale: Scale, seed: int) -> None:
    """Also where there is no room above chance: some pairs gave one answer alone."""
    votes, rates = small_job(seed)
    answers = np.where(np.isin(votes.raters, [0, 3]), 1, votes.answers)
    votes = Votes.from_triples(votes.items, votes.raters, answers, n_raters=5, n_answers=3)
    pairs = rater_pairs(votes, error_rates=rates, class_prior=[0.5, 0.5])
    values = np.array([0.0, 1.0, 5.0]) if scale == "interval" else None
    expected = coefficients_of_two(pairs.tables, scale, values)["cohen_kappa"]
    assert np.isnan(expected).any()
    np.testing.assert_allclose(
        pairs.cohen_kappa(scale=scale, values=values), expected, rtol=1e-12, atol=1e-12
    )


def test_memory_does_not_grow_with_the_answers_squared() -> None:
    """At ten answers, five votes an item and nearly as many pairs as votes."""
    rng = np.random.default_rng(1)
    n_items, n_raters, n_answers = 4000, 300, 10
    raters = np.argsort(rng.random((n_items, n_raters)), axis=1)[:, :5]
    answers = rng.integers(n_answers, size=raters.size)
    votes = Votes.from_triples(np.repeat(np.arange(n_items), 5), raters.ravel(), answers)
    rates = rng.dirichlet(np.ones(n_answers), size=(n_raters, n_answers))
    prior = np.full(n_answers, 0.1)
    rater_pairs(votes, error_rates=rates, class_prior=prior)  # compiled, or loaded
    tracemalloc.start()
    pairs = rater_pairs(votes, error_rates=rates, class_prior=prior)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(pairs.raters) > 0.9 * votes.n_votes
    assert most < 200 * votes.n_votes


def test_known_classes_need_no_other_votes() -> None:
    votes, rates = small_job(4)
    truth = np.arange(votes.n_items) % 2
    pairs = rater_pairs(votes, error_rates=rates, class_prior=np.eye(2)[truth])
    a, b = pairs.raters[0]
    both = [
        item
        for item in range(votes.n_items)
        if {a, b} <= set(votes.raters[votes.starts[item] : votes.starts[item + 1]].tolist())
    ]
    agree = (rates[a] * rates[b]).sum(axis=1)
    np.testing.assert_allclose(pairs.expected[0], agree[truth[both]].sum(), rtol=1e-12)


def test_answers_that_are_impossible_in_every_class() -> None:
    rates = np.array([[[1.0, 0.0], [0.0, 1.0]]] * 4)
    votes = Votes.from_triples([0, 0, 0, 0], [0, 1, 2, 3], [0, 0, 0, 1])
    pairs = rater_pairs(votes, error_rates=rates, class_prior=[0.5, 0.5])
    assert np.isfinite(pairs.expected).all()
    np.testing.assert_allclose(pairs.expected, 1)


def test_renaming_raters_renames_pairs() -> None:
    votes, rates = small_job(5)
    order = np.array([3, 0, 4, 1, 2])  # new code of each rater
    renamed = Votes.from_triples(votes.items, order[votes.raters], votes.answers, n_raters=5)
    found = rater_pairs(renamed, error_rates=rates[np.argsort(order)], class_prior=[0.3, 0.7])
    expected = rater_pairs(votes, error_rates=rates, class_prior=[0.3, 0.7])
    place = {tuple(sorted(pair)): row for row, pair in enumerate(found.raters.tolist())}
    rows = [place[tuple(sorted(order[pair].tolist()))] for pair in expected.raters]
    np.testing.assert_array_equal(found.agreed[rows], expected.agreed)
    np.testing.assert_allclose(found.expected[rows], expected.expected, rtol=1e-12)
    np.testing.assert_allclose(found.p_value[rows], expected.p_value, rtol=1e-9)


def test_refuses_what_it_cannot_use() -> None:
    votes, rates = small_job(12)
    with pytest.raises(VoteError, match="error_rates of shape"):
        rater_pairs(votes, error_rates=rates[:3], class_prior=[0.5, 0.5])
    with pytest.raises(AnalysisError, match=r"class_prior of shape \(3, 2\)"):
        rater_pairs(votes, error_rates=rates, class_prior=[[0.5, 0.5]] * 3)
    alone = Votes.from_triples([0, 1], [0, 1], [0, 1])
    with pytest.raises(AnalysisError, match="no item was answered by two raters"):
        rater_pairs(alone, error_rates=np.full((2, 2, 2), 0.5), class_prior=[0.5, 0.5])
