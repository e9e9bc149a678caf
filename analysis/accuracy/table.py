"""The accuracies of any number of models, as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import AnalysisError, check_types
from ..tables import to_csv
from .paired import PairedComparison, compare_hits
from .real_accuracy import RealAccuracy, as_label_sets, correct_images, has_labels

REAL, ORIGINAL = "ReaL", "original"


class AccuracyRow(NamedTuple):
    """One accuracy, or the difference of two.

    Attributes
    ----------
    model : str
        Name of the model; of a difference, "second - first".
    labels : str
        "ReaL" or "original": what the predictions were compared with.
    k : int
        How many predicted labels an image count.
    correct, images : int
        Right predictions, or the difference of their numbers, and images with labels.
    accuracy, low, high : float
        correct / images, in 0..1 or, of a difference, in -1..1, with the ends of its 95 % interval
        (Wilson's, or Tango's).
    p_exact, p_mid : float
        McNemar's exact and mid-p-value of a difference, otherwise NaN. Each comparison stands by
        itself: where many are made, some are below 0.05 by chance.
    rank : int or None
        1 for the most accurate of several models, by these labels and this k; equal models have
        the same rank. None of a difference, and where there is one model.
    """

    model: str
    labels: str
    k: int
    correct: int
    images: int
    accuracy: float
    low: float
    high: float
    p_exact: float = float("nan")
    p_mid: float = float("nan")
    rank: int | None = None

    @property
    def is_difference(self) -> bool:
        """Whether this is the difference of two models."""
        return self.p_mid == self.p_mid


def accuracy_table(
    models: Mapping[str, ArrayLike],
    *,
    label_sets: Sequence[Sequence[int]],
    original_labels: ArrayLike,
    topk: Sequence[int] = (1,),
) -> list[AccuracyRow]:
    """Measure models against label sets and the original labels; compare each with the first.

    Parameters
    ----------
    models : mapping of str to array_like
        Predictions by the model's name, as for :func:`analysis.real_accuracy`, in order of the
        label sets.
    label_sets : sequence of sequences of int
        Labels of each image; an image without labels is left out.
    original_labels : array_like of int, shape (n_images,)
        Such as :attr:`analysis.Release.original_labels`; all images count.
    topk : sequence of int
        For which k a prediction is right where one of its first k labels is among the image's.

    Returns
    -------
    list of AccuracyRow
        By k, by kind of labels, by model; after the models each one's difference from the first.

    Raises
    ------
    AnalysisError
        As :func:`analysis.real_accuracy`.
    """
    check_types(accuracy_table, locals())
    if not models:
        raise AnalysisError("models is empty: give each model's predictions by its name")
    if np.ndim(original_labels) != 1:
        shape = np.shape(original_labels)
        raise AnalysisError(f"original_labels of shape {shape}: give one an image")
    originals = as_label_sets(original_labels)
    rows = []
    for k in topk:
        for labels, sets in ((REAL, label_sets), (ORIGINAL, originals)):
            counted = has_labels(sets)
            hits = {
                name: correct_images(predictions, label_sets=sets, k=k)[counted]
                for name, predictions in models.items()
            }
            rows += _ranked([_accuracy(name, labels, k, hit) for name, hit in hits.items()])
            first = next(iter(hits), "")
            rows += [
                _difference(f"{name} - {first}", labels, k, compare_hits(hits[first], hit))
                for name, hit in list(hits.items())[1:]
            ]
    return rows


def _accuracy(name: str, labels: str, k: int, hits: NDArray[np.bool_]) -> AccuracyRow:
    found = RealAccuracy(int(hits.sum()), len(hits))
    return AccuracyRow(name, labels, k, *found, found.accuracy, *found.interval)


def _ranked(rows: list[AccuracyRow]) -> list[AccuracyRow]:
    """Give each model its rank: one more than there are models with more right predictions."""
    if len(rows) < 2:
        return rows
    return [
        row._replace(rank=1 + sum(row.correct < other.correct for other in rows)) for row in rows
    ]


def _difference(name: str, labels: str, k: int, found: PairedComparison) -> AccuracyRow:
    return AccuracyRow(
        name,
        labels,
        k,
        found.only_second - found.only_first,
        found.n_images,
        found.difference,
        *found.interval,
        found.p_exact,
        found.p_mid,
    )


def accuracy_csv(rows: Sequence[AccuracyRow]) -> str:
    """Return the table as csv; what does not apply is an empty cell."""
    columns = zip(*rows, strict=True)
    return to_csv(dict(zip(AccuracyRow._fields, columns, strict=True)))
