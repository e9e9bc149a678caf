"""A partition of all batches together: its votes grouped by item, as arrays on disk."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....errors import VoteError, shown
from ....kernels.grouping import group_by_item
from ....kernels.threads import Threads
from ....reading.columns import Column
from ....reading.layouts.same_names import as_most_vote, folded_texts, merged, same_names
from ....reading.names import coded_arrow, distinct, in_order, places_in
from ....reading.options import Duplicates
from ....reading.tables.distinct import sorted_texts
from ...arrays import repeated
from ...coded import kept_rows
from ..manifest import CODES, STARTS, described, partition_files, write_whole
from ..names import are_whole, type_of, typed
from .spill import Batch


class Codes(NamedTuple):
    """How raters and answers are numbered in the whole store.

    Attributes
    ----------
    raters, answers : tuple of ndarray of int32
        For each batch, the code of each of its own codes.
    n_raters, n_answers : int
    """

    raters: tuple[NDArray[np.int32], ...]
    answers: tuple[NDArray[np.int32], ...]
    n_raters: int
    n_answers: int


class Rows(NamedTuple):
    """The votes of a partition as they came.

    Attributes
    ----------
    names : pyarrow.Array
        Distinct items, in the order of their bytes.
    items, raters, answers : ndarray of int32, shape (n_votes,)
    whole : bool
        Whether all names are whole numbers, as they came.
    """

    names: Any
    items: NDArray[np.int32]
    raters: NDArray[np.int32]
    answers: NDArray[np.int32]
    whole: bool


def merge(
    folder: Path,
    number: int,
    batches: Sequence[Batch],
    codes: Codes,
    duplicates: Duplicates | None,
    *,
    normalise: bool,
) -> dict[str, Any]:
    """Write a partition's files; return what is to be known of it."""
    rows = rows_of(number, batches, codes)
    if normalise:
        rows = with_one_name_each(rows)
    starts, held = grouped(rows, codes)
    n_repeated, n_dropped = int(repeated(starts, held, codes.n_answers).sum()), 0
    if n_repeated and duplicates not in (None, "keep"):
        starts, held = grouped(once(rows, codes.n_raters, duplicates), codes)
        n_repeated, n_dropped = 0, n_repeated
    files = partition_files(number)
    write_whole(folder / files.codes, held.astype(CODES, copy=False).data)
    write_whole(folder / files.starts, starts.astype(STARTS, copy=False).data)
    write_names(folder / files.items, rows.names)
    return {
        "counts": [len(rows.names), len(held)],
        "n_repeated": n_repeated,
        "n_dropped": n_dropped,
        "whole": rows.whole,
        "files": {name: described(folder / name) for name in files},
    }


def rows_of(number: int, batches: Sequence[Batch], codes: Codes) -> Rows:
    """Put a partition of all batches together, and number its items."""
    import pyarrow as pa

    texts, raters, answers = [], [], []
    for k, batch in enumerate(batches):
        items, rater, answer = batch.partition(number)
        texts.append(items)
        raters.append(codes.raters[k][rater])
        answers.append(codes.answers[k][answer])
    names, items = distinct(pa.chunked_array(texts, pa.string()))
    order = sorted_texts(names)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    names = names.take(pa.array(order)).cast(pa.string())
    of_votes = rank[items], np.concatenate(raters), np.concatenate(answers)
    return Rows(names, *of_votes, are_whole(names))


def with_one_name_each(rows: Rows) -> Rows:
    """Merge items whose names differ in writing alone, as :func:`merged` does."""
    if not len(rows.names):
        return rows
    counts = np.bincount(rows.items, minlength=len(rows.names))
    target = as_most_vote(folded_texts(rows.names), counts)
    kept, items = np.unique(target, return_inverse=True)
    codes = items.astype(np.int32)[rows.items]
    return rows._replace(names=rows.names.take(kept), items=codes)


def grouped(rows: Rows, codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Group votes by item, in ascending order of their codes."""
    with closing(Threads()) as threads:
        found = group_by_item(
            rows.items,
            rows.raters,
            rows.answers,
            n_items=len(rows.names),
            n_raters=codes.n_raters,
            n_answers=codes.n_answers,
            threads=threads,
        )
    assert found is not None  # items are valid
    return found


def once(rows: Rows, n_raters: int, duplicates: Duplicates | None) -> Rows:
    """Keep a rater's first or last vote on an item, or refuse further ones."""
    pair = rows.items.astype(np.int64) * n_raters + rows.raters
    if duplicates == "error":
        seen = np.zeros(len(pair), dtype=bool)
        seen[kept_rows(pair, last=False)] = True
        item = rows.names[int(rows.items[np.argmin(seen)])].as_py()
        raise VoteError(
            f"a rater votes on item {shown(item)} again. --duplicates first or last keeps one of "
            "each such pair, keep counts all"
        )
    kept = kept_rows(pair, last=duplicates == "last")
    of_votes = (rows.items[kept], rows.raters[kept], rows.answers[kept])
    return Rows(rows.names, *of_votes, rows.whole)


def write_names(path: Path, names: Any) -> None:
    """Write names to Parquet, in the order of their codes."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(pa.table({"name": names}), sink, use_dictionary=False)
    write_whole(path, sink.getbuffer())


def merged_before(folder: Path, note: Path) -> dict[str, Any] | None:
    """Return what was written down of a partition that is whole, None where there is none."""
    try:
        found: dict[str, Any] = json.loads(note.read_bytes())
        sizes = {name: (folder / name).stat().st_size for name in found["files"]}
    except (OSError, ValueError):
        return None
    return found if all(found["files"][name]["bytes"] == sizes[name] for name in sizes) else None


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
    batches: Sequence[Batch],
    role: str,
    answer_names: Sequence[Any] | None = None,
    *,
    normalise: bool,
) -> Numbered:
    """Return the raters or answers of all batches in order, numbered as by :meth:`Votes.read`.

    Where a file declares an order it is kept, and `answer_names` come before that.
    With `normalise` those that differ in writing alone are one.

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
    if (order := declared(batches, role)) is not None:
        column = as_declared(texts, column, order)
    if normalise:
        votes = np.concatenate([batch.told.counts[role] for batch in batches])
        by_name = np.bincount(np.asarray(column.codes)[encoded.indices.to_numpy()], votes)
        column = merged(column, same_names(column.names), by_name)
    if answer_names is not None:
        column = in_order(column, answer_names, role)
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
