"""What is said of votes that were left out."""

from __future__ import annotations

import numpy as np
import pytest

from aggregation import METHODS, VoteError, Votes, fit_dawid_skene, fit_ibcc

from ...support.em_models import crowd
from ...support.methods import quietly


def every_answer(votes: Votes, rater: int, answer: int) -> Votes:
    """One further vote on each item: the same answer of the same rater."""
    n_items = votes.n_items
    columns = np.arange(n_items), np.full(n_items, rater), np.full(n_items, answer)
    return Votes.from_triples(*columns, n_raters=votes.n_raters, n_answers=votes.n_answers)


@pytest.mark.parametrize("name", METHODS)
def test_probabilities_of_a_further_vote_sum_to_1(name: str) -> None:
    votes = crowd(n_items=60, votes_per_item=3)
    votes = votes.where(votes.items % 9 > 0)
    fit = quietly(METHODS[name], votes)
    if name == "bwa" or (METHODS[name].objective_kind == "score" and name != "ibcc-gibbs"):
        with pytest.raises(VoteError, match=f"{name} has no model of the answers"):
            fit.log_predictive(votes)
        return
    for rater in (0, 5):
        logs = [fit.log_predictive(every_answer(votes, rater, answer)) for answer in range(3)]
        np.testing.assert_allclose(np.exp(logs).sum(axis=0), 1, rtol=1e-9)


def test_left_out_votes_of_independent_raters() -> None:
    votes = crowd(n_items=80, votes_per_item=5)
    left_out = np.random.default_rng(0).random(votes.n_votes) < 0.3
    fit, others = fit_ibcc(votes.where(~left_out)), votes.where(left_out)
    rates, expected = fit.answer_probabilities(), np.zeros(80)
    for item in range(80):
        together = fit.posterior[item].copy()
        for rater, answer in zip(
            others.raters[others.items == item], others.answers[others.items == item], strict=True
        ):
            together *= rates[rater, :, answer]
        expected[item] = np.log(together.sum())
    np.testing.assert_allclose(fit.log_predictive(others), expected, rtol=1e-9, atol=1e-12)


def test_impossible_votes_and_none() -> None:
    votes = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 1])
    fit = quietly(METHODS["dawid-skene"], votes)
    wrong = Votes.from_triples([0], [0], [1], n_items=2, n_raters=2)
    assert fit.log_predictive(wrong).tolist() == [-np.inf, 0.0]
    none = votes.where(np.zeros(4, dtype=bool))
    assert fit.log_predictive(none).tolist() == [0.0, 0.0]
    with pytest.raises(VoteError, match=r"= \(1, 2, 2\) cannot be predicted by .*\(2, 2, 2\)"):
        fit.log_predictive(Votes.from_triples([0], [1], [1]))
    assert fit_dawid_skene(crowd(n_items=30)).log_predictive(crowd(n_items=30)).max() < 0
