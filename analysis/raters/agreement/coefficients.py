"""The arithmetic of coefficients of agreement, for many weightings of the same counts at once."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Scale = Literal["nominal", "ordinal", "interval"]
# Less room above chance than this is the rounding of none.
NO_ROOM = 1e-12


def coefficients(
    counts: NDArray[np.int64], items: NDArray[np.int64], scale: Scale
) -> dict[str, NDArray[np.float64]]:
    """Compute all coefficients for several weightings of the kinds of items.

    An item with one vote tells how frequent answers are, on which chance agreement in Fleiss's and
    Gwet's coefficients rests, and nothing else.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_kinds, n_answers)
        Votes of each answer, one or more in a row.
    items : ndarray of int64, shape (n_weightings, n_kinds)
        How many items there are of each kind.
    scale : {"nominal", "ordinal", "interval"}

    Returns
    -------
    dict of str to ndarray, shape (n_weightings,)
        By the names of the fields of :class:`Agreement`.
    """
    weights = agreement_weights(counts.shape[1], scale)
    shares = items @ (counts / counts.sum(axis=1, keepdims=True)) / items.sum(axis=1)[:, None]
    several = counts.sum(axis=1) > 1
    counts, items = counts[several], items[:, several]
    percent = observed_agreement(counts, items, weights)
    by_chance = np.einsum("wk,kl,wl->w", shares, weights, shares)
    return {
        "percent": percent,
        "fleiss_kappa": beyond(percent, by_chance),
        "krippendorff_alpha": krippendorff_alpha(counts, items, scale),
        "gwet_ac": beyond(percent, gwet_chance(shares, weights)),
    }


def agreement_weights(n_answers: int, scale: Scale) -> NDArray[np.float64]:
    """How far two answers agree, 0..1, shape (n_answers, n_answers) (Gwet 2014, chapter 3)."""
    if scale == "nominal" or n_answers == 1:
        return np.eye(n_answers)
    apart = np.abs(np.subtract.outer(np.arange(n_answers), np.arange(n_answers)))
    if scale == "interval":
        return np.asarray(1 - (apart / (n_answers - 1)) ** 2)
    # ordinal: by the number of pairs of answers that lie between, the two included
    pairs = (apart + 1) * apart / 2
    return np.asarray(1 - pairs / pairs.max())


def observed_agreement(
    counts: NDArray[np.int64], items: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean, over items, of how far two of their votes agree (Gwet 2014, chapter 3)."""
    n_votes = counts.sum(axis=1)
    pairs = (counts * (counts @ weights - 1)).sum(axis=1) / (n_votes * (n_votes - 1))
    n_items = items.sum(axis=1)
    found = np.full(len(items), np.nan)
    np.divide(items @ pairs, n_items, out=found, where=n_items > 0)
    return found


def gwet_chance(shares: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Agreement by chance of AC1 and AC2: of raters who are uncertain (Gwet 2014, chapter 4)."""
    n_answers = len(weights)
    uncertain = (shares * (1 - shares)).sum(axis=-1)
    return np.asarray(weights.sum() / max(n_answers * (n_answers - 1), 1) * uncertain)


def krippendorff_alpha(
    counts: NDArray[np.int64], items: NDArray[np.int64], scale: Scale
) -> NDArray[np.float64]:
    """Compute 1 - observed / expected disagreement (Krippendorff 2011, sections C to E).

    Squared distances of answers are those of points on a line, so that a sum over pairs of votes is
    one over votes: sum of (x - y)**2 over ordered pairs = 2 (n sum x**2 - (sum x)**2).
    """
    n_votes = counts.sum(axis=1)
    totals = (items @ counts).astype(np.float64)
    n_pairable = totals.sum(axis=1)
    if scale == "nominal":
        observed = items @ (disagreeing_pairs(counts) / (n_votes - 1))
        expected = disagreeing_pairs(totals)
    else:
        points = answer_points(totals, scale)
        sums, squares = counts @ points.T, counts @ (points**2).T
        apart = 2 * (n_votes[:, None] * squares - sums**2)
        observed = np.einsum("wi,iw->w", items, apart / (n_votes - 1)[:, None])
        first, second = (totals * points).sum(axis=1), (totals * points**2).sum(axis=1)
        expected = 2 * (n_pairable * second - first**2)
    ratio = np.divide(
        (n_pairable - 1) * observed, expected, out=np.full(len(items), np.nan), where=expected > 0
    )
    return np.asarray(1 - ratio)


def disagreeing_pairs(counts: NDArray[np.number]) -> NDArray[np.float64]:
    """Ordered pairs of votes in each row that are not the same answer."""
    return np.asarray(counts.sum(axis=1) ** 2.0 - (counts**2.0).sum(axis=1))


def answer_points(totals: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    """Where answers lie on a line, shape (n_weightings, n_answers): their squared distance counts.

    On the ordinal scale that is the mean rank of an answer among all votes, `totals`: between two
    answers lie those between them, and half of the two. From the mean rank of all, so that no
    digits are lost in the squares.
    """
    if scale == "interval":
        middle: NDArray[np.float64] = np.ones_like(totals) * np.arange(totals.shape[1])
    else:
        middle = np.cumsum(totals, axis=1) - totals / 2
    centre = (totals * middle).sum(axis=1) / np.maximum(totals.sum(axis=1), 1)
    return np.asarray(middle - centre[:, None])


def beyond(observed: NDArray[np.float64], by_chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Agreement beyond chance, as a share of what there could be; NaN for 0/0."""
    room = 1 - by_chance
    found = np.full(room.shape, np.nan)
    np.divide(observed - by_chance, room, out=found, where=room > NO_ROOM)
    return found


def coefficients_of_two(tables: NDArray[np.number], scale: Scale) -> dict[str, NDArray[np.float64]]:
    """Compute the coefficients of two raters for several tables of their answers.

    Parameters
    ----------
    tables : ndarray, shape (n_tables, n_answers, n_answers)
        Items by the answer of the one and of the other.
    scale : {"nominal", "ordinal", "interval"}

    Returns
    -------
    dict of str to ndarray, shape (n_tables,)
        By the names of the fields of :class:`AgreementOfTwo`; NaN for 0/0.
    """
    n_items = tables.sum(axis=(1, 2))
    shares = np.divide(
        tables,
        n_items[:, None, None],
        out=np.full(tables.shape, np.nan),
        where=n_items[:, None, None] > 0,
    )
    weights = agreement_weights(tables.shape[1], scale)
    percent = (shares * weights).sum(axis=(1, 2))
    one, other = shares.sum(axis=2), shares.sum(axis=1)
    both = (one + other) / 2
    return {
        "percent": percent,
        "cohen_kappa": beyond(percent, np.einsum("tk,kl,tl->t", one, weights, other)),
        "scott_pi": beyond(percent, np.einsum("tk,kl,tl->t", both, weights, both)),
        "gwet_ac": beyond(percent, gwet_chance(both, weights)),
    }
