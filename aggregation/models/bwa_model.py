"""BWA as a model to climb: each rater's precision in each class, and the mean of the classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.blocks import Expectation
from ..engine.climb import Step
from ..engine.partitions import plus
from ..engine.sums import in_a_tree
from ..engine.tables.lines import PlainLine
from ..kernels.patterns import spread
from .job import Job

Array = NDArray[np.float64]

# Of the Gamma prior of a precision: its mode is that of so many votes.
PRIOR_VOTES = 15.0
# How strongly an item is pulled to the mean, as the precision of one vote.
PULL = 1.0
# Least variance of votes that the prior supposes: a class that nobody disputes has none.
LEAST_VARIANCE = 1e-4


@dataclass(frozen=True, eq=False)
class Fixed:
    """What known items add, whose positions are their truth.

    Attributes
    ----------
    squares : ndarray, shape (n_raters, n_classes)
        That they leave of each rater's votes.
    positions : ndarray, shape (n_known, n_classes)
    """

    squares: Array
    positions: Array


@dataclass(frozen=True, eq=False)
class Bwa:
    """Parameters: precisions, (n_raters, n_classes), and the mean position, (n_classes,).

    Attributes
    ----------
    job : Job
    votes_of : ndarray, shape (n_raters,)
        Number of each rater's votes.
    prior_squares : ndarray, shape (n_classes,)
        What the prior adds to the squares of a rater's votes.
    fixed : Fixed
    """

    job: Job
    votes_of: Array
    prior_squares: Array
    fixed: Fixed

    @property
    def n_votes(self) -> int:
        """Number of votes."""
        return self.job.votes.n_votes

    def split(self, x: Array) -> tuple[Array, Array]:
        """Return precisions and the mean position."""
        n_classes = self.job.shape[2]
        return x[:-n_classes].reshape(-1, n_classes), x[-n_classes:]

    def joined(self, squares: Array, sums: Array) -> Array:
        """M-step: the precisions and the mean that positions make best."""
        precisions = (PRIOR_VOTES + self.votes_of)[:, None] / (self.prior_squares + squares)
        return np.concatenate((precisions.ravel(), sums / self.job.votes.n_items))

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.job.shape[2]

    @property
    def line(self) -> PlainLine:
        """Where points lead."""
        return PlainLine(self.project)

    def step(self, x: Array) -> Step:
        """Put items where they are likeliest; then the best precisions and mean."""
        found = self.job.blocks.mean_step(*self._seen(x), np.empty((0, self.n_classes)))
        squares, sums, value = self._added(x, found)
        return Step(self.joined(squares, sums), value, value)

    def rows(self, x: Array) -> Iterator[tuple[Array, Expectation]]:
        """Yield all items' positions at `x` as shares piece by piece, and what these leave."""
        for number, blocks in enumerate(self.job.blocks):
            found = np.empty((blocks.patterns.n_patterns, self.n_classes))
            expected = blocks.mean_step(*self._seen(x), found)
            found /= found.sum(axis=1, keepdims=True)
            everyone, of_item = found, blocks.patterns.of_item
            if of_item is not None:
                everyone = np.empty((len(of_item), self.n_classes))
                spread(found, of_item, everyone)
            yield self.job.everyone(number, everyone), expected

    def height(self, x: Array) -> float:
        """Return the objective at `x`."""
        return self.step(x).objective

    def still(self, before: Array, after: Array, least: float) -> bool:
        """Say whether no share of a class differs by more between `before` and `after`."""
        pieces = zip(self.rows(before), self.rows(after), strict=True)
        moves = (np.abs(one - other).max(initial=0.0) for (one, _), (other, _) in pieces)
        return all(move <= least for move in moves)

    def objective(self, x: Array, found: Iterable[Expectation]) -> float:
        """Return the objective at `x`, where this was found of the pieces."""
        return self._added(x, in_a_tree(found, plus))[2]

    def _seen(self, x: Array) -> tuple[Array, Array, Array, float]:
        """Return what a pass takes of the parameters: precisions by code, and the pull."""
        precisions, mean = self.split(x)
        n_raters, n_answers, n_classes = self.job.shape
        by_code = np.repeat(precisions, n_answers, axis=0)
        named = np.tile(np.eye(n_answers, n_classes), (n_raters, 1))
        return by_code, by_code * named, PULL * mean, PULL

    def _added(self, x: Array, found: Expectation) -> tuple[Array, Array, float]:
        """Return squares by rater and class, sums of positions, and the objective."""
        precisions, mean = self.split(x)
        squares = found.counts.sum(axis=1) + self.fixed.squares
        off = self.fixed.positions - mean
        scale = (PRIOR_VOTES + self.votes_of)[:, None]
        density = scale * np.log(precisions) - precisions * (self.prior_squares + squares)
        value = found.log_likelihood - 0.5 * PULL * float((off * off).sum())
        sums = found.class_counts + self.fixed.positions.sum(axis=0)
        return squares, sums, value + 0.5 * float(density.sum())

    def outlooks(self, before: Array, x: Array) -> Iterable[Array]:  # noqa: ARG002
        """Return nothing: a step never rests on a plateau."""
        return ()

    def project(self, x: Array, inside: Array) -> Array:
        """Bring an extrapolated vector back: no entry falls below a tenth of what it is inside."""
        return np.maximum(x, 0.1 * inside)
