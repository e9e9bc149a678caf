"""One-coin raters, Bayesian and by maximum likelihood, against reference values and a slow twin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import (
    METHODS,
    VoteError,
    Votes,
    fit_dawid_skene,
    fit_one_coin_bayes,
    load_anesthesia,
    read_known_items,
)

from ...support.bayes_oracle import enumerated, one_coin, one_coin_joint
from ...support.em_models import compiles, crowd, ragged, truths
from ...support.em_oracle import Model
from ...support.fifteen_votes import FIFTEEN
from ...support.methods import quietly


def bluebird(datasets: Path) -> Votes:
    return Votes.read(datasets / "bluebird_votes.csv")


# Values of an independent implementation in the log domain.
def test_reference_values(datasets: Path) -> None:
    for votes, bound in ((load_anesthesia(), -264.50049133), (bluebird(datasets), -2476.23465892)):
        fit = fit_one_coin_bayes(votes, tol=1e-14)
        assert fit.converged
        assert fit.objective == pytest.approx(bound, rel=0, abs=1e-6)


def test_reference_values_of_the_likeliest_parameters(datasets: Path) -> None:
    # One right and one wrong vote more, for each rater.
    for votes, objective in (
        (load_anesthesia(), -266.06361055),
        (bluebird(datasets), -2463.86790226),
    ):
        n = votes.n_answers
        prior = np.full(n, 1 / n)
        fit = fit_dawid_skene(
            votes, family="one-coin", class_prior=prior, pseudo_count=1, tol=1e-14
        )
        constant = votes.n_raters * np.log(n - 1)
        assert fit.objective + constant == pytest.approx(objective, rel=0, abs=1e-6)


def test_the_bound_is_below_the_evidence() -> None:
    fit = fit_one_coin_bayes(FIFTEEN.votes(), tol=1e-14)
    exact, _ = enumerated(FIFTEEN, one_coin_joint(FIFTEEN))
    assert exact == pytest.approx(-10.51886217, rel=0, abs=1e-8)
    assert fit.objective == pytest.approx(-11.35353766, rel=0, abs=1e-6)
    assert fit.objective < exact


@compiles
@given(ragged(square=True), st.data(), st.integers(1, 8))
def test_plain_steps_are_the_oracles(model: Model, data: st.DataObject, n_steps: int) -> None:
    if data.draw(st.booleans()):
        model = model._replace(known=data.draw(truths(model)))
    path = one_coin(model, n_steps + 1)
    fit = quietly(
        METHODS["one-coin-bayes"],
        model.votes(),
        truth=model.known,
        accelerate=False,
        tol=0,
        max_steps=n_steps,
    )
    n = len(fit.objective_trace)
    np.testing.assert_allclose(fit.objective_trace, path.objectives[:n], rtol=1e-10, atol=1e-9)
    if n == n_steps:
        assert fit.objective == pytest.approx(path.objectives[-1], rel=1e-10, abs=1e-9)
        np.testing.assert_allclose(fit.posterior, path.posterior, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(
    ("name", "right", "n_steps", "fixed", "accuracy"),
    # ZenCrowd, and Dawid & Skene with 20 E-steps, as they were run there.
    [
        ("one-coin", 0.8, 20, {"class_prior": [0.5, 0.5]}, 92.80),
        ("dawid-skene", 0.7, 19, {}, 93.66),
    ],
)
def test_published_accuracies_of_d_product(
    name: str, right: float, n_steps: int, fixed: dict[str, Any], accuracy: float, datasets: Path
) -> None:
    # Zheng et al. (2017), Truth inference in crowdsourcing, PVLDB 10(5), Table 6.
    votes = Votes.read(datasets / "D_Product" / "votes.csv")
    truth = read_known_items(datasets / "D_Product" / "gold.csv", votes=votes).truth
    rates = np.array([[right, 1 - right], [1 - right, right]])
    start = np.tile(rates, (votes.n_raters, 1, 1)), [0.5, 0.5]
    options: dict[str, Any] = {"accelerate": False, "tol": 0, "max_steps": n_steps}
    fit = quietly(METHODS[name], votes, start=start, **fixed, **options)
    assert 100 * (fit.classes() == truth).mean() == pytest.approx(accuracy, abs=0.005)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_classes": 2}, "one-coin raters are right or wrong.*: 2 classes, 3 answers"),
        ({"right_count": 0}, "right_count has 0.0: give 0.01 or more"),
        ({"wrong_count": [1, 2]}, r"wrong_count=\[1, 2\]: give a finite number"),
    ],
)
def test_wrong_arguments(options: dict[str, Any], message: str) -> None:
    with pytest.raises(VoteError, match=message):
        fit_one_coin_bayes(crowd(n_classes=3, n_items=10), **options)
