"""Calibration: whether, of the labels with a score of 0.7, the experts say yes to seven in ten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..defaults import CONFIDENCE, REPLICATES
from ..errors import AnalysisError, check_types
from .bands import proportion_interval
from .estimates import Estimate, estimate, image_codes, image_weights

N_BINS = 10


class ReliabilityBins(NamedTuple):
    """Scores in bins of equal width, arrays of shape (n_bins,); NaN where a bin is empty.

    Attributes
    ----------
    n : ndarray of int64
        Questions.
    mean_score, outcome : ndarray
        Mean score and mean outcome of the bin's questions.
    low, high : ndarray
        Ends of the interval of the mean outcome.
    """

    n: NDArray[np.int64]
    mean_score: NDArray[np.float64]
    outcome: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibration:
    """How well scores agree with outcomes as probabilities.

    ``brier = miscalibration - discrimination + uncertainty``, exactly.

    Attributes
    ----------
    brier : Estimate
        Mean squared difference of score and outcome.
    miscalibration : Estimate
        What the Brier score would gain if the scores were recalibrated by the best rising function
        (isotonic regression on the same questions); 0 is best.
    discrimination : Estimate
        What the recalibrated scores gain over the mean outcome as everybody's score.
    uncertainty : Estimate
        Brier score of the mean outcome as everybody's score: the variance of the outcomes.
    log_loss : Estimate
        Mean cross-entropy in nats; without an interval where it is infinite.
    expected_calibration_error : Estimate
        Mean over questions of the distance between their bin's mean score and mean outcome.
    bins : ReliabilityBins
    isotonic_scores, isotonic_outcomes : ndarray, shape (n_points,)
        Distinct scores, ascending, and the isotonic regression of the outcomes on them.
    n_questions : int
    """

    brier: Estimate
    miscalibration: Estimate
    discrimination: Estimate
    uncertainty: Estimate
    log_loss: Estimate
    expected_calibration_error: Estimate
    bins: ReliabilityBins
    isotonic_scores: NDArray[np.float64]
    isotonic_outcomes: NDArray[np.float64]
    n_questions: int


def measure_calibration(
    scores: ArrayLike,
    *,
    outcomes: ArrayLike,
    images: ArrayLike,
    n_bins: int = N_BINS,
    confidence: float = CONFIDENCE,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Calibration:
    """Hold scores against outcomes, with intervals by a bootstrap over images.

    Parameters
    ----------
    scores : array_like, shape (n_questions,)
        Probabilities that a label fits, in 0..1.
    outcomes : array_like, shape (n_questions,)
        Whether it does (0 and 1), or the share of experts who say so, in 0..1.
    images : array_like, shape (n_questions,)
        The image of each question: numbers or names.
    n_bins : int
        Bins of equal width, 1 or more.
    confidence : float
        Of each interval, between 0 and 1.
    replicates, seed
        As for :func:`image_weights`.

    Returns
    -------
    Calibration

    Raises
    ------
    AnalysisError
        If shapes do not fit each other, or a value is out of range.

    Notes
    -----
    Miscalibration and the expected calibration error cannot be below 0, so chance alone makes them
    positive, in the estimate and again in each replicate: their intervals lie too high rather than
    too low.

    References
    ----------
    Dimitriadis, Gneiting & Jordan (2021), Stable reliability diagrams for probabilistic
    classifiers, PNAS 118(8): the decomposition.
    Guo, Pleiss, Sun & Weinberger (2017), On calibration of modern neural networks, ICML: the
    expected calibration error.

    Examples
    --------
    >>> found = measure_calibration([0.1, 0.4, 0.9], outcomes=[0, 1, 1], images=[1, 2, 3])
    >>> round(found.brier.value, 4)
    0.1267
    """
    check_types(measure_calibration, locals())
    guess, outcome = _checked(scores, outcomes)
    n_images, image = image_codes(images, len(guess))
    if n_bins < 1:
        raise AnalysisError(f"n_bins={n_bins}: give 1 or more")
    sample = _Sample(guess, outcome, image, n_bins)
    weights = image_weights(n_images, replicates=replicates, seed=seed)
    observed = sample.statistics(np.ones((1, n_images), dtype=np.int32))
    drawn = sample.statistics(weights)

    def with_interval(name: str) -> Estimate:
        value = float(observed[name][0])
        if not np.isfinite(value):
            return Estimate(value, np.nan, np.nan)
        return estimate(value, drawn[name], confidence=confidence)

    points, regressed = isotonic(guess, outcome)
    return Calibration(
        brier=with_interval("brier"),
        miscalibration=with_interval("miscalibration"),
        discrimination=with_interval("discrimination"),
        uncertainty=with_interval("uncertainty"),
        log_loss=with_interval("log_loss"),
        expected_calibration_error=with_interval("expected_calibration_error"),
        bins=sample.bins(weights, confidence),
        isotonic_scores=points,
        isotonic_outcomes=regressed,
        n_questions=len(guess),
    )


def _checked(
    scores: ArrayLike, outcomes: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    guess, outcome = np.asarray(scores, dtype=np.float64), np.asarray(outcomes, dtype=np.float64)
    if guess.ndim != 1 or guess.shape != outcome.shape or not len(guess):
        raise AnalysisError(
            f"scores of shape {guess.shape} and outcomes of shape {outcome.shape} do not fit: "
            "give one of each a question"
        )
    for name, values in (("score", guess), ("outcome", outcome)):
        wrong = ~((values >= 0) & (values <= 1))
        if wrong.any():
            first = int(np.argmax(wrong))
            raise AnalysisError(f"{name} {first} is {values[first]}: {name}s are in 0..1")
    return guess, outcome


def isotonic(
    scores: NDArray[np.float64], outcomes: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Regress outcomes on scores by a function that never falls: least squares.

    Parameters
    ----------
    scores, outcomes : ndarray, shape (n_questions,)

    Returns
    -------
    points, values : ndarray, shape (n_points,)
        Distinct scores, ascending, and the function's value at each.
    """
    points, place, n = np.unique(scores, return_inverse=True, return_counts=True)
    return points, _pooled(np.bincount(place, outcomes) / n, n)


def _pooled(means: NDArray[np.float64], weights: NDArray[np.number]) -> NDArray[np.float64]:
    from scipy.optimize import isotonic_regression

    return np.asarray(isotonic_regression(means, weights=weights).x)


class _Sample:
    """Questions, summed up so that a draw of images is a product of matrices."""

    def __init__(
        self,
        scores: NDArray[np.float64],
        outcomes: NDArray[np.float64],
        image: NDArray[np.int64],
        n_bins: int,
    ) -> None:
        self.scores, self.outcomes, self.image = scores, outcomes, image
        # A score on an edge goes up, but 1 stays in the last bin.
        self.bin = np.minimum((scores * n_bins).astype(np.int64), n_bins - 1)
        self.n_bins = n_bins
        self.points, self.place = np.unique(scores, return_inverse=True)

    def by_image(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a value of each question over images, shape (n_images,)."""
        return np.bincount(self.image, values).astype(np.float64)

    def by_bin(
        self, weights: NDArray[np.int32], values: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Sum a value over bins, under weights of images: shape (n_replicates, n_bins)."""
        cells = self.image * self.n_bins + self.bin
        sums = np.bincount(cells, values, minlength=weights.shape[1] * self.n_bins)
        return np.asarray(weights @ sums.reshape(-1, self.n_bins), dtype=np.float64)

    def statistics(self, weights: NDArray[np.int32]) -> dict[str, NDArray[np.float64]]:
        """Return the statistics of each draw, by the names of Calibration's attributes."""
        total = weights @ self.by_image(np.ones_like(self.scores))

        def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.asarray(weights @ self.by_image(values) / total)

        brier = mean((self.scores - self.outcomes) ** 2)
        uncertainty = mean(self.outcomes**2) - mean(self.outcomes) ** 2
        miscalibration = brier - self.recalibrated_brier(weights, mean(self.outcomes**2))
        losses = cross_entropy(self.scores, self.outcomes)
        finite = np.isfinite(losses).all()
        gaps = self.by_bin(weights, self.scores) - self.by_bin(weights, self.outcomes)
        return {
            "brier": brier,
            "miscalibration": miscalibration,
            "discrimination": miscalibration + uncertainty - brier,
            "uncertainty": uncertainty,
            "log_loss": mean(losses) if finite else np.full(len(weights), np.inf),
            "expected_calibration_error": np.abs(gaps).sum(axis=1) / total,
        }

    def recalibrated_brier(
        self, weights: NDArray[np.int32], mean_square: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Brier score after isotonic regression within each draw."""
        found = np.empty(len(weights))
        for row, drawn in enumerate(weights):
            of_question = drawn[self.image].astype(np.float64)
            n = np.bincount(self.place, of_question)
            sums = np.bincount(self.place, of_question * self.outcomes)
            present = n > 0
            n, sums = n[present], sums[present]
            values = _pooled(sums / n, n)
            found[row] = (values * (n * values - 2 * sums)).sum() / n.sum()
        return found + mean_square

    def bins(self, weights: NDArray[np.int32], confidence: float) -> ReliabilityBins:
        """Mean score and mean outcome of each bin."""
        n = np.bincount(self.bin, minlength=self.n_bins)
        at_least_one = np.where(n > 0, n, np.nan)
        hits = np.bincount(self.bin, self.outcomes, minlength=self.n_bins)
        drawn_n = self.by_bin(weights, np.ones_like(self.scores))
        drawn = self.by_bin(weights, self.outcomes) / np.where(drawn_n > 0, drawn_n, np.nan)
        ends = [
            # A share of experts varies less than a yes or no of the same mean: Wilson's interval,
            # which is for those, is wide enough for these.
            proportion_interval(min(hits[b], n[b]), n[b], drawn[:, b], confidence=confidence)
            for b in range(self.n_bins)
        ]
        low, high = np.array(ends, dtype=np.float64).T
        mean_score = np.bincount(self.bin, self.scores, minlength=self.n_bins) / at_least_one
        return ReliabilityBins(n, mean_score, hits / at_least_one, low, high)


def cross_entropy(
    scores: NDArray[np.float64], outcomes: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Cross-entropy of each question in nats; infinite where what happened had score 0 or 1."""
    from scipy.special import xlog1py, xlogy

    return np.asarray(-xlogy(outcomes, scores) - xlog1py(1 - outcomes, -scores))
