"""Bootstrap over images: how far a precision-recall curve would move with other golden images.

Questions of one image are answered rightly, or wrongly, together. So images are drawn, with
replacement, and each brings all of its questions. A replicate is never assembled: each image has a
weight, the number of times that it was drawn, and a curve is two cumulative sums of weights over
the questions in order of score.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import ReleaseError
from .precision_recall import precision_recall

REPLICATES = 2000
CONFIDENCE = 0.95
# Replicates that are computed at once: few enough for a processor's cache.
BLOCK = 50


class Estimate(NamedTuple):
    """A number and the ends of its interval; NaN where there is none."""

    value: float
    low: float
    high: float


class PointReplicates(NamedTuple):
    """Precision, recall and F1 at one threshold, each of shape (n_replicates,); NaN for 0/0."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CurveReplicates:
    """The precision-recall curve of each replicate, at the thresholds of the curve itself.

    Attributes
    ----------
    thresholds : ndarray of float64, shape (n_points,)
        The distinct scores, descending.
    kept : ndarray of int32, shape (n_replicates, n_points)
        Questions kept at each threshold, a question of an image drawn twice counted twice.
    hits : ndarray of int32, shape (n_replicates, n_points)
        Those whose label fits.
    """

    thresholds: NDArray[np.float64]
    kept: NDArray[np.int32]
    hits: NDArray[np.int32]

    @property
    def n_fits(self) -> NDArray[np.int32]:
        """Questions whose label fits, shape (n_replicates,)."""
        return self.hits[:, -1]

    @property
    def average_precision(self) -> NDArray[np.float64]:
        """Average precision, shape (n_replicates,); NaN where nothing that was drawn fits."""
        steps = np.diff(self.hits, axis=1, prepend=np.int32(0))
        # Where nothing is kept yet there is no step either, and 0 * 0 is what it adds.
        precision = self.hits / np.maximum(self.kept, 1)
        return _ratio(np.einsum("rp,rp->r", steps, precision), self.n_fits)

    def at(self, threshold: float) -> PointReplicates:
        """Return precision, recall and F1 of every replicate, at a threshold of the score."""
        n_at_least = int(np.searchsorted(-self.thresholds, -threshold, side="right"))
        if n_at_least:
            kept, hits = self.kept[:, n_at_least - 1], self.hits[:, n_at_least - 1]
        else:
            kept = hits = np.zeros_like(self.n_fits)
        return PointReplicates(
            _ratio(hits, kept), _ratio(hits, self.n_fits), _ratio(2 * hits, kept + self.n_fits)
        )

    def precision_at_recall(self, recalls: ArrayLike) -> NDArray[np.float64]:
        """Precision where a replicate's curve first has these recalls.

        Parameters
        ----------
        recalls : array_like, shape (n_recalls,)
            Above 0, up to 1.

        Returns
        -------
        ndarray, shape (n_replicates, n_recalls)
            NaN where nothing that was drawn fits.
        """
        wanted = checked_recalls(recalls)
        found = np.full((len(self.hits), len(wanted)), np.nan)
        for row, kept, hits in zip(found, self.kept, self.hits, strict=True):
            if hits[-1]:
                points = np.searchsorted(hits / hits[-1], wanted)
                row[:] = hits[points] / kept[points]
        return found


def _ratio(part: NDArray[np.number], whole: NDArray[np.number]) -> NDArray[np.float64]:
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0))


def checked_recalls(recalls: ArrayLike) -> NDArray[np.float64]:
    """Return recalls as an array; one that no curve first has anywhere is a ReleaseError."""
    wanted = np.asarray(recalls, dtype=np.float64)
    wrong = ~((wanted > 0) & (wanted <= 1))
    if wanted.ndim != 1 or wrong.any():
        what = f"of shape {wanted.shape}" if wanted.ndim != 1 else f"{wanted[wrong][0]:g}"
        raise ReleaseError(f"recalls {what}: give a list of numbers above 0, up to 1")
    return wanted


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
    ReleaseError
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
    return _drawn(n_images, range(replicates), seed)


def check_count(name: str, value: int, least: int) -> None:
    """Refuse a count that is too small."""
    if value < least:
        raise ReleaseError(f"{name}={value}: give {least} or more")


def _drawn(n_images: int, numbers: range, seed: int) -> NDArray[np.int32]:
    weights = np.empty((len(numbers), n_images), dtype=np.int32)
    for row, number in zip(weights, numbers, strict=True):
        draws = np.random.default_rng((seed, number)).integers(n_images, size=n_images)
        row[:] = np.bincount(draws, minlength=n_images)
    return weights


def bootstrap_curve(
    scores: ArrayLike,
    *,
    truth: ArrayLike,
    images: ArrayLike,
    replicates: int = REPLICATES,
    seed: int = 0,
    threads: int | None = None,
) -> CurveReplicates:
    """Draw images with replacement, and measure the whole curve on the questions of each draw.

    Parameters
    ----------
    scores, truth : array_like, shape (n_questions,)
        As for :func:`precision_recall`.
    images : array_like, shape (n_questions,)
        The image of each question: numbers or names, in any order.
    replicates : int
        1 or more.
    seed : int
        0 or more; see :func:`image_weights`.
    threads : int, optional
        Never changes the result. Default: as many as there are processors.

    Returns
    -------
    CurveReplicates

    Raises
    ------
    ReleaseError
        If the shapes do not fit each other, a score or the truth cannot be used, or a number is out
        of range.

    Examples
    --------
    >>> drawn = bootstrap_curve([0.9, 0.4, 0.3], truth=[1, 0, 1], images=[7, 7, 8], replicates=100)
    >>> drawn.kept.shape
    (100, 3)
    """
    curve = precision_recall(scores, truth=truth)  # which checks them
    check_count("replicates", replicates, 1)
    check_count("seed", seed, 0)
    n_images, image = image_codes(images, curve.n_questions)
    # The place of each question in the order of score, and the last question of each point.
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    fits = (np.asarray(truth) == 1)[order].astype(np.int32)
    last, image = curve.kept - 1, image[order]
    kept = np.empty((replicates, len(last)), dtype=np.int32)
    hits = np.empty_like(kept)

    def fill(begin: int) -> None:
        numbers = range(begin, min(begin + BLOCK, replicates))
        weights = _drawn(n_images, numbers, seed)[:, image]
        block = slice(numbers.start, numbers.stop)
        kept[block] = np.cumsum(weights, axis=1, dtype=np.int32)[:, last]
        hits[block] = np.cumsum(weights * fits, axis=1, dtype=np.int32)[:, last]

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        list(pool.map(fill, range(0, replicates, BLOCK)))
    return CurveReplicates(curve.thresholds, kept, hits)


def image_codes(images: ArrayLike, n_questions: int) -> tuple[int, NDArray[np.int64]]:
    """Return the number of images, and each question's image as a number from 0."""
    given = np.asarray(images)
    if given.shape != (n_questions,):
        raise ReleaseError(
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
    ReleaseError
        If `confidence` is not between 0 and 1.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap, section 13.3.
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


def check_confidence(confidence: float) -> None:
    """Refuse a level of confidence that is not between 0 and 1."""
    if not 0 < confidence < 1:
        raise ReleaseError(f"confidence {confidence} is not between 0 and 1: 0.95 is 95 %")
