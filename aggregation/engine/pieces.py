"""Votes in pieces: partitions of a store, or of what was read from one, or all of them as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from ..votes.store.store import VoteStore
from ..votes.votes import Votes

Sum = TypeVar("Sum")


def pieces_of(votes: Votes | VoteStore) -> Iterator[Votes]:
    """Yield the votes piece by piece; of a store, one is mapped into memory at a time."""
    if isinstance(votes, VoteStore):
        yield from votes.partitions()
    elif votes.cuts is None:
        yield votes
    else:
        yield from (between(votes, *ends) for ends in pairwise(votes.cuts))


def between(votes: Votes, first: int, last: int) -> Votes:
    """Return the votes of items `first` to `last`, the latter not included, without their names."""
    starts = votes.starts[first : last + 1]
    return replace(
        votes,
        starts=starts - starts[0],
        codes=votes.codes[starts[0] : starts[-1]],
        item_names=range(last - first),
        item_order=None,
        cuts=None,
    )


def in_a_tree(parts: Iterable[Sum], plus: Callable[[Sum, Sum], Sum]) -> Sum:
    """Add up parts two by two, the sums of these two by two, and so on.

    The tree depends on the number of parts alone, and no more than one sum of each of its heights
    is held at a time.

    Examples
    --------
    >>> in_a_tree(["a", "b", "c"], lambda one, other: f"({one}+{other})")
    '((a+b)+c)'
    """
    held: list[tuple[int, Sum]] = []
    for part in parts:
        total, height = part, 0
        while held and held[-1][0] == height:
            total, height = plus(held.pop()[1], total), height + 1
        held.append((height, total))
    _, total = held.pop()
    while held:
        total = plus(held.pop()[1], total)
    return total
