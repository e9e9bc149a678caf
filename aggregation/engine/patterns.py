"""Items with the same votes have the same posterior: find the distinct patterns of votes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.patterns import (
    all_same,
    close_gap,
    cumulate_sizes,
    gather,
    hash_items,
    look_for,
    number_half,
    sort_by_weight,
)
from ..kernels.threads import Threads
from ..votes.votes import Votes

# With more patterns than this share of the items, finding them has not been worth it.
WORTHWHILE = 0.7
# Of so many items two are looked at that they would be the same so often, if it were worth it.
SAME_EXPECTED = 12
LEAST_SAMPLED = 100_000
# Odd multipliers of a 64-bit hash; another one is tried where two patterns are taken for one.
MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
# Votes of each pattern, where a kernel may be compiled for that number.
LARGEST_SIZE = 10


class Patterns(NamedTuple):
    """Distinct patterns of votes, those that most items share first.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_patterns + 1,)
        Where each pattern's votes begin in `codes`.
    codes : ndarray of int32
        The votes, as in `Votes`.
    weights : ndarray of int32, shape (n_patterns,)
        Number of items that share a pattern, 1 or more; the sum is the number of items.
    of_item : ndarray of int32, shape (n_items,), optional
        The pattern of each item; None where pattern ``i`` is item ``i``.
    """

    starts: NDArray[np.int64]
    codes: NDArray[np.int32]
    weights: NDArray[np.int32]
    of_item: NDArray[np.int32] | None

    @property
    def n_patterns(self) -> int:
        """Number of patterns."""
        return len(self.weights)


def distinct_patterns(votes: Votes, threads: Threads | None = None) -> Patterns:
    """Find the distinct patterns of votes by hashing, and make sure vote by vote.

    Where hardly any items share their votes, each item is its own pattern and nothing is copied.

    Parameters
    ----------
    votes : Votes
        An item's votes are sorted, so that the same votes are the same codes.
    threads : Threads, optional
        Share the work, and never change the result.

    Returns
    -------
    Patterns
    """
    crew = threads or Threads()
    if all_differ_in_a_sample(votes):
        return each_its_own(votes)
    for multiplier in MULTIPLIERS:
        firsts, of_item = number_hashes(votes, np.uint64(multiplier), crew)
        if len(firsts) > WORTHWHILE * votes.n_items:
            return each_its_own(votes)
        if all_items_same(votes, firsts, of_item, crew):
            break
    else:
        return each_its_own(votes)
    weights, order = np.empty(len(firsts), dtype=np.int32), np.empty(len(firsts), dtype=np.int32)
    sort_by_weight(of_item, weights, order)
    firsts = firsts[order]
    starts, codes = gathered(votes.starts, votes.codes, firsts, crew)
    return Patterns(starts, codes, weights, of_item)


def all_differ_in_a_sample(votes: Votes) -> bool:
    """Say whether no two of some items drawn at random have the same votes.

    With a share s of distinct patterns among n items, all as frequent, d = s n of them, two of m
    items are the same m^2 / (2 d) times on average; where patterns differ in frequency, more often.
    So if grouping were worth it, none of so many would be the same once in exp(12).
    """
    if votes.n_items < LEAST_SAMPLED:
        return False
    n_sampled = int(np.sqrt(2 * SAME_EXPECTED * WORTHWHILE * votes.n_items))
    drawn = np.random.default_rng(0).choice(votes.n_items, n_sampled, replace=False)
    items = drawn.astype(np.int32)
    starts, codes = gathered(votes.starts, votes.codes, items)
    keys = np.empty(n_sampled, dtype=np.uint64)
    hash_items(starts, codes, np.uint64(MULTIPLIERS[0]), keys)
    keys.sort()
    return bool((keys[1:] != keys[:-1]).all())


def number_hashes(
    votes: Votes, multiplier: np.uint64, threads: Threads
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Find the distinct hashes; return the first item of each, and the number of each item.

    Lower and upper hashes are numbered apart, so that two threads can work on them.
    """
    n_items = votes.n_items
    keys = np.empty(n_items, dtype=np.uint64)
    threads.share(
        lambda begin, end: hash_items(
            votes.starts[begin : end + 1], votes.codes, multiplier, keys[begin:end]
        ),
        n_items,
    )
    n_upper = int(np.count_nonzero(keys >> np.uint64(63)))
    firsts, of_item = np.empty(n_items, dtype=np.int32), np.empty(n_items, dtype=np.int32)
    # Numbers of upper hashes begin where those of lower ones could end at the most.
    pieces = firsts[: n_items - n_upper], firsts[n_items - n_upper :]
    found = [0, 0]

    def number(begin: int, end: int) -> None:
        for half in range(begin, end):
            n_items_here = len(pieces[half])
            table = np.zeros(1 << int(4 * n_items_here // 3).bit_length(), dtype=np.uint64)
            members = np.empty(n_items_here + 1, dtype=np.int32)
            offset = half * len(pieces[0])
            found[half] = number_half(keys, half, offset, members, table, pieces[half], of_item)

    threads.share(number, 2)
    gap = len(pieces[0]) - found[0]
    threads.share(lambda begin, end: close_gap(of_item[begin:end], found[0], gap), n_items)
    return np.concatenate((pieces[0][: found[0]], pieces[1][: found[1]])), of_item


def all_items_same(
    votes: Votes, firsts: NDArray[np.int32], of_item: NDArray[np.int32], threads: Threads
) -> bool:
    """Say whether each item has the very votes of its pattern."""
    differing: list[int] = []

    def compare(begin: int, end: int) -> None:
        if not all_same(votes.starts, votes.codes, firsts, of_item, begin, end):
            differing.append(begin)

    threads.share(compare, votes.n_items)
    return not differing


def gathered(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    items: NDArray[np.int32],
    threads: Threads | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return where the votes of some items, or patterns, begin one after the other, and these."""
    here = np.zeros(len(items) + 1, dtype=np.int64)
    cumulate_sizes(starts, items, here)
    found = np.empty(here[-1], dtype=np.int32)
    (threads or Threads()).share(
        lambda begin, end: gather(starts, codes, items[begin:end], here[begin : end + 1], found),
        len(items),
    )
    return here, found


def with_a_vote(
    patterns: Patterns, wanted: NDArray[np.bool_], begin: int, end: int
) -> NDArray[np.bool_]:
    """Say which patterns from `begin` to `end` have a vote whose code is wanted."""
    found = np.empty(end - begin, dtype=np.bool_)
    look_for(patterns.starts[begin : end + 1], patterns.codes, wanted, found)
    return found


def each_its_own(votes: Votes) -> Patterns:
    """Take each item for a pattern of its own."""
    return Patterns(votes.starts, votes.codes, np.ones(votes.n_items, dtype=np.int32), None)


def common_size(patterns: Patterns) -> int:
    """Return how many votes each pattern has, if all have the same number and it is not large."""
    size, rest = divmod(len(patterns.codes), max(patterns.n_patterns, 1))
    if rest or not 0 < size <= LARGEST_SIZE:
        return 0
    return size if (np.diff(patterns.starts) == size).all() else 0
