"""Rows of doubles, an entry a class, in plain loops: what `vector_rows` does, and with its bits."""

# Places in arrays are unsigned throughout: of a signed and an unsigned number, Numba makes a float.

from __future__ import annotations

from typing import Any

import numpy as np
from numba.cpython.unsafe.tuple import tuple_setitem

from .jit import kernel
from .row_types import Array, Codes, Row


@kernel
def load(row: Row, array: Array, at: Any) -> Row:
    """Return the entries of an array from `at` on, as many as the row has."""
    for j in range(len(row)):
        row = tuple_setitem(row, j, array[at + np.uintp(j)])
    return row


@kernel
def store(array: Array, at: Any, row: Row) -> None:
    """Put the row there."""
    for j in range(len(row)):
        array[at + np.uintp(j)] = row[j]


@kernel
def scale(row: Row, factor: float) -> Row:
    """Return the row times a number."""
    for j in range(len(row)):
        row = tuple_setitem(row, j, row[j] * factor)
    return row


@kernel
def times(row: Row, array: Array, at: Any) -> Row:
    """Return the row times the entries from `at` on."""
    for j in range(len(row)):
        row = tuple_setitem(row, j, row[j] * array[at + np.uintp(j)])
    return row


@kernel
def plus(row: Row, array: Array, at: Any) -> Row:
    """Return the row plus the entries from `at` on."""
    for j in range(len(row)):
        row = tuple_setitem(row, j, row[j] + array[at + np.uintp(j)])
    return row


@kernel
def times_votes(
    row: Row, array: Array, codes: Codes, begin: Any, end: Any, width: Any, c: Any
) -> Row:
    """Return the row times the rows of votes ``codes[begin:end]``, one after the other."""
    for v in range(begin, end):
        row = times(row, array, np.uintp(codes[v]) * width + c)
    return row


@kernel
def plus_votes(
    row: Row, array: Array, codes: Codes, begin: Any, end: Any, width: Any, c: Any
) -> Row:
    """Return the row plus the rows of votes ``codes[begin:end]``, one after the other."""
    for v in range(begin, end):
        row = plus(row, array, np.uintp(codes[v]) * width + c)
    return row


@kernel
def add_to_votes(
    row: Row, array: Array, codes: Codes, begin: Any, end: Any, width: Any, c: Any
) -> None:
    """Add the row to each row of votes ``codes[begin:end]``."""
    for v in range(begin, end):
        at = np.uintp(codes[v]) * width + c
        for j in range(len(row)):
            array[at + np.uintp(j)] += row[j]
