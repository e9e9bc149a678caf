"""What a table looks like whose columns cannot be told: headerless, wide, or with an index."""

from __future__ import annotations

from collections.abc import Sequence

from ..tables.table import HEAD, Table

# Columns of answers share their values: each of these is there so often, at least.
SHARED = 2


def looks_of(table: Table) -> str:
    """Say what a table looks like and what to do, in words that end a message; else nothing."""
    columns = [list(column.to_pylist()) for column in table.head().columns]
    if table.has_header and is_headless(table.names, columns):
        first = (
            " and its columns are item, rater, answer in this order" if len(columns) == 3 else ""
        )
        return f"the first line looks like votes, not like names: if so, say --no-header{first}"
    if is_wide(columns):
        return "the table looks wide, with a column for each rater: if so, say --wide"
    if table.names and (not table.names[0].strip() or table.names[0].startswith("Unnamed: ")):
        return "the first column has no name, as an index that was written"
    return ""


def is_headless(names: Sequence[str], columns: Sequence[Sequence[str | None]]) -> bool:
    """Say whether what should be columns' names are cells of their columns, too."""
    return bool(names) and any(
        name and name in cells for name, cells in zip(names, columns, strict=True)
    )


def is_wide(columns: Sequence[Sequence[str | None]]) -> bool:
    """Say whether all columns but the first have the same few values."""
    values = [{cell for cell in column if cell is not None} for column in columns[1:]]
    values = [found for found in values if found]
    cells = sum(cell is not None for column in columns[1:] for cell in column)
    every = set().union(*values)
    if len(values) < 2 or not every or SHARED * len(every) > cells or len(every) > HEAD // 4:
        return False
    alone = sum(
        not found & set().union(*(other for other in values if other is not found))
        for found in values
    )
    return alone == 0
