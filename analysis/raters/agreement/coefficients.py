"""The arithmetic of coefficients of agreement, for many weightings of the same counts at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...errors import AnalysisError
from .kinds import Kinds

Scale = Literal["nominal", "ordinal", "interval"]
# Less room above chance than this is the rounding of none.
NO_ROOM = 1e-12


def answer_values(names: Sequence[Any], scale: Scale) -> NDArray[np.float64] | None:
    """Numbers that answers stand for on the interval scale; None on the others.

    Raises
    ------
    AnalysisError
        If an answer's name is no number on the interval scale.
    """
    if scale != "interval":
        return None
    wrong = [name for name in names if not is_number(str(name))]
    if wrong:
        raise AnalysisError(
            f"answer {wrong[0]!r} is no number, and an interval scale needs numbers: name the "
            "answers by their values, or take the ordinal or the nominal scale"
        )
    return np.array([float(str(name)) for name in names])


def is_number(text: str) -> bool:
    """Say whether a name reads as a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def coefficients(
    kinds: Kinds,
    items: NDArray[np.int64],
    scale: Scale,
    values: NDArray[np.float64] | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Compute all coefficients for several weightings of the kinds of items.

    An item with one rater tells how frequent answers are, on which chance agreement in Fleiss's and
    Gwet's coefficients rests, and nothing else.

    Parameters
    ----------
    kinds : Kinds
    items : ndarray of int64, shape (n_weightings, n_kinds)
        How many items there are of each kind.
    scale : {"nominal", "ordinal", "interval"}
    values : ndarray, shape (n_answers,), optional
        What answers stand for on the interval scale. Default: 0, 1, 2, ...

    Returns
    -------
    dict of str to ndarray, shape (n_weightings,)
        By the names of the fields of :class:`Agreement`.
    """
    counts = kinds.counts
    weights = agreement_weights(counts.shape[1], scale, values)
    shares = items @ (counts / counts.sum(axis=1, keepdims=True)) / items.sum(axis=1)[:, None]
    pairable, several = kinds.of_several()
    items = items[:, several]
    percent = observed_agreement(pairable, items, weights)
    by_chance = np.einsum("wk,kl,wl->w", shares, weights, shares)
    return {
        "percent": percent,
        "fleiss_kappa": beyond(percent, by_chance),
        "krippendorff_alpha": krippendorff_alpha(pairable, items, scale, values),
        "gwet_ac": beyond(percent, gwet_chance(shares, weights)),
    }


def agreement_weights(
    n_answers: int, scale: Scale, values: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """How far two answers agree, 0..1, shape (n_answers, n_answers) (Gwet 2014).

    On the ordinal scale these are Gwet's ordinal weights, not Krippendorff's distances.
    """
    if scale == "nominal" or n_answers == 1:
        return np.eye(n_answers)
    if scale == "interval":
        places = np.arange(n_answers) if values is None else values
        apart = np.abs(np.subtract.outer(places, places))
        return np.asarray(1 - (apart / (apart.max() or 1)) ** 2)
    apart = np.abs(np.subtract.outer(np.arange(n_answers), np.arange(n_answers)))
    # by the number of pairs of answers that lie between, the two included
    pairs = (apart + 1) * apart / 2
    return np.asarray(1 - pairs / pairs.max())


def observed_agreement(
    kinds: Kinds, items: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean, over items, of how far two of their raters agree (Gwet 2014)."""
    n_votes = kinds.counts.sum(axis=1)
    pairs = (kinds.counts * (kinds.counts @ weights - 1)).sum(axis=1)
    # each rater agrees wholly with oneself, but for different answers of one rater
    pairs = pairs + kinds.summed(1 - np.einsum("mk,kl,ml->m", kinds.mixed, weights, kinds.mixed))
    n_items = items.sum(axis=1)
    found = np.full(len(items), np.nan)
    agreed = items @ (pairs / (n_votes * (n_votes - 1)))
    np.divide(agreed, n_items, out=found, where=n_items > 0)
    return found


def gwet_chance(shares: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Agreement by chance of AC1 and AC2: of raters who are uncertain (Gwet 2014)."""
    n_answers = len(weights)
    uncertain = (shares * (1 - shares)).sum(axis=-1)
    return np.asarray(weights.sum() / max(n_answers * (n_answers - 1), 1) * uncertain)


def krippendorff_alpha(
    kinds: Kinds,
    items: NDArray[np.int64],
    scale: Scale,
    values: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Compute 1 - observed / expected disagreement (Krippendorff 2011).

    Values are paired between raters, and with none of the same rater's on the item.
    """
    counts, n_votes = kinds.counts, kinds.counts.sum(axis=1)
    totals = (items @ counts).astype(np.float64)
    n_pairable = totals.sum(axis=1)
    points = None if scale == "nominal" else answer_points(totals, scale, values)
    own = kinds.summed(disagreement(kinds.mixed, points))
    apart = (disagreement(counts, points) - own) / (n_votes - 1)[:, None]
    observed, within = _weighted(items, apart), _weighted(items, own)
    if points is None:
        expected = disagreeing_pairs(totals)
    else:
        first, second = (totals * points).sum(axis=1), (totals * points**2).sum(axis=1)
        expected = 2 * (n_pairable * second - first**2)
    expected = expected - within
    ratio = np.divide(
        (n_pairable - 1) * observed, expected, out=np.full(len(items), np.nan), where=expected > 0
    )
    return np.asarray(1 - ratio)


def _weighted(items: NDArray[np.int64], parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over kinds, each weighting's items with its own column or with the only one."""
    if parts.shape[1] == 1:
        return np.asarray(items @ parts[:, 0])
    return np.asarray(np.einsum("wi,iw->w", items, parts))


def disagreement(
    counts: NDArray[np.number], points: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Sum of distances over ordered pairs of votes, shape (n_rows, n_weightings), or one column.

    Squared distances of answers are those of points on a line, so that a sum over pairs of votes is
    one over votes: sum of (x - y)**2 over ordered pairs = 2 (n sum x**2 - (sum x)**2).
    """
    if points is None:
        return disagreeing_pairs(counts)[:, None]
    sums, squares = counts @ points.T, counts @ (points**2).T
    return np.asarray(2 * (counts.sum(axis=1)[:, None] * squares - sums**2))


def disagreeing_pairs(counts: NDArray[np.number]) -> NDArray[np.float64]:
    """Ordered pairs of votes in each row that are not the same answer."""
    return np.asarray(counts.sum(axis=1) ** 2.0 - (counts**2.0).sum(axis=1))


def answer_points(
    totals: NDArray[np.float64], scale: Scale, values: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Where answers lie on a line, shape (n_weightings, n_answers): their squared distance counts.

    On the ordinal scale that is the mean rank of an answer among all votes, `totals`: between two
    answers lie those between them, and half of the two. From the mean of all, so that no digits are
    lost in the squares.
    """
    if scale == "interval":
        places = np.arange(totals.shape[1]) if values is None else values
        middle: NDArray[np.float64] = np.ones_like(totals) * places
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


def coefficients_of_two(
    tables: NDArray[np.number], scale: Scale, values: NDArray[np.float64] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Compute the coefficients of two raters for several tables of their answers.

    Parameters
    ----------
    tables : ndarray, shape (n_tables, n_answers, n_answers)
        Items by the answer of the one and of the other.
    scale : {"nominal", "ordinal", "interval"}
    values : ndarray, shape (n_answers,), optional
        What answers stand for on the interval scale. Default: 0, 1, 2, ...

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
    weights = agreement_weights(tables.shape[1], scale, values)
    percent = (shares * weights).sum(axis=(1, 2))
    one, other = shares.sum(axis=2), shares.sum(axis=1)
    both = (one + other) / 2
    return {
        "percent": percent,
        "cohen_kappa": beyond(percent, np.einsum("tk,kl,tl->t", one, weights, other)),
        "scott_pi": beyond(percent, np.einsum("tk,kl,tl->t", both, weights, both)),
        "gwet_ac": beyond(percent, gwet_chance(both, weights)),
    }
