"""Labelbox: data rows with their labels (JSON lines), or a label a row (exports before 2023).

References
----------
.. [1] Labelbox documentation (docs.labelbox.com/reference): "Export image annotations" (both
       formats of a classification) and "Export quick reference" (a data row and its labels).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .export import FILE, Export, ExportOptions
from .records import NESTED, Answered, first_records, record_votes, records_of

OLD = {"label", "created by"}
OLD_ITEM = ("External ID", "DataRow ID", "ID")


def recognises(value: Any) -> bool:
    """Say whether records are data rows with projects, or labels of the older export."""
    records = first_records(value)
    return bool(records) and all(
        {"data_row", "projects"} <= record.keys() or recognises_table(list(record))
        for record in records
    )


def recognises_table(names: Sequence[str]) -> bool:
    """Say whether columns are of the older export."""
    there = {folded(name) for name in names}
    return there >= OLD and not there.isdisjoint({"datarow id", "labeled data"})


def votes(value: Any, options: ExportOptions) -> VoteTable:
    """Votes of all labels; skipped ones are left out."""
    rows = (
        row
        for record in records_of(value)
        for row in (answered(record) if "data_row" in record else answered_of_old(record))
    )
    return record_votes(rows, options)


def votes_of_table(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of an older export as csv, whose labels are JSON."""
    return votes(table.to_pylist(), options)


def answered(record: Mapping[str, Any]) -> Iterator[Answered]:
    """Yield every label of a data row, in all its projects."""
    row = record["data_row"]
    item = next((row[key] for key in ("external_id", "global_key", "id") if row.get(key)), None)
    beside = {**row, FILE: record.get(FILE)}
    for project in record["projects"].values():
        for label in project.get("labels") or []:
            skipped = (label.get("performance_details") or {}).get("skipped")
            found = (label.get("annotations") or {}).get("classifications") or []
            yield Answered(
                item,
                {},
                (label.get("label_details") or {}).get("created_by"),
                dict(classified(found)),
                "skipped" if skipped else None,
                beside=beside,
            )


def classified(found: Sequence[Mapping[str, Any]], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each question with its choices; one that hangs on another has the other's name, too."""
    for one in found:
        question = above + str(one.get("name") or one.get("value"))
        if "radio_answer" in one or "checklist_answers" in one:
            chosen = [one["radio_answer"]] if one.get("radio_answer") else []
            chosen = chosen or one.get("checklist_answers") or []
            yield question, [choice.get("name") or choice.get("value") for choice in chosen]
            for choice in chosen:
                yield from classified(choice.get("classifications") or [], question + NESTED)
        elif one.get("text_answer"):
            yield question, [one["text_answer"].get("content")]


def answered_of_old(record: Mapping[str, Any]) -> Iterator[Answered]:
    """Yield the label of an older export's row."""
    item = next((record[key] for key in OLD_ITEM if record.get(key)), None)
    label = record.get("Label")
    skipped = label in ("Skip", "{}", {}, "", None) or folded(str(record.get("Skipped"))) == "true"
    questions = {} if skipped else dict(old_questions(label))
    reason = "skipped" if skipped else None
    yield Answered(item, {}, record.get("Created By"), questions, reason, beside=record)


def old_questions(label: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield each question of an older label with its choices."""
    if isinstance(label, str):
        try:
            label = json.loads(label)
        except ValueError:
            label = {"Label": label}
    for one in label.get("classifications") or []:
        yield (
            str(one.get("title") or one.get("value")),
            old_choices(one.get("answers") or one.get("answer")),
        )
    for question, given in label.items():  # the oldest: answers by question
        if question not in ("classifications", "objects", "relationships"):
            yield question, [text for text in old_choices(given) if isinstance(text, str)]


def old_choices(given: Any) -> list[Any]:
    """Return the choices of an older answer: text, or an object with a title, or a list of them."""
    found = given if isinstance(given, list) else [given]
    titles = [
        one.get("title") or one.get("value") if isinstance(one, dict) else one for one in found
    ]
    return [title for title in titles if title]


EXPORT = Export("labelbox", "Labelbox", "json", recognises, votes)
EXPORT_TABLE = Export("labelbox", "Labelbox (csv)", "table", recognises_table, votes_of_table)
