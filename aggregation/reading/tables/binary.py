"""Tables in files that know their types: Parquet, Feather, and spreadsheets."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...errors import VoteError, listed
from .headers import MOST_FURTHER, further_headers, further_note
from .table import HEAD, Table, arrow_table, head_of, plain_text

# Text that Parquet holds as places in a list is read as such where the list has this many bytes a
# value or fewer, in its first group of rows, and a value takes no more than LONGEST_PLACE of them:
# once the list is full, a file has the text itself.
MOST_LISTED = 0.125
LONGEST_PLACE = 4


def parquet_table(paths: Sequence[Path], folder: Path | None) -> Table:
    """Make a table of Parquet files; what a folder's name says, as in ``rater=007``, is text.

    Parameters
    ----------
    paths : sequence of Path
    folder : Path or None
        Where the files lie, for folders below it that name a column and its value.
    """
    from pyarrow import dataset

    partitions = [] if folder is None else partition_names(paths, folder)

    def files_with(listed: list[str]) -> Any:
        options = dataset.ParquetReadOptions(dictionary_columns=listed)
        return dataset.dataset(
            [str(path) for path in paths],
            format=dataset.ParquetFileFormat(read_options=options),
            partitioning=text_partitions(partitions),
            partition_base_dir=None if folder is None else str(folder),
        )

    files = files_with([])
    names = files.schema.names
    if listed := listed_columns(files):
        files = files_with(listed)
    written = frozenset(names.index(name) for name in partitions if name in names)

    def read(places: Sequence[int]) -> list[Any]:
        chosen = list(dict.fromkeys(names[place] for place in places))
        # a local file is at hand: whole row groups read ahead cost more than they save
        options = dataset.ParquetFragmentScanOptions(pre_buffer=False)
        table = files.to_table(columns=chosen, fragment_scan_options=options)
        return [plain_text(table.column(names[place])) for place in places]

    def head() -> Any:
        return head_of(files.head(HEAD).columns)

    return Table(tuple(names), read, head, lambda row: f"row {row}", written)


def listed_columns(files: Any) -> list[str]:
    """Return the columns of text of which Parquet has lists of the values, and places in these."""
    import pyarrow as pa

    held = next(files.get_fragments()).metadata
    if not held.num_row_groups:
        return []
    group = held.row_group(0)
    columns = (group.column(place) for place in range(group.num_columns))
    text = {field.name for field in files.schema if field.type in (pa.string(), pa.large_string())}
    return [
        column.path_in_schema
        for column in columns
        if column.path_in_schema in text
        and column.has_dictionary_page
        and column.dictionary_page_offset is not None
        and column.data_page_offset - column.dictionary_page_offset
        <= MOST_LISTED * column.num_values
        and column.total_uncompressed_size <= LONGEST_PLACE * column.num_values
    ]


def partition_names(paths: Sequence[Path], folder: Path) -> list[str]:
    """Return the columns that the names of folders tell."""
    parts = (part for path in paths for part in path.relative_to(folder).parts[:-1])
    return list(dict.fromkeys(part.partition("=")[0] for part in parts if "=" in part))


def text_partitions(names: Sequence[str]) -> Any:
    """Return how folders name columns: as text, for 007 and 7 are two names."""
    import pyarrow as pa
    from pyarrow import dataset

    if not names:
        return None
    return dataset.partitioning(pa.schema([(name, pa.string()) for name in names]), flavor="hive")


def parquet_bytes_table(buffer: Any) -> Table:
    """Make a table of one Parquet file's bytes."""
    import pyarrow as pa
    from pyarrow import parquet

    table = parquet.read_table(pa.BufferReader(buffer))
    columns = [plain_text(column) for column in table.columns]
    return arrow_table(columns, table.column_names, written=False)


def feather_table(buffer: Any) -> Table:
    """Make a table of a Feather file's, or of an Arrow stream's, bytes."""
    import pyarrow as pa
    from pyarrow import feather, ipc

    try:
        table = feather.read_table(pa.BufferReader(buffer))
    except pa.ArrowInvalid:
        table = ipc.open_stream(buffer).read_all()
    columns = [plain_text(column) for column in table.columns]
    return arrow_table(columns, table.column_names, written=False)


def sheet_table(buffer: Any, *, header: bool) -> Table:
    """Make a table of a spreadsheet's first sheet that holds one.

    Raises
    ------
    VoteError
        If there is no library to read spreadsheets, or the sheets are empty.
    """
    sheets = filled_sheets(buffer)
    if not sheets:
        raise VoteError("there are no rows")
    name = first_table(sheets)
    sheet = sheets[name]
    rows = unmerged(sheet)
    width = len(rows[0])
    names = (
        [cell_text(cell) or "" for cell in rows[0]]
        if header
        else list(map(str, range(1, width + 1)))
    )
    body = [
        (number, row)
        for number, row in enumerate(rows, sheet.start[0] + 1)
        if any(cell not in (None, "") for cell in row)
    ][int(header) :]
    few = [list(map(cell_text, row)) for _, row in body[:MOST_FURTHER]]
    further = further_headers(few) if header else 0
    body = body[further:]
    columns = [text_cells([row[place] for _, row in body]) for place in range(width)]
    notes = (*sheet_note(name, sheets), *further_note(further))
    table = arrow_table(columns, names, written=True, has_header=header, notes=notes)
    return replace(table, line=lambda row: f"row {body[row][0]}")


def first_table(sheets: dict[str, Any]) -> str:
    """Return the first sheet with a second row and column: one of remarks has no table."""
    whole = (name for name, sheet in sheets.items() if min(extent(sheet)) > 1)
    return next(whole, next(iter(sheets)))


def extent(sheet: Any) -> tuple[int, int]:
    """Return how many rows and columns a sheet's cells take."""
    (top, left), (bottom, right) = sheet.start, sheet.end
    return bottom - top + 1, right - left + 1


def sheet_note(name: str, sheets: dict[str, Any]) -> tuple[str, ...]:
    """Say which of several sheets is read, and which are not."""
    others = [other for other in sheets if other != name]
    if not others:
        return ()
    which = "the first one" if name == next(iter(sheets)) else "the first with a table"
    return (
        f"Read sheet {name!r}, {which}, and not {listed(others)}: to read another, save it as csv.",
    )


def filled_sheets(buffer: Any) -> dict[str, Any]:
    """Return a spreadsheet's sheets that hold something, by name."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise VoteError(
            "spreadsheets need python-calamine: pip install 'reassess[xlsx]', or save it as csv"
        ) from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(buffer))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
    except CalamineError as error:
        raise VoteError(f"cannot be read ({error})") from error
    return {name: sheet for name, sheet in sheets.items() if sheet.start is not None}


def unmerged(sheet: Any) -> list[list[Any]]:
    """Return a sheet's rows; cells merged down a column have what the first of them holds."""
    rows: list[list[Any]] = sheet.to_python()
    first, left = sheet.start
    for (top, column), (bottom, right) in sheet.merged_cell_ranges or ():
        if column == right:
            for row in rows[top - first + 1 : bottom - first + 1]:
                row[column - left] = rows[top - first][column - left]
    return rows


def text_cells(cells: list[Any]) -> Any:
    """Return a sheet's cells as a column of text, null where one is empty."""
    import pyarrow as pa

    return pa.chunked_array([pa.array(map(cell_text, cells), pa.string())])


def cell_text(cell: Any) -> str | None:
    """Return a cell as text: sheets know no integers, so 7.0 is 7."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
