"""Restarts, distinct optima, and the order of labels."""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import Votes, fit_dawid_skene, simulate_votes
from aggregation.models.dawid_skene.switching import best_match

from ....support import em_oracle
from ....support.em_models import crowd, good_rates, quiet_fit
from ....support.em_oracle import model_of

# --- restarts -------------------------------------------------------------------------------------


def rugged(seed: int = 0) -> Votes:
    """Few votes by raters little better than chance, whose likelihood has several optima."""
    rng = np.random.default_rng(seed)
    rates = rng.dirichlet(np.ones(3), size=(4, 3))
    return simulate_votes(
        rates, class_prior=[0.4, 0.3, 0.3], n_items=40, votes_per_item=3, seed=seed
    ).votes


def test_the_best_of_all_starts_is_kept_and_distinct_optima_are_reported() -> None:
    votes = rugged()
    first = quiet_fit(votes)
    fit = quiet_fit(votes, restarts=12, seed=1)
    assert fit.objective > first.objective + 0.1
    heights = [optimum.objective for optimum in fit.optima]
    assert heights == sorted(heights, reverse=True)
    assert len(heights) > 1
    assert all(a - b >= 1e-8 * votes.n_votes for a, b in pairwise(heights))
    assert sorted(k for optimum in fit.optima for k in optimum.starts) == list(range(13))
    assert fit.objective == pytest.approx(heights[0], abs=1e-6)
    assert fit.log_likelihood == pytest.approx(
        em_oracle.log_likelihood(model_of(votes, 3), fit.error_rates, fit.class_prior), rel=1e-12
    )
    at_first = next(optimum for optimum in fit.optima if 0 in optimum.starts)
    assert at_first.objective == pytest.approx(first.objective, abs=1e-6)


def test_restarts_differ_and_the_seed_decides_them() -> None:
    votes = rugged()

    def first_values(seed: int) -> list[float]:
        values: list[float] = []
        quiet_fit(
            votes,
            restarts=6,
            seed=seed,
            max_steps=1,
            progress=lambda _, value: values.append(value),
        )
        return values

    one, same, other = first_values(1), first_values(1), first_values(2)
    assert len(set(one)) == 7
    assert one == same
    assert one[0] == other[0]
    assert not set(one[1:]) & set(other[1:])
    fits = [quiet_fit(votes, restarts=6, seed=1) for _ in range(2)]
    np.testing.assert_array_equal(fits[0].posterior, fits[1].posterior)
    assert fits[0].optima == fits[1].optima


def test_one_optimum_under_two_names_is_one_optimum() -> None:
    votes = crowd(n_classes=2, n_raters=8, n_items=500)
    fit = fit_dawid_skene(votes, restarts=8, seed=3, tol=1e-13)
    assert len(fit.optima) == 1
    assert fit.optima[0].starts == tuple(range(9))
    np.testing.assert_allclose(
        fit.posterior, fit_dawid_skene(votes, tol=1e-13).posterior, atol=1e-4
    )


# --- label switching ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n_classes", [2, 3, 4])
def test_switched_labels_are_put_right_against_the_answers(n_classes: int, seed: int) -> None:
    votes = crowd(n_raters=8, n_classes=n_classes, n_items=600, seed=seed)
    expected = fit_dawid_skene(votes)
    fit = fit_dawid_skene(votes, restarts=6, seed=seed)
    assert fit.objective >= expected.objective - 1e-5
    np.testing.assert_allclose(fit.error_rates, expected.error_rates, atol=1e-2)
    assert (fit.error_rates.argmax(axis=2) == np.arange(n_classes)).all()


def test_labels_that_switch_on_the_way_are_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    # Vote shares lead to the classes in the wrong order: a majority answers the opposite.
    votes, flipped = crowd(n_classes=2), good_rates(6, 2)[:, ::-1]

    def from_flipped(problem: Any, *_: Any, **__: Any) -> NDArray[np.float64]:
        start: NDArray[np.float64] = problem.joined(
            np.ascontiguousarray(flipped.transpose(0, 2, 1)), np.array([0.6, 0.4])
        )
        return start

    expected = fit_dawid_skene(votes)
    monkeypatch.setattr("aggregation.models.dawid_skene.starts.first_start", from_flipped)
    fit = fit_dawid_skene(votes)
    assert fit.switched.tolist() == [1, 0]
    np.testing.assert_allclose(fit.posterior, expected.posterior, atol=1e-3)
    np.testing.assert_allclose(fit.error_rates, expected.error_rates, atol=1e-3)
    np.testing.assert_allclose(fit.class_prior, expected.class_prior, atol=1e-3)
    one_coin = fit_dawid_skene(votes, family="one-coin")
    assert (one_coin.error_rates[:, 0, 0] > 0.5).all()


@pytest.mark.parametrize(("n_classes", "n_answers"), [(2, 3), (2, 5), (3, 5), (3, 2)])
def test_labels_are_put_right_where_there_are_other_answers_than_classes(
    n_classes: int, n_answers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Answers are steps from the first class to the last one; EM starts from the last to the first.
    place = np.linspace(0, 1, n_answers) - np.linspace(0, 1, n_classes)[:, None]
    rates = np.tile(np.exp(-8 * place**2), (8, 1, 1))
    rates /= rates.sum(axis=2, keepdims=True)
    prior = np.arange(2, n_classes + 2) / np.arange(2, n_classes + 2).sum()
    simulated = simulate_votes(rates, class_prior=prior, n_items=800, seed=1)

    def from_the_wrong_end(problem: Any, *_: Any, **__: Any) -> NDArray[np.float64]:
        wrong = np.ascontiguousarray(rates[:, ::-1].transpose(0, 2, 1))
        start: NDArray[np.float64] = problem.joined(wrong, prior[::-1])
        return start

    monkeypatch.setattr("aggregation.models.dawid_skene.starts.first_start", from_the_wrong_end)
    fit = quiet_fit(simulated.votes, n_classes=n_classes, pseudo_count=0.1)
    assert fit.switched.tolist() == list(range(n_classes))[::-1]
    assert (fit.classes() == simulated.truth).mean() > 0.8


def test_two_classes_of_one_coin_raters_are_put_right() -> None:
    votes = crowd(n_raters=8, n_classes=2, n_items=500)
    for seed in range(8):
        fit = fit_dawid_skene(votes, family="one-coin", restarts=3, seed=seed)
        assert (fit.error_rates[:, 0, 0] > 0.5).all()


@pytest.mark.parametrize("restarts", [0, 5])
def test_switched_labels_are_put_right_against_the_truth(restarts: int) -> None:
    # Raters who mean the opposite of what they say: the answers would name the classes wrongly.
    flipped = good_rates(8, 3)[:, [1, 2, 0]]
    simulated = simulate_votes(flipped, class_prior=[0.3, 0.3, 0.4], n_items=600, seed=5)
    truth = np.where(np.arange(600) < 60, simulated.truth, -1)
    fit = fit_dawid_skene(simulated.votes, truth=truth, truth_role="start", restarts=restarts)
    np.testing.assert_allclose(fit.error_rates, flipped, atol=0.15)
    assert (fit.classes() == simulated.truth).mean() > 0.9
    by_answers = fit_dawid_skene(simulated.votes, restarts=restarts)
    assert (by_answers.classes() == simulated.truth).mean() < 0.1


def test_a_start_that_is_given_names_the_classes() -> None:
    votes = crowd(n_classes=2)
    fit = fit_dawid_skene(votes)
    swapped = fit_dawid_skene(votes, start=(fit.error_rates[:, ::-1], fit.class_prior[::-1]))
    np.testing.assert_array_equal(swapped.switched, [0, 1])
    np.testing.assert_allclose(swapped.posterior[:, ::-1], fit.posterior, atol=1e-3)


def test_best_match_leaves_ties_alone() -> None:
    np.testing.assert_array_equal(best_match(np.ones((4, 4))), range(4))
    np.testing.assert_array_equal(best_match(np.eye(3)[[2, 0, 1]]), [2, 0, 1])


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(0, 6), min_size=n, max_size=n), min_size=n, max_size=n
        )
    )
)
def test_best_match_is_that_of_all_permutations(rows: list[list[int]]) -> None:
    """Whole numbers: equal sums are equal, and the identity is left only for a larger one."""
    agreement = np.array(rows, dtype=float)
    every = np.arange(len(rows))
    sums = [agreement[every, list(order)].sum() for order in permutations(every)]
    found = best_match(agreement)
    assert agreement[every, found].sum() == max(sums)
    assert np.array_equal(found, every) == (np.trace(agreement) == max(sums))
