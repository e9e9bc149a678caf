"""LA against a slow loop, as a stream and all at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import LabelStream, VoteError, Votes, fit_la, fit_wawa, simulate_votes

from ...support.em_models import compiles, crowd, ragged, truths
from ...support.em_oracle import Model

Array = np.typing.NDArray[np.float64]


def one_pass(model: Model) -> tuple[Array, Array]:
    """Scores and abilities, item by item and vote by vote."""
    right, seen = np.ones(model.n_raters), np.full(model.n_raters, 2.0)
    known = model.known_rows()
    scores = np.zeros((model.n_items, model.n_answers))
    for item in range(model.n_items):
        votes = [row[1:] for row in model.triples if row[0] == item]
        for k, l in votes:  # noqa: E741
            scores[item, l] += right[k] / seen[k]
        best = np.isclose(scores[item], scores[item].max(), rtol=1e-12, atol=0)
        wins = best / best.sum() if model.is_open()[item] else known[item]
        for k, l in votes:  # noqa: E741
            right[k] += wins[l]
            seen[k] += 1
    return scores, right / seen


@compiles
@given(ragged(square=True), st.data())
def test_passes_are_those_of_a_slow_loop(model: Model, data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        model = model._replace(known=data.draw(truths(model)))
    scores, ability = one_pass(model)
    for passes in (1, 2):
        if passes == 2:
            scores[:] = 0
            for i, k, l in model.triples:  # noqa: E741
                scores[i, l] += model.n_answers * ability[k] - 1
        fit = fit_la(model.votes(), passes=passes, truth=model.known)
        np.testing.assert_allclose(fit.parameters["ability"], ability, rtol=1e-12)
        is_open = model.is_open()
        known = model.known_rows()[~is_open]
        known /= known.sum(axis=1, keepdims=True)  # a sum may be rounded
        np.testing.assert_array_equal(fit.posterior[~is_open], known)
        for row, score in zip(fit.posterior[is_open], scores[is_open], strict=True):
            if score.min() >= 0 and score.sum() > 0:
                np.testing.assert_allclose(row, score / score.sum(), rtol=1e-9, atol=1e-12)
            best = row == row.max()
            np.testing.assert_allclose(score[best], score.max(), rtol=1e-9, atol=1e-12)


def test_batches_are_the_whole() -> None:
    votes = crowd(n_raters=9, n_items=500, votes_per_item=5)
    stream = LabelStream(9, 3)
    rows = []
    for begin in range(0, 500, 80):
        batch = (votes.items >= begin) & (votes.items < begin + 80)
        some = Votes.from_triples(
            votes.items[batch] - begin,
            votes.raters[batch],
            votes.answers[batch],
            n_raters=9,
            n_answers=3,
        )
        rows.append(stream.take(some))
    whole = fit_la(votes, passes=1)
    assert np.concatenate(rows).tobytes() == whole.posterior.tobytes()
    assert stream.ability.tobytes() == whole.parameters["ability"].tobytes()


def test_items_are_taken_as_they_come() -> None:
    votes = crowd(n_items=50, votes_per_item=3)
    order = np.random.default_rng(0).permutation(50)
    place = np.argsort(order)
    there = Votes.from_triples(place[votes.items], votes.raters, votes.answers)
    came = fit_la(replace(votes, item_order=order), passes=1)
    np.testing.assert_array_equal(came.posterior[order], fit_la(there, passes=1).posterior)


def test_the_second_pass_is_better_than_votes() -> None:
    rates = np.array([np.full((3, 3), 0.05) + 0.85 * np.eye(3)] * 2 + [np.full((3, 3), 1 / 3)] * 5)
    drawn = simulate_votes(rates, class_prior=[1 / 3] * 3, n_items=2000, seed=0)
    accuracies = [
        (found.classes() == drawn.truth).mean()
        for found in (fit_wawa(drawn.votes), fit_la(drawn.votes))
    ]
    assert accuracies[1] > accuracies[0] + 0.05


def test_wrong_arguments() -> None:
    votes = crowd(n_items=10)
    with pytest.raises(VoteError, match="passes=3: give 1 or 2"):
        fit_la(votes, passes=3)
    with pytest.raises(VoteError, match="6 raters and 3 answers do not fit a stream of 5 and 3"):
        LabelStream(5, 3).take(votes)
