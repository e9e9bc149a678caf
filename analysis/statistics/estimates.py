"""Numbers with their intervals, from a bootstrap over images.

Questions of one image are answered rightly, or wrongly, together. So images are drawn, with
replacement, and each brings all of its questions. A replicate is never assembled: each image has a
weight, the number of times that it was drawn.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import CONFIDENCE, REPLICATES
from ..errors import AnalysisError

# Replicates that are computed at once: few enough for a processor's cache.
BLOCK = 50


class Estimate(NamedTuple):
    """A number and the ends of its interval; NaN where there is none."""

    value: float
    low: float
    high: float

    def _repr_html_(self) -> str:
        return _html({name: [number] for name, number in self._asdict().items()})


class Estimates(NamedTuple):
    """Numbers and the ends of their intervals: arrays of equal shape; NaN where there is none."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def _repr_html_(self) -> str:
        """Show a row an entry, with its place where there are several axes or entries."""
        value = np.asarray(self.value)
        at = {"": [", ".join(map(str, place)) for place in np.ndindex(value.shape)]}
        numbers = {name: np.ravel(part) for name, part in self._asdict().items()}
        return _html((at if value.ndim else {}) | numbers)


def _html(columns: dict[str, Any]) -> str:
    from aggregation import Table

    return Table(columns)._repr_html_()


def image_weights(
    n_images: int, *, replicates: int = REPLICATES, seed: int = 0
) -> NDArray[np.int32]:
    """Draw images with replacement and count how often each was drawn.

    A replicate depends on the seed and its own number alone. Two statistics with the same seed are
    therefore measured on the same draws, and their difference is a paired one.

    Parameters
    ----------
    n_images : int
        Drawn from, and the number of draws of each replicate.
    replicates : int
        1 or more.
    seed : int
        0 or more.

    Returns
    -------
    ndarray of int32, shape (replicates, n_images)
        Each row sums to `n_images`.

    Raises
    ------
    AnalysisError
        If a number is out of range.

    References
    ----------
    Field & Welsh (2007), Bootstrapping clustered data, JRSS B 69(3): the cluster bootstrap.

    Examples
    --------
    >>> image_weights(5, replicates=2).sum(axis=1)
    array([5, 5])
    """
    check_count("replicates", replicates, 1)
    check_count("seed", seed, 0)
    return drawn_images(n_images, range(replicates), seed)


def check_count(name: str, value: int, least: int) -> None:
    """Refuse a count that is too small."""
    if value < least:
        raise AnalysisError(f"{name}={value}: give {least} or more")


def drawn_images(n_images: int, numbers: range, seed: int) -> NDArray[np.int32]:
    """How often each image is drawn in the replicates of these numbers, shape (n, n_images)."""
    weights = np.empty((len(numbers), n_images), dtype=np.int32)
    for row, number in zip(weights, numbers, strict=True):
        draws = np.random.default_rng((seed, number)).integers(n_images, size=n_images)
        row[:] = np.bincount(draws, minlength=n_images)
    return weights


def image_codes(images: ArrayLike, n_questions: int) -> tuple[int, NDArray[np.int64]]:
    """Return the number of images, and each question's image as a number from 0."""
    given = np.asarray(images)
    if given.shape != (n_questions,):
        raise AnalysisError(
            f"images of shape {given.shape} do not fit {n_questions} questions: give one a question"
        )
    distinct, codes = np.unique(given, return_inverse=True)
    return len(distinct), codes


def percentile_interval(
    values: ArrayLike, *, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Take the middle share of the replicates: the percentile interval.

    Parameters
    ----------
    values : array_like, shape (n_replicates, ...)
        A replicate in which anything is NaN is left out.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : ndarray, shape (...)
        NaN where no replicate has a value.

    Raises
    ------
    AnalysisError
        If `confidence` is not between 0 and 1.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap: percentile intervals.
    """
    check_confidence(confidence)
    drawn = np.asarray(values, dtype=np.float64)
    known = drawn[~np.isnan(drawn).reshape(len(drawn), -1).any(axis=1)]
    if not len(known):
        nothing = np.full(drawn.shape[1:], np.nan)
        return nothing, nothing
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, (tail, 1 - tail), axis=0)
    return low, high


def estimate(value: float, drawn: ArrayLike, *, confidence: float = CONFIDENCE) -> Estimate:
    """Return a number with the percentile interval of its replicates, shape (n_replicates,)."""
    low, high = percentile_interval(drawn, confidence=confidence)
    return Estimate(float(value), float(low), float(high))


def estimate_cells(name: str, measured: Estimate) -> dict[str, float]:
    """Return an estimate as three columns: the value and the ends of its interval."""
    return {name: measured.value, f"{name}_low": measured.low, f"{name}_high": measured.high}


def check_confidence(confidence: float, name: str = "confidence") -> None:
    """Refuse a level of confidence that is not between 0 and 1; `name` is the argument's."""
    if not 0 < confidence < 1:
        raise AnalysisError(f"{name} {confidence} is not between 0 and 1: 0.95 is 95 %")


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the value with half of the weight on either side."""
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])


def discovery_rates(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """False-discovery rate at which each pair is found (Benjamini & Hochberg 1995); NaN for NaN.

    The least, over p-values of no less than this one, of p times the number of tests over the rank.

    References
    ----------
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known])]
    scaled = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    found = np.full(len(p_values), np.nan)
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return found
