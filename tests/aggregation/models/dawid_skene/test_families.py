"""Raters of a family, hard assignment, and pseudo-counts."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import VoteError, Votes, fit_dawid_skene, load_anesthesia, simulate_votes

from ....support import em_oracle
from ....support.em_models import (
    assert_fixed_point,
    assert_rising,
    compiles,
    crowd,
    fit_of,
    good_rates,
    parameters,
    quiet_fit,
    ragged,
)
from ....support.em_oracle import Model, model_of

# --- families -------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["full", "one-coin", "shared"])
def test_fits_can_be_sent_to_another_process(family: Any) -> None:
    fit = fit_dawid_skene(load_anesthesia(), family=family, max_steps=3, tol=1.0)
    sent = pickle.loads(pickle.dumps(fit))
    assert sent.options.family is fit.options.family
    np.testing.assert_array_equal(sent.posterior, fit.posterior)


@pytest.mark.parametrize("family", ["full", "one-coin", "shared"])
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("pseudo_count", [0.0, 0.7])
def test_plain_steps_of_each_family_are_the_oracles(
    family: Any, hard: bool, pseudo_count: float
) -> None:
    votes = crowd(n_items=80, votes_per_item=4, seed=7)
    options: dict[str, Any] = {"family": family, "hard": hard, "pseudo_count": pseudo_count}
    start = good_rates(6, 3, seed=1), np.array([0.3, 0.3, 0.4])
    model = model_of(votes, 3, **options)
    entered = quiet_fit(votes, start=start, max_steps=0, **options)
    path = em_oracle.em_path(model, entered.error_rates, entered.class_prior, 6)
    fit = quiet_fit(votes, start=start, max_steps=6, tol=0, accelerate=False, **options)
    steps = path[: fit.n_steps]
    np.testing.assert_allclose(fit.trace, [step.log_likelihood for step in steps], rtol=1e-11)
    np.testing.assert_allclose(fit.objective_trace, [step.objective for step in steps], rtol=1e-11)
    end = path[fit.n_steps]
    np.testing.assert_allclose(fit.error_rates, end.rates, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(fit.class_prior, end.prior, rtol=1e-9)
    assert fit.objective == pytest.approx(end.objective, rel=1e-11)


@compiles
@given(ragged(square=True), st.sampled_from(["one-coin", "shared"]), st.booleans())
def test_rates_have_the_shape_of_their_family(model: Model, family: str, hard: bool) -> None:
    fit = fit_of(model._replace(family=family, hard=hard), restarts=1)
    if family == "shared":
        np.testing.assert_array_equal(
            fit.error_rates, fit.error_rates[:1].repeat(model.n_raters, 0)
        )
        return
    order = np.argsort(fit.switched) if model.n_answers == 2 else slice(None)
    for rates in fit.error_rates[:, order]:
        right = np.diag(rates)
        np.testing.assert_allclose(right, right[0], rtol=1e-12, atol=1e-15)
        wrong = rates[~np.eye(model.n_answers, dtype=bool)]
        expected = (1 - right[0]) / max(model.n_answers - 1, 1)
        np.testing.assert_allclose(wrong, expected, rtol=1e-9, atol=1e-12)


def test_a_smaller_family_is_less_likely() -> None:
    votes = crowd(n_items=1000)
    full, one_coin, shared = (
        fit_dawid_skene(votes, family=family).log_likelihood
        for family in ("full", "one-coin", "shared")
    )
    assert full > one_coin
    assert full > shared


def test_one_coin_raters_are_recovered() -> None:
    abilities = np.array([0.95, 0.8, 0.7, 0.6, 0.9, 0.5, 0.85])
    rates = np.where(
        np.eye(4, dtype=bool), abilities[:, None, None], (1 - abilities)[:, None, None] / 3
    )
    simulated = simulate_votes(rates, class_prior=[0.1, 0.2, 0.3, 0.4], n_items=5000, seed=1)
    fit = fit_dawid_skene(simulated.votes, family="one-coin")
    np.testing.assert_allclose(fit.error_rates, rates, atol=0.04)
    np.testing.assert_allclose(fit.class_prior, [0.1, 0.2, 0.3, 0.4], atol=0.04)
    assert_fixed_point(model_of(simulated.votes, 4, family="one-coin"), fit, gain=1e-5)


def test_shared_rates_are_recovered_and_need_no_connected_raters() -> None:
    rates = np.repeat(good_rates(1, 3, seed=8), 50, axis=0)
    simulated = simulate_votes(rates, class_prior=[0.2, 0.3, 0.5], n_items=8000, seed=1)
    fit = fit_dawid_skene(simulated.votes, family="shared")
    np.testing.assert_allclose(fit.error_rates, rates, atol=0.05)


def test_one_coin_needs_an_answer_for_each_class() -> None:
    with pytest.raises(VoteError, match="2 classes, 3 answers"):
        fit_dawid_skene(crowd(), n_classes=2, family="one-coin")


# --- hard assignment ------------------------------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 3, 10])
@pytest.mark.parametrize("pseudo_count", [0.0, 0.5])
def test_hard_em_ends_where_no_assignment_changes(n_classes: int, pseudo_count: float) -> None:
    votes = crowd(n_classes=n_classes, n_items=300, votes_per_item=4, seed=n_classes)
    fit = quiet_fit(votes, hard=True, pseudo_count=pseudo_count)
    assert fit.converged
    assert_rising(fit.objective_trace)
    model = model_of(votes, n_classes, hard=True, pseudo_count=pseudo_count)
    rates, prior = parameters(fit)
    assigned = em_oracle.assignment(model, rates, prior)
    again = em_oracle.m_step(model, assigned)
    np.testing.assert_allclose(again[0], rates, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(again[1], prior, rtol=1e-12)
    assert fit.objective == pytest.approx(em_oracle.value(model, rates, prior).objective, rel=1e-12)
    assert fit.objective < fit.log_likelihood or pseudo_count


def test_hard_ties_go_to_the_first_class() -> None:
    votes = Votes.from_triples([0, 0], [0, 1], [0, 1])
    start = np.full((2, 2, 2), 0.5), [0.5, 0.5]
    fit = quiet_fit(votes, hard=True, start=start, max_steps=1, accelerate=False)
    np.testing.assert_array_equal(fit.class_prior, [1, 0])


# --- pseudo-counts --------------------------------------------------------------------------------

PSEUDO_COUNTS: list[tuple[str, Any]] = [
    ("full", 0.01),
    ("full", 1.0),
    ("full", [0.5, 2.0, 0.25]),
    ("full", np.linspace(0, 2, 6).reshape(6, 1, 1)),
    ("full", np.random.default_rng(0).random((6, 3, 3))),
    ("full", 3 * np.eye(3)),
    ("one-coin", 0.5),
    ("one-coin", [4.0, 1.0]),
    ("one-coin", np.random.default_rng(0).random((6, 2))),
    ("shared", 2.0),
    ("shared", np.random.default_rng(0).random((3, 3))),
]


@pytest.mark.parametrize(("family", "pseudo_count"), PSEUDO_COUNTS)
@pytest.mark.parametrize("accelerate", [True, False])
def test_the_penalised_objective_rises_to_its_fixed_point(
    family: Any, pseudo_count: Any, accelerate: bool
) -> None:
    votes = crowd(n_items=150, votes_per_item=3, seed=4)
    options = {"pseudo_count": pseudo_count, "accelerate": accelerate}
    fit = fit_dawid_skene(votes, family=family, **options)
    assert fit.converged
    assert_rising(np.append(fit.objective_trace, fit.objective))
    model = model_of(votes, 3, family=family, pseudo_count=np.asarray(pseudo_count))
    end = em_oracle.value(model, fit.error_rates, fit.class_prior)
    assert fit.objective == pytest.approx(end.objective, rel=1e-12)
    assert fit.log_likelihood == pytest.approx(end.log_likelihood, rel=1e-12)
    assert_fixed_point(model, fit, gain=1e-9 * votes.n_votes)


def test_pseudo_counts_keep_rates_off_zero_and_say_what_a_silent_rater_is() -> None:
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1], n_raters=3)
    fit = fit_dawid_skene(votes, pseudo_count=1)
    assert (fit.error_rates > 0.2).all()
    leaning = quiet_fit(votes, pseudo_count=[[3, 1], [1, 3]])
    np.testing.assert_array_equal(leaning.error_rates[2], [[0.75, 0.25], [0.25, 0.75]])


def test_pseudo_counts_are_counts_of_what_the_family_has() -> None:
    # Everything is known, so that the rates are counts and no more; rater 2 has no votes.
    votes = Votes.from_triples([0, 0, 1, 2], [0, 1, 0, 0], [0, 0, 2, 2], n_raters=3, n_answers=3)
    one_coin, shared = (
        quiet_fit(votes, truth=[0, 1, 2], family=family, pseudo_count=added).error_rates
        for family, added in (("one-coin", [3, 1]), ("shared", 0.5))
    )
    np.testing.assert_allclose(one_coin[:, 0, 0], [(2 + 3) / (3 + 4), 4 / 5, 3 / 4], rtol=1e-15)
    expected = np.array([[2.5, 0.5, 0.5], [0.5, 0.5, 1.5], [0.5, 0.5, 1.5]])
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shared, [expected] * 3, rtol=1e-15)


@pytest.mark.parametrize("n_classes", [2, 8])
def test_a_pseudo_count_of_one_coin_raters_is_a_vote_however_many_classes(n_classes: int) -> None:
    # One in each cell would be 64 votes for 17 with 8 classes, most of them wrong.
    ability = 0.8
    rates = np.where(np.eye(n_classes, dtype=bool), ability, 0.2 / (n_classes - 1))
    prior = np.full(n_classes, 1 / n_classes)
    drawn = simulate_votes([rates] * 30, class_prior=prior, n_items=170, votes_per_item=3, seed=2)
    fit = quiet_fit(drawn.votes, family="one-coin", pseudo_count=1)
    assert abs(fit.error_rates[:, 0, 0].mean() - ability) < 0.06
    assert (fit.classes() == drawn.truth).mean() > 0.85


@pytest.mark.parametrize(
    ("family", "pseudo_count", "message"),
    [
        ("one-coin", np.eye(3), r"\(3, 3\) does not fit \(rater, right or wrong\) = \(6, 2\)"),
        ("one-coin", [1, 2, 3], r"\(3,\) does not fit \(rater, right or wrong\) = \(6, 2\)"),
        ("shared", np.ones((6, 3, 3)), r"\(6, 3, 3\) does not fit \(class, answer\) = \(3, 3\)"),
    ],
)
def test_pseudo_counts_of_another_family_are_refused(
    family: Any, pseudo_count: Any, message: str
) -> None:
    with pytest.raises(VoteError, match=message):
        fit_dawid_skene(crowd(n_items=20), family=family, pseudo_count=pseudo_count)


def test_pseudo_counts_have_no_say_where_error_rates_are_fixed() -> None:
    rates = np.array([[[1, 0], [0.1, 0.9]]] * 5)  # with a zero, the penalty would be infinite
    votes = simulate_votes(rates, class_prior=[0.5, 0.5], n_items=100, seed=1).votes
    one, other = (fit_dawid_skene(votes, error_rates=rates, pseudo_count=p) for p in (0, 1))
    assert one.objective == other.objective == one.log_likelihood
    np.testing.assert_array_equal(one.posterior, other.posterior)


def test_a_pseudo_count_that_differs_by_class_says_which_class_is_which() -> None:
    # Raters who are mostly wrong, and a pseudo-count that says they are.
    flipped = np.array([[[0.2, 0.8], [0.9, 0.1]]] * 5)
    votes = simulate_votes(flipped, class_prior=[0.3, 0.7], n_items=400, seed=3).votes
    fit = quiet_fit(votes, pseudo_count=[[1, 50], [50, 1]], start=(flipped, [0.3, 0.7]))
    assert (fit.error_rates.argmax(axis=2) == [1, 0]).all()
    again = quiet_fit(votes, pseudo_count=[[1, 50], [50, 1]], restarts=5)
    np.testing.assert_array_equal(again.switched, [0, 1])
    model = model_of(votes, 2, pseudo_count=np.array([[1, 50], [50, 1]]))
    ended = em_oracle.value(model, again.error_rates, again.class_prior)
    assert again.objective == pytest.approx(ended.objective, rel=1e-12)
