"""Tables that are written part by part, into files beside the places that they are for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.release.files.writing import Part, named, part_of

if TYPE_CHECKING:
    from aggregation import Table


class CsvStream:
    """A csv file: the header comes with the first part."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.begun = False

    def write(self, table: Table) -> None:
        """Write the rows of a part."""
        text = table.to_csv()
        with named(self.part.path):
            self.part.stream.write((text.partition("\n")[2] if self.begun else text).encode())
        self.begun = True

    def finished(self) -> Part:
        """Return the part when all of it is on the disk."""
        self.part.finish()
        return self.part

    def drop(self) -> None:
        """Let go of it, whole or not."""


class ParquetStream:
    """A Parquet file: types are those of the first part."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.writer: Any = None

    def write(self, table: Table) -> None:
        """Write the rows of a part."""
        from pyarrow import parquet

        held = table.to_arrow()
        with named(self.part.path):
            if self.writer is None:
                self.writer = parquet.ParquetWriter(self.part.stream, held.schema)
            self.writer.write_table(held.cast(self.writer.schema))

    def finished(self) -> Part:
        """Return the part when all of it is on the disk."""
        if self.writer is not None:
            with named(self.part.path):
                self.writer.close()
        self.part.finish()
        return self.part

    def drop(self) -> None:
        """Let go of it, whole or not: the writer would end a file that is closed by then."""
        if self.writer is not None:
            with suppress(OSError):
                self.writer.close()
            self.writer.is_open = False


@contextmanager
def streamed(path: Path) -> Iterator[CsvStream | ParquetStream]:
    """Begin a table beside its place, csv or Parquet as its name says.

    What is not renamed when the block ends is removed.
    """
    with part_of(path) as part:
        stream = (ParquetStream if path.suffix == ".parquet" else CsvStream)(part)
        try:
            yield stream
        finally:
            stream.drop()
