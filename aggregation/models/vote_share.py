"""Votes alone: each item's share of every answer, and the most frequent one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, Unpack, get_args, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..datasets.draws import generator
from ..errors import VoteError
from ..votes.given import numbers
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Call, ObjectiveKind, Posteriors, no_model
from .method_arguments import ShareArguments
from .store_fit import StoreAggregation

Ties = Literal["uniform", "first", "last", "random"]
UNDECIDED = -1
# Weighted sums that differ by less than this share of the larger one are a tie.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class VoteShare(Posteriors):
    """What votes alone say of each item; answers stand for the classes of the same code.

    It is an :class:`aggregation.Aggregated`: its posteriors are the shares; it maximises nothing.

    Attributes
    ----------
    votes : Votes
        What was counted.
    shares : ndarray, shape (n_items, n_answers)
        Share of each answer among the item's votes; rows sum to 1.
    majority : ndarray of int64, shape (n_items,)
        The answer with most votes; -1 where answers tie and ``ties="uniform"``.
    decisions : ndarray, shape (n_items, n_answers)
        1 at the answer with most votes; with ``ties="uniform"``, answers that tie share it equally.
        Rows sum to 1.
    tied : ndarray of bool, shape (n_items,)
        Where several answers have most votes.
    options : Call
        How it was done.
    """

    votes: Votes
    shares: NDArray[np.float64]
    majority: NDArray[np.int64]
    decisions: NDArray[np.float64]
    tied: NDArray[np.bool_]
    options: Call = field(repr=False)
    objective_kind: ObjectiveKind = field(default="score", init=False)
    n_steps: int = field(default=0, init=False)
    converged: bool = field(default=True, init=False)

    @property
    def posterior(self) -> NDArray[np.float64]:  # type: ignore[override]
        """The shares."""
        return self.shares

    @property
    def objective(self) -> float:
        """NaN: nothing is maximised."""
        return float("nan")

    @property
    def objective_trace(self) -> NDArray[np.float64]:
        """No steps."""
        return np.empty(0)

    def answer_probabilities(self) -> NDArray[np.float64]:
        """Refuse: votes alone say nothing of the raters."""
        raise no_model("vote-share")

    def classes(self) -> NDArray[np.int64]:
        """Return each item's class, shape (n_items,): the answer with most votes, or -1."""
        return self.majority

    def __repr__(self) -> str:
        n_items, n_answers = self.shares.shape
        return f"VoteShare({n_items} items, {n_answers} answers, {self.tied.sum()} ties)"


@overload
def vote_share(votes: Votes, **options: Unpack[ShareArguments]) -> VoteShare: ...
@overload
def vote_share(votes: VoteStore, **options: Unpack[ShareArguments]) -> StoreAggregation: ...
def vote_share(
    votes: Votes | VoteStore,
    *,
    ties: Ties = "uniform",
    weights: ArrayLike | None = None,
    seed: int | np.random.Generator = 0,
) -> VoteShare | StoreAggregation:
    """Share of each answer in each item, and the majority, with a rule for ties.

    An item without votes, or whose votes have no weight, has the same share of every answer, and
    its answers tie.

    Parameters
    ----------
    votes : Votes or VoteStore
    ties : {"uniform", "first", "last", "random"}
        Which answer wins where several have most votes. "uniform": all of them, in equal parts; the
        class is then undecided. "first", "last": the one of lowest, or highest, code. "random": one
        of them, drawn with equal probabilities.
    weights : array_like, shape (n_raters,), optional
        What a vote of each rater counts, 0 or more. Default: 1.
    seed : int or numpy.random.Generator
        Of the draws, if `ties` is "random".

    Returns
    -------
    VoteShare, or of a store StoreAggregation

    Raises
    ------
    VoteError
        If `ties` is none of these, or `weights` do not fit the votes.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 0, 0, 1, 1], [0, 1, 2, 0, 1], [1, 1, 0, 0, 1])
    >>> vote_share(votes).classes()
    array([ 1, -1])
    >>> vote_share(votes, ties="first").classes()
    array([1, 0])
    """
    check_types(vote_share, locals())
    if ties not in get_args(Ties):
        raise VoteError(f"ties={ties!r} is not one of {', '.join(map(repr, get_args(Ties)))}")
    by_rater = None if weights is None else checked_weights(weights, votes)
    options = Call(vote_share, {"ties": ties, "weights": weights, "seed": seed})
    if isinstance(votes, Votes):
        return shares_of(votes, by_rater, ties, generator(seed), options)

    return StoreAggregation(
        votes=votes,
        n_classes=votes.n_answers,
        method="vote-share",
        objective=float("nan"),
        objective_kind="score",
        objective_trace=np.empty(0),
        n_steps=0,
        converged=True,
        options=options,
        made=partial(parts_of, votes, by_rater, ties, seed, options),
    )


def parts_of(
    votes: VoteStore,
    weights: NDArray[np.float64] | None,
    ties: Ties,
    seed: int | np.random.Generator,
    options: Call,
    threads: int | None,  # noqa: ARG001 -- as of other methods
) -> Iterator[VoteShare]:
    """Yield what the votes of each partition of a store say."""
    drawn = generator(seed)
    for part in votes.partitions():
        yield shares_of(part, weights, ties, drawn, options)


def shares_of(
    votes: Votes,
    weights: NDArray[np.float64] | None,
    ties: Ties,
    drawn: np.random.Generator,
    options: Call,
) -> VoteShare:
    """Share of each answer in each item, and the majority."""
    shares = answer_shares(votes, weights)
    winners = winners_of(shares)
    n_winners = winners.sum(axis=1)
    tied = n_winners > 1
    if ties == "uniform":
        classes = np.where(tied, UNDECIDED, winners.argmax(axis=1))
        return VoteShare(votes, shares, classes, winners / n_winners[:, None], tied, options)
    classes = winner_of(winners, chosen_place(n_winners, ties, drawn))
    decisions = np.zeros_like(shares)
    decisions[np.arange(len(classes)), classes] = 1
    return VoteShare(votes, shares, classes, decisions, tied, options)


def winners_of(shares: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which of an item's answers have most; several where they tie."""
    return np.asarray(shares >= shares.max(axis=1, keepdims=True) * (1 - ROUNDING))


def winners_share(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give 1 to the answer of each item that has most, and equal parts where several do."""
    winners = winners_of(shares)
    return np.asarray(winners / winners.sum(axis=1, keepdims=True))


def answer_shares(votes: Votes, weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Each item's weight of every answer, divided by their sum; uniform where that is 0."""
    shape = (votes.n_items, votes.n_answers)
    counts = votes.answer_counts(None if weights is None else weights[votes.raters])
    totals = counts.sum(axis=1, keepdims=True)
    uniform = np.full(shape, 1 / votes.n_answers)
    return np.asarray(np.divide(counts, totals, out=uniform, where=totals > 0))


def checked_weights(weights: ArrayLike, votes: Votes | VoteStore) -> NDArray[np.float64]:
    """Return raters' weights; what does not fit the votes is a VoteError."""
    array = numbers("weights", weights).astype(np.float64)
    if array.shape != (votes.n_raters,):
        raise VoteError(f"weights of shape {array.shape} do not fit {votes.n_raters} raters")
    wrong = ~((array >= 0) & np.isfinite(array))
    if wrong.any():
        rater = int(np.argmax(wrong))
        raise VoteError(
            f"the weight of rater {votes.rater_names[rater]} is {array[rater]}: give 0 or more"
        )
    return array


def chosen_place(
    n_winners: NDArray[np.int64], ties: Ties, drawn: np.random.Generator
) -> NDArray[np.int64]:
    """Say which of an item's winners is taken, 0..n_winners - 1."""
    if ties == "first":
        return np.zeros_like(n_winners)
    if ties == "last":
        return n_winners - 1
    return drawn.integers(n_winners)


def winner_of(winners: NDArray[np.bool_], place: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each row's True of that place among its Trues."""
    return np.asarray((winners.cumsum(axis=1) > place[:, None]).argmax(axis=1))
