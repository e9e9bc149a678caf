"""Numbers for 64-bit keys of which many are equal, a cache full of them at a time.

Keys are put into buckets by their hash first. What comes after happens within a bucket, whose table
the processor's cache holds: a look-up in a table of all keys would wait for memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

Keys = NDArray[np.uint64]
Rows = NDArray[np.int32]
Numbers = NDArray[np.integer[Any]]

# Odd multiplier of a 64-bit hash.
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
WORD, HALF = np.uint64(64), np.uint64(32)
# So many keys are numbered at a time.
KEYS_IN_CACHE = 1 << 16
# More buckets than this many bits can number would each be written to too seldom to stay in cache.
BUCKET_BITS = 9
FIRST_SLOTS = 1 << 12
GROWTH = 4


def numbered(keys: Keys) -> tuple[Rows, Rows]:
    """Give distinct keys numbers as they come; return each key's, and each number's first row."""
    bits = np.uint64(min((len(keys) // KEYS_IN_CACHE).bit_length(), BUCKET_BITS))
    ends = np.cumsum(bucket_sizes(keys, bits))
    held, rows = np.empty_like(keys), np.empty(len(keys), dtype=np.int32)
    begins = np.append(0, ends[:-1])
    fill_buckets(keys, bits, begins.copy(), held, rows)
    first_rows = np.empty(len(keys), dtype=np.int32)
    slots = FIRST_SLOTS
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        bucket = held[begin:end], rows[begin:end]
        # a key and its row lie side by side, so that a look-up waits for memory once
        while not find_first_rows(*bucket, np.zeros((slots, 2), dtype=np.uint64), first_rows):
            slots *= GROWTH  # and keep it: buckets by hash have about as many keys each
    # the rows' places in the buckets are no longer wanted
    return first_rows, rows[: number_rows(first_rows, rows)].copy()


@kernel
def bucket_of(key: np.uint64, bits: np.uint64) -> np.uintp:
    """Return the bucket: the product's first bits; shifting by all 64 would be undefined."""
    return np.uintp((key * MULTIPLIER) >> (WORD - bits)) if bits > np.uint64(0) else np.uintp(0)


@kernel
def bucket_sizes(keys: Keys, bits: np.uint64) -> NDArray[np.int64]:
    """Count the keys of each bucket."""
    sizes = np.zeros(np.uint64(1) << bits, dtype=np.int64)
    for key in keys:
        sizes[bucket_of(key, bits)] += 1
    return sizes


@kernel
def fill_buckets(
    keys: Keys, bits: np.uint64, free: NDArray[np.int64], held: Keys, rows: Rows
) -> None:
    """Put each key and its row at the next free place of its bucket."""
    for row in range(np.uintp(len(keys))):
        key = keys[row]
        bucket = bucket_of(key, bits)
        place = np.uintp(free[bucket])
        free[bucket] += 1
        held[place], rows[place] = key, np.int32(row)


@kernel
def find_first_rows(keys: Keys, rows: Rows, table: NDArray[np.uint64], first_rows: Rows) -> bool:
    """Write where each key of a bucket first occurs; say whether the table was large enough.

    `table` is empty at first, and then holds keys and their first rows, counted from 1, shape (a
    power of 2, 2), with linear probing.
    """
    mask = np.uint64(len(table) - 1)
    free = len(table) // 2
    for i in range(np.uintp(len(keys))):
        key = keys[i]
        slot = slot_of(key, mask)
        while table[slot, 1] != np.uint64(0) and table[slot, 0] != key:
            slot = np.uintp((slot + np.uintp(1)) & np.uintp(mask))
        if table[slot, 1] == np.uint64(0):
            if free == 0:
                return False
            free -= 1
            table[slot, 0], table[slot, 1] = key, np.uint64(rows[i]) + np.uint64(1)
        first_rows[np.uintp(rows[i])] = np.int32(table[slot, 1] - np.uint64(1))
    return True


@kernel
def number_rows(first_rows: Rows, firsts: Rows) -> int:
    """Give numbers to rows that are their own first, and hand these on: return how many."""
    n_found = 0
    for row in range(np.uintp(len(first_rows))):
        first = np.uintp(first_rows[row])
        if first == row:
            firsts[np.uintp(n_found)] = np.int32(row)
            first_rows[row] = np.int32(n_found)
            n_found += 1
        else:
            first_rows[row] = first_rows[first]  # a number by now
    return n_found


@kernel
def renumber(numbers: Numbers, new: Rows, out: Rows) -> None:
    """Write the new number of each, for which NumPy would copy them; `out` may be `numbers`."""
    for row in range(np.uintp(len(numbers))):
        out[row] = new[np.uintp(numbers[row])]


@kernel
def mark(numbers: Numbers, used: NDArray[np.bool_]) -> None:
    """Note which numbers there are."""
    for number in numbers:
        used[np.uintp(number)] = True


@kernel
def slot_of(key: np.uint64, mask: np.uint64) -> np.uintp:
    """Return where a key's look-up begins: what all its bits make of the product's upper half."""
    return np.uintp((((key ^ (key >> HALF)) * MULTIPLIER) >> HALF) & mask)
