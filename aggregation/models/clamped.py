"""Items whose class is known throughout, by the pieces of votes that they lie in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .dawid_skene.arguments import checked_truth


@dataclass(frozen=True, eq=False)
class Clamped:
    """What is known of items.

    Attributes
    ----------
    items : ndarray of int64, shape (n_known,)
        Those of which something is known, ascending.
    weights : ndarray, shape (n_known, n_classes)
        How far each is of each class; rows sum to 1.
    borders : ndarray of int64, shape (n_pieces + 1,)
        Items at which pieces of the votes begin and end.
    """

    items: NDArray[np.int64]
    weights: NDArray[np.float64]
    borders: NDArray[np.int64]

    def of_piece(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the known items of a piece, counted from its first, and their weights."""
        begin, end = self.borders[number], self.borders[number + 1]
        own = slice(*np.searchsorted(self.items, (begin, end)))
        return self.items[own] - begin, self.weights[own]

    def is_open(self, number: int) -> NDArray[np.bool_]:
        """Say of which of a piece's items nothing is known."""
        still_open = np.ones(self.borders[number + 1] - self.borders[number], dtype=bool)
        still_open[self.of_piece(number)[0]] = False
        return still_open

    def rows(self, number: int) -> NDArray[np.float64]:
        """Return what is known of a piece's items, a row of zeros where nothing is."""
        items, weights = self.of_piece(number)
        found = np.zeros((self.borders[number + 1] - self.borders[number], weights.shape[1]))
        found[items] = weights
        return found

    def everyone(self, number: int, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return posteriors of all items of a piece, where those of the open ones are given."""
        found = self.rows(number)
        found[self.is_open(number)] = posterior
        return found

    def instead(self, number: int, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return rows of all items of a piece, in which known items have their truth."""
        items, weights = self.of_piece(number)
        found = rows.copy()
        found[items] = weights
        return found

    def votes_of(self, votes: Votes | VoteStore) -> Votes:
        """Return the votes on the known items."""
        assert isinstance(votes, Votes)
        return votes.select(self.items)

    def dense(self) -> NDArray[np.float64]:
        """Return what is known of all items, a row of zeros where nothing is."""
        found = np.zeros((self.borders[-1], self.weights.shape[1]))
        found[self.items] = self.weights
        return found


def clamped_of(votes: Votes, truth: NDArray[np.float64] | None) -> Clamped | None:
    """Return what is known as `truth`, shape (n_items, n_classes), has it: rows of zeros are not.

    None where no truth is given.
    """
    if truth is None:
        return None
    items = np.flatnonzero(truth.any(axis=1))
    return Clamped(items, truth[items], borders_of(votes))


def checked_clamped(
    truth: ArrayLike | None, votes: Votes | VoteStore, n_classes: int
) -> Clamped | None:
    """Return what is known as a user says it; what does not fit the votes is a VoteError."""
    if truth is None or isinstance(votes, VoteStore):
        return None
    return clamped_of(votes, checked_truth(truth, votes.n_items, n_classes))


def borders_of(votes: Votes | VoteStore) -> NDArray[np.int64]:
    """Return the items at which the pieces of votes begin and end."""
    if isinstance(votes, VoteStore):
        sizes = [n_items for n_items, _ in votes.manifest.partitions]
        return np.cumsum([0, *sizes], dtype=np.int64)
    return np.array((0, votes.n_items) if votes.cuts is None else votes.cuts, dtype=np.int64)


def open_votes(votes: Votes, clamped: Clamped | None) -> Votes:
    """Return the votes on the items of which nothing is known, in their pieces."""
    if clamped is None or not len(clamped.items):
        return votes
    still_open = np.ones(votes.n_items, dtype=bool)
    still_open[clamped.items] = False
    chosen = votes.select(still_open)
    if votes.cuts is None:
        return chosen
    before = np.concatenate(([0], np.cumsum(still_open)))
    return replace(chosen, cuts=tuple(before[list(votes.cuts)].tolist()))
