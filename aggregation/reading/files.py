"""Votes and tensors from files of any kind: what a file is, and which layout its votes have."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from ..errors import ColumnError, LayoutError, VoteError, naming
from .exports.catalogue import export_named, recognise_json, recognise_table
from .exports.export import FILE, Export, ExportOptions
from .layouts.filters import complete_votes, wanted_rows
from .layouts.nested import nested_records, saying_where, unnested
from .layouts.plain import plain_votes
from .layouts.roles import usual_places
from .layouts.vote_table import VoteTable
from .layouts.wide import is_numbered, numbered_votes, wide_votes
from .options import NONE, Reading
from .tables.binary import feather_table, parquet_bytes_table, parquet_table, sheet_table
from .tables.json_values import json_value, records_table
from .tables.sources import Source, kind_of, raters_names, sources_of
from .tables.table import Table, arrow_table
from .tables.text import text_table
from .tensors.npz import array_names, cells_of_raters, open_member, read_names
from .tensors.tensor import TensorCells

JSON_KINDS = ("json", "jsonl")
# A tensor of more is a forgery, or could be held by no machine that is asked for its posteriors.
MOST_RATERS, MOST_ITEMS = 1 << 20, 1 << 26


def read_vote_table(path: Path, options: Reading) -> VoteTable:
    """Read the votes of a file, of a folder's files or of a pattern's.

    Parameters
    ----------
    path : Path
        "-" is standard input.
    options : Reading

    Returns
    -------
    VoteTable
        Complete: nothing in it is missing.

    Raises
    ------
    VoteError
        If votes cannot be read, or columns not be told; the message names the file.
    OSError
        If there is no such file.
    """
    sources = sources_of(path)
    name = sources[0].name if len(sources) == 1 else path
    with naming(name):
        held = content_of(sources, path, options)
        votes = votes_of(held, options)
        return complete_votes(votes, options)


def read_table(path: Path, options: Reading) -> Table:
    """Read one file as a table of plain columns, such as known items.

    Raises
    ------
    VoteError
        As :func:`read_vote_table`.
    """
    sources = sources_of(path)
    held = content_of(sources, path, options)
    return held if isinstance(held, Table) else records_table(held)


def content_of(sources: Sequence[Source], path: Path, options: Reading) -> Any:
    """Return what files hold: a :class:`Table`, or a JSON value."""
    if sources[0].kind == "parquet" and options.input_format in (None, "parquet"):
        return parquet_table([source.path for source in sources], path if path.is_dir() else None)
    if len(sources) == 1:
        return one_content(sources[0], options)
    parts = []
    for source, rater in zip(sources, raters_names(sources), strict=True):
        with naming(source.name):
            parts.append((rater, one_content(source, options)))
    if any(isinstance(part, Table) for _, part in parts):
        return stacked_tables(parts)
    return stacked_values(parts)


def one_content(source: Source, options: Reading) -> Any:
    """Return what one file holds."""
    buffer = source.content()
    kind = options.input_format or kind_of(source, buffer)
    if kind in JSON_KINDS:
        return json_value(buffer, options)
    if kind == "parquet":
        return parquet_bytes_table(buffer)
    if kind == "feather":
        return feather_table(buffer)
    if kind == "xlsx":
        return sheet_table(buffer, header=options.header)
    if kind == "npz":
        raise VoteError("an npz of votes is read from a file of its own, whose name ends in .npz")
    return text_table(buffer, ".tsv" if kind == "tsv" else source.suffix, options)


def stacked_tables(parts: Sequence[tuple[str, Any]]) -> Table:
    """Return the rows of several tables, with the file of each in a column of its own."""
    import pyarrow as pa

    tables = [(stem, one if isinstance(one, Table) else records_table(one)) for stem, one in parts]
    names = list(dict.fromkeys(name for _, table in tables for name in table.names))
    columns: dict[str, list[Any]] = {name: [] for name in (*names, FILE)}
    for stem, table in tables:
        n_rows = len(table.texts([0])[0])
        for name in names:
            there = name in table.names
            column = (
                table.texts([table.names.index(name)])[0]
                if there
                else pa.nulls(n_rows, pa.string())
            )
            columns[name].extend(column.chunks if there else [column])
        columns[FILE].append(pa.array([stem] * n_rows, pa.string()))
    whole = [pa.chunked_array(chunks, pa.string()) for chunks in columns.values()]
    one = arrow_table(whole, list(columns), written=True, has_header=tables[0][1].has_header)
    sizes = map(len, columns[FILE])
    return replace(one, line=line_of_file(tables, [*accumulate(sizes, initial=0)]))


def line_of_file(
    tables: Sequence[tuple[str, Table]], starts: Sequence[int]
) -> Callable[[int], str]:
    """Return how messages call a row of several tables: by its file, and by its line there."""

    def called(row: int) -> str:
        place = bisect_right(starts, row) - 1
        stem, table = tables[place]
        return f"{table.line(row - starts[place])} of {stem}"

    return called


def stacked_values(parts: Sequence[tuple[str, Any]]) -> Any:
    """Return the records of several JSON values, with the file of each in a field of its own."""
    records = []
    for stem, value in parts:
        rows = value if isinstance(value, list) else [value]
        records += [{**row, FILE: stem} if isinstance(row, dict) else row for row in rows]
    return records


def votes_of(held: Any, options: Reading) -> VoteTable:
    """Return the votes of a table or of a JSON value, as the layout says that it has.

    Raises
    ------
    VoteError
        If the layout cannot be told.
    """
    if not isinstance(held, Table):
        export = export_of_json(held, options)
        if export is not None:
            return exported(export, held, options)
    try:
        return votes_of_rows(held if isinstance(held, Table) else records_table(held), options)
    except (LayoutError, ColumnError) as error:
        value = nested_records(held) if isinstance(held, Table) else held
        if value is None or options.wide or is_numbered(options):
            raise
        export = export_of_json(value, options) if isinstance(held, Table) else None
        if export is not None:  # JSON's records in a Parquet file
            return exported(export, value, options, held)
        found = unnested(value, options)
        if found is None:
            raise saying_where(error, value) from error
        return votes_of_rows(*found)


def votes_of_rows(table: Table, options: Reading) -> VoteTable:
    """Return the votes of those rows that are wanted."""
    table, notes = wanted_rows(table, options)
    votes = votes_of_table(table, options)
    return replace(votes, notes=(*votes.notes, *notes))


def votes_of_table(table: Table, options: Reading) -> VoteTable:
    """Return the votes of a table, as its layout says."""
    export = None if options.wide or options.count else export_of_table(table, options)
    if export is not None:
        return exported(export, table.whole(), options, table)
    if options.wide:
        return wide_votes(table, options)
    if is_numbered(options):
        return numbered_votes(table, options)
    table = with_file_as_rater(table)
    try:
        return plain_votes(table, options)
    except VoteError:
        if not any(options.columns().values()) and options.export is None:
            refuse_counts(table, options)
        raise


def with_file_as_rater(table: Table) -> Table:
    """Call the column of the files' names that of the raters, where there is no other."""
    if FILE not in table.names or usual_places(table, "rater", set()):
        return table
    place = table.names.index(FILE)
    names = (*table.names[:place], "rater", *table.names[place + 1 :])
    note = "Took the files' names for the raters."
    return replace(table, names=names, notes=(*table.notes, note))


def refuse_counts(table: Table, options: Reading) -> None:
    """Refuse counts without raters with the reason, where a table is of these."""
    import pyarrow as pa

    head = table.head()
    head = pa.Table.from_arrays(head.columns, names=list(table.names))
    export = recognise_table(table.names, head)
    if export is not None:
        exported(export, head, options)


def export_of_table(table: Table, options: Reading) -> Export | None:
    """Return the export that a table is said to be, or looks like."""
    if options.export is not None:
        return None if options.export.upper() == NONE else export_named(options.export, "table")
    return recognise_table(table.names) if table.has_header else None


def export_of_json(value: Any, options: Reading) -> Export | None:
    """Return the export that a JSON value is said to be, or looks like."""
    if options.export is not None:
        return None if options.export.upper() == NONE else export_named(options.export, "json")
    return None if options.wide or options.count else recognise_json(value)


def exported(export: Export, held: Any, options: Reading, table: Table | None = None) -> VoteTable:
    """Return the votes of an export, and say what it was taken for."""
    votes = export.votes(held, export_options(options))
    note = f"Read as an export of {export.platform} (--export NONE reads plain columns)."
    more = () if table is None else table.notes
    return replace(votes, notes=(note, *more, *votes.notes))


def export_options(options: Reading) -> ExportOptions:
    """Return what an export wants to know."""
    for role, names in options.columns().items():
        if len(names) > 1:
            raise VoteError(f"an export has one column for the {role}: --export NONE takes several")
    first = {role: names[0] if names else None for role, names in options.columns().items()}
    return ExportOptions(
        **first,
        truth_column=options.truth_column,
        multiple=options.multiple,
        keep_rejected=options.keep_rejected,
    )


def is_npz(path: Path, options: Reading) -> bool:
    """Say whether a file holds NumPy arrays, by what was said or by its name."""
    if options.input_format is not None:
        return options.input_format == "npz"
    return path.suffix.lower() == ".npz"


def read_tensor(path: Path) -> TensorCells:
    """Read `tensor` (n_raters, n_items, n_answers) as a stream; names from `ids` and `info`."""
    held = array_names(path)
    with open_member(path, "tensor") as member:
        if len(member.shape) != 3 or member.dtype.kind not in "biuf":
            raise member.fail(
                "should hold numbers, 0 and 1, with three axes (rater, item, answer): "
                f"it has {member.shape} {member.dtype}"
            )
        n_raters, n_items, n_answers = member.shape
        if not (1 <= n_raters <= MOST_RATERS and 1 <= n_items <= MOST_ITEMS and n_answers >= 1):
            raise member.fail(
                f"its shape is {member.shape}: a tensor is read of 1 to {MOST_RATERS:,} raters, 1 "
                f"to {MOST_ITEMS:,} items, and at least one answer; larger ones are given as "
                "columns, such as in Parquet"
            )
        rater_names = read_names(path, "ids", n_raters) if "ids" in held else None
        item_names = read_names(path, "info", n_items) if "info" in held else None
        try:
            rows = cells_of_raters(member, rater_names or range(n_raters))
        except VoteError as error:
            raise member.fail(str(error)) from error
    return TensorCells(rows, n_items, n_answers, item_names, rater_names)
