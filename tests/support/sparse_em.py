"""Dawid & Skene's likelihood of real votes in scipy's sparse matrices, sharing no code.

Parameters are (rates, prior): rates of shape (n_raters, n_classes, n_answers).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from aggregation import Votes

Array = NDArray[np.float64]
NAMES = (
    *("snow_rte", "face", "dog", "act_MS", "act_CF", "labelme"),
    *("web", "D_Product", "adult2", "barzan", "act_ZenCrowd_us", "trec"),
)


def real_votes(datasets: Path, name: str) -> Votes:
    """Read the votes of a folder of the reference data."""
    return Votes.read(datasets / name / "votes.csv", item="task", rater="worker", answer="label")


class Scores(NamedTuple):
    """Derivatives of the log-likelihood in each rate and share, where those that are 0 may rise."""

    rates: Array
    prior: Array
    log_likelihood: float


class SparseModel:
    """Votes as a matrix of counts, items by pairs of rater and answer."""

    def __init__(self, votes: Votes) -> None:
        self.shape = votes.n_raters, votes.n_answers
        code = votes.raters * votes.n_answers + votes.answers
        self.counts: Any = sparse.csr_array(
            (np.ones(votes.n_votes), (votes.items, code)),
            shape=(votes.n_items, votes.n_raters * votes.n_answers),
        )

    def by_code(self, rates: Array) -> Array:
        """Return (n_raters * n_answers, n_classes)."""
        return np.ascontiguousarray(rates.transpose(0, 2, 1)).reshape(-1, rates.shape[1])

    def by_class(self, counts: Array) -> Array:
        """Return (n_raters, n_classes, n_answers)."""
        return counts.reshape(*self.shape, -1).transpose(0, 2, 1)

    def joint(self, rates: Array, prior: Array) -> tuple[Array, Array]:
        """Logarithm of each item's product of what is above 0, and how many factors are 0."""
        values = self.by_code(rates)
        logs = np.log(values, out=np.zeros_like(values), where=values > 0)
        log_prior = np.log(prior, out=np.zeros_like(prior), where=prior > 0)
        return self.counts @ logs + log_prior, self.counts @ (values == 0) + (prior == 0)

    def posterior(self, rates: Array, prior: Array) -> tuple[Array, float]:
        """Posterior of each item, and the log-likelihood."""
        logs, zeros = self.joint(rates, prior)
        terms = np.where(zeros == 0, logs, -np.inf)
        top = terms.max(axis=1, keepdims=True)
        weights = np.exp(terms - top)
        total = weights.sum(axis=1, keepdims=True)
        return weights / total, float((top + np.log(total)).sum())

    def step(self, rates: Array, prior: Array) -> tuple[Array, Array, float]:
        """One step of plain EM; a row in which nothing is expected is uniform."""
        weights, log_likelihood = self.posterior(rates, prior)
        counts = self.by_class(self.counts.T @ weights)
        totals = counts.sum(axis=2, keepdims=True)
        uniform = np.full_like(counts, 1 / counts.shape[2])
        found = np.divide(counts, totals, out=uniform, where=totals > 0)
        return found, weights.mean(axis=0), log_likelihood

    def climbed(self, rates: Array, prior: Array, n_steps: int) -> float:
        """Log-likelihood after so many steps of plain EM."""
        for _ in range(n_steps):
            rates, prior, _ = self.step(rates, prior)
        return self.posterior(rates, prior)[1]

    def scores(self, rates: Array, prior: Array) -> Scores:
        """Differentiate: a factor that is 0 counts only where it is an item's only one."""
        logs, zeros = self.joint(rates, prior)
        weights, log_likelihood = self.posterior(rates, prior)
        terms = np.where(zeros == 0, logs, -np.inf)
        top = terms.max(axis=1, keepdims=True)
        totals = top + np.log(np.exp(terms - top).sum(axis=1, keepdims=True))
        lone = np.where(zeros == 1, np.exp(np.minimum(logs - totals, 700)), 0.0)
        values = self.by_code(rates)
        inside = np.divide(
            self.counts.T @ weights, values, out=np.zeros_like(values), where=values > 0
        )
        by_code = np.where(values > 0, inside, self.counts.T @ lone)
        of_prior = np.where(
            prior > 0, weights.sum(axis=0) / np.where(prior > 0, prior, 1), lone.sum(axis=0)
        )
        return Scores(self.by_class(by_code), of_prior, log_likelihood)
