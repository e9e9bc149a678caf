"""Toloka: the assignments of a pool, as a tab-separated file or a frame.

References
----------
.. [1] Toloka documentation (toloka.ai/docs/guide): result-of-eval, on the fields in the file with
       responses, and pool_csv, on input, control responses and hints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import VoteError
from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .assembly import json_choices, table_votes
from .export import Export, ExportOptions
from .questions import choose_question
from .tables import filled_columns, gold_column, says, taken, text_column, with_prefix

INPUT = "INPUT:"
OUTPUT = "OUTPUT:"
GOLDEN = "GOLDEN:"
RATER = "ASSIGNMENT:worker_id"
ITEM = "ASSIGNMENT:task_id"
# Assignments that never were handed in, or were taken back.
UNDONE = ("skipped", "expired", "active")


def recognises(names: Sequence[str]) -> bool:
    """Say whether columns are of assignments, or of a pool's aggregated answers."""
    there = {folded(name) for name in names}
    answers = any(name.startswith(folded(OUTPUT)) for name in there)
    aggregated = any(name.startswith("confidence:") for name in there)
    return answers and (folded(RATER) in there or aggregated)


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of a pool; assignments that are rejected or were not handed in are left out."""
    if text_column(table, options.rater or RATER) is None and options.rater is None:
        raise VoteError(
            f"there is no column {RATER!r}: answers that Toloka has aggregated are no votes; "
            "download the pool's results"
        )
    outputs = filled_columns(table, with_prefix(table, OUTPUT))
    question = choose_question(outputs, options.answer, OUTPUT)
    name, item = task(table, options.item)
    rater = options.rater or RATER
    status = text_column(table, "ASSIGNMENT:status")
    reasons = UNDONE if options.keep_rejected else ("rejected", *UNDONE)
    return table_votes(
        item,
        text_column(table, rater, role="rater"),
        text_column(table, question),
        options,
        left_out={reason: says(status, reason) for reason in reasons},
        gold=gold_column(table, options, GOLDEN + question[len(OUTPUT) :], GOLDEN),
        choices=json_choices,
        notes=(taken(name, rater, question),),
    )


def task(table: Any, said: str | None) -> tuple[str, Any]:
    """Return what names the items: the only input, the task's id, or all inputs together."""
    import pyarrow.compute as pc

    if said is not None:
        return said, text_column(table, said, role="item", prefix=INPUT)
    inputs = filled_columns(table, with_prefix(table, INPUT))
    if len(inputs) == 1:
        return inputs[0], text_column(table, inputs[0])
    identifier = text_column(table, ITEM)
    if identifier is not None or not inputs:
        return ITEM, text_column(table, ITEM, role="item")
    parts = [pc.fill_null(text_column(table, name), "") for name in inputs]
    return " and ".join(inputs), pc.binary_join_element_wise(*parts, " / ")


EXPORT = Export("toloka", "Toloka", "table", recognises, votes)
