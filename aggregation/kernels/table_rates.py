"""Rates of large tables: made of counts, and extrapolated.

A table has rows of classes, an answer of a rater each, from ``rows[rater]`` to ``rows[rater + 1]``.
Answers that a rater never gives may have none: they are *idle*, and alike in what matters. Then one
row a rater stands for each of its idle answers; these rows come after all others.
"""

import numpy as np
from numpy.typing import NDArray

from .jit import kernel
from .tables import count_codes


@kernel
def divide_rows(counts: NDArray[np.float64], n_answers: int, n_classes: int) -> None:
    """Make rates of the counts of some raters, in place (eq. 2.3); 0/0 is uniform.

    Divisions take longest: rows of answers that a rater never gave stay 0 without them.
    """
    width, height = np.uintp(n_classes), np.uintp(n_answers)
    totals, given = np.empty(n_classes), np.empty(n_answers, dtype=np.bool_)
    bits, uniform = counts.view(np.int64), 1 / n_answers
    for table in range(np.uintp(0), np.uintp(len(counts)), height * width):
        totals[:] = 0.0
        for a in range(height):
            row, any_bit = table + a * width, 0
            for k in range(width):
                totals[k] += counts[row + k]
                any_bit |= bits[row + k]
            given[a] = any_bit != 0
        n_empty = 0
        for k in range(width):
            n_empty += totals[k] == 0.0
        for a in range(height):
            row = table + a * width
            if given[a]:
                for k in range(width):
                    counts[row + k] /= totals[k]
            if n_empty > 0:
                for k in range(width):
                    if totals[k] == 0.0:
                        counts[row + k] = uniform


@kernel
def count_rates(
    places: NDArray[np.int32],
    pattern_of: NDArray[np.int32],
    posteriors: NDArray[np.float64],
    rows: NDArray[np.int64],
    n_answers: int,
    first: int,
    last: int,
    fresh: bool,
    rates: NDArray[np.float64],
    idle: NDArray[np.float64],
) -> None:
    """Count the votes of some raters, and make rates of each one's counts and of idle rows.

    The bits are those of :func:`count_codes` and :func:`divide_rows` in tables without idle rows.
    `idle` has shape (n_raters, n_classes).
    """
    width, uniform, one = np.uintp(idle.shape[1]), 1 / n_answers, np.uintp(1)
    totals = np.empty(idle.shape[1])
    for rater in range(np.uintp(first), np.uintp(last)):
        first_row, last_row = rows[rater], rows[rater + one]
        count_codes(places, pattern_of, posteriors, len(totals), first_row, last_row, fresh, rates)
        begin, end = np.uintp(first_row), np.uintp(last_row)
        totals[:] = 0.0
        for row in range(begin, end):
            for k in range(width):
                totals[k] += rates[row * width + k]
        for k in range(width):
            idle[rater, k] = uniform if totals[k] == 0.0 else 0.0
        for row in range(begin, end):
            for k in range(width):
                rate = rates[row * width + k] / totals[k]
                rates[row * width + k] = uniform if totals[k] == 0.0 else rate


@kernel
def bend(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    z: NDArray[np.float64],
    rows: NDArray[np.int64],
    n_answers: int,
    pieces: NDArray[np.int64],
    first: int,
    last: int,
    sums: NDArray[np.float64],
) -> None:
    """Sum ``r**2`` and ``v**2`` where ``r = y - x`` and ``v = z - y - r``, class by class.

    `sums` has shape (n_pieces, 2, n_classes): the raters of each piece have sums of their own.
    """
    width, one = np.uintp(sums.shape[2]), np.uintp(1)
    for piece in range(np.uintp(first), np.uintp(last)):
        squares, curvature = sums[piece, 0], sums[piece, 1]
        sums[piece] = 0.0
        for rater in range(np.uintp(pieces[piece]), np.uintp(pieces[piece + one])):
            begin, end = np.uintp(rows[rater]), np.uintp(rows[rater + one])
            for row in range(begin, end):
                bend_row(x, y, z, row * width, 1.0, squares, curvature)
            idle = n_answers - (rows[rater + one] - rows[rater])
            if idle > 0:
                at = (np.uintp(rows[-1]) + rater) * width
                bend_row(x, y, z, at, np.float64(idle), squares, curvature)


@kernel
def bend_row(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    z: NDArray[np.float64],
    at: np.uintp,
    times: float,
    squares: NDArray[np.float64],
    curvature: NDArray[np.float64],
) -> None:
    """Add one row to the sums of :func:`bend`, `times` over."""
    for k in range(np.uintp(len(squares))):
        r = y[at + k] - x[at + k]
        v = z[at + k] - y[at + k] - r
        squares[k] += times * (r * r)
        curvature[k] += times * (v * v)


@kernel
def go_beyond(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    z: NDArray[np.float64],
    length: float,
    rows: NDArray[np.int64],
    n_answers: int,
    n_classes: int,
    first: int,
    last: int,
    out: NDArray[np.float64],
) -> None:
    """Fill ``x + 2 length r + length**2 v`` of some raters, divided by its sums over the answers.

    What leaves its range comes to a tenth of `z`, so that where that is 0 the others need not be
    read.
    """
    width, one = np.uintp(n_classes), np.uintp(1)
    totals, filled = np.empty(n_classes), np.empty(n_answers, dtype=np.bool_)
    for rater in range(np.uintp(first), np.uintp(last)):
        begin, end = np.uintp(rows[rater]), np.uintp(rows[rater + one])
        at, idle = (
            (np.uintp(rows[-1]) + rater) * width,
            n_answers - (rows[rater + one] - rows[rater]),
        )
        totals[:] = 0.0
        for row in range(begin, end):
            filled[row - begin] = beyond_row(x, y, z, length, row * width, 1.0, totals, out)
        if idle > 0:
            beyond_row(x, y, z, length, at, np.float64(idle), totals, out)
        for k in range(width):
            totals[k] = 1 / totals[k]
        for row in range(begin, end):
            if filled[row - begin]:
                for k in range(width):
                    out[row * width + k] *= totals[k]
        if idle > 0:
            for k in range(width):
                out[at + k] *= totals[k]


@kernel
def beyond_row(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    z: NDArray[np.float64],
    length: float,
    at: np.uintp,
    times: float,
    totals: NDArray[np.float64],
    out: NDArray[np.float64],
) -> bool:
    """Fill one row, and add it to `totals` `times` over; say whether there is anything but 0."""
    width, twice, square = np.uintp(len(totals)), 2 * length, length**2
    bits, any_bit = z.view(np.int64), 0
    for k in range(at, at + width):
        any_bit |= bits[k]
    if any_bit == 0:
        out[at : at + width] = 0.0
        return False
    for k in range(at, at + width):
        r = y[k] - x[k]
        v = z[k] - y[k] - r
        far = x[k] + twice * r + square * v
        out[k] = far if (far > 0.0) & (z[k] > 0.0) else 0.1 * z[k]
    for k in range(width):
        totals[k] += times * out[at + k]
    return True
