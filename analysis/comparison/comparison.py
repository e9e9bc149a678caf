"""Methods side by side on a user's own votes: left-out votes, known items, the majority, time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation import Aggregated, HeldOut, VoteError, Votes, objective_difference, vote_share

from ..defaults import CONFIDENCE, REPLICATES
from ..errors import check_types
from .measures import Rightness, known_items, measure_rightness
from .trying import AnyMethod, Tried, named_methods, try_method

# What is compared where no methods are named: one or two of each kind that are fast.
USUAL = (
    "vote-share",
    "one-coin-bayes",
    "dawid-skene",
    "dawid-skene-map",
    "ibcc",
    "mace",
    "glad",
)
# Parts of the votes that are left out in turn.
VOTE_FOLDS = 5
# Called with what is being computed, and how much of it is done, in 0..1.
Progress = Callable[[str, float], object]


@dataclass(frozen=True, eq=False)
class MethodOnVotes:
    """One method on a job's votes.

    Attributes
    ----------
    name : str
    result : Aggregated
        Of all votes; the truth of known items was not told.
    seconds : float
        That took, its kernels compiled before.
    held_out : HeldOut, optional
        Likelihood of left-out votes; None if the method has no model of the answers.
    behind, standard_error : float
        Nats a left-out vote behind the best of the methods, which has 0, and the standard error of
        that, paired over items; NaN without `held_out`.
    objective_behind : float
        Nats behind the largest objective of those that it can be compared with; NaN where there is
        none.
    majority_agreement : float
        Share of items whose label is the answer that most of their votes give; where several tie,
        the item is not counted.
    mean_confidence : float
        Mean of the largest posterior, over all items.
    rightness, difference : Rightness, optional
        On known items, and that less the first method's, paired over items; None without any.
    doubts : tuple of str
        What the method warned of.
    """

    name: str
    result: Aggregated
    seconds: float
    held_out: HeldOut | None
    behind: float
    standard_error: float
    objective_behind: float
    majority_agreement: float
    mean_confidence: float
    rightness: Rightness | None
    difference: Rightness | None
    doubts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class VotesComparison:
    """Methods side by side on a job's votes.

    Attributes
    ----------
    methods : tuple of MethodOnVotes
    votes : Votes
    n_known : int
        Items of known class, on which methods are measured.
    folds : int
        In which votes were left out.
    confidence : float
        Of each interval.
    replicates : int
        Of the bootstrap over known items.
    """

    methods: tuple[MethodOnVotes, ...]
    votes: Votes
    n_known: int
    folds: int
    confidence: float
    replicates: int


def compare_on_votes(
    votes: Votes,
    *,
    truth: ArrayLike | None = None,
    methods: Sequence[AnyMethod] | Mapping[str, AnyMethod] = USUAL,
    folds: int = VOTE_FOLDS,
    confidence: float = CONFIDENCE,
    replicates: int = REPLICATES,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> VotesComparison:
    """Aggregate the same votes by several methods, and leave out the same votes from each.

    The likelihood of left-out votes says which model describes the raters. It does not say which
    method finds the classes: for that, give the truth of some items, which no method is told.

    Parameters
    ----------
    votes : Votes
        Classes are the answers.
    truth : array_like of int, shape (n_items,), optional
        Class of each item, or -1 where it is not known.
    methods : sequence or mapping
        Names of ``aggregation.METHODS``, or functions of one's own, see
        :func:`aggregation.as_method`; differences are to the first. A mapping names them.
    folds : int
        Each vote is left out once, in so many parts.
    confidence : float
        Of each interval, between 0 and 1.
    replicates : int
        Of the bootstrap over known items.
    seed : int
        Of that, and of the parts of votes.
    threads : int, optional
        Never changes a result.
    progress : callable, optional
        Called with what is being computed, and how much of it is done.

    Returns
    -------
    VotesComparison

    Raises
    ------
    VoteError
        If there is no such method, or a method cannot take these votes.
    AnalysisError
        If there are no methods, two of one name, or a value is out of range.

    Examples
    --------
    >>> from aggregation import load_anesthesia
    >>> found = compare_on_votes(load_anesthesia(), methods=["vote-share", "ibcc"])
    >>> [round(method.behind, 3) for method in found.methods]
    [nan, 0.0]
    """
    check_types(compare_on_votes, locals())
    named = named_methods(methods)
    if truth is not None:  # what is wrong with it is said before all the work
        known_items({"": np.zeros((votes.n_items, votes.n_answers))}, truth)
    found: list[Tried] = []
    for place, (name, method) in enumerate(named.items()):
        if progress is not None:
            progress(name, place / len(named))
        taken = {"threads": threads} if "threads" in method.takes else {}
        found.append(try_method(name, method, votes, taken, folds, seed))
    measured: dict[str, Rightness] = {}
    differences: dict[str, Rightness] = {}
    known = np.zeros(0) if truth is None else np.asarray(truth)
    if truth is not None:
        measured, differences = measure_rightness(
            {tried.name: tried.result.posterior for tried in found},
            known,
            confidence=confidence,
            replicates=replicates,
            seed=seed,
        )
    best = max(
        (tried.held_out for tried in found if tried.held_out is not None),
        key=lambda one: one.log_likelihood,
        default=None,
    )
    majority = vote_share(votes).majority
    rows = tuple(
        _row(tried, found, best, majority, measured.get(tried.name), differences.get(tried.name))
        for tried in found
    )
    n_known = int(np.count_nonzero(known >= 0))
    return VotesComparison(rows, votes, n_known, folds, confidence, replicates)


def _row(
    tried: Tried,
    others: Sequence[Tried],
    best: HeldOut | None,
    majority: NDArray[np.int64],
    rightness: Rightness | None,
    difference: Rightness | None,
) -> MethodOnVotes:
    nothing = float("nan")
    held_out, result = tried.held_out, tried.result
    behind = (nothing, nothing)
    if held_out is not None and best is not None:
        behind = held_out.behind(best)
    classes = result.classes()
    decided = (majority >= 0) & (np.diff(result.votes.starts) > 0)
    agreed = float(np.mean(classes[decided] == majority[decided])) if decided.any() else nothing
    return MethodOnVotes(
        name=tried.name,
        result=result,
        seconds=tried.seconds,
        held_out=held_out,
        behind=behind[0],
        standard_error=behind[1],
        objective_behind=objective_behind(result, [other.result for other in others]),
        majority_agreement=agreed,
        mean_confidence=float(result.posterior.max(axis=1).mean()),
        rightness=rightness,
        difference=difference,
        doubts=tried.doubts,
    )


def objective_behind(result: Aggregated, others: Sequence[Aggregated]) -> float:
    """How far an objective is behind the largest it can be compared with; NaN without any other."""
    gaps = []
    for other in others:
        try:
            gaps.append(objective_difference(result, other))
        except VoteError:  # another kind of objective
            continue
    return min(gaps) if len(gaps) > 1 else float("nan")
