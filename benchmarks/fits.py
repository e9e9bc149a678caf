"""The contenders who fit Dawid & Skene's model, behind one interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from aggregation import Fit, Votes, e_step, fit_dawid_skene

from . import peers
from .data import Columns
from .runner import digest

# Raters of simulated votes: so many that hardly any two items share their votes.
N_RATERS = 500


class Fitter(NamedTuple):
    """A contender: from columns and a number of steps to a result, and from that to arrays.

    Ours pays no heed to the number of steps: it ends when it has converged.
    """

    fit: Callable[[Columns, int], Any]
    arrays: Callable[[Any], peers.PeerFit]

    def digest(self, result: Any) -> str:
        """Return the digest of a result."""
        return digest(*self.arrays(result))

    def log_likelihood(self, result: Any, votes: Votes) -> float:
        """Return the log-likelihood of the votes at a result's parameters, by one yardstick."""
        _, rates, prior = self.arrays(result)
        return float(e_step(votes, error_rates=rates, class_prior=prior).log_likelihood)


def ours(columns: Columns, threads: int | None = None) -> Fit:
    """Fit as a user does, from columns to posteriors, with as many classes as answers."""
    return fit_dawid_skene(Votes.from_triples(*columns), threads=threads)


def arrays_of_fit(fit: Fit) -> peers.PeerFit:
    """Return our result as arrays."""
    return peers.PeerFit(fit.posterior, fit.error_rates, fit.class_prior)


def _as_it_is(result: peers.PeerFit) -> peers.PeerFit:
    return result


FITTERS = {
    "reassess": Fitter(lambda columns, _steps: ours(columns), arrays_of_fit),
    "reassess, 1 thread": Fitter(lambda columns, _steps: ours(columns, threads=1), arrays_of_fit),
    "scipy.sparse": Fitter(peers.sparse_matrices, _as_it_is),
    "crowd-kit": Fitter(peers.crowd_kit, peers.fit_of_crowd_kit),
}


def digest_of_fit(fit: Fit) -> str:
    """Return the digest of everything that was estimated."""
    return digest(fit.posterior, fit.error_rates, fit.class_prior, np.float64(fit.log_likelihood))
