"""Label Studio: tasks with their annotations, as JSON.

References
----------
.. [1] Label Studio documentation (labelstud.io/guide): "Export annotations and data from Label
       Studio" and "Label Studio Task Format".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..layouts.vote_table import VoteTable
from .export import FILE, Export, ExportOptions
from .label_studio_min import recognises_records, votes_of_records
from .records import Answered, all_rows, first_records, record_votes, records_of

# Before version 1.0 annotations were called completions.
ANNOTATIONS = ("annotations", "completions")


def recognises(value: Any) -> bool:
    """Say whether records are tasks, with data and annotations, or JSON_MIN."""
    return recognises_records(value) or any(
        isinstance(task.get("data"), dict)
        and any(isinstance(task.get(name), list) for name in ANNOTATIONS)
        for task in first_records(value)
    )


def votes(value: Any, options: ExportOptions) -> VoteTable:
    """Votes of all annotations; cancelled ones, drafts and predictions are left out."""
    if recognises_records(value):
        return votes_of_records(value, options)
    tasks = records_of(value)
    rows = all_rows(answered(tasks, ids_of_users(tasks)))
    blank: dict[str, list[Any]] = {name: [] for row in rows for name in row.questions}
    # An annotation leaves those questions out that it does not answer.
    rows = [
        row._replace(questions={**blank, **row.questions})
        if len(row.questions) < len(blank)
        else row
        for row in rows
    ]
    return record_votes(rows, options)


def answered(tasks: Sequence[dict[str, Any]], users: Mapping[Any, Any]) -> Iterator[Answered]:
    """Yield every annotation, and what only looks like one."""
    for task in tasks:
        content = task.get("data") or {}
        beside = {"id": task.get("id"), FILE: task.get(FILE)}
        for annotation in annotations_of(task):
            cancelled = annotation.get("was_cancelled") or annotation.get("skipped")
            questions = questions_of(annotation)
            yield Answered(
                task.get("id"),
                content,
                rater_of(annotation, users),
                questions,
                "cancelled" if cancelled else None,
                questions if annotation.get("ground_truth") else None,
                beside,
            )
        for key, reason in (("drafts", "draft"), ("predictions", "prediction")):
            for _ in objects(task.get(key)):
                yield Answered(task.get("id"), content, None, {}, reason)


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; an export may have ids instead, or nothing."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def annotations_of(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a task's annotations, under their name of today or of old."""
    return next((objects(task[name]) for name in ANNOTATIONS if task.get(name)), [])


def ids_of_users(tasks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the id that goes with a mail address, where an export has users in both ways."""
    users = (note.get("completed_by") for task in tasks for note in annotations_of(task))
    return {
        user["email"]: user["id"]
        for user in users
        if isinstance(user, dict) and user.get("email") and user.get("id") is not None
    }


def rater_of(annotation: Mapping[str, Any], users: Mapping[str, Any]) -> Any:
    """Return who annotated: a number, an object with an id or an address, or an address."""
    user = annotation.get("completed_by")
    if isinstance(user, dict):
        user = next(
            (user[key] for key in ("id", "email", "username") if user.get(key) is not None), None
        )
    return users.get(user, user) if isinstance(user, str) else user


def questions_of(annotation: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return each question's choices; regions, which have a place and no choice, have none."""
    questions: dict[str, list[Any]] = {}
    for result in objects(annotation.get("result")):
        value = result.get("value")
        if isinstance(value, dict) and result.get("from_name"):
            choices = choices_of(value)
            if choices:
                questions.setdefault(result["from_name"], []).extend(choices)
    return questions


def choices_of(value: Mapping[str, Any]) -> list[Any]:
    """Return the choices of one result, whichever control they were made with."""
    if isinstance(value.get("choices"), list):
        return list(value["choices"])
    if isinstance(value.get("taxonomy"), list):
        paths = value["taxonomy"]
        return ["/".join(map(str, path)) if isinstance(path, list) else path for path in paths]
    single = next((value[key] for key in ("rating", "number", "selected") if key in value), None)
    return [] if single is None else [single]


EXPORT = Export("label_studio", "Label Studio", "json", recognises, votes)
