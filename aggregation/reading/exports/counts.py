"""Tables of counts, how many raters gave which answer: told, and refused with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NoReturn

from ...errors import VoteError
from ..tables.table import folded
from .export import FILE, Export, ExportOptions
from .tables import text_column

WORDS = ("count", "counts", "votes", "num", "n")
# A column with one of these in its name has the raters.
RATERS = ("rater", "worker", "annotator", "performer", "user", "coder", "judge", "labeler")
# So much of a table's rows, of this many at least, has the same number of votes.
SAME = 0.8
ROWS = 3
# More rows than this are not looked at.
MOST_ROWS = 1000


def recognises(names: Sequence[str]) -> bool:
    """Say whether two columns or more are named counts of something, and the others are few."""
    if any(word in folded(name) for name in names for word in RATERS):
        return False
    named = [name for name in names if is_count(folded(name))]
    return len(named) > 1 and len(named) >= len(set(names) - {FILE}) - 2


def is_count(name: str) -> bool:
    """Say whether a name, such as n_cat or cat_count, is of a count of something."""
    first, _, rest = name.partition("_")
    start, _, last = name.rpartition("_")
    return bool((first in WORDS and rest) or (last in WORDS[:3] and start))


def holds_counts(table: Any) -> bool:
    """Say whether all columns but the first are counts: whole, some 0, most rows of the same sum.

    Parameters
    ----------
    table : pyarrow.Table
        Its first column names the items.

    Returns
    -------
    bool
        Whether every other cell is a whole number, one at least is 0, one at least above 1, and
        four rows in five have the same sum. Answers 0, 1, 2, ... in a column a rater would look
        so only if the raters agreed on one that is not 0 nearly always.
    """
    table = table.slice(0, MOST_ROWS)
    columns = [numbers(text_column(table, name)) for name in distinct(table)[1:]]
    if len(columns) < 2 or table.num_rows < ROWS or any(column is None for column in columns):
        return False
    rows = list(zip(*(column or [] for column in columns), strict=True))
    sums = Counter(map(sum, rows))
    total, often = sums.most_common(1)[0]
    cells = [cell for row in rows for cell in row]
    return often >= SAME * len(rows) and total > 1 and 0 in cells and 1 < max(cells) <= total


def distinct(table: Any) -> list[str]:
    """Return a table's columns of its own, once each."""
    return [name for name in dict.fromkeys(table.column_names) if name != FILE]


def numbers(column: Any) -> list[int] | None:
    """Return a column's numbers, or None if a cell is empty or not a whole number above -1."""
    values = column.to_pylist()
    if all(value is not None and value.isdecimal() for value in values):
        return list(map(int, values))
    return None


def votes(table: Any, options: ExportOptions) -> NoReturn:  # noqa: ARG001
    """Raise VoteError: counts have no raters."""
    refuse()


def refuse() -> NoReturn:
    """Raise the VoteError that says why counts cannot be weighed."""
    raise VoteError(
        "counts of answers, without who gave them: without raters there is nothing to weigh, and "
        "only shared rates or agreement can be had. Give a row a vote, with its rater; if "
        "columns are raters, say --wide"
    )


EXPORT = Export("counts", "counts of answers", "table", recognises, votes)
