"""How likely votes are that were left out: an item's together, under what the others say."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError
from ..votes.votes import Votes


class Predictor(Protocol):
    """A model in which an item's votes depend on more than its class."""

    def __call__(self, votes: Votes) -> NDArray[np.float64]:
        """Return the log probability of each item's further votes together, (n_items,)."""


def further_votes(
    posterior: NDArray[np.float64], rates: NDArray[np.float64], votes: Votes
) -> NDArray[np.float64]:
    """Predict further votes of raters who are independent given an item's state.

    Parameters
    ----------
    posterior : ndarray, shape (n_items, n_states)
        Probability of each state: a class, or more than that; rows sum to 1.
    rates : ndarray, shape (n_raters, n_states, n_answers)
        Probability of each answer.
    votes : Votes
        Further votes on the same items, by the same raters.

    Returns
    -------
    ndarray, shape (n_items,)
        Log probability of each item's votes together, in nats: 0 where there are none, -inf where
        they are impossible.
    """
    check_same(votes, len(posterior), len(rates), rates.shape[2])
    by_item = np.zeros(votes.n_items)
    items = np.flatnonzero(np.diff(votes.starts))
    if not len(items):
        return by_item
    by_code = rates.transpose(0, 2, 1).reshape(-1, rates.shape[1])
    with np.errstate(divide="ignore"):
        by_vote = np.log(by_code)[votes.codes]
        joint = np.log(posterior[items]) + np.add.reduceat(by_vote, votes.starts[items])
    by_item[items] = np.logaddexp.reduce(joint, axis=1)
    return by_item


def check_same(votes: Votes, n_items: int, n_raters: int, n_answers: int) -> None:
    """Refuse votes on other items, or of other raters, than a method has seen."""
    there, here = (votes.n_items, votes.n_raters, votes.n_answers), (n_items, n_raters, n_answers)
    if there != here:
        raise VoteError(
            f"votes of (items, raters, answers) = {there} cannot be predicted by what was found of "
            f"{here}: take votes.where(...), which keeps all of them"
        )
