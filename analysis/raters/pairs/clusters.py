"""Raters in an order that puts those who agree beside each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .pairs import RaterPairs

# The best order of neighbours takes time that grows with the cube of the number of raters.
MOST_RATERS = 300


class RaterClusters(NamedTuple):
    """How far raters agree, pair by pair, in an order by clusters.

    Attributes
    ----------
    raters : ndarray of int64, shape (n,)
        Codes of the raters with items in common with another, in order of the clusters.
    agreement : ndarray, shape (n, n)
        Share of common items on which two of them agree, in that order; NaN where they have too few
        in common, and of a rater with oneself.
    """

    raters: NDArray[np.int64]
    agreement: NDArray[np.float64]


def cluster_raters(pairs: RaterPairs, *, most: int = MOST_RATERS) -> RaterClusters:
    """Order raters by average linkage of their disagreement, neighbours as alike as can be.

    Two raters with too few items in common for a test are taken for as far apart as the average
    pair.

    Parameters
    ----------
    pairs : RaterPairs
    most : int
        Raters to order: those with the most items in common with others.

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

    usable = pairs.tested & _active(pairs, most)[pairs.raters].all(axis=1)
    raters = np.unique(pairs.raters[usable])
    agreement = np.full((len(raters), len(raters)), np.nan)
    one, other = np.searchsorted(raters, pairs.raters[usable]).T
    shares = (pairs.agreed / pairs.n_items)[usable]
    agreement[one, other] = agreement[other, one] = shares
    if len(raters) < 3:
        return RaterClusters(raters, agreement)
    apart = 1 - np.where(np.isnan(agreement), shares.mean(), agreement)
    np.fill_diagonal(apart, 0.0)
    order = leaves_list(linkage(squareform(apart), method="average", optimal_ordering=True))
    return RaterClusters(raters[order], agreement[np.ix_(order, order)])


def _active(pairs: RaterPairs, most: int) -> NDArray[np.bool_]:
    """Say of each rater whether it is among those with the most items in common, (n_raters,)."""
    n_raters = len(pairs.rater_names)
    common = np.bincount(pairs.raters.ravel(), np.repeat(pairs.n_items, 2), minlength=n_raters)
    active = np.zeros(n_raters, dtype=bool)
    active[np.argsort(-common, kind="stable")[:most]] = True
    return active
