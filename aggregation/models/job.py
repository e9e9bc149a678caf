"""One job for any model: the votes on open items in blocks, and what is known, counted once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from ..engine.blocks import Blocks
from ..engine.partitions import Partitions, votes_per_rater
from ..engine.tables.by_code import each_piece, rater_pieces
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .clamped import Clamped, open_blocks
from .dawid_skene.arguments import answers_before_classes, nothing_added
from .known_truth import expected_counts


@dataclass(frozen=True, eq=False)
class Known:
    """What is known beside the votes, as counts.

    Attributes
    ----------
    counts : ndarray, shape (n_raters, n_answers, n_classes)
        Votes on items whose class is known.
    classes : ndarray, shape (n_classes,)
        Number of such items in each class.
    entropy : float
        Of those items' classes, in nats; above 0 only where they are soft.
    pseudo_counts : ndarray, shape (n_raters, n_answers, n_classes)
        Added to the counts, and to the objective as a penalty.
    """

    counts: NDArray[np.float64]
    classes: NDArray[np.float64]
    entropy: float
    pseudo_counts: NDArray[np.float64]

    @cached_property
    def has_items(self) -> bool:
        """Whether any item is known."""
        return bool(self.classes.any())

    @cached_property
    def has_pseudo_counts(self) -> bool:
        """Whether there is any pseudo-count."""
        return bool(self.pseudo_counts.any())

    @property
    def added(self) -> NDArray[np.float64]:
        """What is added to the expected counts at each step."""
        return self.counts + self.pseudo_counts if self.has_items else self.pseudo_counts

    def add_to(self, counts: NDArray[np.float64], first: int = 0) -> None:
        """Add the same to counts, in place; they are those of raters from `first` on."""
        raters = slice(first, first + len(counts))
        if self.has_items:
            counts += self.counts[raters] + self.pseudo_counts[raters]
        elif self.has_pseudo_counts:
            counts += self.pseudo_counts[raters]

    def log_likelihood(self, rates: NDArray[np.float64], prior: NDArray[np.float64]) -> float:
        """Log-likelihood of the known items' votes and classes."""
        if not self.has_items:
            return 0.0
        votes, classes = sum_of_logs(self.counts, rates), xlogy(self.classes, prior).sum()
        return float(votes + classes) + self.entropy

    def penalty(self, rates: NDArray[np.float64]) -> float:
        """Logarithm of the Dirichlet prior that the pseudo-counts stand for, up to a constant."""
        return sum_of_logs(self.pseudo_counts, rates) if self.has_pseudo_counts else 0.0


def sum_of_logs(counts: NDArray[np.float64], rates: NDArray[np.float64]) -> float:
    """Sum each count times the logarithm of its rate, without another table where it is large."""
    shape = rates.shape[0], rates.shape[1], rates.shape[2]
    pieces = pairwise(rater_pieces(shape))
    return float(sum(xlogy(counts[a:b], rates[a:b]).sum() for a, b in pieces))


class AtRest(NamedTuple):
    """What is left of blocks that have no threads and no files: a pickle can hold it."""

    n_classes: int


class Counts(NamedTuple):
    """Expected counts over all items, open and known.

    `of_codes` has shape (n_raters, n_answers, n_classes), `of_classes` has shape (n_classes,).
    """

    of_codes: NDArray[np.float64]
    of_classes: NDArray[np.float64]

    def plus(self, other: Counts) -> Counts:
        """Add those of other items."""
        return Counts(self.of_codes + other.of_codes, self.of_classes + other.of_classes)


@dataclass(frozen=True, eq=False)
class Job:
    """Votes on the items whose class is open, and what is known of the others.

    Attributes
    ----------
    votes : Votes or VoteStore
        All of them.
    clamped : Clamped, optional
        The items of which something is known; None where no truth was given.
    blocks : Blocks or Partitions
        Votes on the items whose class is open.
    known : Known
        The other items, counted.
    """

    votes: Votes | VoteStore
    clamped: Clamped | None
    blocks: Blocks | Partitions
    known: Known

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n_raters, n_answers, n_classes)."""
        return self.votes.n_raters, self.votes.n_answers, self.blocks.n_classes

    def empty(self, size: int) -> NDArray[np.float64]:
        """Return a vector that is not filled, of memory that has been used, if there is some."""
        return self.blocks.empty(size) if isinstance(self.blocks, Blocks) else np.empty(size)

    def rest(self) -> None:
        """Give back memory that only a climb has a use for."""
        if isinstance(self.blocks, Blocks):
            self.blocks.rest()

    def table(self, size: int) -> NDArray[np.float64]:
        """Return a table by rater, answer and class, not filled, of a vector of that size."""
        return self.empty(size)[: prod(self.shape)].reshape(self.shape)

    def add_prior(self, counts: NDArray[np.float64], prior: NDArray[np.float64]) -> None:
        """Add a prior, shape (n_answers, n_classes), to the counts of each rater, in place."""

        def work(first: int, last: int) -> None:
            counts[first:last] += prior

        each_piece(self.blocks.threads, self.shape, work)

    def expected(
        self, rates: NDArray[np.float64], prior: NDArray[np.float64], size: int
    ) -> tuple[Counts, float]:
        """Count what is expected of open items; return the log-likelihood, too.

        In memory, counts lie at the start of a vector of at least that `size`.
        """
        given = rates.reshape(-1), prior, False
        if isinstance(self.blocks, Blocks):
            found = self.blocks.e_step(*given, size=size)
        else:
            found = self.blocks.e_step(*given)
        return Counts(found.counts, found.class_counts), found.log_likelihood

    def from_affinity(self, affinity: NDArray[np.float64]) -> Counts:
        """Count with the mean affinity of an item's answers as its posterior.

        `affinity` has shape (n_answers, n_classes), rows sum to 1; known items have their truth.
        """
        found = self.blocks.affinity_step(affinity)
        return Counts(found.counts + self.known.counts, found.class_counts + self.known.classes)

    def from_posterior(self, posterior: NDArray[np.float64]) -> Counts:
        """Count with posteriors that are given; known items keep their truth."""
        assert isinstance(self.votes, Votes)  # a store has no rows to give posteriors for
        everyone = posterior
        if self.clamped is not None:
            everyone = posterior.copy()
            everyone[self.clamped.items] = self.clamped.weights
        of_codes = answers_before_classes(expected_counts(self.votes, everyone))
        return Counts(of_codes, everyone.sum(axis=0))

    def votes_per_rater(self) -> NDArray[np.int64]:
        """Count each rater's votes, shape (n_raters,)."""
        return votes_per_rater(self.votes, self.blocks)

    def everyone(self, number: int, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return posteriors of all items of a piece, where those of open items are given."""
        return posterior if self.clamped is None else self.clamped.everyone(number, posterior)

    def at_rest(self) -> Job:
        """Return the same job without blocks, which is to be taken up :meth:`again`."""
        return replace(self, blocks=cast("Blocks", AtRest(self.blocks.n_classes)))

    def again(self, threads: int | None) -> Job:
        """Return the same job with blocks of its own, for the others may be closed."""
        blocks = open_blocks(self.votes, self.clamped, self.blocks.n_classes, threads)
        return replace(self, blocks=blocks)


def job_of(
    votes: Votes | VoteStore, clamped: Clamped | None, n_classes: int, threads: int | None
) -> Job:
    """Set up a job: known items are counted once, the others are cut into blocks."""
    none = nothing_added(votes.n_raters, votes.n_answers, n_classes)
    blocks = open_blocks(votes, clamped, n_classes, threads)
    return Job(votes, clamped, blocks, known_of(votes, clamped, none))


def known_of(
    votes: Votes | VoteStore, clamped: Clamped | None, pseudo_counts: NDArray[np.float64]
) -> Known:
    """Count the votes on known items, and these."""
    if clamped is None or not len(clamped.items):
        return nothing_known(pseudo_counts)
    return Known(
        answers_before_classes(expected_counts(clamped.votes_of(votes), clamped.weights)),
        clamped.weights.sum(axis=0),
        -float(xlogy(clamped.weights, clamped.weights).sum()),
        pseudo_counts,
    )


def nothing_known(pseudo_counts: NDArray[np.float64]) -> Known:
    """Return what is known where all items are open."""
    none = nothing_added(*pseudo_counts.shape)
    return Known(none, np.zeros(pseudo_counts.shape[2]), 0.0, pseudo_counts)
