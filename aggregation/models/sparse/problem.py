"""What EM climbs: posteriors of the candidates, which error rates and class prior follow from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from ...engine.climb import Step
from ...kernels.sparse_rates import (
    mass_of_classes,
    rates_of_classes,
    rates_of_rows,
    sparse_step,
)
from ...kernels.threads import Threads
from ..earlier import EarlierFit
from .background import Background, block_borders, candidates_of, class_prior
from .candidates import Candidates, Task
from .cells import Cells, cells_of
from .starts import prior_of, votes_of

Array = NDArray[np.float64]
# The mass of classes that are no candidates is computed for so many classes at a time.
CLASSES_AT_ONCE = 16


class Found(NamedTuple):
    """Parameters that follow from posteriors, and what the votes say of them.

    Attributes
    ----------
    class_prior : ndarray, shape (n_classes,)
    posterior : ndarray, shape (n_candidates,)
        Under these parameters.
    logs : ndarray, shape (n_items,)
        Log-likelihood of each item over its candidates.
    log_likelihood, penalty : float
        Their sum, and minus the divergences of the backgrounds.
    """

    class_prior: Array
    posterior: Array
    logs: Array
    log_likelihood: float
    penalty: float


@dataclass(frozen=True, eq=False)
class SparseProblem:
    """Sparse Dawid & Skene as a problem to climb: a point is the posterior of every candidate.

    Attributes
    ----------
    task : Task
    threads : Threads
    background : Background
    row_count : float
        Votes that the background counts in each row.
    candidates : Candidates
    cells : Cells
    prior : ndarray, shape (n_cells,)
        The background's votes in each cell.
    """

    task: Task
    threads: Threads
    background: Background
    row_count: float
    candidates: Candidates
    cells: Cells
    prior: Array

    @property
    def n_votes(self) -> int:
        """Number of votes."""
        return self.task.votes.n_votes

    @cached_property
    def _room(self) -> tuple[Array, Array]:
        """Where each step leaves rates and logarithms: made once, to save time.

        What :meth:`found` returns holds until it is called again.
        """
        return np.empty(len(self.cells.cell)), np.empty(self.task.votes.n_items)

    @cached_property
    def _blocks(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Borders of blocks of raters, and of items."""
        return block_borders(self.cells.entry_starts), block_borders(self.task.votes.starts)

    def start(self, earlier: EarlierFit | None = None) -> Array:
        """Return the posterior under the background, or what is known of an earlier fit.

        That has its class prior, and the votes that it expects. Known items have their truth.
        """
        cells, (rates, _) = self.cells, self._room
        counts, sums = np.zeros(len(cells.answers)), np.zeros(len(cells.row_classes))
        prior = self.background.class_prior
        if earlier is not None:
            counts, sums = votes_of(earlier, self.task.votes, cells)
            prior = prior_of(earlier, self.task.votes)
        rates[:] = ((counts + self.prior) / (sums + self.row_count)[cells.row])[cells.cell]
        known = np.zeros(len(self.candidates.classes))
        known[self.task.known_places(self.candidates)] = self.task.known.weights
        return self._e_step(prior, known)[0]

    def found(self, x: Array) -> Found:
        """M-step from the posterior `x`, and the E-step that follows."""
        prior = class_prior(self.candidates, x, self.background.class_count)
        penalty = self._m_step(x) - self._divergence(prior)
        return Found(prior, *self._e_step(prior, x), penalty)

    def counts(self, x: Array) -> tuple[Array, Array]:
        """Return what the M-step counts: expected votes of cells, and of rows with background."""
        counts = self.cells.cell_sums(x)
        return counts, self.cells.row_sums(counts) + self.row_count

    def _m_step(self, x: Array) -> float:
        """Fill the rates that follow from the posterior `x`; return what the background adds."""
        cells, (rates, _), (raters, _) = self.cells, self._room, self._blocks
        penalties = np.empty(len(raters) - 1)
        by_entry = cells.share, cells.cell, cells.row
        by_rater = cells.entry_starts, cells.cell_starts, cells.row_starts
        model = self.prior, self.row_count, raters

        def work(first: int, last: int) -> None:
            rates_of_rows(x, *by_entry, *by_rater, *model, first, last, rates, penalties)

        self.threads.share(work, len(penalties))
        return float(penalties.sum())

    def _e_step(self, prior: Array, given: Array) -> tuple[Array, Array, float]:
        """Return posterior, logarithms and log-likelihood; of known items `given` is posterior."""
        task, candidates = self.task, self.candidates
        (rates, logs), (_, items) = self._room, self._blocks
        posterior, values = np.empty(len(given)), np.empty(len(items) - 1)
        by_item = task.votes.starts, candidates.places, candidates.classes, self.cells.vote_places

        def work(first: int, last: int) -> None:
            where = items, first, last
            results = posterior, logs, values
            sparse_step(*by_item, task.is_known, given, rates, prior, *where, *results)

        self.threads.share(work, len(values))
        return posterior, logs, float(values.sum())

    def _divergence(self, prior: Array) -> float:
        """Return how far a class prior is from the vote shares, times what these count."""
        count = self.background.class_count
        voted = count > 0
        shares = count[voted] / count.sum()
        return float(xlogy(count[voted], shares).sum() - xlogy(count[voted], prior[voted]).sum())

    def step(self, x: Array) -> Step:
        """M-step and E-step."""
        found = self.found(x)
        objective = found.log_likelihood + found.penalty
        scale = abs(found.log_likelihood) + abs(found.penalty)
        return Step(found.posterior, objective, objective, scale)

    def project(self, x: Array, inside: Array) -> Array:
        """Bring an extrapolated point back: no share falls below a tenth of what it is inside."""
        return np.maximum(x, 0.1 * inside)

    def outlooks(self, before: Array, x: Array) -> Iterable[Array]:  # noqa: ARG002
        """Return nothing: the background keeps the model from plateaus."""
        return ()

    def outside(self, found: Found, counts: Array, totals: Array) -> Array:
        """Return the posterior mass that each item would have outside its candidates, (n_items,).

        By one pass over all classes, a few at a time: the rate off the cells is the background's,
        times what it counts and divided by the row's total.
        """
        votes, cells, n_classes = self.task.votes, self.cells, self.task.n_classes
        outside = np.zeros(votes.n_items)
        if not (np.diff(self.candidates.places)[self.task.wanted] < n_classes).any():
            return outside
        codes, pairs = np.unique(votes.codes, return_inverse=True)
        raters, answers = np.divmod(codes, votes.n_answers)
        pair_starts = np.searchsorted(raters, np.arange(votes.n_raters + 1))
        table = np.empty((len(codes), CLASSES_AT_ONCE))
        rows = cells.row_starts, cells.row_classes, cells.cell_starts, cells.row, cells.answers
        model = counts, totals, self.background.right, self.background.confusions
        by_rater = pair_starts, answers.astype(np.int32), *rows, *model, self.row_count
        by_item = votes.starts, pairs.astype(np.int32), self.candidates.places
        open_items = self.candidates.classes, self.task.is_known, found.logs
        for begin in range(0, n_classes, CLASSES_AT_ONCE):
            some = begin, min(begin + CLASSES_AT_ONCE, n_classes)

            def fill(first: int, last: int, some: tuple[int, int] = some) -> None:
                rates_of_classes(*by_rater, *some, first, last, table)

            def weigh(first: int, last: int, some: tuple[int, int] = some) -> None:
                model = found.class_prior, table
                mass_of_classes(*by_item, *open_items, *model, *some, first, last, outside)

            self.threads.share(fill, votes.n_raters)
            self.threads.share(weigh, votes.n_items)
        return outside / (1 + outside)


def problem_of(
    task: Task, background: Background, row_count: float, further: int, threads: Threads
) -> SparseProblem:
    """Choose candidates, and find the cells that occur with them."""
    candidates = candidates_of(task, background, further, threads)
    cells = cells_of(task.votes, candidates, threads)
    prior = row_count * background.rates(cells.raters, cells.classes, cells.answers)
    return SparseProblem(task, threads, background, row_count, candidates, cells, prior)
