"""Which answer is a class's own: what raters who are right say of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import VoteError
from ..votes.given import UNKNOWN, numbers
from ..votes.store.store import VoteStore
from ..votes.votes import Votes


def own_answers(
    votes: Votes | VoteStore, n_classes: int, diagonal: ArrayLike | None
) -> NDArray[np.bool_]:
    """Say which answer is which class's own, shape (n_answers, n_classes).

    Parameters
    ----------
    votes : Votes
    n_classes : int
    diagonal : array_like of int, shape (n_classes,), optional
        The answer of each class, -1 where no answer is its own. Default: there are as many answers
        as classes, and they go by the same names.

    Raises
    ------
    VoteError
        If `diagonal` does not fit, or is needed.
    """
    n_answers = votes.n_answers
    if diagonal is None:
        if n_classes != n_answers:
            raise VoteError(
                f"{n_classes} classes, {n_answers} answers: give diagonal=, the answer that is "
                f"each class's own, such as {example(n_classes, n_answers)}, or -1 where none is"
            )
        return np.eye(n_answers, dtype=bool)
    codes = numbers("diagonal", diagonal)
    if codes.shape != (n_classes,):
        raise VoteError(
            f"diagonal of shape {codes.shape} does not fit {n_classes} classes: give one answer a "
            "class"
        )
    wrong = (codes != np.floor(codes)) | (codes < UNKNOWN) | (codes >= n_answers)
    if wrong.any():
        raise VoteError(
            f"diagonal has {codes[wrong][0]}: answers are 0..{n_answers - 1}, or -1 where none is "
            "a class's own"
        )
    return np.asarray(np.arange(n_answers)[:, None] == codes)


def check_square(votes: Votes | VoteStore, n_classes: int, why: str) -> None:
    """Refuse other classes than answers."""
    if n_classes != votes.n_answers:
        raise VoteError(
            f"{why}, so there is an answer for each class: {n_classes} classes, "
            f"{votes.n_answers} answers"
        )


def example(n_classes: int, n_answers: int) -> list[int]:
    """Return a diagonal that could be meant: first to first, last to last."""
    return [round(place) for place in np.linspace(0, n_answers - 1, n_classes).tolist()]


def affinity_to_own(own: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much an answer speaks for each class at the start, shape (n_answers, n_classes).

    It speaks for the classes whose own it is; if it is nobody's, for all classes alike. With as
    many answers as classes an item's mean affinity is its vote shares.

    Examples
    --------
    >>> affinity_to_own(np.array([[True, False], [False, False], [False, True]]))
    array([[1. , 0. ],
           [0.5, 0.5],
           [0. , 1. ]])
    """
    speaks = own | ~own.any(axis=1, keepdims=True)
    return np.asarray(speaks / speaks.sum(axis=1, keepdims=True))


def shares_of_own(
    votes: Votes, own: NDArray[np.bool_], clamped: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """Mean affinity of each item's answers, shape (n_items, n_classes); known items' truth."""
    sizes = np.diff(votes.starts)[:, None]
    uniform = np.full((votes.n_items, own.shape[1]), 1 / own.shape[1])
    affinities = votes.answer_counts() @ affinity_to_own(own)
    shares = np.divide(affinities, sizes, out=uniform, where=sizes > 0)
    if clamped is None:
        return np.asarray(shares)
    return np.asarray(np.where(clamped.any(axis=1, keepdims=True), clamped, shares))
