"""A model's ReaL accuracy at every threshold of the scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import AnalysisError, check_types
from ..release.files.questions import N_IMAGES, Questions
from ..release.labels.label_sets import checked_scores
from ..release.release import Release
from ..statistics.intervals import Interval, wilson_interval
from .real_accuracy import RealAccuracy, top_labels


@dataclass(frozen=True, eq=False)
class AccuracyCurve:
    """ReaL accuracy over the threshold: exact, one point a distinct score, from the lowest up.

    Attributes
    ----------
    thresholds : ndarray of float64, shape (n_points,)
        The distinct scores, ascending. A point's numbers hold for all thresholds above the point
        before it, up to and including its own.
    correct : ndarray of int64, shape (n_points,)
        Images whose prediction is among their labels, never ascending.
    n_images : ndarray of int64, shape (n_points,)
        Images with labels, never ascending.
    beyond : RealAccuracy
        Above the last threshold, where only images without questions have labels.
    k : int
        How many predicted labels an image count.
    simulated : bool
        Whether the release is a simulated one.
    """

    thresholds: NDArray[np.float64]
    correct: NDArray[np.int64]
    n_images: NDArray[np.int64]
    beyond: RealAccuracy
    k: int
    simulated: bool

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """ReaL accuracy at each threshold, shape (n_points,), in 0..1.

        NaN where no image has labels, which can be where the curve is of a part of the images.
        """
        counted = np.where(self.n_images > 0, self.n_images, np.nan)
        return self.correct / counted

    @property
    def interval(self) -> Interval:
        """Ends of the 95 % Wilson interval at each threshold, each of shape (n_points,)."""
        return wilson_interval(self.correct, self.n_images)

    def at(self, threshold: float) -> RealAccuracy:
        """Return the accuracy at any threshold, one of `thresholds` or not.

        Parameters
        ----------
        threshold : float
            The least score that is kept.

        Returns
        -------
        RealAccuracy

        Raises
        ------
        AnalysisError
            If the threshold is NaN.
        """
        if np.isnan(threshold):
            raise AnalysisError("threshold nan is not a number: give the least score that is kept")
        point = int(np.searchsorted(self.thresholds, threshold))
        if point == len(self.thresholds):
            return self.beyond
        return RealAccuracy(int(self.correct[point]), int(self.n_images[point]))


def accuracy_curve(
    predictions: ArrayLike,
    *,
    release: Release,
    scores: ArrayLike | None = None,
    k: int = 1,
    images: ArrayLike | None = None,
) -> AccuracyCurve:
    """Measure predictions against the label sets of every threshold.

    The labels are those of :func:`analysis.make_labels`. An image with questions has labels up to
    its highest score, and its prediction is right up to the highest score of a predicted label; so
    all thresholds together cost no more than sorting the scores. An image without questions has its
    original label at any threshold.

    Parameters
    ----------
    predictions : array_like
        As for :func:`analysis.real_accuracy`, in order of the image's number.
    release : Release
    scores : array_like, shape (n_questions,), optional
        In 0..1. Default: the published scores.
    k : int
        A prediction is right where one of its first k labels is among the image's.
    images : array_like of int, shape (n,), optional
        Numbers of the images, 1..50000, that the predictions are for, each once. Default: all.

    Returns
    -------
    AccuracyCurve

    Raises
    ------
    AnalysisError
        As :func:`analysis.real_accuracy`, or if the scores do not fit the questions.
    """
    check_types(accuracy_curve, locals())
    used = checked_scores(release, scores)
    numbers = np.arange(1, N_IMAGES + 1) if images is None else np.asarray(images)
    top = top_labels(predictions, n_images=len(numbers), k=k)
    highest = np.full(N_IMAGES, -np.inf)
    np.maximum.at(highest, release.questions.images - 1, used)
    highest = highest[numbers - 1]
    asked = highest >= 0
    predicted = _predicted_scores(release.questions, used, top, numbers)
    thresholds = np.unique(used)
    is_original = (top == release.original_labels[numbers - 1, None]).any(axis=1)
    beyond = RealAccuracy(int(is_original[~asked].sum()), int((~asked).sum()))
    return AccuracyCurve(
        thresholds=thresholds,
        correct=beyond.correct + _at_least(thresholds, predicted[asked]),
        n_images=beyond.n_images + _at_least(thresholds, highest[asked]),
        beyond=beyond,
        k=k,
        simulated=release.simulated,
    )


def _predicted_scores(
    questions: Questions,
    scores: NDArray[np.float64],
    top: NDArray[np.int16],
    numbers: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the highest score of an image's predicted labels, -inf where none was asked about."""
    images = np.repeat(numbers.astype(np.int32), top.shape[1])
    place = questions.find(Questions(images, top.reshape(-1)))
    found = np.where(place >= 0, scores[place], -np.inf).reshape(top.shape)
    return np.asarray(found.max(axis=1))


def _at_least(thresholds: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count the values that are at least each threshold, shape (n_points,)."""
    return len(values) - np.searchsorted(np.sort(values), thresholds)
