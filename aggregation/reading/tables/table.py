"""A table of any file or frame: its columns by place, and which line of the file a row is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ...errors import ColumnError, VoteError, listed

# So many rows are looked at to see what a table is like.
HEAD = 1000
# Floats tell decimals of so many digits apart.
EXACT_DIGITS = 15


@dataclass(frozen=True, eq=False)
class Objects:
    """A column of Python objects, such as tuples, that Arrow has no type for.

    Attributes
    ----------
    codes : pyarrow.ChunkedArray or pyarrow.Array of int64, shape (n_rows,)
        Places in `names`, null where missing.
    names : tuple
    """

    codes: Any
    names: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def filter(self, mask: Any) -> Objects:
        """Return the rows where a mask is true."""
        return Objects(self.codes.filter(mask), self.names)

    def take(self, rows: Any) -> Objects:
        """Return some rows, in the order given."""
        return Objects(self.codes.take(rows), self.names)

    def slice(self, begin: int, size: int) -> Objects:
        """Return some rows that follow each other."""
        return Objects(self.codes.slice(begin, size), self.names)


@dataclass(frozen=True, eq=False)
class Table:
    """Columns by place, read when they are asked for.

    Attributes
    ----------
    names : tuple of str
        One may be there twice.
    read : callable
        Takes places; returns their columns: ``pyarrow.ChunkedArray``, null where missing, or
        :class:`Objects`.
    head : callable
        Returns the first rows, a ``pyarrow.Table`` of text whose columns are named by place.
    line : callable
        Takes a row; returns where it is, such as "line 7".
    written : frozenset of int
        Columns whose numbers were written as text, as in a csv.
    has_header : bool
        Whether the names are the file's own.
    notes : tuple of str
        What was found out about the file.
    """

    names: tuple[str, ...]
    read: Callable[[Sequence[int]], list[Any]]
    head: Callable[[], Any]
    line: Callable[[int], str]
    written: frozenset[int] = frozenset()
    has_header: bool = True
    notes: tuple[str, ...] = ()

    def column(self, place: int) -> Any:
        """Read one column."""
        return self.read([place])[0]

    def texts(self, places: Sequence[int]) -> list[Any]:
        """Read columns as text, null where a cell is missing or empty."""
        return [text_of(column) for column in self.read(places)]

    def whole(self) -> Any:
        """Read everything as a ``pyarrow.Table``: text, or lists and the like as they are."""
        import pyarrow as pa

        columns = self.read(range(len(self.names)))
        kept = [column if is_nested(column) else text_of(column) for column in columns]
        return pa.Table.from_arrays(kept, names=list(self.names))

    def has(self, name: str) -> bool:
        """Say whether a column is called so; case and blanks around it need not agree."""
        return any(folded(other) == folded(name) for other in self.names)

    def place(self, name: str, what: str) -> int:
        """Return a column's place by its name; case and blanks around it need not agree."""
        exact = [place for place, found in enumerate(self.names) if found == name]
        found = exact or [
            place for place, other in enumerate(self.names) if folded(other) == folded(name)
        ]
        if len(found) > 1:
            raise VoteError(f"column {name!r} is there {len(found)} times: rename all but one")
        if not found:
            raise ColumnError(f"there is no column {name!r} {what}: {columns_are(self.names)}")
        return found[0]


def folded(name: str) -> str:
    """Return a column's name without case and without blanks around it."""
    return name.strip().casefold()


def columns_are(names: Sequence[str]) -> str:
    """Say what a table's columns are called."""
    return f"the columns are {listed(names) or 'none'}"


def is_nested(column: Any) -> bool:
    """Say whether a column holds lists or records."""
    import pyarrow as pa

    return not isinstance(column, Objects) and pa.types.is_nested(column.type)


def has_lists(kind: Any) -> bool:
    """Say whether a type is one of lists."""
    import pyarrow as pa

    of = pa.types
    return bool(of.is_list(kind) or of.is_large_list(kind) or of.is_fixed_size_list(kind))


def text_of(column: Any) -> Any:
    """Return a column as text, null where it is missing or empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, Objects):
        names = pa.array([str(name) for name in column.names], pa.string())
        column = names.take(pa.chunked_array([column.codes]).combine_chunks())
    column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    if is_nested(column):
        column = pa.chunked_array([[None if v is None else str(v) for v in column.to_pylist()]])
    if pa.types.is_floating(column.type):
        column = whole_floats(column)
    column = values_of(column).cast(pa.string())
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def values_of(column: Any) -> Any:
    """Return a dictionary's values, one a row; any other column as it is."""
    import pyarrow as pa

    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def plain_text(column: Any) -> Any:
    """Return text of any form as text, and decimals as numbers; any other column as it is.

    Polars has views of text, and some that write Parquet do not say that bytes are text.
    """
    import pyarrow as pa

    is_view = getattr(pa.types, "is_string_view", None)
    if is_view is not None and is_view(column.type):
        return column.cast(pa.large_string())
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        with suppress(pa.ArrowInvalid):  # bytes that are no UTF-8
            return column.cast(pa.large_string())
    return plain_numbers(column) if pa.types.is_decimal(column.type) else column


def plain_numbers(column: Any) -> Any:
    """Return decimals as integers if they all are, else as floats if these keep all digits."""
    import pyarrow as pa

    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column.cast(pa.float64()) if column.type.precision <= EXACT_DIGITS else column


def whole_floats(column: Any) -> Any:
    """Return floats as integers if they all are, as pandas has those beside a missing one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column


def filtered(table: Table, mask: Any) -> Table:
    """Return the rows of a table where a mask is true; their lines are those of before."""
    import pyarrow.compute as pc

    def read(places: Sequence[int]) -> list[Any]:
        return [column.filter(mask) for column in table.read(places)]

    def head() -> Any:
        return head_of(read(range(len(table.names))))

    def line(row: int) -> str:
        return table.line(pc.indices_nonzero(mask)[row].as_py())

    return Table(table.names, read, head, line, table.written, table.has_header, table.notes)


def head_of(columns: Sequence[Any]) -> Any:
    """Return the first rows of columns as text columns that are named by place."""
    import pyarrow as pa

    first = [text_of(column.slice(0, HEAD)) for column in columns]
    return pa.Table.from_arrays(first, names=[str(place) for place in range(len(first))])


def arrow_table(
    columns: Sequence[Any],
    names: Sequence[str],
    *,
    written: bool,
    has_header: bool = True,
    unit: str = "row",
    notes: tuple[str, ...] = (),
) -> Table:
    """Make a table of columns that are in memory."""
    return Table(
        tuple(map(str, names)),
        lambda places: [columns[place] for place in places],
        lambda: head_of(columns),
        lambda row: f"{unit} {row}",
        frozenset(range(len(names))) if written else frozenset(),
        has_header,
        notes,
    )
