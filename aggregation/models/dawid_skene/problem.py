"""What EM climbs: the votes' likelihood, what is known beside them, and one step up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from ...engine.blocks import Blocks
from ...engine.climb import Step
from ...engine.partitions import Partitions
from ...engine.tables.by_code import Layout, each_piece, is_large, one_vector
from ...engine.tables.lines import Line, TableLine
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

    @cached_property
    def line(self) -> Line | None:
        """Where points lead, if tables are large."""
        if not is_large(self.shape):
            return None
        layout = Layout.whole(self.shape)
        return TableLine(layout, self.blocks.threads, self.empty, self.settled)

    def empty(self, size: int) -> NDArray[np.float64]:
        """Return a vector that is not filled, of memory that has been used, if there is some."""
        return self.blocks.empty(size) if isinstance(self.blocks, Blocks) else np.empty(size)

    def rest(self) -> None:
        """Give back memory that only a climb has a use for."""
        if isinstance(self.blocks, Blocks):
            self.blocks.rest()

    def split(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the rates, (n_raters, n_answers, n_classes), and the class prior of a vector."""
        return x[: -self.shape[2]].reshape(self.shape), x[-self.shape[2] :]

    def joined(self, rates: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a vector of these parameters, or of the fixed ones where there are any."""
        return self.settled(np.concatenate((rates.reshape(-1), prior)))

    def settled(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Put fixed parameters, and raters of a family, where they belong; return the vector."""
        rates, prior = self.split(x)
        if self.fixed.rates is not None:
            rates[:] = self.fixed.rates
        elif not self.family.is_full:
            self.family.m_step(rates)
        if self.fixed.prior is not None:
            prior[:] = self.fixed.prior
        return self.held(x)

    def held(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a vector as every other that is climbed to; a kind of problem may change it."""
        return x

    def maximise(
        self, counts: NDArray[np.float64], class_counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """M-step: the parameters that expected counts and what is known make likeliest.

        Counts that are one vector become these in place.
        """
        x = one_vector(counts, class_counts)
        each_piece(self.blocks.threads, self.shape, partial(self._rates_of, x))
        return self._with_prior(x)

    def _rates_of(self, counts: NDArray[np.float64], first: int, last: int) -> None:
        """Make rates of the counts of some raters, in place, where others' do not matter."""
        size = self.shape[1] * self.shape[2]
        self._complete(first, last, counts[first * size : last * size])

    def _complete(self, first: int, last: int, counts: NDArray[np.float64]) -> None:
        if self.fixed.rates is not None:
            return
        of_raters = counts.reshape(last - first, *self.shape[1:])
        self.known.add_to(of_raters, first)
        if not self.family.pools_raters:
            self.family.m_step(of_raters)

    def _with_prior(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Do what is left of the M-step when each rater's counts have become rates."""
        rates, prior = self.split(x)
        if self.fixed.rates is not None:
            rates[:] = self.fixed.rates
        elif self.family.pools_raters:
            self.family.m_step(rates)
        if self.fixed.prior is not None:
            prior[:] = self.fixed.prior
        else:
            prior += self.known.classes
            prior /= prior.sum()
        return self.held(x)

    def step(self, x: NDArray[np.float64]) -> Step:
        """E-step and M-step at `x`."""
        rates, prior = self.split(x)
        given = x[: -len(prior)], prior, self.hard
        in_passing = isinstance(self.blocks, Blocks)
        if isinstance(self.blocks, Blocks):  # each rater's rates while the counts are at hand
            found = self.blocks.e_step(*given, self._complete)
        else:
            found = self.blocks.e_step(*given)
        log_likelihood = possible(found.log_likelihood + self.known.log_likelihood(rates, prior))
        counts = found.counts, found.class_counts
        there = self._with_prior(one_vector(*counts)) if in_passing else self.maximise(*counts)
        return Step(there, log_likelihood + self.penalty(rates), log_likelihood)

    def outlooks(
        self, before: NDArray[np.float64], x: NDArray[np.float64]
    ) -> Iterator[NDArray[np.float64]]:
        """Yield points beyond a plateau: what fades has vanished; what grows has grown."""
        for look in (self.faded, partial(self.grown, before)):
            found = [there for there in [look(x)] if there is not None]
            if found:
                yield found.pop()  # so that it is not held here when the caller has done with it

    def grown(
        self, before: NDArray[np.float64], x: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Make larger what is small and has grown since `before`; None where there is nothing."""
        there = np.multiply(before, 1 + GROWTH, out=self.empty(len(x)))
        growing = x > there
        growing &= before > 0
        growing &= before < LITTLE
        if not growing.any():
            return None
        there[:] = x
        there[growing] = GROWN
        return self.project(there, x)

    def faded(self, x: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Make uniform the rates of rows in which next to nothing is expected.

        EM does so itself when their counts underflow to 0, after hundreds of steps. None where
        there is no such row.
        """
        if self.fixed.rates is not None:
            return None
        faint = self._totals(x) < FAINT
        if not faint.any():
            return None
        there = self.empty(len(x))
        there[:] = x
        np.copyto(self.split(there)[0], 1 / self.shape[1], where=faint)
        return self.settled(there)

    def _totals(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Count what is expected in each row of rates."""
        prior = self.split(x)[1]
        counts = self.blocks.e_step(x[: -len(prior)], prior, self.hard).counts
        self.known.add_to(counts)
        return np.asarray(counts.sum(axis=self.family.row_axes, keepdims=True))

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
        parameters, and raters of a family, are put back where they belong. `x` is changed in place.
        """
        outside = ~(x > 0)
        outside |= ~(inside > 0)
        np.multiply(inside, 0.1, out=x, where=outside)
        rates, prior = self.split(x)
        self._normalise(rates)
        prior /= prior.sum()
        return self.settled(x)

    def _normalise(self, rates: NDArray[np.float64]) -> None:
        """Divide rates by their sums over the answers, in place."""
        rates /= rates.sum(axis=1, keepdims=True)


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
