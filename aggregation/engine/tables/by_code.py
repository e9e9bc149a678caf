"""A pass over patterns of votes that fills one table of counts, where tables are large."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...kernels.table_rates import count_rates
from ...kernels.tables import count_codes, fill_joint, place_by_code, sum_patterns
from ...kernels.threads import Threads
from ..patterns import Patterns

# Fills the posteriors of patterns ``first`` to ``last``, and their likelihoods, into rows of which
# pattern `begin_at` has the first: (begin_at, first, last, rows, heights).
Fill = Callable[[int, int, int, NDArray[np.float64], NDArray[np.float64]], object]
# Told of raters ``first`` to ``last``, when their counts are complete, and of these, flat.
Complete = Callable[[int, int, NDArray[np.float64]], object]
# Processors work on so many doubles at once, or on twice as many, and their registers have room for
# a few such rows. Small tables are padded: to a power of two, or to several of these.
WIDEST_ROW = 8
# A table of counts that leaves the processor's caches is filled code by code, a single one.
LARGE_BYTES = 4 << 20
# Posteriors of so many patterns are held at a time that they take this part of a table.
ROWS_PART = 8
# As much of a table as stays in a core's cache is made at a time.
CACHED_BYTES = 1 << 17
ENTRY_BYTES = 8


def is_large(shape: tuple[int, int, int]) -> bool:
    """Say whether a table of that shape leaves the caches."""
    return ENTRY_BYTES * prod(shape) >= LARGE_BYTES


def each_piece(
    threads: Threads, shape: tuple[int, int, int], work: Callable[[int, int], object]
) -> None:
    """Do ``work(first, last)`` for raters in pieces, which depend on the shape alone."""
    pieces = rater_pieces(shape)

    def several(begin: int, end: int) -> None:
        for first, last in pairwise(pieces[begin : end + 1]):
            work(first, last)

    threads.share(several, len(pieces) - 1)


def rater_pieces(shape: tuple[int, int, int]) -> list[int]:
    """Cut raters into pieces whose tables stay in a core's cache: return where these begin."""
    if not is_large(shape):
        return [0, shape[0]]
    at_once = max(CACHED_BYTES // (ENTRY_BYTES * shape[1] * shape[2]), 1)
    return [*range(0, shape[0], at_once), shape[0]]


def vector_pieces(size: int) -> list[slice]:
    """Cut a vector into pieces that stay in a core's cache, if it leaves the caches as a whole."""
    at_once = CACHED_BYTES // ENTRY_BYTES if ENTRY_BYTES * size >= LARGE_BYTES else max(size, 1)
    return [slice(begin, begin + at_once) for begin in range(0, max(size, 1), at_once)]


class Layout(NamedTuple):
    """Which rows a large table has: see :mod:`aggregation.kernels.table_rates`.

    Attributes
    ----------
    shape : tuple of int
        (n_raters, n_answers, n_classes).
    rows : ndarray of int64, shape (n_raters + 1,)
        Where the rows of each rater begin.
    """

    shape: tuple[int, int, int]
    rows: NDArray[np.int64]

    @classmethod
    def whole(cls, shape: tuple[int, int, int]) -> Layout:
        """Return that each rater has a row for each answer."""
        return cls(shape, np.arange(shape[0] + 1) * shape[1])

    @property
    def n_rows(self) -> int:
        """Number of rows, without those that stand for idle answers."""
        return int(self.rows[-1])


class Chunk(NamedTuple):
    """Some patterns, and their votes in the order of codes.

    Attributes
    ----------
    first, last : int
        The patterns, the latter not included.
    places : ndarray of int32, shape (n_codes + 2,)
        Where the votes with each code begin.
    pattern_of : ndarray of int32
        The pattern of each vote, counted from `first`.
    """

    first: int
    last: int
    places: NDArray[np.int32]
    pattern_of: NDArray[np.int32]


class ByCode:
    """Votes in the order of codes, so that one table of counts is filled row by row.

    Threads share out the table. Each entry is the sum over its votes in the order of the patterns,
    whichever thread adds them up.

    Parameters
    ----------
    patterns : Patterns
        Their codes are rows of the table.
    layout : Layout
    threads : Threads
    """

    def __init__(self, patterns: Patterns, layout: Layout, threads: Threads) -> None:
        self.layout = layout
        self.threads = threads
        self.patterns = patterns
        self.zeros = (0.0,) * min(layout.shape[2], WIDEST_ROW)
        n_raters, n_answers, _ = layout.shape
        n_chunks = max(ROWS_PART * patterns.n_patterns // (n_raters * n_answers), 1)
        borders = np.linspace(0, patterns.n_patterns, n_chunks + 1).astype(int).tolist()
        self.chunks = [chunk_of(patterns, layout.n_rows, *ends) for ends in pairwise(borders)]
        self.pieces = rater_pieces(layout.shape)

    def joint(self, rates: NDArray[np.float64], prior: NDArray[np.float64], hard: bool) -> Fill:
        """Return what fills posteriors under these rates, flat, and class prior (eq. 2.5)."""
        return partial(fill_joint, *self.patterns[:3], rates, prior, self.zeros, hard)

    def expect(
        self,
        fill: Fill,
        counts: NDArray[np.float64],
        class_counts: NDArray[np.float64],
        complete: Complete | None = None,
        idle: NDArray[np.float64] | None = None,
    ) -> float:
        """Fill flat counts and the class counts; return the log-likelihood.

        `complete` may change counts, which are in the cache of the thread that has made them. With
        `idle`, shape (n_raters, n_classes), counts become rates, and these those of idle rows.
        """
        most = max(last - first for first, last, *_ in self.chunks)
        rows, heights = np.empty((most, self.layout.shape[2])), np.empty((most, 2))
        sums = np.array([0.0, 1.0, 1.0, 0.0])
        class_counts[:] = 0.0
        for number, chunk in enumerate(self.chunks):
            size = chunk.last - chunk.first
            fresh, last = number == 0, number == len(self.chunks) - 1
            self._fill(fill, chunk.first, rows[:size], heights[:size])
            if last and idle is not None:
                self._rates(chunk, rows[:size], counts, idle, fresh=fresh)
            else:
                done = complete if last else None
                self._count(chunk, rows[:size], counts, fresh=fresh, complete=done)
            weights = self.patterns.weights[chunk.first : chunk.last]
            sum_patterns(weights, heights[:size], rows[:size], class_counts, sums)
        return float(sums[-1])

    def _fill(
        self, fill: Fill, first: int, rows: NDArray[np.float64], heights: NDArray[np.float64]
    ) -> None:
        """Fill the posteriors of a chunk."""
        self.threads.share(
            lambda begin, end: fill(first, first + begin, first + end, rows, heights), len(rows)
        )

    def _count(
        self,
        chunk: Chunk,
        rows: NDArray[np.float64],
        counts: NDArray[np.float64],
        *,
        fresh: bool,
        complete: Complete | None,
    ) -> None:
        """Count the votes of a chunk, some raters at a time."""
        width = rows.shape[1]
        votes = chunk.places, chunk.pattern_of, rows.reshape(-1), width
        row_at = self.layout.rows[self.pieces].tolist()

        def work(begin: int, end: int) -> None:
            for piece in range(begin, end):
                first, last = row_at[piece : piece + 2]
                count_codes(*votes, first, last, fresh, counts)
                if complete is not None:
                    part = counts[first * width : last * width]
                    complete(self.pieces[piece], self.pieces[piece + 1], part)

        self.threads.share(work, len(self.pieces) - 1)

    def _rates(
        self,
        chunk: Chunk,
        rows: NDArray[np.float64],
        rates: NDArray[np.float64],
        idle: NDArray[np.float64],
        *,
        fresh: bool,
    ) -> None:
        """Count the votes of the last chunk, and make rates of each rater's counts."""
        votes = chunk.places, chunk.pattern_of, rows.reshape(-1)
        layout = self.layout.rows, self.layout.shape[1]

        def work(first: int, last: int) -> None:
            count_rates(*votes, *layout, first, last, fresh, rates, idle)

        self.threads.share(work, len(idle))


def chunk_of(patterns: Patterns, n_codes: int, first: int, last: int) -> Chunk:
    """Put the votes of some patterns in the order of codes."""
    n_votes = int(patterns.starts[last] - patterns.starts[first])
    places, pattern_of = np.empty(n_codes + 2, dtype=np.int32), np.empty(n_votes, dtype=np.int32)
    place_by_code(patterns.starts, patterns.codes, first, last, places, pattern_of)
    return Chunk(first, last, places, pattern_of)


def vector_from(counts: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Return a vector of that size that begins with counts: the one that they lie at the start of.

    Where there is no such, they are copied.
    """
    base = counts.base
    if (
        isinstance(base, np.ndarray)
        and base.shape == (size,)
        and counts.flags.c_contiguous
        and counts.ctypes.data == base.ctypes.data
    ):
        return base
    vector = np.empty(size)
    vector[: counts.size] = counts.reshape(-1)
    return vector


def one_vector(
    counts: NDArray[np.float64], class_counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return counts, and then class counts, as one vector: in place, where they are one already."""
    vector = vector_from(counts, counts.size + class_counts.size)
    vector[counts.size :] = class_counts
    return vector
