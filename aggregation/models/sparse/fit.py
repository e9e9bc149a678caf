"""A sparse fit: posteriors of candidates and rates of cells that occur, as tables by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...engine.tables.memory import DOUBLE_BYTES, check_bytes
from ...table import Table
from ...votes.votes import Votes
from ..aggregated import Call, ObjectiveKind, Posteriors
from ..label_tables import Certainty
from .tables import CellTable, RowEnds, cut_line, rater_table

if TYPE_CHECKING:
    from .background import Background
    from .candidates import Candidates
    from .cells import Cells

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SparseFit(Posteriors):
    """A fitted Dawid & Skene model that holds what occurs; an :class:`Aggregated`.

    Attributes
    ----------
    votes : Votes
        What was fitted.
    candidates : Candidates
        Classes that each item may have: those of item i are ``candidates.classes`` from
        ``candidates.places[i]`` to ``candidates.places[i + 1]``. An item without votes has none;
        its posterior is the class prior.
    shares : ndarray, shape (n_candidates,)
        Posterior of each; those of an item sum to 1.
    outside : ndarray, shape (n_items,)
        Posterior mass that each item would have outside its candidates, 0..1, by one pass over all
        classes under the parameters of the fit.
    class_prior : ndarray, shape (n_classes,)
        Sums to 1.
    background : Background
        Rates where a rater's own votes say nothing: ``right``, shape (n_raters,), and
        ``confusions``, shape (n_answers, n_classes).
    cells : Cells
        Which raters, classes and answers occur together.
    counts : ndarray, shape (n_cells,)
        Expected votes in each cell.
    totals : ndarray, shape (n_rows,)
        Their sum in each row, and `row_count`.
    row_count : float
        Votes that the background counts in each row.
    objective : float
        The log-likelihood plus the log density of the prior, less that at the prior's mode; nats.
    objective_trace : ndarray, shape (n,)
        The objective at each accepted step; it never falls.
    n_steps : int
        Evaluations of a step, rejected ones included.
    converged : bool
    options : Call
        How it was done.
    clamped : ndarray of bool, shape (n_items,), optional
        Which items were known.
    """

    votes: Votes = field(repr=False)
    candidates: Candidates = field(repr=False)
    shares: Array = field(repr=False)
    outside: Array = field(repr=False)
    class_prior: Array = field(repr=False)
    background: Background = field(repr=False)
    cells: Cells = field(repr=False)
    counts: Array = field(repr=False)
    totals: Array = field(repr=False)
    row_count: float
    objective: float
    objective_trace: Array = field(repr=False)
    n_steps: int
    converged: bool
    options: Call = field(repr=False)
    clamped: NDArray[np.bool_] | None = field(default=None, repr=False)
    objective_kind: ObjectiveKind = field(default="log posterior", init=False)

    @property
    def posterior(self) -> Array:  # type: ignore[override]
        """All posteriors, shape (n_items, n_classes): made when asked for, where there is room."""
        shape = self.votes.n_items, self.n_classes
        self._check_table("posteriors", shape)
        table = np.zeros(shape)
        table[self._empty] = self.class_prior
        table[self.candidates.items, self.candidates.classes] = self.shares
        return table

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_prior)

    @cached_property
    def _ends(self) -> RowEnds:
        return RowEnds(self.candidates.places)

    @property
    def _empty(self) -> NDArray[np.bool_]:
        """Which items have no candidates."""
        return np.asarray(np.diff(self.candidates.places) == 0)

    def classes(self) -> NDArray[np.int64]:
        """Return each item's likeliest class, shape (n_items,); the first of equals."""
        found = np.full(self.votes.n_items, self.class_prior.argmax())
        found[~self._empty] = self.candidates.classes[self._ends.first_of_largest(self.shares)]
        return found

    def certainty(self) -> Certainty:
        """Return each item's largest posterior, and its entropy in nats."""
        from scipy.special import entr  # scipy takes a quarter of a second to import

        largest = np.full(self.votes.n_items, self.class_prior.max())
        largest[~self._empty] = self._ends.largest(self.shares)
        entropy = self.candidates.item_sums(entr(self.shares))
        entropy[self._empty] = entr(self.class_prior).sum()
        return Certainty(largest, entropy)

    def error_rate_cells(self) -> CellTable:
        """Return the cells that occur: rater, class, answer, rate and expected votes.

        Where there is none, the rate is the background's times `row_count` and divided by the
        row's total; where there is no row, the background's.
        """
        cells = self.cells
        prior = self.row_count * self.background.rates(cells.raters, cells.classes, cells.answers)
        rates = (self.counts + prior) / self.totals[cells.row]
        expected = cells.cell_sums(self.shares)
        return CellTable(cells.raters, cells.classes, cells.answers, rates, expected)

    def row_sums(self, counts: Array) -> Array:
        """Return for each cell the sum over its row, shape (n_cells,)."""
        return self.cells.row_sums(counts)[self.cells.row]

    def answer_probabilities(self) -> Array:
        """Return all error rates, shape (n_raters, n_classes, n_answers), where there is room.

        Raises
        ------
        VoteError
            If there is none: :meth:`error_rate_cells` has those that occur.
        """
        self._check_table(
            "error rates", (self.votes.n_raters, self.n_classes, self.votes.n_answers)
        )
        table, cells = self.background.table(), self.cells
        rows = cells.row_raters, cells.row_classes
        table[rows] *= (self.row_count / self.totals)[:, None]
        found = self.error_rate_cells()
        table[found.raters, found.classes, found.answers] = found.rates
        return table

    def rater_table(self, *, class_names: Sequence[Any] | None = None) -> Table:
        """Return a row a rater: votes and expected accuracy; see :func:`rater_table`."""
        return rater_table(self, class_names)

    def summary(self, *, class_names: Sequence[Any] | None = None) -> str:
        """Say in a few lines what was found, and how much posterior mass was cut off."""
        return "\n".join([super().summary(class_names=class_names), cut_line(self)])

    def _check_table(self, what: str, shape: tuple[int, ...]) -> None:
        sizes = " x ".join(f"{size:,}" for size in shape)
        check_bytes(
            2 * DOUBLE_BYTES * int(np.prod(shape)),
            f"a dense table of {what}, {sizes},",
            "take what occurs: candidates and shares, error_rate_cells()",
        )
