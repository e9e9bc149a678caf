"""What must not matter to a fit, and what simulated votes must give back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import Votes, fit_dawid_skene, simulate_votes

from ....support.em_models import (
    compiles,
    crowd,
    fit_of,
    good_rates,
    parameters,
    quiet_fit,
    ragged,
    with_options,
)
from ....support.em_oracle import Model

# --- what must not matter -------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"hard": True}, {"family": "one-coin"}, {"n_classes": 11}])
def test_threads_do_not_change_a_bit(options: dict[str, Any]) -> None:
    # Votes enough for several blocks and no two items alike, and a case with repeated patterns.
    for votes_per_item in (12, 2):
        votes = crowd(n_raters=30, n_items=4000, votes_per_item=votes_per_item)
        one = quiet_fit(votes, threads=1, max_steps=12, **options)
        for threads in (2, 3, 7):
            many = quiet_fit(votes, threads=threads, max_steps=12, **options)
            for name in ("posterior", "error_rates", "class_prior", "trace", "objective_trace"):
                assert getattr(one, name).tobytes() == getattr(many, name).tobytes(), name
            assert one.log_likelihood == many.log_likelihood
            assert one.n_steps == many.n_steps


@compiles
@given(ragged(square=True), st.data())
def test_permuting_items_raters_and_answers_permutes_the_result(
    model: Model, data: st.DataObject
) -> None:
    items, raters, answers = (
        np.array(data.draw(st.permutations(range(n))))
        for n in (model.n_items, model.n_raters, model.n_answers)
    )
    renamed = [(items[i], raters[k], answers[l]) for i, k, l in model.triples]  # noqa: E741
    options: dict[str, Any] = {"accelerate": False, "max_steps": 5, "pseudo_count": 0.5}
    fit = fit_of(model._replace(pseudo_count=0.5), accelerate=False, max_steps=5)
    other = quiet_fit(model._replace(triples=renamed).votes(), **options)
    rates, prior = parameters(fit)
    other_rates, other_prior = parameters(other)
    np.testing.assert_allclose(other.trace, fit.trace, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(other_prior[answers], prior, rtol=1e-8, atol=1e-10)
    there = other_rates[np.ix_(raters, answers, answers)]
    np.testing.assert_allclose(there, rates, rtol=1e-7, atol=1e-9)


def test_permuting_a_crowd_permutes_its_fit() -> None:
    votes = crowd(n_items=500, votes_per_item=4)
    rng = np.random.default_rng(1)
    items, raters, answers = (rng.permutation(n) for n in (500, 6, 3))
    other_votes = Votes.from_triples(
        items[votes.items], raters[votes.raters], answers[votes.answers]
    )
    fit, other = fit_dawid_skene(votes), fit_dawid_skene(other_votes)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-5)
    np.testing.assert_allclose(other.posterior[items][:, answers], fit.posterior, atol=1e-3)
    there = other.error_rates[np.ix_(raters, answers, answers)]
    np.testing.assert_allclose(there, fit.error_rates, atol=1e-3)


@pytest.mark.parametrize("times", [2, 7, 300])
def test_duplicates_weigh_and_the_tolerance_means_the_same_at_every_size(times: int) -> None:
    votes = crowd(n_items=200, votes_per_item=4)
    copies = Votes.from_triples(
        (votes.items[None, :] + 200 * np.arange(times)[:, None]).reshape(-1),
        np.tile(votes.raters, times),
        np.tile(votes.answers, times),
    )
    one, many = fit_dawid_skene(votes, tol=1e-9), fit_dawid_skene(copies, tol=1e-9)
    assert many.n_steps == one.n_steps
    np.testing.assert_allclose(many.trace, times * one.trace, rtol=1e-11)
    np.testing.assert_allclose(many.error_rates, one.error_rates, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(many.posterior[-200:], one.posterior, rtol=1e-6, atol=1e-9)


@compiles
@given(with_options(), st.integers(1, 12))
def test_the_same_fit_twice_is_the_same_to_the_bit(model: Model, max_steps: int) -> None:
    one, two = (fit_of(model, max_steps=max_steps, restarts=2) for _ in range(2))
    assert one.posterior.tobytes() == two.posterior.tobytes()
    assert one.optima == two.optima


# --- simulation -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n_classes", [2, 4, 10])
def test_parameters_are_recovered_from_simulated_votes(n_classes: int) -> None:
    rates = good_rates(8, n_classes, seed=3)
    prior = np.arange(2, n_classes + 2) / np.arange(2, n_classes + 2).sum()
    simulated = simulate_votes(
        rates, class_prior=prior, n_items=20_000, votes_per_item=8, seed=n_classes
    )
    fit = fit_dawid_skene(simulated.votes)
    assert fit.converged
    # Five standard errors of a share among the items of the rarest class.
    tolerance = 5 * np.sqrt(0.25 / (20_000 * prior.min()))
    np.testing.assert_allclose(fit.error_rates, rates, atol=tolerance)
    np.testing.assert_allclose(fit.class_prior, prior, atol=tolerance)
    assert (fit.classes() == simulated.truth).mean() > 0.97
    at_truth = quiet_fit(simulated.votes, start=(rates, prior), max_steps=0)
    assert fit.log_likelihood > at_truth.log_likelihood


def test_posteriors_are_calibrated() -> None:
    simulated = simulate_votes(
        good_rates(10, 2, seed=1), class_prior=[0.6, 0.4], n_items=20_000, votes_per_item=3, seed=4
    )
    fit = fit_dawid_skene(simulated.votes)
    says = fit.posterior[:, 1]
    for low in np.arange(0, 1, 0.2):
        inside = (says >= low) & (says < low + 0.2)
        share = simulated.truth[inside].mean()
        assert share == pytest.approx(says[inside].mean(), abs=0.06)
