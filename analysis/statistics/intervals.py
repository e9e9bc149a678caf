"""Proportions and their confidence intervals."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import AnalysisError
from .estimates import Estimates


class Interval(NamedTuple):
    """A confidence interval's ends, arrays of equal shape, in 0..1; NaN where there is none."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def proportion(successes: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> Estimates:
    """Divide successes by trials, with the Wilson score interval beside each quotient.

    Parameters
    ----------
    successes, trials : array_like
        As for :func:`wilson_interval`.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimates

    Raises
    ------
    AnalysisError
        As :func:`wilson_interval`.

    Examples
    --------
    >>> estimate, low, high = proportion([3, 0], [4, 0])
    >>> estimate
    array([0.75,  nan])
    """
    interval = wilson_interval(successes, trials, confidence=confidence)
    hits, n = np.broadcast_arrays(successes, trials)
    estimate = np.divide(hits, n, out=np.full(n.shape, np.nan), where=n > 0)
    return Estimates(estimate, *interval)


def wilson_interval(
    successes: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Wilson's score interval of a binomial proportion, without continuity correction.

    It holds the proportions that a score test does not reject. It stays within 0..1, is never of
    width 0, and contains the observed proportion.

    Parameters
    ----------
    successes, trials : array_like of int
        Counts, broadcast against each other; ``0 <= successes <= trials``.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Interval
        Both ends are NaN where there are no trials.

    Raises
    ------
    AnalysisError
        If a count is not in range, or `confidence` is not between 0 and 1.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
    Newcombe (1998), Statistics in Medicine 17(8), 857-872.

    Examples
    --------
    >>> low, high = wilson_interval(81, 263)
    >>> print(f"{low:.4f} {high:.4f}")
    0.2553 0.3662
    """
    if not 0 < confidence < 1:
        raise AnalysisError(f"confidence {confidence} is not between 0 and 1: 0.95 is 95 %")
    hits, n = _checked_counts(successes, trials)
    n = np.where(n > 0, n, np.nan)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = hits + z**2 / 2
    half_width = z * np.sqrt(hits * (n - hits) / n + z**2 / 4)
    # At 0 and n one end is exact, and rounding would put it just beside.
    low = np.where(hits == 0, 0 * n, (centre - half_width) / (n + z**2))
    high = np.where(hits == n, 1.0, (centre + half_width) / (n + z**2))
    return Interval(low, high)


def _checked_counts(
    successes: ArrayLike, trials: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both counts as floats of one shape; counts that cannot be are a AnalysisError."""
    try:
        hits, n = np.broadcast_arrays(
            np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
        )
    except ValueError as error:
        raise AnalysisError(f"successes and trials do not fit each other: {error}") from error
    wrong = ~((hits >= 0) & (hits <= n) & np.isfinite(n))
    if wrong.any():
        raise AnalysisError(
            f"{hits[wrong][0]:g} successes in {n[wrong][0]:g} trials: "
            "counts are 0 <= successes <= trials"
        )
    return hits, n
