"""Vote shares against plain counting, and every rule for ties."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import VoteError, Votes, vote_share
from aggregation.models.vote_share import Ties

from ...support.vote_rows import N_ANSWERS, N_ITEMS, N_RATERS, Triples, compiles, triples, votes_of


def counted(rows: Triples, weights: list[int]) -> list[list[Fraction]]:
    """Each item's share of every answer, by the definition; nothing is uniform."""
    totals: Counter[tuple[int, int]] = Counter()
    for item, rater, answer in rows:
        totals[item, answer] += weights[rater]
    shares = []
    for item in range(N_ITEMS):
        row = [totals[item, answer] for answer in range(N_ANSWERS)]
        of_all = sum(row)
        shares.append([Fraction(n, of_all) if of_all else Fraction(1, N_ANSWERS) for n in row])
    return shares


some_weights = st.lists(st.integers(0, 4), min_size=N_RATERS, max_size=N_RATERS)


@compiles
@given(triples(), st.none() | some_weights)
def test_by_the_definition(rows: Triples, weights: list[int] | None) -> None:
    votes = votes_of(rows)
    shares = counted(rows, weights or [1] * N_RATERS)
    if weights is not None and not any(weights):
        weights = None
        shares = counted(rows, [1] * N_RATERS)
    winners = [[a for a, share in enumerate(row) if share == max(row)] for row in shares]
    tied = [len(answers) > 1 for answers in winners]
    for ties in get_args(Ties):
        found = vote_share(votes, ties=ties, weights=weights)
        np.testing.assert_allclose(found.shares, np.array(shares, dtype=float), rtol=1e-14)
        np.testing.assert_array_equal(found.tied, tied)
        np.testing.assert_allclose(found.decisions.sum(axis=1), 1, rtol=1e-14)
        for item, answers in enumerate(winners):
            cls = found.majority[item]
            if ties == "uniform":
                assert cls == (-1 if tied[item] else answers[0])
                np.testing.assert_array_equal(np.flatnonzero(found.decisions[item]), answers)
                assert set(found.decisions[item]) <= {0.0, 1 / len(answers)}
                continue
            assert cls in answers
            assert ties != "first" or cls == answers[0]
            assert ties != "last" or cls == answers[-1]
            np.testing.assert_array_equal(np.flatnonzero(found.decisions[item]), [cls])


def test_ties_by_chance_are_fair_and_seeded() -> None:
    n_items = 30_000
    items = np.repeat(np.arange(n_items), 5)
    votes = Votes.from_triples(
        items, np.tile(np.arange(5), n_items), np.tile([3, 1, 0, 3, 1], n_items)
    )
    found = vote_share(votes, ties="random", seed=1)
    assert found.tied.all()
    times = np.bincount(found.classes(), minlength=4)
    np.testing.assert_array_equal(times[[0, 2]], 0)
    assert abs(times[1] - n_items / 2) < 4 * np.sqrt(n_items / 4)
    again = vote_share(votes, ties="random", seed=1).classes()
    np.testing.assert_array_equal(found.classes(), again)
    assert (vote_share(votes, ties="random", seed=2).classes() != again).any()


def test_weights_that_do_not_add_up_exactly_tie() -> None:
    votes = Votes.from_triples([0] * 3, [0, 1, 2], [0, 0, 1])
    found = vote_share(votes, weights=[0.1, 0.2, 0.3])  # 0.1 + 0.2 > 0.3 in doubles
    assert found.tied.all()
    assert not vote_share(votes, weights=[0.1, 0.2, 0.3001]).tied.any()


def test_items_without_votes_are_undecided() -> None:
    votes = Votes.from_triples([1], [0], [1], n_items=3, n_answers=4)
    found = vote_share(votes)
    np.testing.assert_array_equal(found.classes(), [-1, 1, -1])
    np.testing.assert_array_equal(found.shares[0], np.full(4, 0.25))
    assert repr(found) == "VoteShare(3 items, 4 answers, 2 ties)"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ties": "middle"}, "ties='middle' is not one of 'uniform', 'first', 'last', 'random'"),
        ({"weights": [1, 2, 3]}, r"weights of shape \(3,\) do not fit 2 raters"),
        ({"weights": [1, -2]}, "the weight of rater bob is -2.0: give 0 or more"),
        ({"weights": [1, np.inf]}, "the weight of rater bob is inf"),
        ({"weights": ["a", "b"]}, "weights must be numbers"),
        ({"ties": "random", "seed": -1}, "seed"),
    ],
)
def test_wrong_arguments(options: dict[str, Any], message: str) -> None:
    votes = Votes.from_triples(["x", "x"], ["ann", "bob"], ["no", "yes"])
    with pytest.raises(VoteError, match=message):
        vote_share(votes, **options)
