"""peerannot: answers.json, for each task the answer of each worker.

References
----------
.. [1] peerannot documentation (github.com, peerannot/peerannot, doc/tutorials): "Add a dataset to
       peerannot"; its datasets/krippendorff-data/answers.json shows the layout.
"""

from __future__ import annotations

from typing import Any

from ...errors import VoteError
from ..layouts.vote_table import VoteTable
from .export import Export, ExportOptions
from .records import Answered, record_votes

# A frame as JSON has such names in one of its two floors.
COLUMNS = {
    *("task", "item", "question", "example", "text", "image", "id", "task_id", "item_id"),
    *("worker", "annotator", "rater", "performer", "user", "worker_id", "annotator_id"),
    *("label", "answer", "value", "response", "labels", "answers", "annotation", "score"),
}


def recognises(value: Any) -> bool:
    """Say whether a value is answers by worker by task, and not a table by rows or by columns."""
    if not is_answers(value):
        return False
    inner = {name for answers in value.values() for name in answers}
    if COLUMNS & {name.strip().casefold() for name in (*value, *inner)}:
        return False
    # A frame by columns: every column has the rows 0, 1, ...; tasks have numbers, columns names.
    rows = {str(number) for number in range(len(inner))}
    by_columns = all(answers.keys() == rows for answers in value.values())
    return not by_columns or all(name.isdecimal() for name in value)


def is_answers(value: Any) -> bool:
    """Say whether a value is objects in an object, and all within are answers."""
    if not isinstance(value, dict) or not any(value.values()):
        return False
    return all(
        isinstance(answers, dict) and all(isinstance(one, str | int) for one in answers.values())
        for answers in value.values()
    )


def votes(value: Any, options: ExportOptions) -> VoteTable:
    """Votes of all workers."""
    if not is_answers(value):
        raise VoteError('should be {task: {worker: answer}}, such as {"0": {"3": 1, "4": 0}}')
    rows = (
        Answered(item, {}, rater, {"answer": [answer]})
        for item, answers in value.items()
        for rater, answer in answers.items()
    )
    return record_votes(rows, options)


EXPORT = Export("peerannot", "peerannot", "json", recognises, votes)
