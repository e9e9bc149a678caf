"""Raters and answers of all batches: one number each in the whole store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...reading.columns import Column
from ...reading.names import coded_arrow, in_order, places_in
from .names import are_whole, type_of, typed
from .spill import Batch


class Numbered(NamedTuple):
    """Names of a role in the order of their codes, and each batch's codes in these.

    Attributes
    ----------
    names : pyarrow.Array
    codes : tuple of ndarray of int32
    """

    names: Any
    codes: tuple[NDArray[np.int32], ...]


def kind_of(batches: Sequence[Batch], role: str, *, whole: bool) -> str:
    """Return the type of a role's names, as all batches together have it."""
    kinds = {batch.told.kinds[role] for batch in batches if batch.told.kinds}
    return type_of(kinds, whole=whole)


def numbered_names(
    batches: Sequence[Batch], role: str, answer_names: Sequence[Any] | None = None
) -> Numbered:
    """Return the raters or answers of all batches in order, numbered as by :meth:`Votes.read`.

    Where a file declares an order it is kept, and `answer_names` come before that.

    Raises
    ------
    VoteError
        If a name is not among `answer_names`.
    """
    import pyarrow as pa

    held = pa.chunked_array([batch.names[role] for batch in batches], pa.string())
    encoded = held.combine_chunks().dictionary_encode()
    texts = encoded.dictionary
    kind = kind_of(batches, role, whole=are_whole(texts))
    column = coded_arrow(typed(texts, kind), role)
    column = column._replace(codes=np.asarray(column.codes))
    if answer_names is not None:
        column = in_order(column, answer_names, role)
    elif (order := declared(batches, role)) is not None:
        column = as_declared(texts, column, order)
    try:
        names = pa.array(list(column.names), pa.type_for_alias(kind))
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # an answer without votes may be of any type
        names = pa.array(list(map(str, column.names)))
    ends = np.cumsum([len(batch.names[role]) for batch in batches])
    codes = np.asarray(column.codes)[encoded.indices.to_numpy()].astype(np.int32)
    return Numbered(names, tuple(np.split(codes, ends[:-1])))


def declared(batches: Sequence[Batch], role: str) -> list[str] | None:
    """Return the order of names that all batches declare, None where they do not, or differ."""
    orders = [batch.told.declared.get(role) for batch in batches if batch.told.kinds]
    return orders[0] if orders and all(order == orders[0] for order in orders) else None


def as_declared(texts: Any, column: Column, order: list[str]) -> Column:
    """Give names the order that was declared of them."""
    places = places_in(texts, order)
    rank = np.empty(len(texts), dtype=np.int64)
    rank[places] = np.arange(len(places))
    names = typed_names(column)
    return Column(rank, len(texts), tuple(names[place] for place in places))


def typed_names(column: Column) -> list[Any]:
    """Return the names of a column in the order in which it was coded."""
    return [column.names[code] for code in np.asarray(column.codes).tolist()]
