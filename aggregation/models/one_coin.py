"""One-coin raters, Bayesian: each is right with one probability, which has a prior."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from os import PathLike
from typing import TYPE_CHECKING, Any, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import check_types
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Aggregated, Aggregation, Call
from .dawid_skene.arguments import classes_with_room
from .dawid_skene.keeping import keepers_of
from .known_truth import normalised_rates
from .method_arguments import CoinArguments
from .own_answers import check_square
from .priors import checked_count
from .store_fit import StoreAggregation, StoreFit

if TYPE_CHECKING:
    from ..engine.climb import Progress
    from .earlier import EarlierFit


@overload
def fit_one_coin_bayes(votes: Votes, **options: Unpack[CoinArguments]) -> Aggregation: ...
@overload
def fit_one_coin_bayes(votes: VoteStore, **options: Unpack[CoinArguments]) -> StoreAggregation: ...
def fit_one_coin_bayes(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
    right_count: float = 2.0,
    wrong_count: float = 1.0,
    start: Aggregated | StoreFit | StoreAggregation | EarlierFit | ArrayLike | None = None,
    accelerate: bool = True,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
    progress: Progress | None = None,
    checkpoint: str | PathLike[str] | None = None,
) -> Aggregation | StoreAggregation:
    """Fit raters who are right with one probability each, by mean-field variational Bayes.

    The probability to be right has a Beta distribution, wrong answers are equally likely, and so
    are the classes. Items and raters are given independent distributions, and a lower bound of the
    evidence is maximised.

    Parameters
    ----------
    votes : Votes or VoteStore
    n_classes : int, optional
        As many as there are answers: there is a right answer for each class.
    truth : array_like or mapping, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
        Or ``{name: class}``, as of a store it has to be.
    right_count, wrong_count : float
        Of the Beta distribution; 0.01 or more.
    start : Aggregated, StoreFit, StoreAggregation, EarlierFit or array_like, optional
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
        Its objective is the lower bound of the log evidence ("elbo"). `parameters` has
        `right_counts` and `wrong_counts` of each rater's Beta distribution, shape (n_raters,).

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
    Liu, Peng & Ihler (2012), Variational inference for crowdsourcing, NIPS 25.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_one_coin_bayes(load_anesthesia())
    >>> right, wrong = fit.parameters["right_counts"], fit.parameters["wrong_counts"]
    >>> round(fit.objective, 3), (right / (right + wrong)).round(2).tolist()
    (-264.5, [0.88, 0.71, 0.8, 0.85, 0.81])
    """
    check_types(fit_one_coin_bayes, locals())
    n_classes = classes_with_room(votes, n_classes, truth, None, None, start)
    check_square(votes, n_classes, "one-coin raters are right or wrong")
    checked_count("right_count", right_count, ())
    checked_count("wrong_count", wrong_count, ())
    given = {"n_classes": n_classes, "right_count": right_count, "wrong_count": wrong_count}
    given |= {"accelerate": accelerate, "tol": tol, "max_steps": max_steps}
    call = Call(fit_one_coin_bayes, given)
    from .climbing import Climbing, climbed, result_of
    from .latent_class import checked_job, starting_counts
    from .one_coin_model import OneCoin  # Numba takes a third of a second to import

    (keeper,) = keepers_of(checkpoint, votes, call, truth)
    how = Climbing(accelerate, tol, max_steps, progress, keeper)
    job = checked_job(votes, truth, n_classes, threads)
    with closing(job.blocks):
        model = OneCoin(job, float(right_count), float(wrong_count))
        counts = starting_counts(job, start, np.eye(n_classes))
        top = climbed(model, model.start(counts), how)
    right, wrong = model.split(top.x)
    return result_of(
        model,
        top,
        "elbo",
        method="one-coin-bayes",
        options=call,
        parameters={"right_counts": right, "wrong_counts": wrong},
        predictive=normalised_rates(model.probabilities(right, wrong)),
    )
