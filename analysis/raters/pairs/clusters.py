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
    n_comparable : int
        Raters with enough items in common with another, of whom these are some.
    """

    raters: NDArray[np.int64]
    agreement: NDArray[np.float64]
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
    optimal leaf ordering for hierarchical clustering, Bioinformatics 17.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    comparable = np.unique(pairs.raters[pairs.tested])
    chosen = np.zeros(len(pairs.rater_names), dtype=bool)
    chosen[_chosen(pairs, comparable, votes)[:most]] = True
    usable = pairs.tested & chosen[pairs.raters].all(axis=1)
    raters = np.unique(pairs.raters[usable])
    agreement = np.full((len(raters), len(raters)), np.nan)
    one, other = np.searchsorted(raters, pairs.raters[usable]).T
    shares = (pairs.agreed / pairs.n_items)[usable]
    agreement[one, other] = agreement[other, one] = shares
    if len(raters) < 3:
        return RaterClusters(raters, agreement, len(comparable))
    apart = 1 - np.where(np.isnan(agreement), shares.mean(), agreement)
    np.fill_diagonal(apart, 0.0)
    order = leaves_list(linkage(squareform(apart), method="average", optimal_ordering=True))
    return RaterClusters(raters[order], agreement[np.ix_(order, order)], len(comparable))


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
