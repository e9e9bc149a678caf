"""Raters with few votes: how probable it is that they are worth something, given all raters.

Many error rates cannot be found from few votes, one number can: the share of answers that are what
raters usually say to items of the class. How that share differs from rater to rater is learnt from
all of them, whatever its shape: a job may have good raters and guessers and none in between.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .measures import bits_per_answer

GRID = np.linspace(0.005, 0.995, 100)
STEPS = 100


def chance_of_worth(
    counts: NDArray[np.float64],
    pool: NDArray[np.float64],
    *,
    class_prior: NDArray[np.float64],
    least_bits: float,
) -> NDArray[np.float64]:
    """Probability that an answer of each rater tells so many bits, shape (n_raters,).

    A rater gives the usual answer of an item's class with one probability, and any other answer as
    often as the pool does. The prior of that probability is the likeliest one on a grid, given the
    answers of all raters and of one more, who could be anyone. Who says the usual less often than a
    guesser is worth nothing.

    Parameters
    ----------
    counts : ndarray, shape (n_raters, n_classes, n_answers)
        Expected answers of each rater by class.
    pool : ndarray, shape (n_classes, n_answers)
        From :func:`pool_prior`.
    class_prior : ndarray, shape (n_classes,)
    least_bits : float

    Returns
    -------
    ndarray, shape (n_raters,)
        In 0..1; NaN where the usual answers are the same for all classes, or nearly, so that no
        skill tells them apart.

    References
    ----------
    Kiefer & Wolfowitz (1956), Annals of Mathematical Statistics 27(4), for the prior.
    """
    usual = pool.argmax(axis=1)
    right = counts[:, np.arange(len(usual)), usual].sum(axis=1)
    posterior = skill_posterior(right, counts.sum(axis=(1, 2)))
    bits = bits_per_answer(_rates_of_skill(pool, usual), class_prior=class_prior)
    worth = (bits >= least_bits) & (np.arange(len(GRID)) >= bits.argmin())
    if not worth.any():
        return np.full(len(counts), np.nan)
    return np.asarray(posterior @ worth)


def skill_posterior(right: NDArray[np.float64], votes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Posterior of each rater's share of usual answers, shape (n_raters, n_grid)."""
    logs = right[:, None] * np.log(GRID) + (votes - right)[:, None] * np.log(1 - GRID)
    likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
    prior = np.full(len(GRID), 1 / len(GRID))
    voted = votes > 0
    for _ in range(STEPS if voted.any() else 0):  # EM for the weights of a mixture
        joint = likelihood[voted] * prior
        given = (joint / joint.sum(axis=1, keepdims=True)).sum(axis=0)
        prior = (given + 1 / len(GRID)) / (voted.sum() + 1)
    joint = likelihood * prior
    return np.asarray(joint / joint.sum(axis=1, keepdims=True))


def _rates_of_skill(pool: NDArray[np.float64], usual: NDArray[np.intp]) -> NDArray[np.float64]:
    """Error rates of raters of each skill on the grid, shape (n_grid, n_classes, n_answers)."""
    classes = np.arange(len(usual))
    others = pool.copy()
    others[classes, usual] = 0.0
    total = others.sum(axis=1, keepdims=True)
    others = np.divide(others, total, out=np.zeros_like(others), where=total > 0)
    rates = (1 - GRID)[:, None, None] * others
    rates[:, classes, usual] = GRID[:, None] if pool.shape[1] > 1 else 1.0
    return np.asarray(rates)
