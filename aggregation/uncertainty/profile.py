"""Profile likelihood of the class prior: one entry held, all else fitted again."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_types
from ..engine.climb import Path, climb
from ..errors import ConvergenceWarning, VoteError
from ..models.clamped import clamped_of
from ..models.dawid_skene.arguments import (
    FixedParameters,
    answers_before_classes,
    pseudo_counts_of,
)
from ..models.dawid_skene.problem import Problem, problem_of
from ..models.fit import Fit
from .boundary import checked_confidence

# Ends are found to this, in the logit or in the root of twice the log-likelihood.
PRECISION = 1e-4
# What is less likely than one item in so many times the items is at the boundary.
BEYOND = 100
# A refit that comes out higher than the fit by more than this, in nats a vote, is another optimum;
# so many times in a row, at most, the intervals move on to it.
HIGHER = 1e-6
MOST_MOVES = 20

Climb = Callable[[Problem, NDArray[np.float64]], Path]


@dataclass(frozen=True, eq=False)
class HeldEntry(Problem):
    """EM with one entry of the class prior held: the others share what it leaves.

    Attributes
    ----------
    cls : int
        Whose entry.
    value : float
        What it is held at, between 0 and 1.
    """

    cls: int
    value: float

    def held(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put the entry back; the others are in proportion, as without it."""
        prior = self.split(x)[1]  # a view
        prior[self.cls] = 0
        total = prior.sum()
        prior[:] = prior * ((1 - self.value) / total) if total > 0 else 1 - self.value
        if not total > 0:
            prior /= len(prior) - 1
        prior[self.cls] = self.value
        return x


class Peak(NamedTuple):
    """The optimum that the intervals are around: its objective and all parameters."""

    objective: float
    x: NDArray[np.float64]


class HigherError(Exception):
    """A refit with an entry held is higher than the peak; `x` is where."""

    def __init__(self, x: NDArray[np.float64]) -> None:
        super().__init__("a refit is higher than the fit")
        self.x = x


class Refit(NamedTuple):
    """A fit with the entry held: where, all parameters, and how far that is beyond the end.

    `excess` is the root of twice the log-likelihood lost, less its value at the end: nearly a
    straight line in the logit.
    """

    logit: float
    x: NDArray[np.float64]
    excess: float


def profile_class_prior(
    fit: Fit, *, confidence: float = 0.95, threads: int | None = None
) -> NDArray[np.float64]:
    """Compute likelihood-ratio intervals of the class prior, from fits with one entry held.

    An end is where twice the log-likelihood that is lost by holding the entry there, with all else
    fitted again, is the quantile of chi-squared with one degree of freedom. That takes into account
    that the likelihood is no parabola, as it is not with few votes a rater: there these intervals
    cover where those of :func:`standard_errors` do not. They take the items to be independent. With
    pseudo-counts it is the penalised likelihood that is compared. Where a refit comes to a higher
    optimum than the fit's, the intervals are around that one.

    Parameters
    ----------
    fit : Fit
        Converged, with an estimated class prior, and not with ``hard=True``.
    confidence : float
        Between 0 and 1.
    threads : int, optional
        Never changes a result. Default: as many as are useful.

    Returns
    -------
    ndarray, shape (2, n_classes)
        Lower ends, then upper ends; in 0..1. An end is 0 (1) where no value down to 0 (up to 1) is
        unlikely enough.

    Raises
    ------
    VoteError
        If the class prior was not estimated, or the fit is hard or has ``max_steps=0``.

    Warns
    -----
    ConvergenceWarning
        If there is a higher optimum than the fit's.

    References
    ----------
    Venzon & Moolgavkar (1988), A method for computing profile-likelihood-based confidence
    intervals, Applied Statistics 37(1), 87-94.

    Examples
    --------
    >>> from aggregation import Votes, fit_dawid_skene
    >>> votes = Votes.from_triples(range(10), [0] * 10, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    >>> fit = fit_dawid_skene(votes, truth=[1] + [0] * 9)
    >>> profile_class_prior(fit).round(3)
    array([[0.628, 0.006],
           [0.994, 0.372]])
    """
    check_types(profile_class_prior, locals())
    checked_confidence(confidence)
    options = fit.options
    if options.class_prior is not None:
        raise VoteError("the class prior was given, not estimated: it has no interval")
    if options.hard or options.max_steps == 0:
        raise VoteError(
            "a hard fit, or one with max_steps=0, is at no maximum of the likelihood: fit without"
        )
    problem = _problem(fit, threads)
    with closing(problem.blocks):
        ends, peak = _around_the_best(fit, problem, confidence)
    gain = peak.objective - fit.objective
    if gain > 0:
        warnings.warn(
            f"fits with the class prior held found an optimum that is {gain:.3g} nats higher than "
            "the fit's, and the intervals are around that one: fit with restarts, or with a "
            "pseudo_count, such as 0.1",
            ConvergenceWarning,
            stacklevel=2,
        )
    return np.array(ends).T


def _problem(fit: Fit, threads: int | None) -> Problem:
    """Set up what the fit has climbed."""
    options = fit.options
    added = pseudo_counts_of(options.pseudo_count, fit.votes, fit.n_classes, options.family)
    rates = None if options.error_rates is None else answers_before_classes(fit.error_rates)
    return problem_of(
        fit.votes,
        clamped_of(fit.votes, fit.clamped),
        n_classes=fit.n_classes,
        pseudo_counts=added,
        family=options.family,
        hard=False,
        fixed=FixedParameters(rates, None),
        threads=threads,
    )


def _around_the_best(
    fit: Fit, problem: Problem, confidence: float
) -> tuple[list[list[float]], Peak]:
    """Find both ends of each entry around the fit, or around a higher optimum that refits find."""
    o = fit.options
    up = partial(climb, accelerate=o.accelerate, tol=o.tol, max_steps=o.max_steps)
    x = problem.joined(answers_before_classes(fit.error_rates), fit.class_prior)
    peak = Peak(fit.objective, x)
    for _ in range(MOST_MOVES):
        try:
            classes = range(fit.n_classes)
            return [list(_ends(problem, peak, cls, up, confidence)) for cls in classes], peak
        except HigherError as there:
            path = up(problem, there.x)
            peak = Peak(path.objectives[-1], path.x)
    raise VoteError(
        f"{MOST_MOVES} times in a row a refit came to a higher optimum: fit with restarts, or with "
        "a pseudo_count, such as 0.1"
    )


def _ends(problem: Problem, peak: Peak, cls: int, up: Climb, confidence: float) -> Iterator[float]:
    """Yield the lower and the upper end of one entry."""
    from scipy.special import expit, logit

    n_items = problem.blocks.votes.n_items + problem.known.classes.sum()
    least = 1 / (BEYOND * n_items)
    share = float(np.clip(problem.split(peak.x)[1][cls], least, 1 - least))
    held = HeldEntry(**vars(problem), cls=cls, value=share)
    enough = NormalDist().inv_cdf((1 + confidence) / 2)
    onward = partial(_refit, held, peak, up, enough)
    middle = Refit(float(logit(share)), peak.x, -enough)
    # as far as it would be if the classes were seen: the interval can hardly be shorter
    step = enough / np.sqrt(n_items * share * (1 - share))
    for side in (-1, 1):
        yield float(expit(_crossing(onward, middle, side * step, float(logit(1 - least)))))


def _refit(
    held: HeldEntry, peak: Peak, up: Climb, enough: float, logit: float, near: Refit
) -> Refit:
    """Hold the entry at a logit and fit all else, from where a refit nearby is."""
    held = replace(held, value=float(1 / (1 + np.exp(-logit))))
    path = up(held, held.joined(*held.split(near.x)))
    higher = path.objectives[-1] - peak.objective
    if higher > HIGHER * held.n_votes:
        raise HigherError(path.x)
    return Refit(logit, path.x, float(np.sqrt(max(-2 * higher, 0))) - enough)


def _crossing(
    onward: Callable[[float, Refit], Refit], middle: Refit, step: float, most: float
) -> float:
    """Go from the middle until too much is lost, and find where: a logit, perhaps infinite.

    Each refit starts from the farthest one that is still inside, so that it stays with its optimum.
    """
    inner, outer = middle, onward(middle.logit + step, middle)
    while outer.excess < 0:
        if abs(outer.logit) >= most:
            return float(np.copysign(np.inf, step))
        step *= 1.5
        inner, outer = outer, onward(float(np.clip(outer.logit + step, -most, most)), outer)
    while abs(outer.logit - inner.logit) > PRECISION:
        share = np.clip(inner.excess / (inner.excess - outer.excess), 0.05, 0.95)
        between = onward(inner.logit + share * (outer.logit - inner.logit), inner)
        if abs(between.excess) < PRECISION:
            return between.logit
        inner, outer = (between, outer) if between.excess < 0 else (inner, between)
    return outer.logit
