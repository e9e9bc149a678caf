"""EM, plain and accelerated: against enumeration, against a slow EM, and by its properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregation import ConvergenceWarning, Votes, e_step, fit_dawid_skene, simulate_votes
from aggregation.models.dawid_skene.starts import answer_affinity

from ....support import em_oracle
from ....support.em_models import (
    assert_fixed_point,
    assert_rising,
    compiles,
    crowd,
    distributions,
    fit_of,
    good_rates,
    parameters,
    quiet_fit,
    ragged,
    with_options,
)
from ....support.em_oracle import Model, model_of

STEPS = 8


# --- the likelihood -------------------------------------------------------------------------------


@compiles
@given(ragged(most_classes=4, max_votes=10), st.data())
def test_log_likelihood_is_the_sum_over_all_assignments(model: Model, data: st.DataObject) -> None:
    assume(model.n_classes**model.n_items <= 300)
    rates = data.draw(distributions(model.shape, least=1))
    prior = data.draw(distributions((model.n_classes,), least=1))
    fit = fit_of(model, start=(rates, prior), max_steps=1)
    expected = em_oracle.enumerated_log_likelihood(model, rates, prior)
    np.testing.assert_allclose(fit.trace, [expected], rtol=1e-12, atol=1e-12)
    ended = em_oracle.enumerated_log_likelihood(model, *parameters(fit))
    np.testing.assert_allclose(fit.log_likelihood, ended, rtol=1e-12, atol=1e-12)


def test_log_likelihood_by_hand() -> None:
    # An item with answers 0 and 1 by raters of different skill, and one without votes.
    votes = Votes.from_triples([0, 0], [0, 1], [0, 1], n_items=2)
    rates = [[[0.9, 0.1], [0.2, 0.8]], [[0.7, 0.3], [0.4, 0.6]]]
    fit = quiet_fit(votes, start=(rates, [0.25, 0.75]), max_steps=0)
    fits = np.array([0.25 * 0.9 * 0.3, 0.75 * 0.2 * 0.6])
    assert fit.log_likelihood == pytest.approx(np.log(fits.sum()), rel=1e-14)
    np.testing.assert_allclose(fit.posterior, [fits / fits.sum(), [0.25, 0.75]], rtol=1e-14)


# --- plain EM is Dawid & Skene's ------------------------------------------------------------------


@compiles
@given(ragged(square=True))
def test_plain_steps_from_vote_shares_are_the_oracles(model: Model) -> None:
    fit = fit_of(model, accelerate=False, tol=0, max_steps=STEPS)
    start = em_oracle.m_step(model, em_oracle.vote_shares(model))
    path = em_oracle.em_path(model, *start, STEPS)
    assert fit.n_steps == len(fit.trace) <= STEPS
    expected = [step.log_likelihood for step in path[: fit.n_steps]]
    # Where a step gains nothing, plain EM may go on beyond what is a plateau.
    rests = np.flatnonzero(np.diff(fit.trace) <= 0)
    last = rests[0] + 2 if len(rests) else fit.n_steps
    np.testing.assert_allclose(fit.trace[:last], expected[:last], rtol=1e-9, atol=1e-9)
    if last < fit.n_steps:
        return
    end = path[fit.n_steps]
    np.testing.assert_allclose(parameters(fit)[1], end.prior, rtol=1e-7, atol=1e-9)
    weights = em_oracle.posterior(model, path[fit.n_steps - 1].rates, path[fit.n_steps - 1].prior)
    # A row in which next to nothing is expected is a quotient of next to nothings.
    seen = em_oracle.counts(model, weights).sum(axis=2) > 1e-6
    np.testing.assert_allclose(parameters(fit)[0][seen], end.rates[seen], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(fit.log_likelihood, end.log_likelihood, rtol=1e-9, atol=1e-9)


@compiles
@given(with_options(), st.data())
def test_one_step_from_anywhere_is_the_oracles(model: Model, data: st.DataObject) -> None:
    model = model._replace(hard=False)
    rates = data.draw(distributions(model.shape, least=1))
    prior = data.draw(distributions((model.n_classes,), least=1))
    rates, prior = started(model, rates, prior)
    fit = fit_of(model, start=(rates, prior), accelerate=False, max_steps=1)
    here, after = em_oracle.em_path(model, rates, prior, 1)
    np.testing.assert_allclose(fit.trace, [here.log_likelihood], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(fit.objective_trace, [here.objective], rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(fit.error_rates, after.rates, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(fit.class_prior, after.prior, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(fit.objective, after.objective, rtol=1e-11, atol=1e-11)
    posterior = em_oracle.posterior(model, after.rates, after.prior)
    np.testing.assert_allclose(fit.posterior, posterior, rtol=1e-9, atol=1e-12)


def started(model: Model, rates: Any, prior: Any) -> tuple[Any, Any]:
    """Parameters within a model's family, where none are fixed."""
    families = {"full": lambda x: x, "shared": em_oracle.shared, "one-coin": em_oracle.one_coin}
    rates = families[model.family](rates) if model.fixed_rates is None else model.fixed_rates
    return rates, prior if model.fixed_prior is None else model.fixed_prior


@pytest.mark.parametrize(("n_answers", "n_classes"), [(3, 2), (2, 3), (2, 5), (4, 1), (1, 3)])
def test_answers_and_classes_may_differ_in_number(n_answers: int, n_classes: int) -> None:
    rng = np.random.default_rng(n_classes)
    rates = rng.dirichlet(np.ones(n_answers), size=(4, n_classes))
    votes = simulate_votes(
        rates, class_prior=np.full(n_classes, 1 / n_classes), n_items=60, votes_per_item=3, seed=2
    ).votes
    model = model_of(votes, n_classes)
    fit = quiet_fit(votes, n_classes=n_classes, accelerate=False, max_steps=5)
    again = quiet_fit(votes, n_classes=n_classes, max_steps=0)
    path = em_oracle.em_path(model, *parameters(again), 5)
    expected = [step.log_likelihood for step in path[: fit.n_steps]]
    np.testing.assert_allclose(fit.trace, expected, rtol=1e-10)
    assert fit.error_rates.shape == (4, n_classes, n_answers)
    assert fit.posterior.shape == (60, n_classes)


def test_maybe_speaks_half_for_yes_and_half_for_no() -> None:
    # Two classes and three answers start from yes + maybe / 2.
    votes = Votes.from_triples([0, 0, 1, 1, 2], [0, 1, 0, 1, 1], [0, 1, 1, 2, 2])
    shares = [[0.75, 0.25], [0.25, 0.75], [0, 1]]
    default = quiet_fit(votes, n_classes=2, max_steps=0)
    given_shares = quiet_fit(votes, n_classes=2, max_steps=0, start=shares)
    np.testing.assert_array_equal(default.error_rates, given_shares.error_rates)
    np.testing.assert_array_equal(default.class_prior, given_shares.class_prior)


def test_an_answer_that_a_rater_never_gives_keeps_an_exact_zero() -> None:
    # In the class of answer 2 nobody ever says 0, nor 2 in the class of answer 0.
    items = np.repeat(np.arange(30), 3)
    answers = np.array([[0, 0, 0], [0, 0, 1], [1, 1, 1], [2, 2, 2], [2, 1, 2]] * 6).reshape(-1)
    votes = Votes.from_triples(items, np.tile(np.arange(3), 30), answers)
    for accelerate in (False, True):
        fit = fit_dawid_skene(votes, accelerate=accelerate)
        assert fit.error_rates[:, 0, 2].tolist() == [0, 0, 0]
        assert fit.error_rates[:, 2, 0].tolist() == [0, 0, 0]
        assert (fit.posterior[0::5, 2] == 0).all()
        assert (fit.posterior[3::5, 0] == 0).all()


@compiles
@given(ragged(), st.data())
def test_what_is_impossible_stays_exactly_impossible(model: Model, data: st.DataObject) -> None:
    rates = data.draw(distributions(model.shape))
    prior = data.draw(distributions((model.n_classes,)))
    assume(math.isfinite(em_oracle.log_likelihood(model, rates, prior)))
    here = fit_of(model, start=(rates, prior), max_steps=0)
    ruled_out = np.isneginf(em_oracle.log_joint(model, rates, prior))
    assert ((here.posterior == 0) == ruled_out).all()
    fit = fit_of(model, start=(rates, prior), max_steps=1)
    expected = em_oracle.counts(model, em_oracle.posterior(model, rates, prior))
    some = expected.sum(axis=2, keepdims=True) > 0
    assert ((fit.error_rates == 0) == ((expected == 0) & some)).all()
    assert (fit.error_rates[~some[:, :, 0]] == 1 / model.n_answers).all()
    assert (fit.class_prior[prior == 0] == 0).all()
    np.testing.assert_allclose(fit.error_rates.sum(axis=2), 1, rtol=1e-13)
    np.testing.assert_allclose(fit.posterior.sum(axis=1), 1, rtol=1e-13)


# --- accelerated EM -------------------------------------------------------------------------------


@compiles
@given(with_options(), st.booleans())
def test_the_objective_never_falls_and_is_what_it_is_said_to_be(
    model: Model, accelerate: bool
) -> None:
    fit = fit_of(model, accelerate=accelerate, max_steps=300)
    assert_rising(np.append(fit.objective_trace, fit.objective))
    end = em_oracle.value(model, fit.error_rates, fit.class_prior)
    np.testing.assert_allclose(fit.objective, end.objective, rtol=1e-10, atol=1e-10)
    soft = model._replace(hard=False)
    log_likelihood = em_oracle.log_likelihood(soft, fit.error_rates, fit.class_prior)
    np.testing.assert_allclose(fit.log_likelihood, log_likelihood, rtol=1e-10, atol=1e-10)
    posterior = em_oracle.posterior(model, fit.error_rates, fit.class_prior)
    np.testing.assert_allclose(fit.posterior, posterior, rtol=1e-8, atol=1e-10)
    if fit.converged:
        assert_fixed_point(model, fit, gain=1e-7 * len(model.triples))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n_classes", [2, 3, 9])
def test_accelerated_ends_no_lower_than_plain(seed: int, n_classes: int) -> None:
    votes = crowd(n_classes=n_classes, n_items=300, votes_per_item=4, seed=seed)
    plain = quiet_fit(votes, accelerate=False, max_steps=100_000)
    fast = quiet_fit(votes)
    assert plain.converged
    assert fast.converged
    assert fast.objective >= plain.objective - 1e-6
    assert fast.n_steps < plain.n_steps
    assert_fixed_point(model_of(votes, n_classes), fast, gain=1e-9 * votes.n_votes)


def test_fixed_points_satisfy_dawid_and_skenes_equations() -> None:
    votes = crowd(n_items=300)
    fit = fit_dawid_skene(votes, tol=1e-14)
    model = model_of(votes, 3)
    posterior = em_oracle.posterior(model, fit.error_rates, fit.class_prior)
    rates, prior = em_oracle.m_step(model, posterior)
    np.testing.assert_allclose(fit.posterior, posterior, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(fit.error_rates, rates, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(fit.class_prior, prior, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("family", ["full", "one-coin", "shared"])
def test_a_long_reach_does_not_leave_fixed_parameters_or_the_family(family: Any) -> None:
    # Rounding, taken to the square of the reach, would: then EM itself makes the objective fall.
    for seed in range(40):
        rng = np.random.default_rng(seed)
        triples = rng.integers(0, [6, 3, 3], size=(30, 3))
        votes = Votes.from_triples(*triples.T, n_items=6, n_raters=3, n_answers=3)
        rates = em_oracle.one_coin(rng.dirichlet(np.ones(3), size=(3, 3)))
        for fixed in ({"error_rates": rates}, {"class_prior": [0.2, 0.3, 0.5]}, {}):
            fit = quiet_fit(votes, family=family, restarts=2, seed=seed, **fixed)
            assert_rising(fit.objective_trace)
            for name, value in fixed.items():
                np.testing.assert_array_equal(getattr(fit, name), value)


@pytest.mark.parametrize("n", [1, 2, 3, 6, 7, 10, 20, 49])
def test_an_answer_speaks_for_its_own_class_alone(n: int) -> None:
    np.testing.assert_array_equal(answer_affinity(n, n), np.eye(n))


# --- stopping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("accelerate", [True, False])
@pytest.mark.parametrize("max_steps", [1, 2, 3, 4, 5])
def test_running_out_of_steps_is_a_warning(accelerate: bool, max_steps: int) -> None:
    with pytest.warns(ConvergenceWarning, match=f"not converged after {max_steps} step") as caught:
        fit = fit_dawid_skene(crowd(), accelerate=accelerate, max_steps=max_steps)
    assert not fit.converged
    assert fit.n_steps == max_steps
    assert caught[0].filename == __file__
    # One step has nothing to compare with: it is not said to have gained anything.
    assert ("the last one gained" in str(caught[0].message)) == (max_steps > 1)


@pytest.mark.parametrize("n_classes", [1, 2, 3, 7, 8, 9, 16, 17])
def test_a_fit_without_steps_has_the_same_bits(n_classes: int) -> None:
    rng = np.random.default_rng(n_classes)
    items = np.append(np.arange(300).repeat(7), np.zeros(40, dtype=int))  # one of 47 votes
    votes = Votes.from_triples(
        items, rng.integers(0, 9, len(items)), rng.integers(0, 3, len(items)), n_items=301
    )
    rates, prior = rng.dirichlet(np.ones(3), (9, n_classes)), rng.dirichlet(np.ones(n_classes))
    found = e_step(votes, error_rates=rates, class_prior=prior)
    fit = quiet_fit(votes, start=(rates, prior), max_steps=0)
    np.testing.assert_array_equal(fit.posterior, found.posterior)
    assert fit.log_likelihood == pytest.approx(found.log_likelihood, rel=1e-13)


def test_no_steps_at_all_give_the_posterior_at_the_start() -> None:
    votes = crowd()
    rates, prior = good_rates(6, 3, seed=5), np.array([0.5, 0.3, 0.2])
    fit = fit_dawid_skene(votes, start=(rates, prior), max_steps=0)
    assert (fit.n_steps, fit.trace.size, fit.objective_trace.size) == (0, 0, 0)
    np.testing.assert_array_equal(fit.error_rates, rates)
    np.testing.assert_array_equal(fit.class_prior, prior)
    model = model_of(votes, 3)
    np.testing.assert_allclose(
        fit.posterior, em_oracle.posterior(model, rates, prior), rtol=1e-12, atol=1e-300
    )
    assert fit.optima[0].objective == pytest.approx(fit.objective, rel=1e-13)
    best = quiet_fit(votes, start=(rates, prior), max_steps=0, restarts=3)
    heights = [optimum.objective for optimum in best.optima]
    assert best.objective == pytest.approx(max(heights), rel=1e-13)
    assert len(heights) == 4


def test_steps_are_counted_and_the_trace_is_whole() -> None:
    votes, seen = crowd(votes_per_item=3), []
    fit = fit_dawid_skene(votes, progress=lambda step, value: seen.append((step, value)))
    assert [step for step, _ in seen] == list(range(1, fit.n_steps + 1))
    values = [value for _, value in seen]
    assert set(fit.trace) <= set(values)
    plain = fit_dawid_skene(votes, accelerate=False)
    assert plain.n_steps == len(plain.trace) == len(plain.objective_trace)
    np.testing.assert_array_equal(plain.trace, plain.objective_trace)
    assert fit.log_likelihood >= fit.trace[-1]


@pytest.mark.parametrize("tol", [1e-4, 1e-6, 1e-8])
def test_plain_em_stops_at_the_first_step_that_gains_less_per_vote(tol: float) -> None:
    votes = crowd(votes_per_item=3)
    fit = fit_dawid_skene(votes, accelerate=False, tol=tol)
    gains = np.diff(fit.trace) / votes.n_votes
    assert (gains[:-1] > tol).all()
    assert gains[-1] <= tol
    assert fit.converged


def test_no_tolerance_stops_where_nothing_is_gained() -> None:
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1])
    fit = fit_dawid_skene(votes, tol=0)
    assert fit.converged
    assert fit.n_steps < 10
    assert fit.log_likelihood == pytest.approx(2 * np.log(0.5), rel=1e-14)
