"""The arrays that votes are made of: from columns, or from a tensor's cells.

:class:`Votes` stands on these, so that whatever reads votes need not know the class.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import VoteError
from ..reading.columns import Column, coded_column, flat_array
from ..reading.tensors.tensor import refuse_two_answers

if TYPE_CHECKING:
    from ..kernels.threads import Threads

MAX_CODE = np.iinfo(np.int32).max


class VoteArrays(NamedTuple):
    """What :class:`Votes` holds, in its order; see there."""

    starts: NDArray[np.int64]
    codes: NDArray[np.int32]
    n_raters: int
    n_answers: int
    item_names: Sequence[Any]
    rater_names: Sequence[Any]
    answer_names: Sequence[Any]
    item_order: NDArray[np.int64] | None = None
    native: str | None = None


def arrays_of_triples(
    items: ArrayLike | Iterable[Any],
    raters: ArrayLike | Iterable[Any],
    answers: ArrayLike | Iterable[Any],
    *,
    n_items: int | None = None,
    n_raters: int | None = None,
    n_answers: int | None = None,
) -> VoteArrays:
    """Group three columns of codes or names by item; see :meth:`Votes.from_triples`."""
    from ..kernels.threads import Threads, thread_count

    size = len(raters) if isinstance(raters, Sized) else 0
    with closing(Threads(thread_count(None, size))) as threads:
        array = flat_array(items, "item")
        numbered = array.dtype.kind in "biuf"  # names are coded once, whatever their order
        item = coded_column(array, "item", n_items, threads, ascending=numbered)
        rater = coded_column(raters, "rater", n_raters, threads)
        answer = coded_column(answers, "answer", n_answers, threads)
        arrays = _grouped(item, rater, answer, threads, ascending=numbered)
        if arrays is None:  # the items are in another order, or not valid
            item = coded_column(array, "item", n_items, threads)
            arrays = _grouped(item, rater, answer, threads)
    assert arrays is not None  # the items are valid
    return arrays


def _grouped(
    item: Column, rater: Column, answer: Column, threads: Threads, *, ascending: bool = False
) -> VoteArrays | None:
    from ..kernels.grouping import group_by_item  # Numba takes a third of a second to import

    lengths = [len(column.codes) for column in (item, rater, answer)]
    if len(set(lengths)) > 1:
        raise VoteError(
            "items, raters and answers must be equally long, one vote a row: "
            f"{lengths[0]}, {lengths[1]} and {lengths[2]}"
        )
    check_code_range(rater.size, answer.size)
    grouped = group_by_item(
        item.codes,
        rater.codes,
        answer.codes,
        n_items=item.size,
        n_raters=rater.size,
        n_answers=answer.size,
        threads=threads,
        ascending=ascending,
    )
    if grouped is None:
        return None
    return VoteArrays(*grouped, rater.size, answer.size, item.names, rater.names, answer.names)


def arrays_of_columns(*, item: Column, rater: Column, answer: Column) -> VoteArrays:
    """Group coded columns by item, and keep their names."""
    arrays = arrays_of_triples(
        item.codes,
        rater.codes,
        answer.codes,
        n_items=item.size,
        n_raters=rater.size,
        n_answers=answer.size,
    )
    return arrays._replace(
        item_names=item.names,
        rater_names=rater.names,
        answer_names=answer.names,
        item_order=order_of_appearance(item.codes, item.size),
    )


def order_of_appearance(codes: NDArray[np.integer[Any]], size: int) -> NDArray[np.int64] | None:
    """Return the codes in the order in which they first occur, or None if that is 0, 1, 2, ...

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        In 0..size - 1.
    size : int
        Number of codes. Those that do not occur come last.

    Returns
    -------
    ndarray of int64, shape (size,), or None

    Examples
    --------
    >>> order_of_appearance(np.array([2, 0, 2, 3]), 5)
    array([2, 0, 3, 1, 4])
    """
    from ..kernels.grouping import codes_as_they_come  # Numba takes a third of a second to import

    order = np.empty(size, dtype=np.int64)
    codes_as_they_come(codes, order)
    return None if np.array_equal(order, np.arange(size)) else order


def repeated(
    starts: NDArray[np.int64], codes: NDArray[np.int32], n_answers: int
) -> NDArray[np.bool_]:
    """Say of each vote whether its rater has voted on its item before, shape (n_votes,)."""
    raters = codes // np.int32(max(n_answers, 1))
    again = np.zeros(len(codes), dtype=bool)
    np.equal(raters[1:], raters[:-1], out=again[1:])
    again[starts[:-1][starts[:-1] < len(codes)]] = False  # an item's first vote
    return again


def arrays_of_tensor(path: Path, answer_names: Sequence[Any] | None) -> VoteArrays:
    """Group by item what an npz file's tensor holds; see :meth:`Votes.read`."""
    from ..reading.files import read_tensor

    cells = read_tensor(path)
    try:
        return arrays_of_cells(**cells._asdict(), answer_names=answer_names)
    except VoteError as error:
        raise VoteError(f"{path}: tensor: {error}") from error


def arrays_of_cells(
    rows: Sequence[NDArray[np.int64]],
    *,
    n_items: int,
    n_answers: int,
    item_names: Sequence[Any] | None = None,
    rater_names: Sequence[Any] | None = None,
    answer_names: Sequence[Any] | None = None,
) -> VoteArrays:
    """Group by item what each rater's (item, answer) plane holds; see :meth:`Votes.from_cells`."""
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
    return VoteArrays(starts, codes, len(rows), n_answers, *names)


def item_starts(
    rows: Sequence[NDArray[np.int64]], n_items: int, n_answers: int, rater_names: Sequence[Any]
) -> NDArray[np.int64]:
    """Where each item's votes begin, shape (n_items + 1,); a second answer is a VoteError."""
    size = np.zeros(n_items, dtype=np.int64)
    for rater, cells in enumerate(rows):
        refuse_two_answers(cells, n_answers, rater_names[rater])
        size[cells // n_answers] += 1
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


def check_code_range(n_raters: int, n_answers: int) -> None:
    """Refuse more (rater, answer) pairs than a 32-bit code can tell apart."""
    if n_raters * n_answers > MAX_CODE:
        raise VoteError(
            f"{n_raters} raters x {n_answers} answers are more than {MAX_CODE} pairs: "
            "give raters and answers consecutive codes from 0, or names"
        )
