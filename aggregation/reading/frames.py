"""Votes of any dataframe, of records, of a dictionary of columns, or of a Hugging Face Dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..errors import VoteError
from .columns import factorised_objects
from .files import votes_of
from .layouts.filters import complete_votes
from .layouts.vote_table import VoteTable
from .options import Reading
from .tables.table import HEAD, Objects, Table, arrow_table, head_of, plain_text

if TYPE_CHECKING:
    import narwhals as nw


def frame_vote_table(frame: Any, options: Reading) -> VoteTable:
    """Return the votes of a dataframe or of what is like one; see :meth:`Votes.from_frame`.

    Raises
    ------
    VoteError
        If it is no dataframe, or its votes cannot be used.
    """
    if options.wide and not options.item:
        frame = with_items_named(frame)
    return complete_votes(votes_of(table_of(frame), options), options)


def kind_of_frame(frame: Any) -> str | None:
    """Name the library that a dataframe is of: "pandas", "polars", "pyarrow", ...; else None."""
    import narwhals as nw

    try:
        return str(nw.from_native(frame).implementation.value)
    except TypeError:
        return None


def table_of(frame: Any) -> Table:
    """Make a table of a dataframe, of records, of columns by name, or of a Dataset."""
    if hasattr(frame, "features") and hasattr(frame, "with_format"):
        return dataset_table(frame)
    if isinstance(frame, Mapping):
        if not all(
            hasattr(column, "__len__") and not isinstance(column, str) for column in frame.values()
        ):
            raise VoteError(
                "a mapping should hold columns by name; of a DatasetDict or the like, name one "
                "split, such as data['train']"
            )
        return columns_table(frame)
    if isinstance(frame, Sequence) and not isinstance(frame, str | bytes):
        return records_table(frame)
    return frame_table(frame)


def frame_table(frame: Any) -> Table:
    """Make a table of a dataframe that narwhals knows; pandas' named indices are columns, too."""
    import narwhals as nw

    try:
        frame = nw.from_native(with_index(frame))
        names = frame.collect_schema().names()
    except TypeError:
        raise VoteError(
            f"a {type(frame).__name__} is no dataframe that narwhals knows (pandas, polars, "
            "pyarrow, ...), nor records or columns: for three arrays or lists there is "
            "Votes.from_triples"
        ) from None
    except nw.exceptions.DuplicateError as error:
        raise VoteError(f"columns of one name: {error}") from None

    def read(places: Sequence[int]) -> list[Any]:
        chosen = [names[place] for place in places]
        return columns_of(frame.select(list(dict.fromkeys(chosen))), chosen)

    def head() -> Any:
        return head_of(columns_of(frame.head(HEAD), names))

    return Table(tuple(map(str, names)), read, head, lambda row: f"row {row}")


def columns_of(frame: Any, names: Sequence[str]) -> list[Any]:
    """Return columns of a narwhals frame, which is collected if it is lazy."""
    import narwhals as nw

    held = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return [series_column(held.get_column(name)) for name in names]


def with_index(frame: Any) -> Any:
    """Return a pandas frame with its index as columns, where that has names; all else as it is."""
    index = getattr(frame, "index", None)
    names = [name for name in getattr(index, "names", None) or () if name is not None]
    # a single column has an index, too, and is no frame
    if not names or not hasattr(frame, "reset_index") or not hasattr(frame, "columns"):
        return frame
    apart = [name for name in names if name not in frame.columns]
    return frame.reset_index(level=apart) if apart else frame


def with_items_named(frame: Any) -> Any:
    """Return a wide pandas frame with its index called item, where that is text without a name."""
    index = getattr(frame, "index", None)
    unnamed = list(getattr(index, "names", None) or ()) == [None]
    if not (unnamed and hasattr(frame, "rename_axis") and len(frame)):
        return frame
    return frame.rename_axis("item") if isinstance(frame.index[0], str) else frame


def series_column(series: nw.Series[Any]) -> Any:
    """Return a dataframe's column as one of Arrow's, or as objects where Arrow has no type."""
    import narwhals as nw
    import pyarrow as pa

    if not (series.dtype.is_nested() or series.dtype in (nw.Object, nw.Unknown)):
        native = series.to_native()
        column = native if isinstance(native, pa.ChunkedArray) else series.to_arrow()
        return plain_text(column)
    native = series.to_native()
    if isinstance(native, pa.ChunkedArray) or series.dtype == nw.List:
        return plain_text(pa.chunked_array([pa.array(series.to_list())]))
    return listed_or_lists(series.to_list(), str(series.name))


def listed_column(values: Sequence[Any], name: str) -> Any:
    """Return values as one of Arrow's columns where they have one type, else as objects."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and kinds <= {str, int, bool, float, Decimal}:
        try:
            return plain_text(pa.chunked_array([pa.array(values)]))
        except (pa.ArrowException, OverflowError):
            pass
    codes, names = factorised_objects(list(values), name, keep_missing=True)
    return Objects(pa.array(codes, mask=codes < 0), tuple(names))


def columns_table(columns: Mapping[Any, Any]) -> Table:
    """Make a table of columns by name: lists, arrays or series of one length."""
    import numpy as np
    import pyarrow as pa

    held = {}
    for name, values in columns.items():
        array = values if isinstance(values, np.ndarray) else None
        if array is not None and array.ndim == 1 and array.dtype.kind in "biufMm":
            held[str(name)] = pa.chunked_array([pa.array(array)])
        else:
            held[str(name)] = listed_or_lists(list(values), str(name))
    lengths = {name: len(column) for name, column in held.items()}
    if len(set(lengths.values())) > 1:
        raise VoteError(f"columns differ in length: {lengths}")
    return arrow_table(list(held.values()), list(held), written=False)


def listed_or_lists(values: list[Any], name: str) -> Any:
    """Return values as a column, which may be one of lists or of records."""
    import pyarrow as pa

    values = [
        value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value
        for value in values
    ]
    if any(isinstance(value, list | dict) for value in values):
        try:
            return pa.chunked_array([pa.array(values)])
        except pa.ArrowException as error:
            raise VoteError(f"column {name!r}: lists of different kinds ({error})") from error
    return listed_column(values, name)


def records_table(records: Sequence[Any]) -> Table:
    """Make a table of records: dictionaries, or rows of item, rater and answer."""
    rows = list(records)
    if not rows:
        raise VoteError("no votes: there are no records")
    if all(isinstance(row, Mapping) for row in rows):
        names = dict.fromkeys(name for row in rows for name in row)
        return columns_table({name: [row.get(name) for row in rows] for name in names})
    width = len(rows[0]) if isinstance(rows[0], Sequence) and not isinstance(rows[0], str) else 0
    if not width or not all(isinstance(row, Sequence) and len(row) == width for row in rows):
        raise VoteError("records should be dictionaries, or rows of one length")
    from dataclasses import replace

    named = {str(number): list(column) for number, column in enumerate(zip(*rows, strict=True), 1)}
    return replace(columns_table(named), has_header=False)


def dataset_table(dataset: Any) -> Table:
    """Make a table of a Hugging Face Dataset; a column of class labels has the classes' names."""
    import pyarrow as pa

    table = dataset.with_format("arrow")[:]
    columns = []
    for name in table.column_names:
        column = table.column(name)
        feature = dataset.features[name]
        classes = getattr(feature, "names", None)
        if classes is not None and pa.types.is_integer(column.type):
            column = pa.array(classes, pa.string()).take(column.combine_chunks())
            column = pa.chunked_array([column.dictionary_encode()])
        columns.append(plain_text(column))
    return arrow_table(columns, table.column_names, written=False)
