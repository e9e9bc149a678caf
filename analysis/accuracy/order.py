"""The order of predictions without image names: of the file names, or of folders."""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import AnalysisError, check_types
from ..release.files.questions import N_LABELS

NAMES, FOLDER = ORDERS = ("names", "folder")
# So many standard deviations are no chance, even for one who tries a thousand files.
DEVIATIONS = 8


class OrderAgreement(NamedTuple):
    """How many predictions are the original labels, if they are in one order or another.

    Attributes
    ----------
    by_names : int
        In order of the file names.
    by_folder : int
        As ImageFolder lists the images: by WordNet id of the original label, then by file name.
    n_images : int
        Number of images.
    k : int
        One of the first k labels is the original one; more than 1 where the first does not tell.
    """

    by_names: int
    by_folder: int
    n_images: int
    k: int = 1

    @property
    def order(self) -> str | None:
        """The order that gives the original labels, "names" or "folder"; None if neither does.

        In a wrong order k labels in 1000 are right by chance, whatever the predictions are.
        """
        clear = DEVIATIONS * sqrt(max(1, self.by_names + self.by_folder))
        if abs(self.by_names - self.by_folder) <= clear:
            return None
        return NAMES if self.by_names > self.by_folder else FOLDER

    def __str__(self) -> str:
        which = "the first label" if self.k == 1 else f"one of the first {self.k} labels"
        names, folder = (100 * right / self.n_images for right in (self.by_names, self.by_folder))
        return (
            f"{which} is the original one for {names:.2f} % of the images in order of the file "
            f"names, for {folder:.2f} % in ImageFolder order"
        )


def find_order(predictions: ArrayLike, original_labels: ArrayLike) -> OrderAgreement:
    """Find the order of predictions without image names, by the original labels.

    The first labels are compared; where they do not tell, as where the best comes last, all are.

    Parameters
    ----------
    predictions : array_like of int, shape (n_images,) or (n_images, k)
        Labels, the best first, as :func:`analysis.ranked_labels` returns them.
    original_labels : array_like of int, shape (n_images,)
        Such as :attr:`analysis.Release.original_labels`.

    Returns
    -------
    OrderAgreement

    Raises
    ------
    AnalysisError
        If there are more or fewer predictions than original labels.

    Examples
    --------
    >>> originals = [3, 0, 2, 1] * 50
    >>> find_order(sorted(originals), originals).order
    'folder'
    """
    check_types(find_order, locals())
    originals = np.asarray(original_labels)
    if originals.ndim != 1:
        raise AnalysisError(f"original_labels of shape {originals.shape}: give one an image")
    try:
        top = np.asarray(predictions)
    except ValueError:
        raise AnalysisError("predictions must be labels in rows of equal length") from None
    if top.dtype.kind == "f" and np.isnan(top).any():
        raise AnalysisError("predictions have entries that are NaN: give labels")
    rows = top[:, None] if top.ndim == 1 else top
    if len(rows) != len(originals):
        raise AnalysisError(f"{len(rows):,} predictions: there are {len(originals):,} images")
    in_folders = originals[folder_order(originals)]
    by_first = _agreement(rows[:, :1], originals, in_folders)
    if by_first.order is not None or rows.shape[1] == 1:
        return by_first
    by_all = _agreement(rows, originals, in_folders)
    return by_first if by_all.order is None else by_all


def _agreement(
    rows: NDArray[Any], originals: NDArray[Any], in_folders: NDArray[Any]
) -> OrderAgreement:
    by_names, by_folder = (
        int((rows == expected[:, None]).any(axis=1).sum()) for expected in (originals, in_folders)
    )
    return OrderAgreement(by_names, by_folder, len(rows), rows.shape[1])


def folder_order(original_labels: ArrayLike) -> NDArray[np.int64]:
    """Return the places of the images as ImageFolder lists them: by original label, then by name.

    torchvision's ImageFolder, and whatever reads one folder a class, goes through the folders in
    order of their WordNet ids, which is the order of the labels, and through a folder in order of
    the file names.
    """
    return np.argsort(np.asarray(original_labels), kind="stable")


def in_image_order(
    labels: NDArray[np.int16], *, original_labels: ArrayLike | None, order: str | None = None
) -> NDArray[np.int16]:
    """Return predictions without image names in order of the file names.

    Parameters
    ----------
    labels : ndarray of int16, shape (n_images, k)
    original_labels : array_like of int, shape (n_images,), or None
    order : {"names", "folder"}, optional
        The order that they are in. Default: found by the original labels.

    Returns
    -------
    ndarray of int16, shape (n_images, k)

    Raises
    ------
    AnalysisError
        If the order is none of these, or neither gives the original labels; the message says how
        many each gives.
    """
    if order not in (None, *ORDERS):
        raise AnalysisError(f"order {order!r}: it is {' or '.join(ORDERS)}")
    if order == NAMES:
        return labels
    if original_labels is None:
        raise AnalysisError("the order 'folder' is that of the original labels: give these, too")
    agreement = find_order(labels, original_labels)
    if (order or agreement.order) is None:
        raise AnalysisError(no_order(labels, original_labels, agreement))
    if (order or agreement.order) == NAMES:
        return labels
    ordered = np.empty_like(labels)
    ordered[folder_order(original_labels)] = labels
    return ordered


def no_order(
    labels: NDArray[np.int16], original_labels: ArrayLike, agreement: OrderAgreement
) -> str:
    """Say that no order gives the original labels, and what may be the reason."""
    shifted = find_order(labels.astype(np.int64) - 1, original_labels)
    if shifted.order is not None:
        return (
            f"the labels count from 1: less 1, {shifted}; take 1 off, for labels are 0 to "
            f"{N_LABELS - 1}"
        )
    return (
        f"the order cannot be told, for no image names are given, and {agreement}, as by chance: "
        "give image names beside the predictions, or the order, where it is known, by --order "
        "names or --order folder (order=)"
    )


def order_note(
    labels: NDArray[np.int16],
    original_labels: ArrayLike,
    *,
    images: NDArray[np.int64] | None = None,
    order: str | None = None,
) -> str:
    """Say in what order predictions were read, and how well they fit the original labels.

    Parameters
    ----------
    labels : ndarray of int16, shape (n, k)
        As they stand in the file.
    original_labels : array_like of int, shape (n_images,)
    images : ndarray of int64, shape (n,), optional
        Numbers of the images by their names. Default: there are no names.
    order : {"names", "folder"}, optional
        The order that was asked for.

    Returns
    -------
    str
        Empty where image names tell the order, and the labels fit.
    """
    if images is not None:
        right = int((labels[:, 0] == np.asarray(original_labels)[images - 1]).sum())
        chance = len(images) / N_LABELS
        if right > chance + DEVIATIONS * sqrt(chance):
            return ""
        return (
            f"the first label is the original one for {100 * right / max(1, len(images)):.2f} % of "
            "the images, as by chance: are the labels the ranks of their WordNet ids, from 0, and "
            "do the image names belong to them?"
        )
    agreement = find_order(labels, original_labels)
    taken = order or agreement.order
    what = "in ImageFolder order" if taken == FOLDER else "in order of the file names"
    found = f"no image names, so the rows are taken {what}"
    if order is not None and agreement.order not in (None, order):
        return f"{found} as asked, but the other order fits: {agreement}"
    return f"{found}{' as asked' if order else ''}: {agreement}"
