"""Rows of doubles, an entry a class: in a processor's vector registers, or else in plain loops.

``load(row, array, at)`` returns the entries of an array from `at` on, as many as the row has;
``store(array, at, row)`` puts them there; ``scale(row, factor)``; ``times(row, array, at)`` and
``plus(row, array, at)`` are the row times, or plus, those entries; ``times_votes(row, array, codes,
begin, end, width, c)`` and ``plus_votes(...)`` the row times, or plus, the rows of votes
``codes[begin:end]``, one after the other; ``add_to_votes(...)`` adds the row to each of theirs. The
row of a vote begins at ``code * width + c``.

Vector registers are reached by llvmlite, whose functions change from version to version. Where one
that is needed is gone, or does something else, plain loops give the same bits at lower speed.
"""

from __future__ import annotations

import logging
from types import ModuleType
from typing import Any

import numpy as np

log = logging.getLogger(__name__)


def vector_rows() -> ModuleType:
    """Return the operations in vector registers, once they have done what they must.

    Raises
    ------
    Exception
        Whatever an llvmlite or a Numba raises that is not as it was.
    """
    from . import vector_rows as rows

    array, codes = np.array([3.0, 5.0, 7.0, 11.0]), np.array([1, 1, 0, 1, 1, 1], dtype=np.int32)
    first, second = array[:2].copy(), array[2:].copy()
    row = (first * second + first) * second**5 * first + (5 * second + first)
    expected = np.concatenate([row, second + 5 * (row * 3.0)])  # whole numbers: no bit is lost
    rows.every_operation((0.0, 0.0), array, codes)
    if not np.array_equal(array, expected):
        raise ArithmeticError(f"{array} instead of {expected}")
    return rows


def usable_rows() -> ModuleType:
    """Return the operations in vector registers, or where these fail, in plain loops."""
    try:
        return vector_rows()
    except Exception as error:
        from . import plain_rows

        first_line = next(iter(str(error).splitlines()), "")
        log.warning(
            "this llvmlite or Numba is not one that is known (%s: %s): plain loops are used, which "
            "are slower and have the same bits",
            type(error).__name__,
            first_line,
        )
        return plain_rows


_rows: Any = usable_rows()
load, store, scale, times, plus = _rows.load, _rows.store, _rows.scale, _rows.times, _rows.plus
times_votes, plus_votes, add_to_votes = _rows.times_votes, _rows.plus_votes, _rows.add_to_votes
