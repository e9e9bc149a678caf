"""Dawid & Skene's model, fitted by EM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arguments import check_types
from ...engine.tables.memory import TABLES_AT_ONCE
from ...votes.store.store import VoteStore
from ...votes.votes import Votes
from ..clamped import Clamped, checked_clamped
from ..fit import Fit, Options
from .arguments import (
    FitArguments,
    check_options,
    checked_fixed,
    classes_with_room,
    pseudo_counts_of,
    said_pseudo_count,
)
from .families import FamilyName, family_of
from .keeping import keepers_of

if TYPE_CHECKING:
    from ...engine.checkpoint import Checkpoint
    from ...engine.climb import Path
    from ..aggregated import Aggregated
    from ..earlier import EarlierFit
    from ..store_fit import StoreAggregation, StoreFit
    from .problem import Problem


@overload
def fit_dawid_skene(votes: Votes, **options: Unpack[FitArguments]) -> Fit: ...
@overload
def fit_dawid_skene(votes: VoteStore, **options: Unpack[FitArguments]) -> StoreFit: ...
def fit_dawid_skene(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
    truth_role: Literal["clamped", "start"] = "clamped",
    pseudo_count: ArrayLike | Literal["diagonal"] = 0.0,
    start: (
        Aggregated
        | StoreFit
        | StoreAggregation
        | EarlierFit
        | ArrayLike
        | tuple[ArrayLike, ArrayLike]
        | None
    ) = None,
    error_rates: ArrayLike | None = None,
    class_prior: ArrayLike | None = None,
    family: FamilyName = "full",
    hard: bool = False,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    restarts: int = 0,
    leave_zeros: bool = False,
    seed: int = 0,
    threads: int | None = None,
    progress: Callable[[int, float], object] | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> Fit | StoreFit:
    """Fit the model of Dawid & Skene: each rater errs in a way of its own, given an item's class.

    Parameters
    ----------
    votes : Votes or VoteStore
        A store is gone through partition by partition, in memory that does not grow with it, and
        with the very bits of ``store.votes()``; what is known of its items goes by their names, and
        posteriors to start from it cannot have.
    n_classes : int, optional
        Number of latent classes. Default: as given parameters, `start` or rows of `truth` have,
        else as many as there are answers.
    truth : array_like or mapping, optional
        What is known of items: shape (n_items,), a class 0..n_classes - 1 or -1 where it is not
        known; or shape (n_items, n_classes), a distribution, or zeros where it is not known. Or
        the class of each known item by its name, as of a store it has to be: ``{name: class}``,
        such as :func:`read_known_items` has as `truth`.
    truth_role : {"clamped", "start"}
        "clamped": the posterior of a known item is its truth at every step, and its class is part
        of what is likely. "start": known items give the first error rates, and are then items like
        any other, so that their posteriors can be held against the truth.
    pseudo_count : array_like or "diagonal"
        Votes that are added to those expected, in the terms of the `family`; broadcast against
        "full": (n_raters, n_classes, n_answers), for each rater, class and answer; "one-coin":
        (n_raters, 2), right and wrong; "shared": (n_classes, n_answers), for all raters together.
        EM then climbs the log-likelihood plus the sum of each count times the logarithm of its
        error rate. Without effect where `error_rates` are fixed. From 0.1 to ``1 / n_classes`` does
        well on most votes. With "full", 1 in every cell is too much for 5 classes and more, and
        "diagonal" is 0.1, and 0.5 more where the answer is the class; for others see
        :func:`diagonal_pseudo_count`.
    start : Aggregated, StoreFit, StoreAggregation, EarlierFit, tuple or array_like, optional
        Where to start: an earlier fit, whose raters, answers and classes are matched by name (see
        :func:`read_fit`); a pair (error_rates, class_prior); or posteriors of shape (n_items,
        n_classes). Default: vote shares; the known items if `truth_role` is "start"; a uniform
        class prior where `error_rates` are fixed.
    error_rates : array_like, shape (n_raters, n_classes, n_answers), optional
        Fixed error rates, for instance of an earlier job. Default: estimated.
    class_prior : array_like, shape (n_classes,), optional
        Fixed class prior. Default: estimated.
    family : {"full", "one-coin", "shared"}
        "full": an error rate for each rater, class and answer. "one-coin": each rater is right with
        one probability, in every class. "shared": all raters have the same error rates.
    hard : bool
        Each item counts for its likeliest class alone (Fast Dawid-Skene).
    accelerate : bool
        Extrapolate by SQUAREM. False: Dawid & Skene's own sequence of steps.
    tol : float
        Stop when an EM step gains no more than this, in nats a vote, and what lies ahead is no more
        than a thousand times this. A plateau, on which EM rests for hundreds of steps before it
        goes on to climb, is no end.
    max_steps : int
        Most evaluations of the E-step from each start. 0: no step at all, the posterior at the
        start.
    restarts : int
        Further starts from error rates drawn by chance; the best end is kept.
    leave_zeros : bool
        EM cannot leave a probability that has come out as 0. True: lift those that would rise, and
        climb on until none would (see `Fit.optimality`). That is the higher likelihood, and on
        sparse votes often the less accurate fit: a `pseudo_count` is the better remedy.
    seed : int
        Of those draws.
    threads : int, optional
        Never changes a result. Default: as many as are useful.
    progress : callable, optional
        Called with the number of E-steps and the log-likelihood after each.
    checkpoint : path, optional
        File in which the climb is saved every few steps, and from which it goes on if it is there:
        to the same bits as one that was never broken off. Of each further start another file, with
        its number.

    Returns
    -------
    Fit, or of a store StoreFit

    Raises
    ------
    VoteError
        If arguments do not fit the votes, their tables have no room in memory, an item is
        impossible under given parameters, or `checkpoint` is of other votes or options.

    Warns
    -----
    ConvergenceWarning
        If steps ran out; `converged` is then False. Or if it ended at zeros that would rise.
    IdentifiabilityWarning
        If the votes cannot tell the model's parameters; the message names the cause.

    References
    ----------
    Dawid & Skene (1979), Maximum likelihood estimation of observer error-rates using the EM
    algorithm, Applied Statistics 28(1), 20-28: eqs. 2.3 to 2.5.
    Varadhan & Roland (2008), Scandinavian Journal of Statistics 35(2).
    Sinha, Rao & Balasubramanian (2018), Fast Dawid-Skene, arXiv 1803.02781.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_dawid_skene(load_anesthesia())
    >>> round(fit.log_likelihood, 3), fit.class_prior.round(2).tolist()
    (-192.891, [0.4, 0.42, 0.11, 0.07])
    """
    check_types(fit_dawid_skene, locals())
    check_options(truth_role, tol, max_steps=max_steps, restarts=restarts, seed=seed)
    given = error_rates, class_prior, start
    n_classes = classes_with_room(votes, n_classes, truth, *given, tables=TABLES_AT_ONCE)
    raters = family_of(family, n_classes, votes.n_answers)
    options = Options(
        method=fit_dawid_skene,
        n_classes=n_classes,
        pseudo_count=said_pseudo_count(pseudo_count, votes, n_classes, raters),
        error_rates=error_rates,
        class_prior=class_prior,
        family=raters,
        hard=hard,
        accelerate=accelerate,
        tol=tol,
        max_steps=max_steps,
        leave_zeros=leave_zeros,
    )
    known = checked_clamped(truth, votes, n_classes)
    from ...engine.partitions import votes_per_rater
    from .ending import finish, with_labels_in_order
    from .identifiability import warn_of_doubts  # Numba takes a third of a second to import
    from .starts import starts_of

    clamped = known if truth_role == "clamped" else None
    problem = set_up(votes, clamped, options, threads)
    with closing(problem.blocks):
        starts = starts_of(problem, votes, start, known, restarts=restarts, seed=seed)
        keepers = keepers_of(checkpoint, votes, options, truth, restarts + 1)
        paths = climbed(problem, zip(starts, keepers, strict=True), options, progress)
        result = finish(problem, votes, paths, options)
        votes_of = votes_per_rater(votes, problem.blocks)
        result = with_labels_in_order(problem, result, known, votes_of, started=start is not None)
        warn_of_doubts(result, problem, votes_of, max_steps)
    return result


def set_up(
    votes: Votes | VoteStore,
    clamped: Clamped | None,
    options: Options,
    threads: int | None,
) -> Problem:
    """Set up what is to be climbed, as the options say."""
    from .problem import problem_of  # late, as above

    n_classes = options.n_classes
    return problem_of(
        votes,
        clamped,
        n_classes=n_classes,
        pseudo_counts=pseudo_counts_of(options.pseudo_count, votes, n_classes, options.family),
        family=options.family,
        hard=options.hard,
        fixed=checked_fixed(votes, n_classes, options.error_rates, options.class_prior),
        threads=threads,
    )


def climbed(
    problem: Problem,
    starts: Iterable[tuple[NDArray[np.float64], Checkpoint | None]],
    options: Options,
    progress: Callable[[int, float], object] | None,
) -> list[Path]:
    """Climb from each start, each with what keeps its climb, as the options say."""
    from ...engine.climb import climb
    from ..given_rows import in_given_rows
    from ..optimality import without_stuck_zeros

    how = partial(
        climb,
        accelerate=options.accelerate,
        tol=options.tol,
        max_steps=options.max_steps,
        progress=progress,
    )
    up = in_given_rows(problem, how)
    paths = [up(problem, x, keeper=keeper) for x, keeper in starts]
    if options.leave_zeros:
        paths = [without_stuck_zeros(problem, path, up) for path in paths]
    return paths
