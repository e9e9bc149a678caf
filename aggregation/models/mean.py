"""The mean posterior of nine methods: the best calibrated of all that we know."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import check_types
from ..errors import ConvergenceWarning, IdentifiabilityWarning
from ..votes.votes import Votes
from .aggregated import Aggregated, Aggregation, Call
from .clamped import checked_truth
from .dawid_skene.arguments import classes_with_room
from .own_answers import check_square

MEMBERS = (
    "vote-share",
    "dawid-skene",
    "dawid-skene-map",
    "one-coin",
    "one-coin-bayes",
    "ibcc",
    "ibcc-learned",
    "ebcc",
    "mace",
)


def fit_mean(
    votes: Votes,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | None = None,
    restarts: int = 7,
    seed: int = 1234,
    tol: float = 1e-10,
    max_steps: int = 10_000,
    threads: int | None = None,
) -> Aggregation:
    """Average the posteriors of nine methods, which err in different ways.

    The methods are vote-share, dawid-skene, dawid-skene-map, one-coin, one-coin-bayes, ibcc,
    ibcc-learned, ebcc and mace. Each alone is overconfident; their mean is less so.

    Parameters
    ----------
    votes : Votes
    n_classes : int, optional
        As many as there are answers: there is an answer for each class.
    truth : array_like, optional
        What is known of items, throughout: shape (n_items,), a class or -1 where it is not known;
        or shape (n_items, n_classes), a distribution, or zeros where it is not known.
    restarts, seed : int
        Of ebcc, see :func:`fit_ebcc`.
    tol, max_steps, threads
        Of each method that climbs.

    Returns
    -------
    Aggregation
        It maximises nothing ("score"). `n_steps` are all methods' steps together; `parameters` has
        `agreement`, shape (9,): of each method, in the order above, the share of items for which it
        has the mean's class.

    Raises
    ------
    VoteError
        If arguments do not fit the votes.

    Warns
    -----
    ConvergenceWarning
        If steps of a method ran out; `converged` is then False.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> fit = fit_mean(load_anesthesia())
    >>> fit.posterior[2].round(2)
    array([0.17, 0.83, 0.  , 0.  ])
    """
    check_types(fit_mean, locals())
    n_classes = classes_with_room(votes, n_classes, truth, None, None)
    check_square(votes, n_classes, "votes themselves are among the methods")
    clamped = None if truth is None else checked_truth(truth, votes.n_items, n_classes)
    options = {"restarts": restarts, "seed": seed, "tol": tol, "max_steps": max_steps}
    fits = [member(name, votes, options | {"truth": truth, "threads": threads}) for name in MEMBERS]
    posterior = np.mean([fit.posterior for fit in fits], axis=0)
    if clamped is not None:
        posterior = np.where(clamped.any(axis=1, keepdims=True), clamped, posterior)
    best = posterior.argmax(axis=1)
    stuck = [name for name, fit in zip(MEMBERS, fits, strict=True) if not fit.converged]
    if stuck and max_steps > 0:
        warnings.warn(
            f"steps ran out: {', '.join(stuck)} of {len(MEMBERS)} methods had not converged: give "
            "a larger max_steps, or a larger tol",
            ConvergenceWarning,
            stacklevel=2,
        )
    return Aggregation(
        votes=votes,
        method="mean",
        posterior=posterior,
        objective=float("nan"),
        objective_kind="score",
        objective_trace=np.empty(0),
        n_steps=sum(fit.n_steps for fit in fits),
        converged=not stuck,
        options=Call(fit_mean, {"n_classes": n_classes, **options}),
        parameters={
            "agreement": np.array([(fit.posterior.argmax(axis=1) == best).mean() for fit in fits])
        },
        clamped=clamped,
    )


def member(name: str, votes: Votes, options: dict[str, object]) -> Aggregated:
    """Aggregate by one of the methods, with those of the options that it takes.

    Doubts about a single one are no doubts about the mean, and steps that ran out are told once.
    """
    from .catalogue import METHODS  # late, for it names this

    method = METHODS[name]
    taken = {key: value for key, value in options.items() if key in method.takes}
    if name != "ebcc":
        taken = {key: taken[key] for key in taken.keys() - {"restarts", "seed"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IdentifiabilityWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        return method(votes, **taken)
