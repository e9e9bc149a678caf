"""Tables as csv text, or as Parquet."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregation import Table
from aggregation.errors import apart


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
    return Table(columns).to_csv()


def without_nan(value: Any) -> Any:
    """Return what JSON can hold: None instead of NaN and infinity, however deep they are.

    Parameters
    ----------
    value : dict, list, tuple, array, or what is in them

    Returns
    -------
    The same, with lists for tuples and arrays, and text for keys and for names of other types, such
    as dates. Keys that read the same, such as 1 and "1", are told apart.

    Examples
    --------
    >>> without_nan({"alpha": float("nan"), "range": (0.5, float("inf")), 1: 2, "1": 3})
    {'alpha': None, 'range': [0.5, None], '1': 2, "'1'": 3}
    """
    if isinstance(value, dict):
        parts = map(without_nan, value.values())
        return dict(zip(apart(value), parts, strict=True))
    if isinstance(value, np.ndarray | np.generic):
        return without_nan(value.tolist())
    if isinstance(value, list | tuple):
        return [without_nan(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else str(value)


def json_text(value: Any, *, indent: int = 1) -> str:
    r"""Write a value as JSON that every reader knows, with a line's end; see :func:`without_nan`.

    Examples
    --------
    >>> json_text({"alpha": float("nan")})
    '{\n "alpha": null\n}\n'
    """
    return json.dumps(without_nan(value), indent=indent, allow_nan=False) + "\n"


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
    from pyarrow import parquet

    stream = io.BytesIO()
    parquet.write_table(Table(columns).to_arrow(), stream)
    return stream.getvalue()
