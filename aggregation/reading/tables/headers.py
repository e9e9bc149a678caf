"""Rows below the names of columns that are no votes either: what survey programs write of them."""

from __future__ import annotations

from collections.abc import Sequence

# Qualtrics writes the questions' texts below the columns' names, and below these such cells.
IMPORT_ID = '{"importid":'
# So many rows below the names may be such, the last of which has the cells.
MOST_FURTHER = 2


def further_headers(rows: Sequence[Sequence[str | None]]) -> int:
    """Return how many of the rows below the names are headers, too, as Qualtrics writes them.

    Examples
    --------
    >>> further_headers([["Item", "Label"], ['{"ImportId":"QID1"}', '{"ImportId":"QID2"}']])
    2
    """
    for number, row in enumerate(rows[:MOST_FURTHER], 1):
        cells = [cell.replace(" ", "").casefold() for cell in row if cell]
        if cells and all(cell.startswith(IMPORT_ID) for cell in cells):
            return number
    return 0


def further_note(count: int) -> tuple[str, ...]:
    """Say how many rows were left out for being headers, if any."""
    if not count:
        return ()
    rows = "row" if count == 1 else f"{count} rows"
    return (f"Left out the {rows} of Qualtrics below the names of the columns.",)
