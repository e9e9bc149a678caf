"""BWA: votes as measurements of classes, each rater with a precision."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from os import PathLike
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..engine.pieces import pieces_of
from ..engine.sums import in_a_tree
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .dawid_skene.arguments import classes_with_room
from .dawid_skene.keeping import keepers_of
from .method_arguments import ClimbArguments
from .own_answers import check_square
from .store_fit import StoreAggregation

if TYPE_CHECKING:
    from ..engine.climb import Progress
    from .bwa_model import Fixed
    from .job import Job


@overload
def fit_bwa(votes: Votes, **options: Unpack[ClimbArguments]) -> Aggregation: ...
@overload
def fit_bwa(votes: VoteStore, **options: Unpack[ClimbArguments]) -> StoreAggregation: ...
def fit_bwa(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> Aggregation | StoreAggregation:
    """Fit Bayesian weighted average: votes measure classes, each rater with a precision.

    In each class a vote is 1 if it names the class, else 0: a normal variable around the item's
    position, with the rater's precision in that class, which has a Gamma prior. Positions are
    normal, of variance 1, around their mean. The density of all of these together is maximised.

    Parameters
    ----------
    votes : Votes or VoteStore
    n_classes : int, optional
        As many as there are answers: there is an answer for each class.
    truth : array_like or mapping, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
        Or ``{name: class}``, as of a store it has to be.
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
    checkpoint : path, optional
        File in which the climb is saved every few steps, and from which it goes on if it is there:
        to the same bits as one that was never broken off.

    Returns
    -------
    Aggregation, or of a store StoreAggregation
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
    given = {"n_classes": n_classes, "accelerate": accelerate, "tol": tol, "max_steps": max_steps}
    call = Call(fit_bwa, given)
    from .bwa_model import LEAST_VARIANCE, PRIOR_VOTES, Bwa  # Numba: a third of a second
    from .climbing import Climbing, climbed, result_of
    from .latent_class import checked_job

    (keeper,) = keepers_of(checkpoint, votes, call, truth)
    how = Climbing(accelerate, tol, max_steps, progress, keeper)
    job = checked_job(votes, truth, n_classes, threads)
    first = at_start(job)
    spread = first.spread / max(votes.n_items, 1)
    variance = np.maximum(spread * 4 * (1 - 1 / n_classes), LEAST_VARIANCE)
    fixed = fixed_of(job)
    model = Bwa(job, job.votes_per_rater().astype(float), PRIOR_VOTES * variance, fixed)
    with closing(job.blocks):
        top = climbed(model, model.joined(first.squares, first.sums), how)
    precision, mean = model.split(top.x)
    return result_of(
        model,
        top,
        "log posterior",
        method="bwa",
        options=call,
        parameters={"precision": precision.copy(), "mean": mean.copy()},
    )


class Positions(NamedTuple):
    """What is summed up of items' positions: these, how far they spread, and squares around them.

    `sums` and `spread` have shape (n_classes,), `squares` has shape (n_raters, n_classes).
    """

    sums: NDArray[np.float64]
    spread: NDArray[np.float64]
    squares: NDArray[np.float64]

    def plus(self, other: Positions) -> Positions:
        """Add two sums."""
        return Positions(*(one + more for one, more in zip(self, other, strict=True)))


def at_start(job: Job) -> Positions:
    """Put items at their vote shares; known items have their truth."""
    from .vote_share import answer_shares

    def of_piece(number: int, votes: Votes) -> Positions:
        shares = answer_shares(votes, None)
        if job.clamped is not None:
            shares = job.clamped.instead(number, shares)
        spread = (shares * (1 - shares)).sum(axis=0)
        return Positions(shares.sum(axis=0), spread, squares_of(votes, shares))

    pieces = enumerate(pieces_of(job.votes))
    return in_a_tree((of_piece(*piece) for piece in pieces), Positions.plus)


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

    if job.clamped is None:
        n_classes = job.shape[2]
        return Fixed(np.zeros((job.votes.n_raters, n_classes)), np.empty((0, n_classes)))
    known = job.clamped.votes_of(job.votes)
    return Fixed(squares_of(known, job.clamped.weights), job.clamped.weights)
