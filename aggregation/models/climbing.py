"""Climbing a model of a job, and what comes of it: a result of votes in memory or of a store."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ..engine.climb import Keeper, Problem, Progress, Start, climb
from ..engine.tables.lines import Line
from ..errors import ConvergenceWarning
from ..votes.votes import Votes
from .aggregated import Aggregation, ObjectiveKind
from .dawid_skene.arguments import check_options
from .job import Job
from .store_fit import StoreAggregation

# Posteriors that move less than this have settled, however small `tol` is.
LEAST_MOVE = 1e-12


class Climbable(Problem, Protocol):
    """A model of a job whose parameters give posteriors."""

    @property
    def job(self) -> Job: ...  # noqa: D102 -- the votes and what is known
    @property
    def n_classes(self) -> int: ...  # noqa: D102 -- of the posteriors
    @property
    def line(self) -> Line: ...  # noqa: D102 -- where points lead

    def height(self, x: NDArray[np.float64]) -> float:
        """Return the objective at `x`."""

    def still(self, before: NDArray[np.float64], after: NDArray[np.float64], least: float) -> bool:
        """Say whether no posterior of a class differs by more between `before` and `after`."""

    def rows(self, x: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.float64], Any]]:
        """Yield a row an item piece by piece, and what the objective takes of the piece."""

    def objective(self, x: NDArray[np.float64], found: Iterable[Any]) -> float:
        """Return the objective at `x`, where this was found of the pieces."""


@dataclass(frozen=True)
class Climbing:
    """How far and how a model is climbed; the attributes are arguments of every such method.

    `keeper` is what keeps the climb where a `checkpoint` is given.
    """

    accelerate: bool
    tol: float
    max_steps: int
    progress: Progress | None
    keeper: Keeper | None = None

    def __post_init__(self) -> None:
        check_options("clamped", self.tol, max_steps=self.max_steps)

    @property
    def least_move(self) -> float:
        """How far posteriors may move in a step and still be settled.

        Near an optimum the gain is of the second order of the move: by the square root of `tol`.
        """
        return max(float(np.sqrt(self.tol)), LEAST_MOVE)


class Top(NamedTuple):
    """Where a climb ended.

    Attributes
    ----------
    x : ndarray
        Parameters, one flat vector.
    rows : ndarray, shape (n_items, ...), optional
        The model's rows of all items; None of a store, which has them partition by partition.
    objective : float
        At `x`.
    objective_trace : ndarray
        At the parameters that entered each E-step.
    n_steps : int
    converged : bool
    """

    x: NDArray[np.float64]
    rows: NDArray[np.float64] | None
    objective: float
    objective_trace: NDArray[np.float64]
    n_steps: int
    converged: bool


def as_posterior(rows: NDArray[np.float64]) -> dict[str, Any]:
    """Take a model's rows for posteriors."""
    return {"posterior": rows}


def result_of(
    model: Climbable,
    top: Top,
    objective_kind: ObjectiveKind,
    of_rows: Callable[[NDArray[np.float64]], dict[str, Any]] = as_posterior,
    **found: Any,
) -> Aggregation | StoreAggregation:
    """Return what a climb ended with: of votes in memory with their posteriors, of a store without.

    `found` are further attributes of an :class:`Aggregation`, and `of_rows` makes those that have a
    row an item of the model's.
    """
    x, rows, *_ = top
    shared = top._asdict() | found | {"objective_kind": objective_kind}
    del shared["x"], shared["rows"]
    votes, clamped = model.job.votes, model.job.clamped
    if isinstance(votes, Votes):
        assert rows is not None  # votes in memory have them
        known = None if clamped is None else clamped.dense()
        return Aggregation(votes=votes, clamped=known, **of_rows(rows), **shared)

    of_parts = dict(shared)

    def parts(threads: int | None) -> Iterator[Aggregation]:
        job = model.job.again(threads)
        with closing(job.blocks):
            for number, (rows, _) in enumerate(replace(cast("Any", model), job=job).rows(x)):
                part = votes.partition(number)
                known = None if clamped is None else clamped.rows(number)
                yield Aggregation(votes=part, clamped=known, **of_rows(rows), **of_parts)

    shared |= {"clamped": clamped, "n_classes": model.n_classes}
    return StoreAggregation(votes=votes, made=parts, **shared)


def climbed(model: Climbable, start: Start, how: Climbing) -> Top:
    """Climb as :func:`top_from`, and warn if steps ran out."""
    return told(top_from(start, model, how), model.n_votes, depth=5)


def told(top: Top, n_votes: int, *, depth: int = 4) -> Top:
    """Warn if steps ran out, and return the same."""
    if not top.converged and top.n_steps > 0:
        warn_of_steps(top.objective_trace, n_votes, top.n_steps, depth=depth)
    return top


def top_from(start: Start, model: Climbable, how: Climbing) -> Top:
    """Climb until a step gains at most `tol` nats a vote and moves no posterior much."""

    def settled(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
        return model.still(before, after, how.least_move)

    path = climb(model, start, settled=settled, line=model.line, **vars(how))
    model.job.rest()
    if isinstance(model.job.votes, Votes):
        pieces = list(model.rows(path.x))
        rows = joined([rows for rows, _ in pieces])
        objective = model.objective(path.x, [found for _, found in pieces])
    else:
        rows, objective = None, model.height(path.x)
    return Top(path.x, rows, objective, np.array(path.objectives), path.n_steps, path.converged)


def joined(pieces: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Put the rows of pieces one below the other."""
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def warn_of_steps(
    trace: NDArray[np.float64], n_votes: int, n_steps: int, *, depth: int = 3
) -> None:
    """Warn that steps ran out; the user is so many calls up."""
    gains = np.diff(trace) / max(n_votes, 1)
    last = f" (the last one gained {gains[-1]:.3g} nats a vote)" if len(gains) else ""
    warnings.warn(
        f"not converged after {n_steps} step{'' if n_steps == 1 else 's'}{last}: give a larger "
        "max_steps, or a larger tol",
        ConvergenceWarning,
        stacklevel=depth,
    )
