"""Columns as the text of a csv file: by Python's csv, or in Arrow to the same bytes."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import apart
from .held import HeldNames, NamedCodes

Column = Sequence[Any] | NDArray[Any]
# Columns this long are worth Arrow, and these are worth importing it, and pandas with it.
WORTH_ARROW, WORTH_IMPORTING = 5_000, 50_000
# Rows that are made text at a time.
PIECE = 100_000
# Arrow writes the digits that Python does, and from 1e-4 to 1e10 in the same way, unless they are
# of a whole number.
LEAST_ALIKE, MOST_ALIKE = 1e-4, 1e10


class _Rows(list[str]):
    """A file for csv's writer, which writes a row at a time."""

    write = list.append


def csv_text(columns: Mapping[str, Column]) -> str:
    r"""Write columns, equally long, with a header row, each line with ``\n`` at its end."""
    header = csv_rows([[name] for name in columns])
    n_rows = len(next(iter(columns.values()), ()))
    # Python quotes an empty cell that is alone in its row
    least = WORTH_ARROW if "pyarrow" in sys.modules else WORTH_IMPORTING
    if n_rows < least or len(columns) == 1:
        return header + csv_rows([cells_of(column) for column in columns.values()])
    try:
        return header + b"".join(arrow_rows(list(columns.values()), n_rows)).decode()
    except UnicodeEncodeError:  # half a surrogate pair, which Arrow cannot hold
        return header + csv_rows([cells_of(column) for column in columns.values()])


def csv_rows(cells: Sequence[Sequence[Any]]) -> str:
    """Write rows of columns of cells by Python's csv."""
    rows = _Rows()
    # Python quotes what is in the end of a line: with \r in it, a lone \r in a name, too
    csv.writer(rows, lineterminator="\r\n").writerows(zip(*cells, strict=True))
    return "".join(f"{row[:-2]}\n" for row in rows)


def cells_of(column: Column) -> list[Any]:
    """Return what csv's writer takes: Python's own numbers, text, and nothing for what is not."""
    # tolist, because csv writes a Python float by its repr
    values = column.tolist() if isinstance(column, np.ndarray) else told_apart(list(column))
    return ["" if value is None or value != value else value for value in values]


def told_apart(cells: list[Any]) -> list[Any]:
    """Return cells as they are, or as text that tells them apart where some would read the same."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) < 2 or str not in kinds:
        return cells
    different = list(dict.fromkeys((type(cell), cell) for cell in cells if cell is not None))
    texts = apart(cell for _, cell in different)
    if all(str(cell) == text for (_, cell), text in zip(different, texts, strict=True)):
        return cells
    text_of = dict(zip(different, texts, strict=True))
    return [None if cell is None else text_of[type(cell), cell] for cell in cells]


def arrow_rows(columns: Sequence[Column], n_rows: int) -> Iterator[Any]:
    """Write rows by Arrow, a piece of them at a time: the bytes of text that stands together."""
    texts = [texts_of(column) for column in columns]
    for begin in range(0, n_rows, PIECE):
        *first, last = (text.slice(begin, PIECE) for text in texts)
        yield bytes_of(joined(*first, joined(last, "\n", between=""), between=","))


def joined(*texts: Any, between: str) -> Any:
    """Join each row's texts, of which some may be the same in all rows; null is empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wide = [pa.scalar(one, pa.large_string()) if isinstance(one, str) else one for one in texts]
    separator = pa.scalar(between, pa.large_string())
    return pc.binary_join_element_wise(*wide, separator, null_handling="replace")


def bytes_of(texts: Any) -> Any:
    """Return the bytes of an array of text that was just made, one after the other."""
    _, offsets, held = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)
    return held.slice(ends[0], ends[len(texts)] - ends[0])


def texts_of(column: Column) -> Any:
    """Return a column's cells as text of Arrow's, quoted where they have to be; null if empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.dtype.kind if isinstance(column, np.ndarray) else ""
    if kind == "f":
        return float_texts(np.asarray(column, dtype=np.float64))
    if kind in ("i", "u"):
        return pc.cast(pa.array(column), pa.large_string())
    if isinstance(column, NamedCodes) and of_one_type(column.names):
        names = texts_of(column.names)
        return names.take(pa.array(column.codes, mask=column.codes < 0))
    if isinstance(column, HeldNames):
        held = pa.array(column)
        if pa.types.is_string(held.type) or pa.types.is_large_string(held.type):
            return quoted(held.cast(pa.large_string()))
    cells = [str(cell) for cell in cells_of(column)]
    return quoted(pa.array(cells, pa.large_string()))


def of_one_type(names: Sequence[Any]) -> bool:
    """Say whether names are of one type, so that none reads like another."""
    return isinstance(names, HeldNames) or len(set(map(type, names))) < 2


def quoted(texts: Any) -> Any:
    """Quote text with a comma, a quote or the end of a line in it, as Python's csv does."""
    import pyarrow.compute as pc

    special = pc.match_substring_regex(texts, '[,"\r\n]')
    if not pc.any(special).as_py():
        return texts
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.if_else(special, joined('"', doubled, '"', between=""), texts)


def float_texts(values: NDArray[np.float64]) -> Any:
    """Return numbers as Python writes them (their `repr`); null for NaN."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.cast(pa.array(values, from_pandas=True), pa.large_string())
    size = np.abs(values)
    with np.errstate(invalid="ignore"):
        as_arrow = (size >= LEAST_ALIKE) & (size < MOST_ALIKE) & (values != np.trunc(values))
    other = ~(as_arrow | np.isnan(values))
    # told apart by their bits, as 0.0 and -0.0 are
    bits, place = np.unique(values[other].view(np.int64), return_inverse=True)
    written = pa.array([repr(value) for value in bits.view(np.float64).tolist()], pa.large_string())
    return pc.replace_with_mask(texts, pa.array(other), written.take(pa.array(place)))
