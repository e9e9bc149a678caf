"""Votes: who answered what about which item, sparse and item-major."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import VoteError
from ..reading.columns import codes_below
from .arrays import (
    arrays_of_cells,
    arrays_of_file,
    arrays_of_frame,
    arrays_of_triples,
    check_code_range,
)

if TYPE_CHECKING:
    from ..kernels.threads import Threads


@dataclass(frozen=True, eq=False, repr=False)
class Votes:
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

    Examples
    --------
    >>> votes = Votes.from_triples(["a", "a", "b"], ["ann", "bob", "ann"], ["yes", "no", "yes"])
    >>> votes
    Votes(3 votes: 2 items, 2 raters, 2 answers)
    >>> votes.answer_names[votes.answers[0]]
    'yes'
    """

    starts: NDArray[np.int64]
    codes: NDArray[np.int32]
    n_raters: int
    n_answers: int
    item_names: Sequence[Any]
    rater_names: Sequence[Any]
    answer_names: Sequence[Any]

    def __post_init__(self) -> None:
        self.starts.flags.writeable = False
        self.codes.flags.writeable = False

    def __repr__(self) -> str:
        return (
            f"Votes({self.n_votes} votes: {self.n_items} items, "
            f"{self.n_raters} raters, {self.n_answers} answers)"
        )

    @property
    def n_items(self) -> int:
        """Number of items, with or without votes."""
        return len(self.starts) - 1

    @property
    def n_votes(self) -> int:
        """Number of votes, repeated ones included."""
        return len(self.codes)

    @property
    def items(self) -> NDArray[np.int64]:
        """The item of each vote, shape (n_votes,), in 0..n_items - 1, ascending."""
        return np.repeat(np.arange(self.n_items), np.diff(self.starts))

    @property
    def raters(self) -> NDArray[np.int32]:
        """The rater of each vote, shape (n_votes,), in 0..n_raters - 1."""
        return self.codes // np.int32(self.n_answers)

    @property
    def answers(self) -> NDArray[np.int32]:
        """The answer of each vote, shape (n_votes,), in 0..n_answers - 1."""
        return self.codes % np.int32(self.n_answers)

    def votes_per_rater(self, threads: Threads | None = None) -> NDArray[np.int64]:
        """Count each rater's votes, shape (n_raters,); threads, if any are at hand, share it."""
        from ..kernels.grouping import count_codes  # Numba takes a third of a second to import
        from ..kernels.threads import Threads

        by_code = count_codes(self.codes, self.n_raters * self.n_answers, threads or Threads())
        return np.asarray(by_code.reshape(self.n_raters, self.n_answers).sum(axis=1))

    def select(self, items: ArrayLike) -> Votes:
        """Take the votes of some items, in the order given; all raters and answers are kept.

        Parameters
        ----------
        items : array_like of int or bool
            Item codes, or a mask of shape (n_items,).

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If an item is out of range, or a mask has another shape.
        """
        mask = np.asarray(items)
        if mask.dtype != bool:
            chosen = codes_below(items, "item", self.n_items)
        elif mask.shape == (self.n_items,):
            chosen = np.flatnonzero(mask)
        else:
            raise VoteError(f"a mask of shape {mask.shape} does not fit {self.n_items} items")
        sizes = np.diff(self.starts)[chosen]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        # position of each vote = its place in the new array, shifted to where its item was
        source = np.arange(starts[-1]) + np.repeat(self.starts[chosen] - starts[:-1], sizes)
        return replace(
            self,
            starts=starts,
            codes=self.codes[source],
            item_names=tuple(self.item_names[item] for item in chosen.tolist()),
        )

    def where(self, chosen: ArrayLike) -> Votes:
        """Take some of the votes; all items, raters and answers are kept.

        Parameters
        ----------
        chosen : array_like of bool, shape (n_votes,)
            Whether each vote is taken.

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If `chosen` is no mask of that shape.

        Examples
        --------
        >>> votes = Votes.from_triples([0, 0, 1], [0, 1, 1], [1, 1, 0])
        >>> votes.where(votes.answers == 1)
        Votes(2 votes: 2 items, 2 raters, 2 answers)
        """
        mask = np.asarray(chosen)
        if mask.dtype != bool or mask.shape != (self.n_votes,):
            raise VoteError(
                f"chosen of shape {mask.shape} and type {mask.dtype} is no mask of "
                f"{self.n_votes} votes"
            )
        before = np.concatenate(([0], np.cumsum(mask)))
        return replace(self, starts=before[self.starts], codes=self.codes[mask])

    def drop_raters(self, raters: ArrayLike) -> Votes:
        """Leave out all votes of some raters, who stay as raters without votes.

        Parameters
        ----------
        raters : array_like of int
            Rater codes.

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If a rater is out of range.
        """
        gone = np.zeros(self.n_raters, dtype=bool)
        gone[codes_below(raters, "rater", self.n_raters)] = True
        return self.where(~gone[self.raters])

    def stacked(self, others: Votes) -> Votes:
        """Add the items of other votes after these: the same raters, giving the same answers.

        Parameters
        ----------
        others : Votes

        Returns
        -------
        Votes
            Items are named by their codes, for the same item may be among both.

        Raises
        ------
        VoteError
            If there are other numbers of raters or answers.
        """
        if (others.n_raters, others.n_answers) != (self.n_raters, self.n_answers):
            raise VoteError(
                f"votes of {others.n_raters} raters with {others.n_answers} answers cannot be "
                f"stacked on votes of {self.n_raters} with {self.n_answers}"
            )
        return replace(
            self,
            starts=np.concatenate((self.starts, others.starts[1:] + self.n_votes)),
            codes=np.concatenate((self.codes, others.codes)),
            item_names=range(self.n_items + others.n_items),
        )

    def cells(self) -> NDArray[np.int64]:
        """Return ``item * n_answers + answer`` of each vote, shape (n_votes,)."""
        return np.asarray(self.items * self.n_answers + self.answers)

    def answer_counts(self, weights: NDArray[np.float64] | None = None) -> NDArray[Any]:
        """Count each item's votes for every answer, shape (n_items, n_answers).

        Parameters
        ----------
        weights : ndarray, shape (n_votes,), optional
            What each vote counts. Default: 1; the counts are then integers.

        Returns
        -------
        ndarray
        """
        shape = (self.n_items, self.n_answers)
        return np.bincount(self.cells(), weights, minlength=shape[0] * shape[1]).reshape(shape)

    def with_rater(self, items: ArrayLike, answers: ArrayLike, *, name: Any) -> Votes:
        """Add a rater, who comes last; it may vote on an item more than once, or not at all.

        Parameters
        ----------
        items, answers : array_like of int, shape (n,)
            The new rater's votes.
        name : hashable
            The new rater's name.

        Returns
        -------
        Votes
            With `n_raters` one more.

        Raises
        ------
        VoteError
            If an item or answer is out of range, or there are more of one than of the other.
        """
        item = codes_below(items, "item", self.n_items)
        answer = codes_below(answers, "answer", self.n_answers)
        if len(item) != len(answer):
            raise VoteError(f"{len(item)} items but {len(answer)} answers: one vote a row")
        check_code_range(self.n_raters + 1, self.n_answers)
        order = np.lexsort((answer, item))
        item, answer = item[order], answer[order]
        # The largest codes of all: each goes to the end of its item.
        ends = self.starts[item + 1]
        codes = np.insert(self.codes, ends, self.n_raters * self.n_answers + answer)
        more = np.concatenate(([0], np.cumsum(np.bincount(item, minlength=self.n_items))))
        return replace(
            self,
            starts=self.starts + more,
            codes=codes,
            n_raters=self.n_raters + 1,
            rater_names=(*self.rater_names, name),
        )

    def to_tensor(self) -> NDArray[np.int64]:
        """Count the votes of each rater, item and answer, shape (n_raters, n_items, n_answers).

        The dense form is for small data and for tests: it is large and almost empty.
        """
        tensor = np.zeros((self.n_raters, self.n_items, self.n_answers), dtype=np.int64)
        np.add.at(tensor, (self.raters, self.items, self.answers), 1)
        return tensor

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
        from ..reading.tensor import cells_of_tensor

        return cls.from_cells(
            **cells_of_tensor(tensor)._asdict()
            | {"item_names": item_names, "rater_names": rater_names},
            answer_names=answer_names,
        )

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        item: str | None = None,
        rater: str | None = None,
        answer: str | None = None,
        answer_names: Sequence[Any] | None = None,
    ) -> Votes:
        """Votes from a dataframe of pandas, polars, pyarrow or whatever else narwhals knows.

        Every column holds names, numbers too: items 11573 and 11574 are two items, and these are
        their names. Names are sorted. A column that declares an order, such as an ordered
        categorical, keeps it.

        Parameters
        ----------
        frame : dataframe
            One vote a row, in any order. A row that occurs twice counts twice.
        item, rater, answer : str, optional
            Names of the columns. Default: the one column that is called item, task, patient or
            question; rater, worker, observer or annotator; answer, label, response or rating.
        answer_names : sequence, optional
            All answers in their order, with or without votes. Matters where there are other classes
            than answers.

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If it is no dataframe, has no rows or a missing value, a column is not there or cannot
            be told, or an answer is not in `answer_names`.

        Examples
        --------
        >>> import pyarrow
        >>> table = pyarrow.table({"task": [7, 9], "worker": ["b", "a"], "label": [1, 0]})
        >>> Votes.from_frame(table).item_names
        (7, 9)
        """
        said = {"item": item, "rater": rater, "answer": answer}
        return cls(*arrays_of_frame(frame, said, answer_names))

    @classmethod
    def read(
        cls,
        path: str | PathLike[str],
        *,
        item: str | None = None,
        rater: str | None = None,
        answer: str | None = None,
        answer_names: Sequence[Any] | None = None,
    ) -> Votes:
        """Votes from a file: csv, Parquet, or npz in the layout of the ReaL release.

        Parameters
        ----------
        path : path
            ``.csv`` or ``.tsv``, also packed (``.csv.gz``): a row of column names, then one vote a
            row. Only an empty cell is missing. Names that are all whole numbers are integers.

            ``.parquet``, or a folder of Parquet files: one vote a row.

            ``.npz``: `tensor`, shape (n_raters, n_items, n_answers), of 0 and 1, read as a stream;
            rater names from `ids` and item names from `info`, where these are there. A row of
            `info` is joined by slashes.
        item, rater, answer, answer_names
            As for :meth:`from_frame`.

        Returns
        -------
        Votes

        Raises
        ------
        VoteError
            If the file cannot be read or used; the message names it.
        OSError
            If it is not there.
        """
        said = {"item": item, "rater": rater, "answer": answer}
        return cls(*arrays_of_file(path, said, answer_names))
