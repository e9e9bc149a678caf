"""Rows shared out among partitions by a hash of their names, and text cut where rows end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .numbering import MULTIPLIER, Keys
from .text import Bytes

SHIFT = np.uint64(32)
QUOTE, CARRIAGE_RETURN = ord('"'), ord("\r")
CELL_BEGINS, PLAIN, QUOTED, QUOTE_IN_QUOTED = range(4)


@kernel
def share_out(
    keys: Keys, partitions: NDArray[np.int32], ends: NDArray[np.int64], order: NDArray[np.int64]
) -> None:
    """Sort rows by partition, those of one keep their order.

    The partition of a key is in 0..n_partitions - 1 and depends on nothing else: it is part of
    the format of stores on disk. Fills `partitions`, shape (n_rows,), ``ends[p]``, the place in
    `order` where the rows of partition ``p`` end, and `order`.
    """
    n_partitions = np.uint64(len(ends))
    sizes = np.zeros(len(ends) + 1, dtype=np.int64)
    for i in range(len(keys)):
        key = (keys[i] ^ (keys[i] >> SHIFT)) * MULTIPLIER
        partition = np.int64(((key >> SHIFT) * n_partitions) >> SHIFT)
        partitions[i] = partition
        sizes[partition + 1] += 1
    ends[:] = np.cumsum(sizes)[:-1]
    for i in range(len(keys)):
        partition = partitions[i]
        order[ends[partition]] = i
        ends[partition] += 1


@kernel
def last_row_end(text: Bytes, separator: int, newline: int) -> int:
    """Return where the last whole row of text ends whose cells may be in quotes; 0 if nowhere.

    The text begins with a row. A quote within a cell that does not begin with one is a character
    as any, and two in a row within quotes stand for one.
    """
    state, end = CELL_BEGINS, 0
    for i in range(len(text)):
        byte = text[i]
        if state == QUOTED:
            if byte == QUOTE:
                state = QUOTE_IN_QUOTED
        elif byte == QUOTE and state != PLAIN:
            state = QUOTED
        elif byte == newline:
            state, end = CELL_BEGINS, i + 1
        elif byte == separator:
            state = CELL_BEGINS
        else:
            state = PLAIN
    return end


@kernel
def torn_cell(text: Bytes, separator: int, newline: int) -> int:
    """Return where a cell begins whose quote takes in the next rows, up to one of theirs; else -1.

    Within its quotes is the end of a line, and behind them what belongs to no cell in quotes; or
    they are never closed. The text begins with a row.
    """
    state, opened, lines = CELL_BEGINS, -1, 0
    for i in range(len(text)):
        byte = text[i]
        if state == QUOTED:
            lines += byte == newline
            if byte == QUOTE:
                state = QUOTE_IN_QUOTED
        elif byte == QUOTE and state == QUOTE_IN_QUOTED:
            state = QUOTED
        elif byte == QUOTE and state != PLAIN:
            state, opened, lines = QUOTED, i, 0
        elif byte in (newline, separator):
            state = CELL_BEGINS
        elif byte != CARRIAGE_RETURN:
            if state == QUOTE_IN_QUOTED and lines:
                return opened
            state = PLAIN
    return opened if state == QUOTED else -1
