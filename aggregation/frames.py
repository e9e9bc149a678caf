"""Votes from any dataframe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .columns import Column, factorised_objects
from .errors import VoteError
from .names import choose_columns, coded_arrow, in_order
from .votes import Votes

if TYPE_CHECKING:
    import narwhals as nw


def votes_from_frame(
    frame: Any,
    *,
    item: str | None = None,
    rater: str | None = None,
    answer: str | None = None,
    answer_names: Sequence[Any] | None = None,
) -> Votes:
    """Votes from a dataframe; see :meth:`Votes.from_frame`."""
    table = native_columns(frame, {"item": item, "rater": rater, "answer": answer})
    columns = {what: coded_series(series, what) for what, series in table.items()}
    return votes_from_columns(**columns, answer_names=answer_names)


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


def votes_from_columns(
    *, item: Column, rater: Column, answer: Column, answer_names: Sequence[Any] | None
) -> Votes:
    """Votes from coded columns, with their names."""
    if answer_names is not None:
        answer = in_order(answer, answer_names, "answer")
    votes = Votes.from_triples(
        item.codes,
        rater.codes,
        answer.codes,
        n_items=item.size,
        n_raters=rater.size,
        n_answers=answer.size,
    )
    return replace(votes, item_names=item.names, rater_names=rater.names, answer_names=answer.names)
