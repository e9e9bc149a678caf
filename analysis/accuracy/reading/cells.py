"""Columns of a table of pyarrow, as arrays of numbers or of WordNet ids."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import AnalysisError
from .wordnet_ids import ids_in_cell

# How lists are written in a cell: by NumPy, by Python, or by PyTorch, with what encloses a number.
AROUND_NUMBERS = re.compile(r"(?:np\.|numpy\.)?(?:array|tensor|u?int\d+|float\d+)\(|[\[\](),;|]")
HOW_TO_GET_LABELS = (
    "timm's inference.py writes labels where it is given --include-index, or --label-type name"
)


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table: its name, and an array of pyarrow."""

    name: str
    values: Any


def is_number(column: Column) -> bool:
    """Say whether a column holds one number an image."""
    from pyarrow import types

    return bool(types.is_integer(column.values.type) or types.is_floating(column.values.type))


def is_list(column: Column) -> bool:
    """Say whether a column holds lists, as lists and not as text."""
    from pyarrow import types

    kinds = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    return any(is_kind(column.values.type) for is_kind in kinds)


def is_text(column: Column) -> bool:
    """Say whether a column holds text, or bytes."""
    from pyarrow import types

    kinds = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(is_kind(column.values.type) for is_kind in kinds)


def first_value(column: Column) -> Any:
    """Return the first entry that is not missing, None where all are."""
    values = column.values.drop_null()
    return values[0].as_py() if len(values) else None


def may_hold_predictions(column: Column) -> bool:
    """Say by type and first entry whether a column holds numbers or ids, or lists of them."""
    if is_number(column):
        return True
    first = first_value(column)
    if is_list(column):
        return not first or not isinstance(first[0], str) or bool(ids_in_cell(first[0]))
    return isinstance(first, str) and holds_predictions(first)


def holds_predictions(cell: str) -> bool:
    """Say whether a cell of text holds numbers or WordNet ids, and nothing else."""
    return bool(ids_in_cell(cell)) or (bool(cell.strip()) and _numbers(cell) is not None)


def array_of(column: Column) -> NDArray[Any]:
    """Return what a column holds, shape (n,) or (n, k): numbers, or WordNet ids as text.

    Raises
    ------
    AnalysisError
        If an entry is neither, or lists differ in length; it is named.
    """
    if is_number(column):
        return np.asarray(column.values.to_numpy())
    if is_list(column):
        return _array_of_lists(column.values.combine_chunks())
    if is_text(column):
        return _array_of_texts(column)
    raise AnalysisError(f"column {column.name} holds {column.values.type}, no labels")


def _array_of_lists(column: Any) -> NDArray[Any]:
    """Return a column of lists as rows of numbers or of texts."""
    from pyarrow import compute

    sizes = compute.fill_null(compute.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    _check_sizes(sizes)
    flat = compute.list_flatten(column).to_numpy(zero_copy_only=False)
    if flat.dtype == object:
        flat = np.array(flat, dtype=np.str_)
    return np.asarray(flat).reshape(len(sizes), -1 if len(sizes) else 0)


def _check_sizes(sizes: NDArray[np.int64]) -> None:
    if len(sizes) and (sizes != sizes[0]).any():
        entry = int(np.argmax(sizes != sizes[0]))
        raise AnalysisError(f"entry {entry} has {sizes[entry]} labels, but entry 0 has {sizes[0]}")


def _array_of_texts(column: Column) -> NDArray[Any]:
    """Return a column of texts, each of which holds numbers or WordNet ids and nothing else."""
    texts: Sequence[Any] = column.values.to_pylist()
    has_ids = bool(texts) and bool(ids_in_cell(texts[0] or ""))
    rows: list[Any] = []
    for entry, text in enumerate(texts):
        row = ids_in_cell(text or "") if has_ids else _numbers(text or "")
        if row is None or len(row) == 0:
            raise AnalysisError(
                f"entry {entry} of column {column.name} is {text!r:.60}, no label: labels are 0 "
                f"to 999 or WordNet ids; {HOW_TO_GET_LABELS}"
            )
        rows.append(row)
    _check_sizes(np.array([len(row) for row in rows], dtype=np.int64))
    array = np.array(rows)
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array


def _numbers(text: str) -> NDArray[np.float64] | None:
    """Return the numbers of a cell such as ``[65 970]``; None where it holds anything else."""
    bare = AROUND_NUMBERS.sub(" ", text)
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            return np.fromstring(bare, sep=" ")
        except (DeprecationWarning, ValueError):  # what is no number, of old and of new
            return None
