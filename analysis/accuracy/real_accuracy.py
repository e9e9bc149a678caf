"""ReaL accuracy: how often a prediction is one of the image's labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import AnalysisError, check_types
from ..release.files.questions import N_LABELS, image_name
from ..statistics.estimates import Estimates
from ..statistics.intervals import proportion
from ..tables import to_csv
from .reading.predictions import ranked_labels


class RealAccuracy(NamedTuple):
    """Predictions against label sets.

    Attributes
    ----------
    correct : int
        Images whose prediction, or one of whose top k, is among their labels.
    n_images : int
        Images with labels; the others are left out.
    """

    correct: int
    n_images: int

    @property
    def accuracy(self) -> float:
        """Share of the images with labels, in 0..1; NaN where no image has labels."""
        return self.correct / self.n_images if self.n_images else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95 % Wilson interval of the accuracy; NaN where no image has labels."""
        _, low, high = proportion(self.correct, self.n_images)
        return float(low), float(high)


@dataclass(frozen=True, eq=False)
class ClassAccuracy:
    """Accuracy by class of the original label: arrays with an entry a class, shape (1000,).

    Attributes
    ----------
    n_images, correct : ndarray of int64
        Images of the class that have labels, and those of them whose prediction is among them.
    n_originals, original_correct : ndarray of int64
        Images of the class, and those of them whose prediction is the original label.
    """

    n_images: NDArray[np.int64]
    correct: NDArray[np.int64]
    n_originals: NDArray[np.int64]
    original_correct: NDArray[np.int64]

    @property
    def real(self) -> Estimates:
        """ReaL accuracy with 95 % Wilson intervals."""
        return proportion(self.correct, self.n_images)

    @property
    def original(self) -> Estimates:
        """Accuracy against the original label with 95 % Wilson intervals."""
        return proportion(self.original_correct, self.n_originals)


def real_accuracy(
    predictions: ArrayLike,
    *,
    label_sets: Sequence[Sequence[int]],
    k: int = 1,
    names: Iterable[Any] | None = None,
) -> RealAccuracy:
    """Measure predictions against label sets such as real.json.

    Parameters
    ----------
    predictions : array_like
        Labels 0..999, shape (n_images,); top labels, the best first, (n_images, at least k); or
        scores, (n_images, 1000).
    label_sets : sequence of sequences of int
        Labels of each image, in order of the image's number; an image without labels is left out.
    k : int
        A prediction is right where one of its first k labels is among the image's.
    names : iterable of str, bytes or path, optional
        File name of each prediction's image. Default: the predictions are in the order of the
        label sets.

    Returns
    -------
    RealAccuracy

    Raises
    ------
    AnalysisError
        As :func:`analysis.ranked_labels`, or if a prediction has fewer than k labels.

    References
    ----------
    Beyer, Henaff, Kolesnikov, Zhai & van den Oord (2020), Are we done with ImageNet?

    Examples
    --------
    >>> real_accuracy([3, 5, 7], label_sets=[[3, 4], [], [8]])
    RealAccuracy(correct=1, n_images=2)
    >>> real_accuracy([[3, 9], [5, 6], [7, 8]], label_sets=[[3, 4], [], [8]], k=2)
    RealAccuracy(correct=2, n_images=2)
    """
    check_types(real_accuracy, locals())
    hits = correct_images(predictions, label_sets=label_sets, k=k, names=names)
    return RealAccuracy(int(hits.sum()), int(has_labels(label_sets).sum()))


def correct_images(
    predictions: ArrayLike,
    *,
    label_sets: Sequence[Sequence[int]],
    k: int = 1,
    names: Iterable[Any] | None = None,
) -> NDArray[np.bool_]:
    """Say of each image whether one of the first k predicted labels is among its labels.

    Parameters
    ----------
    predictions, label_sets, k, names
        As for :func:`real_accuracy`.

    Returns
    -------
    ndarray of bool, shape (n_images,)
        In order of the label sets; false for an image without labels.

    Raises
    ------
    AnalysisError
        As :func:`real_accuracy`.
    """
    top = top_labels(predictions, n_images=len(label_sets), k=k, names=names)
    keys = np.arange(len(top))[:, None] * N_LABELS + top
    return np.asarray(np.isin(keys, _label_keys(label_sets)).any(axis=1))


def top_labels(
    predictions: ArrayLike, *, n_images: int, k: int, names: Iterable[Any] | None = None
) -> NDArray[np.int16]:
    """Return the first k predicted labels of each image, shape (n_images, k)."""
    if k < 1:
        raise AnalysisError(f"top {k}: there is no such accuracy, k is 1 or more")
    ranked = ranked_labels(predictions, names=names, n_images=n_images, most=min(k, N_LABELS))
    if k > ranked.shape[1]:
        raise AnalysisError(
            f"top {k} asked, but the predictions have {ranked.shape[1]} of {N_LABELS} labels an "
            "image"
        )
    return ranked[:, :k]


def has_labels(label_sets: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
    """Say of each image whether it has labels, shape (n_images,)."""
    return np.fromiter(map(bool, label_sets), dtype=bool, count=len(label_sets))


def _label_keys(label_sets: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """One number an image and label: ``image's place * 1000 + label``."""
    counts = [len(labels) for labels in label_sets]
    labels = np.fromiter(chain.from_iterable(label_sets), dtype=np.int64, count=sum(counts))
    images = np.repeat(np.arange(len(counts)), counts)
    wrong = (labels < 0) | (labels >= N_LABELS)
    if wrong.any():
        first = int(np.argmax(wrong))
        raise AnalysisError(
            f"label_sets: {image_name(int(images[first]) + 1)} has the label {labels[first]}: "
            f"labels are 0 to {N_LABELS - 1}"
        )
    return images * N_LABELS + labels


def as_label_sets(labels: ArrayLike) -> list[list[int]]:
    """Return one label an image, such as the original one, as label sets."""
    return np.asarray(labels)[:, None].tolist()  # type: ignore[no-any-return]


def accuracy_by_class(
    predictions: ArrayLike,
    *,
    label_sets: Sequence[Sequence[int]],
    original_labels: ArrayLike,
    k: int = 1,
    names: Iterable[Any] | None = None,
) -> ClassAccuracy:
    """Measure predictions apart for the images of each original label.

    Parameters
    ----------
    predictions, label_sets, k, names
        As for :func:`real_accuracy`.
    original_labels : array_like of int, shape (n_images,)
        Such as :attr:`analysis.Release.original_labels`.

    Returns
    -------
    ClassAccuracy

    Raises
    ------
    AnalysisError
        As :func:`real_accuracy`, or if there are more or fewer original labels than label sets.
    """
    check_types(accuracy_by_class, locals())
    originals = np.asarray(original_labels)
    if originals.shape != (len(label_sets),):
        raise AnalysisError(
            f"original_labels of shape {originals.shape} do not fit {len(label_sets):,} label sets"
        )
    top = top_labels(predictions, n_images=len(label_sets), k=k, names=names)

    def count(images: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(originals[images], minlength=N_LABELS)

    return ClassAccuracy(
        n_images=count(has_labels(label_sets)),
        correct=count(correct_images(top, label_sets=label_sets, k=k)),
        n_originals=count(np.ones(len(top), dtype=bool)),
        original_correct=count((top == originals[:, None]).any(axis=1)),
    )


def by_class_csv(models: Mapping[str, ClassAccuracy]) -> str:
    """Return the accuracy of models by class as csv, a line a model and class.

    Parameters
    ----------
    models : mapping of str to ClassAccuracy
        By the model's name.

    Returns
    -------
    str
        An accuracy of 0/0 is an empty cell.
    """
    tables = list(models.values())

    def joined(parts: Iterable[NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate(list(parts))

    columns: dict[str, Any] = {
        "model": np.repeat(list(models), N_LABELS),
        "label": np.tile(np.arange(N_LABELS), len(tables)),
        "images": joined(table.n_images for table in tables),
        "correct": joined(table.correct for table in tables),
        "accuracy": joined(table.real.value for table in tables),
        "low": joined(table.real.low for table in tables),
        "high": joined(table.real.high for table in tables),
        "original_images": joined(table.n_originals for table in tables),
        "original_correct": joined(table.original_correct for table in tables),
        "original_accuracy": joined(table.original.value for table in tables),
    }
    return to_csv(columns)
