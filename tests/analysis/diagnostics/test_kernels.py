"""The loops over items, against all answers that items could have."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import Votes, e_step, simulate_votes
from aggregation.datasets.simulate import draw_error_rates
from aggregation.kernels import threads as sharing
from analysis.diagnostics.kernels import add_expected_kinds, fill_posterior, rank_votes
from analysis.diagnostics.latent_states import LatentStates
from analysis.diagnostics.next_vote import entropy, next_vote_gain
from analysis.diagnostics.vote_kinds import (
    KindTable,
    count_kinds,
    draw_replicate,
    drawn_kinds,
    kind_table,
)

RATES = draw_error_rates(5, 2, 3, seed=3)
PRIOR = np.array([0.7, 0.3])


def ragged() -> Votes:
    """Items with 0 to 4 votes, one of them with two votes by the same rater."""
    sizes = np.array([0, 1, 2, 3, 4, 3, 2])
    drawn = simulate_votes(RATES, class_prior=PRIOR, n_items=7, votes_per_item=sizes, seed=1).votes
    items = np.append(drawn.items, 3)
    raters, answers = np.append(drawn.raters, drawn.raters[3]), np.append(drawn.answers, 2)
    return Votes.from_triples(items, raters, answers, n_items=7, n_raters=5, n_answers=3)


def enumerated(
    votes: Votes, table: KindTable, rates: NDArray[np.float64], classes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Expected items of each kind, by going through all answers that items could have."""
    place = {tuple(row): kind for kind, row in enumerate(table.counts.tolist())}
    expected = np.zeros(len(place))
    for item in range(votes.n_items):
        raters = votes.raters[votes.starts[item] : votes.starts[item + 1]]
        for answers in itertools.product(range(votes.n_answers), repeat=len(raters)):
            if not answers:
                continue
            counts = np.bincount(answers, minlength=votes.n_answers)
            by_class = np.prod(rates[raters, :, answers], axis=0)
            expected[place[tuple(counts.tolist())]] += classes[item] @ by_class
    return expected


def expected_by_kernel(
    votes: Votes, table: KindTable, rates: NDArray[np.float64], classes: NDArray[np.float64]
) -> NDArray[np.float64]:
    expected = np.zeros(len(table.counts))
    add_expected_kinds(
        votes.starts, votes.raters, rates, classes, table.after, table.first, expected
    )
    return expected


def test_expected_kinds_are_those_of_all_possible_answers() -> None:
    votes = ragged()
    table = kind_table(votes)
    classes = np.tile(PRIOR, (votes.n_items, 1))
    expected = expected_by_kernel(votes, table, RATES, classes)
    np.testing.assert_allclose(
        expected, enumerated(votes, table, RATES, classes), rtol=1e-12, atol=1e-15
    )


@given(
    n_answers=st.integers(1, 4),
    n_classes=st.integers(1, 3),
    sizes=st.lists(st.integers(0, 5), min_size=1, max_size=5).filter(any),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_kinds_of_any_votes(n_answers: int, n_classes: int, sizes: list[int], seed: int) -> None:
    """Listed, counted and expected, beside brute force; some items are known."""
    rng = np.random.default_rng(seed)
    items = np.repeat(np.arange(len(sizes)), sizes)
    answers = rng.integers(n_answers, size=len(items))
    votes = Votes.from_triples(
        items,
        rng.integers(3, size=len(items)),
        answers,
        n_items=len(sizes),
        n_raters=3,
        n_answers=n_answers,
    )
    table = kind_table(votes)
    listed = [
        kind
        for size in sorted(set(sizes) - {0})
        for kind in itertools.product(range(size, -1, -1), repeat=n_answers)
        if sum(kind) == size
    ]
    assert [tuple(kind) for kind in table.counts.tolist()] == listed
    rows = [tuple(row) for row in votes.to_tensor().sum(axis=0).tolist()]
    counted = count_kinds(votes, votes.answers, table)
    assert counted.tolist() == [rows.count(kind) for kind in listed]
    rates = rng.dirichlet(np.ones(n_answers), size=(3, n_classes))
    classes = rng.dirichlet(np.ones(n_classes), size=len(sizes))
    classes[0] = np.eye(n_classes)[0]
    np.testing.assert_allclose(
        expected_by_kernel(votes, table, rates, classes),
        enumerated(votes, table, rates, classes),
        rtol=1e-12,
        atol=1e-15,
    )


def test_kinds_are_counted() -> None:
    votes = ragged()
    table = kind_table(votes)
    counted = count_kinds(votes, votes.answers, table)
    rows = votes.to_tensor().sum(axis=0).tolist()
    assert counted.tolist() == [rows.count(kind) for kind in table.counts.tolist()]
    assert counted.sum() == 6  # one item has no votes


@pytest.mark.parametrize("threads", [1, 3])
def test_drawn_kinds_are_those_of_drawn_answers(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes = ragged()
    table = kind_table(votes)
    models = [
        LatentStates(votes, RATES, PRIOR, 2, None),
        LatentStates(votes, draw_error_rates(5, 3, 3, seed=4), np.array([0.5, 0.3, 0.2]), 3, None),
    ]
    monkeypatch.setattr(sharing, "thread_count", lambda *_: threads)
    for number, drawn in enumerate(drawn_kinds(models, table, range(20), 7)):
        for model, counted in zip(models, drawn, strict=True):
            answers = draw_replicate(model, np.random.default_rng((7, number)))
            assert counted.tolist() == count_kinds(votes, answers, table).tolist()


def test_gain_is_the_expected_fall_of_entropy() -> None:
    """By Bayes' rule for every rater and answer in turn."""
    rng = np.random.default_rng(1)
    posterior = rng.dirichlet(np.ones(3), size=20)
    posterior[0] = [1, 0, 0]
    rates = draw_error_rates(4, 3, seed=2)
    weights = np.array([1.0, 0.0, 2.0, 5.0])
    gain = next_vote_gain(posterior, error_rates=rates, rater_weights=weights)
    for item, before in enumerate(posterior):
        after = 0.0
        for rater, answer in itertools.product(range(4), range(3)):
            joint = before * rates[rater, :, answer]
            total = joint.sum()
            if total > 0:
                after += weights[rater] / 8 * total * float(entropy(joint / total))
        assert gain[item] == pytest.approx(float(entropy(before)) - after, abs=1e-12)
    assert gain[0] < 1e-15


@given(
    sizes=st.lists(st.integers(0, 40), min_size=1, max_size=8).filter(any),
    different=st.integers(1, 200),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_votes_are_ranked_as_numpy_sorts(sizes: list[int], different: int, seed: int) -> None:
    numbers = np.random.default_rng(seed).integers(different, size=sum(sizes)).astype(float)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    place = np.full(sum(sizes), -1)
    rank_votes(starts, numbers, place)
    for begin, end in itertools.pairwise(starts):
        of_item = place[begin:end]
        assert sorted(of_item.tolist()) == list(range(end - begin))
        ranked = np.empty(end - begin)
        ranked[of_item] = numbers[begin:end]
        np.testing.assert_array_equal(ranked, np.sort(numbers[begin:end]))


@pytest.mark.parametrize("most", [1, 2, 3, 1900])
def test_posteriors_of_some_votes_have_the_bits_of_an_e_step(most: int) -> None:
    """Also of an item whose likelihoods are too small for a double, and of one without votes."""
    rng = np.random.default_rng(2)
    sizes = np.array([0, 1, 2, 3, 4, 2000, 5])
    prior, rates = np.array([0.5, 0.3, 0.2]), draw_error_rates(2000, 3, 4, seed=5)
    votes = simulate_votes(rates, class_prior=prior, n_items=7, votes_per_item=sizes, seed=1).votes
    place = np.empty(votes.n_votes, dtype=np.int64)
    rank_votes(votes.starts, rng.random(votes.n_votes), place)
    expected = e_step(votes.where(place < most), error_rates=rates, class_prior=prior)
    assert (most == 1900) == (expected.log_likelihood < np.log(np.finfo(np.float64).tiny))
    by_code = np.ascontiguousarray(rates.swapaxes(1, 2)).reshape(-1, 3)
    posterior = np.empty((7, 3))
    fill_posterior(votes.starts, votes.codes, place, most, by_code, prior, posterior)
    np.testing.assert_array_equal(posterior, expected.posterior)
