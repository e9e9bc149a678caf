"""MACE as a model to climb, by variational Bayes and by EM."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from ..engine.tables.logarithms import fill_logarithms
from ..kernels.own_answers import share_out, spread_rates
from .job import Counts
from .latent_class import Model, Seen

Array = NDArray[np.float64]

# Priors of variational Bayes: of knowing and of spamming, and of each answer where one spams.
KNOW_COUNT, TASTE_COUNT = 0.5, 10.0
# What EM adds to each expected count, divided by the number of classes.
ADDED = 0.01


class Mace(Model):
    """Parameters: for each rater, of knowing and of spamming; then of each answer when spamming."""

    def split(self, x: Array) -> tuple[Array, Array]:
        """Return those of knowing and spamming, (n_raters, 2), and of answers, (n_raters, n)."""
        n_raters, n_answers, _ = self.job.shape
        return x[: 2 * n_raters].reshape(-1, 2), x[2 * n_raters :].reshape(-1, n_answers)

    def probabilities(self, know: Array, spam: Array, taste: Array) -> Array:
        """Probability of each answer given rater and class, (n_raters, n_answers, n_classes)."""
        spammed, rates = spam[:, None] * taste, np.empty(self.job.shape)
        spread_rates(spammed + know[:, None], spammed, rates)
        return rates

    def start(self) -> Array:
        """M-step after an E-step where raters know half of the time and have no taste."""
        n_raters, n_answers, n_classes = self.job.shape
        half, taste = np.full(n_raters, 0.5), np.full((n_raters, n_answers), 1 / n_answers)
        rates = self.probabilities(half, half, taste)
        found = self.job.blocks.e_step(rates.reshape(-1), np.full(n_classes, 1 / n_classes), False)
        counts = found.counts + self.job.known.counts
        return self.joined(*self.expected(counts, half, half, taste))

    def expected(
        self, counts: Array, know: Array, spam: Array, taste: Array
    ) -> tuple[Array, Array]:
        """Count votes of knowing and of spamming, (n_raters, 2), and spam by answer."""
        found = np.empty((len(know), 2)), np.empty(taste.shape)
        share_out(counts, know, spam, taste, *found)
        return found

    def update(self, counts: Counts, x: Array, seen: Seen) -> Array:  # noqa: ARG002
        """Split votes into knowledge and spam as the E-step saw them, and count both."""
        return self.joined(*self.expected(counts.of_codes, *seen.parts))

    def seen(self, x: Array) -> Seen:
        """Classes are equally likely."""
        know, spam, taste, added = self.sees(x)
        n_classes = self.job.shape[2]
        rates = self.probabilities(know, spam, taste)
        return Seen(rates, np.full(n_classes, 1 / n_classes), added, (know, spam, taste))

    @abstractmethod
    def sees(self, x: Array) -> tuple[Array, Array, Array, float]:
        """Return what an E-step sees of knowing, spamming and taste, and what it adds."""

    @abstractmethod
    def joined(self, competence: Array, spam: Array) -> Array:
        """M-step: the parameters that expected counts make best."""

    @abstractmethod
    def means(self, x: Array) -> tuple[Array, Array]:
        """Return the probability that each rater knows, and of its answers when it spams."""


class MaceBayes(Mace):
    """Mean field: the parameters are counts of Beta and Dirichlet distributions."""

    def sees(self, x: Array) -> tuple[Array, Array, Array, float]:
        """Exponentials of expected logarithms, and minus the divergence from the priors."""
        knowing, taste = self.split(x)
        n_answers = taste.shape[1]
        priors = np.full((2, 1), KNOW_COUNT), np.full((n_answers, 1), TASTE_COUNT)
        of_knowing, of_taste = np.empty((*knowing.shape, 1)), np.empty((*taste.shape, 1))
        divergence = fill_logarithms(knowing[:, :, None], priors[0], of_knowing)
        divergence += fill_logarithms(taste[:, :, None], priors[1], of_taste)
        return of_knowing[:, 0, 0], of_knowing[:, 1, 0], of_taste[:, :, 0], -divergence

    def joined(self, competence: Array, spam: Array) -> Array:
        """Add the counts to the priors'."""
        return np.concatenate(((KNOW_COUNT + competence).reshape(-1), (TASTE_COUNT + spam).ravel()))

    def means(self, x: Array) -> tuple[Array, Array]:
        """Return the means of the distributions."""
        knowing, taste = self.split(x)
        return knowing[:, 0] / knowing.sum(axis=1), taste / taste.sum(axis=1, keepdims=True)


class MaceLikelihood(Mace):
    """Maximum likelihood with a little added: the parameters are probabilities."""

    def sees(self, x: Array) -> tuple[Array, Array, Array, float]:
        """Return the probabilities, and what their logarithms add."""
        knowing, taste = self.split(x)
        added = ADDED / self.job.shape[2] * (np.log(knowing).sum() + np.log(taste).sum())
        return knowing[:, 0], knowing[:, 1], taste, float(added)

    def joined(self, competence: Array, spam: Array) -> Array:
        """Add a little to the counts, and divide them by their sums."""
        added = ADDED / self.job.shape[2]
        rows = (counts + added for counts in (competence, spam))
        return np.concatenate([(row / row.sum(axis=1, keepdims=True)).reshape(-1) for row in rows])

    def means(self, x: Array) -> tuple[Array, Array]:
        """Return the probabilities themselves."""
        knowing, taste = self.split(x)
        return knowing[:, 0].copy(), taste.copy()

    def project(self, x: Array, inside: Array) -> Array:
        """Bring an extrapolated vector back, and its rows to a sum of 1."""
        rows = self.split(super().project(x, inside))
        return np.concatenate([(row / row.sum(axis=1, keepdims=True)).reshape(-1) for row in rows])
