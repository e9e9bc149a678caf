"""What `reassess accuracy` prints on a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..terminal.messages import console

if TYPE_CHECKING:
    from analysis.accuracy.table import AccuracyRow

HEADINGS = ("labels", "top", "correct", "images", "accuracy [95 %]", "McNemar, mid-p")


def print_table(rows: Sequence[AccuracyRow]) -> None:
    """Print the accuracies in percent, and the difference of two models below them."""
    from rich.table import Table

    differences = [row.model for row in rows if row.is_difference]
    table = Table(
        box=None,
        padding=(0, 1, 0, 0),
        caption=f"difference: {differences[0]}, in percentage points" if differences else None,
        caption_justify="left",
    )
    table.add_column("", overflow="fold")
    for heading in HEADINGS:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            "difference" if row.is_difference else row.model,
            row.labels,
            f"{row.k}",
            f"{row.correct:,}",
            f"{row.images:,}",
            with_interval(row),
            p_value(row.p_mid),
        )
    console(markup=False).print(table)


def print_ranks(rows: Sequence[AccuracyRow]) -> None:
    """Print three models or more, a line each and a table a k, the best by ReaL accuracy first."""
    from rich.table import Table

    for k in dict.fromkeys(row.k for row in rows):
        of_k = {(row.model, row.labels): row for row in rows if row.k == k}
        real = [row for row in of_k.values() if row.labels == "ReaL" and row.rank is not None]
        first = real[0].model
        table = Table(
            box=None,
            padding=(0, 1, 0, 0),
            title=f"top {k}, in percent [95 %]",
            title_justify="left",
            caption=f"difference in ReaL accuracy from {first}, with McNemar's mid-p",
            caption_justify="left",
        )
        table.add_column("", overflow="fold")
        for heading in ("ReaL", "rank", "original", "rank", "difference"):
            table.add_column(heading, justify="right", no_wrap=True)
        for row in sorted(real, key=lambda row: row.rank or 0):
            original = of_k[row.model, "original"]
            table.add_row(
                row.model,
                with_interval(row),
                f"{row.rank}",
                with_interval(original),
                f"{original.rank}",
                difference(of_k.get((f"{row.model} - {first}", "ReaL"))),
            )
        console(markup=False).print(table)


def with_interval(row: AccuracyRow) -> str:
    """Write an accuracy in percent, with its interval."""
    return f"{100 * row.accuracy:.2f} [{100 * row.low:.2f}, {100 * row.high:.2f}]"


def difference(row: AccuracyRow | None) -> str:
    """Write a difference in percentage points, with its p-value; nothing where there is none."""
    return "" if row is None else f"{100 * row.accuracy:+.2f}, {p_value(row.p_mid)}"


def p_value(p: float) -> str:
    """Write a p-value in two digits; nothing where there is none."""
    if math.isnan(p):
        return ""
    return f"p = {p:.2g}" if p >= 1e-15 else "p < 1e-15"
