"""Tables that are written part by part, and are in their place when they are whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregation import Table


class CsvStream:
    """A csv file: the header comes with the first part."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("w", encoding="utf-8", newline="")
        self.begun = False

    def write(self, table: Table) -> None:
        """Write the rows of a part."""
        text = table.to_csv()
        self.file.write(text.partition("\n")[2] if self.begun else text)
        self.begun = True

    def close(self) -> None:
        """End the file."""
        self.file.close()


class ParquetStream:
    """A Parquet file: types are those of the first part."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer: Any = None

    def write(self, table: Table) -> None:
        """Write the rows of a part."""
        from pyarrow import parquet

        held = table.to_arrow()
        if self.writer is None:
            self.writer = parquet.ParquetWriter(self.path, held.schema)
        self.writer.write_table(held.cast(self.writer.schema))

    def close(self) -> None:
        """End the file."""
        if self.writer is not None:
            self.writer.close()


@contextmanager
def streamed(path: Path) -> Iterator[CsvStream | ParquetStream]:
    """Write a table part by part, csv or Parquet as its name says; whole, it comes to its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    stream = ParquetStream(part) if path.suffix == ".parquet" else CsvStream(part)
    try:
        yield stream
        stream.close()
        part.replace(path)
    finally:
        stream.close()
        part.unlink(missing_ok=True)
