"""doccano: labelled texts or images; a file a rater, or annotations with their user.

References
----------
.. [1] doccano (github.com, doccano/doccano): backend/data_export, its formats of export;
       github.com/doccano/doccano/issues/1965 (a file a user) and 1291 (annotations and users);
       github.com/doccano/doccano/pull/46 (the oldest records).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...errors import VoteError, listed
from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .assembly import split_at, table_votes
from .export import FILE, Export, ExportOptions
from .records import Answered, first_records, record_votes, records_of
from .tables import gold_column, taken, text_column

CONTENT = ("text", "data", "filename")
LABELS = ("label", "labels", "cats")
# The last was the only one in some exports before version 1.2.
IDS = {"id", "doc_id", "annotation_approver"}
# Between the labels of a cell.
JOINED = "#"


def recognises(value: Any) -> bool:
    """Say whether records are examples: an id, what was shown, and a list of labels."""
    records = first_records(value)
    return bool(records) and all(
        not IDS.isdisjoint(example)
        and any(isinstance(example.get(name), str) for name in CONTENT)
        and (labels_of(example) is not None or has_users(example))
        for example in records
    )


def recognises_table(names: Sequence[str]) -> bool:
    """Say whether columns are of examples, from several files: one file has no rater."""
    there = {folded(name) for name in names}
    return {"id", "label", FILE} <= there and not there.isdisjoint(CONTENT)


def labels_of(example: Mapping[str, Any]) -> list[Any] | None:
    """Return an example's labels, or None if it has no list of them."""
    return next((example[name] for name in LABELS if isinstance(example.get(name), list)), None)


def has_users(example: Mapping[str, Any]) -> bool:
    """Say whether an example has annotations that name their user, as before version 1.2."""
    notes = example.get("annotations")
    return isinstance(notes, list) and all(
        isinstance(note, dict) and "label" in note and "user" in note for note in notes
    )


def votes(value: Any, options: ExportOptions) -> VoteTable:
    """Votes of examples; those without a label are left out."""
    rows = (row for example in records_of(value) for row in answered(example))
    return record_votes(rows, options)


def answered(example: Mapping[str, Any]) -> Iterator[Answered]:
    """Yield what the file's rater, or each user, said of an example."""
    content = {name: example[name] for name in CONTENT if isinstance(example.get(name), str)}
    labels = labels_of(example)
    by_rater: dict[Any, list[Any]] = {}
    if labels is not None:
        by_rater[example.get("username")] = labels
    elif has_users(example):
        for note in example["annotations"]:
            label = note if "start_offset" in note else note["label"]
            by_rater.setdefault(note["user"], []).append(label)
    for rater, choices in by_rater.items():
        spans = [choice for choice in choices if isinstance(choice, list | dict)]
        if spans:
            raise VoteError(
                f"labels are of parts of a text, such as {listed([str(spans[0])])}: only labels "
                "of whole examples are votes"
            )
        yield Answered(
            example.get("id", example.get("doc_id")),
            content,
            rater,
            {"label": choices},
            beside=example,
        )


def votes_of_table(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of a csv; labels of one cell are joined by "#"."""
    item = options.item or next(
        (name for name in (*CONTENT, "id") if text_column(table, name) is not None), "text"
    )
    rater = options.rater or FILE
    if text_column(table, rater) is None and options.rater is None:
        raise VoteError(
            "does not say whose labels it has: where each rater has a file, give their folder or "
            "a pattern such as 'labels_*.csv'"
        )
    answer = options.answer or "label"
    return table_votes(
        text_column(table, item, role="item"),
        text_column(table, rater, role="rater"),
        text_column(table, answer, role="answer"),
        options,
        gold=gold_column(table, options, None),
        choices=split_at(JOINED),
        notes=(taken(item, rater, answer),),
    )


EXPORT = Export("doccano", "doccano", "json", recognises, votes)
EXPORT_TABLE = Export("doccano", "doccano (csv)", "table", recognises_table, votes_of_table)
