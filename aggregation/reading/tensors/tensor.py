"""A dense tensor (rater, item, answer) of 0 and 1, whole or a piece at a time, as its few cells.

A tensor of votes is large and almost empty. Its reader turns each piece into the cells that are 1,
and votes are made of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import VoteError, shown


class TensorCells(NamedTuple):
    """Where a tensor of votes is 1.

    Attributes
    ----------
    rows : list of ndarray of int64
        For each rater, the ascending cells ``item * n_answers + answer``.
    n_items, n_answers : int
        Size of a rater's plane.
    item_names, rater_names : sequence, optional
        What the codes stand for, where that is said.
    """

    rows: list[NDArray[np.int64]]
    n_items: int
    n_answers: int
    item_names: Sequence[Any] | None = None
    rater_names: Sequence[Any] | None = None


def cells_of_tensor(
    tensor: ArrayLike,
    item_names: Sequence[Any] | None = None,
    rater_names: Sequence[Any] | None = None,
) -> TensorCells:
    """Find the cells of a whole tensor, checked; the names go with them."""
    dense = np.asarray(tensor)
    if dense.ndim != 3:
        raise VoteError(
            "a tensor of votes has three axes (rater, item, answer): "
            f"this one has shape {dense.shape}"
        )
    if dense.dtype.kind not in "biuf":
        raise VoteError(f"a tensor of votes holds numbers, 0 and 1: this one is {dense.dtype}")
    n_raters, n_items, n_answers = dense.shape
    named = rater_names is not None and len(rater_names) == n_raters
    names = rater_names if rater_names is not None and named else range(n_raters)
    rows = []
    for rater, row in enumerate(dense):
        rows.append(vote_cells(row.reshape(-1), rater * row.size, n_items, n_answers))
        refuse_two_answers(rows[-1], n_answers, names[rater])
    return TensorCells(rows, n_items, n_answers, item_names, rater_names)


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


def refuse_two_answers(cells: NDArray[np.int64], n_answers: int, rater: Any) -> None:
    """Refuse ascending cells of a rater's plane, of which two are of one item."""
    items = cells // n_answers
    twice = np.flatnonzero(items[1:] == items[:-1])
    if len(twice):
        raise VoteError(
            f"rater {shown(rater)} gave item {items[twice[0]]} more than one answer: "
            "a tensor has room for one (repeated votes: Votes.from_triples)"
        )
