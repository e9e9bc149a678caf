"""Precision-recall curves with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import CONFIDENCE, REPLICATES
from ..errors import check_types
from .curve_bootstrap import CurveReplicates, bootstrap_curve, checked_recalls
from .estimates import Estimate, estimate, image_codes, percentile_interval
from .intervals import wilson_interval
from .precision_recall import OperatingPoint, PrecisionRecall, precision_recall

RECALLS = np.arange(1, 201) / 200


class PointEstimate(NamedTuple):
    """An operating point, and its shares with their intervals."""

    point: OperatingPoint
    precision: Estimate
    recall: Estimate
    f1: Estimate


@dataclass(frozen=True, eq=False)
class Bands:
    """A precision-recall curve and its uncertainty.

    Attributes
    ----------
    curve : PrecisionRecall
        As measured.
    recalls : ndarray, shape (n_recalls,)
        Where the band was measured, above 0 up to 1.
    precision : ndarray, shape (n_recalls,)
        Of the curve, where it first has these recalls.
    low, high : ndarray, shape (n_recalls,)
        Ends of the interval of each precision: the band is pointwise.
    average_precision : Estimate
    replicates : CurveReplicates
        What the intervals were taken from.
    n_images : int
        Images that were drawn from.
    confidence : float
        Of each interval, between 0 and 1.
    """

    curve: PrecisionRecall
    recalls: NDArray[np.float64]
    precision: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    average_precision: Estimate
    replicates: CurveReplicates
    n_images: int
    confidence: float

    def at(self, threshold: float) -> PointEstimate:
        """Return precision, recall and F1 of a threshold, with intervals.

        Parameters
        ----------
        threshold : float
            The least score that is kept.

        Returns
        -------
        PointEstimate

        Raises
        ------
        AnalysisError
            If the threshold is NaN.
        """
        point = self.curve.at(threshold)
        drawn = self.replicates.at(threshold)
        ends = [
            proportion_interval(point.hits, whole, share, confidence=self.confidence)
            for whole, share in ((point.kept, drawn.precision), (point.n_fits, drawn.recall))
        ]
        return PointEstimate(
            point,
            Estimate(point.precision, *(float(end) for end in ends[0])),
            Estimate(point.recall, *(float(end) for end in ends[1])),
            estimate(point.f1, drawn.f1, confidence=self.confidence),
        )


def proportion_interval(
    successes: ArrayLike, trials: ArrayLike, drawn: ArrayLike, *, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Take the wider, at either end, of the bootstrap's percentile interval and Wilson's.

    The bootstrap knows that questions of one image go together, but sees no uncertainty at all
    where nothing was wrong: every draw of faultless questions is faultless. Wilson's interval is
    right about that, and knows nothing of images.

    Parameters
    ----------
    successes, trials : array_like of int, shape (...)
        The observed counts.
    drawn : array_like, shape (n_replicates, ...)
        The proportion in each replicate; NaN where there is none.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : ndarray, shape (...)
        NaN where there are no trials.

    Raises
    ------
    AnalysisError
        If a count or `confidence` is out of range.
    """
    low, high = percentile_interval(drawn, confidence=confidence)
    wilson = wilson_interval(successes, trials, confidence=confidence)
    return np.fmin(low, wilson.low), np.fmax(high, wilson.high)


def precision_recall_bands(
    scores: ArrayLike,
    *,
    truth: ArrayLike,
    images: ArrayLike,
    recalls: ArrayLike | None = None,
    confidence: float = CONFIDENCE,
    replicates: int = REPLICATES,
    seed: int = 0,
    threads: int | None = None,
) -> Bands:
    """Measure a precision-recall curve, and its uncertainty by a bootstrap over images.

    Parameters
    ----------
    scores, truth : array_like, shape (n_questions,)
        As for :func:`precision_recall`.
    images : array_like, shape (n_questions,)
        The image of each question: numbers or names.
    recalls : array_like, shape (n_recalls,), optional
        Where to measure the band, above 0 up to 1. Default: 0.005, 0.01, ..., 1.
    confidence : float
        Of each interval, between 0 and 1.
    replicates, seed, threads
        As for :func:`bootstrap_curve`.

    Returns
    -------
    Bands

    Raises
    ------
    AnalysisError
        If the shapes do not fit each other, or a value is out of range.

    References
    ----------
    Efron & Tibshirani (1993), An Introduction to the Bootstrap: percentile intervals.
    Field & Welsh (2007), Bootstrapping clustered data, JRSS B 69(3).

    Examples
    --------
    >>> bands = precision_recall_bands([0.9, 0.6, 0.4], truth=[1, 0, 1], images=[1, 1, 2])
    >>> bands.average_precision.low <= bands.curve.average_precision
    True
    """
    check_types(precision_recall_bands, locals())
    wanted = checked_recalls(RECALLS if recalls is None else recalls)
    curve = precision_recall(scores, truth=truth)
    drawn = bootstrap_curve(
        scores, truth=truth, images=images, replicates=replicates, seed=seed, threads=threads
    )
    points = np.searchsorted(curve.recall, wanted)
    low, high = proportion_interval(
        curve.hits[points],
        curve.kept[points],
        drawn.precision_at_recall(wanted),
        confidence=confidence,
    )
    return Bands(
        curve=curve,
        recalls=wanted,
        precision=curve.precision[points],
        low=low,
        high=high,
        average_precision=estimate(
            curve.average_precision, drawn.average_precision, confidence=confidence
        ),
        replicates=drawn,
        n_images=image_codes(images, curve.n_questions)[0],
        confidence=confidence,
    )


def paired_difference(first: Bands, second: Bands) -> Estimate:
    """Subtract the second average precision from the first; the interval is of the differences.

    Both must have been measured with one seed and one number of replicates, on the same questions.
    """
    return estimate(
        first.curve.average_precision - second.curve.average_precision,
        first.replicates.average_precision - second.replicates.average_precision,
        confidence=first.confidence,
    )
