"""Whether chains of draws have mixed, and how many independent draws they are worth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def split_r_hat(chains: Array) -> Array:
    """Compare halves of chains with each other: 1 where they have mixed, more where not.

    Parameters
    ----------
    chains : ndarray, shape (n_chains, n_draws, ...)
        Four draws or more.

    Returns
    -------
    ndarray, shape (...)
        1 where nothing ever changes; infinite where chains rest at different values.

    References
    ----------
    Gelman, Carlin, Stern, Dunson, Vehtari & Rubin (2013), Bayesian Data Analysis, 3rd edition, eq.
    11.4, with halves for chains.
    """
    halves = halved(chains)
    n = halves.shape[1]
    within = halves.var(axis=1, ddof=1).mean(axis=0)
    between = halves.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.sqrt((n - 1) / n + between / within)
    still = np.minimum(np.nan_to_num(ratio, nan=1.0), 1.0)
    return np.asarray(np.where(between == 0, still, ratio))


def effective_draws(chains: Array) -> Array:
    """Estimate how many independent draws the chains are worth.

    Parameters
    ----------
    chains : ndarray, shape (n_chains, n_draws, ...)
        Four draws or more.

    Returns
    -------
    ndarray, shape (...)
        All of them where nothing ever changes.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd edition, section 11.5, with halves for chains;
    autocorrelations are summed in pairs while these are positive and fall (Geyer 1992, Practical
    Markov chain Monte Carlo, Statistical Science 7(4), section 3.3).
    """
    halves = halved(chains)
    flat = halves.reshape(*halves.shape[:2], -1)
    found = np.array([_effective(flat[:, :, j]) for j in range(flat.shape[2])])
    return found.reshape(chains.shape[2:])


def halved(chains: Array) -> Array:
    """Cut each chain in two; of an odd number of draws the first is left out."""
    n = chains.shape[1] // 2
    last = chains[:, chains.shape[1] - 2 * n :]
    return np.concatenate((last[:, :n], last[:, n:]))


def _effective(chains: Array) -> float:
    """Effective number of draws of one quantity, shape (n_chains, n_draws)."""
    n_chains, n = chains.shape
    within = chains.var(axis=1, ddof=1).mean()
    total = (n - 1) / n * within + chains.mean(axis=1).var(ddof=1)
    if total <= 0:
        return float(n_chains * n)
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(centred, 2 * n, axis=1)) ** 2
    covariances = np.fft.irfft(spectrum, axis=1)[:, :n].mean(axis=0) / (n - 1)
    correlations = 1 - (within - covariances) / total
    correlations[0] = 1.0
    pairs = correlations[: n // 2 * 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0)
    pairs = np.minimum.accumulate(pairs[: ends[0]] if len(ends) else pairs)
    return float(n_chains * n / max(2 * pairs.sum() - 1, 1 / np.log10(n_chains * n + 10)))
