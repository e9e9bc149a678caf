"""Label Studio: an annotation a row, as csv or tab-separated, or the same as JSON_MIN.

References
----------
.. [1] Label Studio documentation (labelstud.io/guide): "Export annotations and data from Label
       Studio", on CSV, TSV and JSON_MIN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import VoteError
from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .assembly import json_choices, table_votes
from .export import FILE, Export, ExportOptions
from .questions import choose_question
from .records import as_text, first_records, records_of
from .tables import filled_columns, gold_column, one_to_one, readable, taken, text_column, varying

ITEM = "id"
RATER = "annotator"
# What is neither a question nor data.
OWN = {"annotation_id", RATER, "created_at", ITEM, "lead_time", "updated_at", "agreement", "", FILE}


def recognises(names: Sequence[str]) -> bool:
    """Say whether columns are those that every such export has."""
    return {"annotation_id", RATER, ITEM, "lead_time"} <= {folded(name) for name in names}


def recognises_records(value: Any) -> bool:
    """Say whether records have the fields that every such export has."""
    records = first_records(value)
    return bool(records) and all(recognises(list(record)) for record in records)


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of a table of annotations."""
    task = text_column(table, options.item or ITEM, role="item")
    question = find_question(table, task, options.answer)
    name, item = (options.item or ITEM), task
    if options.item is None:
        own = {*OWN, folded(question)}
        data = [name for name in table.column_names if folded(name) not in own]
        name, item = readable(table, task, ITEM, data)
    rater = options.rater or RATER
    return table_votes(
        item,
        text_column(table, rater, role="rater"),
        text_column(table, question),
        options,
        gold=gold_column(table, options, None),
        choices=json_choices,
        notes=(taken(name, rater, question),),
    )


def votes_of_records(value: Any, options: ExportOptions) -> VoteTable:
    """Votes of JSON_MIN: records with what would be a row of the table."""
    import pyarrow as pa

    records = records_of(value)
    names = dict.fromkeys(name for record in records for name in record)
    columns = {
        name: pa.array((as_text(record.get(name)) for record in records), pa.string())
        for name in names
    }
    return votes(pa.table(columns), options)


def find_question(table: Any, task: Any, said: str | None) -> str:
    """Return the question: the column that differs within a task, else the one that repeats."""
    others = [name for name in table.column_names if folded(name) not in OWN]
    if said is not None:
        return choose_question(others, said)
    others = filled_columns(table, others)
    # Data belong to the task. Where all raters agree the answers may, too: but they repeat.
    questions = varying(table, task, others) or [
        name for name in others if not one_to_one(task, text_column(table, name))
    ]
    if not questions and others:
        raise VoteError(
            f"which of the columns {', '.join(map(repr, others))} has the answers? "
            "Say it with --answer"
        )
    return choose_question(questions, None)


EXPORT = Export("label_studio", "Label Studio", "table", recognises, votes)
