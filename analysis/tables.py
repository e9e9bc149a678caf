"""Tables as csv text, or as Parquet."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from aggregation import Table


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
    value : dict, list, tuple, or what is in them

    Returns
    -------
    The same, with lists for tuples.

    Examples
    --------
    >>> without_nan({"alpha": float("nan"), "range": (0.5, float("inf"))})
    {'alpha': None, 'range': [0.5, None]}
    """
    if isinstance(value, dict):
        return {name: without_nan(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


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
