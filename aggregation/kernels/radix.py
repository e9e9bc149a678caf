"""Votes in any order sorted by item and code, a cache full of them at a time.

Shuffled votes are put into buckets of neighbouring items first. What comes after happens within a
bucket, which the processor's cache holds: a radix sort by code, then a stable one by item.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .threads import Threads

# An item with more votes than this is not sorted by insertion, which would take their square.
MOST_INSERTED = 16
# So many votes are sorted at a time.
VOTES_IN_CACHE = 8192
# More buckets than this many bits can number would each be written to too seldom to stay in cache.
BUCKET_BITS = 11
# A radix sort counts digits of so many bits at the most.
DIGIT_BITS = 12

Columns = tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]], NDArray[np.integer[Any]], int]


def group_shuffled(
    columns: Columns,
    code_bits: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    threads: Threads,
) -> None:
    """Fill `starts` and sorted `codes` from votes in any order."""
    n_votes, n_items = len(columns[0]), len(starts) - 1
    bucket_bits = min((n_votes // VOTES_IN_CACHE).bit_length(), BUCKET_BITS)
    item_bits = max((n_items - 1).bit_length() - bucket_bits, 0)
    n_buckets = ((n_items - 1) >> item_bits) + 1
    counts: dict[tuple[int, int], NDArray[np.int64]] = {}

    def count(begin: int, end: int) -> None:
        counts[begin, end] = count_buckets(columns[0][begin:end], item_bits, n_buckets)

    threads.share(count, n_votes)
    pieces = sorted(counts)
    sizes = np.stack([counts[piece] for piece in pieces], axis=1)
    # Within a bucket, what one thread puts there stands before what the next one does.
    places = (np.cumsum(sizes) - sizes.reshape(-1)).reshape(sizes.shape)
    borders = np.append(places[:, 0], n_votes)
    free = dict(zip(pieces, places.T.copy(), strict=True))
    # Half the size is more of it in the processor's cache.
    kind: type[np.unsignedinteger[Any]] = np.uint32 if item_bits + code_bits <= 32 else np.uint64
    keys: NDArray[np.unsignedinteger[Any]] = np.empty(n_votes, dtype=kind)
    bits = item_bits, code_bits
    threads.share(
        lambda begin, end: fill_buckets(*columns, begin, end, *bits, free[begin, end], keys),
        n_votes,
    )
    threads.share(
        lambda first, last: sort_buckets(keys, borders, first, last, *bits, starts, codes),
        n_buckets,
    )
    starts[0] = 0


@kernel
def count_buckets(
    items: NDArray[np.integer[Any]], item_bits: int, n_buckets: int
) -> NDArray[np.int64]:
    """Count the votes of each bucket: those on items that differ in their last bits alone."""
    counts = np.zeros(n_buckets, dtype=np.int64)
    for item in items:
        counts[np.uintp(item) >> np.uintp(item_bits)] += 1
    return counts


@kernel
def fill_buckets(
    items: NDArray[np.integer[Any]],
    raters: NDArray[np.integer[Any]],
    answers: NDArray[np.integer[Any]],
    n_answers: int,
    begin: int,
    end: int,
    item_bits: int,
    code_bits: int,
    free: NDArray[np.int64],
    keys: NDArray[np.unsignedinteger[Any]],
) -> None:
    """Put some votes at the next free places of their buckets.

    A key is the last bits of the item, then the code.
    """
    mask = (np.uintp(1) << np.uintp(item_bits)) - np.uintp(1)
    for v in range(np.uintp(begin), np.uintp(end)):
        item = np.uintp(items[v])
        bucket = item >> np.uintp(item_bits)
        code = np.uintp(np.int64(raters[v]) * n_answers + np.int64(answers[v]))
        keys[np.uintp(free[bucket])] = (item & mask) << np.uintp(code_bits) | code
        free[bucket] += 1


@kernel
def sort_buckets(
    keys: NDArray[np.unsignedinteger[Any]],
    borders: NDArray[np.int64],
    first_bucket: int,
    last_bucket: int,
    item_bits: int,
    code_bits: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
) -> None:
    """Fill `codes` of some buckets' items, and `starts` but for the first item's."""
    if first_bucket == last_bucket:
        return
    largest = np.diff(borders[first_bucket : last_bucket + 1]).max()
    spare = np.empty(largest, dtype=keys.dtype)
    for bucket in range(first_bucket, last_bucket):
        begin, end = borders[bucket], borders[bucket + 1]
        by_code = sorted_by_code(keys[begin:end], spare[: end - begin], code_bits)
        # Where an item's next vote goes: in the end, where the next item's votes begin.
        free = starts[(bucket << item_bits) + 1 : ((bucket + 1) << item_bits) + 1]
        free[:] = 0
        for key in by_code:
            free[np.uintp(key) >> np.uintp(code_bits)] += 1
        for i in range(len(free)):
            size = free[i]
            free[i] = begin
            begin += size
        put_codes(by_code, code_bits, free, codes)


@kernel
def sorted_by_code(
    keys: NDArray[np.unsignedinteger[Any]], spare: NDArray[np.unsignedinteger[Any]], code_bits: int
) -> NDArray[np.unsignedinteger[Any]]:
    """Sort keys by their codes, digit by digit from the last; both arrays are written to."""
    n_digits = -(-code_bits // DIGIT_BITS)
    for digit in range(n_digits):
        width = -(-code_bits // n_digits)
        shift = np.uintp(digit * width)
        # the last digit has the bits that are left, and none of the item's
        mask = (np.uintp(1) << np.uintp(min(width, code_bits - digit * width))) - np.uintp(1)
        place = np.zeros(mask + np.uintp(2), dtype=np.int64)
        for key in keys:
            place[(np.uintp(key) >> shift & mask) + np.uintp(1)] += 1
        for d in range(1, len(place)):
            place[d] += place[d - 1]
        for key in keys:
            value = np.uintp(key) >> shift & mask
            spare[np.uintp(place[value])] = key
            place[value] += 1
        keys, spare = spare, keys
    return keys


@kernel
def put_codes(
    keys: NDArray[np.unsignedinteger[Any]],
    code_bits: int,
    free: NDArray[np.int64],
    codes: NDArray[np.int32],
) -> None:
    """Put the code of each key at its item's next free place."""
    mask = (np.uintp(1) << np.uintp(code_bits)) - np.uintp(1)
    for key in keys:
        item = np.uintp(key) >> np.uintp(code_bits)
        codes[np.uintp(free[item])] = np.uintp(key) & mask
        free[item] += 1


@kernel
def sort_within_items(starts: NDArray[np.int64], code_bits: int, codes: NDArray[np.int32]) -> None:
    """Sort the codes of items with too many to be sorted by insertion, many items at a time."""
    keys, spare = np.empty((2, VOTES_IN_CACHE), dtype=np.uint64)
    free = np.empty(VOTES_IN_CACHE // MOST_INSERTED, dtype=np.int64)
    n_keys = n_held = 0
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        if end - begin <= MOST_INSERTED:
            continue
        if end - begin > VOTES_IN_CACHE:
            codes[begin:end].sort()
            continue
        if n_keys + end - begin > VOTES_IN_CACHE:
            put_codes(
                sorted_by_code(keys[:n_keys], spare[:n_keys], code_bits), code_bits, free, codes
            )
            n_keys = n_held = 0
        for v in range(begin, end):
            keys[n_keys] = np.uint64(n_held) << np.uint64(code_bits) | np.uint64(codes[v])
            n_keys += 1
        free[n_held] = begin
        n_held += 1
    put_codes(sorted_by_code(keys[:n_keys], spare[:n_keys], code_bits), code_bits, free, codes)
