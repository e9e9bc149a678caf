"""Which classes an item may have: those that it was answered with, and the likeliest others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import VoteError
from ...votes.given import hard_classes, numbers
from ...votes.votes import Votes
from ..clamped import checked_truth

Array = NDArray[np.float64]


class Known(NamedTuple):
    """What is known of items: a row for each class that one may have, by items and classes.

    Attributes
    ----------
    items, classes : ndarray of int64
    weights : ndarray
        Those of one item sum to 1.
    """

    items: NDArray[np.int64]
    classes: NDArray[np.int64]
    weights: Array


def checked_known(truth: ArrayLike | None, n_items: int, n_classes: int) -> Known:
    """Return what is known; classes, one an item, never become a row of weights each."""
    none = np.empty(0, dtype=np.int64)
    if truth is None:
        return Known(none, none, np.empty(0))
    if numbers("truth", truth).shape == (n_items,):
        classes = hard_classes(truth, n_classes)
        items = np.flatnonzero(classes >= 0)
        return Known(items, classes[items], np.ones(len(items)))
    weights = checked_truth(truth, n_items, n_classes)
    items, classes = np.nonzero(weights)
    return Known(items, classes, weights[items, classes])


@dataclass(frozen=True, eq=False)
class Candidates:
    """Classes that each item may have; everything beside them lies in arrays of the same length.

    Attributes
    ----------
    n_classes : int
    places : ndarray of int64, shape (n_items + 1,)
        Those of item i lie from ``places[i]`` to ``places[i + 1]``.
    classes : ndarray of int32, shape (n,)
        Ascending within an item.
    """

    n_classes: int
    places: NDArray[np.int64]
    classes: NDArray[np.int32]

    @classmethod
    def of_keys(cls, keys: NDArray[np.int64], n_items: int, n_classes: int) -> Candidates:
        """Return the candidates that ascending numbers ``item * n_classes + class`` name."""
        items, classes = np.divmod(keys, n_classes)
        places = np.searchsorted(items, np.arange(n_items + 1))
        return cls(n_classes, places, classes.astype(np.int32))

    @property
    def n_items(self) -> int:
        """Number of items."""
        return len(self.places) - 1

    @cached_property
    def items(self) -> NDArray[np.int64]:
        """Each candidate's item, shape (n,)."""
        return np.repeat(np.arange(self.n_items), np.diff(self.places))

    def class_sums(self, values: Array) -> Array:
        """Add up values by class, shape (n_classes,)."""
        return np.bincount(self.classes, values, self.n_classes).astype(np.float64)

    def item_sums(self, values: Array) -> Array:
        """Add up values by item, shape (n_items,)."""
        return np.bincount(self.items, values, self.n_items).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Task:
    """Votes, and what is known of the items.

    Attributes
    ----------
    votes : Votes
    known : Known
    n_classes : int
    """

    votes: Votes
    known: Known
    n_classes: int

    @cached_property
    def is_known(self) -> NDArray[np.bool_]:
        """Which items are known, shape (n_items,)."""
        found = np.zeros(self.votes.n_items, dtype=np.bool_)
        found[self.known.items] = True
        return found

    @cached_property
    def wanted(self) -> NDArray[np.bool_]:
        """Which items are to be found out: not known, and with votes."""
        return ~self.is_known & (np.diff(self.votes.starts) > 0)

    @cached_property
    def votes_per_rater(self) -> NDArray[np.int64]:
        """Number of each rater's votes, shape (n_raters,), without a table of their answers."""
        return np.bincount(self.votes.raters, minlength=self.votes.n_raters)

    @property
    def known_keys(self) -> NDArray[np.int64]:
        """What is known, as ascending numbers ``item * n_classes + class``."""
        return self.known.items * self.n_classes + self.known.classes

    def answered(self) -> tuple[Candidates, Array]:
        """Return the classes that items were answered with, and their shares; or what is known."""
        votes = self.votes
        open_votes = self.wanted[votes.items]
        keys, n_votes = np.unique(
            (votes.items * self.n_classes + votes.answers)[open_votes], return_counts=True
        )
        shares = n_votes / np.diff(votes.starts)[keys // self.n_classes]
        every = np.concatenate((keys, self.known_keys))
        order = np.argsort(every, kind="stable")
        values = np.concatenate((shares, self.known.weights))[order]
        return Candidates.of_keys(every[order], votes.n_items, self.n_classes), values

    def with_further(self, chosen: NDArray[np.int32] | None) -> Candidates:
        """Return the answered classes and the chosen ones: -1 is none, None is all there are."""
        n_items, n_classes = self.votes.n_items, self.n_classes
        if chosen is None:
            open_items = np.flatnonzero(self.wanted)[:, None]
            further = (open_items * n_classes + np.arange(n_classes)).reshape(-1)
        else:
            items, column = np.nonzero(chosen >= 0)
            further = items * n_classes + chosen[items, column]
        answered = self.answered()[0]
        keys = np.concatenate((answered.items * n_classes + answered.classes, further))
        return Candidates.of_keys(np.unique(keys), n_items, n_classes)

    def known_places(self, candidates: Candidates) -> NDArray[np.int64]:
        """Return where the known weights belong among candidates."""
        return np.flatnonzero(self.is_known[candidates.items])


def check_candidates(candidates: int) -> None:
    """Refuse a number of further candidates below 0."""
    if candidates < 0:
        raise VoteError(f"candidates={candidates}: give a whole number, 0 or more")
