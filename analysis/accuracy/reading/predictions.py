"""A model's predictions for the validation images: labels, the best first, image by image."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...errors import AnalysisError, check_types
from ...release.files.questions import N_IMAGES, N_LABELS, image_name
from .image_names import image_numbers
from .wordnet_ids import holds_ids, labels_of_ids

MOST_LABELS = 5
# Scores are ranked so many images at a time, to hold a few megabytes and not a copy of all.
CHUNK = 1000


def ranked_labels(
    predictions: ArrayLike,
    *,
    names: Iterable[Any] | None = None,
    n_images: int = N_IMAGES,
    most: int = MOST_LABELS,
    synsets: Sequence[str] | None = None,
) -> NDArray[np.int16]:
    """Return predicted labels, the best first, one row an image in order of the image's number.

    Parameters
    ----------
    predictions : array_like
        Labels 0..999, shape (n_images,); the top k labels, the best first, shape (n_images, k); or
        scores such as logits or probabilities, shape (n_images, 1000), of which equal ones rank by
        label. Labels may be floats without a fraction, or WordNet ids such as ``n01440764``.
    names : iterable of str, bytes or path, optional
        File name of each prediction's image, such as ``ILSVRC2012_val_00000001.JPEG``; folders
        before it, other endings and case are of no account, nor is a WordNet id behind the number
        (``ILSVRC2012_val_00000001_n01751748.JPEG``). Default: the predictions are in order of the
        file names.
    n_images : int
        Number of images: the predictions are for the first so many validation images.
    most : int
        How many labels of the best scores to keep, 1..1000.
    synsets : sequence of 1000 str, optional
        The WordNet ids in order of the labels, from :func:`analysis.load_synsets`: needed where the
        labels are WordNet ids.

    Returns
    -------
    ndarray of int16, shape (n_images, k)
        Where scores were given, k is `most`.

    Raises
    ------
    AnalysisError
        If there are more or fewer predictions than images; a label is not in 0..999 or twice in the
        top k of an image; a score is NaN; an image name is unknown or occurs twice. The message
        names the first such entry.

    Examples
    --------
    >>> names = ["val/ILSVRC2012_val_00000002.JPEG", "val/ILSVRC2012_val_00000001.JPEG"]
    >>> ranked_labels([65, 970], names=names, n_images=2)
    array([[970],
           [ 65]], dtype=int16)
    """
    check_types(ranked_labels, locals())
    array = label_array(predictions, synsets)
    if names is None:
        return ranked_batch(array, images=np.arange(1, n_images + 1), most=most)
    return ranked_by_name(array, names=list(names), n_images=n_images, most=most)[1]


def ranked_by_name(
    array: NDArray[Any],
    *,
    names: Sequence[Any],
    n_images: int = N_IMAGES,
    most: int = MOST_LABELS,
    partial: bool = False,
) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Return the images' numbers, ascending, and their predicted labels.

    Parameters
    ----------
    array : ndarray of numbers
        Predictions, as for :func:`ranked_labels`.
    names, n_images, most
        As for :func:`ranked_labels`.
    partial : bool
        Whether images may be missing.

    Returns
    -------
    images : ndarray of int64, shape (n,)
    labels : ndarray of int16, shape (n, k)

    Raises
    ------
    AnalysisError
        As :func:`ranked_labels`.
    """
    if array.ndim and len(names) != len(array):
        raise AnalysisError(f"{len(array):,} predictions, but {len(names):,} image names")
    images = image_numbers(names, n_images, partial=partial)
    order = np.argsort(images)
    return images[order], ranked_batch(array, images=images, most=most)[order]


def ranked_batch(
    predictions: ArrayLike, *, images: NDArray[np.int64], most: int
) -> NDArray[np.int16]:
    """Return predicted labels, the best first, of the images with these numbers, in their order.

    Parameters
    ----------
    predictions, most
        As for :func:`ranked_labels`.
    images : ndarray of int64, shape (n,)
        Number of each prediction's image, for messages.

    Returns
    -------
    ndarray of int16, shape (n, k)

    Raises
    ------
    AnalysisError
        As :func:`ranked_labels`.
    """
    array = number_array(predictions)
    if array.ndim not in (1, 2) or 0 in array.shape[1:]:
        raise AnalysisError(
            f"predictions of shape {array.shape}: give labels (n,), the top k labels (n, k) or "
            f"scores (n, {N_LABELS})"
        )
    if len(array) != len(images):
        raise AnalysisError(
            f"{len(array):,} predictions: there are {len(images):,} images"
            + (", so transpose the array" if array.shape[1:] == (len(images),) else "")
        )
    rows = array[:, None] if array.ndim == 1 else array
    if rows.shape[1] > N_LABELS:
        raise AnalysisError(
            f"{rows.shape[1]} scores an image: there are {N_LABELS} labels, so leave out what is "
            "none, such as a background class"
        )
    if rows.shape[1] == N_LABELS:
        return _rank_scores(rows, images, most)
    return _checked_labels(rows, images)


def label_array(values: Any, synsets: Sequence[str] | None) -> NDArray[Any]:
    """Return an array of numbers, as :func:`number_array`; WordNet ids become labels."""
    if not holds_ids(values):
        return number_array(values)
    if synsets is None:
        raise AnalysisError(
            f"entry 0 of the predictions is {values[0]!r:.60}: WordNet ids need "
            "synsets=load_synsets()"
        )
    try:
        return labels_of_ids(np.array(values, dtype=np.str_), synsets)
    except ValueError as error:
        if isinstance(error, AnalysisError):
            raise
        raise _uneven_rows(values) from error


def number_array(values: Any) -> NDArray[Any]:
    """Return an array of numbers, from anything with ``__array__`` or ``numpy()``, or from lists.

    A tensor is taken out of PyTorch's graph and off the device, without an import of PyTorch.

    Raises
    ------
    AnalysisError
        If an entry is no number or is masked, or the rows differ in length.
    """
    for method in ("detach", "cpu"):
        if hasattr(values, method):
            values = getattr(values, method)()
    if np.ma.is_masked(values):
        raise AnalysisError("predictions have masked entries: there must be one for each image")
    try:
        array = np.asarray(values.numpy() if hasattr(values, "numpy") else values)
    except TypeError:  # a type that NumPy lacks, such as PyTorch's bfloat16
        array = np.asarray(values.float().numpy())
    except ValueError as error:
        raise _uneven_rows(values) from error
    if array.dtype.kind == "O" or (array.dtype.kind in "US" and isinstance(values, list)):
        # from the values themselves: in an array of strings every number is a string, too
        array = _numbers_of(np.array(values, dtype=object))
    if array.dtype.kind not in "iuf":
        raise AnalysisError(f"predictions of type {array.dtype} are no numbers")
    return array


def _uneven_rows(values: Sequence[Any]) -> AnalysisError:
    """Say which row of a list of lists is longer or shorter than the first one."""
    sizes = [len(row) if isinstance(row, Sequence | np.ndarray) else 1 for row in values]
    entry = next((row for row, size in enumerate(sizes) if size != sizes[0]), 0)
    return AnalysisError(
        f"entry {entry} of the predictions is {values[entry]!r:.60}, but entry 0 is "
        f"{values[0]!r:.60}: give all images equally many labels"
    )


def _numbers_of(values: NDArray[np.object_]) -> NDArray[Any]:
    """Return objects as numbers; the first that is none is named."""
    for place, value in np.ndenumerate(values):
        number = isinstance(value, int | float | np.integer | np.floating)
        if not number or isinstance(value, bool) or abs(value) > np.iinfo(np.int64).max:
            entry = f"entry {place[0]} of the predictions" if place else "what was given"
            raise AnalysisError(f"{entry} is {value!r:.60}, no label")
    return np.asarray(values.tolist())


def _rank_scores(scores: NDArray[Any], images: NDArray[np.int64], most: int) -> NDArray[np.int16]:
    """Return the labels of the `most` highest scores; of equal scores the lower label is first."""
    if not 1 <= most <= N_LABELS:
        raise AnalysisError(f"the best {most} labels: 1 to {N_LABELS} can be kept")
    if scores.dtype.kind in "iu" and np.array_equal(np.sort(scores[0]), np.arange(N_LABELS)):
        raise AnalysisError(
            f"{N_LABELS} whole numbers an image may be scores or ranked labels: give fewer than "
            f"{N_LABELS} ranked labels, or scores as floats"
        )
    ranked = np.empty((len(scores), most), dtype=np.int16)
    for start in range(0, len(scores), CHUNK):
        part = scores[start : start + CHUNK].astype(np.float64)
        if np.isnan(part).any():
            row, label = np.argwhere(np.isnan(part))[0]
            raise AnalysisError(
                f"the score of {image_name(int(images[start + row]))} for label {label} is nan"
            )
        ranked[start : start + CHUNK] = _highest(-part, most)
    return ranked


def _highest(costs: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Rank the columns of the `most` lowest costs of each row; of equal ones the first is first."""
    chosen = np.sort(np.argpartition(costs, most - 1, axis=1)[:, :most], axis=1)
    their_costs = np.take_along_axis(costs, chosen, axis=1)
    order = np.argsort(their_costs, axis=1, kind="stable")
    ranked = np.take_along_axis(chosen, order, axis=1)
    # Where equal costs are on both sides of the cut, the partition may have taken any of them.
    last = their_costs.max(axis=1, keepdims=True)
    for row in np.flatnonzero(np.count_nonzero(costs <= last, axis=1) > most):
        ranked[row] = np.argsort(costs[row], kind="stable")[:most]
    return ranked


def _checked_labels(labels: NDArray[Any], images: NDArray[np.int64]) -> NDArray[np.int16]:
    """Return labels as integers, unless one is no label or is twice in an image's row."""
    # not (in range) rather than (out of range), which NaN is not
    wrong = ~((labels >= 0) & (labels < N_LABELS) & (labels == np.floor(labels)))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        value = labels[row, column]
        fraction = np.isfinite(value) and value != np.floor(value)
        raise AnalysisError(
            f"the prediction for {image_name(int(images[row]))} is {value}: labels "
            f"are 0 to {N_LABELS - 1}"
            + (f", and scores have {N_LABELS} columns" if fraction else "")
        )
    ranked = labels.astype(np.int16)
    ascending = np.sort(ranked, axis=1)
    twice = ascending[:, 1:] == ascending[:, :-1]
    if twice.any():
        row, column = np.argwhere(twice)[0]
        raise AnalysisError(
            f"the predictions for {image_name(int(images[row]))} have the label "
            f"{ascending[row, column]} twice"
        )
    return ranked
