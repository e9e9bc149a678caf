"""One job for any model: the votes on open items in blocks, and what is known, counted once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from ..engine.blocks import Blocks
from ..engine.by_code import pieces_of
from ..votes.votes import Votes
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
    pieces = pairwise(pieces_of(shape))
    return float(sum(xlogy(counts[a:b], rates[a:b]).sum() for a, b in pieces))


class Counts(NamedTuple):
    """Expected counts over all items, open and known.

    `of_codes` has shape (n_raters, n_answers, n_classes), `of_classes` has shape (n_classes,).
    """

    of_codes: NDArray[np.float64]
    of_classes: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Job:
    """Votes on the items whose class is open, and what is known of the others.

    Attributes
    ----------
    votes : Votes
        All of them.
    clamped : ndarray, shape (n_items, n_classes), optional
        What is known; a row of zeros where nothing is.
    blocks : Blocks
        Votes on the items whose class is open.
    open_items : ndarray of bool, shape (n_items,), optional
        Which those are; None if all of them.
    known : Known
        The other items.
    """

    votes: Votes
    clamped: NDArray[np.float64] | None
    blocks: Blocks
    open_items: NDArray[np.bool_] | None
    known: Known

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n_raters, n_answers, n_classes)."""
        return self.votes.n_raters, self.votes.n_answers, self.blocks.n_classes

    def from_affinity(self, affinity: NDArray[np.float64]) -> Counts:
        """Count with the mean affinity of an item's answers as its posterior.

        `affinity` has shape (n_answers, n_classes), rows sum to 1; known items have their truth.
        """
        found = self.blocks.affinity_step(affinity)
        return Counts(found.counts + self.known.counts, found.class_counts + self.known.classes)

    def from_posterior(self, posterior: NDArray[np.float64]) -> Counts:
        """Count with posteriors that are given; known items keep their truth."""
        everyone = posterior
        if self.clamped is not None and self.open_items is not None:
            everyone = np.where(self.open_items[:, None], posterior, self.clamped)
        of_codes = answers_before_classes(expected_counts(self.votes, everyone))
        return Counts(of_codes, everyone.sum(axis=0))

    def everyone(self, posterior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return all items' posteriors, where those of open items are given."""
        if self.clamped is None or self.open_items is None:
            return posterior
        rows = self.clamped.copy()
        rows[self.open_items] = posterior
        return rows


def job_of(
    votes: Votes, clamped: NDArray[np.float64] | None, n_classes: int, threads: int | None
) -> Job:
    """Set up a job: known items are counted once, the others are cut into blocks."""
    none = nothing_added(votes.n_raters, votes.n_answers, n_classes)
    open_items, open_votes, known = split_known(votes, clamped, none)
    return Job(votes, clamped, Blocks(open_votes, n_classes, threads), open_items, known)


def split_known(
    votes: Votes, clamped: NDArray[np.float64] | None, pseudo_counts: NDArray[np.float64]
) -> tuple[NDArray[np.bool_] | None, Votes, Known]:
    """Return which items are open (None: all), the votes on them, and what the others count."""
    if clamped is None or not clamped.any():
        return None, votes, nothing_known(pseudo_counts)
    open_items = np.asarray(~clamped.any(axis=1))
    known = Known(
        answers_before_classes(expected_counts(votes, clamped)),
        clamped.sum(axis=0),
        -float(xlogy(clamped, clamped).sum()),
        pseudo_counts,
    )
    return open_items, votes.select(open_items), known


def nothing_known(pseudo_counts: NDArray[np.float64]) -> Known:
    """Return what is known where all items are open."""
    none = nothing_added(*pseudo_counts.shape)
    return Known(none, np.zeros(pseudo_counts.shape[2]), 0.0, pseudo_counts)
