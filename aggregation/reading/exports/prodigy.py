"""Prodigy: annotated tasks, one a line, as `db-out` writes them.

References
----------
.. [1] Prodigy documentation (prodi.gy/docs): "Annotation interfaces" (choice, classification and
       the key "answer") and "Review" (versions and their sessions).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..layouts.vote_table import VoteTable
from .export import Export, ExportOptions
from .records import Answered, fields_of, first_records, record_votes, records_of

HASHES = ("_input_hash", "_task_hash")
CONTENT = ("text", "image", "audio", "video", "html")
# What `accept` holds has no name of its own.
CHOICE = "accept"
REASONS = {"ignore": "ignored", "reject": "rejected"}


def recognises(value: Any) -> bool:
    """Say whether records are annotated tasks: hashes, and the key "answer"."""
    records = first_records(value)
    return bool(records) and all(
        "answer" in task and any(name in task for name in HASHES) for task in records
    )


def votes(value: Any, options: ExportOptions) -> VoteTable:
    """Votes of annotated tasks; ignored ones are left out, and choices that were rejected."""
    rows = (row for task in records_of(value) for row in answered(task, options.keep_rejected))
    return record_votes(rows, options)


def answered(task: Mapping[str, Any], keep_rejected: bool) -> Iterator[Answered]:
    """Yield a task's answer; of a reviewed task, what each session had said, and the truth."""
    if not isinstance(task.get("versions"), list):
        rater = task.get("_annotator_id") or task.get("_session_id")
        yield vote(task, task, rater, keep_rejected)
        return
    truth = vote(task, task, None, keep_rejected)
    for version in task["versions"]:
        for session in version.get("sessions") or []:
            said = vote(task, {"answer": "accept", **version}, session, keep_rejected)
            yield said if truth.left_out else said._replace(gold=truth.questions)


def vote(
    task: Mapping[str, Any], said: Mapping[str, Any], rater: Any, keep_rejected: bool
) -> Answered:
    """Return what one rater said of one task."""
    answer = said.get("answer")
    questions: dict[str, list[Any]]
    if isinstance(said.get(CHOICE), list):
        reason = REASONS.get(str(answer))
        reason = None if reason == "rejected" and keep_rejected else reason
        questions = {CHOICE: said[CHOICE]}
    else:
        # Yes or no to a label: to reject is an answer, as to accept is.
        reason = None if answer in ("accept", "reject") else "ignored"
        questions = {str(said.get("label", "answer")): [answer]}
    identifier = task.get(HASHES[0], task.get(HASHES[1]))
    beside = {**fields_of(task.get("meta")), **task}
    return Answered(identifier, content_of(task), rater, questions, reason, beside=beside)


def content_of(task: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was shown; of data in place of a file, where they came from."""
    shown = {name: task[name] for name in CONTENT if isinstance(task.get(name), str)}
    return {
        name: task.get("path") if text.startswith("data:") else text for name, text in shown.items()
    }


EXPORT = Export("prodigy", "Prodigy", "json", recognises, votes)
