"""Sparse Dawid & Skene: error rates of what occurs, above a background that raters share."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...arguments import check_types
from ...engine.tables.memory import check_bytes
from ...votes.votes import Votes
from ..aggregated import Call
from ..dawid_skene.arguments import count_classes
from ..own_answers import check_square
from ..priors import checked_count
from .fit import SparseFit

if TYPE_CHECKING:
    from ...engine.climb import Progress
    from ..aggregated import Aggregated
    from ..climbing import Climbing
    from ..earlier import EarlierFit
    from ..store_fit import StoreAggregation, StoreFit
    from .problem import SparseProblem

# Tables of classes and answers that are held at once: confusions, and what they are made of.
CONFUSION_BYTES = 24


def fit_sparse_dawid_skene(
    votes: Votes,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | None = None,
    candidates: int = 2,
    row_count: float = 10.0,
    start: Aggregated | StoreFit | StoreAggregation | EarlierFit | None = None,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
) -> SparseFit:
    """Fit Dawid & Skene's model to many classes, in memory that grows with the votes alone.

    Rater w answers items of class k by rates pi[w, k, :], which have a Dirichlet prior around a
    background b[w, k, :] that counts as much as m = `row_count` votes (parameters 1 + m b). With
    n[w, k, a] expected votes the M-step is closed, and where there are none the rate is the
    background's::

        pi[w, k, a] = (n[w, k, a] + m b[w, k, a]) / (sum over a of n[w, k, a] + m)

    The background is a coin a rater, and confusions c that all raters share: b[w, k, k] = r[w], and
    b[w, k, a] = (1 - r[w]) c[k, a] for other answers. Both are of one-coin raters fitted to the
    same votes by 20 steps of EM, with counts of 2 right and 1 wrong vote added for each rater, and
    10 wrong votes spread over the answers for each class; they are held fixed after that. The class
    prior is Dirichlet: the column sums of the vote shares are added to the expected counts.

    EM climbs, with p the class prior and s the mean vote shares of the I items with votes or known
    class, ::

        sum over items i of log(sum over candidates k of p[k] * product over votes pi[w, k, a])
        - m * sum over w and k of KL(b[w, k, :] || pi[w, k, :]) - I * KL(s || p)

    That is the log posterior, less what it is if the votes are left out. All of it is exact: a
    rater's cells that have no votes add up in closed form. The model is ``fit_dawid_skene`` with
    ``pseudo_count = m * b``, on fewer candidates; that background, and the cut, are our own.

    Parameters
    ----------
    votes : Votes
    n_classes : int, optional
        As many as there are answers: there is a right answer for each class.
    truth : array_like, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
    candidates : int
        An item may have a class that it was answered with, or one of so many others: those that
        are likeliest under the background; of equals the first. With as many as there are classes
        nothing is cut; cells, and so memory and time, grow with it.
    row_count : float
        Votes that the background counts in each row; 0.01 or more.
    start : Aggregated, StoreFit, StoreAggregation or EarlierFit, optional
        An earlier fit with the answers for classes, whose raters and answers are matched by name
        (see :func:`read_fit`): its class prior and the votes that it expects, over the background
        of these votes, give the first posteriors. Default: the background alone does; where a
        rater, a class or an answer is new, it does either way.
    accelerate : bool
        Extrapolate by SQUAREM. False: one plain step after the other.
    tol : float
        Stop when a step gains no more than this, in nats a vote, and moves no posterior by more
        than its square root.
    max_steps : int
        Most evaluations of a step. 0: posteriors under the background, or where `start` leads.
    threads : int, optional
        Never changes a result. Default: as many as are useful.
    progress : callable, optional
        Called with the number of steps and the objective after each.

    Returns
    -------
    SparseFit
        Its `outside` is the posterior mass that the cut took away of each item, computed over all
        classes at the end.

    Raises
    ------
    VoteError
        If arguments do not fit the votes, or there is no room for the cells.

    Warns
    -----
    ConvergenceWarning
        If steps ran out; `converged` is then False.

    References
    ----------
    Dawid & Skene (1979), Applied Statistics 28(1), 20-28.
    Kim & Ghahramani (2012), Bayesian classifier combination, AISTATS: Dirichlet priors of the rows.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_sparse_dawid_skene(load_anesthesia())
    >>> round(fit.objective, 3), fit.class_prior.round(2).tolist()
    (-208.707, [0.41, 0.42, 0.13, 0.03])
    """
    check_types(fit_sparse_dawid_skene, locals())
    n_classes = count_classes(votes, n_classes, truth, None, None)
    check_square(votes, n_classes, "the background has an answer that is right")
    checked_count("row_count", row_count, ())
    check_bytes(CONFUSION_BYTES * n_classes**2, f"confusions of {n_classes:,} classes", "fit fewer")
    from ...kernels.threads import Threads, thread_count
    from ..climbing import Climbing
    from .background import background_of
    from .candidates import Task, check_candidates, checked_known
    from .problem import problem_of
    from .starts import checked_start

    how = Climbing(accelerate, tol, max_steps, progress)
    check_candidates(candidates)
    earlier = checked_start(votes, start)
    task = Task(votes, checked_known(truth, votes.n_items, n_classes), n_classes)
    given = {"n_classes": n_classes, "candidates": candidates, "row_count": row_count}
    given |= {"accelerate": accelerate, "tol": tol, "max_steps": max_steps}
    with closing(Threads(thread_count(threads, votes.n_votes))) as shared:
        background = background_of(task, shared)
        problem = problem_of(task, background, float(row_count), candidates, shared)
        return fitted(problem, problem.start(earlier), how, Call(fit_sparse_dawid_skene, given))


def fitted(
    problem: SparseProblem, start: NDArray[np.float64], how: Climbing, options: Call
) -> SparseFit:
    """Climb from posteriors, warn if steps ran out, and name what the climb ended with."""
    from ...engine.climb import climb
    from ..climbing import warn_of_steps

    path = climb(
        problem,
        start,
        **vars(how),
        settled=lambda before, after: bool(
            np.abs(after - before).max(initial=0.0) <= how.least_move
        ),
    )
    if not path.converged and path.n_steps > 0:
        warn_of_steps(np.array(path.objectives), problem.n_votes, path.n_steps, depth=4)
    found, task = problem.found(path.x), problem.task
    counts, totals = problem.counts(path.x)
    return SparseFit(
        votes=task.votes,
        candidates=problem.candidates,
        shares=found.posterior,
        outside=problem.outside(found, counts, totals),
        class_prior=found.class_prior,
        background=problem.background,
        cells=problem.cells,
        counts=counts,
        totals=totals,
        row_count=problem.row_count,
        objective=found.log_likelihood + found.penalty,
        objective_trace=np.array(path.objectives),
        n_steps=path.n_steps,
        converged=path.converged,
        options=options,
        clamped=task.is_known if task.is_known.any() else None,
    )
