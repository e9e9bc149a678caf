"""Amazon Mechanical Turk: a batch's results, from the requester's site or the command-line tools.

References
----------
.. [1] Amazon Mechanical Turk documentation (docs.aws.amazon.com): "Assignment" (what a row is, and
       its AssignmentStatus); Requester UI Guide: "Reviewing Assignments Offline" (the columns
       Approve and Reject, which are filled in by hand).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..layouts.vote_table import VoteTable
from ..tables.table import folded
from .assembly import split_at, stacked, table_votes
from .crowd_html import ANSWER, JOINED, find_questions
from .export import Export, ExportOptions
from .questions import choose_question
from .tables import either, gold_column, says, taken, text_column, with_prefix

INPUT = "Input."
# Stands for a number in the names of questions and of inputs.
NUMBER = "{}"
# Between the boxes that are checked, in a cell as it comes.
CHECKED = "|"


def recognises(names: Sequence[str]) -> bool:
    """Say whether columns are a batch's: answers by their prefix, and a worker or a HIT."""
    there = {folded(name) for name in names}
    answers = any(name.startswith(folded(ANSWER)) for name in there)
    return answers and not there.isdisjoint({"workerid", "hitid"})


def votes(table: Any, options: ExportOptions) -> VoteTable:
    """Votes of a batch; rejected assignments are left out.

    Where a HIT has a question for each of several items, "{}" in `answer` stands for the number in
    the questions' names, and in `item` for the same number in those of the inputs.
    """
    questions = find_questions(table)
    if options.answer is None or NUMBER not in options.answer:
        return votes_of_question(table, questions, options)
    tables = [
        votes_of_question(table, questions, each, number)
        for number, each in numbered(list(questions), options)
    ]
    if not tables:
        choose_question(list(questions), options.answer, ANSWER)
    names = (options.item or "HITId", options.rater or "WorkerId", options.answer)
    found = stacked(tables)
    return replace(found, notes=(taken(*names), *found.notes))


def votes_of_question(
    table: Any, questions: Mapping[str, Any], options: ExportOptions, number: str | None = None
) -> VoteTable:
    """Return one question's votes; a number tells it from others of the same HIT."""
    import pyarrow.compute as pc

    question = choose_question(list(questions), options.answer, ANSWER, advice(questions))
    name = options.item or (only_input(table) if number is None else None) or "HITId"
    item = text_column(table, name, role="item", prefix=INPUT)
    if number is not None and options.item is None:
        item = pc.binary_join_element_wise(item, number, " ")
    rater = options.rater or "WorkerId"
    return table_votes(
        item,
        text_column(table, rater, role="rater"),
        questions[question],
        options,
        left_out={} if options.keep_rejected else {"rejected": rejected_rows(table)},
        gold=gold_column(table, options, None, INPUT),
        choices=lambda text: split_at(JOINED if JOINED in text else CHECKED)(text),
        notes=(taken(name, rater, question),) if number is None else (),
    )


def numbered(
    questions: Sequence[str], options: ExportOptions
) -> Iterator[tuple[str, ExportOptions]]:
    """Yield each number that questions have in place of the mark, and the options with it."""
    before, _, after = str(options.answer).partition(NUMBER)
    pattern = re.compile(
        f"(?:{re.escape(ANSWER)})?{re.escape(before)}([0-9]+){re.escape(after)}", re.IGNORECASE
    )
    for question in questions:
        found = pattern.fullmatch(question)
        if found:
            filled = (
                name if name is None else name.replace(NUMBER, found[1])
                for name in (options.item, options.truth_column)
            )
            item, truth = filled
            yield found[1], replace(options, answer=question, item=item, truth_column=truth)


def advice(questions: Iterable[str]) -> str:
    """Return how to ask for all of several questions that differ in a number alone."""
    stems = Counter(re.sub("[0-9]+", NUMBER, name, count=1) for name in questions)
    stem, count = max(stems.items(), key=lambda one: one[1], default=("", 0))
    if count < 2:
        return ""
    return f"; --answer {stem!r} takes each number for an item of its own (--item may have it, too)"


def rejected_rows(table: Any) -> Any:
    """Return which assignments are rejected, or marked to be."""
    import pyarrow.compute as pc

    mark = text_column(table, "Reject")
    return either(
        says(text_column(table, "AssignmentStatus"), "rejected"),
        None if mark is None else pc.is_valid(mark),
    )


def only_input(table: Any) -> str | None:
    """Return the column of what the worker was shown, if that is one."""
    inputs = with_prefix(table, INPUT)
    return inputs[0] if len(inputs) == 1 else None


EXPORT = Export("mturk", "Amazon Mechanical Turk", "table", recognises, votes)
