"""Items whose class is known throughout, by the pieces of votes that they lie in."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.pieces import pieces_of
from ..errors import VoteError, VoteWarning, shown
from ..votes.given import UNKNOWN, truth_weights
from ..votes.known_items import not_among, places_of_names
from ..votes.store.store import VoteStore
from ..votes.votes import Votes

if TYPE_CHECKING:
    from ..engine.blocks import Blocks
    from ..engine.partitions import Partitions


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
        """Return the votes on the known items, in memory, without these items' names."""
        nameless = (
            replace(piece, item_names=range(piece.n_items)).select(self.of_piece(number)[0])
            for number, piece in enumerate(pieces_of(votes))
        )
        some = list(nameless)
        starts = np.concatenate([[0], *(np.diff(one.starts) for one in some)]).cumsum()
        codes = np.concatenate([one.codes for one in some])
        return replace(some[0], starts=starts, codes=codes, item_names=range(len(starts) - 1))

    def mask(self) -> NDArray[np.bool_]:
        """Say of which items nothing is known, shape (n_items,)."""
        still_open = np.ones(self.borders[-1], dtype=bool)
        still_open[self.items] = False
        return still_open

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


def checked_truth(truth: ArrayLike, n_items: int, n_classes: int) -> NDArray[np.float64]:
    """Truth as distributions, shape (n_items, n_classes); a row of zeros where it is not known."""
    weights = truth_weights(truth, n_items, n_classes)
    totals = weights.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0))


def checked_clamped(
    truth: ArrayLike | Mapping[Any, int] | None, votes: Votes | VoteStore, n_classes: int
) -> Clamped | None:
    """Return what is known as a user says it: by the items' order, or by their names.

    Raises
    ------
    VoteError
        If it does not fit the votes, or none of the names is an item's.
    """
    if isinstance(truth, Mapping):
        return clamped_by_name(truth, votes, n_classes)
    if truth is None or isinstance(votes, VoteStore):
        return None
    return clamped_of(votes, checked_truth(truth, votes.n_items, n_classes))


def clamped_by_name(
    truth: Mapping[Any, int], votes: Votes | VoteStore, n_classes: int
) -> Clamped | None:
    """Return what is known by the items' names; those that are no item's are left out, and said."""
    names, classes = [*truth], [*truth.values()]
    wrong = [name for name, cls in truth.items() if cls not in range(UNKNOWN, n_classes)]
    if wrong:
        raise VoteError(
            f"truth of item {shown(wrong[0])} is {shown(truth[wrong[0]])}: classes are "
            f"0..{n_classes - 1}, or -1 where it is not known"
        )
    weights = checked_truth(classes, len(names), n_classes)
    places = places_of_names(names, votes)
    found = places >= 0
    if len(names) and not found.any():
        raise VoteError(f"truth: none of its {not_among(names, votes)}")
    if not found.all():
        first = names[int(np.argmin(found))]
        warnings.warn(
            f"known items without votes, left out: {np.count_nonzero(~found):,} of {len(names):,}, "
            f"such as {shown(first)}",
            VoteWarning,
            stacklevel=4,
        )
    known = found & weights.any(axis=1)
    items, first_of = np.unique(places[known], return_index=True)
    if len(items) < np.count_nonzero(known):
        raise VoteError("truth: two of its names read the same: give one class an item")
    return Clamped(items, weights[known][first_of], borders_of(votes))


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
    still_open = clamped.mask()
    chosen = votes.select(still_open)
    if votes.cuts is None:
        return chosen
    before = np.concatenate(([0], np.cumsum(still_open)))
    return replace(chosen, cuts=tuple(before[list(votes.cuts)].tolist()))


def open_blocks(
    votes: Votes | VoteStore, clamped: Clamped | None, n_classes: int, threads: int | None
) -> Blocks | Partitions:
    """Cut the votes on items of which nothing is known into blocks, piece by piece."""
    from ..engine.partitions import blocks_of  # Numba takes a third of a second to import

    if isinstance(votes, VoteStore):
        return blocks_of(votes, n_classes, threads, None if clamped is None else clamped.is_open)
    return blocks_of(open_votes(votes, clamped), n_classes, threads)
