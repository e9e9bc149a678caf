"""Files of predictions: .npy, .npz, .csv, .parquet and .json."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aggregation.errors import naming

from ...errors import AnalysisError, check_types
from ...release.files.questions import N_IMAGES
from ..order import in_image_order
from .columns import Chosen, chosen_columns, columns_of
from .csv_files import predictions_of_csv
from .json_layouts import RESULT, predictions_of_json
from .predictions import MOST_LABELS, label_array, number_array, ranked_batch, ranked_by_name
from .wordnet_ids import holds_ids, load_synsets

# What NumPy raises on a file that is none of its own, or damaged.
NUMPY_ERRORS = (ValueError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, eq=False)
class Predictions:
    """A model's predictions, as a file has them.

    Attributes
    ----------
    labels : ndarray of int16, shape (n, k)
        Labels, the best first, one row an image.
    images : ndarray of int64, shape (n,), or None
        Numbers of the images, 1..50000, ascending; None where the file has no image names, and the
        rows are as they stand in it.
    note : str
        What was taken for predictions where something else could have been; otherwise empty.
    """

    labels: NDArray[np.int16]
    images: NDArray[np.int64] | None
    note: str


def read_predictions(
    path: str | os.PathLike[str],
    *,
    n_images: int = N_IMAGES,
    most: int = MOST_LABELS,
    column: str | None = None,
    original_labels: ArrayLike | None = None,
    order: str | None = None,
    data: str | os.PathLike[str] | None = None,
) -> NDArray[np.int16]:
    """Read predictions: labels, the best first, one row an image in order of the image's number.

    The file holds labels 0..999 or their WordNet ids, the top k labels of each image, or scores of
    all 1000 labels, as for :func:`analysis.ranked_labels`.

    - ``.npy``: an array, without image names.
    - ``.npz``: one array of numbers and, if there are image names, one of strings.
    - ``.csv``, with or without a header (also ``.tsv`` and ``.txt``), and ``.parquet``: columns of
      numbers in order of rank or label, or one column of lists; and, if there are image names, a
      column of them. Probabilities beside labels are left out, and so are known labels.
    - ``.json`` (also ``.jsonl``): a list with an entry an image, or an object of image names and
      entries; or a table in one of the layouts that pandas writes.

    What timm's `inference.py` writes is read in any of its layouts, where it has labels
    (``--include-index``, or ``--label-type name``).

    Parameters
    ----------
    path : path-like
    n_images, most : int
        As for :func:`analysis.ranked_labels`.
    column : str, optional
        The predictions' column, what the names of several numbered ones have in common, or the
        array in an ``.npz`` file. Default: chosen by what they hold and are called.
    original_labels : array_like of int, shape (n_images,), optional
        Such as :attr:`analysis.Release.original_labels`. With them the order of a file without
        image names is found, as :func:`analysis.find_order` does.
    order : {"names", "folder"}, optional
        Order of a file without image names: of the file names, or as ImageFolder lists them, by
        WordNet id and name. "folder" needs `original_labels`. Default: found where there are
        original labels, otherwise "names".
    data : path-like, optional
        Folder of the release, which is needed where the predictions are WordNet ids; as for
        :func:`analysis.load_release`.

    Returns
    -------
    ndarray of int16, shape (n_images, k)

    Raises
    ------
    AnalysisError
        If it is no such file, no order gives the original labels, or as
        :func:`analysis.ranked_labels`; the message begins with the file's name.
    """
    check_types(read_predictions, locals())
    found = load_predictions(path, n_images=n_images, most=most, column=column, data=data)
    if found.images is not None or (original_labels is None and order in (None, "names")):
        return found.labels
    try:
        return in_image_order(found.labels, original_labels=original_labels, order=order)
    except AnalysisError as error:
        raise AnalysisError(f"{path}: {error}") from error


def load_predictions(
    path: str | os.PathLike[str],
    *,
    n_images: int = N_IMAGES,
    most: int = MOST_LABELS,
    column: str | None = None,
    partial: bool = False,
    data: str | os.PathLike[str] | None = None,
) -> Predictions:
    """Read predictions with the numbers of their images, of which some may be missing.

    Parameters
    ----------
    path, n_images, most, column, data
        As for :func:`read_predictions`.
    partial : bool
        Whether predictions of a part of the images will do; the file must have image names then.

    Returns
    -------
    Predictions

    Raises
    ------
    AnalysisError
        As :func:`read_predictions`.
    """
    check_types(load_predictions, locals())
    path = Path(path)
    suffix = path.suffix.lower()
    reader = READERS.get(ALSO.get(suffix, suffix))
    if reader is None:
        raise AnalysisError(
            f"{path}: predictions are read from {', '.join(READERS)} files; numpy.save writes an "
            "array into one"
        )
    with naming(path, AnalysisError):
        chosen = reader(path, column)
        array = _numbers(chosen.predictions, data)
        if chosen.names is None:
            if partial and array.shape[:1] != (n_images,):
                raise AnalysisError(
                    f"{len(array):,} predictions without image names: a part of the images is "
                    "measured by their names, so give them beside the predictions"
                )
            labels = ranked_batch(array, images=np.arange(1, n_images + 1), most=most)
            return Predictions(labels, None, chosen.note)
        images, labels = ranked_by_name(
            array, names=chosen.names, n_images=n_images, most=most, partial=partial
        )
        return Predictions(labels, images, chosen.note)


def _numbers(predictions: Any, data: str | os.PathLike[str] | None) -> NDArray[Any]:
    """Return predictions as numbers; the release is read only where they are WordNet ids."""
    if holds_ids(predictions):
        return label_array(predictions, load_synsets(data))
    return number_array(predictions)


def _read_npy(path: Path, wanted: str | None) -> Chosen:
    if wanted is not None:
        raise AnalysisError(f"there is no column {wanted!r}: a .npy file is one array")
    try:
        # not loaded whole: scores are ranked a part at a time
        return Chosen(np.lib.format.open_memmap(path, mode="r"), None)
    except NUMPY_ERRORS as error:
        raise AnalysisError(f"not an array that can be read ({error})") from error


def _read_npz(path: Path, wanted: str | None) -> Chosen:
    arrays: dict[str, NDArray[Any]] = {}
    try:
        # NumPy would leave a broken archive open that it has opened itself
        with path.open("rb") as stream:
            archive = np.load(stream)
            if isinstance(archive, np.lib.npyio.NpzFile):
                arrays = dict(archive)
    except NUMPY_ERRORS as error:
        raise AnalysisError(f"not an archive of arrays that can be read ({error})") from error
    numbers = {
        name: array
        for name, array in arrays.items()
        if (array.dtype.kind in "iuf" or holds_ids(array)) and wanted in (None, name)
    }
    names = [
        array.tolist()
        for array in arrays.values()
        if array.dtype.kind in "US" and not holds_ids(array)
    ]
    if len(numbers) != 1 or len(names) > 1:
        raise AnalysisError(
            "should hold one array of numbers and, if they are not in order, one of image names; "
            "of several arrays of numbers --column, or column=, chooses one: it holds "
            + (", ".join(f"{name} {a.shape} {a.dtype}" for name, a in arrays.items()) or "none")
        )
    (predictions,) = numbers.values()
    return Chosen(predictions, names[0] if names else None)


def _read_text(path: Path, wanted: str | None) -> Chosen:
    """Read csv or JSON; timm writes csv into a .json file where it is told ``json-record``."""
    suffix = path.suffix.lower()
    is_json = ALSO.get(suffix, suffix) == ".json"
    try:
        with path.open(encoding="utf-8-sig") as stream:
            start = stream.readline().strip()
    except UnicodeDecodeError as error:
        raise AnalysisError(f"not a file of text that can be read ({error})") from error
    if is_json and start[:1].isalpha() and "," in start:
        is_json = False
    if is_json or start == RESULT or start.startswith(("{", "[{")):
        return predictions_of_json(path.read_text(encoding="utf-8-sig"), wanted)
    return predictions_of_csv(path, wanted)


def _read_parquet(path: Path, wanted: str | None) -> Chosen:
    import pyarrow
    from pyarrow import parquet

    content = pyarrow.py_buffer(path.read_bytes())
    try:
        table = parquet.ParquetFile(content).read()
    except (pyarrow.ArrowException, OSError) as error:
        raise AnalysisError(f"not a parquet file that can be read ({error})") from error
    return chosen_columns(columns_of(table), wanted)


READERS: dict[str, Callable[[Path, str | None], Chosen]] = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".csv": _read_text,
    ".parquet": _read_parquet,
    ".json": _read_text,
}
ALSO = {".jsonl": ".json", ".ndjson": ".json", ".tsv": ".csv", ".txt": ".csv"}
