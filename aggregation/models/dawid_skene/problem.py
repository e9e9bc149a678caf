"""What EM climbs: the votes' likelihood, what is known beside them, and one step up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...engine.blocks import Blocks
from ...engine.climb import Step
from ...engine.partitions import Partitions
from ...errors import VoteError
from ...votes.store.store import VoteStore
from ...votes.votes import Votes
from ..clamped import Clamped, open_blocks
from ..job import Known, known_of
from .arguments import FixedParameters
from .families import Family

# So few votes expected in a row of rates are none.
FAINT = 1e-9
# An entry below LITTLE that grows by a share of GROWTH a step is, after a plateau, GROWN.
LITTLE = 1e-3
GROWTH = 1e-3
GROWN = 1e-2


@dataclass(frozen=True, eq=False)
class Problem:
    """What EM climbs: votes, what is known, a family, and parameters that are fixed.

    Parameters of the model are one flat vector: the rates, shape (n_raters, n_answers, n_classes),
    then the class prior.

    Attributes
    ----------
    blocks : Blocks or Partitions
        Votes on the items whose class is open.
    clamped : Clamped, optional
        The items of which something is known throughout.
    known : Known
        The other items, and pseudo-counts.
    family : Family
        How counts become rates.
    hard : bool
        Whether an item counts for its likeliest class alone.
    fixed : FixedParameters
        Parameters that are not estimated.
    """

    blocks: Blocks | Partitions
    clamped: Clamped | None
    known: Known
    family: Family
    hard: bool
    fixed: FixedParameters

    @property
    def shape(self) -> tuple[int, int, int]:
        """(n_raters, n_answers, n_classes)."""
        votes = self.blocks.votes
        return votes.n_raters, votes.n_answers, self.blocks.n_classes

    @property
    def n_votes(self) -> int:
        """Number of votes, on open and on known items."""
        votes = self.blocks.votes
        if isinstance(votes, VoteStore):
            return votes.n_votes
        return votes.n_votes + round(float(self.known.counts.sum()))

    @property
    def classes_are_alike(self) -> bool:
        """Whether classes could change places without a change of the objective."""
        pseudo_counts = self.known.pseudo_counts
        return (
            self.fixed.rates is None
            and self.fixed.prior is None
            and not self.known.classes.any()
            and self.family.classes_alike(self.shape[2])
            and bool((pseudo_counts == pseudo_counts[:, :, :1]).all())
        )

    def split(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the rates, (n_raters, n_answers, n_classes), and the class prior of a vector."""
        return x[: -self.shape[2]].reshape(self.shape), x[-self.shape[2] :]

    def joined(self, rates: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a vector of these parameters, or of the fixed ones where there are any."""
        if self.fixed.rates is not None:
            rates = self.fixed.rates
        elif not self.family.is_full:
            rates = self.family.m_step(rates)
        if self.fixed.prior is not None:
            prior = self.fixed.prior
        return np.concatenate((rates.reshape(-1), prior))

    def maximise(
        self, counts: NDArray[np.float64], class_counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """M-step: the parameters that expected counts and what is known make likeliest."""
        rates, prior = self.fixed
        if rates is None:
            rates = self.family.m_step(counts + self.known.added)
        if prior is None:
            classes = class_counts + self.known.classes
            prior = classes / classes.sum()
        return np.concatenate((rates.reshape(-1), prior))

    def step(self, x: NDArray[np.float64]) -> Step:
        """E-step and M-step at `x`."""
        rates, prior = self.split(x)
        found = self.blocks.e_step(x[: -len(prior)], prior, self.hard)
        log_likelihood = possible(found.log_likelihood + self.known.log_likelihood(rates, prior))
        return Step(
            self.maximise(found.counts, found.class_counts),
            log_likelihood + self.penalty(rates),
            log_likelihood,
        )

    def outlooks(
        self, before: NDArray[np.float64], x: NDArray[np.float64]
    ) -> Iterator[NDArray[np.float64]]:
        """Yield points beyond a plateau: what fades has vanished; what grows has grown."""
        if (there := self.faded(x)) is not None:
            yield there
        growing = (before > 0) & (before < LITTLE) & (x > (1 + GROWTH) * before)
        if growing.any():
            yield self.project(np.where(growing, GROWN, x), x)

    def faded(self, x: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Make uniform the rates of rows in which next to nothing is expected.

        EM does so itself when their counts underflow to 0, after hundreds of steps. None where
        there is no such row.
        """
        if self.fixed.rates is not None:
            return None
        rates, prior = self.split(x)
        found = self.blocks.e_step(x[: -len(prior)], prior, self.hard)
        totals = (found.counts + self.known.added).sum(axis=self.family.row_axes, keepdims=True)
        faint = np.broadcast_to(totals < FAINT, rates.shape)
        if not faint.any():
            return None
        return self.joined(np.where(faint, 1 / self.shape[1], rates), prior)

    def penalty(self, rates: NDArray[np.float64]) -> float:
        """Return what pseudo-counts add to the objective: nothing where the rates are fixed."""
        return self.known.penalty(rates) if self.fixed.rates is None else 0.0

    def posterior(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Posterior of the open items at `x`, and the log-likelihood of all votes."""
        rates, prior = self.split(x)
        posterior, log_likelihood = self.blocks.posterior(rates, prior)
        return posterior, possible(log_likelihood + self.known.log_likelihood(rates, prior))

    def log_likelihood(self, x: NDArray[np.float64]) -> float:
        """Log-likelihood of all votes at `x`, without any posterior being kept."""
        rates, prior = self.split(x)
        found = self.blocks.log_likelihood_at(rates, prior)
        return possible(found + self.known.log_likelihood(rates, prior))

    def is_possible(self, x: NDArray[np.float64]) -> bool:
        """Say whether all votes have a probability above 0 at `x`."""
        try:
            self.log_likelihood(x)
        except VoteError:
            return False
        return True

    def project(self, x: NDArray[np.float64], inside: NDArray[np.float64]) -> NDArray[np.float64]:
        """Bring an extrapolated vector back among the parameters.

        An entry that has left its range comes to a tenth of what it is at `inside`, so that only EM
        itself arrives at 0; what is 0 there stays 0. A long reach makes rounding large: fixed
        parameters, and raters of a family, are put back where they belong.
        """
        back = np.where((x > 0) & (inside > 0), x, 0.1 * inside)
        rates, prior = self.split(back)
        rates /= rates.sum(axis=1, keepdims=True)
        prior /= prior.sum()
        return self.joined(rates, prior)


def possible(log_likelihood: float) -> float:
    """Return the log-likelihood; if it is that of impossible votes, that is a VoteError."""
    if np.isneginf(log_likelihood):
        raise VoteError(
            "an item's votes have probability 0 under every class: start from, or fix, error rates "
            "and a class prior without such zeros"
        )
    return log_likelihood


def problem_of(
    votes: Votes | VoteStore,
    clamped: Clamped | None,
    *,
    n_classes: int,
    pseudo_counts: NDArray[np.float64],
    family: Family,
    hard: bool,
    fixed: FixedParameters,
    threads: int | None,
) -> Problem:
    """Set up EM: items whose class is clamped are counted once, the others are cut into blocks."""
    blocks = open_blocks(votes, clamped, n_classes, threads)
    known = known_of(votes, clamped, pseudo_counts)
    return Problem(blocks, clamped, known, family, hard, fixed)
