"""EBCC: raters who err alike on some items of a class, by mean-field variational Bayes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from numbers import Integral
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..engine.tables.memory import TABLES_OF_GROUPS, check_room
from ..errors import VoteError
from ..votes.given import numbers
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .dawid_skene.arguments import check_of_store, check_options, count_classes, is_at_least
from .dawid_skene.keeping import keepers_of
from .ebcc_starts import Shares, checked_start
from .method_arguments import EbccArguments
from .own_answers import own_answers
from .priors import Priors, check_possible, check_start, checked_count
from .store_fit import StoreAggregation

if TYPE_CHECKING:
    from ..engine.climb import Keeper, Progress
    from .climbing import Climbing, Top
    from .ebcc_model import Ebcc

Array = NDArray[np.float64]


@overload
def fit_ebcc(votes: Votes, **options: Unpack[EbccArguments]) -> Aggregation: ...
@overload
def fit_ebcc(votes: VoteStore, **options: Unpack[EbccArguments]) -> StoreAggregation: ...
def fit_ebcc(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    n_groups: int = 10,
    diagonal: ArrayLike | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
    own_count: float = 4.0,
    other_count: float = 1.0,
    class_count: ArrayLike | Literal["anchored"] = "anchored",
    group_count: float = 0.1,
    start: ArrayLike | None = None,
    restarts: int = 7,
    seed: int = 1234,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> Aggregation | StoreAggregation:
    """Fit enhanced Bayesian classifier combination: raters depend on each other.

    The items of a class fall into groups, and a rater's answers have probabilities of their own in
    each group: so raters may err together. All probabilities have Dirichlet priors, items and
    parameters are given independent distributions, and a lower bound of the evidence is maximised.
    Its tops are many: of several starts the highest is kept.

    Parameters
    ----------
    votes : Votes or VoteStore
    n_classes : int, optional
        Number of latent classes. Default: as `start`, `diagonal` or rows of `truth` have, else as
        many as there are answers.
    n_groups : int
        Groups in each class. With 1 the model is that of :func:`fit_ibcc`.
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
    group_count : float
        Dirichlet count of all groups of a class together; 0.01 or more. Small: few of them are
        needed.
    start : array_like, shape (n_items, n_classes, n_groups), optional
        Posteriors to start from, the only start then. Default: vote shares, of which each item's
        groups get parts that are drawn from a uniform distribution.
    restarts : int
        Further starts; the highest bound is kept.
    seed : int
        Of the first start; the others have the seeds that follow.
    accelerate : bool
        Extrapolate by SQUAREM. False: one plain step after the other.
    tol : float
        Stop when a step gains no more than this, in nats a vote, and moves no posterior by more
        than its square root.
    max_steps : int
        Most evaluations of a step from each start.
    threads : int, optional
        Never changes a result. Default: as many as are useful.
    progress : callable, optional
        Called with the number of steps from a start and the bound after each.
    checkpoint : path, optional
        File in which the climb is saved every few steps, and from which it goes on if it is there:
        to the same bits as one that was never broken off. Of each further start another file, with
        its number.

    Returns
    -------
    Aggregation, or of a store StoreAggregation
        Its objective is the exact lower bound of the log evidence ("elbo"). `parameters` has the
        Dirichlet counts of the result: `answer_counts`, shape (n_raters, n_classes, n_groups,
        n_answers), `class_counts`, shape (n_classes,), and `group_counts`, shape
        (n_classes, n_groups); and `bounds`, shape (n_starts,), where each start came to.
        `log_predictive` takes an item's groups into account, so that left-out votes depend on each
        other.

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
    Li, Rubinstein & Cohn (2019), Exploiting worker correlation for label aggregation in
    crowdsourcing, ICML. Their bound mixes counts of before with posteriors of after a step.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_ebcc(load_anesthesia(), restarts=0)
    >>> round(fit.objective, 3)
    -259.456
    """
    check_types(fit_ebcc, locals())
    check_options("clamped", tol, max_steps=max_steps, restarts=restarts, seed=seed)
    if not is_at_least(1, n_groups, Integral):
        raise VoteError(f"n_groups={n_groups!r}: give 1 or more")
    check_of_store(votes, truth, start)
    given = None if start is None else checked_start(start, votes, n_groups)
    if n_classes is None and given is not None:
        n_classes = given.shape[1]
    elif n_classes is None and diagonal is not None:
        n_classes = numbers("diagonal", diagonal).size
    n_classes = count_classes(votes, n_classes, truth, None, None)
    check_room(votes, n_classes * n_groups, TABLES_OF_GROUPS + (truth is not None))
    checked_count("group_count", group_count, ())
    own = own_answers(votes, n_classes, diagonal)
    priors = Priors(own_count, other_count, class_count)
    given_options = {"n_groups": n_groups, "diagonal": diagonal, **vars(priors)}
    given_options |= {"n_classes": n_classes, "group_count": group_count, "restarts": restarts}
    given_options |= {"accelerate": accelerate, "tol": tol, "max_steps": max_steps, "seed": seed}
    call = Call(fit_ebcc, given_options)
    from .clamped import checked_clamped
    from .climbing import Climbing, told
    from .ebcc_model import Ebcc, job_of_states, known_by_class  # Numba: a third of a second

    how = Climbing(accelerate, tol, max_steps, progress)
    clamped = checked_clamped(truth, votes, n_classes)
    shares = Shares(votes, own, clamped)
    of_classes = priors.of_classes(shares.sums())
    check_possible(of_classes, own)
    if given is not None:
        check_start(given.sum(axis=(0, 2)), of_classes)
    job = job_of_states(votes, clamped, n_classes * n_groups, threads)
    known = known_by_class(votes, clamped, n_groups)
    counts = group_count / n_groups, float(own_count), float(other_count)
    model = Ebcc(job, own, of_classes, *counts, n_groups, known)
    seeds = range(seed, seed + 1 + (restarts if given is None else 0))
    keepers = keepers_of(checkpoint, votes, call, truth, len(seeds))
    with closing(job.blocks):
        top, bounds = highest(model, shares.starts(given, n_groups, seeds), how, keepers)
        told(top, votes.n_votes)
    return result(model, top, bounds, call)


def highest(
    model: Ebcc,
    starts: Iterable[Iterable[tuple[Votes, Array]]],
    how: Climbing,
    keepers: Sequence[Keeper | None],
) -> tuple[Top, Array]:
    """Climb from each start; return the highest end, and how high each came."""
    from .climbing import top_from

    best: Top | None = None
    bounds = []
    for start, keeper in zip(starts, keepers, strict=True):
        end = top_from(partial(model.start, start), model, replace(how, keeper=keeper))
        bounds.append(end.objective)
        best = end if best is None or end.objective > best.objective else best
    assert best is not None  # there is a start
    return best, np.array(bounds)


def result(model: Ebcc, top: Top, bounds: Array, options: Call) -> Aggregation | StoreAggregation:
    """Name what the best climb ended with."""
    from .climbing import result_of

    mu, nu, groups = model.split(top.x)
    n_raters, n_answers, _ = mu.shape
    counts = mu.transpose(0, 2, 1).reshape(n_raters, *groups.shape, n_answers)
    rates = counts / counts.sum(axis=-1, keepdims=True)
    shares = groups / groups.sum(axis=1, keepdims=True)

    def of_states(states: Array) -> dict[str, Any]:
        return {
            "posterior": model.of_classes(states),
            "predictor": Groups(states, rates.reshape(n_raters, -1, n_answers)),
            "onward": states.reshape(len(states), *groups.shape),
        }

    return result_of(
        model,
        top,
        "elbo",
        of_states,
        method="ebcc",
        options=options,
        parameters={
            "answer_counts": counts,
            "class_counts": nu.copy(),
            "group_counts": groups.copy(),
            "bounds": bounds,
        },
        predictive=np.einsum("kg,rkga->rka", shares, rates),
    )


@dataclass(frozen=True, eq=False)
class Groups:
    """Predicts an item's further votes from its class and group; a :class:`Predictor`.

    Raters are independent given both, and answer by the means of their distributions.
    """

    states: Array
    rates: Array

    def __call__(self, votes: Votes) -> Array:
        """Return the log probability of each item's votes together, shape (n_items,)."""
        from .predictive import further_votes

        return further_votes(self.states, self.rates, votes)
