"""The sampler against the exact posterior, and against mean field where votes are many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aggregation import (
    METHODS,
    Aggregation,
    ConvergenceWarning,
    VoteError,
    Votes,
    fit_ibcc,
    sample_ibcc,
    simulate_votes,
)

from ...support.bayes_oracle import enumerated, ibcc_joint
from ...support.em_models import crowd
from ...support.em_oracle import Model
from ...support.fifteen_votes import FIFTEEN
from ...support.methods import quietly

# Published with the model's description; brute force says the same.
EXACT = [0.18585153, 0.95084596, 0.26618607, 0.74819331, 0.03595443]


def test_the_exact_posterior() -> None:
    fit = sample_ibcc(FIFTEEN.votes(), class_count=1.0, draws=10_000)
    assert fit.converged
    error = fit.parameters["posterior_error"][:, 1]
    assert (error < 0.003).all()
    np.testing.assert_allclose(fit.posterior[:, 1], EXACT, rtol=0, atol=0.003)
    assert (np.abs(fit.posterior[:, 1] - EXACT) < 4 * error + 5e-4).all()
    mean_field = fit_ibcc(FIFTEEN.votes(), class_count=1.0).posterior[:, 1]
    assert (np.abs(mean_field - 0.5) > np.abs(fit.posterior[:, 1] - 0.5) + 0.01).all()


def test_repeats_and_known_items_and_other_classes() -> None:
    triples = [(0, 0, 0), (0, 0, 0), (0, 1, 2), (1, 0, 1), (1, 1, 1), (2, 0, 2), (2, 0, 1)]
    triples += [(3, 1, 0), (3, 0, 0), (3, 1, 0)]
    model = Model(triples, 5, 2, 2, 3)
    own = np.array([[1, 0], [0, 0], [0, 1]], dtype=bool)
    beta = np.where(own.T, 4.0, 1.0)
    _, exact = enumerated(model, ibcc_joint(model, np.ones(2), beta))
    options: dict[str, Any] = {"class_count": 1.0, "diagonal": [0, 2], "draws": 5000}
    fit = sample_ibcc(model.votes(), **options)
    np.testing.assert_allclose(fit.posterior, exact, rtol=0, atol=0.006)
    # given the class of an item, the others' posterior is that of the joint distribution
    joint = ibcc_joint(model, np.ones(2), beta)
    weights = {z: np.exp(joint(z)) for z in np.ndindex(2, 2, 2, 2, 2) if z[0] == 1}
    given = np.zeros((5, 2))
    for classes, weight in weights.items():
        given[np.arange(5), classes] += weight / sum(weights.values())
    known = sample_ibcc(model.votes(), truth=[1, -1, -1, -1, -1], **options)
    np.testing.assert_allclose(known.posterior, given, rtol=0, atol=0.006)


def test_error_rates_are_recovered() -> None:
    rates = np.array([[[0.8, 0.2], [0.3, 0.7]], [[0.9, 0.1], [0.1, 0.9]], [[0.6, 0.4], [0.2, 0.8]]])
    drawn = simulate_votes(rates, class_prior=[0.4, 0.6], n_items=3000, votes_per_item=3, seed=1)
    truth = np.where(np.arange(3000) < 300, drawn.truth, -1)
    fit = quietly(METHODS["ibcc-gibbs"], drawn.votes, draws=300, warmup=200, truth=truth)
    np.testing.assert_allclose(fit.answer_probabilities(), rates, atol=0.05)


def test_threads_and_seeds() -> None:
    votes = crowd(n_items=100, votes_per_item=4)
    method = METHODS["ibcc-gibbs"]
    one, two = (quietly(method, votes, draws=50, threads=n) for n in (1, 3))
    assert isinstance(one, Aggregation)
    assert isinstance(two, Aggregation)
    assert one.posterior.tobytes() == two.posterior.tobytes()
    assert one.parameters["r_hat"].tobytes() == two.parameters["r_hat"].tobytes()
    assert quietly(method, votes, draws=50, seed=1).posterior.tobytes() != one.posterior.tobytes()


def test_thousands_of_votes_an_item_do_not_underflow() -> None:
    answers = np.where(np.arange(9000) % 5 < 2, 1, 0)
    votes = Votes.from_triples(np.arange(9000) % 3, np.arange(9000) % 60, answers)
    fit = quietly(METHODS["ibcc-gibbs"], votes, draws=20, warmup=20)
    assert np.isfinite(fit.posterior).all()


def test_chains_that_have_not_mixed_are_told() -> None:
    # raters of whom nobody knows whether they are right or always wrong
    items, raters = np.indices((60, 12)).reshape(2, -1)
    votes = Votes.from_triples(items, raters, (items + (raters < 6)) % 2)
    with pytest.warns(ConvergenceWarning, match=r"have not mixed: R-hat is .* see by ibcc"):
        fit = sample_ibcc(votes, draws=50, warmup=10, chains=8)
    assert not fit.converged


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 3}, "draws=3: give a whole number, 4 or more"),
        ({"chains": 0}, "chains=0"),
        ({"warmup": -1}, "warmup=-1"),
        ({"n_classes": 2}, "2 classes, 3 answers: give diagonal="),
    ],
)
def test_wrong_arguments(options: dict[str, Any], message: str) -> None:
    with pytest.raises(VoteError, match=message):
        sample_ibcc(crowd(n_items=10), **options)
