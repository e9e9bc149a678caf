"""Three columns that a library writes under names of its own."""

from __future__ import annotations

from typing import Any

from ..layouts.vote_table import VoteTable
from .assembly import table_votes
from .export import ExportOptions
from .questions import same_name
from .tables import gold_column, taken, text_column


def triple_votes(
    table: Any,
    options: ExportOptions,
    item: tuple[str, ...],
    rater: tuple[str, ...],
    answer: tuple[str, ...],
    gold: str | None = None,
) -> VoteTable:
    """Votes of a table whose columns have known names; each may have had others."""
    said = (options.item, options.rater, options.answer)
    names = [
        next((name for name in usual if same_name(table.column_names, name)), usual[0])
        if one is None
        else one
        for one, usual in zip(said, (item, rater, answer), strict=True)
    ]
    return table_votes(
        text_column(table, names[0], role="item"),
        text_column(table, names[1], role="rater"),
        text_column(table, names[2], role="answer"),
        options,
        gold=gold_column(table, options, gold),
        notes=(taken(*names),),
    )
