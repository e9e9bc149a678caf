"""IBCC as a model to climb: Dirichlet counts of raters and classes, and of the raters' prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma

from ..kernels.dirichlet import expected_logarithms
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
        answers = counts.of_codes + self._prior(prior_counts)
        classes = self.class_count + counts.of_classes
        return np.concatenate((answers.reshape(-1), classes, prior_counts))

    def _prior(self, prior_counts: Array) -> Array:
        own_count, other_count = prior_counts.tolist()
        return np.asarray(np.where(self.own, own_count, other_count))

    def seen(self, x: Array) -> Seen:
        """Exponentials of the expected logarithms, and minus the divergence from the priors."""
        answers, classes, prior_counts = self.split(x)
        rates, prior = np.empty(answers.shape), np.empty((1, len(classes), 1))
        divergence = expected_logarithms(answers, self._prior(prior_counts), rates)
        divergence += expected_logarithms(
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

    def update(self, counts: Counts, x: Array, seen: Seen) -> Array:  # noqa: ARG002
        """Add the counts to the prior's; then improve these by a step, if they are learned."""
        prior_counts = x[-2:]
        joined = self._joined(counts, prior_counts)
        if not self.learn or not self.voted.any():
            return joined
        answers = self.split(joined)[0]
        rates = np.empty(answers.shape)
        expected_logarithms(answers, self._prior(prior_counts), rates)
        of_own = self.own & self.voted[:, None, None]
        of_other = ~self.own & self.voted[:, None, None]
        sums = np.log(rates, where=rates > 0, out=np.zeros_like(rates))
        logs = np.array([sums[of_own].sum(), sums[of_other].sum()])
        learned = newton_step(prior_counts, logs, self.own, int(self.voted.sum()))
        answers[~self.voted] = self._prior(learned)
        joined[-2:] = learned
        return joined


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
