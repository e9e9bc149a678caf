"""Models in which an item has one class and its votes are independent: one climb for all of them.

A model says what the E-step sees of its parameters, and how expected counts become parameters.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..engine.climb import Problem, Progress, Step, climb
from ..errors import ConvergenceWarning, VoteError
from ..votes.given import numbers
from ..votes.votes import Votes
from .aggregated import Aggregated, ObjectiveKind
from .dawid_skene.arguments import answers_before_classes, check_options, checked_truth
from .earlier import EarlierFit, earlier_fit, is_fit
from .job import Counts, Job, job_of
from .warm_start import matched, tables_for

# Posteriors that move less than this have settled, however small `tol` is.
LEAST_MOVE = 1e-12


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

    def step(self, x: NDArray[np.float64]) -> Step:
        """E-step and M-step at `x`."""
        rates, prior, added, _ = seen = self.seen(x)
        found, known = self.job.blocks.e_step(rates.reshape(-1), prior, False), self.job.known
        value = found.log_likelihood + known.log_likelihood(rates, prior) + added
        counts = Counts(found.counts, found.class_counts)
        if self.job.open_items is not None:
            counts = Counts(found.counts + known.counts, found.class_counts + known.classes)
        return Step(self.update(counts, x, seen), value, value, self.scale(x))

    def scale(self, x: NDArray[np.float64]) -> float:  # noqa: ARG002
        """Size of what the objective at `x` is a difference of, in nats; 0 if no larger than it."""
        return 0.0

    def posterior(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Posterior of the open items at `x`, and the objective."""
        rates, prior, added, _ = self.seen(x)
        posterior, log_likelihood = self.job.blocks.posterior(rates, prior)
        return posterior, log_likelihood + self.job.known.log_likelihood(rates, prior) + added

    def outlooks(
        self,
        before: NDArray[np.float64],  # noqa: ARG002
        x: NDArray[np.float64],  # noqa: ARG002
    ) -> Iterable[NDArray[np.float64]]:
        """Return nothing: priors keep these models from the plateaus of maximum likelihood."""
        return ()

    def project(self, x: NDArray[np.float64], inside: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring an extrapolated vector back: no entry falls below a tenth of what it is inside."""
        return np.maximum(x, 0.1 * inside)


class Climbable(Problem, Protocol):
    """A model of a job whose parameters give posteriors."""

    @property
    def job(self) -> Job: ...  # noqa: D102 -- the votes and what is known

    def posterior(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Posterior of the open items at `x`, and the objective."""


@dataclass(frozen=True)
class Climbing:
    """How far and how a model is climbed; the attributes are arguments of every such method."""

    accelerate: bool
    tol: float
    max_steps: int
    progress: Progress | None

    def __post_init__(self) -> None:
        check_options("clamped", self.tol, max_steps=self.max_steps)


class Top(NamedTuple):
    """Where a climb ended.

    Attributes
    ----------
    x : ndarray
        Parameters, one flat vector.
    posterior : ndarray, shape (n_items, n_classes)
        Of all items.
    objective : float
        At `x`.
    objective_trace : ndarray
        At the parameters that entered each E-step.
    n_steps : int
    converged : bool
    """

    x: NDArray[np.float64]
    posterior: NDArray[np.float64]
    objective: float
    objective_trace: NDArray[np.float64]
    n_steps: int
    converged: bool

    def named(self, job: Job, objective_kind: ObjectiveKind) -> dict[str, Any]:
        """Return what an :class:`Aggregation` takes of a climb and of its job."""
        by_name = self._asdict()
        del by_name["x"]
        of_job = {"votes": job.votes, "clamped": job.clamped}
        return by_name | of_job | {"objective_kind": objective_kind}


def climbed(model: Climbable, start: NDArray[np.float64], how: Climbing) -> Top:
    """Climb as :func:`top_from`, and warn if steps ran out."""
    return told(top_from(start, model, how), model.n_votes, depth=5)


def told(top: Top, n_votes: int, *, depth: int = 4) -> Top:
    """Warn if steps ran out, and return the same."""
    if not top.converged and top.n_steps > 0:
        warn_of_steps(top.objective_trace, n_votes, top.n_steps, depth=depth)
    return top


def top_from(start: NDArray[np.float64], model: Climbable, how: Climbing) -> Top:
    """Climb until a step gains at most `tol` nats a vote and moves no posterior much.

    Near an optimum the gain is of the second order of the move: posteriors may move by the square
    root of `tol`.
    """
    enough = max(np.sqrt(how.tol), LEAST_MOVE)

    def settled(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
        move = np.abs(model.posterior(before)[0] - model.posterior(after)[0])
        return bool(move.max(initial=0.0) <= enough)

    path = climb(
        model,
        start,
        accelerate=how.accelerate,
        tol=how.tol,
        max_steps=how.max_steps,
        progress=how.progress,
        settled=settled,
    )
    posterior, objective = model.posterior(path.x)
    everyone, trace = model.job.everyone(posterior), np.array(path.objectives)
    return Top(path.x, everyone, objective, trace, path.n_steps, path.converged)


def warn_of_steps(
    trace: NDArray[np.float64], n_votes: int, n_steps: int, *, depth: int = 3
) -> None:
    """Warn that steps ran out; the user is so many calls up."""
    gains = np.diff(trace) / max(n_votes, 1)
    last = f" (the last one gained {gains[-1]:.3g} nats a vote)" if len(gains) else ""
    warnings.warn(
        f"not converged after {n_steps} step{'' if n_steps == 1 else 's'}{last}: give a larger "
        "max_steps, or a larger tol",
        ConvergenceWarning,
        stacklevel=depth,
    )


def checked_job(votes: Votes, truth: ArrayLike | None, n_classes: int, threads: int | None) -> Job:
    """Set up a job with the truth that a user gives."""
    clamped = None if truth is None else checked_truth(truth, votes.n_items, n_classes)
    return job_of(votes, clamped, n_classes, threads)


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
