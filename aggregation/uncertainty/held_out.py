"""The likelihood of votes that were left out: what any method with a model of the answers gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arguments import check_types
from ..errors import VoteError
from ..models.catalogue import Method
from ..models.own_method import OwnMethod, as_method
from ..votes.votes import Votes

# What can be named as a method; see as_method.
AnyMethod = str | Method | OwnMethod | Callable[..., Any]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Predictive log-likelihood of votes that were left out of a fit.

    Attributes
    ----------
    log_likelihood : float
        Nats a left-out vote; the higher the better.
    standard_error : float
        Of `log_likelihood`, with the items as independent units.
    n_votes : int
        Number of votes that were left out, over all folds.
    by_item : ndarray, shape (n_items,)
        Nats of all left-out votes of each item.
    votes_of_item : ndarray of int, shape (n_items,)
        How many these are.
    """

    log_likelihood: float
    standard_error: float
    n_votes: int
    by_item: NDArray[np.float64] = field(repr=False)
    votes_of_item: NDArray[np.int64] = field(repr=False)

    @property
    def impossible(self) -> NDArray[np.int64]:
        """Codes of the items whose left-out votes had probability 0."""
        return np.flatnonzero(np.isneginf(self.by_item))

    def behind(self, best: HeldOut) -> tuple[float, float]:
        """Return how far this is behind another, in nats a vote, and the standard error of that.

        Both must have left out the same votes: the error is that of paired differences, item by
        item. It is NaN where the difference is not finite.
        """
        if self is best:
            return 0.0, 0.0
        difference = self.log_likelihood - best.log_likelihood
        if not np.isfinite(difference):
            return difference, float("nan")
        return difference, error_of_mean(self.by_item - best.by_item, best.votes_of_item)


def held_out_log_likelihood(
    votes: Votes,
    *,
    method: AnyMethod = "dawid-skene",
    share: float = 0.1,
    folds: int | None = None,
    seed: int = 0,
    strict: bool = True,
    **options: Any,
) -> HeldOut:
    """Leave votes out at random, aggregate the others, and predict those that were left out.

    What is predicted are an item's left-out votes together: their probability in each class,
    averaged over the posterior that the item has from its other votes.

    Parameters
    ----------
    votes : Votes
    method : str or callable
        A name of ``METHODS``, or a function of one's own; see :func:`as_method`.
    share : float
        How many of the votes to leave out, between 0 and 1.
    folds : int, optional
        Leave each vote out once, in so many parts, instead of a share.
    seed : int
        The same votes are left out for the same seed, whatever the method and its options.
    strict : bool
        Refuse left-out votes that are impossible; else their log-likelihood is minus infinity.
    **options
        Of the method. Without a `pseudo_count`, an answer that a rater has not given in the other
        votes is impossible under Dawid & Skene's model.

    Returns
    -------
    HeldOut

    Raises
    ------
    VoteError
        If no vote would be left out or none be left, left-out votes are impossible and `strict`, or
        the method has no model of the answers.

    Examples
    --------
    >>> votes = Votes.from_triples([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [1, 1, 1, 0, 0, 0])
    >>> held_out = held_out_log_likelihood(votes, method="ibcc", folds=3)
    >>> held_out.n_votes
    6
    """
    check_types(held_out_log_likelihood, locals())
    found = held_out(as_method(method), votes, parts(votes.n_votes, share, folds, seed), options)
    if strict and len(found.impossible):
        raise VoteError(
            f"left-out votes on {len(found.impossible)} items, such as item "
            f"{votes.item_names[found.impossible[0]]}, have probability 0 under the fit of the "
            "other votes: give a pseudo_count, such as 0.1, or take a method with priors, such as "
            "ibcc"
        )
    return found


def held_out(
    method: Method | OwnMethod,
    votes: Votes,
    left_out: Iterable[NDArray[np.bool_]],
    options: Mapping[str, Any],
) -> HeldOut:
    """Leave out each part in turn, masks of votes; the log-likelihood may be minus infinity."""
    by_item = np.zeros(votes.n_items)
    votes_of_item = np.zeros(votes.n_items, dtype=np.int64)
    for part in left_out:
        others = votes.where(part)
        by_item += method(votes.where(~part), **options).log_predictive(others)
        votes_of_item += np.diff(others.starts)
    n_votes = int(votes_of_item.sum())
    mean = float(by_item.sum() / n_votes)
    return HeldOut(mean, error_of_mean(by_item, votes_of_item), n_votes, by_item, votes_of_item)


def parts(n_votes: int, share: float, folds: int | None, seed: int) -> Iterator[NDArray[np.bool_]]:
    """Masks of the votes to leave out, one for each fit."""
    if folds is None:
        sizes = [round(share * n_votes)] if 0 < share < 1 else []
        if not sizes or not 0 < sizes[0] < n_votes:
            raise VoteError(f"share={share} of {n_votes} votes: leave some out, and some in")
    else:
        if not 2 <= folds <= n_votes:
            raise VoteError(f"folds={folds} of {n_votes} votes: give 2 to {n_votes}")
        sizes = [len(part) for part in np.array_split(np.arange(n_votes), folds)]
    order = np.random.default_rng(seed).permutation(n_votes)
    for end, size in zip(np.cumsum(sizes).tolist(), sizes, strict=True):
        left_out = np.zeros(n_votes, dtype=bool)
        left_out[order[end - size : end]] = True
        yield left_out


def error_of_mean(sums: NDArray[np.float64], sizes: NDArray[np.int64]) -> float:
    """Compute the standard error of ``sums.sum() / sizes.sum()``, where items are independent.

    NaN for a single item, and where a sum is infinite.
    """
    voted = sizes > 0
    n_items, n_votes = np.count_nonzero(voted), sizes.sum()
    if n_items < 2 or not np.isfinite(sums).all():
        return float("nan")
    residuals = sums[voted] - sums.sum() / n_votes * sizes[voted]
    return float(np.sqrt(n_items / (n_items - 1) * (residuals @ residuals)) / n_votes)
