"""Columns of any dataframe, as codes and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import VoteError
from .columns import Column, factorised_objects
from .names import choose_columns, coded_arrow

if TYPE_CHECKING:
    import narwhals as nw


def coded_frame(frame: Any, said: dict[str, str | None]) -> dict[str, Column]:
    """Codes and names of a dataframe's columns, one for each role; see :meth:`Votes.from_frame`."""
    table = native_columns(frame, said)
    return {role: coded_series(series, role) for role, series in table.items()}


def kind_of_frame(frame: Any) -> str:
    """Name the library that a dataframe is of: "pandas", "polars", "pyarrow", ..."""
    import narwhals as nw

    return str(nw.from_native(frame).implementation.value)


def native_columns(frame: Any, said: dict[str, str | None]) -> dict[str, nw.Series[Any]]:
    """Return the chosen columns of a dataframe, collected if it is lazy."""
    import narwhals as nw

    try:
        table = nw.from_native(frame)
        chosen = choose_columns(table.collect_schema().names(), said)
    except TypeError:
        raise VoteError(
            f"a {type(frame).__name__} is no dataframe that narwhals knows (pandas, polars, "
            "pyarrow, ...): for three arrays or lists there is Votes.from_triples"
        ) from None
    except nw.exceptions.DuplicateError as error:
        raise VoteError(f"columns of one name: {error}") from None
    if isinstance(table, nw.LazyFrame):
        table = table.select(chosen).collect()
    if not len(table):
        raise VoteError("no votes: the table has no rows")
    return {role: table.get_column(name) for role, name in zip(said, chosen, strict=True)}


def coded_series(series: nw.Series[Any], what: str) -> Column:
    """Codes and names of a dataframe's column."""
    import narwhals as nw
    import pyarrow as pa

    named = f"{what} (column {series.name!r})"
    if not (series.dtype.is_nested() or series.dtype in (nw.Object, nw.Unknown)):
        native = series.to_native()
        return coded_arrow(
            native if isinstance(native, pa.ChunkedArray) else series.to_arrow(), named
        )
    codes, names = factorised_objects(series.to_list(), named)
    return Column(codes, len(names), names)
