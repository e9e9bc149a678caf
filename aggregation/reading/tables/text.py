"""Tables in text: csv and its kin, of any separator, with cells of any size and rows cut short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import VoteError, shown
from ..options import Reading
from .dialect import (
    SAMPLE,
    Dialect,
    after_hint,
    bad_text,
    dialect_of,
    in_utf8,
    refuse_others,
    refuse_unclosed,
    rows_of,
)
from .headers import further_headers, further_note
from .table import HEAD, Table

# pyarrow reads a file in blocks of this size at first, in which at least one row must end.
BLOCK = 1 << 22
LARGEST_BLOCK = (1 << 31) - 1
QUOTE = re.compile(b'"')


def text_table(buffer: Any, suffix: str, options: Reading) -> Table:
    """Make a table of a text file's bytes.

    Parameters
    ----------
    buffer : pyarrow.Buffer
    suffix : str
        Of the file's name, which tells what separates cells unless its lines tell otherwise.
    options : Reading

    Returns
    -------
    Table
        All columns are text, null where a cell is empty.

    Raises
    ------
    VoteError
        If the file is empty or not written as it should be.
    """
    refuse_others(buffer)
    buffer = in_utf8(buffer, options.encoding)
    form = text_form(bytes(buffer[:SAMPLE]), suffix, options, whole=len(buffer) <= SAMPLE)
    refuse_unclosed(buffer, form.dialect)
    return form.table(buffer)


@dataclass(frozen=True)
class TextForm:
    """How a text file is written, and what its beginning says of its columns.

    Attributes
    ----------
    dialect : Dialect
    names : tuple of str
    body : list of list of str
        The first rows, less the headers.
    header : int
        The line of the row that names the columns, of those below a hint; 0 if there is none.
    notes : tuple of str
    further : int
        How many rows below the names are headers, too.
    """

    dialect: Dialect
    names: tuple[str, ...]
    body: list[list[str]]
    header: int
    notes: tuple[str, ...]
    further: int = 0

    def table(self, buffer: Any, lines_before: int = 0) -> Table:
        """Make a table of all rows, or of some further ones, before which there are lines."""
        first = lines_before == 0
        dialect = self.dialect if first else self.dialect._replace(hint=False)
        header, further = (self.header, self.further) if first else (0, 0)
        file = TextFile(buffer, dialect, len(self.names), header, lines_before, further)
        return Table(
            self.names,
            file.columns,
            lambda: head_of(self.body, len(self.names)),
            file.line,
            frozenset(range(len(self.names))),
            self.header > 0,
            self.notes,
        )


def text_form(start: bytes, suffix: str, options: Reading, *, whole: bool) -> TextForm:
    """Find out how a text file is written from its first bytes, or from the whole of it."""
    # Only the header has to be UTF-8 for sure: other columns may never be read.
    sample = start.decode("utf-8", "surrogateescape")
    dialect = dialect_of(sample, suffix, options)
    sample = after_hint(sample, dialect.hint)
    numbered = first_rows(sample, dialect, whole=whole)
    if not numbered:
        raise VoteError("there are no rows")
    rows = [row for _, row in numbered]
    if (error := bad_text(rows[0])) is not None:
        raise error
    names, notes = column_names(rows, header=options.header)
    if not options.header:
        return TextForm(dialect, tuple(names), rows, 0, notes)
    further = further_headers(rows[1:])
    notes = (*notes, *further_note(further))
    return TextForm(dialect, tuple(names), rows[1 + further :], numbered[0][0], notes, further)


def first_rows(sample: str, dialect: Dialect, *, whole: bool) -> list[tuple[int, list[str]]]:
    """Return the first rows of a sample; the last one only if the sample is the whole file."""
    found = []
    for numbered in rows_of(sample, dialect):
        found.append(numbered)
        if len(found) > HEAD + 1:
            return found[:-1]
    return found if whole or len(found) < 2 else found[:-1]


def column_names(rows: list[list[str]], *, header: bool) -> tuple[list[str], tuple[str, ...]]:
    """Return what columns are called: as the header says, or by their numbers from 1."""
    if not header:
        return [str(number) for number in range(1, max(map(len, rows)) + 1)], ()
    names = rows[0]
    first = {row[0] for row in rows[1:]}
    # names of rows are each there once; else a cell has a separator in it
    if (
        first
        and len(first) == len(rows) - 1
        and all(len(row) == len(names) + 1 for row in rows[1:])
    ):
        note = "Rows have a cell more than the header: the first is taken for their name."
        return ["", *names], (note,)
    return names, ()


def trimmed(column: Any) -> Any:
    """Return text without blanks before it, null where nothing is left."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pc.utf8_ltrim(column, " ")
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def head_of(rows: list[list[str]], width: int) -> Any:
    """Return rows as text columns that are named by place."""
    import pyarrow as pa

    padded = [row[:width] + [""] * (width - len(row)) for row in rows]
    columns = [
        [row[place].encode("utf-8", "replace").decode() or None for row in padded]
        for place in range(width)
    ]
    return pa.Table.from_arrays(
        [pa.array(column, pa.string()) for column in columns],
        names=[str(place) for place in range(width)],
    )


class TextFile:
    """The rows of a text file, read by pyarrow, or one by one where some are cut short."""

    def __init__(
        self,
        buffer: Any,
        dialect: Dialect,
        width: int,
        header: int,
        lines_before: int = 0,
        further: int = 0,
    ) -> None:
        self.buffer = buffer
        self.dialect = dialect
        self.width = width
        self.header = header
        self.lines_before = lines_before
        self.further = further
        self.padded: list[list[str]] | None = None

    def columns(self, places: Sequence[int]) -> list[Any]:
        """Read columns as text, null where a cell is empty."""
        import pyarrow as pa

        if self.padded is None and not self.dialect.spaced:
            try:
                return self.read(places)
            except pa.ArrowInvalid as error:
                if "Expected" not in str(error) or "columns, got" not in str(error):
                    raise self.failure(error) from error
        self.padded = self.rows() if self.padded is None else self.padded
        columns = ([row[place] or None for row in self.padded] for place in places)
        return [pa.chunked_array([pa.array(column, pa.string())]) for column in columns]

    def read(self, places: Sequence[int]) -> list[Any]:
        """Read columns by pyarrow, in larger blocks where a cell is longer than one."""
        import pyarrow as pa

        block = BLOCK
        while True:
            try:
                table = self.read_blocks(places, block)
            except pa.ArrowInvalid as error:
                if "straddling" not in str(error) or block >= min(LARGEST_BLOCK, len(self.buffer)):
                    raise
                block = min(LARGEST_BLOCK, block * 16)
            else:
                columns = [table.column(str(place)) for place in places]
                return list(map(trimmed, columns)) if self.dialect.trimmed else columns

    def read_blocks(self, places: Sequence[int], block: int) -> Any:
        """Read columns by pyarrow in blocks of one size."""
        import pyarrow as pa
        from pyarrow import csv

        chosen = [str(place) for place in dict.fromkeys(places)]
        quoted = self.dialect.quoted and QUOTE.search(self.buffer) is not None
        return csv.read_csv(
            pa.BufferReader(self.buffer),
            read_options=csv.ReadOptions(
                block_size=block,
                column_names=[str(place) for place in range(self.width)],
                skip_rows=int(self.dialect.hint),
                # pyarrow counts blank lines here, too
                skip_rows_after_names=self.header + self.further,
            ),
            parse_options=csv.ParseOptions(
                delimiter=self.dialect.separator,
                quote_char='"' if quoted else False,
                double_quote=True,
                # a line break in quotes is no end of a row, wherever a block ends
                newlines_in_values=quoted,
            ),
            convert_options=csv.ConvertOptions(
                include_columns=chosen,
                column_types=dict.fromkeys(chosen, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )

    def text(self) -> str:
        """Return the whole file as text."""
        text = bytes(self.buffer).decode("utf-8", "surrogateescape")
        return after_hint(text, self.dialect.hint)

    def rows(self) -> list[list[str]]:
        """Take rows apart one by one: one that ends early has empty cells at its end.

        A row that is longer than the header is a VoteError.
        """
        rows = []
        for line, row in self.numbered():
            if len(row) > self.width:
                raise VoteError(
                    f"{line} has {len(row)} cells, and the header {self.width}: "
                    f"{shown(self.dialect.separator.join(row))}"
                )
            rows.append(row + [""] * (self.width - len(row)))
        return rows

    def numbered(self) -> list[tuple[str, list[str]]]:
        """Return all rows below the headers, and where they begin."""
        shift = int(self.dialect.hint) + self.lines_before
        rows = [(f"line {line + shift}", row) for line, row in rows_of(self.text(), self.dialect)]
        return rows[int(self.header > 0) + self.further :]

    def line(self, row: int) -> str:
        """Return where a row begins, such as "line 7"."""
        for place, (line, _) in enumerate(self.numbered()):
            if place == row:
                return line
        return f"row {row}"

    def failure(self, error: Exception) -> Exception:
        """Return the error of a file that pyarrow cannot read, in our words where we have some."""
        if "UTF8" not in str(error):
            return error
        return VoteError(
            "a column is not in UTF-8: say how the file is written, such as --encoding cp1252 "
            "(Windows) or latin-1"
        )
