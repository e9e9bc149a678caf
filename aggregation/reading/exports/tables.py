"""What exports that are tables have in common: columns by name, and what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import VoteError, listed
from ..options import NONE
from ..tables.table import folded
from .export import ExportOptions
from .questions import same_name


def text_column(table: Any, *names: str, role: str | None = None, prefix: str = "") -> Any:
    """Return the first column of these names as text, null where a cell is empty.

    Parameters
    ----------
    table : pyarrow.Table
    names : str
        In order of preference; case and blanks around them aside.
    role : str or None
        What it is wanted for ("rater"); without one, a column that is not there is None.
    prefix : str
        May be missing from a name.

    Returns
    -------
    pyarrow.ChunkedArray of string, or None

    Raises
    ------
    VoteError
        If no column has such a name, and it has a role.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in names:
        found = same_name(table.column_names, name, prefix)
        if found is not None:
            # The column by its place: a name may be there twice.
            column = table.column(table.column_names.index(found)).cast(pa.string())
            return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    if role is None:
        return None
    raise VoteError(
        f"there is no column {names[0]!r} for the {role}: name one with --{role}; "
        f"there are {listed(table.column_names)}"
    )


def gold_column(table: Any, options: ExportOptions, usual: str | None, prefix: str = "") -> Any:
    """Return the column of gold: the one that was said, else the usual one if it is there."""
    if options.truth_column == NONE:
        return None
    if options.truth_column is None:
        return None if usual is None else text_column(table, usual)
    column = text_column(table, options.truth_column, prefix=prefix)
    if column is None:
        raise VoteError(
            f"there is no column {options.truth_column!r} for --truth-column; "
            f"there are {listed(table.column_names)}"
        )
    return column


def taken(item: str, rater: str, answer: str) -> str:
    """Return the sentence that says which columns were taken."""
    return f"Items are in {item!r}, raters in {rater!r}, answers in {answer!r}."


def with_prefix(table: Any, prefix: str) -> list[str]:
    """Return the columns whose names begin so."""
    return [name for name in table.column_names if folded(name).startswith(folded(prefix))]


def filled_columns(table: Any, names: Sequence[str]) -> list[str]:
    """Return those of some columns in which a cell is filled."""
    import pyarrow.compute as pc

    return [name for name in names if pc.any(pc.is_valid(text_column(table, name))).as_py()]


def says(column: Any, word: str) -> Any:
    """Return which cells hold a word, case and blanks aside; none of a column that is not there."""
    import pyarrow.compute as pc

    if column is None:
        return None
    return pc.fill_null(pc.equal(pc.utf8_lower(pc.utf8_trim_whitespace(column)), word), False)


def either(*masks: Any) -> Any:
    """Return where any of some masks is true; absent masks, which are None, are false."""
    import pyarrow.compute as pc

    there = [mask for mask in masks if mask is not None]
    if not there:
        return None
    whole = there[0]
    for mask in there[1:]:
        whole = pc.or_(whole, mask)
    return whole


def varying(table: Any, key: Any, names: Sequence[str]) -> list[str]:
    """Return those of some columns that differ within a key: answers do, an item's data do not."""
    import pyarrow as pa

    if not names:
        return []
    columns = {f"c{number}": text_column(table, name) for number, name in enumerate(names)}
    counts = (
        pa.table({"key": key, **columns})
        .group_by("key")
        .aggregate([(column, "count_distinct") for column in columns])
    )
    return [
        name
        for name, column in zip(names, columns, strict=True)
        if max(counts[f"{column}_count_distinct"].to_pylist(), default=0) > 1
    ]


def one_to_one(first: Any, second: Any) -> bool:
    """Say whether each value of one column goes with one of the other, and none with two."""
    import pyarrow as pa
    import pyarrow.compute as pc

    pairs = pa.table({"a": first, "b": second}).group_by(["a", "b"]).aggregate([]).num_rows
    return bool(pairs == len(pc.unique(first)) == len(pc.unique(second)))


def readable(table: Any, key: Any, key_name: str, data: Sequence[str]) -> tuple[str, Any]:
    """Return a better name for items than their key, if there is one.

    Parameters
    ----------
    table : pyarrow.Table
    key : pyarrow.ChunkedArray, shape (n_rows,)
    key_name : str
        The key's column.
    data : sequence of str
        The columns that may hold what was shown.

    Returns
    -------
    tuple of str and pyarrow.ChunkedArray
        The only column of data, where it is seen to belong to the item: it names each, while items
        have several rows. Else the key.
    """
    import pyarrow.compute as pc

    if len(data) == 1 and len(pc.unique(key)) < table.num_rows:
        column = text_column(table, data[0])
        if one_to_one(key, column):
            return data[0], column
    return key_name, key
