"""Tables a piece at a time, for files that do not fit in memory."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import VoteError
from ..options import Reading
from .dialect import SAMPLE, Dialect, refuse_others, refuse_unclosed, rows_end, written_in
from .sources import Source
from .table import Table, head_of, plain_text
from .text import text_form

# Arrow reads so many bytes of a file's column at a time.
BUFFER = 1 << 20


class Piece(NamedTuple):
    """Some rows of a file, in its order, and which share of the file is read when they are."""

    table: Table
    read: float


def text_pieces(
    source: Source, options: Reading, size: int, suffix: str | None = None
) -> Iterator[Piece]:
    """Read a text file in pieces of about `size` bytes; where they end depends on nothing else.

    `suffix` is taken for the end of the file's name.

    Raises
    ------
    VoteError
        As :func:`text_table`.
    """
    import pyarrow as pa

    size = max(size, 2 * SAMPLE)  # so that the first chunk tells whether it is all
    with source.stream() as stream:
        chunks = utf8_chunks(stream, options.encoding, size)
        first = next(chunks, b"")
        if not first:
            raise VoteError("is empty")
        suffix = source.suffix if suffix is None else suffix
        form = text_form(first[:SAMPLE], suffix, options, whole=len(first) <= SAMPLE)
        newline = b"\n" if b"\n" in first else b"\r"
        lines = done = 0
        for rows in whole_rows(first, chunks, form.dialect, newline):
            done += len(rows)
            refuse_unclosed(rows, form.dialect, lines)
            yield Piece(form.table(pa.py_buffer(rows), lines), share_read(source, done))
            lines += rows.count(newline)


def share_read(source: Source, done: int) -> float:
    """Say which share of a file is read after so many bytes; unknown ends are taken for near."""
    if source.packing is not None or not source.path.is_file():
        return 0.5
    return min(done / source.path.stat().st_size, 1.0)


def utf8_chunks(stream: Any, encoding: str | None, size: int) -> Iterator[bytes]:
    """Read a stream in chunks of `size` bytes, which come in UTF-8 and without a mark."""
    first = read_fully(stream, size)
    refuse_others(first)
    mark, encoding = written_in(first, encoding)
    chunks = chain((first[len(mark) :],), iter(lambda: read_fully(stream, size), b""))
    if encoding is None:
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise VoteError(f"is not written in {encoding} ({error})") from error


def read_fully(stream: Any, size: int) -> bytes:
    """Read `size` bytes, or as many as there are: what packed streams give at once is their own."""
    parts = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def whole_rows(
    first: bytes, chunks: Iterator[bytes], dialect: Dialect, newline: bytes
) -> Iterator[bytes]:
    """Cut text where rows end; one with blanks before quotes stays whole, for these hide ends."""
    if dialect.spaced:
        yield first + b"".join(chunks)
        return
    held = first
    while True:
        end = rows_end(held, dialect, newline)
        if end:
            yield held[:end]
        chunk = next(chunks, b"")
        if not chunk:
            break
        held = held[end:] + chunk
    if held[end:]:
        yield held[end:]


class Files:
    """Parquet or Feather files of one schema, read a piece at a time.

    Parameters
    ----------
    paths : sequence of Path
    folder : Path or None
        Where they lie, for folders below it that name a column and its value.
    kind : {"parquet", "feather"}
    """

    def __init__(self, paths: Sequence[Path], folder: Path | None, kind: str) -> None:
        from pyarrow import dataset

        from .binary import partition_names, text_partitions

        named = [] if folder is None else partition_names(paths, folder)
        self.files = dataset.dataset(
            [str(path) for path in paths],
            format=kind,
            partitioning=text_partitions(named),
            partition_base_dir=None if folder is None else str(folder),
        )
        self.kind = kind
        self.names = tuple(self.files.schema.names)
        self.written = frozenset(self.names.index(name) for name in named if name in self.names)

    def table(self, read: Callable[[Sequence[int]], list[Any]], before: int = 0) -> Table:
        """Make a table of rows before which there are others."""
        return Table(
            self.names,
            read,
            lambda: head_of(self.files.head(1000).columns),
            lambda row: f"row {before + row}",
            self.written,
        )

    def pieces(self, places: Sequence[int], rows: int) -> Iterator[Piece]:
        """Read some columns in pieces of `rows` rows; no other columns can be read of them."""
        total, before = max(self.files.count_rows(), 1), 0
        for held in self.batches(sorted(set(places)), rows):
            table = self.table(reader_of(held, self.names), before)
            before += held.num_rows
            yield Piece(table, before / total)

    def batches(self, places: Sequence[int], rows: int) -> Iterator[Any]:
        """Yield tables of Arrow, of as many rows each, but for the last."""
        import pyarrow as pa
        from pyarrow import dataset

        more: dict[str, Any] = {}
        if self.kind == "parquet":
            more["fragment_scan_options"] = dataset.ParquetFragmentScanOptions(
                use_buffered_stream=True, buffer_size=BUFFER, pre_buffer=False
            )
        scanner = self.files.scanner(
            columns=[self.names[place] for place in places],
            batch_size=min(rows, 1 << 17),
            batch_readahead=1,
            fragment_readahead=1,
            use_threads=False,
            **more,
        )
        held, n_held = [], 0
        for batch in scanner.to_batches():
            held.append(batch)
            n_held += batch.num_rows
            while n_held >= rows:
                table = pa.Table.from_batches(held)
                yield table.slice(0, rows)
                held, n_held = table.slice(rows).to_batches(), n_held - rows
        if n_held:
            yield pa.Table.from_batches(held)


def reader_of(held: Any, names: Sequence[str]) -> Callable[[Sequence[int]], list[Any]]:
    """Return what reads the columns of a table by their place among all names."""
    return lambda places: [plain_text(held.column(names[place])) for place in places]
