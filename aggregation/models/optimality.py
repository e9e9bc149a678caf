"""Whether an end of EM is an optimum: EM cannot leave an exact 0, though the votes may want it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..engine.climb import Path
from ..engine.patterns import Patterns
from .dawid_skene.problem import Problem
from .fit import Optimality

# So many votes at a time are compared with what they would be without their zeros.
CHUNK = 1_000_000
# A zero that would rise by less than this share of its row's votes a step is in its place.
LEAST_VIOLATION = 1e-6
# What zeros are lifted to, the first that does not lower the objective.
NUDGES = (1e-2, 1e-3, 1e-4, 1e-6, 1e-8)
MOST_ROUNDS = 100


class Scores(NamedTuple):
    """Kuhn and Tucker's condition, cell by cell of the rates and then of the class prior.

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
    """

    slack: NDArray[np.float64]
    violation: NDArray[np.float64]
    curvature: NDArray[np.float64]
    of_parameter: NDArray[np.int64]


def optimality(problem: Problem, x: NDArray[np.float64]) -> Optimality | None:
    """Summarise how near `x` is to an optimum; None for a hard fit, which has no gradient."""
    if problem.hard:
        return None
    found = scores(problem, x)
    violated = found.violation > 0
    gain = found.violation[violated] ** 2 / (2 * found.curvature[violated])
    return Optimality(
        gradient=float(np.abs(found.slack).max(initial=0)),
        violation=float(found.violation.max(initial=0)),
        n_violations=int(np.count_nonzero(violated)),
        gain=float(gain.max(initial=0)),
    )


def scores(problem: Problem, x: NDArray[np.float64]) -> Scores:
    """Differentiate the objective at `x` in each cell of what is estimated."""
    rates, prior = problem.split(x)
    n_classes = len(prior)
    found = problem.blocks.e_step(x[:-n_classes], prior, problem.hard)
    cell, row_of, scale = problem.family.cells(problem.shape)
    of_parameter = np.append(cell.reshape(-1), len(row_of) + np.arange(n_classes))
    row_of = np.append(row_of, np.full(n_classes, row_of.max(initial=-1) + 1))
    scale = np.append(scale.reshape(-1), np.ones(n_classes))
    free = np.full(len(x), problem.fixed.rates is None)
    free[-n_classes:] = problem.fixed.prior is None

    def by_cell(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(of_parameter, np.where(free, values, 0.0), len(row_of)).astype(float)

    counts = np.append(
        found.counts + problem.known.added, found.class_counts + problem.known.classes
    )
    pooled, value = by_cell(counts), np.zeros(len(row_of))
    value[of_parameter] = x / scale
    total = np.bincount(row_of, pooled)[row_of]
    slack = np.where(total > 0, pooled - value * total, 0)
    first = second = np.zeros(len(row_of))
    if ((x == 0) & free).any():
        one = two = np.zeros(len(x))
        for patterns in problem.blocks.every_pattern():
            of_part = zero_scores(patterns, rates.reshape(-1, n_classes), prior)
            one, two = one + of_part[0], two + of_part[1]
        first, second = by_cell(one * scale), by_cell(two * scale**2)
    rises = (value == 0) & (first - total > LEAST_VIOLATION * np.maximum(total, 1))
    return Scores(slack, np.where(rises, first - total, 0), second + total, of_parameter)


def zero_scores(
    patterns: Patterns, rates: NDArray[np.float64], prior: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum the derivatives of the items' log-likelihood, and their squares, where entries are 0.

    An item's votes have a derivative in a zero only where it is the only one of its class. `rates`
    has shape (n_codes, n_classes); the sums are flat, the class prior last.
    """
    from scipy.sparse import csr_array

    logs, log_prior = (np.log(np.where(p > 0, p, 1)) for p in (rates, prior))
    first, second = np.zeros((2, len(rates) + 1, len(prior)))
    n_pieces = len(patterns.codes) // CHUNK + 1
    borders = np.linspace(0, patterns.n_patterns, n_pieces + 1).astype(int)
    for begin, end in pairwise(borders.tolist()):
        starts = patterns.starts[begin : end + 1]
        codes = patterns.codes[starts[0] : starts[-1]]
        data: Any = np.ones(len(codes)), codes, starts - starts[0]
        votes: Any = csr_array(data, shape=(end - begin, len(rates)))
        weights = patterns.weights[begin:end, None]
        if prior.all():  # the others have no zero, and so no derivative in one
            touched = votes @ (rates == 0).any(axis=1).astype(float) > 0
            votes, weights = votes[touched], weights[touched]
        terms = votes @ logs + log_prior
        zeros = votes @ (rates == 0).astype(float) + (prior == 0)
        known = np.where(zeros == 0, terms, -np.inf)
        total = np.logaddexp.reduce(known, axis=1, keepdims=True)
        lone = np.where(zeros == 1, np.exp(np.minimum(terms - total, 300)), 0)
        for sums, of_item in ((first, weights * lone), (second, weights * lone**2)):
            sums[:-1] += votes.T @ of_item
            sums[-1] += of_item.sum(axis=0)
    is_zero = np.vstack((rates, prior)) == 0
    return (first * is_zero).reshape(-1), (second * is_zero).reshape(-1)


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
    found = scores(problem, path.x)
    violated = (found.violation > 0)[found.of_parameter]
    if not violated.any():
        return None
    height = problem.step(path.x).objective
    for nudge in NUDGES:
        rates, prior = problem.split(np.where(violated, nudge, path.x))
        there = problem.joined(rates / rates.sum(axis=1, keepdims=True), prior / prior.sum())
        if problem.step(there).objective > height:
            return there
    return None
