"""The tree in which sums over partitions are added, which their number alone decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from .blocks import Expectation


class Sum(NamedTuple):
    """What some partitions in a row add up to: a node of the tree in which all are added.

    Attributes
    ----------
    first, size : int
        The first of the partitions, and how many there are: a power of two, of which `first` is a
        multiple.
    total : Expectation
    """

    first: int
    size: int
    total: Expectation


def joined(sums: Iterable[Sum]) -> list[Sum]:
    """Add up partitions that follow each other two by two, these two by two, and so on.

    What is left is where the tree goes on with partitions that are not here. No more than one sum
    of each size is held at a time.

    Examples
    --------
    >>> [(one.first, one.size) for one in joined(Sum(k, 1, only_height(0)) for k in range(3, 9))]
    [(3, 1), (4, 4), (8, 1)]
    """
    held: list[Sum] = []
    for first, size, total in sums:
        while held and held[-1].size == size and held[-1].first % (2 * size) == 0:
            first, size, total = held[-1].first, 2 * size, plus(held.pop().total, total)
        held.append(Sum(first, size, total))
    return held


def added(sums: Iterable[Sum]) -> Expectation:
    """Add up all partitions in their tree: where it is ragged, from the end.

    Examples
    --------
    >>> added(Sum(k, 1, only_height(2**k)) for k in range(3)).log_likelihood  # (1 + 2) + 4
    7
    """
    *others, last = joined(sums)
    total = last.total
    for other in reversed(others):
        total = plus(other.total, total)
    return total


def plus(one: Expectation, other: Expectation) -> Expectation:
    """Add two sums."""
    return Expectation(
        one.counts + other.counts,
        one.class_counts + other.class_counts,
        one.log_likelihood + other.log_likelihood,
    )


def only_height(log_likelihood: float) -> Expectation:
    """Return a log-likelihood as a sum without counts."""
    none = np.zeros(0)
    return Expectation(none, none, log_likelihood)


def height_of(heights: Iterable[float]) -> float:
    """Add up log-likelihoods in the same tree."""
    leaves = (Sum(number, 1, only_height(height)) for number, height in enumerate(heights))
    return added(leaves).log_likelihood
