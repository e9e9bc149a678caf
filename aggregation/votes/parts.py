"""What votes hold, and how some of them are taken, joined and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import VoteError
from ..reading.columns import WORTH_COMPILING, codes_below
from .arrays import check_code_range, repeated

if TYPE_CHECKING:
    from ..kernels.threads import Threads


@dataclass(frozen=True, eq=False, repr=False)
class VoteParts:
    """The arrays of votes, and what can be done with them; see :class:`aggregation.Votes`."""

    starts: NDArray[np.int64]
    codes: NDArray[np.int32]
    n_raters: int
    n_answers: int
    item_names: Sequence[Any]
    rater_names: Sequence[Any]
    answer_names: Sequence[Any]
    item_order: NDArray[np.int64] | None = None
    native: str | None = None
    cuts: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        self.starts.flags.writeable = False
        self.codes.flags.writeable = False

    def __repr__(self) -> str:
        return (
            f"Votes({self.n_votes} votes: {self.n_items} items, "
            f"{self.n_raters} raters, {self.n_answers} answers)"
        )

    def _repr_html_(self) -> str:
        from ..table import Table

        counts = (self.n_votes, self.n_items, self.n_raters, self.n_answers)
        table = Table({"": ("votes", "items", "raters", "answers"), "number": counts})
        return table._repr_html_()

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

    def votes_per_answer(self) -> NDArray[np.int64]:
        """Count the votes for each answer, shape (n_answers,)."""
        return np.bincount(self.answers, minlength=self.n_answers)

    def repeats(self) -> NDArray[np.bool_]:
        """Say of each vote whether its rater has voted on its item before, shape (n_votes,)."""
        return repeated(self.starts, self.codes, self.n_answers)

    def select(self, items: ArrayLike) -> Self:
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
            item_order=None,
            cuts=None,
        )

    def where(self, chosen: ArrayLike) -> Self:
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
        >>> from aggregation import Votes
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

    def drop_raters(self, raters: ArrayLike) -> Self:
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

    def stacked(self, others: VoteParts) -> Self:
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
            item_order=None,
            cuts=None,
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
        if weights is None and self.n_votes >= WORTH_COMPILING:
            from ..kernels.grouping import count_answers  # Numba takes a third of a second

            counts = np.zeros(shape, dtype=np.int64)
            count_answers(self.starts, self.codes, counts)
            return counts
        return np.bincount(self.cells(), weights, minlength=shape[0] * shape[1]).reshape(shape)

    def with_rater(self, items: ArrayLike, answers: ArrayLike, *, name: Any) -> Self:
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
