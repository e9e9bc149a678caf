"""Raters in an order that puts those who agree beside each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...defaults import SHOWN_RATERS
from .near_copies import near_copies
from .pairs import RaterPairs


class RaterClusters(NamedTuple):
    """How far raters agree, pair by pair, in an order by clusters.

    Attributes
    ----------
    raters : ndarray of int64, shape (n,)
        Codes of the raters with items in common with another, in order of the clusters.
    agreement : ndarray, shape (n, n)
        Share of common items on which two of them agree, in that order; NaN where they have too few
        in common, and of a rater with oneself.
    shrunken : ndarray, shape (n, n)
        The same, drawn towards the share of all pairs: the fewer items two have in common, the
        more. What is far off there is far off on many items.
    n_comparable : int
        Raters with enough items in common with another, of whom these are some.
    """

    raters: NDArray[np.int64]
    agreement: NDArray[np.float64]
    shrunken: NDArray[np.float64]
    n_comparable: int


def cluster_raters(
    pairs: RaterPairs, *, votes: ArrayLike | None = None, most: int = SHOWN_RATERS
) -> RaterClusters:
    """Order raters by average linkage of their disagreement, neighbours as alike as can be.

    Two raters with too few items in common for a test are taken for as far apart as the average
    pair.

    Parameters
    ----------
    pairs : RaterPairs
    votes : array_like, shape (n_raters,), optional
        How many each rater gave. Default: the items in common with others.
    most : int
        Raters to order: near copies first, then those with the most votes.

    Returns
    -------
    RaterClusters

    References
    ----------
    Sokal & Michener (1958), for average linkage. Bar-Joseph, Gifford & Jaakkola (2001), Fast
    optimal leaf ordering for hierarchical clustering, Bioinformatics 17. Kleinman (1973),
    Proportions with extraneous variance: single and independent samples, JASA 68: the moments.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    comparable = np.unique(pairs.raters[pairs.tested])
    chosen = np.zeros(len(pairs.rater_names), dtype=bool)
    chosen[_chosen(pairs, comparable, votes)[:most]] = True
    usable = pairs.tested & chosen[pairs.raters].all(axis=1)
    found = in_order(pairs, np.unique(pairs.raters[usable]))
    if len(found.raters) < 3:
        return found
    apart = 1 - np.where(np.isnan(found.shrunken), np.nanmean(found.shrunken), found.shrunken)
    np.fill_diagonal(apart, 0.0)
    order = leaves_list(linkage(squareform(apart), method="average", optimal_ordering=True))
    return in_order(pairs, found.raters[order])


def in_order(pairs: RaterPairs, raters: NDArray[np.int64]) -> RaterClusters:
    """Say how far these raters agree, in the order given, as that of other pairs' clusters.

    Parameters
    ----------
    pairs : RaterPairs
    raters : ndarray of int64, shape (n,)
        Codes, each once.

    Returns
    -------
    RaterClusters
    """
    place = np.full(len(pairs.rater_names), -1)
    place[raters] = np.arange(len(raters))
    usable = pairs.tested & (place[pairs.raters] >= 0).all(axis=1)
    one, other = place[pairs.raters[usable]].T
    agreed, n_items = pairs.agreed[usable], pairs.n_items[usable]
    agreement, shrunken = np.full((2, len(raters), len(raters)), np.nan)
    agreement[one, other] = agreement[other, one] = agreed / n_items
    shrunken[one, other] = shrunken[other, one] = _shrunken(agreed, n_items)
    n_comparable = len(np.unique(pairs.raters[pairs.tested]))
    return RaterClusters(raters, agreement, shrunken, n_comparable)


def _shrunken(agreed: NDArray[np.int64], n_items: NDArray[np.int64]) -> NDArray[np.float64]:
    """Posterior mean of each pair's share, the prior a beta distribution by moments."""
    shares = agreed / n_items
    n_pairs, total = len(shares), n_items.sum()
    if n_pairs < 3:
        return np.asarray(shares)
    mean = agreed.sum() / total
    chance = mean * (1 - mean)
    spread = (n_items * (shares - mean) ** 2).sum() - chance * (n_pairs - 1)
    room = chance * (total - (n_items**2).sum() / total - (n_pairs - 1))
    # The correlation of two items of a pair: 0 where pairs differ by chance alone.
    alike = min(max(spread / room, 1e-6), 1.0) if room > 0 else 1.0
    weight = (1 - alike) / alike
    return np.asarray((agreed + weight * mean) / (n_items + weight))


def _chosen(
    pairs: RaterPairs, comparable: NDArray[np.int64], votes: ArrayLike | None
) -> NDArray[np.int64]:
    """Order raters: near copies, the largest group first, then by votes, the most first."""
    n_raters = len(pairs.rater_names)
    if votes is None:
        votes = np.bincount(pairs.raters.ravel(), np.repeat(pairs.n_items, 2), minlength=n_raters)
    by_votes = comparable[np.argsort(-np.asarray(votes)[comparable], kind="stable")]
    copies = [rater for group in near_copies(pairs) for rater in group]
    first = np.array(copies, dtype=np.int64)
    return np.concatenate((first, by_votes[~np.isin(by_votes, first)]))
