"""What a user gives: truth, pseudo-counts and parameters, checked against the votes."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import MOST_COUNT, check_types
from ..errors import VoteError
from .store.store import VoteStore
from .votes import Votes

#: Stands for the class of an item, where it is not known: -1.
UNKNOWN = -1
# Probabilities that sum to 1 within this are not a mistake.
ROUNDING = 1e-6


def truth_weights(truth: ArrayLike, n_items: int, n_classes: int | None) -> NDArray[np.float64]:
    """Known classes, hard or soft, as weights of shape (n_items, n_classes)."""
    known = numbers("truth", truth)
    if n_classes is not None and n_classes < 1:
        raise VoteError(f"n_classes={n_classes}: there must be a class")
    if known.ndim == 2:
        return _soft_weights(known, n_items, n_classes)
    if known.shape != (n_items,):
        raise VoteError(
            f"truth of shape {known.shape} does not fit {n_items} items: give one class an item, "
            "or one row of class weights an item"
        )
    return _hard_weights(known, n_classes)


def _hard_weights(known: NDArray[Any], n_classes: int | None) -> NDArray[np.float64]:
    whole = np.isfinite(known) & (known == np.floor(known))
    size = n_classes or max(int(known.max(initial=1, where=whole)) + 1, 2)
    classes = hard_classes(known, size)
    weights = np.zeros((len(known), size))
    items = np.flatnonzero(classes != UNKNOWN)
    weights[items, classes[items]] = 1.0
    return weights


def hard_classes(truth: ArrayLike, n_classes: int) -> NDArray[np.int64]:
    """Return known classes, one an item, or -1 where it is not known; others are a VoteError."""
    known = numbers("truth", truth)
    whole = np.isfinite(known) & (known == np.floor(known))
    wrong = ~whole | (known < UNKNOWN) | (known >= n_classes)
    if wrong.any():
        item = int(np.argmax(wrong))
        raise VoteError(
            f"truth of item {item} is {known[item]}: classes are 0..{n_classes - 1}, or -1 where "
            "it is not known"
        )
    return known.astype(np.int64)


def _soft_weights(known: NDArray[Any], n_items: int, n_classes: int | None) -> NDArray[np.float64]:
    if known.shape != (n_items, n_classes or max(known.shape[1], 1)):
        raise VoteError(
            f"truth of shape {known.shape} does not fit {n_items} items"
            + ("" if n_classes is None else f" and {n_classes} classes")
        )
    wrong = ~((known >= 0) & np.isfinite(known))
    if wrong.any():
        item, cls = np.argwhere(wrong)[0].tolist()
        raise VoteError(
            f"truth of item {item} gives class {cls} the weight {known[item, cls]}: "
            "weights must be finite, 0 or more"
        )
    return known.astype(np.float64)


def checked_pseudo_count(
    pseudo_count: ArrayLike, shape: tuple[int, ...], axes: str = "(rater, class, answer)"
) -> NDArray[np.float64]:
    """Return the pseudo-count with every axis of a shape, as a view; `axes` names them."""
    added = numbers("pseudo_count", pseudo_count).astype(np.float64)
    try:
        full = np.broadcast_to(added, shape)
    except ValueError:
        raise VoteError(
            f"pseudo_count of shape {added.shape} does not fit {axes} = {shape}"
        ) from None
    wrong = ~((added >= 0) & np.isfinite(added))
    if wrong.any():
        raise VoteError(f"pseudo_count must be 0 or more and finite: {added[wrong][0]}")
    if (added > MOST_COUNT).any():
        raise VoteError(
            f"pseudo_count has {added.max()}: beside more than 2**53 no vote would count"
        )
    return full


def diagonal_pseudo_count(off: float, extra: float, n_classes: int) -> NDArray[np.float64]:
    """Give a `pseudo_count` that holds raters to be right rather than wrong, before they vote.

    For the families "full" and "shared"; with "one-coin" the same is ``[off + extra, off]``.

    Parameters
    ----------
    off : float
        Added to the count of each answer; 0 or more.
    extra : float
        Added once more where the answer is the class; 0 or more.
    n_classes : int
        Number of classes, and of answers.

    Returns
    -------
    ndarray, shape (n_classes, n_classes)
        In votes; classes are rows.

    Raises
    ------
    VoteError
        If a count is below 0, or there is no class.

    Examples
    --------
    >>> diagonal_pseudo_count(0.1, 0.5, 2)
    array([[0.6, 0.1],
           [0.1, 0.6]])
    """
    check_types(diagonal_pseudo_count, locals())
    if not (off >= 0 and extra >= 0 and np.isfinite(off + extra)):
        raise VoteError(f"pseudo-counts must be 0 or more and finite: off={off}, extra={extra}")
    if n_classes < 1:
        raise VoteError(f"n_classes={n_classes}: there must be a class, or several")
    return off + extra * np.eye(n_classes)


def checked_parameters(
    votes: Votes | VoteStore, error_rates: ArrayLike, class_prior: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Error rates and class prior as arrays; what does not fit the votes is a VoteError."""
    rates = numbers("error_rates", error_rates).astype(np.float64)
    prior = numbers("class_prior", class_prior).astype(np.float64)
    if prior.ndim != 1:
        raise VoteError(f"class_prior has one axis, one entry a class: shape {prior.shape}")
    shape = (votes.n_raters, len(prior), votes.n_answers)
    if rates.shape != shape:
        raise VoteError(
            f"error_rates of shape {rates.shape} do not fit (rater, class, answer) = {shape}"
        )
    check_probabilities("error_rates", rates)
    check_probabilities("class_prior", prior)
    return rates, prior


def check_probabilities(name: str, values: NDArray[np.float64]) -> None:
    """Refuse what is not in 0..1 or does not sum to 1 along the last axis."""
    wrong = ~((values >= 0) & (values <= 1))
    if wrong.any():
        place = np.argwhere(wrong)[0].tolist()
        raise VoteError(f"{name}{place} is {values[tuple(place)]}: probabilities must be in 0..1")
    sums = values.sum(axis=-1)
    wrong = np.abs(sums - 1) > ROUNDING
    if wrong.any():
        place = np.argwhere(wrong)[0].tolist()
        raise VoteError(f"{name}{place or ''} sums to {sums[tuple(place)]}: it must sum to 1")


def numbers(name: str, values: ArrayLike) -> NDArray[Any]:
    """Return an array of real numbers; what holds anything else is a VoteError."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise VoteError(f"{name} must be numbers in rows of equal length") from None
    if array.dtype.kind not in "biuf":
        odd = next((value for value in array.flat if not isinstance(value, Real)), array.dtype)
        raise VoteError(f"{name} must be numbers: {odd!r}")
    return array
