"""Any method's model as latent states: what they predict is what votes drawn from the model are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from aggregation import (
    Votes,
    fit_bwa,
    fit_dawid_skene,
    fit_ebcc,
    fit_glad,
    fit_ibcc,
    simulate_votes,
)
from aggregation.datasets.simulate import draw_error_rates
from analysis import AnalysisError, check_model
from analysis.diagnostics.latent_states import latent_states
from analysis.diagnostics.vote_kinds import expected_kinds, kind_table

RATES = draw_error_rates(6, 2, 3, seed=3)


@pytest.fixture(scope="module")
def votes() -> Votes:
    return simulate_votes(
        RATES, class_prior=[0.6, 0.4], n_items=400, votes_per_item=3, seed=1
    ).votes


def in_groups(n_items: int, seed: int) -> Votes:
    """Draw votes of raters who err together: items are hard, or look like the other class."""
    rng = np.random.default_rng(seed)
    looks = rng.integers(3, size=n_items)
    cls = (rng.random(n_items) < 0.7).astype(int)
    right = np.array([0.15, 0.7, 0.97])[looks][:, None] > rng.random((n_items, 5))
    answers = np.where(right, cls[:, None], 1 - cls[:, None])
    items, raters = np.indices((n_items, 5)).reshape(2, -1)
    return Votes.from_triples(items, raters, answers.reshape(-1))


def test_dawid_and_skene_s_and_ibcc_s_states_are_their_classes(votes: Votes) -> None:
    fit = fit_dawid_skene(votes, n_classes=2)
    states = latent_states(fit)
    np.testing.assert_array_equal(states.error_rates, fit.error_rates)
    np.testing.assert_array_equal(states.class_prior, fit.class_prior)
    ibcc = fit_ibcc(votes, n_classes=2, diagonal=[0, 2])
    states = latent_states(ibcc)
    np.testing.assert_array_equal(states.error_rates, ibcc.answer_probabilities())
    np.testing.assert_array_equal(states.class_prior, ibcc.parameters["class_prior"])


def test_ebcc_s_states_add_up_to_its_classes(votes: Votes) -> None:
    fit = fit_ebcc(votes, n_classes=2, diagonal=[0, 2], n_groups=3, restarts=0)
    states = latent_states(fit)
    assert states.error_rates.shape == (6, 6, 3)
    np.testing.assert_allclose(states.class_prior.sum(), 1)
    shares = states.class_prior.reshape(2, 3)
    of_class = np.einsum(
        "kg,rkga->rka", shares / shares.sum(axis=1)[:, None], states.error_rates.reshape(6, 2, 3, 3)
    )
    np.testing.assert_allclose(of_class, fit.answer_probabilities())
    one = latent_states(fit_ebcc(votes, n_classes=2, diagonal=[0, 2], n_groups=1, restarts=0))
    same = latent_states(fit_ibcc(votes, n_classes=2, diagonal=[0, 2]))
    np.testing.assert_allclose(one.error_rates, same.error_rates, atol=1e-3)


def test_glad_s_states_are_its_integral_over_the_ease(votes: Votes) -> None:
    fit = fit_glad(votes)
    states = latent_states(fit)
    ability = fit.parameters["ability"][0]

    def both_right(ease: float) -> float:
        return float(expit(ability * np.exp(ease)) ** 2 * norm.pdf(ease, 1, 1))

    exact = quad(both_right, -6, 8)[0]
    right = states.error_rates.reshape(6, 3, -1, 3)[0, 0, :, 0]
    assert np.mean(right**2) == pytest.approx(exact, abs=5e-3)
    np.testing.assert_allclose(states.error_rates.sum(axis=2), 1)
    np.testing.assert_allclose(
        states.class_prior.reshape(3, -1).sum(axis=1), fit.posterior.mean(axis=0)
    )


def brute_force(
    votes: Votes, rates: NDArray[np.float64], prior: NDArray[np.float64]
) -> list[float]:
    """Expected numbers of unanimous items, by all possible answers."""
    total = 0.0
    for item in range(votes.n_items):
        raters = votes.raters[votes.starts[item] : votes.starts[item + 1]]
        for answers in itertools.product(range(votes.n_answers), repeat=len(raters)):
            if len(set(answers)) == 1:
                by_state = np.prod(
                    [rates[r, :, a] for r, a in zip(raters, answers, strict=True)], 0
                )
                total += float(prior @ by_state)
    return [total]


def test_expected_kinds_are_those_of_all_possible_answers(votes: Votes) -> None:
    some = votes.select(np.arange(20))
    fit = fit_ebcc(some, n_classes=2, diagonal=[0, 2], n_groups=2, restarts=0)
    states, table = latent_states(fit), kind_table(some)
    unanimous = (table.counts > 0).sum(axis=1) == 1
    expected = brute_force(some, states.error_rates, states.class_prior)
    assert [expected_kinds(states, table)[unanimous].sum()] == pytest.approx(expected, rel=1e-9)


def test_known_items_keep_their_class(votes: Votes) -> None:
    truth = np.where(np.arange(votes.n_items) < 5, 1, -1)
    fit = fit_ebcc(votes, n_classes=2, diagonal=[0, 2], n_groups=2, restarts=0, truth=truth)
    chances = latent_states(fit).chances.reshape(-1, 2, 2).sum(axis=2)
    np.testing.assert_allclose(chances[:5], [[0, 1]] * 5, atol=1e-12)
    np.testing.assert_allclose(chances[5:], chances[5:6].repeat(len(chances) - 5, axis=0))


def test_the_check_sees_dependence_and_ebcc_explains_it() -> None:
    votes = in_groups(3000, 2)
    independent = check_model(fit_dawid_skene(votes), replicates=19)
    dependent = check_model(fit_ebcc(votes, n_groups=4, restarts=1), replicates=19)
    assert independent.chi_square.p_value == 0.05
    assert dependent.chi_square.p_value > 0.05
    assert independent.chi_square.observed > 4 * dependent.chi_square.observed


def test_what_cannot_be_checked(votes: Votes) -> None:
    with pytest.raises(AnalysisError, match="has no class prior"):
        check_model(fit_bwa(votes), replicates=1)
    with pytest.raises(AnalysisError, match="refit=True: only Dawid & Skene's model"):
        check_model(fit_ibcc(votes), replicates=1, refit=True)
