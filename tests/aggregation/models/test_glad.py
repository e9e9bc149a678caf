"""GLAD against reference values, a density written out, and climbs by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logsumexp
from scipy.stats import norm

from aggregation import (
    METHODS,
    Aggregation,
    ConvergenceWarning,
    VoteError,
    Votes,
    fit_glad,
    load_anesthesia,
    read_known_items,
)
from aggregation.models.glad_model import Glad

from ...support.em_models import compiles, crowd, ragged, truths
from ...support.em_oracle import Model
from ...support.methods import quietly, renamed

Array = np.typing.NDArray[np.float64]


def by_class(model: Model, ability: Array, ease: Array) -> Array:
    """Log probability of each item's votes in each class, vote by vote."""
    joint = np.zeros((model.n_items, model.n_classes))
    for i, k, l in model.triples:  # noqa: E741
        right = expit(ability[k] * np.exp(ease[i]))
        rates = np.full(model.n_classes, (1 - right) / max(model.n_classes - 1, 1))
        rates[l] = right
        joint[i] += np.log(rates)
    return joint


def density(model: Model, ability: Array, ease: Array) -> float:
    """Log density of votes, known classes, abilities and ease."""
    joint = by_class(model, ability, ease) - np.log(model.n_classes)
    is_open, known = model.is_open(), model.known_rows()
    clamped = known[known > 0]
    value = logsumexp(joint, axis=1)[is_open].sum() + (clamped * joint[known > 0]).sum()
    value -= (clamped * np.log(clamped)).sum()
    return float(value + norm.logpdf(ability, 1).sum() + norm.logpdf(ease, 1).sum())


# Values of an independent implementation in the log domain.
def test_reference_values(datasets: Path) -> None:
    bluebird = Votes.read(datasets / "bluebird_votes.csv")
    heights = (-281.63499124, -2259.74436584)
    for votes, height in zip((load_anesthesia(), bluebird), heights, strict=True):
        fit = fit_glad(votes)
        assert fit.converged
        assert fit.objective == pytest.approx(height, rel=0, abs=1e-6)
        assert fit.objective == fit.objective_trace[-1]


def test_accuracy_in_any_order_of_votes(datasets: Path) -> None:
    votes = Votes.read(datasets / "bluebird_votes.csv")
    truth = read_known_items(datasets / "bluebird_gold.csv", votes=votes).truth
    rng = np.random.default_rng(5)
    orders = [rng.permutation(votes.n_items), rng.permutation(votes.n_raters), np.arange(2)]
    there = fit_glad(renamed(votes, orders)).classes()[orders[0]]
    assert (fit_glad(votes).classes() == truth).mean() == pytest.approx(0.7222, abs=5e-5)
    assert (there == truth).mean() == pytest.approx(0.7222, abs=5e-5)


@pytest.mark.parametrize("name", ["D_Product", "web", "dog"])
def test_it_ends_no_lower_than_a_climb_by_hand(datasets: Path, name: str) -> None:
    # Public implementations compare a total with a mean, and stop at the second step.
    votes = Votes.read(datasets / name / "votes.csv")
    fit = fit_glad(votes)
    model = Glad(votes, None, votes.n_answers, 1)

    def falling(x: Array) -> tuple[float, Array]:
        height = model.height(x)
        return -height.value, -height.gradient

    options = {"maxiter": 2000, "maxfun": 2000, "ftol": 1e-15, "gtol": 1e-8}
    by_hand = minimize(falling, model.start(), jac=True, method="L-BFGS-B", options=options)
    assert fit.objective >= -by_hand.fun - 1e-6
    assert fit.n_steps < by_hand.nfev / 2


@compiles
@given(ragged(square=True), st.data())
def test_the_objective_is_the_density_and_flat_at_the_end(
    model: Model, data: st.DataObject
) -> None:
    if data.draw(st.booleans()):
        model = model._replace(known=data.draw(truths(model)))
    votes = model.votes()
    fit = quietly(METHODS["glad"], votes, truth=model.known)
    assert isinstance(fit, Aggregation)
    ability, ease = fit.parameters["ability"], fit.parameters["ease"]
    assert fit.objective == pytest.approx(density(model, ability, ease), rel=1e-10)
    joint = by_class(model, ability, ease)
    found = np.exp(joint - logsumexp(joint, axis=1, keepdims=True))
    found = np.where(model.is_open()[:, None], found, model.known_rows())
    np.testing.assert_allclose(fit.posterior, found, rtol=1e-9, atol=1e-12)
    point, n = np.concatenate((ability, ease)), len(ability)
    for place in range(len(point)):
        step = 1e-5 * (np.arange(len(point)) == place)
        up, down = (density(model, x[:n], x[n:]) for x in (point + step, point - step))
        assert abs(up - down) / 2e-5 < 2e-3
        assert up + down - 2 * fit.objective < 1e-7


def test_abilities_and_ease_are_recovered() -> None:
    rng = np.random.default_rng(2)
    ability, ease = np.linspace(-0.5, 3, 30), rng.normal(1, 1, 600)
    truth = rng.integers(0, 4, 600)
    right = rng.random((600, 30)) < expit(np.exp(ease)[:, None] * ability)
    others = (truth[:, None] + rng.integers(1, 4, (600, 30))) % 4
    answers = np.where(right, truth[:, None], others)
    items, raters = np.indices((600, 30)).reshape(2, -1)
    votes = Votes.from_triples(items, raters, answers.reshape(-1))
    fit = fit_glad(votes)
    assert (fit.classes() == truth).mean() > 0.98
    np.testing.assert_allclose(fit.parameters["ability"][:15], ability[:15], atol=0.2)
    assert np.corrcoef(fit.parameters["ease"], ease)[0, 1] > 0.6


def test_left_out_votes_are_predicted_by_the_items_own_ease() -> None:
    votes = crowd(n_raters=8, n_items=300, votes_per_item=6, seed=3)
    left_out = np.random.default_rng(0).random(votes.n_votes) < 0.2
    fit, others = fit_glad(votes.where(~left_out)), votes.where(left_out)
    ability, ease = fit.parameters["ability"], fit.parameters["ease"]
    rows = list(
        zip(others.items.tolist(), others.raters.tolist(), others.answers.tolist(), strict=True)
    )
    joint = by_class(Model(rows, 300, 8, 3, 3), ability, ease) + np.log(fit.posterior)
    expected = np.where(np.diff(others.starts) > 0, logsumexp(joint, axis=1), 0)
    np.testing.assert_allclose(fit.log_predictive(others), expected, rtol=1e-9, atol=1e-12)
    with pytest.raises(VoteError, match=r"= \(300, 8, 3\) cannot be predicted.*\(5, 1, 2\)"):
        fit_glad(Votes.from_triples([4], [0], [1])).log_predictive(others)


def test_thousands_of_votes_an_item_do_not_underflow() -> None:
    answers = np.where(np.arange(6000) % 5 < 2, 1, 0)
    votes = Votes.from_triples(np.zeros(6000, int), np.arange(6000) % 60, answers, n_items=2)
    fit = fit_glad(votes)
    assert np.isfinite(fit.objective)
    assert fit.posterior[0, 0] > 0.99
    np.testing.assert_allclose(fit.posterior[1], 0.5)


def test_steps_can_run_out() -> None:
    votes = crowd(n_items=50)
    with pytest.warns(ConvergenceWarning, match="not converged after 3 steps"):
        fit = fit_glad(votes, max_steps=3)
    assert (fit.n_steps, fit.converged) == (3, False)
    start = fit_glad(votes, max_steps=0)
    assert start.n_steps == len(start.objective_trace) == 0
    assert (start.parameters["ability"] == 1).all()
