"""What most of an item's votes say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..votes.votes import Votes

NO_ANSWER = -1


class Majority(NamedTuple):
    """What most of an item's votes say.

    `votes` and `most`, shape (n_items,), are the number of votes and of those for the most frequent
    answer; `answer` is that answer's code, or -1 where several tie or there are no votes; `tied`
    is True where several do.
    """

    votes: NDArray[np.int64]
    most: NDArray[np.int64]
    answer: NDArray[np.int64]
    tied: NDArray[np.bool_]


def majority_of(votes: Votes) -> Majority:
    """Count each item's votes, and find the answer that most of them give."""
    n_votes = np.diff(votes.starts)
    cells, counts = np.unique(votes.items * votes.n_answers + votes.answers, return_counts=True)
    items, answers = np.divmod(cells, max(votes.n_answers, 1))
    most = np.zeros(votes.n_items, dtype=np.int64)
    np.maximum.at(most, items, counts)
    winners = counts == most[items]
    n_winners = np.bincount(items[winners], minlength=votes.n_items)
    answer = np.full(votes.n_items, NO_ANSWER)
    answer[items[winners]] = answers[winners]
    answer[n_winners > 1] = NO_ANSWER
    return Majority(n_votes, most, answer, n_winners > 1)
