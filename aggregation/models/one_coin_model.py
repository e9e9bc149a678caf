"""Bayesian one-coin raters as a model to climb: counts of right and wrong votes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..engine.tables.logarithms import fill_logarithms
from ..kernels.own_answers import count_coins, spread_coins
from .job import Counts
from .latent_class import Model, Seen

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OneCoin(Model):
    """Parameters: each rater's right and wrong counts, (n_raters, 2); classes are equally likely.

    Attributes
    ----------
    right_count, wrong_count : float
        Of the Beta prior.
    """

    right_count: float
    wrong_count: float

    def split(self, x: Array) -> tuple[Array, Array]:
        """Return right and wrong counts, shape (n_raters,)."""
        right, wrong = x.reshape(-1, 2).T
        return right.copy(), wrong.copy()

    def probabilities(self, right: Array, wrong: Array) -> Array:
        """Spread what is wrong over the other answers; shape (n_raters, n_classes, n_answers)."""
        rates = np.empty(self.job.shape)
        spread_coins(right, wrong, rates)
        return rates

    def seen(self, x: Array) -> Seen:
        """Exponentials of the expected logarithms, and minus the divergence from the prior."""
        prior = np.array([[self.right_count], [self.wrong_count]])
        found = np.empty((len(x) // 2, 2, 1))
        divergence = fill_logarithms(x.reshape(found.shape), prior, found)
        n_classes = self.job.shape[2]
        rates = self.probabilities(found[:, 0, 0], found[:, 1, 0])
        return Seen(rates, np.full(n_classes, 1 / n_classes), -divergence)

    def update(self, counts: Counts, x: Array, seen: Seen) -> Array:  # noqa: ARG002
        """Count right and wrong votes."""
        return self.start(counts)

    def start(self, counts: Counts) -> Array:
        """M-step at given counts."""
        found = np.empty((self.job.shape[0], 2))
        count_coins(counts.of_codes, found)
        found += self.right_count, self.wrong_count
        return found.reshape(-1)
