"""BWA: votes as measurements of classes, each rater with a precision."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .dawid_skene.arguments import classes_with_room
from .own_answers import check_square

if TYPE_CHECKING:
    from ..engine.climb import Progress
    from .bwa_model import Fixed
    from .job import Job


def fit_bwa(
    votes: Votes,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | None = None,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Aggregation:
    """Fit Bayesian weighted average: votes measure classes, each rater with a precision.

    In each class a vote is 1 if it names the class, else 0: a normal variable around the item's
    position, with the rater's precision in that class, which has a Gamma prior. Positions are
    normal, of variance 1, around their mean. The density of all of these together is maximised.

    Parameters
    ----------
    votes : Votes
    n_classes : int, optional
        As many as there are answers: there is an answer for each class.
    truth : array_like, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
    accelerate : bool
        Extrapolate by SQUAREM. False: one plain step after the other.
    tol : float
        Stop when a step gains no more than this, in nats a vote, and moves no posterior by more
        than its square root.
    max_steps : int
        Most evaluations of a step.
    threads : int, optional
        Never changes a result. Default: as many as are useful.
    progress : callable, optional
        Called with the number of steps and the objective after each.

    Returns
    -------
    Aggregation
        Its posteriors are the positions, divided by their sum: shares, hardly probabilities. Its
        objective is the log density of votes, positions and precisions, up to a constant that
        depends on the numbers of items, raters, classes and votes alone ("log posterior").
        `parameters` has `precision`, shape (n_raters, n_classes), and `mean`, shape (n_classes,).

    Raises
    ------
    VoteError
        If arguments do not fit the votes.

    Warns
    -----
    ConvergenceWarning
        If steps ran out; `converged` is then False.

    References
    ----------
    Li, Rubinstein & Cohn (2019), Truth inference at scale: A Bayesian model for adjudicating highly
    redundant crowd annotations, WWW. The prior's variance is theirs, but not below 0.0001: it would
    be 0 in a class that nobody disputes.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_bwa(load_anesthesia())
    >>> round(fit.objective, 3), fit.classes()[:6].tolist()
    (1349.613, [0, 2, 1, 1, 1, 1])
    """
    check_types(fit_bwa, locals())
    n_classes = classes_with_room(votes, n_classes, truth, None, None)
    check_square(votes, n_classes, "votes measure classes by whether they name them")
    from .bwa_model import LEAST_VARIANCE, PRIOR_VOTES, Bwa  # Numba: a third of a second
    from .latent_class import Climbing, checked_job, climbed

    how = Climbing(accelerate, tol, max_steps, progress)
    job = checked_job(votes, truth, n_classes, threads)
    shares = shares_at_start(job)
    spread = (shares * (1 - shares)).mean(axis=0) if votes.n_items else np.zeros(n_classes)
    variance = np.maximum(spread * 4 * (1 - 1 / n_classes), LEAST_VARIANCE)
    fixed = fixed_of(job)
    model = Bwa(job, votes.votes_per_rater().astype(float), PRIOR_VOTES * variance, fixed)
    with closing(job.blocks):
        squares = squares_of(votes, shares)
        top = climbed(model, model.joined(squares, shares.sum(axis=0)), how)
    precision, mean = model.split(top.x)
    given = {"n_classes": n_classes, "accelerate": accelerate, "tol": tol, "max_steps": max_steps}
    return Aggregation(
        method="bwa",
        options=Call(fit_bwa, given),
        parameters={"precision": precision.copy(), "mean": mean.copy()},
        **top.named(job, "log posterior"),
    )


def shares_at_start(job: Job) -> NDArray[np.float64]:
    """Vote shares of all items; known items have their truth."""
    from .vote_share import answer_shares

    shares = answer_shares(job.votes, None)
    if job.clamped is None:
        return shares
    return np.where(job.clamped.any(axis=1, keepdims=True), job.clamped, shares)


def squares_of(votes: Votes, positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum the squares of votes around positions, shape (n_raters, n_classes)."""
    raters, items, answers = votes.raters, votes.items, votes.answers
    return np.stack(
        [
            np.bincount(raters, ((answers == k) - positions[items, k]) ** 2, votes.n_raters)
            for k in range(positions.shape[1])
        ],
        axis=1,
    )


def fixed_of(job: Job) -> Fixed:
    """Return what the known items add."""
    from .bwa_model import Fixed

    n_classes = job.shape[2]
    if job.clamped is None or job.open_items is None:
        return Fixed(np.zeros((job.votes.n_raters, n_classes)), np.empty((0, n_classes)))
    known = ~job.open_items
    return Fixed(squares_of(job.votes.select(known), job.clamped[known]), job.clamped[known])
