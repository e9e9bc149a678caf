"""Models in which an item has one class and its votes are independent: one step for all of them.

A model says what the E-step sees of its parameters, and how expected counts become parameters.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.climb import Step
from ..engine.partitions import height_of, still
from ..engine.tables.by_code import vector_pieces
from ..engine.tables.lines import PlainLine
from ..errors import VoteError
from ..votes.given import numbers
from ..votes.store.store import VoteStore
from ..votes.votes import Votes
from .aggregated import Aggregated
from .clamped import checked_clamped
from .dawid_skene.arguments import answers_before_classes
from .earlier import EarlierFit, earlier_fit, is_fit
from .job import Counts, Job, job_of
from .warm_start import matched, tables_for


class Seen(NamedTuple):
    """What an E-step sees of the parameters.

    Attributes
    ----------
    rates : ndarray, shape (n_raters, n_answers, n_classes)
        Probability of an answer; under a distribution of the parameters the exponential of its
        expected logarithm, so that rows may sum to less than 1.
    prior : ndarray, shape (n_classes,)
        The same of the classes.
    added : float
        What the objective has beside the logarithms of the items' sums, in nats.
    parts : tuple of ndarray
        What the rates are made of, where an M-step wants to know it again.
    """

    rates: NDArray[np.float64]
    prior: NDArray[np.float64]
    added: float
    parts: tuple[NDArray[np.float64], ...] = ()


@dataclass(frozen=True, eq=False)
class Model(ABC):
    """A model of a job, which can be climbed: its parameters are one flat vector, all above 0."""

    job: Job

    @property
    def n_votes(self) -> int:
        """Number of votes."""
        return self.job.votes.n_votes

    @abstractmethod
    def seen(self, x: NDArray[np.float64]) -> Seen:
        """Return what the E-step sees of parameters `x`."""

    @abstractmethod
    def update(self, counts: Counts, x: NDArray[np.float64], seen: Seen) -> NDArray[np.float64]:
        """M-step: the best parameters under expected counts; `x` are those before, as `seen`."""

    @property
    def line(self) -> PlainLine:
        """Where points lead."""
        return PlainLine(self.project, self.job.blocks.threads, self.job.empty)

    def step(self, x: NDArray[np.float64]) -> Step:
        """E-step and M-step at `x`."""
        rates, prior, added, _ = seen = self.seen(x)
        counts, value = self.job.expected(rates, prior, len(x))
        known = self.job.known
        value += known.log_likelihood(rates, prior) + added
        if known.has_items:
            np.add(counts.of_codes, known.counts, out=counts.of_codes)
            np.add(counts.of_classes, known.classes, out=counts.of_classes)
        return Step(self.update(counts, x, seen), value, value, self.scale(x))

    def scale(self, x: NDArray[np.float64]) -> float:  # noqa: ARG002
        """Size of what the objective at `x` is a difference of, in nats; 0 if no larger than it."""
        return 0.0

    def rows(self, x: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.float64], Any]]:
        """Yield all items' posteriors at `x` piece by piece, and what the objective takes of it."""
        rates, prior, *_ = self.seen(x)
        pieces = self.job.blocks.posteriors(rates, prior)
        for number, (_, posterior, log_likelihood) in enumerate(pieces):
            yield self.job.everyone(number, posterior), log_likelihood

    def objective(self, x: NDArray[np.float64], found: Iterable[Any]) -> float:
        """Return the objective at `x`, where log-likelihoods of the pieces were found."""
        rates, prior, added, _ = self.seen(x)
        return height_of(found) + self.job.known.log_likelihood(rates, prior) + added

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.job.shape[2]

    def height(self, x: NDArray[np.float64]) -> float:
        """Return the objective at `x`."""
        rates, prior, *_ = self.seen(x)
        return self.objective(x, [self.job.blocks.log_likelihood_at(rates, prior)])

    def still(self, before: NDArray[np.float64], after: NDArray[np.float64], least: float) -> bool:
        """Say whether no posterior of a class differs by more between `before` and `after`."""
        one, other = (self.seen(x)[:2] for x in (before, after))
        n_groups = self.job.shape[2] // self.n_classes
        return still(self.job.blocks, one, other, least, n_groups)

    def outlooks(
        self,
        before: NDArray[np.float64],  # noqa: ARG002
        x: NDArray[np.float64],  # noqa: ARG002
    ) -> Iterable[NDArray[np.float64]]:
        """Return nothing: priors keep these models from the plateaus of maximum likelihood."""
        return ()

    def project(self, x: NDArray[np.float64], inside: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring an extrapolated vector back: no entry falls below a tenth of what it is inside.

        `x` is changed in place.
        """
        for piece in vector_pieces(len(x)):
            np.maximum(x[piece], 0.1 * inside[piece], out=x[piece])
        return x


def checked_job(
    votes: Votes | VoteStore,
    truth: ArrayLike | Mapping[Any, int] | None,
    n_classes: int,
    threads: int | None,
) -> Job:
    """Set up a job with the truth that a user gives."""
    return job_of(votes, checked_clamped(truth, votes, n_classes), n_classes, threads)


def starting_counts(
    job: Job,
    start: Aggregated | EarlierFit | ArrayLike | None,
    affinity: NDArray[np.float64],
) -> Counts:
    """Count with vote shares, under an earlier fit, or with posteriors that are given."""
    if start is None:
        return job.from_affinity(affinity)
    if is_fit(start):
        return counts_under(job, earlier_fit(start), affinity)
    posterior = numbers("start", cast("ArrayLike", start)).astype(np.float64)
    shape = (job.votes.n_items, job.shape[2])
    if posterior.shape != shape:
        raise VoteError(f"start of shape {posterior.shape} does not fit (item, class) = {shape}")
    if not ((posterior >= 0) & (posterior <= 1)).all() or not np.allclose(posterior.sum(axis=1), 1):
        raise VoteError("start: posteriors must be in 0..1 and sum to 1 for each item")
    return job.from_posterior(posterior)


def counts_under(job: Job, earlier: EarlierFit, affinity: NDArray[np.float64]) -> Counts:
    """Count with the posteriors that an earlier fit gives, its raters and answers by name.

    A class that no vote speaks for has none.
    """
    match = matched(job.votes, earlier, job.shape[2])
    rates, prior = tables_for(job.votes, earlier, match, earlier.tables)
    prior = np.where(job.from_affinity(affinity).of_classes > 0, prior, 0.0)
    found = job.blocks.e_step(answers_before_classes(rates).reshape(-1), prior, False)
    return Counts(found.counts + job.known.counts, found.class_counts + job.known.classes)
