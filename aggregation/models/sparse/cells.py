"""Cells of raters, classes and answers that occur, and the entries of each: votes by candidates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...engine.tables.memory import check_bytes
from ...kernels.sparse_rates import list_entries, sort_entries
from ...kernels.threads import Threads
from ...votes.votes import Votes
from .candidates import Candidates

# Bytes that an entry takes at the most, while they are sorted.
ENTRY_BYTES = 60


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells in the order of rater, class and answer; a row is those of one rater and class.

    Attributes
    ----------
    share : ndarray of int32, shape (n_entries,)
        The place among the posteriors of each entry, in the order of the cells.
    entry : ndarray of int32, shape (n_entries,)
        The place of each in the order of raters, votes and candidates.
    vote_places : ndarray of int64, shape (n_votes,)
        Where a vote's entries begin in that order.
    starts : ndarray of int32, shape (n_cells + 1,)
        Where a cell's entries begin in the order of the cells.
    row_starts : ndarray of int32, shape (n_rows + 1,)
        Where a row's cells begin.
    rater_starts : ndarray of int64, shape (n_raters + 1,)
        Where a rater's rows begin.
    row_classes : ndarray of int32, shape (n_rows,)
    answers : ndarray of int32, shape (n_cells,)
    """

    share: NDArray[np.int32]
    entry: NDArray[np.int32]
    vote_places: NDArray[np.int64]
    starts: NDArray[np.int32]
    row_starts: NDArray[np.int32]
    rater_starts: NDArray[np.int64]
    row_classes: NDArray[np.int32]
    answers: NDArray[np.int32]

    @cached_property
    def row_raters(self) -> NDArray[np.int32]:
        """Each row's rater, shape (n_rows,)."""
        raters = np.arange(len(self.rater_starts) - 1, dtype=np.int32)
        return np.repeat(raters, np.diff(self.rater_starts))

    def of_rows(self, values: NDArray[Any]) -> NDArray[Any]:
        """Repeat what rows have for each of their cells."""
        return np.repeat(values, np.diff(self.row_starts))

    def row_sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up cells by row."""
        return np.add.reduceat(values, self.row_starts[:-1]) if len(values) else np.empty(0)

    def cell_sums(self, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up each cell's posteriors: the votes that are expected in it."""
        values = posterior[self.share]
        return np.add.reduceat(values, self.starts[:-1]) if len(values) else np.empty(0)

    @property
    def raters(self) -> NDArray[np.int32]:
        """Each cell's rater, shape (n_cells,)."""
        return self.of_rows(self.row_raters)

    @property
    def classes(self) -> NDArray[np.int32]:
        """Each cell's class, shape (n_cells,)."""
        return self.of_rows(self.row_classes)


def cells_of(votes: Votes, candidates: Candidates, threads: Threads) -> Cells:
    """Find the cells that occur; too many of them are a VoteError before any is listed."""
    n_answers, n_classes = votes.n_answers, candidates.n_classes
    sizes = np.diff(candidates.places)[votes.items]
    n_entries = int(sizes.sum())
    check_bytes(
        n_entries * ENTRY_BYTES,
        f"{n_entries:,} cells of raters, classes and answers",
        "give fewer candidates=",
    )
    vote_places, ends = _rater_by_rater(votes, sizes)
    keys, share = np.empty(n_entries, dtype=np.int64), np.empty(n_entries, dtype=np.int32)
    entry = np.empty(n_entries, dtype=np.int32)
    of_votes = votes.starts, votes.codes, n_answers, n_classes
    list_entries(*of_votes, candidates.places, candidates.classes, vote_places, keys, share)
    threads.share(
        lambda first, last: sort_entries(ends, first, last, keys, share, entry), votes.n_raters
    )
    starts = _beginnings(keys)
    keys = keys[starts[:-1]]
    answers = (keys % n_answers).astype(np.int32)
    rows = keys // n_answers
    row_starts = _beginnings(rows)
    raters, classes = np.divmod(rows[row_starts[:-1]], n_classes)
    rater_starts = np.searchsorted(raters, np.arange(votes.n_raters + 1))
    of_rows = row_starts, rater_starts, classes.astype(np.int32)
    return Cells(share, entry, vote_places, starts, *of_rows, answers)


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


def _beginnings(values: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return where equal values in a row begin, and at last where they end."""
    new = np.flatnonzero(values[1:] != values[:-1]) + 1
    first = [0] if len(values) else []
    return np.concatenate((first, new, [len(values)])).astype(np.int32)
