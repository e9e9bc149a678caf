"""Votes: who answered what about which item, sparse and item-major."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import check_types
from ..reading.options import ReadOptions
from .arrays import arrays_of_cells, arrays_of_triples
from .parts import VoteParts


@dataclass(frozen=True, eq=False, repr=False)
class Votes(VoteParts):
    """Votes of raters on items: immutable, sparse, grouped by item.

    The votes of item ``i`` are ``codes[starts[i]:starts[i + 1]]``, in ascending order. One code
    holds one vote: ``rater * n_answers + answer``. A rater may vote on an item any number of times,
    and an item or a rater may have no votes at all. Make one with :meth:`from_triples`,
    :meth:`from_frame`, :meth:`from_tensor` or :meth:`read`.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_items + 1,)
        Where each item's votes begin in `codes`.
    codes : ndarray of int32, shape (n_votes,)
        ``rater * n_answers + answer`` of each vote, ascending within an item.
    n_raters, n_answers : int
        How many raters and answers there are, with or without votes.
    item_names, rater_names, answer_names : sequence
        What each code stands for: a tuple, or ``range(n)`` where codes were given.
    item_order : ndarray of int64, shape (n_items,), optional
        Item codes in the order in which items first occur in the file or frame. None if that is the
        order of the codes.
    native : str, optional
        What kind of frame the votes came in: "pandas", "polars", ...
    cuts : tuple of int, optional
        Items at which the partitions of the store begin and end from which the votes were read.

    Examples
    --------
    >>> votes = Votes.from_triples(["a", "a", "b"], ["ann", "bob", "ann"], ["yes", "no", "yes"])
    >>> votes
    Votes(3 votes: 2 items, 2 raters, 2 answers)
    >>> votes.answer_names[votes.answers[0]]
    'yes'
    """

    @classmethod
    def from_triples(
        cls,
        items: ArrayLike | Iterable[Any],
        raters: ArrayLike | Iterable[Any],
        answers: ArrayLike | Iterable[Any],
        *,
        n_items: int | None = None,
        n_raters: int | None = None,
        n_answers: int | None = None,
    ) -> Votes:
        """Votes from three columns of equal length: one vote a row, in any order.

        Numbers are codes 0, 1, 2, ... and are kept as they are: a code that never occurs is an
        item, rater or answer without votes. Anything else (strings, dates, tuples) is a name; names
        are given codes in sorted order, or in order of appearance where they cannot be sorted. A
        row that occurs twice counts twice.

        Parameters
        ----------
        items, raters, answers : array_like, shape (n_votes,)
            Codes (integers, or floats without a fraction) or hashable names.
        n_items, n_raters, n_answers : int, optional
            Number of codes, where the last ones have no votes. Default: the largest code + 1.

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If there are no votes; the columns differ in length; an entry is missing; a code is
            negative, fractional, beyond the number of codes, or so large that it cannot be a code.

        Examples
        --------
        >>> Votes.from_triples([0, 0, 1], [0, 1, 1], [1, 1, 0])
        Votes(3 votes: 2 items, 2 raters, 2 answers)
        """
        check_types(cls.from_triples, locals())
        return cls(
            *arrays_of_triples(
                items, raters, answers, n_items=n_items, n_raters=n_raters, n_answers=n_answers
            )
        )

    @classmethod
    def from_cells(
        cls,
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
        >>> Votes.from_cells([np.array([0, 5]), np.array([4])], n_items=2, n_answers=3)
        Votes(3 votes: 2 items, 2 raters, 3 answers)
        """
        check_types(cls.from_cells, locals())
        return cls(
            *arrays_of_cells(
                rows,
                n_items=n_items,
                n_answers=n_answers,
                item_names=item_names,
                rater_names=rater_names,
                answer_names=answer_names,
            )
        )

    @classmethod
    def from_tensor(
        cls,
        tensor: ArrayLike,
        *,
        item_names: Sequence[Any] | None = None,
        rater_names: Sequence[Any] | None = None,
        answer_names: Sequence[Any] | None = None,
    ) -> Votes:
        """Votes from a tensor of 0 and 1, the layout of the ReaL release.

        Parameters
        ----------
        tensor : array_like, shape (n_raters, n_items, n_answers)
            1 where the rater gave the item that answer, otherwise 0; at most one answer a rater and
            item. Any numeric type.
        item_names, rater_names, answer_names : sequence, optional
            What the codes stand for.

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If the tensor has another rank, an entry other than 0 and 1 (NaN included), no votes, or
            two answers by one rater to one item.

        Examples
        --------
        >>> Votes.from_tensor([[[1, 0], [0, 1]], [[0, 0], [0, 1]]])
        Votes(3 votes: 2 items, 2 raters, 2 answers)
        """
        from ..reading.tensors.tensor import cells_of_tensor

        check_types(cls.from_tensor, locals())

        return cls.from_cells(
            **cells_of_tensor(tensor, item_names, rater_names)._asdict(),
            answer_names=answer_names,
        )

    @classmethod
    def from_frame(cls, frame: Any, **options: Unpack[ReadOptions]) -> Votes:
        """Votes from a dataframe of pandas, polars, pyarrow or whatever else narwhals knows.

        Every column holds names, numbers too: items 11573 and 11574 are two items, and these are
        their names. Names are sorted: numbers, also in text, by their value. A column that declares
        an order, such as an ordered categorical, keeps it.

        Parameters
        ----------
        frame : dataframe, or like one
            One vote a row, in any order. A named index of pandas is columns, too. Also records (a
            list of dictionaries), columns by name (a dictionary of lists or arrays), and a
            ``datasets.Dataset`` of Hugging Face, whose class labels have their names.
        **options
            As for :meth:`read`, save those on how a file is written.

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If it is no dataframe, has no rows or a missing value, a column is not there or cannot
            be told, or an answer is not in `answer_names`.

        Warns
        -----
        VoteWarning
            As :meth:`read`.

        Examples
        --------
        >>> import pyarrow
        >>> table = pyarrow.table({"task": [7, 9], "worker": ["b", "a"], "label": [1, 0]})
        >>> Votes.from_frame(table).item_names
        (7, 9)
        """
        from ..reading.frames import kind_of_frame
        from .sources import arrays_of

        return cls(*arrays_of(frame, options)._replace(native=kind_of_frame(frame)))

    @classmethod
    def read(cls, path: str | PathLike[str], **options: Unpack[ReadOptions]) -> Votes:
        """Votes from a file, a folder or a pattern of files, as people and platforms have them.

        Parameters
        ----------
        path : path
            ``.csv``, ``.tsv``, ``.json``, ``.jsonl``, ``.parquet``, ``.feather``, ``.xlsx``, also
            packed (``.csv.gz``, ``.bz2``, ``.xz``, ``.zst``, ``.zip``): one vote a row, or in the
            layout of an export that is known (see docs/exports.md). Only an empty cell is missing.
            Names that are all whole numbers, in a file that has no types, are integers.

            A folder, or a pattern such as ``"votes/*.csv"``: all its files together; the files'
            names are the raters where nothing else is. Folders such as ``rater=007`` are columns.

            ``.npz``: `tensor`, shape (n_raters, n_items, n_answers), of 0 and 1, read as a stream;
            rater names from `ids` and item names from `info`, where these are there. A row of
            `info` is joined by slashes.

            ``"-"`` is standard input.
        **options
            Which columns are which, what is left out, how the file is written: the options of
            :class:`ReadOptions`, such as ``item="photo"``, ``missing=["NA"]`` or ``wide=True``.

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If the file cannot be read or used; the message names it.
        OSError
            If it is not there.

        Warns
        -----
        VoteWarning
            If something was probably not meant: repeated votes, names that differ in writing
            alone, answers such as NA.

        See Also
        --------
        aggregation.read_votes : The same, with what was found out about the file.
        """
        from .sources import arrays_of

        return cls(*arrays_of(path, options))
