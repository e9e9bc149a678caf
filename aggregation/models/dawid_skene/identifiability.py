"""What is doubtful about a fit, found after it and named in warnings: the votes cannot tell it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ConvergenceWarning, IdentifiabilityWarning, shown
from ...kernels.jit import kernel
from ...votes.store.store import VoteStore
from ...votes.votes import Votes
from ..fit import Fit
from ..store_fit import StoreFit
from .problem import Problem

# An estimate from fewer items than this is none.
LEAST_CLASS = 0.5
# Raters who voted once are worth a warning if they cast more than this share of the votes.
LEAST_ONCE = 3e-3
# One-coin raters leave a class less than this share of what the answers say: on each of three real
# sets where they do, they are less accurate than the majority, and on ten others they do not.
LEAST_OF_ANSWERS = 0.1
# A warning is due where leaving a single zero would gain more than this, in nats a vote.
WORTH_LEAVING = 1e-6


def warn_of_doubts(
    fit: Fit | StoreFit, problem: Problem, votes_of: NDArray[np.int64], max_steps: int
) -> None:
    """Warn if EM did not converge, or if the votes cannot tell the parameters."""
    if not fit.converged and max_steps > 0:
        gains = np.diff(fit.objective_trace) / fit.votes.n_votes
        steps = f"{fit.n_steps} step{'' if fit.n_steps == 1 else 's'}"
        last = f" (the last one gained {gains[-1]:.3g} nats a vote)" if len(gains) else ""
        warnings.warn(
            f"EM has not converged after {steps}{last}: give a larger max_steps, or a larger tol",
            ConvergenceWarning,
            stacklevel=3,
        )
    best = fit.optimality
    if fit.converged and best is not None and best.gain > WORTH_LEAVING * fit.votes.n_votes:
        warnings.warn(
            "the end is no optimum: EM cannot leave a probability of 0, and of those "
            f"{best.n_violations} would rise (one alone would gain {best.gain:.2g} nats). Give a "
            "pseudo_count, such as 0.1; leave_zeros=True climbs on without one",
            ConvergenceWarning,
            stacklevel=3,
        )
    for cause in causes(fit, problem, votes_of):
        warnings.warn(cause, IdentifiabilityWarning, stacklevel=3)


def causes(fit: Fit | StoreFit, problem: Problem, votes_of: NDArray[np.int64]) -> list[str]:
    """Name what the votes of a fit cannot tell, in words.

    Parameters
    ----------
    fit : Fit
    problem : Problem
        What was climbed.
    votes_of : ndarray of int, shape (n_raters,)
        Votes of each rater.

    Returns
    -------
    list of str
        Empty where nothing was found.
    """
    found = []
    if problem.fixed.rates is None:
        own = not problem.family.pools_raters
        if own and fit.n_classes > 1:
            found += _pieces(problem, votes_of)
        if not problem.known.pseudo_counts.any():
            many = _many_parameters(problem, votes_of)
            found += many or (_single_votes(fit.votes, votes_of) if own else [])
    if problem.fixed.prior is None:
        found += _empty_classes(fit)
        if problem.family.name == "one-coin" and problem.fixed.rates is None:
            found += _lost_classes(fit)
    return found


def _pieces(problem: Problem, votes_of: NDArray[np.int64]) -> list[str]:
    active = int(np.count_nonzero(votes_of))
    parent = np.arange(len(votes_of))
    # Known items say which class is which: the raters who saw some are one piece.
    anchored = np.flatnonzero(problem.known.counts.any(axis=(1, 2)))
    if len(anchored):
        parent[anchored] = anchored[0]
        active -= len(anchored) - 1
    elif active == 1:
        return ["there is a single rater: nothing tells the rater's errors from the items' classes"]
    n_raters, n_answers, _ = problem.shape
    rater_of_code = np.repeat(np.arange(n_raters), n_answers)
    pieces = active
    for patterns in problem.blocks.every_pattern():
        pieces = count_pieces(patterns.starts, patterns.codes, rater_of_code, parent, pieces)
        if pieces == 1:
            break
    if pieces < 2:
        return []
    cause = (
        f"raters and items fall into {pieces} pieces without a vote between them: nothing in the "
        "votes says that a class in one piece is the same class in another"
    )
    return [cause]


def _empty_classes(fit: Fit | StoreFit) -> list[str]:
    empty = np.flatnonzero(fit.class_prior * fit.votes.n_items < LEAST_CLASS)
    if not len(empty):
        return []
    return [f"{listed('class', 'classes', empty.tolist())} emptied: no item is likely to be of it"]


def _lost_classes(fit: Fit | StoreFit) -> list[str]:
    """Name classes that one-coin raters leave hardly an item, though many answers are of them.

    Raters who are better than chance in one class only look like that: with one probability to be
    right in all classes, what they call the other class is best explained as errors.
    """
    votes = fit.votes
    answered = votes.votes_per_answer() / max(votes.n_votes, 1)
    cls = int(np.argmax(answered - fit.class_prior / LEAST_OF_ANSWERS))
    if not fit.class_prior[cls] < LEAST_OF_ANSWERS * answered[cls]:
        return []
    cause = (
        f"{answered[cls]:.0%} of the answers are {shown(votes.answer_names[cls])}, but one-coin "
        f"raters leave it {fit.class_prior[cls]:.1%} of the items. Unless it is that rare, raters "
        "are better than chance in one class only: see what family='full' and vote_share say"
    )
    return [cause]


def _many_parameters(problem: Problem, votes_of: NDArray[np.int64]) -> list[str]:
    n_raters = int(np.count_nonzero(votes_of))
    n_parameters = problem.family.n_parameters((n_raters, *problem.shape[1:]))
    n_votes = int(votes_of.sum())
    if n_parameters <= n_votes:
        return []
    fewer = {"full": ["one-coin", "shared"], "one-coin": ["shared"], "shared": []}
    fits = [
        repr(name)
        for name in fewer[problem.family.name]
        if name != "one-coin" or problem.shape[1] == problem.shape[2]
    ]
    cause = (
        f"{n_parameters:,} error rates are estimated from {n_votes:,} votes: try a pseudo_count, "
        f"such as 0.1{', or family=' if fits else ''}{' or '.join(fits)}"
    )
    return [cause]


def _single_votes(votes: Votes | VoteStore, votes_of: NDArray[np.int64]) -> list[str]:
    once = np.flatnonzero(votes_of == 1).tolist()
    if len(once) <= LEAST_ONCE * votes.n_votes:
        return []
    names = [votes.rater_names[rater] for rater in once[:5]]
    more = f" and {len(once) - 5} more" if len(once) > 5 else ""
    cause = (
        f"{listed('rater', 'raters', names)}{more} voted once: a pseudo_count, such as 0.1, "
        "keeps such error rates from 0 and 1"
    )
    return [cause]


def listed(one: str, many: str, names: list[Any]) -> str:
    """Name one or several: "rater 3", "raters 3, 4"."""
    return f"{one if len(names) == 1 else many} {', '.join(map(str, names))}"


@kernel
def count_pieces(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    rater_of_code: NDArray[np.int64],
    parent: NDArray[np.int64],
    active: int,
) -> int:
    """Count the pieces that `active` raters fall into when those who share an item are joined."""
    pieces = active
    for i in range(np.uintp(len(starts) - 1)):
        if pieces == 1:
            break
        begin, end = np.uintp(starts[i]), np.uintp(starts[i + np.uintp(1)])
        if begin == end:
            continue
        root = find_root(parent, rater_of_code[np.uintp(codes[begin])])
        for v in range(begin + np.uintp(1), end):
            other = find_root(parent, rater_of_code[np.uintp(codes[v])])
            if other != root:
                parent[other] = root
                pieces -= 1
    return pieces


@kernel
def find_root(parent: NDArray[np.int64], rater: int) -> int:
    """Find the rater that stands for a piece; paths are halved on the way."""
    while parent[rater] != rater:
        parent[rater] = parent[parent[rater]]
        rater = parent[rater]
    return rater
