"""What `reassess compare --votes` prints: methods side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..terminal.messages import print_result, print_whole

if TYPE_CHECKING:
    from rich.table import Table

    from analysis.comparison.comparison import VotesComparison


def print_methods(data: VotesComparison) -> None:
    """Print a table of votes, and one of known items where there are any."""
    from analysis.comparison.words import (
        OF_KNOWN,
        OF_VOTES,
        known_caption,
        known_cells,
        vote_cells,
        votes_caption,
    )

    print_whole(
        table_of(
            OF_VOTES, ((one.name, *vote_cells(one)) for one in data.methods), votes_caption(data)
        )
    )
    if data.n_known:
        rows = ((one.name, *known_cells(one)) for one in data.methods)
        print_result("\n")
        print_whole(table_of(OF_KNOWN, rows, known_caption(data)))


def table_of(headings: Iterable[str], rows: Iterable[Iterable[str]], caption: str) -> Table:
    """Make a table without boxes; with one space between columns it fits 80 characters."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, caption=caption)
    table.caption_justify = "left"
    table.add_column("")
    for heading in headings:
        table.add_column(heading, justify="right")
    for name, *cells in rows:
        table.add_row(escape(name), *cells)
    return table
