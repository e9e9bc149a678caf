"""EBCC: raters who err alike on some items of a class, by mean-field variational Bayes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..engine.memory import check_room
from ..errors import VoteError
from ..votes.given import numbers
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .dawid_skene.arguments import check_options, checked_truth, count_classes, is_at_least
from .own_answers import own_answers, shares_of_own
from .priors import Priors, check_possible, check_start, checked_count

if TYPE_CHECKING:
    from ..engine.climb import Progress
    from .ebcc_model import Ebcc
    from .latent_class import Top

Array = NDArray[np.float64]


def fit_ebcc(
    votes: Votes,
    *,
    n_classes: int | None = None,
    n_groups: int = 10,
    diagonal: ArrayLike | None = None,
    truth: ArrayLike | None = None,
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
) -> Aggregation:
    """Fit enhanced Bayesian classifier combination: raters depend on each other.

    The items of a class fall into groups, and a rater's answers have probabilities of their own in
    each group: so raters may err together. All probabilities have Dirichlet priors, items and
    parameters are given independent distributions, and a lower bound of the evidence is maximised.
    Its tops are many: of several starts the highest is kept.

    Parameters
    ----------
    votes : Votes
    n_classes : int, optional
        Number of latent classes. Default: as `start`, `diagonal` or rows of `truth` have, else as
        many as there are answers.
    n_groups : int
        Groups in each class. With 1 the model is that of :func:`fit_ibcc`.
    diagonal : array_like of int, shape (n_classes,), optional
        Each class's own answer, -1 where no answer is its own. Needed where there are other classes
        than answers.
    truth : array_like, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
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

    Returns
    -------
    Aggregation
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
    given = None if start is None else checked_start(start, votes, n_groups)
    if n_classes is None and given is not None:
        n_classes = given.shape[1]
    elif n_classes is None and diagonal is not None:
        n_classes = numbers("diagonal", diagonal).size
    n_classes = count_classes(votes, n_classes, truth, None, None)
    check_room(votes, n_classes * n_groups)
    checked_count("group_count", group_count, ())
    own = own_answers(votes, n_classes, diagonal)
    priors = Priors(own_count, other_count, class_count)
    clamped = None if truth is None else checked_truth(truth, votes.n_items, n_classes)
    shares = shares_of_own(votes, own, clamped)
    of_classes = priors.of_classes(shares.sum(axis=0))
    check_possible(of_classes, own)
    if given is not None:
        check_start(given.sum(axis=(0, 2)), of_classes)
    from .ebcc_model import Ebcc, job_of_states, known_by_class  # Numba: a third of a second
    from .latent_class import Climbing, told, top_from

    job = job_of_states(votes, clamped, n_classes * n_groups, threads)
    known = known_by_class(votes, clamped, n_groups)
    counts = group_count / n_groups, float(own_count), float(other_count)
    model = Ebcc(job, own, of_classes, *counts, n_groups, known)
    how = Climbing(accelerate, tol, max_steps, progress)
    seeds = range(seed, seed + restarts + 1)
    starts = drawn_starts(shares, n_groups, seeds) if given is None else [given]
    with closing(job.blocks):
        ends = [top_from(model.start(x.reshape(len(x), -1)), model, how) for x in starts]
        top = told(max(ends, key=lambda end: end.objective), votes.n_votes)
        states, _ = model.states(top.x)
    options = {"n_classes": n_classes, "n_groups": n_groups, "diagonal": diagonal, **vars(priors)}
    options |= {"group_count": group_count, "restarts": restarts, "seed": seed}
    options |= {"accelerate": accelerate, "tol": tol, "max_steps": max_steps}
    bounds = np.array([end.objective for end in ends])
    return result(model, top, states, bounds, Call(fit_ebcc, options))


def checked_start(start: ArrayLike, votes: Votes, n_groups: int) -> Array:
    """Return posteriors of classes and groups; what is none is a VoteError."""
    given = numbers("start", start).astype(np.float64)
    if given.ndim != 3 or given.shape[::2] != (votes.n_items, n_groups):
        shape = f"({votes.n_items}, n_classes, {n_groups})"
        raise VoteError(f"start of shape {given.shape} does not fit (item, class, group) = {shape}")
    if not (given >= 0).all() or not np.allclose(given.sum(axis=(1, 2)), 1):
        raise VoteError("start: posteriors must be 0 or more and sum to 1 for each item")
    return given


def drawn_starts(shares: Array, n_groups: int, seeds: Iterable[int]) -> Iterator[Array]:
    """Split each share among the groups at random, as the authors' code does."""
    for seed in seeds:
        rng = np.random.RandomState(seed)
        yield rng.dirichlet(np.ones(n_groups), shares.shape) * shares[:, :, None]


def result(model: Ebcc, top: Top, states: Array, bounds: Array, options: Call) -> Aggregation:
    """Name what the best climb ended with."""
    mu, nu, groups = model.split(top.x)
    n_raters, n_answers, _ = mu.shape
    counts = mu.transpose(0, 2, 1).reshape(n_raters, *groups.shape, n_answers)
    rates = counts / counts.sum(axis=-1, keepdims=True)
    shares = groups / groups.sum(axis=1, keepdims=True)
    return Aggregation(
        method="ebcc",
        options=options,
        parameters={
            "answer_counts": counts,
            "class_counts": nu.copy(),
            "group_counts": groups.copy(),
            "bounds": bounds,
        },
        predictive=np.einsum("kg,rkga->rka", shares, rates),
        predictor=Groups(states, rates.reshape(n_raters, -1, n_answers)),
        onward=states.reshape(len(states), *groups.shape),
        **top.named(model.job, "elbo"),
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
