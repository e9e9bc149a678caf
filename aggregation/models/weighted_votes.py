"""Majority votes by weights that come from how often a rater agrees with the majority."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .dawid_skene.arguments import check_options, checked_truth, count_classes
from .own_answers import check_square
from .vote_share import answer_shares, winners_share

Array = NDArray[np.float64]

# Zero-based skill: its start beyond guessing, the number of steps, and when the rate is halved.
ABOVE_GUESSING, ZBS_STEPS, HALVED_EVERY = 1e-5, 100, 20
# CATD: which quantile of the chi-square distribution, and what is added to errors, for none.
QUANTILE, LEAST_ERRORS = 0.025, 1e-9


class _Crowd:
    """Votes and what is known of items, and how far raters agree with shares of these."""

    def __init__(self, votes: Votes, n_classes: int | None, truth: ArrayLike | None) -> None:
        n_classes = count_classes(votes, n_classes, truth, None, None)
        check_square(votes, n_classes, "answers are counted")
        self.votes, self.n_of = votes, votes.votes_per_rater().astype(np.float64)
        self.clamped = None
        if truth is not None:
            self.clamped = checked_truth(truth, votes.n_items, votes.n_answers)
        self.items, self.raters, self.answers = votes.items, votes.raters, votes.answers

    def shares(self, weights: Array | None) -> Array:
        """Weighted shares of every answer; known items have their truth."""
        shares = answer_shares(self.votes, weights)
        if self.clamped is None:
            return shares
        return np.asarray(np.where(self.clamped.any(axis=1, keepdims=True), self.clamped, shares))

    def agreements(self, weights: Array | None) -> Array:
        """Count each rater's votes for the weighted majority; answers that tie count in parts."""
        winners = winners_share(self.shares(weights))
        if self.clamped is not None:
            winners = np.where(self.clamped.any(axis=1, keepdims=True), self.clamped, winners)
        agreed = winners[self.items, self.answers]
        return np.bincount(self.raters, agreed, self.votes.n_raters).astype(np.float64)

    def agreement(self, weights: Array | None) -> Array:
        """Share of each rater's votes for the weighted majority; 0 without votes."""
        zeros = np.zeros(len(self.n_of))
        return np.divide(self.agreements(weights), self.n_of, out=zeros, where=self.n_of > 0)

    def result(
        self, method: str, weights: Array, options: Call, n_steps: int, converged: bool
    ) -> Aggregation:
        """Aggregate by weights."""
        return Aggregation(
            votes=self.votes,
            method=method,
            posterior=self.shares(weights),
            objective=float("nan"),
            objective_kind="score",
            objective_trace=np.empty(0),
            n_steps=n_steps,
            converged=converged,
            options=options,
            parameters={"weight": weights},
            clamped=self.clamped,
        )


def fit_wawa(
    votes: Votes, *, n_classes: int | None = None, truth: ArrayLike | None = None
) -> Aggregation:
    """Weigh raters by their agreement with the aggregate (Wawa), in one step.

    A rater's weight is the share of votes that are the majority's; where k answers tie, each counts
    1/k. Weights are then summed by answer.

    Parameters
    ----------
    votes : Votes
    n_classes : int, optional
        As many as there are answers.
    truth : array_like, optional
        What is known of items: shape (n_items,), a class or -1 where it is not known; or shape
        (n_items, n_classes), a distribution, or zeros. It stands for the majority there.

    Returns
    -------
    Aggregation
        Its posteriors are weighted shares; it maximises nothing ("score"). `parameters` has
        `weight`, shape (n_raters,), in 0..1.

    Raises
    ------
    VoteError
        If `n_classes` or `truth` do not fit the votes.

    References
    ----------
    Appen, worker agreement with aggregate; as in crowd-kit, where ties are drawn.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [1, 1, 0, 0, 0, 0])
    >>> fit_wawa(votes).parameters["weight"]
    array([1. , 1. , 0.5])
    """
    check_types(fit_wawa, locals())
    crowd = _Crowd(votes, n_classes, truth)
    return crowd.result(
        "wawa", crowd.agreement(None), Call(fit_wawa, {"n_classes": n_classes}), 1, True
    )


def fit_zbs(
    votes: Votes, *, n_classes: int | None = None, truth: ArrayLike | None = None
) -> Aggregation:
    """Weigh raters by skill, which follows their agreement with the weighted majority (ZBS).

    Skills start at ``1 / n_answers + 1e-5`` and go towards the share of votes that are the weighted
    majority's, by all of the difference at first; each 20th of 100 steps halves that rate. Where k
    answers tie, each counts 1/k.

    Parameters
    ----------
    votes : Votes
    n_classes, truth
        As for :func:`fit_wawa`.

    Returns
    -------
    Aggregation
        Its posteriors are weighted shares; it maximises nothing ("score"). `parameters` has
        `weight`, shape (n_raters,).

    Raises
    ------
    VoteError
        If `n_classes` or `truth` do not fit the votes.

    References
    ----------
    Ustalov, Pavlichenko & Tseitlin (2024), Learning from crowds with crowd-kit, Journal of Open
    Source Software 9(96): zero-based skill.
    """
    check_types(fit_zbs, locals())
    crowd = _Crowd(votes, n_classes, truth)
    skills, rate = np.full(votes.n_raters, 1 / votes.n_answers + ABOVE_GUESSING), 1.0
    for step in range(1, ZBS_STEPS + 1):
        if step % HALVED_EVERY == 0:
            rate /= 2
        skills = skills + rate * (crowd.agreement(skills) - skills)
    return crowd.result("zbs", skills, Call(fit_zbs, {"n_classes": n_classes}), ZBS_STEPS, True)


def fit_catd(
    votes: Votes,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | None = None,
    max_steps: int = 100,
) -> Aggregation:
    """Weigh raters by how sure their errors are (CATD): made for raters of whom most vote seldom.

    A weight is the 0.025 quantile of the chi-square distribution, whose degrees of freedom are the
    rater's votes, divided by the number of votes that are not the weighted majority's, from the
    plain majority on until no weight changes. Where k answers tie, each counts 1/k.

    Parameters
    ----------
    votes : Votes
    n_classes, truth
        As for :func:`fit_wawa`.
    max_steps : int
        Most updates of the weights. 0: the plain majority.

    Returns
    -------
    Aggregation
        Its posteriors are weighted shares; it maximises nothing ("score"). `parameters` has
        `weight`, shape (n_raters,): 1e9 times the quantile where there are no errors.

    Raises
    ------
    VoteError
        If arguments do not fit the votes.

    Warns
    -----
    ConvergenceWarning
        If steps ran out; `converged` is then False. Weights may go round in a circle.

    References
    ----------
    Li, Li, Gao, Su, Zhao, Demirbas, Fan & Han (2014), A confidence-aware approach for truth
    discovery on long-tail data, PVLDB 8(4).
    """
    check_types(fit_catd, locals())
    from scipy.stats import chi2

    check_options("clamped", 0.0, max_steps=max_steps)
    crowd = _Crowd(votes, n_classes, truth)
    sure = np.where(crowd.n_of > 0, chi2.ppf(QUANTILE, np.maximum(crowd.n_of, 1)), 0.0)
    weights, converged, step = np.ones(votes.n_raters), False, 0
    while step < max_steps and not converged:
        errors = np.maximum(crowd.n_of - crowd.agreements(weights), 0) + LEAST_ERRORS
        before, weights = weights, sure / errors
        converged = np.array_equal(before, weights)
        step += 1
    if not converged and max_steps > 0:
        from .latent_class import warn_of_steps  # Numba takes a third of a second to import

        warn_of_steps(np.empty(0), votes.n_votes, step)
    call = Call(fit_catd, {"n_classes": n_classes, "max_steps": max_steps})
    return crowd.result("catd", weights, call, step, converged)
