"""Appen, earlier Figure Eight and CrowdFlower: the full report of a job, one judgment a row.

References
----------
.. [1] Appen Success Center (success.appen.com): "Guide to: Reports Page and Options Page" (the
       full report, its columns, and the aggregated report beside it).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import VoteError
from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .assembly import split_at, table_votes
from .export import FILE, Export, ExportOptions
from .questions import choose_question, same_name
from .tables import filled_columns, gold_column, readable, says, taken, text_column, varying

ITEM = "_unit_id"
RATER = "_worker_id"
GOLD = "_gold"


def recognises(names: Sequence[str]) -> bool:
    """Say whether columns are of a report, full or aggregated."""
    there = {folded(name) for name in names}
    return ITEM in there and not there.isdisjoint(
        {RATER, "_tainted", "_trusted_judgments", "_unit_state"}
    )


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of a full report; tainted judgments are left out."""
    if options.rater is None and same_name(table.column_names, RATER) is None:
        raise VoteError(
            f"there is no column {RATER!r}: an aggregated report has no votes; "
            "download the full report"
        )
    unit = text_column(table, options.item or ITEM, role="item")
    question = find_question(table, unit, options)
    name, item = options.item or ITEM, unit
    if options.item is None:
        name, item = readable(table, unit, ITEM, data_columns(table, question))
    rater = options.rater or RATER
    tainted = says(text_column(table, "_tainted"), "true")
    return table_votes(
        item,
        text_column(table, rater, role="rater"),
        text_column(table, question),
        options,
        left_out={} if options.keep_rejected else {"tainted": tainted},
        gold=gold_column(table, options, question + GOLD),
        choices=split_at("\n"),
        notes=(taken(name, rater, question),),
    )


def find_question(table: Any, unit: Any, options: ExportOptions) -> str:
    """Return the question: with gold, else the one whose answers differ within a unit."""
    others = own_columns(table)
    if options.answer is not None:
        return choose_question(others, options.answer)
    there = {folded(name) for name in table.column_names}
    with_gold = [name for name in filled_columns(table, others) if folded(name) + GOLD in there]
    questions = with_gold or varying(table, unit, others)
    if not questions:
        raise VoteError("no column's answers differ within a unit: name the answer with --answer")
    return choose_question(questions, None)


def own_columns(table: Any) -> list[str]:
    """Return the job's own columns, questions and data, without Appen's and without gold."""
    return [
        name
        for name in table.column_names
        if not folded(name).startswith(("_", "orig__"))
        and not folded(name).endswith((GOLD, GOLD + "_reason"))
        and folded(name) not in {"", FILE}
    ]


def data_columns(table: Any, question: str) -> list[str]:
    """Return the job's own columns that are no questions, as far as it can be seen."""
    there = {folded(name) for name in table.column_names}
    return [
        name for name in own_columns(table) if name != question and folded(name) + GOLD not in there
    ]


EXPORT = Export("appen", "Appen", "table", recognises, votes)
