"""Text as Arrow holds it, bytes and where each text begins: keys to know them by, and their order.

Text ``i`` is ``data[offsets[i]:offsets[i + 1]]``, in UTF-8, of which bytes have the order of the
characters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .numbering import MULTIPLIER, Keys

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.signedinteger[Any]]

WORD_BYTES = 8
BLANK, LEAST_NOT_ASCII = 32, 128
UPPER_A, UPPER_Z, LOWER_E, ZERO, NINE = ord("A"), ord("Z"), ord("e"), ord("0"), ord("9")
PLUS, MINUS, POINT = ord("+"), ord("-"), ord(".")


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
        if differs.all():
            break
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
def differ_plainly(data: Bytes, offsets: Offsets) -> bool:
    """Say whether texts are ASCII in lower case without blanks, and none an oddly written number.

    Odd is one of other signs than digits, or with a leading zero; a text that is empty is no such.
    """
    for i in range(len(offsets) - 1):
        begin, end = np.int64(offsets[i]), np.int64(offsets[i + 1])
        if begin == end:
            return False
        number, odd = False, False
        for k in range(begin, end):
            byte = data[k]
            if byte <= BLANK or byte >= LEAST_NOT_ASCII or UPPER_A <= byte <= UPPER_Z:
                return False
            digit = ZERO <= byte <= NINE
            sign = byte in (PLUS, MINUS, POINT)
            if k == begin:
                number = digit or sign
                odd = sign or byte == ZERO
            elif sign or byte == LOWER_E:
                odd = True
            elif not digit:
                number = False
        if number and odd:
            return False
    return True
