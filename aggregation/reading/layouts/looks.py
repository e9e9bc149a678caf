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
# So many columns with the same answer are questions of a survey.
SURVEY = 4


def looks_of(table: Table, lacking: Sequence[str]) -> str:
    """Say what a table looks like and what to do, in words that end a message; else nothing.

    `lacking` are the roles for which no column has a usual name.
    """
    lacks_raters = "rater" in lacking
    columns = [list(column.to_pylist()) for column in table.head().columns]
    if table.has_header and is_headless(table.names, columns):
        first = (
            " and its columns are item, rater, answer in this order" if len(columns) == 3 else ""
        )
        return f"the first line looks like votes, not like names: if so, say --no-header{first}"
    if lacks_raters and (pattern := numbered_name(table.names)):
        return (
            "columns are numbered: if so, give pairs by patterns such as "
            f"--rater {pattern!r} --answer 'label_{{}}'"
        )
    if lacks_raters and is_wide(columns):
        return "the table looks wide, with a column for each rater: if so, say --wide"
    if {"item", "answer"} <= {*lacking} and (count := most_sharing(columns)) >= SURVEY:
        return (
            f"{count} columns have an answer in common: if a row is a rater and a column an item, "
            "say --wide --rater COLUMN --item 'A,B,...' or a pattern such as --item 'Q*'"
        )
    if table.names and (not table.names[0].strip() or table.names[0].startswith("Unnamed: ")):
        return "the first column has no name, as an index that was written"
    return ""


def numbered_name(names: Sequence[str]) -> str | None:
    """Return a pattern of names that differ in a number, where two such patterns are there."""
    stems = Counter(re.sub("[0-9]+", "{}", name, count=1) for name in names)
    numbered = [stem for stem, count in stems.items() if count > 1 and "{}" in stem]
    return numbered[0] if len(numbered) > 1 else None


def most_sharing(columns: Sequence[Sequence[str | None]]) -> int:
    """Return how many columns have the same value, of that which most of them have."""
    values = Counter(cell for column in columns for cell in set(column) if cell is not None)
    return max(values.values(), default=0)


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
    if (
        len(values) < 2
        or len(columns[0]) < FEW
        or not every
        or SHARED * len(every) > cells
        or len(every) > HEAD // 4
    ):
        return False
    alone = sum(
        not found & set().union(*(other for other in values if other is not found))
        for found in values
    )
    return alone == 0
