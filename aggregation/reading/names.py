"""Columns of a table as names: which column is which, and from pyarrow columns to codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import VoteError
from .columns import Column

# What a column may be called, in any case, where the user does not say which one it is.
USUAL_NAMES = {
    "item": ("item", "task", "patient", "question"),
    "rater": ("rater", "worker", "observer", "annotator"),
    "answer": ("answer", "label", "response", "rating"),
    "class": ("class", "truth", "gold", "label", "answer"),
}


def choose_columns(found: Sequence[Any], said: dict[str, str | None]) -> list[str]:
    """Choose a table's column for each role: the one that was said, or the one with a usual name.

    Parameters
    ----------
    found : sequence
        The table's columns.
    said : dict
        For each role ("item", "rater", "answer", "class"), a column, or None.

    Returns
    -------
    list of str
        A column for each role.

    Raises
    ------
    VoteError
        If a column that was said is not there, or there is not exactly one with a usual name.

    Examples
    --------
    >>> choose_columns(["Task", "worker", "n"], {"item": None, "rater": None, "answer": "n"})
    ['Task', 'worker', 'n']
    """
    chosen = [choose_column(found, role, name) for role, name in said.items()]
    for place, name in enumerate(chosen):
        if name in chosen[:place]:
            first, second = list(said)[chosen.index(name)], list(said)[place]
            raise VoteError(f"column {name!r} cannot be both the {first} and the {second}")
    return chosen


def choose_column(found: Sequence[Any], role: str, name: str | None) -> str:
    """Choose the column of one role."""
    columns = f"the columns are {', '.join(map(repr, found)) or 'none'}"
    if name is not None:
        if name not in found:
            raise VoteError(f"there is no column {name!r} for the {role}: {columns}")
        return name
    usual = [column for column in found if str(column).strip().lower() in USUAL_NAMES[role]]
    if len(usual) != 1:
        several = " and ".join(map(repr, usual))
        reason = f"{several} could all be" if usual else "no column is called like"
        raise VoteError(f"{reason} the {role}: say which one is by {role}= or --{role} ({columns})")
    return str(usual[0])


def coded_arrow(column: Any, what: str, *, text_only: bool = False) -> Column:
    """Codes and names of a pyarrow column: names sorted, unless the column declares an order.

    Parameters
    ----------
    column : pyarrow.ChunkedArray or pyarrow.Array
        Numbers, text, dates, or a dictionary of such; an ordered dictionary keeps its order.
    what : str
        What the column is, for messages.
    text_only : bool, optional
        Whether the file knows no numbers: names that are all whole numbers, written in the usual
        way, are then taken for such.

    Returns
    -------
    Column
        `names` is a tuple of Python objects.

    Raises
    ------
    VoteError
        If a value is missing.
    """
    import pyarrow as pa

    column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    declared = declared_order(column)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    check_complete(column, what)
    encoded = column.dictionary_encode().combine_chunks()
    names = whole_numbers(encoded.dictionary, text_only=text_only)
    order = np.asarray(sorted_places(names) if declared is None else places_in(names, declared))
    rank = np.empty(len(names), dtype=np.int32)
    rank[order] = np.arange(len(names))
    codes = rank[encoded.indices.to_numpy()]
    return Column(codes, len(names), tuple(names.take(pa.array(order)).to_pylist()))


def declared_order(column: Any) -> list[Any] | None:
    """Return the values of an ordered dictionary, such as a pandas ordered categorical, or None."""
    import pyarrow as pa

    if not (pa.types.is_dictionary(column.type) and column.type.ordered and column.num_chunks):
        return None
    values: list[Any] = column.chunk(0).dictionary.to_pylist()
    same = all(chunk.dictionary.to_pylist() == values for chunk in column.chunks[1:])
    return values if same else None


def check_complete(column: Any, what: str) -> None:
    """Refuse a missing value; NaN is one."""
    import pyarrow.compute as pc

    missing = pc.is_null(column, nan_is_null=True)
    row = pc.index(missing, True).as_py()
    if row >= 0:
        raise VoteError(f"{what} at row {row} is missing: leave the vote out")


def whole_numbers(names: Any, *, text_only: bool) -> Any:
    """Names as integers, if they are floats without a fraction or, with `text_only`, such text."""
    import pyarrow as pa

    text = pa.types.is_string(names.type) or pa.types.is_large_string(names.type)
    if not (pa.types.is_floating(names.type) or (text and text_only)):
        return names
    try:
        numbers = names.cast(pa.int64())
    except pa.ArrowInvalid:
        return names
    # 007 and +7 are names that happen to have digits only
    return names if text and numbers.cast(names.type) != names else numbers


def sorted_places(names: Any) -> Any:
    """Return the places of names in ascending order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string_view(names.type):
        names = names.cast(pa.large_string())
    try:
        return pc.array_sort_indices(names)
    except pa.ArrowNotImplementedError:
        values = names.to_pylist()
        return sorted(range(len(values)), key=values.__getitem__)


def places_in(names: Any, declared: list[Any]) -> list[int]:
    """Return the places of names in the order of a longer list of them."""
    place = {name: k for k, name in enumerate(names.to_pylist())}
    return [place[name] for name in declared if name in place]


def in_order(column: Column, names: Sequence[Any], what: str) -> Column:
    """Give a column's names the order of `names`, among which they must all be.

    A name counts as the same if it reads the same, so that "3" on a command line is 3 in a file.
    """
    wanted = {str(name): code for code, name in enumerate(names)}
    if len(wanted) < len(names):
        raise VoteError(f"{what}_names has a name twice: {', '.join(map(str, names))}")
    unknown = [name for name in column.names if str(name) not in wanted]
    if unknown:
        raise VoteError(
            f"{what} {unknown[0]!r} is not in {what}_names: {', '.join(map(str, names))}"
        )
    place = np.array([wanted[str(name)] for name in column.names], dtype=np.int64)
    held = {str(name): name for name in column.names}
    return Column(
        place[column.codes], len(names), tuple(held.get(str(name), name) for name in names)
    )
