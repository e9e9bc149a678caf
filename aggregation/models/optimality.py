"""Whether an end of EM is an optimum: EM cannot leave an exact 0, though the votes may want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.climb import Path
from ..engine.patterns import Patterns, gathered, with_a_vote
from ..engine.tables.by_code import is_large, one_vector, rater_pieces
from .dawid_skene.families import ParameterCells
from .dawid_skene.problem import Problem
from .fit import Optimality

# So many votes at a time are compared with what they would be without their zeros.
CHUNK = 1_000_000
# Where tables are large, as many votes as have rates of this part of one.
TABLE_CHUNKS = 64
# A zero that would rise by less than this share of its row's votes a step is in its place.
LEAST_VIOLATION = 1e-6
# What zeros are lifted to, the first that does not lower the objective.
NUDGES = (1e-2, 1e-3, 1e-4, 1e-6, 1e-8)
MOST_ROUNDS = 100


class Scores(NamedTuple):
    """Kuhn and Tucker's condition, cell by cell of the rates of some raters, or of the class prior.

    Attributes
    ----------
    slack : ndarray, shape (n_cells,)
        Expected counts less those that the parameters stand for: 0 at an optimum.
    violation : ndarray, shape (n_cells,)
        Where a probability is 0 and free: derivative of the objective as it rises at the expense of
        its row, in nats; 0 where the objective would fall.
    curvature : ndarray, shape (n_cells,)
        A bound of the second derivative there, as a positive number.
    of_parameter : ndarray of int64, shape (n_parameters,)
        The cell of each entry of the flat vector.
    entries : slice
        Where these are in it; where all raters share the cells, those of all, one after the other.
    """

    slack: NDArray[np.float64]
    violation: NDArray[np.float64]
    curvature: NDArray[np.float64]
    of_parameter: NDArray[np.int64]
    entries: slice


def optimality(problem: Problem, x: NDArray[np.float64]) -> Optimality | None:
    """Summarise how near `x` is to an optimum; None for a hard fit, which has no gradient."""
    if problem.hard:
        return None
    gradient = violation = gain = 0.0
    n_violations = 0
    for found in scores(problem, x):
        violated = found.violation > 0
        gains = found.violation[violated] ** 2 / (2 * found.curvature[violated])
        gradient = max(gradient, float(np.abs(found.slack).max(initial=0)))
        violation = max(violation, float(found.violation.max(initial=0)))
        gain = max(gain, float(gains.max(initial=0)))
        n_violations += int(np.count_nonzero(violated))
    return Optimality(gradient, violation, n_violations, gain)


def scores(problem: Problem, x: NDArray[np.float64]) -> Iterator[Scores]:
    """Differentiate the objective at `x` in each cell of what is estimated, some raters at a time.

    Beside `x` three tables are held: expected counts, and the sums of :func:`zero_scores`.
    """
    problem.rest()
    rates, prior = problem.split(x)
    n_raters, n_answers, n_classes = problem.shape
    found = problem.blocks.e_step(x[:-n_classes], prior, problem.hard)
    problem.known.add_to(found.counts)
    found.class_counts[:] += problem.known.classes
    counts = one_vector(found.counts, found.class_counts)
    estimated = [
        own for own, fixed in zip((rates, prior), problem.fixed, strict=True) if fixed is None
    ]
    sums = np.broadcast_to(0.0, (2, len(x)))
    if any((own == 0).any() for own in estimated):
        sums = np.zeros((2, len(x)))
        for patterns in problem.blocks.every_pattern():
            zero_scores(patterns, rates.reshape(-1, n_classes), prior, sums)
    size, last = n_answers * n_classes, len(x) - n_classes
    if problem.fixed.rates is None and problem.family.pools_raters and n_raters:
        pooled = [own[..., :last].reshape(-1, n_raters, size).sum(axis=1) for own in (counts, sums)]
        cells = cells_of(problem, 1)
        yield scores_of(slice(last), x[:size], pooled[0][0], pooled[1], cells)
    elif problem.fixed.rates is None:
        for begin, end in pairwise(rater_pieces(problem.shape)):
            part = slice(begin * size, end * size)
            cells = cells_of(problem, end - begin)
            yield scores_of(part, x[part], counts[part], sums[:, part], cells)
    if problem.fixed.prior is None:
        part, each = slice(last, len(x)), np.arange(n_classes)
        cells = ParameterCells(each, np.zeros_like(each), np.ones(n_classes))
        yield scores_of(part, x[part], counts[part], sums[:, part], cells)


def cells_of(problem: Problem, n_raters: int) -> ParameterCells:
    """Return the cells of so many raters, flat."""
    cell, row_of, scale = problem.family.cells((n_raters, *problem.shape[1:]))
    return ParameterCells(cell.reshape(-1), row_of, scale.reshape(-1))


def scores_of(
    entries: slice,
    x: NDArray[np.float64],
    counts: NDArray[np.float64],
    sums: NDArray[np.float64],
    cells: ParameterCells,
) -> Scores:
    """Differentiate in some cells: `x`, `counts` and `sums` are those of their entries."""
    of_parameter, row_of, scale = cells

    def by_cell(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(of_parameter, values, len(row_of)).astype(float)

    pooled, value = by_cell(counts), np.zeros(len(row_of))
    value[of_parameter] = x / scale
    total = np.bincount(row_of, pooled)[row_of]
    slack = np.where(total > 0, pooled - value * total, 0)
    first, second = by_cell(sums[0] * scale), by_cell(sums[1] * scale**2)
    rises = (value == 0) & (first - total > LEAST_VIOLATION * np.maximum(total, 1))
    violation = np.where(rises, first - total, 0)
    return Scores(slack, violation, second + total, of_parameter, entries)


def zero_scores(
    patterns: Patterns,
    rates: NDArray[np.float64],
    prior: NDArray[np.float64],
    sums: NDArray[np.float64],
) -> None:
    """Add the derivatives of the items' log-likelihood, and their squares, where entries are 0.

    An item's votes have a derivative in a zero only where it is the only one of its class. `rates`
    has shape (n_codes, n_classes); the sums are two flat vectors, the class prior last.
    """
    from scipy.sparse import csr_array

    first, second = sums.reshape(2, -1, len(prior))
    log_prior = np.log(np.where(prior > 0, prior, 1))
    chunk = max(len(rates) // TABLE_CHUNKS, 1) if is_large((1, *rates.shape)) else CHUNK
    has_zero = (rates == 0).any(axis=1)
    n_pieces = len(patterns.codes) // chunk + 1
    borders = np.linspace(0, patterns.n_patterns, n_pieces + 1).astype(int)
    for begin, end in pairwise(borders.tolist()):
        chosen = np.arange(begin, end, dtype=np.int32)
        if prior.all():  # the others have no zero, and so no derivative in one
            chosen = chosen[with_a_vote(patterns, has_zero, begin, end)]
        starts, codes = gathered(patterns.starts, patterns.codes, chosen)
        occurs = np.bincount(codes, minlength=len(rates)) > 0
        used, weights = np.flatnonzero(occurs), patterns.weights[chosen, None]
        of_used, place = rates[used], np.cumsum(occurs, dtype=np.int32) - np.int32(1)
        data: Any = np.ones(len(codes)), place[codes], starts
        votes: Any = csr_array(data, shape=(len(chosen), len(used)))
        terms = votes @ np.log(np.where(of_used > 0, of_used, 1)) + log_prior
        zeros = votes @ (of_used == 0).astype(float) + (prior == 0)
        known = np.where(zeros == 0, terms, -np.inf)
        total = np.logaddexp.reduce(known, axis=1, keepdims=True)
        lone = np.where(zeros == 1, np.exp(np.minimum(terms - total, 300)), 0)
        for of_all, of_item in ((first, weights * lone), (second, weights * lone**2)):
            of_all[used] += (votes.T @ of_item) * (of_used == 0)
            of_all[-1] += of_item.sum(axis=0) * (prior == 0)


def without_stuck_zeros(
    problem: Problem, path: Path, up: Callable[[Problem, NDArray[np.float64]], Path]
) -> Path:
    """Lift zeros that would rise, climb on, and again, until there are none."""
    for _ in range(0 if problem.hard else MOST_ROUNDS):
        there = _nudged(problem, path)
        if there is None or not path.converged:
            break
        onward = up(problem, there)
        path = Path(
            onward.x,
            path.objectives + onward.objectives,
            path.log_likelihoods + onward.log_likelihoods,
            path.n_steps + onward.n_steps,
            onward.converged,
        )
    return path


def _nudged(problem: Problem, path: Path) -> NDArray[np.float64] | None:
    """Lift the zeros at the end of a path that would rise; None where the objective would not."""
    violated = np.zeros(len(path.x), dtype=bool)
    for found in scores(problem, path.x):
        rises = (found.violation > 0)[found.of_parameter]
        violated[found.entries].reshape(-1, len(rises))[:] = rises
    if not violated.any():
        return None
    height = problem.step(path.x).objective
    for nudge in NUDGES:
        there = path.x.copy()
        there[violated] = nudge
        rates, prior = problem.split(there)
        rates /= rates.sum(axis=1, keepdims=True)
        prior /= prior.sum()
        if problem.step(problem.settled(there)).objective > height:
            return there
    return None
