"""What a table looks like whose columns cannot be told: headerless, wide, or with an index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..tables.table import HEAD, Table

# Columns of answers share their values: each of these is there so often, at least.
SHARED = 2
# With fewer rows nothing can be told.
FEW = 4


def looks_of(table: Table, lacking: Sequence[str]) -> str:
    """Say what a table looks like and what to do, in words that end a message; else nothing.

    `lacking` are the roles for which no column has a usual name.
    """
    columns = [list(column.to_pylist()) for column in table.head().columns]
    if table.has_header and is_headless(table.names, columns):
        first = (
            " and its columns are item, rater, answer in this order" if len(columns) == 3 else ""
        )
        return f"the first line looks like votes, not like names: if so, say --no-header{first}"
    if "rater" in lacking and len(patterns := numbered_names(table.names)) > 1:
        rater, answer = patterns[:2]
        return (
            "columns are numbered: if so, give pairs by patterns such as "
            f"--rater {rater!r} --answer {answer!r}"
        )
    if "answer" in lacking and len(lacking) > 1 and is_wide(columns):
        counts = "; counts of answers, without raters, cannot be weighed"
        return (
            "the table looks wide, with a column for each rater: if so, say --wide (with a row for "
            "each rater, --wide --rater COLUMN --item 'A,B,...', or a pattern such as --item 'Q*')"
        ) + counts * are_counts(columns[1:])
    if table.names and (not table.names[0].strip() or table.names[0].startswith("Unnamed: ")):
        return "the first column has no name, as an index that was written"
    return ""


def are_counts(columns: Sequence[Sequence[str | None]]) -> bool:
    """Say whether all cells are whole numbers, and none is empty."""
    return all(cell is not None and cell.isdecimal() for column in columns for cell in column)


def numbered_names(names: Sequence[str]) -> list[str]:
    """Return the patterns of names that differ in a number."""
    stems = Counter(re.sub("[0-9]+", "{}", name, count=1) for name in names)
    return [stem for stem, count in stems.items() if count > 1 and "{}" in stem]


def is_headless(names: Sequence[str], columns: Sequence[Sequence[str | None]]) -> bool:
    """Say whether what should be columns' names are cells of their columns, too."""
    return bool(names) and any(
        name and name in cells for name, cells in zip(names, columns, strict=True)
    )


def is_wide(columns: Sequence[Sequence[str | None]]) -> bool:
    """Say whether half of the columns, and two at least, have values in common that are few."""
    held = [[cell for cell in column if cell is not None] for column in columns]
    columns_of = Counter(cell for column in held for cell in set(column))
    sharing = [column for column in held if any(columns_of[cell] > 1 for cell in set(column))]
    every = {cell for column in sharing for cell in column}
    return (
        len(columns[0]) >= FEW
        and len(sharing) >= max(2, (len(columns) - 1) / 2)
        and SHARED * len(every) <= sum(map(len, sharing))
        and len(every) <= HEAD // 4
    )
