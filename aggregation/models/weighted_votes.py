"""Majority votes by weights that come from how often a rater agrees with the majority."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Unpack, cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..engine.pieces import pieces_of
from ..engine.sums import in_a_tree
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Aggregation, Call
from .clamped import Clamped, checked_clamped
from .dawid_skene.arguments import check_of_store, check_options, count_classes
from .method_arguments import CatdArguments, CountingArguments
from .own_answers import check_square
from .store_fit import StoreAggregation
from .vote_share import answer_shares, winners_share

Array = NDArray[np.float64]

# Zero-based skill: its start beyond guessing, the number of steps, and when the rate is halved.
ABOVE_GUESSING, ZBS_STEPS, HALVED_EVERY = 1e-5, 100, 20
# CATD: which quantile of the chi-square distribution, and what is added to errors, for none.
QUANTILE, LEAST_ERRORS = 0.025, 1e-9


class _Piece:
    """Votes of a piece and what is known of its items, and agreement with shares of these."""

    def __init__(self, votes: Votes, number: int, clamped: Clamped | None) -> None:
        self.votes, self.number, self.clamped = votes, number, clamped
        self.items, self.raters, self.answers = votes.items, votes.raters, votes.answers

    def shares(self, weights: Array | None) -> Array:
        """Weighted shares of every answer; known items have their truth."""
        return self._with_truth(answer_shares(self.votes, weights))

    def agreements(self, weights: Array | None) -> Array:
        """Count each rater's votes for the weighted majority; answers that tie count in parts."""
        winners = self._with_truth(winners_share(self.shares(weights)))
        agreed = winners[self.items, self.answers]
        return np.bincount(self.raters, agreed, self.votes.n_raters).astype(np.float64)

    def _with_truth(self, rows: Array) -> Array:
        return rows if self.clamped is None else self.clamped.instead(self.number, rows)


class _Crowd:
    """Votes and what is known of items, and how far raters agree with shares of these."""

    def __init__(
        self,
        votes: Votes | VoteStore,
        n_classes: int | None,
        truth: ArrayLike | Mapping[Any, int] | None,
    ) -> None:
        check_of_store(votes, truth, None)
        n_classes = count_classes(votes, n_classes, truth, None, None)
        check_square(votes, n_classes, "answers are counted")
        self.votes, self.n_of = votes, votes.votes_per_rater().astype(np.float64)
        self.clamped = checked_clamped(truth, votes, n_classes)
        self.held = list(self._pieces()) if isinstance(votes, Votes) else None

    def _pieces(self) -> Iterator[_Piece]:
        for number, votes in enumerate(pieces_of(self.votes)):
            yield _Piece(votes, number, self.clamped)

    def agreements(self, weights: Array | None) -> Array:
        """Count each rater's votes for the weighted majority; answers that tie count in parts."""
        pieces = self.held or self._pieces()
        return in_a_tree((piece.agreements(weights) for piece in pieces), np.add)

    def agreement(self, weights: Array | None) -> Array:
        """Share of each rater's votes for the weighted majority; 0 without votes."""
        zeros = np.zeros(len(self.n_of))
        return np.divide(self.agreements(weights), self.n_of, out=zeros, where=self.n_of > 0)

    def result(
        self, method: str, weights: Array, options: Call, n_steps: int, converged: bool
    ) -> Aggregation | StoreAggregation:
        """Aggregate by weights."""
        shared: dict[str, Any] = {
            "method": method,
            "objective": float("nan"),
            "objective_kind": "score",
            "objective_trace": np.empty(0),
            "n_steps": n_steps,
            "converged": converged,
            "options": options,
            "parameters": {"weight": weights},
        }
        if self.held is not None and isinstance(self.votes, Votes):
            posterior = np.concatenate([piece.shares(weights) for piece in self.held])
            known = None if self.clamped is None else self.clamped.dense()
            return Aggregation(votes=self.votes, posterior=posterior, clamped=known, **shared)

        store = cast("VoteStore", self.votes)
        return StoreAggregation(
            votes=store,
            n_classes=store.n_answers,
            made=partial(self._parts, weights, shared),
            clamped=self.clamped,
            **shared,
        )

    def _parts(
        self,
        weights: Array,
        shared: dict[str, Any],
        threads: int | None,  # noqa: ARG002 -- as of others
    ) -> Iterator[Aggregation]:
        for piece in self._pieces():
            known = None if self.clamped is None else self.clamped.rows(piece.number)
            shares = piece.shares(weights)
            yield Aggregation(votes=piece.votes, posterior=shares, clamped=known, **shared)


@overload
def fit_wawa(votes: Votes, **options: Unpack[CountingArguments]) -> Aggregation: ...
@overload
def fit_wawa(votes: VoteStore, **options: Unpack[CountingArguments]) -> StoreAggregation: ...
def fit_wawa(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
) -> Aggregation | StoreAggregation:
    """Weigh raters by their agreement with the aggregate (Wawa), in one step.

    A rater's weight is the share of votes that are the majority's; where k answers tie, each counts
    1/k. Weights are then summed by answer.

    Parameters
    ----------
    votes : Votes or VoteStore
    n_classes : int, optional
        As many as there are answers.
    truth : array_like or mapping, optional
        What is known of items: shape (n_items,), a class or -1 where it is not known; or shape
        (n_items, n_classes), a distribution, or zeros. It stands for the majority there.
        Or ``{name: class}``, as of a store it has to be.

    Returns
    -------
    Aggregation, or of a store StoreAggregation
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


@overload
def fit_zbs(votes: Votes, **options: Unpack[CountingArguments]) -> Aggregation: ...
@overload
def fit_zbs(votes: VoteStore, **options: Unpack[CountingArguments]) -> StoreAggregation: ...
def fit_zbs(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
) -> Aggregation | StoreAggregation:
    """Weigh raters by skill, which follows their agreement with the weighted majority (ZBS).

    Skills start at ``1 / n_answers + 1e-5`` and go towards the share of votes that are the weighted
    majority's, by all of the difference at first; each 20th of 100 steps halves that rate. Where k
    answers tie, each counts 1/k.

    Parameters
    ----------
    votes : Votes or VoteStore
    n_classes, truth
        As for :func:`fit_wawa`.

    Returns
    -------
    Aggregation, or of a store StoreAggregation
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


@overload
def fit_catd(votes: Votes, **options: Unpack[CatdArguments]) -> Aggregation: ...
@overload
def fit_catd(votes: VoteStore, **options: Unpack[CatdArguments]) -> StoreAggregation: ...
def fit_catd(
    votes: Votes | VoteStore,
    *,
    n_classes: int | None = None,
    truth: ArrayLike | Mapping[Any, int] | None = None,
    max_steps: int = 100,
) -> Aggregation | StoreAggregation:
    """Weigh raters by how sure their errors are (CATD): made for raters of whom most vote seldom.

    A weight is the 0.025 quantile of the chi-square distribution, whose degrees of freedom are the
    rater's votes, divided by the number of votes that are not the weighted majority's, from the
    plain majority on until no weight changes. Where k answers tie, each counts 1/k.

    Parameters
    ----------
    votes : Votes or VoteStore
    n_classes, truth
        As for :func:`fit_wawa`.
    max_steps : int
        Most updates of the weights. 0: the plain majority.

    Returns
    -------
    Aggregation, or of a store StoreAggregation
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
        from .climbing import warn_of_steps  # Numba takes a third of a second to import

        warn_of_steps(np.empty(0), votes.n_votes, step)
    call = Call(fit_catd, {"n_classes": n_classes, "max_steps": max_steps})
    return crowd.result("catd", weights, call, step, converged)
