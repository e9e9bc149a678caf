"""Error rates of raters with few answers: drawn towards those of all raters, as far as data say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_STEPS = 2000
SMALLEST_CHANGE = 1e-9
# An expected count of less is none.
SMALLEST_COUNT = 1e-12
# Of a Dirichlet prior: below, a rater's first answer would settle it; above, raters are all alike.
LEAST_TOTAL, MOST_TOTAL = 1e-3, 1e5


def pool_prior(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit the Dirichlet distribution from which raters' error rates are drawn, class by class.

    It is the likeliest one given all raters' counts: empirical Bayes. Where raters differ more than
    chance would make them, its total is small and each keeps much of its own rates.

    Parameters
    ----------
    counts : ndarray, shape (n_raters, n_classes, n_answers)
        Answers of each rater by class, 0 or more; expected counts need not be whole.

    Returns
    -------
    ndarray, shape (n_classes, n_answers)
        As good as so many answers of each kind; above 0.

    References
    ----------
    Minka (2000, revised 2003), Estimating a Dirichlet distribution, eq. 55: Polya's distribution.
    """
    return np.stack([_dirichlet(of_class) for of_class in counts.swapaxes(0, 1)])


def _dirichlet(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Likeliest parameters for counts of shape (n_raters, n_answers), by fixed-point steps."""
    from scipy.special import digamma

    n_answers = counts.shape[1]
    totals = counts.sum(axis=1)
    # An answer that nobody gave would have parameter 0: half an answer of all keeps it possible.
    shares = np.asarray((counts.sum(axis=0) + 0.5) / (totals.sum() + 0.5 * n_answers))
    counts, totals = counts[totals > 0], totals[totals > 0]
    if len(counts) < 2:
        return np.asarray(shares * n_answers)
    prior: NDArray[np.float64] = shares * 10.0
    # Most raters give most answers to no item of a class, which says nothing in the sums below.
    answers = np.nonzero(counts > SMALLEST_COUNT)[1]
    given, times = counts[counts > SMALLEST_COUNT], np.bincount(answers, minlength=n_answers)
    for _ in range(MOST_STEPS):
        total = prior.sum()
        each = digamma(given + prior[answers])
        gained = np.bincount(answers, each, minlength=n_answers) - times * digamma(prior)
        spent = (digamma(totals + total) - digamma(total)).sum()
        new: NDArray[np.float64] = np.maximum(prior * gained / spent, LEAST_TOTAL * shares)
        new *= min(1.0, MOST_TOTAL / new.sum())
        change, prior = np.abs(new - prior).max(), new
        if change < SMALLEST_CHANGE * new.sum():
            break
    return np.asarray(prior)


def shrunken_rates(counts: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Posterior mean of each rater's error rates, shape as counts (n_raters, n_classes, n_answers).

    A rater without answers has the pool's.
    """
    both = counts + prior
    return np.asarray(both / both.sum(axis=2, keepdims=True))


def drawn_rates(
    counts: NDArray[np.float64],
    prior: NDArray[np.float64],
    *,
    draws: int,
    seed: int | np.random.Generator,
) -> NDArray[np.float64]:
    """Draw error rates from their posterior, shape (draws, n_raters, n_classes, n_answers).

    Draws in several calls with one generator are those of a single call.
    """
    both = counts + prior
    drawn = np.random.default_rng(seed).standard_gamma(both, size=(draws, *both.shape))
    drawn = np.maximum(drawn, np.finfo(np.float64).tiny)
    return np.asarray(drawn / drawn.sum(axis=3, keepdims=True))
