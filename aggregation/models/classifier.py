"""A classifier beside the raters: its probabilities, from a file, and its vote."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..errors import VoteError, listed, naming, shown
from ..reading.files import read_table
from ..reading.layouts.plain import role_column
from ..reading.layouts.roles import choose_columns
from ..reading.options import FileOptions, checked_reading, names_of
from ..reading.tables.table import Table, text_of
from ..votes.arrays import check_code_range
from ..votes.given import numbers
from ..votes.votes import Votes

Array = NDArray[np.float64]
CLASSIFIER = "classifier"
# What stands before a class's name in the files of posteriors.
PREFIX = "posterior_"
# Rows of probabilities sum to 1 to so much.
ROUNDING = 1e-3


def read_probabilities(
    path: str | PathLike[str],
    *,
    votes: Votes,
    item: str | Sequence[str] | None = None,
    **options: Unpack[FileOptions],
) -> Array:
    """Read a classifier's probabilities of each item's classes.

    Parameters
    ----------
    path : path
        A table as :meth:`Votes.read` takes it, csv or Parquet among others, with a row an item: its
        name, and a column for each answer, called like it or ``posterior_NAME``; others are left
        aside, and so are items without votes. Or a .npy or .npz file with one array, rows in the
        order in which items first occur in the votes' file, columns in the order of the answers.
    votes : Votes
        Whose items they are.
    item : str or sequence of str, optional
        Name of the items' column, or of several that name them together. Default: the one that is
        called as people call it: item, task, ...
    **options
        How a table is written, as for :meth:`Votes.read`.

    Returns
    -------
    ndarray, shape (n_items, n_answers)
        In the order of the votes' codes.

    Raises
    ------
    VoteError
        If the file cannot be used, an item of the votes is not there or is there twice, or a row
        is no distribution.
    OSError
        If there is no such file.
    """
    check_types(read_probabilities, locals())
    path = Path(path)
    with naming(path):
        if path.suffix in (".npy", ".npz"):
            given = rows_in_order(array_in(path), votes)
        else:
            table = read_table(path, checked_reading(options))
            given = rows_by_name(table, votes, names_of(item, "item"))
        return checked_probabilities(given, votes)


def array_in(path: Path) -> NDArray[Any]:
    """Return the array of a NumPy file that holds one."""
    try:
        held = np.load(path, allow_pickle=False)
        if isinstance(held, np.ndarray):
            return held
        with held:
            if len(held.files) != 1:
                raise VoteError(f"one array is wanted, and there are {listed(held.files)}")
            return np.asarray(held[held.files[0]])
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, VoteError):
            raise
        raise VoteError(f"it is no file of NumPy's with an array of numbers: {error}") from None


def rows_in_order(array: NDArray[Any], votes: Votes) -> NDArray[Any]:
    """Bring rows in the order of the votes' file to the order of codes."""
    if array.shape != (votes.n_items, votes.n_answers):
        raise VoteError(
            f"its array has shape {array.shape}, and there are {votes.n_items:,} items and "
            f"{votes.n_answers} answers: give a row an item, or a table with the items' names"
        )
    if votes.item_order is None:
        return array
    rows = np.empty_like(array)
    rows[votes.item_order] = array
    return rows


def rows_by_name(table: Table, votes: Votes, item: Sequence[str]) -> Array:
    """Find each item's row, and each answer's column, by name."""
    names = text_of(role_column(table, choose_columns(table, {"item": item}).places["item"]))
    row_of: dict[str, int] = {}
    for row, name in enumerate(names.to_pylist()):
        if name in row_of:
            raise VoteError(f"item {shown(name)} is there twice: give a row an item")
        row_of[name] = row
    missing = [name for name in map(str, votes.item_names) if name not in row_of]
    if missing:
        raise VoteError(
            f"{len(missing):,} of {votes.n_items:,} items have no row, such as {shown(missing[0])}"
        )
    rows = [row_of[str(name)] for name in votes.item_names]
    places = [place_of_class(table, str(name)) for name in votes.answer_names]
    columns = [as_numbers(column, table) for column in table.texts(places)]
    return np.column_stack(columns)[rows]


def place_of_class(table: Table, name: str) -> int:
    """Return the place of a class's column."""
    called = PREFIX + name if PREFIX + name in table.names else name
    return table.place(called, f"for the answer {shown(name)}")


def as_numbers(column: Any, table: Table) -> Array:
    """Return a column of text as numbers; what is none is a VoteError."""
    found = np.empty(len(column))
    for row, text in enumerate(column.to_pylist()):
        try:
            found[row] = float(text)
        except (TypeError, ValueError):
            raise VoteError(f"{table.line(row)}: {shown(text)} is no probability") from None
    return found


def checked_probabilities(probabilities: ArrayLike, votes: Votes) -> Array:
    """Return a classifier's probabilities with rows that sum to 1; what is none is a VoteError."""
    given = numbers("probabilities", probabilities).astype(np.float64)
    shape = (votes.n_items, votes.n_answers)
    if given.shape != shape:
        raise VoteError(f"probabilities of shape {given.shape} do not fit (item, answer) = {shape}")
    sums = given.sum(axis=1)
    wrong = ~((given >= 0).all(axis=1) & (np.abs(sums - 1) <= ROUNDING))
    if wrong.any():
        item = int(np.argmax(wrong))
        raise VoteError(
            f"the probabilities of item {votes.item_names[item]} are {given[item].tolist()}: give "
            "0 or more, with a sum of 1"
        )
    return np.asarray(given / sums[:, None])


def with_classifier(votes: Votes, probabilities: ArrayLike) -> Votes:
    """Add a classifier as one more rater, who votes once on each item, for the likeliest class.

    Any method then estimates how far it is to be trusted, as of every rater: one that errs between
    two classes alone, too. How sure the classifier is of an item is lost.

    Parameters
    ----------
    votes : Votes
    probabilities : array_like, shape (n_items, n_answers)
        The first of equals is the vote.

    Returns
    -------
    Votes
        With a last rater, "classifier".

    Raises
    ------
    VoteError
        If `probabilities` are none or do not fit.

    Examples
    --------
    >>> votes = Votes.from_triples(["x", "x", "y"], ["a", "b", "a"], [*"NYY"])
    >>> more = with_classifier(votes, [[0.3, 0.7], [0.1, 0.9]])
    >>> more, more.answer_counts().tolist(), more.rater_names
    (Votes(5 votes: 2 items, 3 raters, 2 answers), [[1, 2], [0, 2]], ('a', 'b', 'classifier'))
    """
    check_types(with_classifier, locals())
    likeliest = checked_probabilities(probabilities, votes).argmax(axis=1)
    check_code_range(votes.n_raters + 1, votes.n_answers)
    # the last rater's codes are above all others, so that codes ascend within an item
    codes = votes.n_raters * votes.n_answers + likeliest
    return replace(
        votes,
        starts=votes.starts + np.arange(votes.n_items + 1),
        codes=np.insert(votes.codes, votes.starts[1:], codes.astype(votes.codes.dtype)),
        n_raters=votes.n_raters + 1,
        rater_names=(*votes.rater_names, CLASSIFIER),
    )
