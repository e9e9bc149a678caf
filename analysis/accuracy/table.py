"""The accuracies of one model or two, as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from numpy.typing import ArrayLike

from ..tables import to_csv
from .paired import compare_models
from .real_accuracy import as_label_sets, real_accuracy

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
        McNemar's exact and mid-p-value of a difference, otherwise NaN.
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


def accuracy_table(
    models: Mapping[str, ArrayLike],
    *,
    label_sets: Sequence[Sequence[int]],
    original_labels: ArrayLike,
    topk: Sequence[int] = (1,),
) -> list[AccuracyRow]:
    """Measure models against label sets and against the original labels; compare the first two.

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
        By k, by kind of labels, by model; where there are two models, their difference after them.

    Raises
    ------
    AnalysisError
        As :func:`analysis.real_accuracy`.
    """
    originals = as_label_sets(original_labels)
    rows = []
    for k in topk:
        for labels, sets in ((REAL, label_sets), (ORIGINAL, originals)):
            for name, predictions in models.items():
                found = real_accuracy(predictions, label_sets=sets, k=k)
                rows.append(AccuracyRow(name, labels, k, *found, found.accuracy, *found.interval))
            if len(models) == 2:
                rows.append(_difference(models, labels, sets, k))
    return rows


def _difference(
    models: Mapping[str, ArrayLike], labels: str, label_sets: Sequence[Sequence[int]], k: int
) -> AccuracyRow:
    first, second = models
    found = compare_models(models[first], models[second], label_sets=label_sets, k=k)
    return AccuracyRow(
        f"{second} - {first}",
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
