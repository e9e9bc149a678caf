"""IBCC: Dawid & Skene's model with priors on all parameters, by mean-field variational Bayes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..engine.tables.memory import TABLES_AT_ONCE
from ..votes.given import numbers
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Aggregated, Aggregation, Call
from .dawid_skene.arguments import answers_before_classes, classes_with_room
from .dawid_skene.keeping import keepers_of
from .method_arguments import IbccArguments
from .own_answers import affinity_to_own, own_answers
from .priors import Priors, check_possible, check_start
from .store_fit import StoreAggregation

if TYPE_CHECKING:
    from ..engine.climb import Progress
    from .climbing import Top
    from .earlier import EarlierFit
    from .ibcc_model import Ibcc
    from .job import Job


@overload
def fit_ibcc(votes: Votes, **options: Unpack[IbccArguments]) -> Aggregation: ...
@overload
def fit_ibcc(votes: VoteStore, **options: Unpack[IbccArguments]) -> StoreAggregation: ...
def fit_ibcc(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    diagonal: ArrayLike | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
    own_count: float = 4.0,
    other_count: float = 1.0,
    class_count: ArrayLike | Literal["anchored"] = "anchored",
    learn: bool = False,
    start: Aggregated | EarlierFit | ArrayLike | None = None,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> Aggregation | StoreAggregation:
    """Fit independent Bayesian classifier combination: Dawid & Skene's model, Bayesian.

    A rater's answers to items of a class have probabilities from a Dirichlet distribution, and so
    have the classes. Items, raters and class prior are given distributions that are independent of
    each other, and a lower bound of the evidence is maximised. Such a posterior is overconfident.

    Parameters
    ----------
    votes : Votes or VoteStore
    n_classes : int, optional
        Number of latent classes. Default: as `diagonal`, `start` or rows of `truth` have, else as
        many as there are answers.
    diagonal : array_like of int, shape (n_classes,), optional
        Each class's own answer, -1 where no answer is its own. Needed where there are other classes
        than answers.
    truth : array_like or mapping, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
        Or ``{name: class}``, as of a store it has to be.
    own_count, other_count : float
        Dirichlet counts of a class's own answer and of each other one; 0.01 or more.
    class_count : float, array_like of shape (n_classes,) or "anchored"
        Dirichlet counts of the classes. "anchored": the column sums of the vote shares, where known
        items count by their truth; a class that nothing speaks for is then impossible.
    learn : bool
        Estimate `own_count` and `other_count` from the votes, starting from these, within 0.01 and
        1000: where raters differ by no more than chance, the likeliest counts are infinite.
    start : Aggregated, EarlierFit or array_like, optional
        Where to start: an earlier fit, whose raters, answers and classes are matched by name (see
        :func:`read_fit`), or posteriors of shape (n_items, n_classes). Default: vote shares.
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
        Called with the number of steps and the bound after each.
    checkpoint : path, optional
        File in which the climb is saved every few steps, and from which it goes on if it is there:
        to the same bits as one that was never broken off.

    Returns
    -------
    Aggregation, or of a store StoreAggregation
        Its objective is the lower bound of the log evidence ("elbo"). `parameters` has the
        Dirichlet counts of the result, `answer_counts` of shape (n_raters, n_classes, n_answers)
        and `class_counts` of shape (n_classes,); `class_prior`, the mean of the latter; and
        `prior_counts`, those of own and of other answers.

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
    Kim & Ghahramani (2012), Bayesian classifier combination, AISTATS.
    Simpson, Roberts, Psorakis & Smith (2013), Dynamic Bayesian combination of multiple imperfect
    classifiers, in: Decision Making and Imperfection, Springer.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_ibcc(load_anesthesia())
    >>> round(fit.objective, 3), fit.parameters["class_prior"].round(2).tolist()
    (-249.445, [0.41, 0.43, 0.13, 0.03])
    """
    check_types(fit_ibcc, locals())
    if n_classes is None and diagonal is not None:
        n_classes = numbers("diagonal", diagonal).size
    given_start = None, None, start
    n_classes = classes_with_room(votes, n_classes, truth, *given_start, tables=TABLES_AT_ONCE)
    own = own_answers(votes, n_classes, diagonal)
    priors = Priors(own_count, other_count, class_count)
    given = {"n_classes": n_classes, "diagonal": diagonal, "learn": learn, **vars(priors)}
    given |= {"accelerate": accelerate, "tol": tol, "max_steps": max_steps}
    call = Call(fit_ibcc, given)
    from .climbing import Climbing, climbed
    from .latent_class import checked_job  # Numba takes a third of a second to import

    (keeper,) = keepers_of(checkpoint, votes, call, truth)
    how = Climbing(accelerate, tol, max_steps, progress, keeper)
    job = checked_job(votes, truth, n_classes, threads)
    with closing(job.blocks):
        model, *first = at_start(job, own, priors, start, learn=learn)
        top = climbed(model, first.pop, how)  # which lets go of where it starts: it may be large
    return result(model, top, call)


def at_start(
    job: Job,
    own: NDArray[np.bool_],
    priors: Priors,
    start: Aggregated | EarlierFit | ArrayLike | None,
    *,
    learn: bool,
) -> tuple[Ibcc, NDArray[np.float64]]:
    """Return the model, and the parameters to start from."""
    from .ibcc_model import Ibcc
    from .latent_class import starting_counts

    affinity = affinity_to_own(own)
    shares = job.from_affinity(affinity)
    counts = shares if start is None else starting_counts(job, start, affinity)
    of_classes = priors.of_classes(shares.of_classes)
    check_possible(of_classes, own)
    check_start(counts.of_classes, of_classes)
    model = Ibcc(job, own, of_classes, job.votes_per_rater() > 0, learn)
    return model, model.start(counts, float(priors.own_count), float(priors.other_count))


def result(model: Ibcc, top: Top, options: Call) -> Aggregation | StoreAggregation:
    """Name what a climb ended with."""
    from .climbing import result_of

    mu, nu, prior_counts = model.split(top.x)
    answer_counts = answers_before_classes(mu)
    return result_of(
        model,
        top,
        "elbo",
        method="ibcc-learned" if model.learn else "ibcc",
        options=options,
        parameters={
            "answer_counts": answer_counts,
            "class_counts": nu.copy(),
            "class_prior": nu / nu.sum(),
            "prior_counts": prior_counts.copy(),
        },
        predictive=answer_counts / answer_counts.sum(axis=-1, keepdims=True),
    )
