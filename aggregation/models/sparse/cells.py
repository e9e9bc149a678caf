"""Cells of raters, classes and answers that occur, and the entries of each: votes by candidates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.tables.memory import check_bytes
from ...errors import VoteError
from ...kernels.sparse_cells import list_entries, number_cells
from ...kernels.threads import Threads
from ...votes.votes import Votes
from .candidates import Candidates

# Bytes that an entry takes at the most.
ENTRY_BYTES = 60
# Cells have numbers of 32 bits.
MOST_ENTRIES = 2**31


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells in the order of rater, class and answer; a row is those of one rater and class.

    Attributes
    ----------
    share : ndarray of int32, shape (n_entries,)
        The place among the posteriors of each entry, in the order of raters, votes and candidates.
    cell : ndarray of int32, shape (n_entries,)
        The cell of each.
    vote_places : ndarray of int64, shape (n_votes,)
        Where a vote's entries begin.
    entry_starts, cell_starts, row_starts : ndarray of int64, shape (n_raters + 1,)
        Where a rater's entries, cells and rows begin.
    row : ndarray of int32, shape (n_cells,)
        The row of each cell.
    row_classes : ndarray of int32, shape (n_rows,)
    answers : ndarray of int32, shape (n_cells,)
    """

    share: NDArray[np.int32]
    cell: NDArray[np.int32]
    vote_places: NDArray[np.int64]
    entry_starts: NDArray[np.int64]
    cell_starts: NDArray[np.int64]
    row_starts: NDArray[np.int64]
    row: NDArray[np.int32]
    row_classes: NDArray[np.int32]
    answers: NDArray[np.int32]

    @cached_property
    def row_raters(self) -> NDArray[np.int32]:
        """Each row's rater, shape (n_rows,)."""
        return of_each(np.arange(len(self.row_starts) - 1, dtype=np.int32), self.row_starts)

    def row_sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up cells by row."""
        return np.bincount(self.row, values, len(self.row_classes)).astype(np.float64)

    def cell_sums(self, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up each cell's posteriors: the votes that are expected in it."""
        sums = np.bincount(self.cell, posterior[self.share], len(self.answers))
        return sums.astype(np.float64)

    @property
    def raters(self) -> NDArray[np.int32]:
        """Each cell's rater, shape (n_cells,)."""
        return self.row_raters[self.row]

    @property
    def classes(self) -> NDArray[np.int32]:
        """Each cell's class, shape (n_cells,)."""
        return self.row_classes[self.row]


def cells_of(votes: Votes, candidates: Candidates, threads: Threads) -> Cells:
    """Find the cells that occur; too many of them are a VoteError before any is listed."""
    n_answers, n_classes, n_raters = votes.n_answers, candidates.n_classes, votes.n_raters
    sizes = np.diff(candidates.places)[votes.items]
    n_entries = int(sizes.sum())
    what = f"{n_entries:,} cells of raters, classes and answers"
    check_bytes(n_entries * ENTRY_BYTES, what, "give fewer candidates=")
    if n_entries >= MOST_ENTRIES:
        raise VoteError(f"{what} are too many to number: give fewer candidates=")
    vote_places, entry_starts = _rater_by_rater(votes, sizes)
    keys, share = np.empty(n_entries, dtype=np.int64), np.empty(n_entries, dtype=np.int32)
    of_votes = votes.starts, votes.codes, n_answers, n_classes
    list_entries(*of_votes, candidates.places, candidates.classes, vote_places, keys, share)
    cell, n_cells = np.empty(n_entries, dtype=np.int32), np.empty(n_raters, dtype=np.int64)

    def number(first: int, last: int) -> None:
        number_cells(entry_starts, first, last, keys, cell, n_cells)

    threads.share(number, n_raters)
    cell_starts = np.concatenate(([0], np.cumsum(n_cells)))
    cell += of_each(cell_starts[:-1].astype(np.int32), entry_starts)
    cell_keys = np.empty(cell_starts[-1], dtype=np.int64)
    cell_keys[cell] = keys
    rows, answers = np.divmod(cell_keys, n_answers)
    is_first = np.diff(rows, prepend=-1) > 0
    row = (np.cumsum(is_first) - 1).astype(np.int32)
    raters, classes = np.divmod(rows[is_first], n_classes)
    row_starts = np.searchsorted(raters, np.arange(n_raters + 1))
    of_cells = row, classes.astype(np.int32), answers.astype(np.int32)
    return Cells(share, cell, vote_places, entry_starts, cell_starts, row_starts, *of_cells)


def of_each(values: NDArray[Any], starts: NDArray[np.int64]) -> NDArray[Any]:
    """Repeat what raters have for each of what begins at `starts`."""
    return np.repeat(values, np.diff(starts))


def _rater_by_rater(
    votes: Votes, sizes: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Say where each vote's entries begin if they lie by raters, and where each rater's do."""
    raters = votes.raters
    order = np.argsort(raters, kind="stable")
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.cumsum(sizes[order]) - sizes[order]
    ends = np.concatenate(([0], np.cumsum(np.bincount(raters, sizes, votes.n_raters))))
    return places, ends.astype(np.int64)
