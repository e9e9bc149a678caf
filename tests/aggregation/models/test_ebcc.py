"""EBCC against reference values, a slow twin and brute force."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aggregation import (
    METHODS,
    ConvergenceWarning,
    VoteError,
    Votes,
    fit_ebcc,
    fit_ibcc,
    load_anesthesia,
    read_known_items,
    simulate_votes,
)

from ...support.bayes_oracle import ebcc, ebcc_joint, enumerated, shares_of
from ...support.em_models import compiles, crowd, ragged, truths
from ...support.em_oracle import Model
from ...support.fifteen_votes import FIFTEEN
from ...support.methods import quietly


# Values of an independent implementation in the log domain.
def test_reference_values(datasets: Path) -> None:
    bluebird = Votes.read(datasets / "bluebird_votes.csv")
    bounds = (-259.45589737, -2075.64588470)
    for votes, bound in zip((load_anesthesia(), bluebird), bounds, strict=True):
        for accelerate in (False, True):
            fit = fit_ebcc(votes, restarts=0, tol=1e-14, accelerate=accelerate)
            assert fit.converged
            assert fit.objective == pytest.approx(bound, rel=0, abs=1e-6)
    truth = read_known_items(datasets / "bluebird_gold.csv", votes=bluebird).truth
    assert (fit.classes() == truth).mean() == pytest.approx(0.8889, abs=5e-5)


def test_the_best_of_several_starts_is_kept(datasets: Path) -> None:
    votes = Votes.read(datasets / "bluebird_votes.csv")
    fit = fit_ebcc(votes, restarts=3)
    bounds = fit.parameters["bounds"]
    assert len(bounds) == 4
    assert fit.objective == bounds.max() > bounds.min() + 5
    alone = [fit_ebcc(votes, restarts=0, seed=1234 + k).objective for k in range(4)]
    np.testing.assert_allclose(bounds, alone, rtol=1e-12)


def test_the_bound_is_below_the_evidence() -> None:
    votes = FIFTEEN.votes()
    fit = fit_ebcc(votes, n_groups=2, restarts=0, tol=1e-14)
    alpha = (votes.answer_counts() / np.diff(votes.starts)[:, None]).sum(axis=0)
    states = FIFTEEN._replace(n_classes=4)
    exact, _ = enumerated(states, ebcc_joint(states, alpha, 2))
    assert exact == pytest.approx(-11.01381500, rel=0, abs=1e-8)
    assert fit.objective == pytest.approx(-13.09865313, rel=0, abs=1e-6)
    assert fit.objective < exact


@compiles
@given(ragged(max_votes=20), st.data(), st.integers(1, 5), st.integers(1, 3))
def test_plain_steps_are_the_oracles(
    model: Model, data: st.DataObject, n_steps: int, n_groups: int
) -> None:
    # a class's own answer is that of its code; the first one has those of the classes beyond
    diagonal = [k if k < model.n_answers else 0 for k in range(model.n_classes)]
    own = np.arange(model.n_answers)[:, None] == np.array(diagonal)
    if data.draw(st.booleans()):
        model = model._replace(known=data.draw(truths(model)))
    shape = model.n_items, model.n_classes
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    start = (
        rng.dirichlet(np.ones(n_groups), shape)
        * rng.dirichlet(np.ones(shape[1]), shape[0])[..., None]
    )
    start[:, shares_of(model, own).sum(axis=0) == 0] = 0  # impossible classes
    assume((start.sum(axis=(1, 2)) > 0).all())
    start /= start.sum(axis=(1, 2), keepdims=True)
    if model.known is not None:
        known = model.known_rows()[..., None] * rng.dirichlet(np.ones(n_groups), shape)
        start = np.where(model.is_open()[:, None, None], start, known)
    path = ebcc(model, n_steps + 1, own, start)
    fit = quietly(
        METHODS["ebcc"],
        model.votes(),
        diagonal=diagonal,
        truth=model.known,
        n_groups=n_groups,
        start=start,
        accelerate=False,
        tol=0,
        max_steps=n_steps,
    )
    n = len(fit.objective_trace)
    np.testing.assert_allclose(fit.objective_trace, path.objectives[:n], rtol=1e-10, atol=1e-9)
    if n == n_steps:
        assert fit.objective == pytest.approx(path.objectives[-1], rel=1e-10, abs=1e-9)
        np.testing.assert_allclose(fit.posterior, path.posterior, rtol=1e-8, atol=1e-10)


def test_one_group_is_ibcc() -> None:
    votes = crowd(n_items=200)
    truth = np.where(np.arange(200) < 30, np.arange(200) % 3, -1)
    jobs: list[dict[str, Any]] = [{}, {"truth": truth}, {"truth": truth, "class_count": 1.0}]
    for options in jobs:
        one, other = fit_ebcc(votes, n_groups=1, restarts=0, **options), fit_ibcc(votes, **options)
        assert one.objective == pytest.approx(other.objective, rel=1e-12)
        np.testing.assert_allclose(one.posterior, other.posterior, atol=1e-4)


def test_items_of_the_same_votes_may_start_apart() -> None:
    votes = Votes.from_triples([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], [0, 1, 0, 1, 0])
    start = np.zeros((3, 2, 2))
    start[[0, 1, 2], [0, 1, 0], [0, 1, 1]] = 1
    fit = quietly(METHODS["ebcc"], votes, n_groups=2, start=start, max_steps=0)
    counts = fit.parameters["answer_counts"]  # type: ignore[attr-defined]
    expected = np.tile(1 + 3 * np.eye(2)[:, None, :], (2, 1, 2, 1))
    for i, rater, answer in zip(votes.items, votes.raters, votes.answers, strict=True):
        expected[rater, :, :, answer] += start[i]
    np.testing.assert_allclose(counts, expected)


def test_two_classes_and_three_answers() -> None:
    rates = np.array([[[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]]] * 5)
    simulated = simulate_votes(rates, class_prior=[0.4, 0.6], n_items=2000, seed=1)
    fit = fit_ebcc(simulated.votes, diagonal=[0, 2], restarts=0)
    assert (fit.classes() == simulated.truth).mean() > 0.92
    np.testing.assert_allclose(fit.answer_probabilities(), rates, atol=0.1)


def test_raters_who_err_together_are_foreseen() -> None:
    # a fifth of the items look like the other class to everybody
    rng = np.random.default_rng(0)
    truth, misleading = rng.integers(0, 2, 1500), rng.random(1500) < 0.2
    looks = np.where(misleading, 1 - truth, truth)
    answers = np.where(rng.random((1500, 6)) < 0.85, looks[:, None], 1 - looks[:, None])
    answers[:, 5] = np.where(rng.random(1500) < 0.95, truth, 1 - truth)  # who is not misled
    items, raters = np.indices((1500, 6)).reshape(2, -1)
    votes = Votes.from_triples(items, raters, answers.reshape(-1))
    left_out = rng.random(votes.n_votes) < 0.2
    few, others = votes.where(~left_out), votes.where(left_out)
    known = np.where(np.arange(1500) < 150, truth, -1)
    together = fit_ebcc(few, n_groups=3, restarts=1, truth=known)
    apart = fit_ibcc(few, truth=known)
    assert together.log_predictive(others).sum() > apart.log_predictive(others).sum() + 5


def test_thousands_of_votes_an_item_do_not_underflow() -> None:
    answers = np.where(np.arange(9000) % 5 < 2, 1, 0)
    votes = Votes.from_triples(np.arange(9000) % 3, np.arange(9000) % 60, answers)
    fit = fit_ebcc(votes, restarts=0)
    assert np.isfinite(fit.objective)
    assert np.isfinite(fit.posterior).all()


def test_one_warning_for_all_starts() -> None:
    with pytest.warns(ConvergenceWarning, match="not converged after 3 steps") as told:
        fit = fit_ebcc(crowd(n_items=40), max_steps=3)
    assert len(told) == 1
    assert told[0].filename == __file__
    assert not fit.converged


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_groups": 0}, "n_groups=0: give 1 or more"),
        ({"group_count": 0}, "group_count has 0.0: give 0.01 or more"),
        ({"start": np.full((10, 3, 3), 1 / 9)}, r"start of shape \(10, 3, 3\) does not fit"),
        ({"start": np.full((10, 3, 10), 1.0)}, "start: posteriors must be 0 or more and sum to 1"),
        ({"n_classes": 2}, r"2 classes, 3 answers: give diagonal="),
    ],
)
def test_wrong_arguments(options: dict[str, Any], message: str) -> None:
    with pytest.raises(VoteError, match=message):
        fit_ebcc(crowd(n_classes=3, n_items=10), **options)
