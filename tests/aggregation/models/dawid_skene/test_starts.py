"""Known items in the fit: clamped, soft, or only to start from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import (
    VoteError,
    Votes,
    estimate_class_prior,
    estimate_error_rates,
    fit_dawid_skene,
    simulate_votes,
)

from ....support import em_oracle
from ....support.em_models import (
    assert_fixed_point,
    assert_rising,
    compiles,
    crowd,
    distributions,
    fit_of,
    good_rates,
    quiet_fit,
    ragged,
    truths,
)
from ....support.em_oracle import Model, model_of


def half_known(
    n_classes: int = 3, share: float = 0.3, seed: int = 0
) -> tuple[Votes, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return votes, the truth, and the truth with -1 where it is not known."""
    simulated = simulate_votes(
        good_rates(6, n_classes, seed),
        class_prior=np.full(n_classes, 1 / n_classes),
        n_items=300,
        votes_per_item=3,
        seed=seed,
    )
    known = np.random.default_rng((seed, 1)).random(300) < share
    return simulated.votes, simulated.truth, np.where(known, simulated.truth, -1)


def as_rows(truth: Any, n_classes: int) -> np.ndarray[Any, Any]:
    """Classes as rows of 0 and 1; a row of zeros where the class is not known."""
    rows: np.ndarray[Any, Any] = np.eye(n_classes)[truth]
    rows[np.asarray(truth) < 0] = 0
    return rows


# --- clamped --------------------------------------------------------------------------------------


@compiles
@given(ragged(square=True), st.data())
def test_plain_steps_with_clamped_truth_are_the_oracles(model: Model, data: st.DataObject) -> None:
    model = model._replace(known=data.draw(truths(model)), pseudo_count=0.25)
    fit = fit_of(model, accelerate=False, tol=0, max_steps=6)
    path = em_oracle.em_path(model, *em_oracle.m_step(model, em_oracle.vote_shares(model)), 6)
    steps = path[: fit.n_steps]
    np.testing.assert_allclose(fit.trace, [s.log_likelihood for s in steps], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        fit.objective_trace, [s.objective for s in steps], rtol=1e-9, atol=1e-9
    )
    order = np.argsort(fit.switched)
    np.testing.assert_allclose(fit.class_prior[order], path[fit.n_steps].prior, atol=1e-8)
    np.testing.assert_allclose(fit.error_rates[:, order], path[fit.n_steps].rates, atol=1e-7)


@pytest.mark.parametrize("hard", [False, True])
def test_a_known_item_has_its_truth_and_its_class_is_part_of_what_is_likely(hard: bool) -> None:
    votes, _, truth = half_known()
    fit = fit_dawid_skene(votes, truth=truth, hard=hard)
    np.testing.assert_array_equal(fit.posterior[truth >= 0], as_rows(truth, 3)[truth >= 0])
    model = model_of(votes, 3, known=as_rows(truth, 3), hard=hard)
    end = em_oracle.value(model, fit.error_rates, fit.class_prior)
    assert fit.objective == pytest.approx(end.objective, rel=1e-12)
    assert_fixed_point(model, fit, gain=1e-9 * votes.n_votes)
    assert_rising(fit.objective_trace)
    np.testing.assert_array_equal(fit.switched, range(3))


def test_rows_of_zeros_and_ones_are_the_same_as_classes() -> None:
    votes, _, truth = half_known()
    by_class = fit_dawid_skene(votes, truth=truth)
    by_rows = fit_dawid_skene(votes, truth=as_rows(truth, 3))
    weighted = fit_dawid_skene(votes, truth=(7 * as_rows(truth, 3)).tolist())
    for other in (by_rows, weighted):
        np.testing.assert_array_equal(other.posterior, by_class.posterior)
        np.testing.assert_array_equal(other.trace, by_class.trace)


def test_truth_of_which_nothing_is_known_is_no_truth() -> None:
    votes = crowd()
    for nothing in (np.full(400, -1), np.zeros((400, 3))):
        for role in ("clamped", "start"):
            fit = fit_dawid_skene(votes, truth=nothing, truth_role=role, restarts=2)
            plain = fit_dawid_skene(votes, restarts=2)
            np.testing.assert_array_equal(fit.posterior, plain.posterior)
            np.testing.assert_array_equal(fit.trace, plain.trace)


@pytest.mark.parametrize("seed", range(3))
def test_known_items_teach_about_the_raters(seed: int) -> None:
    votes, _, truth = half_known(share=0.5, seed=seed)
    alone, taught = fit_dawid_skene(votes), fit_dawid_skene(votes, truth=truth)
    wrong = [np.abs(fit.error_rates - good_rates(6, 3, seed)).mean() for fit in (taught, alone)]
    assert wrong[0] < 0.9 * wrong[1]


def test_where_all_items_are_known_the_answer_is_counted() -> None:
    votes, truth, _ = half_known()
    for pseudo_count in (0.0, 1.0):
        fit = fit_dawid_skene(votes, truth=truth, pseudo_count=pseudo_count)
        expected = estimate_error_rates(votes, truth=truth, pseudo_count=pseudo_count)
        np.testing.assert_array_equal(fit.error_rates, expected)
        np.testing.assert_array_equal(fit.class_prior, estimate_class_prior(truth))
        np.testing.assert_array_equal(fit.posterior, as_rows(truth, 3))
        assert fit.converged
        assert fit.n_steps <= 3
        model = model_of(votes, 3, known=as_rows(truth, 3), pseudo_count=pseudo_count)
        end = em_oracle.value(model, expected, fit.class_prior)
        assert fit.objective == pytest.approx(end.objective, rel=1e-12)
    two_classes = fit_dawid_skene(votes, truth=truth % 2, n_classes=2)
    np.testing.assert_array_equal(
        two_classes.error_rates, estimate_error_rates(votes, truth=truth % 2)
    )


@compiles
@given(ragged(most_classes=4), st.data())
def test_clamping_soft_truth_climbs_its_bound(model: Model, data: st.DataObject) -> None:
    known = data.draw(distributions((model.n_items, model.n_classes)))
    known[0] = 0
    model = model._replace(known=known)
    fit = fit_of(model, max_steps=200)
    assert_rising(fit.objective_trace)
    end = em_oracle.value(model, fit.error_rates, fit.class_prior)
    np.testing.assert_allclose(fit.log_likelihood, end.log_likelihood, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(fit.posterior[1:], known[1:], rtol=1e-13)


def test_soft_truth_says_how_many_classes_there_are() -> None:
    votes = crowd(n_classes=2)
    fit = quiet_fit(votes, truth=np.tile([0.2, 0.3, 0.5], (400, 1)))
    assert fit.n_classes == 3
    np.testing.assert_allclose(fit.class_prior, [0.2, 0.3, 0.5], rtol=1e-12)
    assert quiet_fit(votes, truth=[4] + [-1] * 399).n_classes == 5
    assert quiet_fit(votes, truth=[0] + [-1] * 399).n_classes == 2


def test_soft_truth_in_a_hard_fit_counts_as_it_is() -> None:
    votes, _, truth = half_known()
    soft = 0.9 * as_rows(truth, 3) + 0.1 / 3
    soft[truth < 0] = 0
    fit = fit_dawid_skene(votes, truth=soft, hard=True)
    assert_rising(fit.objective_trace)
    model = model_of(votes, 3, known=soft, hard=True)
    end = em_oracle.value(model, fit.error_rates, fit.class_prior)
    assert fit.objective == pytest.approx(end.objective, rel=1e-12)
    np.testing.assert_allclose(fit.posterior[truth >= 0], soft[truth >= 0], rtol=1e-14)


def test_clamped_truth_with_a_posterior_to_start_from() -> None:
    votes, _, truth = half_known()
    start = np.full((300, 3), [0.5, 0.3, 0.2])
    start[truth < 0] = fit_dawid_skene(votes).posterior[truth < 0]
    fit = fit_dawid_skene(votes, truth=truth, start=start, accelerate=False, tol=1e-12)
    model = model_of(votes, 3, known=as_rows(truth, 3))
    weights = np.where(truth[:, None] >= 0, as_rows(truth, 3), start)
    path = em_oracle.em_path(model, *em_oracle.m_step(model, weights), 3)
    np.testing.assert_allclose(fit.trace[:3], [s.log_likelihood for s in path[:3]], rtol=1e-11)


# --- to start from --------------------------------------------------------------------------------


def test_known_items_that_only_start_are_items_like_any_other() -> None:
    votes, everything, truth = half_known(seed=2)
    fit = fit_dawid_skene(votes, truth=truth, truth_role="start", tol=1e-13)
    without = fit_dawid_skene(votes, tol=1e-13)
    assert fit.objective == pytest.approx(without.objective, abs=1e-5)
    np.testing.assert_allclose(fit.posterior, without.posterior, atol=1e-2)
    assert fit.log_likelihood == pytest.approx(
        em_oracle.log_likelihood(model_of(votes, 3), fit.error_rates, fit.class_prior), rel=1e-12
    )
    start = fit_dawid_skene(votes, truth=truth, truth_role="start", max_steps=0)
    expected = estimate_error_rates(votes, truth=truth, pseudo_count=1)
    np.testing.assert_allclose(start.error_rates, expected, rtol=1e-13)
    held_out = (start.classes() == everything)[truth < 0].mean()
    assert held_out > 0.8


@pytest.mark.parametrize("role", ["clamped", "start"])
@pytest.mark.parametrize("n_classes", [3, 4])
def test_classes_of_which_no_item_is_known_can_still_be_told_apart(
    role: Any, n_classes: int
) -> None:
    # Known items of class 0 alone: the others must not start alike, or they would stay alike.
    simulated = simulate_votes(
        good_rates(8, n_classes), class_prior=np.full(n_classes, 1 / n_classes), n_items=800, seed=1
    )
    truth = np.where((simulated.truth == 0) & (np.arange(800) < 200), 0, -1)
    fit = fit_dawid_skene(simulated.votes, truth=truth, truth_role=role)
    assert (fit.classes() == simulated.truth).mean() > 0.9
    np.testing.assert_allclose(fit.error_rates, good_rates(8, n_classes), atol=0.15)


@pytest.mark.parametrize("role", ["clamped", "start"])
def test_an_answer_without_a_pseudo_count_is_possible_at_the_start(role: Any) -> None:
    # Nobody says 0 of a known item, and answer 2 alone has a pseudo-count.
    votes = Votes.from_triples([0, 1, 1, 2], [0, 0, 1, 1], [0, 1, 1, 0], n_answers=3)
    truth, pseudo_count = [-1, 1, -1], [0, 0, 0.25]
    for n_classes in (2, 3):
        fit = quiet_fit(
            votes, truth=truth, truth_role=role, n_classes=n_classes, pseudo_count=pseudo_count
        )
        assert np.isfinite(fit.objective_trace[1:]).all()
        assert fit.converged


# --- truth that does not fit ----------------------------------------------------------------------

SMALL = Votes.from_triples([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], [1, 1, 0, 0, 1])


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ([0, 1], r"truth of shape \(2,\) does not fit 3 items"),
        (1, r"truth of shape \(\) does not fit 3 items"),
        ([0, -2, 1], r"truth of item 1 is -2: classes are 0\.\.1, or -1"),
        ([0.5, 1, 0], r"truth of item 0 is 0\.5: classes are"),
        ([0, float("nan"), 1], "truth of item 1 is nan: classes are"),
        ([float("inf"), 0, 1], "truth of item 0 is inf: classes are"),
        ([0, None, 1], "truth must be numbers: None"),
        (["yes", "no", "yes"], "truth must be numbers: it holds 'yes'"),
        ([[0, 1], [1]], "truth must be numbers in rows of equal length"),
        (np.ones((2, 2)), r"truth of shape \(2, 2\) does not fit 3 items"),
        ([[0, 1], [1, -1], [0, 0]], "truth of item 1 gives class 1 the weight -1"),
        ([10**9, 0, 0], "class 1000000000 among the truth of 3 items looks like an identifier"),
    ],
)
@pytest.mark.parametrize("role", ["clamped", "start"])
def test_truth_must_fit_the_votes(truth: Any, message: str, role: Any) -> None:
    with pytest.raises(VoteError, match=message) as caught:
        fit_dawid_skene(SMALL, truth=truth, truth_role=role)
    assert "\n" not in str(caught.value)


def test_truth_must_be_a_class_that_there_is() -> None:
    with pytest.raises(VoteError, match=r"truth of item 2 is 2: classes are 0\.\.1"):
        fit_dawid_skene(SMALL, truth=[0, 1, 2], n_classes=2)
    with pytest.raises(VoteError, match=r"truth of item 2 is 2: classes are 0\.\.1"):
        fit_dawid_skene(SMALL, truth=[0, 1, 2], class_prior=[0.5, 0.5])
    with pytest.raises(VoteError, match="does not fit 3 items and 3 classes"):
        fit_dawid_skene(SMALL, truth=np.ones((3, 2)), n_classes=3)


IMPOSSIBLE = [[[1, 0], [0.1, 0.9]]] * 2  # in class 0 nobody answers 1


@pytest.mark.parametrize(
    "options",
    [
        {"error_rates": IMPOSSIBLE},
        {"start": (IMPOSSIBLE, [0.5, 0.5])},
        {"class_prior": [0, 1]},
        {"error_rates": IMPOSSIBLE, "max_steps": 0},
    ],
)
def test_a_truth_that_parameters_rule_out_is_an_error(options: dict[str, Any]) -> None:
    with pytest.raises(VoteError, match="probability 0"):
        fit_dawid_skene(SMALL, truth=[0, -1, -1], **options)


def test_a_known_class_that_votes_contradict_is_believed() -> None:
    votes = Votes.from_triples(np.repeat(range(20), 3), np.tile(range(3), 20), [1] * 30 + [0] * 30)
    truth = np.full(20, -1)
    truth[0] = 0  # where all say 1
    fit = fit_dawid_skene(votes, truth=truth)
    np.testing.assert_array_equal(fit.posterior[0], [1, 0])
    assume_rates = fit.error_rates[:, 0, 1]
    assert (assume_rates > 0).all()
