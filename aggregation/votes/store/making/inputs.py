"""What is put into a store: votes of files of any kind, a piece at a time where they are large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ....errors import VoteError, naming
from ....reading.exports.export import FILE
from ....reading.files import (
    content_of,
    export_of_table,
    is_npz,
    stacked_tables,
    stacked_values,
    votes_of,
    with_file_as_rater,
)
from ....reading.layouts.filters import check_complete, complete_votes, is_one_of, thinned
from ....reading.layouts.plain import plain_votes, without_lists
from ....reading.layouts.roles import choose_columns
from ....reading.layouts.vote_table import ROLES, VoteTable
from ....reading.layouts.wide import is_numbered
from ....reading.options import NONE, Reading
from ....reading.tables.pieces import Files, Piece, text_pieces
from ....reading.tables.sources import STANDARD_INPUT, Source, raters_names, sources_of
from ....reading.tables.table import Table, filtered
from ...arrays import arrays_of_tensor
from ...sources import refuse_columns
from ..files import check_range, held_names, item_names, mapped_partition
from ..manifest import ANSWERS, MANIFEST, RATERS, check_files, is_store, read_manifest

# A vote takes about so many bytes in a text, and in Arrow's columns.
BYTES_PER_ROW = 24
TEXT, TYPED, STORE = ("csv", "tsv"), ("parquet", "feather"), "store"


class VotePiece(NamedTuple):
    """Some votes of an input, perhaps none, and which share of it is read when they are."""

    votes: VoteTable
    read: float


@dataclass(frozen=True)
class Input:
    """Files that are read together: one of them, those of a folder of Parquet, or a store's.

    Attributes
    ----------
    paths : tuple of Path
    folder : Path or None
        Where they lie, if a folder was named.
    kind : str or None
        What was said, or the first one's name says, that they are.
    rater : str or None
        What the rater may be called, where they are among others of a folder or pattern.
    """

    paths: tuple[Path, ...]
    folder: Path | None
    kind: str | None
    rater: str | None = None

    @property
    def name(self) -> str:
        """What messages call it."""
        return Source(self.paths[0]).name if len(self.paths) == 1 else str(self.folder)

    @property
    def size(self) -> int:
        """Number of bytes, as they are packed; 0 of standard input."""
        return sum(path.stat().st_size for path in self.paths if path.is_file())

    def pieces(self, options: Reading, size: int) -> Iterator[VotePiece]:
        """Read votes in pieces of about `size` bytes, where the kind of file allows.

        Text, Parquet and Feather with a vote a row do. Where pieces end depends on the input, the
        options and `size` alone.
        """
        with naming(self.name):
            if self.kind == STORE:
                yield from store_pieces(self.paths[0].parent, max(size // BYTES_PER_ROW, 1))
                return
            pieces = self.tables(options, size)
            if pieces is None:
                yield from slices(self.whole(options), max(size // BYTES_PER_ROW, 1))
                return
            for table, read in pieces:
                votes = votes_of_piece(table, options)
                del table  # the next one takes as much
                yield VotePiece(votes, read)
                del votes

    def tables(self, options: Reading, size: int) -> Iterator[Piece] | None:
        """Return the pieces of a table that has a vote a row; None of all else."""
        source = Source(self.paths[0])
        if self.kind in TYPED and source.packing is None and source.path.is_file():
            files = Files(self.paths, self.folder, str(self.kind))
            places = plain_places(files.table(lambda _: []), options)
            if places is not None:
                return files.pieces(places, max(size // BYTES_PER_ROW, 1))
        if self.kind in TEXT:
            suffix = ".tsv" if options.input_format == "tsv" else None
            pieces = text_pieces(source, options, size, suffix)
            if str(source.path) == STANDARD_INPUT:
                return pieces
            if (
                plain_places(next(pieces).table, options, with_file=self.rater is not None)
                is not None
            ):
                again = text_pieces(source, options, size, suffix)
                return again if self.rater is None else with_files(again, self.rater)
        return None

    def whole(self, options: Reading) -> VoteTable:
        """Read all votes at once."""
        if self.kind == "npz":
            return tensor_votes(self.paths[0], options)
        source = Source(self.paths[0])
        if len(self.paths) > 1:
            sources = [Source(path) for path in self.paths]
            held = content_of(sources, self.folder or source.path, options)
        else:
            held = content_of([source], source.path, options)
            if self.rater is not None and self.kind not in TYPED:
                stack = stacked_tables if isinstance(held, Table) else stacked_values
                held = stack([(self.rater, held)])
        votes = complete_votes(votes_of(held, options), options)
        columns: dict[str, Any] = {
            role: without_lists(votes.column(role), votes.called.get(role, role)) for role in ROLES
        }
        return replace(votes, **columns)


def inputs_of(path: Path, options: Reading) -> list[Input]:
    """Return what is read for a path: a file, or those of a folder or of a pattern."""
    if is_store(path):
        return [Input(tuple(path / name for name in names_in(path)), path, STORE)]
    if is_npz(path, options):
        refuse_columns(path, options)
        return [Input((path,), None, "npz")]
    sources = sources_of(path)
    kind = options.input_format or (None if path.name == STANDARD_INPUT else sources[0].kind)
    if kind == "parquet":
        paths = tuple(source.path for source in sources)
        return [Input(paths, path if path.is_dir() else None, kind)]
    raters = raters_names(sources) if len(sources) > 1 else [None]
    return [
        Input((source.path,), None, options.input_format or source.kind, rater)
        for source, rater in zip(sources, raters, strict=True)
    ]


def plain_places(
    table: Table, options: Reading, *, with_file: bool = False
) -> tuple[int, ...] | None:
    """Return the columns that are read of a table with a vote a row; None if it is none such."""
    if options.wide or is_numbered(options):
        return None
    if not options.count and export_of_table(table, options) is not None:
        return None
    if with_file:
        table = with_file_as_rater(with_name(table, ""))
    try:
        roles = choose_columns(table, options.columns())
    except VoteError:  # what reads the whole says best what is wrong
        return None
    beside = [name for name, _ in options.where]
    beside += [name for name in (options.truth_column, options.count) if name not in (None, NONE)]
    places = {place for found in roles.places.values() for place in found}
    return tuple(sorted(places | {table.place(name, "that was said") for name in beside}))


def votes_of_piece(table: Table, options: Reading) -> VoteTable:
    """Return the votes of some rows; there may be none."""
    import pyarrow.compute as pc

    if options.where:
        masks = [
            is_one_of(table.texts([table.place(name, "for --where")])[0], values)
            for name, values in options.where
        ]
        table = filtered(table, reduce(pc.and_, masks))
    votes = thinned(plain_votes(with_file_as_rater(table), options), options)
    check_complete(votes)
    return votes


def with_files(pieces: Iterator[Piece], stem: str) -> Iterator[Piece]:
    """Give each piece a column with the file's name."""
    for piece in pieces:
        yield piece._replace(table=with_name(piece.table, stem))


def with_name(table: Table, stem: str) -> Table:
    """Add a column with a file's name to a table."""
    import pyarrow as pa

    last = len(table.names)

    def read(places: Sequence[int]) -> list[Any]:
        held = dict(zip(own, table.read(own), strict=True)) if (own := inner(places)) else {}
        size = len(next(iter(held.values()))) if held else len(table.column(0))
        name = pa.chunked_array([pa.repeat(pa.scalar(stem), size)])
        return [name if place == last else held[place] for place in places]

    def inner(places: Sequence[int]) -> list[int]:
        return [place for place in dict.fromkeys(places) if place != last]

    return replace(table, names=(*table.names, FILE), read=read, written=table.written | {last})


def slices(votes: VoteTable, rows: int) -> Iterator[VotePiece]:
    """Yield some votes after the other of those that are in memory."""
    size = len(votes.item)
    for begin in range(0, size, rows):
        columns = {role: votes.column(role).slice(begin, rows) for role in ROLES}
        left_out = votes.left_out if begin == 0 else {}
        yield VotePiece(
            replace(votes, **columns, golden=None, line=None, left_out=left_out),
            min((begin + rows) / size, 1.0),
        )


def names_in(folder: Path) -> list[str]:
    """Name the files of a store, the manifest first."""
    return [MANIFEST, *read_manifest(folder).files]


def store_pieces(folder: Path, rows: int) -> Iterator[VotePiece]:
    """Yield the votes of a store."""
    manifest = read_manifest(folder)
    check_files(folder, manifest, hashes=True)
    raters = held_names(folder / RATERS, manifest.n_raters)
    answers = held_names(folder / ANSWERS, manifest.n_answers)
    done = 0
    for number, (_, n_votes) in enumerate(manifest.partitions):
        starts, codes = mapped_partition(folder, manifest, number)
        check_range(folder, manifest, number, starts, codes)
        items = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))
        votes = VoteTable(
            listed(items, item_names(folder, manifest, (number,))),
            listed(codes // np.int32(len(answers)), raters),
            listed(codes % np.int32(len(answers)), answers),
            written=frozenset(),
        )
        for piece in slices(votes, rows):
            yield VotePiece(piece.votes, (done + piece.read * n_votes) / manifest.n_votes)
        done += n_votes


def listed(codes: Any, names: Any) -> Any:
    """Return a column of names, of which there is a list."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes), names)


def tensor_votes(path: Path, options: Reading) -> VoteTable:
    """Return the votes of an npz file's tensor."""
    import pyarrow as pa

    arrays = arrays_of_tensor(path, options.answer_names)
    items = np.repeat(np.arange(len(arrays.starts) - 1), np.diff(arrays.starts))
    raters, answers = np.divmod(arrays.codes, np.int32(arrays.n_answers))

    def named(codes: Any, names: Sequence[Any]) -> Any:
        return pa.array(codes) if isinstance(names, range) else pa.array(list(names)).take(codes)

    return VoteTable(
        named(items, arrays.item_names),
        named(raters, arrays.rater_names),
        named(answers, arrays.answer_names),
        written=frozenset(),
    )
