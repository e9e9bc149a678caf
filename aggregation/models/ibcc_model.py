"""IBCC as a model to climb: Dirichlet counts of raters and classes, and of the raters' prior."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma

from ..engine.tables.by_code import rater_pieces, vector_from
from ..engine.tables.logarithms import fill_logarithms
from .job import Counts
from .latent_class import Model, Seen
from .priors import LEAST_COUNT

# Where raters differ by no more than chance, the likeliest counts are infinite.
MOST_COUNT = 1000.0
# A Newton step that gains less than this share of what it climbs is rounding.
ROUNDING = 1e-14

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ibcc(Model):
    """Mean-field IBCC. Parameters: answer counts, class counts, and the two counts of the prior.

    Attributes
    ----------
    own : ndarray of bool, shape (n_answers, n_classes)
        Which answer is a class's own.
    class_count : ndarray, shape (n_classes,)
        Dirichlet prior of the classes; 0 for a class that is impossible.
    voted : ndarray of bool, shape (n_raters,)
        Which raters have votes: the others have their prior.
    learn : bool
        Whether the prior's two counts are estimated.
    """

    own: NDArray[np.bool_]
    class_count: Array
    voted: NDArray[np.bool_]
    learn: bool

    def split(self, x: Array) -> tuple[Array, Array, Array]:
        """Return answer counts, (n_raters, n_answers, n_classes), class counts and the prior's."""
        n_classes = self.job.shape[2]
        return x[: -n_classes - 2].reshape(self.job.shape), x[-n_classes - 2 : -2], x[-2:]

    def start(self, counts: Counts, own_count: float, other_count: float) -> Array:
        """M-step at given counts and prior."""
        return self._joined(counts, np.array([own_count, other_count], dtype=np.float64))

    def _joined(self, counts: Counts, prior_counts: Array) -> Array:
        """Add counts to the priors', in place where they lie at the start of a vector."""
        x = vector_from(counts.of_codes, counts.of_codes.size + len(self.class_count) + 2)
        answers, classes, own_and_other = self.split(x)
        np.add(self.class_count, counts.of_classes, out=classes)
        own_and_other[:] = prior_counts
        self.job.add_prior(answers, self._prior(prior_counts))
        return x

    def _prior(self, prior_counts: Array) -> Array:
        own_count, other_count = prior_counts.tolist()
        return np.asarray(np.where(self.own, own_count, other_count))

    def seen(self, x: Array) -> Seen:
        """Exponentials of the expected logarithms, and minus the divergence from the priors."""
        answers, classes, prior_counts = self.split(x)
        rates, prior = self.job.table(len(x)), np.empty((1, len(classes), 1))
        threads = self.job.blocks.threads
        divergence = fill_logarithms(answers, self._prior(prior_counts), rates, threads)
        divergence += fill_logarithms(
            classes.reshape(prior.shape), self.class_count[:, None], prior
        )
        return Seen(rates, prior.reshape(-1), -divergence)

    def project(self, x: Array, inside: Array) -> Array:
        """Bring an extrapolated vector back; counts of the prior stay where they may be."""
        back = super().project(x, inside)
        if self.learn:
            back[-2:] = np.clip(back[-2:], LEAST_COUNT, MOST_COUNT)
        return back

    def scale(self, x: Array) -> float:
        """Add up log gamma of the prior's rows: with large counts it is far above the bound."""
        of_rows = self._prior(x[-2:]).sum(axis=0)
        return float(len(self.voted) * np.abs(gammaln(of_rows)).sum())

    def update(self, counts: Counts, x: Array, seen: Seen) -> Array:
        """Add the counts to the prior's; then improve these by a step, if they are learned."""
        prior_counts = x[-2:]
        joined = self._joined(counts, prior_counts)
        if not self.learn or not self.voted.any():
            return joined
        answers = self.split(joined)[0]
        rates = seen.rates  # of which nobody has any use by now
        fill_logarithms(answers, self._prior(prior_counts), rates, self.job.blocks.threads)
        pieces = pairwise(rater_pieces(self.job.shape))
        logs = np.sum([self._logs(rates[a:b], self.voted[a:b]) for a, b in pieces], axis=0)
        learned = newton_step(prior_counts, logs, self.own, int(self.voted.sum()))
        answers[~self.voted] = self._prior(learned)
        joined[-2:] = learned
        return joined

    def _logs(self, rates: Array, voted: NDArray[np.bool_]) -> tuple[float, float]:
        """Sum the logarithms of rates of raters with votes: of own answers, and of others."""
        logs = np.log(rates, where=rates > 0, out=np.zeros_like(rates))
        of_voted = voted[:, None, None]
        return float(logs[self.own & of_voted].sum()), float(logs[~self.own & of_voted].sum())


def newton_step(counts: Array, logs: Array, own: NDArray[np.bool_], n_raters: int) -> Array:
    """Climb the expected log density of all rows in the two counts of their Dirichlet prior.

    It is concave in them; the step is halved until it gains. `logs` are the sums of the expected
    logarithms of own and of other answers. A kind that no row has keeps its count.
    """
    n_own = own.sum(axis=0)
    cells = np.array([n_own, len(own) - n_own])  # of either kind in the row of a class
    sizes, of_rows = cells.sum(axis=1), counts @ cells
    free = np.where(sizes > 0, 0.0, 1.0)
    gradient = logs + n_raters * (cells @ digamma(of_rows) - sizes * digamma(counts))
    curvature = (cells * polygamma(1, of_rows)) @ cells.T - np.diag(sizes * polygamma(1, counts))
    # in rows of one answer there is nothing to tell
    direction = np.linalg.lstsq(n_raters * curvature - np.diag(free), -gradient, rcond=None)[0]

    def density(at: Array) -> float:
        return float(n_raters * (gammaln(at @ cells).sum() - sizes @ gammaln(at)) + (at - 1) @ logs)

    height, share = density(counts), 1.0
    while share * (gradient @ direction) > ROUNDING * abs(height):
        there = np.asarray(np.clip(counts + share * direction, LEAST_COUNT, MOST_COUNT))
        if density(there) > height:
            return there
        share /= 2
    return counts
