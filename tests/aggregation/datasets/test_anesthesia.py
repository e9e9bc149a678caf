"""Data of others: the anaesthetists' against a copy, and the published fits of both."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import Fit, Votes, fit_dawid_skene, load_anesthesia, read_known_items, vote_share

from ...support.named import named_votes
from ...support.sparse_em import SparseModel


@pytest.fixture(scope="module")
def published(datasets: Path) -> dict[str, Any]:
    """Tables 2 to 4 of Dawid & Skene (1979), and likelihoods of a peer's EM."""
    found: dict[str, Any] = json.loads((datasets / "anesthesia_published.json").read_text())
    return found


@pytest.fixture(scope="module")
def plain() -> Fit:
    return fit_dawid_skene(load_anesthesia(), accelerate=False, tol=1e-14)


def test_table_1(datasets: Path) -> None:
    with (datasets / "anesthesia.csv").open(newline="") as file:
        rows = [tuple(map(int, row)) for row in list(csv.reader(file))[1:]]
    votes = load_anesthesia()
    assert named_votes(votes) == Counter(rows)
    assert list(votes.item_names) == list(range(1, 46))
    assert list(votes.rater_names) == list(range(1, 6))
    assert list(votes.answer_names) == list(range(1, 5))


def test_observer_1_judged_three_times() -> None:
    votes = load_anesthesia()
    np.testing.assert_array_equal(votes.votes_per_rater(), [135, 45, 45, 45, 45])
    of_patient_7 = named_votes(votes.select([6]))
    assert {key[2]: n for key, n in of_patient_7.items() if key[1] == 1} == {1: 1, 2: 2}


def test_table_2(plain: Fit, published: dict[str, Any]) -> None:
    rates = published["error_rates (observer, class, response)"]
    np.testing.assert_allclose(plain.error_rates, rates, rtol=0, atol=0.005)


def test_table_3(plain: Fit, published: dict[str, Any]) -> None:
    np.testing.assert_allclose(plain.class_prior, published["class_prior"], rtol=0, atol=0.005)


def test_table_4(plain: Fit, published: dict[str, Any]) -> None:
    posterior = published["posteriors (patient, class)"]
    np.testing.assert_allclose(plain.posterior, posterior, rtol=0, atol=0.005)


def test_likelihoods(plain: Fit, published: dict[str, Any]) -> None:
    after = published["log_likelihood_after_steps"]
    assert len(after) == 6
    for steps, expected in after.items():
        # The M-step on the vote shares is the first step.
        assert plain.trace[int(steps) - 1] == pytest.approx(expected, rel=1e-11)
    assert plain.log_likelihood == pytest.approx(
        published["log_likelihood_at_convergence"], abs=1e-7
    )


def test_the_papers_solution_is_a_local_maximum(plain: Fit) -> None:
    best = fit_dawid_skene(load_anesthesia(), restarts=300)
    assert best.optima[0].objective == pytest.approx(-191.569, abs=1e-3)
    assert len(best.optima[0].starts) == 20
    by_chance = {start for optimum in best.optima for start in optimum.starts if start}
    assert len(by_chance) == 300
    judged = np.flatnonzero(best.classes() != plain.classes())
    assert (judged + 1).tolist() == [12]
    assert (best.classes()[11], plain.classes()[11]) == (1, 2)
    np.testing.assert_allclose(best.class_prior, [0.400, 0.447, 0.087, 0.067], atol=5e-4)
    model = SparseModel(load_anesthesia())
    rng = np.random.default_rng(0)
    for fit in (plain, best):
        here = fit.log_likelihood
        for _ in range(20):  # a little to the side, where a zero may be none, it is lower
            rates = 0.999 * fit.error_rates + 0.001 * rng.dirichlet(np.ones(4), size=(5, 4))
            prior = 0.999 * fit.class_prior + 0.001 * rng.dirichlet(np.ones(4))
            assert model.posterior(rates, prior)[1] < here
            assert model.climbed(rates, prior, 300) == pytest.approx(here, abs=1e-6)


def test_vote_shares_as_a_start(plain: Fit) -> None:
    votes = load_anesthesia()
    started = fit_dawid_skene(votes, start=vote_share(votes).shares, accelerate=False, tol=1e-14)
    np.testing.assert_allclose(started.trace, plain.trace, rtol=1e-13)


def test_bluebirds(datasets: Path) -> None:
    votes = Votes.read(datasets / "bluebird_votes.csv")
    gold = read_known_items(datasets / "bluebird_gold.csv", votes=votes)
    fit = fit_dawid_skene(votes)
    assert fit.log_likelihood == pytest.approx(-1888.11675, abs=1e-5)
    assert (fit.classes() == gold.truth).sum() == 97
    assert len(gold.truth) == 108
