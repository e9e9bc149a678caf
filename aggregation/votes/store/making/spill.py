"""A batch of votes on its way to the partitions: one file, which is there when it is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....kernels.partition import share_out
from ....kernels.text import hash_keys
from ....reading.layouts.same_names import folded_texts
from ....reading.layouts.vote_table import ROLES, VoteTable
from ....reading.names import declared_order, distinct
from ....reading.tables.distinct import texts_of
from ....reading.tables.table import Objects, values_of
from ..manifest import write_whole
from ..names import as_text

META = b"reassess"


class Told(NamedTuple):
    """What a batch says beside its votes.

    Attributes
    ----------
    n_votes : int
    kinds : dict of str to str
        Of each role's names; empty without votes.
    declared : dict of str to list of str
        The order of a role's names, where the file declares one.
    left_out : dict of str to int
        How many votes were left out, by reason.
    notes : list of str
    counts : dict of str to list of int
        How many votes each name of a role has, where names are to be merged.
    """

    n_votes: int
    kinds: dict[str, str]
    declared: dict[str, list[str]]
    left_out: dict[str, int]
    notes: list[str]
    counts: dict[str, list[int]] = {}  # noqa: RUF012 -- is never changed


class Batch:
    """A batch's file; its partitions are read one by one, and none is kept."""

    def __init__(self, path: Path) -> None:
        import pyarrow as pa

        self.path = path
        with pa.OSFile(str(path)) as file:
            opened = pa.ipc.open_file(file)
            self.told = Told(**json.loads(opened.schema.metadata[META]))
            first = opened.get_batch(0)
            self.names = {role: first.column(role).dictionary for role in ROLES[1:]}

    def partition(self, number: int) -> tuple[Any, NDArray[np.int32], NDArray[np.int32]]:
        """Return a partition's items, an array of text, and its codes of raters and answers."""
        import pyarrow as pa

        with pa.OSFile(str(self.path)) as file:
            held = pa.ipc.open_file(file).get_batch(number)
        raters, answers = (held.column(role).indices.to_numpy() for role in ROLES[1:])
        return held.column("item"), raters, answers


def write_batch(path: Path, votes: VoteTable, n_partitions: int, *, normalise: bool) -> None:
    """Share votes out among partitions by their items' names, and write them to a file.

    With `normalise` names that differ in writing alone come to the same partition.
    """
    import pyarrow as pa

    items, kinds = as_text(votes.item, "item", written="item" in votes.written)
    kinds_of, declared, columns = {"item": kinds}, {}, {}
    for role in ROLES[1:]:
        texts, codes, kinds_of[role] = coded_texts(votes, role)
        columns[role] = (texts, codes)
        names = None if isinstance(votes.column(role), Objects) else declared_of(votes.column(role))
        if names is not None:
            declared[role] = names
    order, ends = by_partition(items, n_partitions, normalise=normalise)
    counts = {
        role: np.bincount(codes, minlength=len(texts)).tolist()
        for role, (texts, codes) in columns.items()
    }
    kinds_of = kinds_of if len(items) else {}
    notes = [*votes.notes]
    told = Told(len(items), kinds_of, declared, votes.left_out, notes, counts if normalise else {})
    items = items.take(pa.array(order))
    arrays = {
        role: pa.DictionaryArray.from_arrays(pa.array(codes[order]), texts)
        for role, (texts, codes) in columns.items()
    }
    table = pa.record_batch({"item": items, **arrays})
    schema = table.schema.with_metadata({META: json.dumps(told._asdict())})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema) as writer:
        for begin, end in zip([0, *ends[:-1]], ends, strict=True):
            writer.write_batch(
                table.slice(begin, end - begin).replace_schema_metadata(schema.metadata)
            )
    write_whole(path, sink.getvalue())


def coded_texts(votes: VoteTable, role: str) -> tuple[Any, NDArray[np.int32], str]:
    """Return the distinct names of a role as text, the code of each row, and their kind."""
    import pyarrow as pa

    column, written = votes.column(role), role in votes.written
    if isinstance(column, Objects):
        text, kind = as_text(column, role, written=written)
        names, codes = distinct(pa.chunked_array([text]))
        return names, codes.astype(np.int32), kind
    column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    names, codes = distinct(values_of(column))
    texts, kind = as_text(names, role, written=written)
    again = texts.dictionary_encode()  # 7 and 7.0 are one name
    return again.dictionary, again.indices.to_numpy()[codes].astype(np.int32), kind


def declared_of(column: Any) -> list[str] | None:
    """Return the order of names that a column declares, as text."""
    import pyarrow as pa

    column = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    order = declared_order(column)
    return None if order is None else list(map(str, order))


def by_partition(
    items: Any, n_partitions: int, *, normalise: bool
) -> tuple[NDArray[np.int64], list[int]]:
    """Return the rows in the order of their partitions, and where each of these ends."""
    import pyarrow as pa

    if normalise and len(items):
        names, codes = distinct(pa.chunked_array([items]))
        keys = hashes_of(folded_texts(names))[codes]
    else:
        keys = hashes_of(items)
    partitions = np.empty(len(items), dtype=np.int32)
    order, ends = np.empty(len(items), dtype=np.int64), np.zeros(n_partitions, dtype=np.int64)
    share_out(keys, partitions, ends, order)
    return order, ends.tolist()


def hashes_of(names: Any) -> NDArray[np.uint64]:
    """Hash names, an array of text."""
    keys = np.empty(len(names), dtype=np.uint64)
    texts = texts_of(names)
    if len(names):
        hash_keys(texts.data, texts.offsets, keys)
    return keys
