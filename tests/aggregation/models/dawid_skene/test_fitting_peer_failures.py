"""What other libraries get wrong, case by case, each seen by running or reading one of them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from aggregation import Votes, e_step, fit_dawid_skene, simulate_votes

from ....support import em_oracle, oracle
from ....support.em_models import crowd, good_rates, parameters, quiet_fit
from ....support.em_oracle import model_of


def many_votes(per_item: int, n_raters: int) -> tuple[Votes, np.ndarray[Any, Any]]:
    """Votes of so many raters an item that products of their probabilities are 0 as doubles."""
    rates = np.tile(good_rates(1, 2, seed=1), (n_raters, 1, 1))
    simulated = simulate_votes(
        rates, class_prior=[0.5, 0.5], n_items=12, votes_per_item=per_item, seed=1
    )
    return simulated.votes, simulated.truth


# --- products that underflow ----------------------------------------------------------------------


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("n_classes", [2, 9])
def test_three_thousand_votes_an_item(hard: bool, n_classes: int) -> None:
    votes, truth = many_votes(3000, 3000)
    fit = quiet_fit(votes, n_classes=n_classes, hard=hard, pseudo_count=1, max_steps=3)
    assert np.isfinite(fit.trace).all()
    np.testing.assert_allclose(fit.posterior.sum(axis=1), 1, rtol=1e-12)
    if n_classes == 2:
        np.testing.assert_array_equal(fit.classes(), truth)
    model = model_of(votes, n_classes, pseudo_count=1.0, hard=hard)
    value = em_oracle.value(model, *parameters(fit))
    assert fit.objective == pytest.approx(value.objective, rel=1e-11)


def test_two_thousand_votes_an_item_with_strings_for_names() -> None:
    votes, truth = many_votes(2000, 2000)
    named = Votes.from_triples(
        [f"image {i:02}" for i in votes.items.tolist()],
        [f"rater {k:04}" for k in votes.raters.tolist()],
        [("no", "yes")[answer] for answer in votes.answers.tolist()],
    )
    fit = quiet_fit(named, pseudo_count=1)
    assert named.answer_names == ("no", "yes")
    np.testing.assert_array_equal(fit.classes(), truth)
    np.testing.assert_array_equal(fit.posterior, quiet_fit(votes, pseudo_count=1).posterior)


@pytest.mark.parametrize("n_classes", [2, 9])
@pytest.mark.parametrize("hard", [False, True])
def test_a_class_that_the_first_votes_rule_out_comes_back(n_classes: int, hard: bool) -> None:
    # 1,000 votes for class 0 and then 2,000 for class 1: on one scale for both classes, the
    # second would be 0 before its votes are read.
    votes = Votes.from_triples([0] * 3000, [0] * 1000 + [1] * 2000, [0] * 1000 + [1] * 2000)
    rates = np.full((2, n_classes, 2), 0.5)
    rates[:, 0], rates[:, 1] = [0.9, 0.1], [0.1, 0.9]
    prior = np.full(n_classes, 1 / n_classes)
    fit = quiet_fit(votes, error_rates=rates, class_prior=prior, hard=hard)
    model = model_of(votes, n_classes, hard=hard)
    expected = em_oracle.log_likelihood(model, rates, prior)
    np.testing.assert_allclose(fit.trace, expected, rtol=1e-12)
    np.testing.assert_allclose(fit.objective, expected, rtol=1e-12)
    moved = quiet_fit(votes, start=(rates, prior), n_classes=n_classes, hard=hard, max_steps=1)
    likely = em_oracle.posterior(model._replace(hard=False), rates, prior).argmax()
    assert moved.class_prior.argmax() == likely


@pytest.mark.parametrize("n_classes", [2, 9])
def test_items_alike_that_underflow_weigh_as_often_as_they_occur(n_classes: int) -> None:
    items = np.repeat(np.arange(4), 3000)
    votes = Votes.from_triples(items, np.tile(np.arange(3000), 4), np.tile([0, 1, 1], 4000))
    start = np.tile(good_rates(1, n_classes)[:, :, :2], (3000, 1, 1))
    start /= start.sum(axis=2, keepdims=True)
    prior = np.full(n_classes, 1 / n_classes)
    fit = quiet_fit(votes, n_classes=n_classes, start=(start, prior), max_steps=1)
    expected = em_oracle.log_likelihood(model_of(votes, n_classes), start, prior)
    np.testing.assert_allclose(fit.trace, [expected], rtol=1e-12)


def test_single_probabilities_near_the_least_double() -> None:
    votes = Votes.from_triples([0, 0, 0, 1], [0, 1, 2, 0], [1, 1, 1, 0])
    rates = [[[1 - 1e-16, 1e-300], [1.0, 3e-300]]] * 3
    fit = quiet_fit(votes, start=(rates, [0.5, 0.5]), max_steps=1)
    expected = oracle.log_likelihood(
        [(0, 0, 1), (0, 1, 1), (0, 2, 1), (1, 0, 0)],
        n_items=2,
        rates=oracle.exact(rates),
        prior=[Fraction(1, 2)] * 2,
    )
    np.testing.assert_allclose(fit.trace, [expected], rtol=1e-13)


# --- likelihoods that are not likelihoods, and stopping at the wrong place ------------------------


def test_the_log_prior_counts_once_an_item_and_em_does_not_stop_at_a_wrong_bound() -> None:
    # Raters who say 0 when in doubt, as the release's say no: with the log prior once a vote, the
    # "ELBO" falls while EM still climbs.
    rates = np.tile([[0.95, 0.03, 0.02], [0.5, 0.4, 0.1], [0.45, 0.15, 0.4]], (8, 1, 1))
    votes = simulate_votes(
        rates, class_prior=[0.4, 0.3, 0.3], n_items=300, votes_per_item=6, seed=0
    ).votes
    model = model_of(votes, 3)
    fit = fit_dawid_skene(votes, accelerate=False)
    start = em_oracle.m_step(model, em_oracle.vote_shares(model))
    path = em_oracle.em_path(model, *start, 6)
    wrong = []
    for step in path:
        posterior = em_oracle.posterior(model, step.rates, step.prior)
        log_prior = 6 * (posterior @ np.log(step.prior)).sum()
        log_votes = em_oracle.times_log(em_oracle.counts(model, posterior), step.rates)
        wrong.append(log_prior + log_votes - em_oracle.times_log(posterior, posterior))
    assert (np.diff(wrong) < -5).all()
    right = [step.log_likelihood for step in path]
    assert (np.diff(right) > 1).all()
    np.testing.assert_allclose(fit.trace[:7], right, rtol=1e-11)
    assert fit.converged
    assert fit.n_steps > 20
    assert fit.log_likelihood > right[-1] + 1


def test_the_log_likelihood_is_a_sum_of_logs_not_the_log_of_a_sum() -> None:
    votes = crowd(n_items=50)
    fit = fit_dawid_skene(votes)
    one_by_one = [
        e_step(
            votes.select([i]), error_rates=fit.error_rates, class_prior=fit.class_prior
        ).log_likelihood
        for i in range(50)
    ]
    assert fit.log_likelihood == pytest.approx(sum(one_by_one), rel=1e-12)


def test_stopping_looks_at_the_likelihood_not_at_the_class_prior_alone() -> None:
    # By symmetry the class prior never moves from 1/2, while the error rates still do.
    triples, ks = [], range(5)
    for seed in range(40):
        answers = np.random.default_rng(seed).random(5) < [0.1, 0.2, 0.3, 0.4, 0.45]
        triples += [(2 * seed, k, int(answers[k])) for k in ks]
        triples += [(2 * seed + 1, k, int(not answers[k])) for k in ks]
    fit = fit_dawid_skene(Votes.from_triples(*zip(*triples, strict=True)), accelerate=False)
    np.testing.assert_allclose(fit.class_prior, 0.5, atol=1e-12)
    assert fit.n_steps > 5
    assert fit.trace[-1] > fit.trace[1] + 1e-3


# --- raters ---------------------------------------------------------------------------------------


def test_a_rater_with_one_answer_only_has_exact_zeros_and_no_say() -> None:
    votes = crowd(n_classes=2, n_items=200)
    always = Votes.from_triples(
        np.concatenate((votes.items, np.arange(200))),
        np.concatenate((votes.raters, np.full(200, 6))),
        np.concatenate((votes.answers, np.ones(200, dtype=int))),
    )
    with_it, without = fit_dawid_skene(always), fit_dawid_skene(votes)
    np.testing.assert_array_equal(with_it.error_rates[6], [[0, 1], [0, 1]])
    np.testing.assert_allclose(with_it.posterior, without.posterior, atol=1e-3)
    assert with_it.log_likelihood == pytest.approx(without.log_likelihood, abs=1e-4)


def test_a_lone_rater_is_fitted_and_doubted() -> None:
    votes = Votes.from_triples(["a", "b", "c", "d"], ["ann"] * 4, ["yes", "no", "yes", "no"])
    with pytest.warns(match="there is a single rater"):
        fit = fit_dawid_skene(votes)
    np.testing.assert_array_equal(fit.classes(), [1, 0, 1, 0])
    np.testing.assert_array_equal(fit.error_rates, [np.eye(2)])


def test_raters_without_votes_stay_and_are_uniform() -> None:
    votes = crowd(n_items=100)
    wider = Votes.from_triples(votes.items, votes.raters, votes.answers, n_raters=9)
    fit, expected = fit_dawid_skene(wider), fit_dawid_skene(votes)
    np.testing.assert_array_equal(fit.error_rates[6:], np.full((3, 3, 3), 1 / 3))
    np.testing.assert_allclose(fit.posterior, expected.posterior, rtol=1e-9, atol=1e-9)


def test_a_rater_without_votes_on_a_class_does_not_make_it_impossible() -> None:
    rates = [[[0.5, 0.5, 0], [0.5, 0.5, 0], [1 / 3] * 3], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]]
    votes = Votes.from_triples([0, 0], [0, 1], [0, 2])
    fit = quiet_fit(votes, start=(rates, [0.4, 0.4, 0.2]), max_steps=0)
    np.testing.assert_array_equal(fit.posterior, [[0, 0, 1]])


# --- codes, classes and truth ---------------------------------------------------------------------


def test_unused_codes_are_kept() -> None:
    # An answer above the highest one seen, one in between, an item and a rater that never occur.
    votes = Votes.from_triples(
        [0, 0, 0, 2, 2, 2], [0, 1, 3, 0, 1, 3], [0, 0, 0, 2, 2, 2], n_items=4, n_answers=4
    )
    fit = quiet_fit(votes, n_classes=4)
    assert fit.posterior.shape == (4, 4)
    assert fit.error_rates.shape == (4, 4, 4)
    np.testing.assert_allclose(fit.posterior[[0, 2]], np.eye(4)[[0, 2]], atol=1e-6)
    np.testing.assert_allclose(fit.posterior[[1, 3]], [fit.class_prior] * 2, rtol=1e-12)
    assert np.isfinite(fit.trace).all()


@pytest.mark.parametrize("role", ["clamped", "start"])
def test_gold_for_a_class_that_nobody_voted_for(role: Any) -> None:
    votes = crowd(n_classes=2)
    truth = np.full(400, -1)
    truth[:3] = 2
    fit = quiet_fit(votes, truth=truth, truth_role=role)
    assert fit.n_classes == 3
    for values in (fit.posterior, fit.error_rates, fit.class_prior, fit.trace):
        assert np.isfinite(values).all()
    if role == "clamped":
        np.testing.assert_array_equal(fit.posterior[:3], [[0, 0, 1]] * 3)
        assert fit.class_prior[2] >= 3 / 400


def test_truth_belongs_to_items_in_whatever_order_their_votes_come() -> None:
    names = ["pear", "apple", "quince", "fig"]
    says = {"pear": "sweet", "apple": "sour", "quince": "sour", "fig": "sweet"}
    rows = [(name, f"r{k}", says[name]) for name in names for k in range(3)]
    rows[0] = ("pear", "r0", "sour")
    np.random.default_rng(0).shuffle(rows)
    votes = Votes.from_triples(*zip(*rows, strict=True))
    truth = [votes.answer_names.index(says[name]) for name in votes.item_names]
    fit = fit_dawid_skene(votes, truth=truth)
    for name, row in zip(votes.item_names, fit.posterior, strict=True):
        assert votes.answer_names[int(row.argmax())] == says[name]
    r0 = fit.error_rates[votes.rater_names.index("r0")]
    sweet, sour = votes.answer_names.index("sweet"), votes.answer_names.index("sour")
    assert r0[sweet, sour] == 0.5
    assert r0[sour, sour] == 1


def test_repeated_votes_of_a_rater_on_an_item_all_count() -> None:
    votes = Votes.from_triples([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 0, 1], [0, 0, 1, 0, 1, 1])
    fit = quiet_fit(votes, truth=[0, 1])
    np.testing.assert_array_equal(fit.error_rates[0], [[2 / 3, 1 / 3], [0, 1]])


def test_an_item_may_have_any_number_of_votes() -> None:
    simulated = simulate_votes(
        good_rates(12, 3),
        class_prior=[0.3, 0.3, 0.4],
        n_items=500,
        votes_per_item=np.arange(500) % 13,
        seed=0,
    )
    fit = fit_dawid_skene(simulated.votes)
    many = np.arange(500) % 13 > 5
    assert (fit.classes() == simulated.truth)[many].mean() > 0.95
    np.testing.assert_allclose(fit.posterior[::13], [fit.class_prior] * 39, rtol=1e-12)


def test_posteriors_come_out_whole_not_only_the_likeliest_class() -> None:
    fit = fit_dawid_skene(crowd(votes_per_item=2))
    assert ((fit.posterior > 0.05) & (fit.posterior < 0.95)).any()
    np.testing.assert_allclose(fit.posterior.sum(axis=1), 1, rtol=1e-13)
    np.testing.assert_array_equal(fit.classes(), fit.posterior.argmax(axis=1))


def test_error_rates_of_an_earlier_job_hold_for_every_step() -> None:
    rates = good_rates(6, 3, seed=9)
    fit = fit_dawid_skene(crowd(), error_rates=rates)
    assert fit.n_steps > 1
    np.testing.assert_array_equal(fit.error_rates, rates)
