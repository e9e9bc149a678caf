"""Items with the same votes: hashes of their votes, numbered, compared and sorted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

# Weights above this need not be sorted: there are few such patterns.
MOST_SORTED = 256
FREE = np.uint64(0)
# The lower half of a hash, shifted up, and a number from 1 on share a slot of a hash table.
HALF = np.uint64(32)
NUMBER = np.uint64(0xFFFFFFFF)


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
def look_for(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    wanted: NDArray[np.bool_],
    found: NDArray[np.bool_],
) -> None:
    """Fill which items have a vote whose code is wanted."""
    for p in range(np.uintp(len(found))):
        any_wanted = False
        for v in range(np.uintp(starts[p]), np.uintp(starts[p + np.uintp(1)])):
            any_wanted |= wanted[np.uintp(codes[v])]
        found[p] = any_wanted


@kernel
def spread(rows: NDArray[np.float64], of_item: NDArray[np.int32], out: NDArray[np.float64]) -> None:
    """Copy each item's row, that of its pattern."""
    for i in range(np.uintp(len(of_item))):
        p = np.uintp(of_item[i])
        for j in range(np.uintp(rows.shape[1])):
            out[i, j] = rows[p, j]
