"""Tables as csv text, or as Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def to_csv(columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> str:
    r"""Write columns as csv, with a header row; read back, every number is the same.

    Parameters
    ----------
    columns : mapping of str to sequence
        Columns by name, equally long. Floats are written in full (their `repr`); NaN and None are
        empty cells.

    Returns
    -------
    str
        Lines end in ``\n``.

    Raises
    ------
    ValueError
        If the columns differ in length.

    Examples
    --------
    >>> to_csv({"rater": ["ann", "bob"], "accuracy": [0.1, float("nan")]})
    'rater,accuracy\nann,0.1\nbob,\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*map(_cells, columns.values()), strict=True))
    return text.getvalue()


def _cells(column: Sequence[Any] | NDArray[Any]) -> list[Any]:
    # tolist, because csv writes a Python float by its repr
    values = column.tolist() if isinstance(column, np.ndarray) else list(column)
    return ["" if value is None or value != value else value for value in values]


def to_parquet(columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> bytes:
    """Return columns as the bytes of a Parquet file.

    Parameters
    ----------
    columns : mapping of str to sequence
        Columns by name, equally long. Names of several types, such as 1 and "a", become text.

    Returns
    -------
    bytes
    """
    import pyarrow as pa
    from pyarrow import parquet

    stream = io.BytesIO()
    table = pa.table({name: _arrow(column) for name, column in columns.items()})
    parquet.write_table(table, stream)
    return stream.getvalue()


def _arrow(column: Sequence[Any] | NDArray[Any]) -> Any:
    import pyarrow as pa

    values = column if isinstance(column, np.ndarray) else list(column)
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array(list(map(str, values)))
