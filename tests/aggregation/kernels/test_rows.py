"""Operations on rows in vector registers have the bits of plain loops, and refuse other arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba.core.errors import TypingError
from numpy.typing import NDArray

from aggregation.kernels.jit import kernel
from aggregation.kernels.rows import (
    add_to_votes,
    load,
    plus,
    plus_votes,
    scale,
    store,
    times,
    times_votes,
)

N_CODES, N_VOTES = 6, 30


@kernel
def operations(
    row: Any, array: NDArray[np.float64], codes: NDArray[np.int32], begin: int, end: int, c: int
) -> Any:
    width = np.uintp(len(array) // N_CODES)
    first, last, at = np.uintp(begin), np.uintp(end), np.uintp(c)
    results = (
        load(row, array, at),
        times(row, array, at),
        plus(row, array, at),
        scale(row, array[0]),
        times_votes(row, array, codes, first, last, width, at),
        plus_votes(row, array, codes, first, last, width, at),
    )
    added = array.copy()
    add_to_votes(row, added, codes, first, last, width, at)
    stored = array.copy()
    store(stored, at, row)
    return results, added, stored


@pytest.mark.parametrize("length", [1, 2, 4, 8])
@pytest.mark.parametrize("rows_a_code", [1, 3])
def test_rows_are_plain_loops(length: int, rows_a_code: int) -> None:
    rng = np.random.default_rng(length)
    width = rows_a_code * length
    array = rng.random(N_CODES * width)
    codes = rng.integers(N_CODES, size=N_VOTES).astype(np.int32)
    row = rng.random(length)
    codes.flags.writeable = rows_a_code > 1
    for begin, end in ((0, 0), (0, 1), (3, 6), (2, 6), (1, 6), (4, 13), (0, N_VOTES)):
        for c in range(0, width, length):
            found, added, stored = operations(tuple(row), array, codes, begin, end, c)
            here = slice(c, c + length)
            product, total, expected = row.copy(), row.copy(), array.copy()
            for code in codes[begin:end]:
                of_vote = slice(code * width + c, code * width + c + length)
                product *= array[of_vote]
                total += array[of_vote]
                expected[of_vote] += row
            np.testing.assert_array_equal(
                found,
                [array[here], row * array[here], row + array[here], row * array[0], product, total],
            )
            np.testing.assert_array_equal(added, expected)
            expected = array.copy()
            expected[here] = row
            np.testing.assert_array_equal(stored, expected)


@pytest.mark.parametrize(
    ("array", "codes"),
    [
        (np.ones(12, dtype=np.float32), np.zeros(2, dtype=np.int32)),
        (np.ones(24)[::2], np.zeros(2, dtype=np.int32)),
        (np.ones(12), np.zeros(2, dtype=np.int64)),
    ],
)
def test_other_arrays_are_refused(array: NDArray[Any], codes: NDArray[Any]) -> None:
    with pytest.raises(TypingError, match="a flat array of"):
        operations((1.0, 1.0), array, codes, 0, 2, 0)
