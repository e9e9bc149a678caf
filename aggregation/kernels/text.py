"""Text as Arrow holds it, bytes and where each text begins: equal ones numbered, and their order.

Text ``i`` is ``data[offsets[i]:offsets[i + 1]]``, in UTF-8, of which bytes have the order of the
characters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.signedinteger[Any]]
Keys = NDArray[np.uint64]

WORD_BYTES = 8
# Odd multiplier of a 64-bit hash.
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
HALF = np.uint64(32)
FIRST_SLOTS = 1 << 12
GROWTH = 4
NEW_LINE, BLANK, LEAST_NOT_ASCII = 10, 32, 128
UPPER_A, UPPER_Z, LOWER_E, ZERO, NINE = ord("A"), ord("Z"), ord("e"), ord("0"), ord("9")
PLUS, MINUS, POINT = ord("+"), ord("-"), ord(".")


def numbered(keys: Keys) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give distinct keys numbers as they come; return each key's, and each number's first row."""
    codes = np.empty(len(keys), dtype=np.int32)
    firsts = np.empty(len(keys), dtype=np.int32)
    slots, row, n_found = FIRST_SLOTS, 0, 0
    while True:
        # a key and its number lie side by side, so that a look-up waits for memory once
        table = np.zeros((slots, 2), dtype=np.uint64)
        put_back(keys, firsts[:n_found], table)
        row, n_found = number_keys(keys, row, n_found, table, firsts, codes)
        if row == len(keys):
            return codes, firsts[:n_found].copy()
        slots *= GROWTH


def order_of_texts(data: Bytes, offsets: Offsets) -> NDArray[np.int64]:
    """Return the places of distinct texts in ascending order, by words of eight bytes.

    Those that agree in one word are told apart by the next, and where all words agree, because the
    longer text ends in zeros, by their lengths.
    """
    if len(offsets) < 2:
        return np.empty(0, dtype=np.int64)
    sizes = np.diff(offsets)
    longest = int(sizes.max())
    skip = shared_prefix(data, offsets, data[offsets[0] : offsets[1]])
    order, places = np.arange(len(sizes)), np.arange(len(sizes))
    group = np.zeros(len(sizes), dtype=np.int64)
    while len(places):
        rows = order[places]
        words = np.empty(len(rows), dtype=np.uint64)
        words_of(data, offsets, skip, rows, words)
        if skip >= longest:
            words = sizes[rows].astype(np.uint64)
        within = np.lexsort((words, group)) if group.any() else np.argsort(words)
        order[places] = rows[within]
        words = words[within]
        differs = (words[1:] != words[:-1]) | (group[1:] != group[:-1])
        first, last = np.append(True, differs), np.append(differs, True)
        tied = ~(first & last)
        places, group = places[tied], np.cumsum(first)[tied]
        skip += WORD_BYTES
    return order


@kernel
def shared_prefix(data: Bytes, offsets: Offsets, prefix: Bytes) -> int:
    """Return how many bytes of `prefix` all texts begin with."""
    size = len(prefix)
    for i in range(len(offsets) - 1):
        begin = offsets[i]
        size = min(size, offsets[i + 1] - begin)
        for j in range(size):
            if data[begin + j] != prefix[j]:
                size = j
                break
    return size


@kernel
def short_keys(data: Bytes, offsets: Offsets, skip: int, keys: Keys) -> bool:
    """Fill keys that are equal, and in order, as the texts are; say whether there are such.

    They are the bytes after the first `skip`, most significant first, filled up with zeros: at most
    eight, and the last is no zero.
    """
    for i in range(len(keys)):
        begin, end = np.int64(offsets[i]) + skip, np.int64(offsets[i + 1])
        size = end - begin
        if size > WORD_BYTES or (size > 0 and data[end - 1] == 0):
            return False
        keys[i] = word_at(data, begin, end)
    return True


@kernel
def hash_keys(data: Bytes, offsets: Offsets, keys: Keys) -> None:
    """Fill a hash of each text, by words of eight bytes."""
    for i in range(len(keys)):
        begin, end = np.int64(offsets[i]), np.int64(offsets[i + 1])
        key = np.uint64(end - begin + 1) * MULTIPLIER
        while begin < end:
            key = (key ^ word_at(data, begin, end)) * MULTIPLIER
            key ^= key >> np.uint64(29)
            begin += WORD_BYTES
        keys[i] = key


@kernel
def words_of(data: Bytes, offsets: Offsets, skip: int, rows: NDArray[np.int64], out: Keys) -> None:
    """Fill the word after the first `skip` bytes of some texts; 0 where there is nothing."""
    for k in range(len(rows)):
        row = rows[k]
        out[k] = word_at(data, np.int64(offsets[row]) + skip, np.int64(offsets[row + 1]))


@kernel
def word_at(data: Bytes, begin: Any, end: Any) -> np.uint64:
    """Return up to eight bytes, the first most significant, filled up with zeros."""
    word = np.uint64(0)
    size = min(end - begin, WORD_BYTES)
    if size <= 0:
        return word
    for j in range(size):
        word = (word << np.uint64(8)) | np.uint64(data[begin + j])
    return word << np.uint64(8 * (WORD_BYTES - size))


@kernel
def slot_of(key: np.uint64, mask: np.uint64) -> np.uintp:
    """Return where a key's look-up begins: what all its bits make of the product's upper half."""
    return np.uintp((((key ^ (key >> HALF)) * MULTIPLIER) >> HALF) & mask)


@kernel
def put_back(keys: Keys, firsts: NDArray[np.int32], table: NDArray[np.uint64]) -> None:
    """Put keys that have numbers into a table that is empty and large enough."""
    mask = np.uint64(len(table) - 1)
    for number in range(len(firsts)):
        key = keys[firsts[number]]
        slot = slot_of(key, mask)
        while table[slot, 1] != np.uint64(0):
            slot = np.uintp((slot + np.uintp(1)) & np.uintp(mask))
        table[slot, 0], table[slot, 1] = key, np.uint64(number + 1)


@kernel
def number_keys(
    keys: Keys,
    row: int,
    n_found: int,
    table: NDArray[np.uint64],
    firsts: NDArray[np.int32],
    codes: NDArray[np.int32],
) -> tuple[int, int]:
    """Fill numbers from a row on, until the table is half full; return the row and how many.

    `table` holds keys and their numbers from 1 on, shape (a power of 2, 2), with linear probing.
    """
    mask = np.uint64(len(table) - 1)
    most = len(table) // 2
    for i in range(np.uintp(row), np.uintp(len(keys))):
        key = keys[i]
        slot = slot_of(key, mask)
        while table[slot, 1] != np.uint64(0) and table[slot, 0] != key:
            slot = np.uintp((slot + np.uintp(1)) & np.uintp(mask))
        if table[slot, 1] == np.uint64(0):
            if n_found == most:
                return np.intp(i), n_found  # type: ignore[return-value]
            firsts[n_found] = i
            n_found += 1
            table[slot, 0], table[slot, 1] = key, np.uint64(n_found)
        codes[i] = np.int32(table[slot, 1]) - np.int32(1)
    return len(keys), n_found


@kernel
def all_as_named(
    data: Bytes,
    offsets: Offsets,
    codes: NDArray[np.int32],
    name_data: Bytes,
    name_offsets: Offsets,
) -> bool:
    """Say whether each text is, byte by byte, the name that its code stands for."""
    for i in range(len(codes)):
        begin, name = np.int64(offsets[i]), np.int64(name_offsets[codes[i]])
        size = np.int64(offsets[i + 1]) - begin
        if np.int64(name_offsets[codes[i] + 1]) - name != size:
            return False
        for j in range(size):
            if data[begin + j] != name_data[name + j]:
                return False
    return True


@kernel
def differ_plainly(lines: Bytes) -> bool:
    """Say whether lines are ASCII in lower case without blanks, and none an oddly written number.

    Odd is one of other signs than digits, or with a leading zero; a line that is empty is no such.
    """
    begins, number, odd = True, False, False
    for k in range(len(lines)):
        byte = lines[k]
        if byte == NEW_LINE:
            if begins or (number and odd):
                return False
            begins, number, odd = True, False, False
            continue
        if byte <= BLANK or byte >= LEAST_NOT_ASCII or UPPER_A <= byte <= UPPER_Z:
            return False
        digit = ZERO <= byte <= NINE
        sign = byte in (PLUS, MINUS, POINT)
        if begins:
            number = digit or sign
            odd = sign or byte == ZERO
        elif sign or byte == LOWER_E:
            odd = True
        elif not digit:
            number = False
        begins = False
    return not (begins or (number and odd))
