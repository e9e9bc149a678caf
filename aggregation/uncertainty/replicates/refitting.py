"""One replicate of any method's result: the method again, on items that are drawn anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...models.aggregated import Aggregated
from ...models.catalogue import Method
from ...models.known_truth import expected_counts
from ...models.own_method import OwnMethod, as_method
from ...votes.votes import Votes
from ..boundary import Trials
from ..model_comparison import predicts
from .resampling import Replicate, draw, groups_of_items


class Again(NamedTuple):
    """What replicates are drawn from, and how they are made.

    Attributes
    ----------
    result : Aggregated
    group_of : ndarray of int, shape (n_items,)
    method : Method or OwnMethod
        What made the result.
    options : dict
        What it was given, but for what belongs to the items.
    """

    result: Aggregated
    group_of: NDArray[np.integer[Any]]
    method: Method | OwnMethod
    options: dict[str, Any]


def again_of(result: Aggregated, groups: ArrayLike | Iterable[Any] | None) -> Again:
    """Gather what all replicates share."""
    method = as_method(result.options.method)
    options = result.options.arguments()
    if "threads" in method.takes:
        options["threads"] = 1  # replicates share the processors
    return Again(result, groups_of_items(result.votes, groups), method, options)


def replicate(again: Again, seed: int, kept: NDArray[np.int64], number: int) -> Replicate:
    """Aggregate the drawn items: from where the result is, if the method takes a start."""
    result, options = again.result, dict(again.options)
    times = draw(again.group_of, np.random.default_rng((seed, number)))
    items = np.repeat(np.arange(len(times)), times)  # in their order, where that matters
    clamped = getattr(result, "clamped", None)
    if clamped is not None:
        options["truth"] = clamped[items]
    if "start" in again.method.takes:
        onward = getattr(result, "onward", None)
        options["start"] = (result.posterior if onward is None else onward)[items]
    found = again.method(result.votes.select(items), **options)
    return Replicate(rates_of(found)[kept], found.posterior.mean(axis=0), found.converged)


def rates_of(result: Aggregated) -> NDArray[np.float64]:
    """Probabilities of answers, or shares of expected votes where a method has no such model.

    NaN where nothing is expected of a rater in a class.
    """
    counts = expected_counts(result.votes, result.posterior)
    totals = counts.sum(axis=-1, keepdims=True)
    if predicts(result):
        return np.where(totals == 0, np.nan, result.answer_probabilities())
    nothing = np.full_like(counts, np.nan)
    return np.asarray(np.divide(counts, totals, out=nothing, where=totals > 0))


def trials_of_result(result: Aggregated) -> Trials:
    """Count what each probability is a share of."""
    votes: Votes = result.votes
    totals = expected_counts(votes, result.posterior).sum(axis=-1, keepdims=True)
    shape = votes.n_raters, result.n_classes, votes.n_answers
    return Trials(
        np.broadcast_to(totals, shape),
        np.full(result.n_classes, float(votes.n_items)),
        np.ones(shape),
    )
