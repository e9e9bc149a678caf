"""MACE, by variational Bayes and by EM, against reference values, a slow twin and brute force."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import (
    METHODS,
    Aggregation,
    VoteError,
    Votes,
    fit_mace,
    fit_mace_em,
    load_anesthesia,
    read_known_items,
    simulate_votes,
)

from ...support.bayes_oracle import enumerated, mace, mace_joint
from ...support.em_models import compiles, crowd, ragged, truths
from ...support.em_oracle import Model
from ...support.fifteen_votes import FIFTEEN
from ...support.methods import quietly, renamed


# Values of an independent implementation in the log domain.
def test_reference_values(datasets: Path) -> None:
    bluebird = Votes.read(datasets / "bluebird_votes.csv")
    bounds, heights = (-267.23703829, -2210.19703978), (-245.50103705, -1903.97326289)
    for votes, bound, height in zip((load_anesthesia(), bluebird), bounds, heights, strict=True):
        bayes, likely = fit_mace(votes, tol=1e-14), fit_mace_em(votes, tol=1e-14)
        assert bayes.converged
        assert likely.converged
        assert bayes.objective == pytest.approx(bound, rel=0, abs=1e-6)
        assert likely.objective == pytest.approx(height, rel=0, abs=1e-6)


def test_accuracy_in_any_order_of_votes(datasets: Path) -> None:
    # A public implementation has .8611 on sorted votes alone, else .7222: it mixes up the raters.
    votes = Votes.read(datasets / "bluebird_votes.csv")
    truth = read_known_items(datasets / "bluebird_gold.csv", votes=votes).truth
    rng = np.random.default_rng(5)
    orders = [rng.permutation(votes.n_items), rng.permutation(votes.n_raters), np.arange(2)]
    there = renamed(votes, orders)
    assert (fit_mace(votes).classes() == truth).mean() == pytest.approx(0.8611, abs=5e-5)
    assert (fit_mace(there).classes()[orders[0]] == truth).mean() == pytest.approx(0.8611, abs=5e-5)


def test_the_bound_is_below_the_evidence() -> None:
    fit = fit_mace(FIFTEEN.votes(), tol=1e-14)
    exact, _ = enumerated(FIFTEEN, mace_joint(FIFTEEN))
    assert exact == pytest.approx(-10.54992367, rel=0, abs=1e-8)
    assert fit.objective == pytest.approx(-12.82719135, rel=0, abs=1e-6)
    assert fit.objective < exact


@compiles
@given(ragged(square=True), st.data(), st.integers(1, 8), st.sampled_from(["mace", "mace-em"]))
def test_plain_steps_are_the_oracles(
    model: Model, data: st.DataObject, n_steps: int, name: str
) -> None:
    if data.draw(st.booleans()):
        model = model._replace(known=data.draw(truths(model)))
    path = mace(model, n_steps + 1, bayes=name == "mace")
    fit = quietly(
        METHODS[name],
        model.votes(),
        truth=model.known,
        accelerate=False,
        tol=0,
        max_steps=n_steps,
    )
    n = len(fit.objective_trace)
    np.testing.assert_allclose(fit.objective_trace, path.objectives[:n], rtol=1e-9, atol=1e-8)
    if n == n_steps:
        assert fit.objective == pytest.approx(path.objectives[-1], rel=1e-9, abs=1e-8)
        np.testing.assert_allclose(fit.posterior, path.posterior, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("fit", [fit_mace, fit_mace_em])
def test_competence_and_taste_are_recovered(fit: Callable[[Votes], Aggregation]) -> None:
    competence = np.array([0.9, 0.7, 0.5, 0.3, 0.1])
    taste = np.array([[0.2, 0.3, 0.5], [0.5, 0.3, 0.2], [0.6, 0.3, 0.1]] + [[0.1, 0.1, 0.8]] * 2)
    rates = competence[:, None, None] * np.eye(3) + ((1 - competence)[:, None] * taste)[:, None, :]
    votes = simulate_votes(rates, class_prior=[1 / 3] * 3, n_items=6000, seed=1).votes
    found = fit(votes)
    np.testing.assert_allclose(found.parameters["competence"], competence, atol=0.03)
    np.testing.assert_allclose(found.parameters["taste"][1:], taste[1:], atol=0.04)
    np.testing.assert_allclose(found.answer_probabilities(), rates, atol=0.03)


def test_other_classes_are_refused() -> None:
    for fit in (fit_mace, fit_mace_em):
        with pytest.raises(VoteError, match="for each class: 2 classes, 3 answers"):
            fit(crowd(n_classes=3, n_items=10), n_classes=2)
