"""Sparse Dawid & Skene against a dense oracle, the dense fit, and simulated many-class votes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import (
    METHODS,
    ConvergenceWarning,
    SparseFit,
    VoteError,
    Votes,
    e_step,
    fit_dawid_skene,
    fit_sparse_dawid_skene,
    vote_share,
)
from aggregation.engine.tables import memory
from benchmarks.data import neighbours

from ....support.em_models import compiles, crowd, ragged, truths
from ....support.em_oracle import Model
from ....support.methods import jobs, quietly
from ....support.sparse_oracle import background_of, is_steady, plain_em

SPARSE = METHODS["dawid-skene-sparse"]
JOBS = jobs()


def fitted(votes: Votes, **options: Any) -> SparseFit:
    found = quietly(SPARSE, votes, **options)
    assert isinstance(found, SparseFit)
    return found


def allowed_by(fit: SparseFit) -> NDArray[np.bool_]:
    allowed = np.zeros((fit.votes.n_items, fit.n_classes), dtype=bool)
    allowed[fit.candidates.items, fit.candidates.classes] = True
    return allowed


def assert_as_dense(fit: SparseFit, known: Any, n_steps: int) -> None:
    """A fit of so many plain steps is that of the oracle, on the same candidates."""
    dense = plain_em(fit.votes, known, allowed_by(fit), fit.row_count, n_steps)
    np.testing.assert_allclose(fit.posterior, dense.posterior, rtol=0, atol=1e-12)
    np.testing.assert_allclose(fit.answer_probabilities(), dense.rates, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(fit.class_prior, dense.prior, rtol=1e-12)
    np.testing.assert_allclose(fit.outside, dense.outside, rtol=1e-9, atol=1e-14)
    trace = [*fit.objective_trace, fit.objective]
    np.testing.assert_allclose(trace, dense.objectives[: len(trace)], rtol=1e-12, atol=1e-10)
    assert len(trace) == n_steps + 1


@compiles
@given(ragged(square=True), st.data(), st.sampled_from([0, 1, 3]))
def test_all_candidates_are_the_dense_computation(
    model: Model, data: st.DataObject, n_steps: int
) -> None:
    votes, known = model.votes(), data.draw(truths(model))
    totals = known.sum(axis=1, keepdims=True)
    shares = np.divide(known, totals, out=np.zeros_like(totals * known), where=totals > 0)
    assume(is_steady(votes, shares))
    fit = fitted(
        votes, truth=known, candidates=10, row_count=2.5, accelerate=False, tol=0, max_steps=n_steps
    )
    assert_as_dense(fit, shares, fit.n_steps)


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("candidates", [0, 2, 99])
def test_fewer_candidates_are_the_dense_computation_on_these(job: str, candidates: int) -> None:
    votes = JOBS[job]
    fit = fitted(votes, candidates=candidates, accelerate=False, tol=0, max_steps=3)
    assert_as_dense(fit, np.zeros((votes.n_items, votes.n_answers)), fit.n_steps)
    assert fit.n_steps == 3 or job != "a crowd"
    if candidates == 99:
        assert not fit.outside.any()


def test_it_is_the_map_of_the_dense_fit_with_the_background_as_pseudo_counts() -> None:
    votes = crowd(n_raters=12, n_classes=5, n_items=300, votes_per_item=4)
    fit = fitted(votes, row_count=3.0, candidates=5, tol=1e-14)
    dense = fit_dawid_skene(
        votes,
        pseudo_count=3.0 * fit.background.table(),
        class_prior=fit.class_prior,
        start=fit.posterior,
        tol=1e-14,
    )
    np.testing.assert_allclose(fit.posterior, dense.posterior, rtol=0, atol=1e-6)
    np.testing.assert_allclose(fit.answer_probabilities(), dense.error_rates, atol=1e-6)
    found = e_step(votes, error_rates=fit.answer_probabilities(), class_prior=fit.class_prior)
    np.testing.assert_allclose(fit.posterior, found.posterior, rtol=0, atol=1e-12)


def test_the_background_is_that_of_one_coin_raters() -> None:
    votes = crowd(n_raters=9, n_classes=6, n_items=200, votes_per_item=3)
    fit = fitted(votes)
    expected = background_of(votes, np.zeros((votes.n_items, 6)))
    np.testing.assert_allclose(fit.background.table(), expected.rates, rtol=1e-11)
    np.testing.assert_allclose(fit.background.table().sum(axis=2), 1, rtol=1e-12)
    np.testing.assert_allclose(fit.background.class_prior, expected.prior, rtol=1e-11)


def test_rates_are_the_background_where_nothing_is_expected() -> None:
    votes, _ = neighbours(n_items=60, n_raters=30, n_classes=40)
    fit = fitted(votes)
    rates, background = fit.answer_probabilities(), fit.background.table()
    seen = np.zeros(rates.shape[:2], dtype=bool)
    seen[fit.cells.row_raters, fit.cells.row_classes] = True
    assert 0.01 < seen.mean() < 0.9
    np.testing.assert_array_equal(rates[~seen], background[~seen])
    np.testing.assert_allclose(rates.sum(axis=2), 1, rtol=1e-12)


def test_what_the_cut_drops_is_what_more_candidates_have() -> None:
    votes, _ = neighbours(n_items=300, n_raters=50, n_classes=60)
    masses = [fitted(votes, candidates=n).outside.mean() for n in (0, 1, 4, 60)]
    assert masses[0] > masses[1] > masses[2] > masses[3] == 0
    # with the rates of the fit, an E-step over all classes finds as much outside
    fit = fitted(votes, candidates=1)
    every = e_step(votes, error_rates=fit.answer_probabilities(), class_prior=fit.class_prior)
    outside = np.where(allowed_by(fit), 0, every.posterior).sum(axis=1)
    np.testing.assert_allclose(fit.outside, outside, rtol=1e-9, atol=1e-15)


def test_candidates_are_the_likeliest_by_the_background() -> None:
    votes, _ = neighbours(n_items=200, n_raters=40, n_classes=50)
    fit = fitted(votes, candidates=3)
    every = e_step(
        votes, error_rates=fit.background.table(), class_prior=fit.background.class_prior
    ).posterior
    answered = votes.answer_counts() > 0
    rest = np.sort(np.where(answered, 0, every), axis=1)[:, ::-1][:, :3]
    chosen = np.where(allowed_by(fit) & ~answered, every, 0)
    np.testing.assert_allclose(np.sort(chosen, axis=1)[:, ::-1][:, :3], rest, rtol=1e-9)
    assert (allowed_by(fit).sum(axis=1) == answered.sum(axis=1) + 3).all()


def test_many_classes_whose_neighbours_are_confused() -> None:
    votes, truth = neighbours(n_items=8000, n_raters=400, n_classes=1000, votes_per_item=4)
    fit = fitted(votes, tol=1e-7)
    shares = vote_share(votes).posterior
    best = shares >= shares.max(axis=1, keepdims=True)
    of_votes = (best[np.arange(len(truth)), truth] / best.sum(axis=1)).mean()
    assert (fit.classes() == truth).mean() > of_votes + 0.01
    # a table of all rates would have 3.2 GB
    assert len(fit.counts) < 0.001 * votes.n_raters * 1000**2


def test_soft_truth_and_hard_truth_are_the_same() -> None:
    votes = JOBS["a crowd"]
    hard = np.where(np.arange(votes.n_items) % 2, np.arange(votes.n_items) % 3, -1)
    soft = np.eye(3)[hard] * (hard >= 0)[:, None]
    one, other = fitted(votes, truth=hard), fitted(votes, truth=soft)
    np.testing.assert_array_equal(one.posterior, other.posterior)
    assert one.clamped is not None
    np.testing.assert_array_equal(one.clamped, hard >= 0)


def test_many_votes_on_an_item_do_not_underflow() -> None:
    rng = np.random.default_rng(0)
    answers = np.where(rng.random(6000) < 0.5, 3, rng.integers(0, 8, 6000))
    votes = Votes.from_triples(np.zeros(6000, int), np.arange(6000) % 7, answers)
    fit = fitted(votes, candidates=0, max_steps=4, accelerate=False, tol=0)
    assert fit.posterior[0, 3] == 1
    assert np.isfinite(fit.objective)
    # answers that nobody gave are no candidates, and their mass is below any double
    assert not fitted(votes.where(votes.answers < 5), candidates=1).outside.any()


def test_what_cannot_be_used_is_said() -> None:
    votes = JOBS["a crowd"]
    with pytest.raises(VoteError, match="candidates=-1: give a whole number, 0 or more"):
        fit_sparse_dawid_skene(votes, candidates=-1)
    with pytest.raises(VoteError, match=r"row_count has 0\.0: give 0\.01 or more"):
        fit_sparse_dawid_skene(votes, row_count=0.0)
    with pytest.warns(ConvergenceWarning, match="not converged after 1 step") as caught:
        fit_sparse_dawid_skene(votes, max_steps=1)
    assert caught[0].filename == __file__


def test_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, _ = neighbours(n_items=300, n_raters=50, n_classes=60)
    fit = fitted(votes)
    monkeypatch.setattr(memory, "memory_bytes", lambda: 1e5)
    with pytest.raises(VoteError, match=r"a dense table of posteriors, 300 x 60, would take"):
        _ = fit.posterior
    with pytest.raises(VoteError, match=r"error rates, 50 x 60 x 60, .*error_rate_cells\(\)"):
        fit.answer_probabilities()
    with pytest.raises(VoteError, match="cells of raters, classes and answers would take"):
        fit_sparse_dawid_skene(votes, candidates=60)
    with pytest.raises(VoteError, match="--method dawid-skene-sparse"):
        fit_dawid_skene(votes)
