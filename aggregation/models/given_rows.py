"""Large tables without the rows of answers that a rater never gives: what EM climbs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..engine.blocks import Blocks
from ..engine.checkpoint import Checkpoint
from ..engine.climb import Path, State, Step
from ..engine.tables.by_code import ByCode, Fill, Layout
from ..engine.tables.lines import TableLine
from ..engine.tables.memory import Spares
from .dawid_skene.problem import Problem, possible

# Beside vectors in given rows the start is held as it was: where more of the rows are given than
# this, that would be more memory than whole tables take.
MOST_GIVEN = 0.8


@dataclass(frozen=True, eq=False)
class GivenRows(Problem):
    """The same problem where each rater's rates have rows for answers that the rater gives.

    An answer that a rater never gives tells nothing: its rates are 0, or in classes in which
    nothing is expected of the rater 1 / n_answers, and alike for all such answers. One row stands
    for them, which is *idle*. A vector has the rows that are given, an idle one for each rater, and
    the class prior. It is there to be climbed in; all else is asked of the whole problem.

    Attributes
    ----------
    given : ndarray of bool, shape (n_raters, n_answers)
        Whether a rater gives an answer.
    by_code : ByCode
        The votes, by row.
    spares : Spares
        Memory of vectors.
    """

    given: NDArray[np.bool_]
    by_code: ByCode
    spares: Spares = field(default_factory=Spares)

    @property
    def layout(self) -> Layout:
        """Where the rows of each rater are."""
        return self.by_code.layout

    @cached_property
    def line(self) -> TableLine:
        """Where points lead."""
        return TableLine(self.layout, self.blocks.threads, self.empty, self.settled)

    def empty(self, size: int) -> NDArray[np.float64]:
        """Return a vector that is not filled, of memory that has been used, if there is some."""
        return self.spares.empty(size)

    def rest(self) -> None:
        """Give back memory that only a climb has a use for."""
        self.spares.free.clear()

    def split(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the rows, (n_rows + n_raters, n_classes), idle ones last, and the class prior."""
        n_classes = self.shape[2]
        return x[:-n_classes].reshape(-1, n_classes), x[-n_classes:]

    def has_place_for(self, x: NDArray[np.float64]) -> bool:
        """Say whether each rater's idle rows are alike in a vector of the whole problem."""
        rates = Problem.split(self, x)[0]
        idle = (own[~given] for own, given in zip(rates, self.given, strict=True))
        return all((rows == rows[:1]).all() for rows in idle)

    def in_rows(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a vector of the whole problem in these rows."""
        (n_raters, _, n_classes), n_rows = self.shape, self.layout.n_rows
        rates, prior = Problem.split(self, x)
        there = self.empty((n_rows + n_raters + 1) * n_classes)
        rows = self.split(there)[0]
        np.compress(self.given.reshape(-1), rates.reshape(-1, n_classes), axis=0, out=rows[:n_rows])
        rows[n_rows:] = rates[np.arange(n_raters), self.given.argmin(axis=1)]
        there[-n_classes:] = prior
        return there

    def widened(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the vector of the whole problem."""
        (n_raters, n_answers, n_classes), n_rows = self.shape, self.layout.n_rows
        there, (rows, prior) = np.empty((n_raters * n_answers + 1) * n_classes), self.split(x)
        rates = Problem.split(self, there)[0]
        for rater, own in enumerate(rates):
            given = self.given[rater]
            own[given] = rows[slice(*self.layout.rows[rater : rater + 2])]
            own[~given] = rows[n_rows + rater]
        there[-n_classes:] = prior
        return there

    def step(self, x: NDArray[np.float64]) -> Step:
        """E-step and M-step at `x`; beside the votes nothing is known, and nothing a penalty."""
        there, n_rows = self.empty(len(x)), self.layout.n_rows
        rows, prior = self.split(there)
        tables = rows[:n_rows].reshape(-1), prior
        height = possible(self.by_code.expect(self._joint(x), *tables, idle=rows[n_rows:]))
        return Step(self._with_prior(there), height, height)

    def _normalise(self, rates: NDArray[np.float64]) -> None:
        for rater, total in enumerate(self._sums(rates)):
            rates[slice(*self.layout.rows[rater : rater + 2])] /= total
            rates[self.layout.n_rows + rater] /= total

    def _totals(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        counts, n_rows = self.empty(len(x)), self.layout.n_rows
        rows, class_counts = self.split(counts)
        rows[n_rows:] = 0.0
        self.by_code.expect(self._joint(x), rows[:n_rows].reshape(-1), class_counts)
        raters = np.arange(self.shape[0])
        of_rows = np.concatenate((raters.repeat(np.diff(self.layout.rows)), raters))
        return self._sums(rows)[of_rows]

    def _joint(self, x: NDArray[np.float64]) -> Fill:
        """Return what fills posteriors at `x`."""
        rows, prior = self.split(x)
        return self.by_code.joint(rows[: self.layout.n_rows].reshape(-1), prior, self.hard)

    def _sums(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum the rows of each rater, idle ones as often as they stand for, (rater, class)."""
        n_rows, starts = self.layout.n_rows, self.layout.rows
        n_idle = self.shape[1] - np.diff(starts)
        own = np.split(rows[:n_rows], starts[1:-1])
        return np.stack([part.sum(axis=0) for part in own]) + n_idle[:, None] * rows[n_rows:]


class Upward(Protocol):
    """Climbs from a start, and goes on with what was kept."""

    def __call__(
        self, problem: Problem, start: NDArray[np.float64], *, keeper: Checkpoint | None = None
    ) -> Path:
        """Return where it has come to."""


def in_given_rows(problem: Problem, up: Callable[..., Path]) -> Upward:
    """Return what climbs as `up`, in given rows alone where that is the same."""
    rows = given_rows(problem)

    def climbed(
        problem: Problem, start: NDArray[np.float64], *, keeper: Checkpoint | None = None
    ) -> Path:
        begun = None if rows is None or keeper is None else keeper.kept()
        points = [start] if begun is None else [start, begun.x, begun.here.next]
        if rows is None or not all(map(rows.has_place_for, points)):
            return up(problem, start, keeper=keeper, line=problem.line)
        problem.rest()
        begun = None if begun is None else moved(begun, rows.in_rows)
        kept = None if keeper is None else KeptRows(keeper, rows, begun)
        del points, begun
        path = up(rows, rows.in_rows(start), keeper=kept, line=rows.line)
        rows.rest()
        path.x = rows.widened(path.x)
        rows.rest()
        return path

    return climbed


def given_rows(problem: Problem) -> GivenRows | None:
    """Return the problem in given rows; None where its tables are small, or idle rows few.

    Or where these may differ: where anything but the votes is counted, and where raters' rates are
    not their own.
    """
    blocks, known, shape = problem.blocks, problem.known, problem.shape
    own = problem.family.is_full and problem.fixed.rates is None
    if not (isinstance(blocks, Blocks) and blocks.is_large and own):
        return None
    if known.has_items or known.has_pseudo_counts:
        return None
    given = np.zeros(blocks.n_codes, dtype=bool)
    given[blocks.patterns.codes] = True
    if given.mean() > MOST_GIVEN:
        return None
    row_of = given.cumsum(dtype=np.int32) - np.int32(1)
    patterns = blocks.patterns._replace(codes=row_of[blocks.patterns.codes])
    by_rater = given.reshape(shape[:2])
    layout = Layout(shape, np.append(0, by_rater.sum(axis=1).cumsum()))
    by_code = ByCode(patterns, layout, blocks.threads)
    same = {one.name: getattr(problem, one.name) for one in fields(problem)}
    return GivenRows(**same, given=by_rater, by_code=by_code)


@dataclass
class KeptRows:
    """Keeps the state of a climb in given rows as one of the whole problem.

    `begun` is what was kept, in given rows: it is held until it is asked for.
    """

    keeper: Checkpoint
    rows: GivenRows
    begun: State | None

    def kept(self) -> State | None:
        """Return what was kept, in given rows."""
        begun, self.begun = self.begun, None
        return begun

    def keep(self, state: State) -> None:
        """Keep a state, or leave it."""
        self.keeper.keep(moved(state, self.rows.widened) if self.keeper.is_due else state)


def moved(state: State, into: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> State:
    """Return a state of other vectors."""
    x, there = into(state.x), into(state.here.next)
    path = replace(state.path, x=there)
    return state._replace(x=x, here=state.here._replace(next=there), path=path)
