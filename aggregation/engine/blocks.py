"""Patterns of votes cut into blocks, and blocks shared out to threads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels import em as _em_kernels
from ..kernels import tables as _table_kernels
from ..kernels.patterns import spread
from ..kernels.threads import Kernel, Threads, thread_count
from ..votes.votes import Votes
from .patterns import Patterns, common_size, distinct_patterns
from .tables.by_code import WIDEST_ROW, ByCode, Complete, Fill, Layout, is_large
from .tables.memory import Spares

MOST_BLOCKS = 16
# A block is worth having if its votes are a few times the counts that it has to clear and add up.
VOTES_PER_COUNT = 4
# Threads take blocks that lie side by side, and so far apart must be what they write, in doubles.
LINE = 16
# Patterns of one size are worth a kernel compiled for it from so much work on.
WORTH_COMPILING = 200_000


class Expectation(NamedTuple):
    """Expected counts under some parameters, and the log-likelihood of the votes.

    `counts` has shape (n_raters, n_answers, n_classes), `class_counts` has shape (n_classes,). They
    are the caller's, to be changed at will.
    """

    counts: NDArray[np.float64]
    class_counts: NDArray[np.float64]
    log_likelihood: float


class Cut(NamedTuple):
    """How patterns are cut into blocks, which depends on them alone.

    Attributes
    ----------
    borders : ndarray of int, shape (n_blocks + 1,)
        Patterns at which blocks begin and end.
    size : tuple
        As long as each pattern, where they have one size and that is worth a kernel; else empty.
    """

    borders: NDArray[np.int64]
    size: tuple[int, ...]


def cut_of(patterns: Patterns, n_codes: int) -> Cut:
    """Cut patterns into blocks of about the same work."""
    # A pattern is work beside its votes.
    ends = patterns.starts[1:] + np.arange(1, patterns.n_patterns + 1)
    work = int(ends[-1]) if len(ends) else 0
    n_blocks = int(np.clip(work // (VOTES_PER_COUNT * n_codes), 1, MOST_BLOCKS))
    borders = np.searchsorted(ends, np.arange(n_blocks + 1) * (work / n_blocks))
    borders[-1] = len(ends)
    return Cut(borders, (0,) * common_size(patterns) if work > WORTH_COMPILING else ())


class Blocks:
    """Distinct patterns of votes in a fixed number of blocks, which threads share.

    How the patterns are cut depends on the votes alone, and partial sums are added in the order of
    the blocks: the number of threads never changes a result.

    `patterns`, where they are given, are those of the votes with other weights, which may be 0;
    `cut` is how they are cut into blocks. Threads that are given are left open.
    """

    def __init__(
        self,
        votes: Votes,
        n_classes: int,
        threads: int | Threads | None,
        *,
        patterns: Patterns | None = None,
        cut: Cut | None = None,
    ) -> None:
        self.votes = votes
        self.n_classes = n_classes
        self.threads = (
            threads
            if isinstance(threads, Threads)
            else Threads(thread_count(threads, votes.n_votes))
        )
        self.patterns = distinct_patterns(votes, self.threads) if patterns is None else patterns
        n_codes = votes.n_raters * votes.n_answers
        self.borders, self.size = cut_of(self.patterns, n_codes) if cut is None else cut
        self.n_blocks = len(self.borders) - 1
        self.row_width = min(1 << (n_classes - 1).bit_length(), WIDEST_ROW)
        self.width = -(-n_classes // self.row_width) * self.row_width
        self.shape = votes.n_raters, votes.n_answers, n_classes
        self.n_codes = n_codes
        self.is_large = is_large(self.shape)
        self.spares = Spares()

    @cached_property
    def results(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Counts, class counts and log-likelihood of each block, to be filled."""
        counts = in_lines(self.n_blocks, self.n_codes * self.width)
        return counts, in_lines(self.n_blocks, self.width), np.empty(self.n_blocks)

    @cached_property
    def tables(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Rates and class prior as the E-step reads them, to be filled; other classes stay 0."""
        return np.zeros(self.n_codes * self.width), np.zeros(self.width)

    @cached_property
    def e_steps(self) -> tuple[tuple[Kernel, tuple[Any, ...]], ...]:
        """The E-step and its arguments, which never change: threads wait for the next one."""
        data: tuple[Any, ...] = *self.patterns[:3], *self.tables, (0.0,) * self.row_width
        kernel: Kernel = _em_kernels.em_step
        if self.width > self.row_width:
            kernel = _em_kernels.em_step_many_classes
        else:
            data = *data, self.size
        hardness = (False, True)
        return tuple((kernel, (*data, hard, self.borders, *self.results)) for hard in hardness)

    @cached_property
    def by_code(self) -> ByCode:
        """The votes as a large table is filled from them."""
        return ByCode(self.patterns, Layout.whole(self.shape), self.threads)

    def close(self) -> None:
        """End the threads."""
        self.threads.close()
        self.rest()

    def empty(self, size: int) -> NDArray[np.float64]:
        """Return a vector that is not filled: where tables are large, of memory that was used."""
        return self.spares.empty(size) if self.is_large else np.empty(size)

    def rest(self) -> None:
        """Give back memory that only a climb has a use for."""
        self.spares.free.clear()

    def __iter__(self) -> Iterator[Blocks]:
        """Yield the pieces of the votes: this one alone."""
        yield self

    def every_pattern(self) -> Iterator[Patterns]:
        """Yield the patterns: all at once, for they are in memory."""
        yield self.patterns

    def e_step(
        self,
        rates: NDArray[np.float64],
        prior: NDArray[np.float64],
        hard: bool,
        complete: Complete | None = None,
        size: int = 0,
    ) -> Expectation:
        """Count what is expected under these parameters (Dawid & Skene 1979, eq. 2.5).

        `rates` is flat, n_classes entries a code. `complete` is told of each rater's counts, and
        may change them. Counts lie at the start of a vector of at least that `size`.
        """
        if self.is_large:
            return self._expect_by_code(self.by_code.joint(rates, prior, hard), complete, size)
        for table, values in zip(self.tables, (rates, prior), strict=True):
            self._pad(values, table)
        return self._expect(*self.e_steps[hard], complete, size)

    def affinity_step(self, affinity: NDArray[np.float64]) -> Expectation:
        """Count with the mean affinity of an item's answers as its posterior.

        `affinity` has shape (n_answers, n_classes), rows sum to 1.
        """
        starts, codes, weights = self.patterns[:3]
        if self.is_large:
            answers = codes % np.int32(self.votes.n_answers)
            given = starts, answers, weights, affinity.reshape(-1), self.by_code.zeros
            return self._expect_by_code(partial(_table_kernels.fill_affinity, *given))
        table = np.tile(self._padded(affinity), self.votes.n_raters)
        data = starts, codes, weights, table, self.n_classes, (0.0,) * self.row_width
        return self._expect(_em_kernels.affinity_step, (*data, self.borders, *self.results))

    def mean_step(
        self,
        precisions: NDArray[np.float64],
        own: NDArray[np.float64],
        mean: NDArray[np.float64],
        pull: float,
        positions: NDArray[np.float64],
    ) -> Expectation:
        """Put items at weighted means of their votes; return squares, sums, and minus the cost.

        `precisions` and `own` have shape (n_codes, n_classes), see :func:`kernels.bwa.mean_step`;
        `positions` has a row a pattern, to be filled, or none. ``counts[r, a]`` are squares.
        """
        from ..kernels.bwa import mean_step

        named = np.tile(np.arange(self.votes.n_answers), self.votes.n_raters)
        pulls = np.full(self.width, pull)  # padded classes have a mean of 0, and stay there
        votes, middle = self.patterns[:3], (self._padded(mean), pulls, (0.0,) * self.row_width)
        tables = self._padded(precisions), self._padded(own), named
        given = *votes, *tables, *middle, self.borders, *self.results, positions
        return self._expect(mean_step, given)

    def posterior(
        self, rates: NDArray[np.float64], prior: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], float]:
        """Posterior of each item, shape (n_items, n_classes), and the log-likelihood."""
        posterior = np.empty((self.patterns.n_patterns, self.n_classes))
        heights = np.empty(self.n_blocks)
        if self.is_large:
            ones = (1.0,) * min(self.n_classes, WIDEST_ROW)
            tables = np.ascontiguousarray(rates).reshape(-1), prior
        else:
            ones = (1.0,) * self.row_width
            tables = self._padded(rates), self._padded(prior)
        given = *self.patterns[:3], *tables, ones, self.borders, posterior, heights
        self.threads.take_turns(_em_kernels.posterior_step, given, self.n_blocks)
        log_likelihood = float(heights.sum())
        of_item = self.patterns.of_item
        if of_item is None:
            return posterior, log_likelihood
        everyone = np.empty((len(of_item), self.n_classes))
        self.threads.share(
            lambda begin, end: spread(posterior, of_item[begin:end], everyone[begin:end]),
            len(of_item),
        )
        return everyone, log_likelihood

    def posteriors(
        self, rates: NDArray[np.float64], prior: NDArray[np.float64]
    ) -> Iterator[tuple[Votes, NDArray[np.float64], float]]:
        """Yield the votes, their items' posteriors, and the log-likelihood: all at once."""
        yield self.votes, *self.posterior(rates, prior)

    def log_likelihood_at(self, rates: NDArray[np.float64], prior: NDArray[np.float64]) -> float:
        """Log-likelihood of the votes."""
        return self.posterior(rates, prior)[1]

    def _padded(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values, classes last, as kernels read them: flat, other classes padded with 0."""
        padded = np.zeros(values.size // self.n_classes * self.width)
        self._pad(values, padded)
        return padded

    def _pad(self, values: NDArray[np.float64], padded: NDArray[np.float64]) -> None:
        """Put values, classes last, where kernels read them."""
        padded.reshape(-1, self.width)[:, : self.n_classes] = values.reshape(-1, self.n_classes)

    def _expect(
        self,
        kernel: Kernel,
        given: tuple[Any, ...],
        complete: Complete | None = None,
        size: int = 0,
    ) -> Expectation:
        """Fill all blocks and add them up in their order."""
        self.threads.take_turns(kernel, given, self.n_blocks)
        counts, class_counts, heights = (found.sum(axis=0) for found in self.results)
        counts = counts[: self.n_codes * self.width]
        found = self._expectation(np.empty(max(size, self._size)))
        by_code = found.counts.reshape(self.n_codes, self.n_classes)
        by_code[:] = counts.reshape(self.n_codes, self.width)[:, : self.n_classes]
        found.class_counts[:] = class_counts[: self.n_classes]
        if complete is not None:
            complete(0, self.votes.n_raters, by_code.reshape(-1))
        return found._replace(log_likelihood=float(heights))

    def _expect_by_code(
        self, fill: Fill, complete: Complete | None = None, size: int = 0
    ) -> Expectation:
        found = self._expectation(self.spares.empty(max(size, self._size)))
        height = self.by_code.expect(fill, found.counts.reshape(-1), found.class_counts, complete)
        return found._replace(log_likelihood=height)

    @property
    def _size(self) -> int:
        """Number of counts, those of the classes among them."""
        return self.n_codes * self.n_classes + self.n_classes

    def _expectation(self, vector: NDArray[np.float64]) -> Expectation:
        """Lay counts over the start of a vector, which is to be filled."""
        counts, class_counts = np.split(vector[: self._size], [-self.n_classes])
        return Expectation(counts.reshape(self.shape), class_counts, 0.0)


def in_lines(n_rows: int, length: int) -> NDArray[np.float64]:
    """Return rows of at least that length, of which no two have a cache line in common."""
    return np.empty((n_rows, (length // LINE + 2) * LINE))
