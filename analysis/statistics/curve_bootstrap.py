"""How far a precision-recall curve would move with other golden images.

Each replicate is a weight an image (see :mod:`analysis.statistics.estimates`), and its curve is two
cumulative sums of weights over the questions in order of score.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import REPLICATES
from ..errors import AnalysisError
from .estimates import BLOCK, check_count, drawn_images, image_codes
from .precision_recall import precision_recall


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
    """Return recalls as an array; one that no curve first has anywhere is a AnalysisError."""
    wanted = np.asarray(recalls, dtype=np.float64)
    wrong = ~((wanted > 0) & (wanted <= 1))
    if wanted.ndim != 1 or wrong.any():
        what = f"of shape {wanted.shape}" if wanted.ndim != 1 else f"{wanted[wrong][0]:g}"
        raise AnalysisError(f"recalls {what}: give a list of numbers above 0, up to 1")
    return wanted


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
    AnalysisError
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
        weights = drawn_images(n_images, numbers, seed)[:, image]
        block = slice(numbers.start, numbers.stop)
        kept[block] = np.cumsum(weights, axis=1, dtype=np.int32)[:, last]
        hits[block] = np.cumsum(weights * fits, axis=1, dtype=np.int32)[:, last]

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        list(pool.map(fill, range(0, replicates, BLOCK)))
    return CurveReplicates(curve.thresholds, kept, hits)
