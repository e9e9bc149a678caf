"""The tree in which sums over partitions are added, which their number alone decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

Total = TypeVar("Total")
Plus = Callable[[Total, Total], Total]


class Sum(NamedTuple, Generic[Total]):
    """What some partitions in a row add up to: a node of the tree in which all are added.

    Attributes
    ----------
    first, size : int
        The first of the partitions, and how many there are: a power of two, of which `first` is a
        multiple.
    total : object
    """

    first: int
    size: int
    total: Total


def joined(sums: Iterable[Sum[Total]], plus: Plus[Total]) -> list[Sum[Total]]:
    """Add up partitions that follow each other two by two, these two by two, and so on.

    What is left is where the tree goes on with partitions that are not here. No more than one sum
    of each size is held at a time.

    Examples
    --------
    >>> [one[:2] for one in joined((Sum(k, 1, 0) for k in range(3, 9)), int.__add__)]
    [(3, 1), (4, 4), (8, 1)]
    """
    held: list[Sum[Total]] = []
    for first, size, total in sums:
        while held and held[-1].size == size and held[-1].first % (2 * size) == 0:
            first, size, total = held[-1].first, 2 * size, plus(held.pop().total, total)
        held.append(Sum(first, size, total))
    return held


def added(sums: Iterable[Sum[Total]], plus: Plus[Total]) -> Total:
    """Add up all partitions in their tree: where it is ragged, from the end."""
    *others, last = joined(sums, plus)
    total = last.total
    for other in reversed(others):
        total = plus(other.total, total)
    return total


def in_a_tree(parts: Iterable[Total], plus: Plus[Total]) -> Total:
    """Add up what each partition has, from the first on.

    Examples
    --------
    >>> in_a_tree(["a", "b", "c"], lambda one, other: f"({one}+{other})")
    '((a+b)+c)'
    """
    return added((Sum(number, 1, part) for number, part in enumerate(parts)), plus)
