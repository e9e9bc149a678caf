"""How far agreement would move with other raters: each is left out in turn."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

from ...statistics.estimates import Estimate
from .coefficients import Scale, coefficients
from .kinds import Kinds, has_pairs, number_rows, single_answers

# More raters than this are left out in so many groups.
MOST_GROUPS = 200
NAMES = ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac")


def rater_variances(
    votes: Votes, scale: Scale, values: NDArray[np.float64] | None
) -> dict[str, float]:
    """Variance of each coefficient over samples of raters, by the jackknife.

    Items a rater answered are of another kind without the rater, so that leaving one out is another
    weighting of the same kinds. Where there are more than 200 raters, 200 groups of them are left
    out in turn. A rater's different answers to one item are left out throughout.

    Returns
    -------
    dict of str to float
        By the names of the fields of :class:`Agreement`; NaN where a coefficient is undefined
        without one of the raters, or there are fewer than three.

    References
    ----------
    Gwet (2008), Variance estimation of nominal-scale inter-rater reliability with random selection
    of raters, Psychometrika 73(3). Efron & Tibshirani (1993), An Introduction to the Bootstrap.
    """
    votes = votes.where(single_answers(votes))
    if not has_pairs(votes):
        return dict.fromkeys(NAMES, float("nan"))
    kinds, items = _left_out(votes, _groups(votes))
    found = coefficients(kinds, items, scale, values)
    few = len(items) < 3
    # sorted, so that raters' order does not matter
    spreads = {name: (len(items) - 1) * float(np.var(np.sort(found[name]))) for name in NAMES}
    return dict.fromkeys(NAMES, float("nan")) if few else spreads


def _groups(votes: Votes) -> NDArray[np.int64]:
    """Group of each rater with votes, shape (n_raters,): each alone, or groups of several."""
    raters = np.flatnonzero(votes.votes_per_rater())
    groups = np.zeros(votes.n_raters, dtype=np.int64)
    order = np.arange(len(raters))
    if len(raters) > MOST_GROUPS:
        order = np.random.default_rng(0).permutation(len(raters)) % MOST_GROUPS
    groups[raters] = order
    return groups


def _left_out(votes: Votes, groups: NDArray[np.int64]) -> tuple[Kinds, NDArray[np.int64]]:
    """Kinds of items with and without each group, and how many there are without each of them."""
    n_groups, counts = int(groups.max()) + 1, votes.answer_counts()
    keys, place = np.unique(votes.items * n_groups + groups[votes.raters], return_inverse=True)
    asked, group = np.divmod(keys.astype(np.int64), n_groups)
    less = counts[asked]
    np.subtract.at(less, (place.ravel(), votes.answers), 1)
    both = np.concatenate((counts, less))
    first, kind_of = number_rows(both)
    whole, without = kind_of[: len(counts)], kind_of[len(counts) :]
    items = np.tile(np.bincount(whole, minlength=len(first)), (n_groups, 1))
    np.subtract.at(items, (group, whole[asked]), 1)
    np.add.at(items, (group, without), 1)
    rows = both[first]
    kept = rows.sum(axis=1) > 0
    nothing = np.empty((0, votes.n_answers)), np.empty(0, dtype=np.int64)
    return Kinds(rows[kept], items[0, kept], *nothing), items[:, kept]


def wider(
    found: Estimate, replicated: NDArray[np.float64], of_raters: float, confidence: float
) -> Estimate:
    """Widen an interval over items by the variance over raters: of the sum, about the estimate."""
    known = replicated[~np.isnan(replicated)]
    variance = (float(np.var(known)) if len(known) else float("nan")) + of_raters
    half = NormalDist().inv_cdf((1 + confidence) / 2) * variance**0.5
    low, high = max(found.value - half, -1.0), min(found.value + half, 1.0)
    if half != half:
        return Estimate(found.value, half, half)
    return Estimate(found.value, min(low, found.low), max(high, found.high))
