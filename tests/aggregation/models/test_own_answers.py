"""Which answer is a class's own."""

from __future__ import annotations

import numpy as np

from aggregation import Votes
from aggregation.models.own_answers import affinity_to_own, own_answers


def test_as_many_answers_as_classes() -> None:
    votes = Votes.from_triples([0, 0], [0, 1], [0, 2])
    np.testing.assert_array_equal(own_answers(votes, 3, None), np.eye(3))
    np.testing.assert_array_equal(affinity_to_own(own_answers(votes, 3, None)), np.eye(3))


def test_classes_may_share_an_answer_or_have_none() -> None:
    votes = Votes.from_triples([0, 0], [0, 1], [0, 2])
    own = own_answers(votes, 4, [2, 2, -1, 0])
    np.testing.assert_array_equal(own.sum(axis=0), [1, 1, 0, 1])
    half, quarter = 0.5, 0.25
    expected = [[0, 0, 0, 1], [quarter] * 4, [half, half, 0, 0]]
    np.testing.assert_array_equal(affinity_to_own(own), expected)
