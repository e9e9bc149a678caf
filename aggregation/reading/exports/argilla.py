"""Argilla: records with the responses of their users, as versions 1 and 2 write them.

References
----------
.. [1] Argilla documentation (docs.argilla.io): "Importing and exporting datasets and records"
       (version 2); (docs.v1.argilla.io): "Work with suggestions and responses" (version 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..layouts.vote_table import VoteTable
from .export import FILE, Export, ExportOptions
from .records import Answered, fields_of, first_records, record_votes, records_of

RESPONSES = ".responses"
USERS = ".responses.users"
STATUS = ".responses.status"
# The only annotation of a record of the datasets before FeedbackDataset, and whose it is.
ANNOTATION = "annotation"
AGENT = "annotation_agent"
REASONS = {"discarded": "discarded", "draft": "draft", "pending": "pending"}
# A flat record's fields that were not shown: a question's, by what its name ends with, and all's.
NOT_SHOWN = (RESPONSES, USERS, STATUS, ".suggestion", "-suggestion", "-suggestion-metadata")
OWN = {"id", "external_id", "status", "metadata", "vectors", "_server_id", FILE}


def recognises(value: Any) -> bool:
    """Say whether records have responses: under a question, or in a field of theirs."""
    return any(
        any(name.endswith(USERS) for name in record)
        or (isinstance(record.get("fields"), dict) and "responses" in record)
        or {ANNOTATION, AGENT} <= record.keys()
        or any(is_response_field(field) for field in record.values())
        for record in first_records(value)
    )


def recognises_table(names: Sequence[str]) -> bool:
    """Say whether columns are those of records, as Parquet files hold them."""
    there = set(names)
    suggestions = any(name.endswith("-suggestion") for name in names)
    return any(name.endswith(USERS) for name in names) or (
        suggestions and {"external_id", "metadata"} <= there
    )


def votes(value: Any, options: ExportOptions) -> VoteTable:
    """Votes of all responses; discarded ones and drafts are left out."""
    rows = (row for record in records_of(value) for row in answered(record))
    return record_votes(rows, options)


def votes_of_table(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of records in a table with lists."""
    return votes(table.to_pylist(), options)


def answered(record: Mapping[str, Any]) -> Iterator[Answered]:
    """Yield what each user responded to a record."""
    given: dict[tuple[Any, Any], dict[str, list[Any]]] = {}
    for question, user, value, status in responses(record):
        choices = value if isinstance(value, list) else [value]
        given.setdefault((user, status), {})[question] = [
            choice for choice in choices if choice is not None
        ]
    content = content_of(record)
    beside = {**fields_of(record.get("metadata")), **record}
    identifier = record.get("external_id") or record.get("id")
    for (user, status), questions in given.items():
        reason = REASONS.get(str(status).lower())
        yield Answered(identifier, content, user, questions, reason, beside=beside)


def responses(record: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield question, user, value and status of each response, whatever the layout."""
    nested = record.get("responses")
    if isinstance(nested, dict):  # version 2, by question
        for question, given in nested.items():
            for one in given or []:
                yield question, one.get("user_id"), one.get("value"), one.get("status")
    elif isinstance(nested, list):  # version 1, by user
        for one in nested:
            for question, given in (one.get("values") or {}).items():
                yield question, one.get("user_id"), given.get("value"), one.get("status")
    elif AGENT in record:
        yield ANNOTATION, record[AGENT], record.get(ANNOTATION), record.get("status")
    else:
        yield from flat_responses(record)


def flat_responses(record: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield the responses of a record whose questions are fields of its own."""
    for name, field in record.items():
        if name.endswith(USERS):  # version 2: values, users and status side by side
            question = name.removesuffix(USERS)
            values = record.get(question + RESPONSES) or []
            status = record.get(question + STATUS) or [None] * len(values)
            for user, value, state in zip(field or [], values, status, strict=True):
                yield question, user, value, state
        elif is_response_field(field):  # version 1: objects, or one object of lists
            for one in objects_of(field):
                yield name, one["user_id"], one["value"], one.get("status")


def is_response_field(field: Any) -> bool:
    """Say whether a field holds responses: values, and who gave them."""
    if isinstance(field, list):
        return bool(field) and all(
            isinstance(one, dict) and {"user_id", "value"} <= one.keys() for one in field
        )
    return isinstance(field, dict) and all(
        isinstance(field.get(name), list) for name in ("user_id", "value")
    )


def objects_of(field: Any) -> list[dict[str, Any]]:
    """Return responses as objects, one each."""
    if isinstance(field, list):
        return field
    return [dict(zip(field, row, strict=True)) for row in zip(*field.values(), strict=True)]


def content_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was shown: a field of its own, or all that is nothing else."""
    fields = record.get("fields", record.get("inputs"))
    if isinstance(fields, dict):
        return fields
    return {
        name: field
        for name, field in record.items()
        if name not in OWN
        and not name.endswith(NOT_SHOWN)
        and ".suggestion." not in name
        and not is_response_field(field)
        and isinstance(field, str)
    }


EXPORT = Export("argilla", "Argilla", "json", recognises, votes)
EXPORT_TABLE = Export("argilla", "Argilla", "table", recognises_table, votes_of_table)
