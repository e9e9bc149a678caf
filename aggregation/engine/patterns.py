"""Items with the same votes have the same posterior: find the distinct patterns of votes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.jit import kernel
from ..kernels.threads import Threads
from ..votes.votes import Votes

# With more patterns than this share of the items, finding them has not been worth it.
WORTHWHILE = 0.7
# Weights above this need not be sorted: there are few such patterns.
MOST_SORTED = 256
FREE = np.uint64(0)
# The lower half of a hash, shifted up, and a number from 1 on share a slot of a hash table.
HALF = np.uint64(32)
NUMBER = np.uint64(0xFFFFFFFF)
# Odd multipliers of a 64-bit hash; another one is tried where two patterns are taken for one.
MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)


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
    starts = np.zeros(len(firsts) + 1, dtype=np.int64)
    cumulate_sizes(votes.starts, firsts, starts)
    codes = np.empty(starts[-1], dtype=np.int32)
    crew.share(
        lambda begin, end: gather(
            votes.starts, votes.codes, firsts[begin:end], starts[begin : end + 1], codes
        ),
        len(firsts),
    )
    return Patterns(starts, codes, weights, of_item)


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


def each_its_own(votes: Votes) -> Patterns:
    """Take each item for a pattern of its own."""
    return Patterns(votes.starts, votes.codes, np.ones(votes.n_items, dtype=np.int32), None)


@kernel
def hash_items(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    multiplier: np.uint64,
    keys: NDArray[np.uint64],
) -> None:
    """Hash each item's votes."""
    for i in range(np.uintp(len(keys))):
        begin, end = np.uintp(starts[i]), np.uintp(starts[i + np.uintp(1)])
        # not the bare length: codes could cancel it, and then no multiplier would tell
        key = np.uint64(end - begin + np.uintp(1)) * multiplier
        for v in range(begin, end):
            key = (key ^ np.uint64(codes[v])) * multiplier
            key ^= key >> np.uint64(29)
        keys[i] = key


@kernel
def number_half(
    keys: NDArray[np.uint64],
    half: int,
    offset: int,
    members: NDArray[np.int32],
    table: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    of_item: NDArray[np.int32],
) -> int:
    """Give numbers from `offset` on to the distinct hashes of one half; return how many there are.

    `members`, which is one longer than the half, is filled with its items, and `firsts` with the
    first item of each number. `table` is a hash table with linear probing, which is never full.
    """
    n_members = np.uintp(0)
    for i in range(np.uintp(len(keys))):
        # no branch: nothing could guess which way it goes
        members[n_members] = i
        n_members += np.uintp(keys[i] >> np.uint64(63) == np.uint64(half))
    mask = np.uintp(len(table) - 1)
    n_found = 0
    for item in members[:n_members]:
        key = keys[np.uintp(item)]
        slot = np.uintp(key >> HALF) & mask
        tag = key << HALF
        while table[slot] != FREE and (table[slot] ^ tag) > NUMBER:
            slot = (slot + np.uintp(1)) & mask
        if table[slot] == FREE:
            firsts[n_found] = item
            n_found += 1
            table[slot] = tag | np.uint64(n_found)
        of_item[np.uintp(item)] = offset + np.int64(table[slot] & NUMBER) - 1
    return n_found


@kernel
def close_gap(of_item: NDArray[np.int32], below: int, gap: int) -> None:
    """Take `gap` from all numbers of `below` or more."""
    for i in range(np.uintp(len(of_item))):
        if of_item[i] >= below:
            of_item[i] -= gap


@kernel
def all_same(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    firsts: NDArray[np.int32],
    of_item: NDArray[np.int32],
    first_item: int,
    last_item: int,
) -> bool:
    """Say whether some items have the very votes of their patterns."""
    for i in range(np.uintp(first_item), np.uintp(last_item)):
        other = np.uintp(firsts[np.uintp(of_item[i])])
        begin, end = np.uintp(starts[i]), np.uintp(starts[i + np.uintp(1)])
        shift = np.uintp(starts[other]) - begin
        if np.uintp(starts[other + np.uintp(1)]) - end != shift:
            return False
        for v in range(begin, end):
            if codes[v] != codes[v + shift]:
                return False
    return True


@kernel
def sort_by_weight(
    of_item: NDArray[np.int32], weights: NDArray[np.int32], order: NDArray[np.int32]
) -> None:
    """Give the patterns new numbers in descending order of weight, by a counting sort.

    Fills `weights`, and `order` with the old number of each pattern, and rewrites `of_item`.
    Patterns of equal weight keep their order.
    """
    old_weights = np.zeros(len(weights), dtype=np.int32)
    for p in of_item:
        old_weights[np.uintp(p)] += 1
    rank = MOST_SORTED - np.minimum(old_weights, MOST_SORTED)
    place = np.zeros(MOST_SORTED + 2, dtype=np.int32)
    for r in rank:
        place[r + 1] += 1
    for r in range(1, len(place)):
        place[r] += place[r - 1]
    number = np.empty(len(weights), dtype=np.int32)
    for p in range(len(weights)):
        new = place[rank[p]]
        place[rank[p]] += 1
        number[p] = new
        order[new] = p
        weights[new] = old_weights[p]
    for i in range(np.uintp(len(of_item))):
        of_item[i] = number[np.uintp(of_item[i])]


@kernel
def cumulate_sizes(
    starts: NDArray[np.int64], items: NDArray[np.int32], new_starts: NDArray[np.int64]
) -> None:
    """Fill where each item's votes begin when they stand one after the other."""
    for p in range(np.uintp(len(items))):
        item = np.uintp(items[p])
        size = starts[item + np.uintp(1)] - starts[item]
        new_starts[p + np.uintp(1)] = new_starts[p] + size


@kernel
def gather(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    items: NDArray[np.int32],
    new_starts: NDArray[np.int64],
    new_codes: NDArray[np.int32],
) -> None:
    """Copy the votes of some items one after the other."""
    for p in range(np.uintp(len(items))):
        begin = np.uintp(starts[np.uintp(items[p])])
        for v in range(np.uintp(new_starts[p]), np.uintp(new_starts[p + np.uintp(1)])):
            new_codes[v] = codes[begin]
            begin += np.uintp(1)


@kernel
def spread(rows: NDArray[np.float64], of_item: NDArray[np.int32], out: NDArray[np.float64]) -> None:
    """Copy each item's row, that of its pattern."""
    for i in range(np.uintp(len(of_item))):
        p = np.uintp(of_item[i])
        for j in range(np.uintp(rows.shape[1])):
            out[i, j] = rows[p, j]
