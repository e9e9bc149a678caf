"""From pyarrow columns of names to codes: sorted, numbers in text as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import VoteError, listed, shown
from ..held import LARGE, LateNames
from .columns import WORTH_COMPILING, Column
from .tables.distinct import (
    distinct_listed,
    distinct_texts,
    is_long_listed_text,
    is_long_text,
    sorted_texts,
)
from .tables.table import Objects, values_of

# From here on doubles skip whole numbers, so that two ids may have become one.
LEAST_INEXACT = 2.0**53
# How numbers are written, and begin.
NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
DIGITS = "0123456789+-."


class ArrowNames(LateNames):
    """Names in Arrow: some of an array's, or all of them in another order.

    Parameters
    ----------
    held : pyarrow.Array
        Without nulls.
    order : ndarray of int
        The names' places in `held`.
    """

    def __init__(self, held: Any, order: NDArray[Any]) -> None:
        super().__init__(partial(held.take, order), len(order))
        self.held = held
        self.order = order

    def taken(self, places: NDArray[Any]) -> Sequence[Any]:
        """Return the names at some places; the others stay in Arrow."""
        if "whole" in self.__dict__:
            return super().taken(places)
        names: list[Any] = self.held.take(self.order[places]).to_pylist()
        return names


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
        `names` is a sequence of Python objects, which are made when one is wanted.

    Raises
    ------
    VoteError
        If floats are so large that two whole numbers may have become one.
    """
    import pyarrow as pa

    if isinstance(column, Objects):
        return Column(np.asarray(column.codes), len(column.names), column.names)
    column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    declared = declared_order(column)
    column = column if is_long_listed_text(column) else values_of(column)
    if pa.types.is_floating(column.type):
        column = exact_floats(column, what)
    names, codes = distinct(column)
    names = whole_numbers(names, text_only=text_only)
    order = np.asarray(sorted_places(names) if declared is None else places_in(names, declared))
    rank = np.empty(len(names), dtype=np.int32)
    rank[order] = np.arange(len(names), dtype=np.int32)
    held = ArrowNames(names, order)
    stay = len(held) >= WORTH_COMPILING and not pa.types.is_temporal(names.type)
    if stay:  # what is no text must be noticed here, and not after a fit
        names.validate(full=True)
    return Column(ranked(codes, rank), len(names), held if stay else python_names(held, what))


def python_names(held: ArrowNames, what: str) -> tuple[Any, ...]:
    """Return names as Python has them; a VoteError at times that it cannot hold."""
    import pyarrow as pa

    try:
        return held.whole
    except (OverflowError, ValueError) as error:
        if not pa.types.is_temporal(held.held.type):
            raise
        raise VoteError(
            f"the {what} has times ({held.held.type}) that Python cannot hold ({error}): its years "
            "are 1 to 9999, and its shortest time a microsecond. Keep them as text"
        ) from error


def ranked(codes: Any, rank: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the rank of each code; what may be written to is."""
    if len(codes) < WORTH_COMPILING:
        return np.asarray(rank[codes])
    from ..kernels.numbering import renumber  # Numba takes a third of a second to import

    out = codes if codes.flags.writeable else np.empty(len(codes), dtype=np.int32)
    renumber(codes, rank, out)
    return out


def distinct(column: Any) -> tuple[Any, Any]:
    """Return a column's distinct values as they come, and the place of each row's among them."""
    if is_long_listed_text(column):
        return distinct_listed(column)
    if is_long_text(column) and (found := distinct_texts(column)) is not None:
        return found
    # one chunk is hashed once, and its dictionary needs no unifying with others
    encoded = one_array(column).dictionary_encode()
    return encoded.dictionary, encoded.indices.to_numpy()


def one_array(column: Any) -> Any:
    """Return a column as one array; text of 2 GB and more needs wider offsets."""
    import pyarrow as pa

    if pa.types.is_string(column.type) and column.nbytes >= LARGE:
        column = column.cast(pa.large_string())
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def declared_order(column: Any) -> list[Any] | None:
    """Return the values of an ordered dictionary, such as a pandas ordered categorical, or None."""
    import pyarrow as pa

    if not (pa.types.is_dictionary(column.type) and column.type.ordered and column.num_chunks):
        return None
    values: list[Any] = column.chunk(0).dictionary.to_pylist()
    same = all(chunk.dictionary.to_pylist() == values for chunk in column.chunks[1:])
    return values if same else None


def exact_floats(column: Any, what: str) -> Any:
    """Return floats that can be names: -0.0 is 0.0, and none is beyond the exact whole numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pc.add(column, pa.scalar(0.0, column.type))  # -0.0 + 0.0 is 0.0
    extremes = pc.min_max(column).as_py()
    largest = max(abs(extremes["min"]), abs(extremes["max"]))
    if largest >= LEAST_INEXACT:
        raise VoteError(
            f"the {what} has numbers of 2**53 and above as floats ({largest:.17g}), which skip "
            "whole numbers: two names may have become one. Keep them as integers or text"
        )
    return column


def whole_numbers(names: Any, *, text_only: bool) -> Any:
    """Names as integers, if they are floats without a fraction or, with `text_only`, such text."""
    import pyarrow as pa

    text = pa.types.is_string(names.type) or pa.types.is_large_string(names.type)
    if not (pa.types.is_floating(names.type) or (text and text_only)):
        return names
    if text and not begin_as_numbers(names):
        return names
    try:
        numbers = names.cast(pa.int64())
    except pa.ArrowInvalid:
        return names
    # 007 and +7 are names that happen to have digits only
    return names if text and numbers.cast(names.type) != names else numbers


def sorted_places(names: Any) -> Any:
    """Return the places of names in ascending order: of their numbers, if all are numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        if (numbers := all_numbers(names)) is not None:
            table = pa.table({"number": numbers, "text": names})
            return pc.sort_indices(table, [("number", "ascending"), ("text", "ascending")])
        return sorted_texts(names) if is_long_text(names) else pc.array_sort_indices(names)
    except pa.ArrowNotImplementedError:
        values = names.to_pylist()
        return sorted(range(len(values)), key=values.__getitem__)


def begin_as_numbers(names: Any) -> bool:
    """Say whether the first and the last name begin as numbers do, which tells most columns."""
    ends = (names[0].as_py(), names[-1].as_py()) if len(names) else ("",)
    return all(name[:1].strip(DIGITS) == "" for name in ends if name is not None) and ends != ("",)


def all_numbers(names: Any) -> Any:
    """Return text as numbers if each is a finite one, however it is written; else None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_string(names.type) or pa.types.is_large_string(names.type)):
        return None
    if not begin_as_numbers(names):
        return None
    if not pc.all(pc.match_substring_regex(names, NUMBER)).as_py():
        return None
    numbers = pc.cast(pc.utf8_ltrim(names, "+"), pa.float64())
    return numbers if pc.all(pc.is_finite(numbers)).as_py() else None


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
        raise VoteError(f"{what}_names (--{what}s) has a name twice: {listed(names)}")
    unknown = [name for name in column.names if str(name) not in wanted]
    if unknown:
        raise VoteError(
            f"{what} {shown(unknown[0])} is not in {what}_names (--{what}s): {listed(names)}"
        )
    place = np.array([wanted[str(name)] for name in column.names], dtype=np.int64)
    held = {str(name): name for name in column.names}
    return Column(
        place[column.codes], len(names), tuple(held.get(str(name), name) for name in names)
    )
