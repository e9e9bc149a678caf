"""Items by their answers: what is counted of them, once for all items alike.

One rater's votes on an item are one value, however often the rater voted: a repetition is no second
rater. Different answers of one rater to an item share that value evenly.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes

from ...errors import AnalysisError

NO_PAIRS = "no item has two votes of different raters, so there is nothing to agree on"


class Kinds(NamedTuple):
    """Distinct rows of answer counts, and how many items have each.

    Attributes
    ----------
    counts : ndarray, shape (n_kinds, n_answers)
        Raters who gave each answer; one or more in a row. Whole, unless a rater gave one item
        different answers.
    items : ndarray of int64, shape (n_kinds,)
        Items of each kind.
    mixed : ndarray of float64, shape (n_mixed, n_answers)
        Shares of the answers of a rater who gave one item different answers.
    mixed_kind : ndarray of int64, shape (n_mixed,)
        The kind that each of these belongs to, which is that of its item alone.
    """

    counts: NDArray[Any]
    items: NDArray[np.int64]
    mixed: NDArray[np.float64]
    mixed_kind: NDArray[np.int64]

    def of_several(self) -> tuple[Kinds, NDArray[np.bool_]]:
        """Leave out items with a single rater; also, which kinds are kept."""
        kept = self.counts.sum(axis=1) > 1.5  # sums of shares are rounded
        places = np.cumsum(kept) - 1
        also = kept[self.mixed_kind]
        kinds = Kinds(
            self.counts[kept], self.items[kept], self.mixed[also], places[self.mixed_kind[also]]
        )
        return kinds, kept

    def summed(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum what is measured of mixed answers, shape (n_mixed, ...), over each kind."""
        total = np.zeros((len(self.counts), *values.shape[1:]))
        np.add.at(total, self.mixed_kind, values)
        return total


def has_pairs(votes: Votes) -> bool:
    """Say whether some item has votes of two raters."""
    same_item = votes.items[1:] == votes.items[:-1]
    return bool((same_item & (votes.raters[1:] != votes.raters[:-1])).any())


def count_repeats(votes: Votes) -> int:
    """Count votes of a rater on an item beyond the first."""
    return int(votes.repeats().sum())


def single_answers(votes: Votes) -> NDArray[np.bool_]:
    """Choose a vote for each rater and item, none where a rater gave it different answers."""
    first = ~votes.repeats()
    value = np.cumsum(first) - 1
    mixed = np.zeros(np.count_nonzero(first), dtype=bool)
    mixed[value[votes.answers != votes.answers[first][value]]] = True
    return np.asarray(first & ~mixed[value])


def kinds_of_items(votes: Votes) -> Kinds:
    """Count the answers to each item, and the items of each kind.

    Raises
    ------
    AnalysisError
        If no item has votes of two raters.
    """
    if not has_pairs(votes):
        raise AnalysisError(NO_PAIRS)
    nothing = np.empty((0, votes.n_answers)), np.empty(0, dtype=np.int64)
    if not count_repeats(votes):
        counts = votes.answer_counts()
        return Kinds(*_collapsed(counts[counts.sum(axis=1) > 0]), *nothing)
    shares, mixed, mixed_item = _one_value_each(votes)
    alone = np.zeros(votes.n_items, dtype=bool)
    alone[mixed_item] = True
    whole = ~alone & (shares.sum(axis=1) > 0)
    rows, items = _collapsed(shares[whole].astype(np.int64))
    place = np.cumsum(alone) - 1 + len(rows)
    return Kinds(
        np.concatenate((rows, shares[alone])),
        np.append(items, np.ones(np.count_nonzero(alone), dtype=np.int64)),
        mixed,
        place[mixed_item],
    )


def _one_value_each(
    votes: Votes,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Raters by item and answer, and the shares and items of those with different answers."""
    first = ~votes.repeats()
    value, n_answers = np.cumsum(first) - 1, votes.n_answers
    keys, times = np.unique(value * n_answers + votes.answers, return_counts=True)
    values, answers = np.divmod(keys.astype(np.int64), n_answers)
    share = times / np.bincount(value)[values]
    items = votes.items[first].astype(np.int64)
    size = votes.n_items * n_answers
    shares: NDArray[np.float64] = np.bincount(
        items[values] * n_answers + answers, share, minlength=size
    ).astype(np.float64)
    places = np.flatnonzero(np.bincount(values) > 1)
    several = np.isin(values, places)
    mixed = np.zeros((len(places), n_answers))
    mixed[np.searchsorted(places, values[several]), answers[several]] = share[several]
    return shares.reshape(votes.n_items, n_answers), mixed, items[places]


def _collapsed(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return distinct rows, and how often each occurs."""
    if not len(counts):
        return counts, np.empty(0, dtype=np.int64)
    first, kind_of = number_rows(counts)
    return counts[first], np.bincount(kind_of)


def number_rows(counts: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give distinct rows a number: where each occurs first, and the number of every row."""
    # A row as one number, in a mixed radix; a row too large for that is compared as a row.
    radix = counts.max(axis=0).astype(object) + 1
    places = np.cumprod([1, *radix[:-1].tolist()], dtype=object)
    if int(places[-1]) * int(radix[-1]) < 2**62:
        numbers = counts @ places.astype(np.int64)
        _, first, kind_of = np.unique(numbers, return_index=True, return_inverse=True)
    else:
        _, first, kind_of = np.unique(counts, axis=0, return_index=True, return_inverse=True)
    return first, kind_of.ravel()
