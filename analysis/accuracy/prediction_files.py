"""Files of predictions: .npy, .npz, .csv, .parquet and .json."""

from __future__ import annotations

import csv
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import AnalysisError
from ..release.files.questions import N_IMAGES
from .predictions import MOST_LABELS, NAME, ranked_labels

# What NumPy raises on a file that is none of its own, or damaged.
NUMPY_ERRORS = (ValueError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error)
# Row numbers that pandas writes beside a table.
ROW_NUMBERS = {"", "Unnamed: 0", "__index_level_0__"}
INDEX = re.compile(r"index(?:_[0-9]+)?")


class Columns(NamedTuple):
    """What a file holds: predictions, and image names if there are any."""

    predictions: Any
    names: Sequence[Any] | None


def read_predictions(
    path: str | os.PathLike[str], *, n_images: int = N_IMAGES, most: int = MOST_LABELS
) -> NDArray[np.int16]:
    """Read predictions: labels, the best first, one row an image in order of the image's number.

    The file holds labels 0..999, the top k labels of each image, or scores of all 1000 labels, as
    for :func:`analysis.ranked_labels`. Without image names the predictions are in order of the
    images' file names.

    - ``.npy``: an array, without image names.
    - ``.npz``: one array of numbers and, if there are image names, one of strings.
    - ``.csv``, with or without a header, and ``.parquet``: columns of numbers in order of rank or
      label, or one column of lists; and, if there are image names, a column of them. Where there
      are columns ``index`` or ``index_0``, ``index_1`` and so on, as timm's `inference.py` writes,
      the others are left out.
    - ``.json``: a list with an entry an image, or an object of image names and entries; an entry
      is a label or a list of numbers.

    Parameters
    ----------
    path : path-like
    n_images, most : int
        As for :func:`analysis.ranked_labels`.

    Returns
    -------
    ndarray of int16, shape (n_images, k)

    Raises
    ------
    AnalysisError
        If it is no such file, or as :func:`analysis.ranked_labels`; the message begins with the
        file's name.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise AnalysisError(f"{path}: predictions are read from {', '.join(READERS)} files")
    try:
        columns = reader(path)
        return ranked_labels(columns.predictions, names=columns.names, n_images=n_images, most=most)
    except AnalysisError as error:
        raise AnalysisError(f"{path}: {error}") from error


def _read_npy(path: Path) -> Columns:
    try:
        # not loaded whole: scores are ranked a part at a time
        return Columns(np.lib.format.open_memmap(path, mode="r"), None)
    except NUMPY_ERRORS as error:
        raise AnalysisError(f"not an array that can be read ({error})") from error


def _read_npz(path: Path) -> Columns:
    arrays: dict[str, NDArray[Any]] = {}
    try:
        # NumPy would leave a broken archive open that it has opened itself
        with path.open("rb") as stream:
            archive = np.load(stream)
            if isinstance(archive, np.lib.npyio.NpzFile):
                arrays = dict(archive)
    except NUMPY_ERRORS as error:
        raise AnalysisError(f"not an archive of arrays that can be read ({error})") from error
    numbers = {name: array for name, array in arrays.items() if array.dtype.kind in "iuf"}
    texts = {name: array for name, array in arrays.items() if array.dtype.kind in "US"}
    if len(numbers) != 1 or len(texts) > 1:
        raise AnalysisError(
            "should hold one array of numbers and, if they are not in order, one of image names: "
            "it holds "
            + (", ".join(f"{name} {a.shape} {a.dtype}" for name, a in arrays.items()) or "none")
        )
    (predictions,) = numbers.values()
    return Columns(predictions, next((text.tolist() for text in texts.values()), None))


def _read_csv(path: Path) -> Columns:
    import pyarrow
    from pyarrow import csv as arrow_csv

    try:
        options = arrow_csv.ReadOptions(autogenerate_column_names=not _has_header(path))
        with path.open("rb") as stream:
            table = arrow_csv.read_csv(stream, read_options=options)
    except (pyarrow.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise AnalysisError(f"not a csv file that can be read ({error})") from error
    return _from_table(table)


def _has_header(path: Path) -> bool:
    """Say whether the first row is a header: something in it is no number and no image name."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        cells = next(csv.reader(stream), [])
    # as pandas heads columns without names; as predictions of one image they would be strange
    if len(cells) > 1 and cells == [str(column) for column in range(len(cells))]:
        return True
    return not all(_is_number(cell) or NAME.fullmatch(cell) for cell in cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _read_parquet(path: Path) -> Columns:
    import pyarrow
    from pyarrow import parquet

    content = pyarrow.py_buffer(path.read_bytes())
    try:
        table = parquet.ParquetFile(content).read()
    except (pyarrow.ArrowException, OSError) as error:
        raise AnalysisError(f"not a parquet file that can be read ({error})") from error
    return _from_table(table)


def _from_table(table: Any) -> Columns:
    """Take the columns of predictions, and of image names, from a table of pyarrow."""
    from pyarrow import types

    columns = [
        (name, column)
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name not in ROW_NUMBERS
    ]
    numbers = [
        (name, column)
        for name, column in columns
        if types.is_integer(column.type) or types.is_floating(column.type) or _holds_lists(column)
    ]
    numbers = [pair for pair in numbers if INDEX.fullmatch(pair[0])] or numbers
    if not numbers:
        raise AnalysisError(
            "no column of predictions: it has "
            + ", ".join(f"{name} ({column.type})" for name, column in columns)
        )
    if len(numbers) == 1 and _holds_lists(numbers[0][1]):
        predictions = _from_lists(numbers[0][1].combine_chunks())
    else:
        predictions = _side_by_side(numbers)
    return Columns(predictions, _image_names(columns))


def _image_names(columns: list[tuple[str, Any]]) -> list[Any] | None:
    """Return the column of image names: of several columns of text, the first that begins so."""
    from pyarrow import types

    texts = [
        column.to_pylist()
        for _, column in columns
        if types.is_string(column.type) or types.is_large_string(column.type)
    ]
    images = [text for text in texts if text and NAME.fullmatch(text[0] or "")]
    return next(iter(images or texts), None)


def _holds_lists(column: Any) -> bool:
    from pyarrow import types

    kinds = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    return any(is_kind(column.type) for is_kind in kinds)


def _side_by_side(columns: list[tuple[str, Any]]) -> NDArray[Any]:
    for name, column in columns:
        if _holds_lists(column):
            raise AnalysisError(f"column {name} holds lists: it should be the only predictions")
    return np.column_stack([column.to_numpy() for _, column in columns])


def _from_lists(column: Any) -> NDArray[Any]:
    """Return a column of lists as rows of numbers."""
    from pyarrow import compute

    sizes = compute.fill_null(compute.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    if len(sizes) and (sizes != sizes[0]).any():
        entry = int(np.argmax(sizes != sizes[0]))
        raise AnalysisError(f"entry {entry} has {sizes[entry]} labels, but entry 0 has {sizes[0]}")
    flat = compute.list_flatten(column).to_numpy(zero_copy_only=False)
    return np.asarray(flat).reshape(len(sizes), -1 if len(sizes) else 0)


def _read_json(path: Path) -> Columns:
    try:
        # an object becomes a tuple of pairs, in which a name that occurs twice is not lost
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=tuple)
    except (ValueError, RecursionError) as error:
        raise AnalysisError(f"not a JSON file ({error})") from error
    if isinstance(content, tuple):
        return Columns([entry for _, entry in content], [name for name, _ in content])
    if isinstance(content, list):
        return Columns(content, None)
    raise AnalysisError(f"holds {content!r:.60}, not a list or an object with an entry an image")


READERS: dict[str, Callable[[Path], Columns]] = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
    ".json": _read_json,
}
