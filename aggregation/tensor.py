"""Votes from a dense tensor (rater, item, answer) of 0 and 1, whole or a piece at a time.

A tensor of votes is large and almost empty. Its reader turns each piece into the few cells that are
1, and the votes are made of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import VoteError
from .votes import Votes, check_code_range


def votes_from_tensor(
    tensor: ArrayLike,
    *,
    item_names: Sequence[Any] | None = None,
    rater_names: Sequence[Any] | None = None,
    answer_names: Sequence[Any] | None = None,
) -> Votes:
    """Votes from a whole tensor; see :meth:`Votes.from_tensor`."""
    dense = np.asarray(tensor)
    if dense.ndim != 3:
        raise VoteError(
            "a tensor of votes has three axes (rater, item, answer): "
            f"this one has shape {dense.shape}"
        )
    if dense.dtype.kind not in "biuf":
        raise VoteError(f"a tensor of votes holds numbers, 0 and 1: this one is {dense.dtype}")
    _, n_items, n_answers = dense.shape
    rows = [
        vote_cells(row.reshape(-1), rater * row.size, n_items, n_answers)
        for rater, row in enumerate(dense)
    ]
    return votes_from_cells(
        rows,
        n_items=n_items,
        n_answers=n_answers,
        item_names=item_names,
        rater_names=rater_names,
        answer_names=answer_names,
    )


def vote_cells(plane: NDArray[Any], offset: int, n_items: int, n_answers: int) -> NDArray[np.int64]:
    """Cells of a flat piece of a vote tensor that are 1, shape (n,), ascending.

    `offset` is the place of the piece in the whole tensor, for the message of the VoteError that is
    raised at an entry other than 0 and 1.
    """
    cells = np.flatnonzero(plane != 0)  # NumPy finds what is true much faster than what is not 0
    wrong = np.flatnonzero(plane[cells] != 1)
    if len(wrong):
        cell = int(cells[wrong[0]])
        rater, rest = divmod(offset + cell, n_items * n_answers)
        item, answer = divmod(rest, n_answers)
        raise VoteError(
            f"entry ({rater}, {item}, {answer}) of the tensor is {plane[cell]}: "
            "only 0 and 1 are votes"
        )
    return cells


def votes_from_cells(
    rows: Sequence[NDArray[np.int64]],
    *,
    n_items: int,
    n_answers: int,
    item_names: Sequence[Any] | None = None,
    rater_names: Sequence[Any] | None = None,
    answer_names: Sequence[Any] | None = None,
) -> Votes:
    """Votes from the cells that are 1 in each rater's (item, answer) plane of a tensor.

    Parameters
    ----------
    rows : sequence of ndarray of int64
        For each rater, the ascending cells ``item * n_answers + answer``.
    n_items, n_answers : int
        Size of the plane.
    item_names, rater_names, answer_names : sequence, optional
        What the codes stand for.

    Returns
    -------
    Votes

    Raises
    ------
    VoteError
        If there are no votes, or a rater gave an item two answers.

    Examples
    --------
    >>> votes_from_cells([np.array([0, 5]), np.array([4])], n_items=2, n_answers=3)
    Votes(3 votes: 2 items, 2 raters, 3 answers)
    """
    check_code_range(len(rows), n_answers)
    names = (
        named(item_names, n_items, "item"),
        named(rater_names, len(rows), "rater"),
        named(answer_names, n_answers, "answer"),
    )
    starts = item_starts(rows, n_items, n_answers, names[1])
    codes = np.empty(starts[-1], dtype=np.int32)
    free = starts[:-1].copy()
    # Raters come in ascending order, so each item's votes do too.
    for rater, cells in enumerate(rows):
        items, answers = np.divmod(cells, n_answers)
        codes[free[items]] = rater * n_answers + answers
        free[items] += 1
    return Votes(starts, codes, len(rows), n_answers, *names)


def item_starts(
    rows: Sequence[NDArray[np.int64]], n_items: int, n_answers: int, rater_names: Sequence[Any]
) -> NDArray[np.int64]:
    """Where each item's votes begin, shape (n_items + 1,); a second answer is a VoteError."""
    size = np.zeros(n_items, dtype=np.int64)
    for rater, cells in enumerate(rows):
        items = cells // n_answers
        twice = np.flatnonzero(np.diff(items) == 0)
        if len(twice):
            raise VoteError(
                f"rater {rater_names[rater]} gave item {items[twice[0]]} more than one answer: "
                "a tensor has room for one (repeated votes: Votes.from_triples)"
            )
        size[items] += 1
    starts = np.concatenate(([0], np.cumsum(size)))
    if starts[-1] == 0:
        raise VoteError("no votes: every entry of the tensor is 0")
    return starts


def named(names: Sequence[Any] | None, size: int, what: str) -> Sequence[Any]:
    """Return names of the user's as a tuple, or ``range(size)``; a wrong number is a VoteError."""
    if names is None:
        return range(size)
    if len(names) != size:
        raise VoteError(f"{len(names)} {what} names for {size} {what}s")
    return tuple(names)
