"""Votes in any order to votes grouped by item, without a comparison sort of all of them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .radix import MOST_INSERTED, group_shuffled, sort_within_items
from .threads import Threads

SORTED, UNSORTED, SHUFFLED = range(3)


def group_by_item(
    items: NDArray[np.integer[Any]],
    raters: NDArray[np.integer[Any]],
    answers: NDArray[np.integer[Any]],
    *,
    n_items: int,
    n_raters: int,
    n_answers: int,
    threads: Threads,
    ascending: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.int32]] | None:
    """Group codes: starts, shape (n_items + 1,), and codes, shape (n_votes,); see `Votes`.

    With `ascending`, items need not be valid: None is returned if they do not ascend within
    0..n_items - 1.
    """
    starts = np.zeros(n_items + 1, dtype=np.int64)
    codes = np.empty(len(items), dtype=np.int32)
    columns = items, raters, answers, n_answers
    orders: list[int] = []

    def pack(begin: int, end: int) -> None:
        first, last = first_of_item(items, begin), first_of_item(items, end)
        orders.append(pack_ascending(*columns, first, last, starts, codes))

    threads.share(pack, len(items))
    if SHUFFLED in orders and ascending:
        return None
    code_bits = (n_raters * n_answers - 1).bit_length()
    if SHUFFLED in orders:
        group_shuffled(columns, code_bits, starts, codes, threads)
    elif UNSORTED in orders:
        threads.share(
            lambda begin, end: sort_within_items(starts[begin : end + 1], code_bits, codes), n_items
        )
    return starts, codes


def first_of_item(items: NDArray[np.integer[Any]], row: int) -> int:
    """Return the row, or the next one where another item begins."""
    while 0 < row < len(items) and items[row] == items[row - 1]:
        row += 1
    return row


@kernel
def pack_ascending(
    items: NDArray[np.integer[Any]],
    raters: NDArray[np.integer[Any]],
    answers: NDArray[np.integer[Any]],
    n_answers: int,
    first: int,
    last: int,
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
) -> int:
    """Fill `starts` and sorted `codes` from some rows, as long as items come in ascending order.

    An item's rows are all among them, or none is.

    Returned is SHUFFLED at an item that comes too late, or is none, or UNSORTED if an item has too
    many votes to be sorted by insertion.
    """
    order = SORTED
    current, begin = np.int64(0), first
    if first > 0:
        current = np.int64(items[first - 1])
        if not 0 <= current < len(starts) - 1:
            return SHUFFLED
    few = are_few(items, first, last)
    for v in range(first, last):
        item = np.int64(items[v])
        if item != current:
            if item < current or item >= len(starts) - 1:
                return SHUFFLED
            for i in range(current + 1, item + 1):
                starts[i] = v
            current, begin = item, v
            few = are_few(items, v, last)
        code = np.int32(np.int64(raters[v]) * n_answers + np.int64(answers[v]))
        place = v
        if few:
            while place > begin and codes[place - 1] > code:
                codes[place] = codes[place - 1]
                place -= 1
        elif v > begin:
            order |= int(codes[v - 1] > code)  # UNSORTED; no branch, for none could be guessed
        codes[place] = code
    if last == len(items):
        for i in range(current + 1, len(starts)):
            starts[i] = last
    return order


@kernel
def are_few(items: NDArray[np.integer[Any]], begin: int, last: int) -> bool:
    """Say whether the item whose votes begin here has few enough to be sorted by insertion."""
    return begin + MOST_INSERTED >= last or items[begin + MOST_INSERTED] != items[begin]


def count_codes(codes: NDArray[np.int32], n_codes: int, threads: Threads) -> NDArray[np.int64]:
    """Count the votes of each code, shape (n_codes,)."""
    counts: list[NDArray[np.int64]] = []
    threads.share(
        lambda begin, end: counts.append(counts_of_codes(codes[begin:end], n_codes)), len(codes)
    )
    return np.asarray(np.sum(counts, axis=0))


@kernel
def counts_of_codes(codes: NDArray[np.int32], n_codes: int) -> NDArray[np.int64]:
    """Count the votes of each code, shape (n_codes,)."""
    counts = np.zeros(n_codes, dtype=np.int64)
    for code in codes:
        counts[np.uintp(code)] += 1
    return counts


def least_and_largest(values: NDArray[np.integer[Any]], threads: Threads) -> tuple[int, int]:
    """Find the least and the largest of some integers in one pass."""
    found: list[tuple[int, int]] = []

    def look(begin: int, end: int) -> None:
        if begin < end:
            found.append(extremes(values[begin:end]))

    threads.share(look, len(values))
    return min(int(least) for least, _ in found), max(int(largest) for _, largest in found)


@kernel
def extremes(values: NDArray[np.integer[Any]]) -> tuple[int, int]:
    """Find the least and the largest of some integers."""
    least = largest = values[0]
    for value in values:
        least = min(least, value)
        largest = max(largest, value)
    return least, largest


@kernel
def codes_as_they_come(codes: NDArray[np.integer[Any]], order: NDArray[np.int64]) -> None:
    """Write all codes in the order in which they first occur, and then those that do not."""
    seen = np.zeros(len(order), dtype=np.bool_)
    found = 0
    for code in codes:
        if not seen[code]:
            seen[code] = True
            order[found] = code
            found += 1
    for code in range(len(order)):
        if not seen[code]:
            order[found] = code
            found += 1


@kernel
def add_weights(
    starts: NDArray[np.int64],
    codes: NDArray[np.int32],
    weights: NDArray[np.float64],
    by_code: NDArray[np.float64],
) -> None:
    """Add each item's weights, (n_items, n_classes), to the row of every code that it has."""
    for i in range(np.uintp(len(weights))):
        for v in range(np.uintp(starts[i]), np.uintp(starts[i + np.uintp(1)])):
            code = np.uintp(codes[v])
            for j in range(np.uintp(weights.shape[1])):
                by_code[code, j] += weights[i, j]


@kernel
def count_answers(
    starts: NDArray[np.int64], codes: NDArray[np.int32], counts: NDArray[np.int64]
) -> None:
    """Add each item's votes for every answer to `counts`, (n_items, n_answers)."""
    n_answers = np.int32(counts.shape[1])
    for i in range(np.uintp(len(counts))):
        for v in range(np.uintp(starts[i]), np.uintp(starts[i + np.uintp(1)])):
            counts[i, np.uintp(codes[v] % n_answers)] += 1
