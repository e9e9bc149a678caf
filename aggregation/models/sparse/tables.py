"""Tables of what occurs: sums over rows that lie one after the other, and raters from cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ...table import Table
from ..label_tables import LEAST_CONFUSION, Confusions, Named, own_answers, rater_columns

if TYPE_CHECKING:
    from .candidates import Candidates

Array = NDArray[np.float64]


class CellTable(NamedTuple):
    """Cells that occur, in the order of rater, class and answer; arrays of the same length.

    Attributes
    ----------
    raters, classes, answers : ndarray of int32
    rates : ndarray
        Probability of the answer, given rater and class.
    counts : ndarray
        Expected votes.
    """

    raters: NDArray[np.int32]
    classes: NDArray[np.int32]
    answers: NDArray[np.int32]
    rates: Array
    counts: Array


class RowEnds:
    """Rows of different lengths, one after the other; those that are empty are left out."""

    def __init__(self, places: NDArray[np.int64]) -> None:
        sizes = np.diff(places)
        self.begins, self.sizes = places[:-1][sizes > 0], sizes[sizes > 0]

    def largest(self, values: Array) -> Array:
        """Return each row's largest value."""
        return np.maximum.reduceat(values, self.begins) if len(self.begins) else np.empty(0)

    def first_of_largest(self, values: Array) -> NDArray[np.int64]:
        """Return the place of each row's largest value, the first of equals."""
        at_top = np.flatnonzero(values == np.repeat(self.largest(values), self.sizes))
        return at_top[np.searchsorted(at_top, self.begins)]


class Sparse(Named, Protocol):
    """What the tables need of a fit; see :class:`aggregation.SparseFit`."""

    @property
    def candidates(self) -> Candidates: ...  # noqa: D102
    @property
    def shares(self) -> Array: ...  # noqa: D102
    @property
    def outside(self) -> Array: ...  # noqa: D102

    def error_rate_cells(self) -> CellTable:
        """Return the cells that occur."""

    def row_sums(self, counts: Array) -> Array:
        """Return for each cell the sum over its row."""


def rater_table(fit: Sparse, class_names: Sequence[Any] | None) -> Table:
    """Return what :func:`models.label_tables.rater_table` does, from the cells that occur."""
    cells, n_raters = fit.error_rate_cells(), fit.votes.n_raters
    own = own_answers(fit, class_names)[cells.classes]
    of_right = np.where(own == cells.answers, cells.counts, 0.0)
    right = np.bincount(cells.raters, of_right, n_raters).astype(np.float64)
    wrong = np.where((own >= 0) & (own != cells.answers), cells.counts, 0.0)
    starts = np.searchsorted(cells.raters, np.arange(n_raters + 1))
    place = RowEnds(starts).first_of_largest(wrong)
    found = Confusions(*np.zeros((2, n_raters), dtype=np.int64), *np.zeros((2, n_raters)))
    there = np.flatnonzero(np.diff(starts))
    found.classes[there], found.answers[there] = cells.classes[place], cells.answers[place]
    found.counts[there], found.totals[there] = wrong[place], fit.row_sums(cells.counts)[place]
    n_votes = fit.votes.votes_per_rater().astype(np.float64)
    return rater_columns(fit, class_names, n_votes, right, found)


def posterior_rows(fit: Sparse, names: Sequence[Any]) -> dict[str, Any]:
    """Return a row an item and candidate: columns `item`, `class` and `posterior`."""
    items, classes = fit.candidates.items.tolist(), fit.candidates.classes.tolist()
    of_items = fit.votes.item_names
    return {
        "item": [of_items[item] for item in items],
        "class": [names[cls] for cls in classes],
        "posterior": fit.shares,
    }


def rate_rows(fit: Sparse, names: Sequence[Any]) -> dict[str, Any]:
    """Return a row for each rater, class and answer of which some votes are expected."""
    cells, votes = fit.error_rate_cells(), fit.votes
    seen = cells.counts >= LEAST_CONFUSION
    return {
        "rater": [votes.rater_names[rater] for rater in cells.raters[seen].tolist()],
        "class": [names[cls] for cls in cells.classes[seen].tolist()],
        "answer": [votes.answer_names[answer] for answer in cells.answers[seen].tolist()],
        "rate": cells.rates[seen],
        "expected_votes": cells.counts[seen],
    }


def cut_numbers(fit: Sparse) -> dict[str, Any]:
    """Return how many candidates there are, and what the others would have, as JSON knows it."""
    outside = fit.outside if len(fit.outside) else np.zeros(1)
    return {
        "n_candidates": len(fit.shares),
        "outside_candidates": {"mean": float(outside.mean()), "largest": float(outside.max())},
    }


def cut_line(fit: Sparse) -> str:
    """Say in a line how many candidates items have, and what the others would have."""
    found = cut_numbers(fit)
    mean, largest = found["outside_candidates"].values()
    return (
        f"{found['n_candidates'] / max(fit.votes.n_items, 1):.1f} candidates an item; other "
        f"classes would have {mean:.2g} of the posterior, and {largest:.2g} of an item's at the "
        "most"
    )
