"""Amazon Mechanical Turk: a batch's results, from the requester's site or the command-line tools.

References
----------
.. [1] Amazon Mechanical Turk documentation (docs.aws.amazon.com): "Assignment" (what a row is, and
       its AssignmentStatus); Requester UI Guide: "Reviewing Assignments Offline" (the columns
       Approve and Reject, which are filled in by hand).
.. [2] Amazon SageMaker documentation (docs.aws.amazon.com): "Crowd HTML Elements Reference" (what
       each element of a form submits).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..vote_table import VoteTable
from .assembly import split_at, stacked, table_votes
from .export import Export, ExportOptions
from .questions import choose_question, folded
from .tables import either, filled_columns, gold_column, says, taken, text_column, with_prefix

ANSWER = "Answer."
INPUT = "Input."
# Stands for a number in the names of questions and of inputs.
NUMBER = "{}"
# Crowd HTML elements: the whole form, as JSON.
FORM = "answer.taskanswers"
# Between choices: in the cells as they come, and in those that are made here.
CHECKED = "|"
JOINED = "\x1f"


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


def find_questions(table: Any) -> dict[str, Any]:
    """Return all questions with an answer, by name, and each one's column of answers."""
    plain: list[str] = []
    forms: list[str] = []
    for name in filled_columns(table, with_prefix(table, ANSWER)):
        (forms if folded(name) == FORM else plain).append(name)
    groups = radio_groups(table, plain)
    grouped = {name for options in groups.values() for name in options.values()}
    questions = {name: text_column(table, name) for name in plain if name not in grouped}
    questions |= {name: pressed(table, group) for name, group in groups.items()}
    for name in forms:
        questions |= form_questions(text_column(table, name))
    return questions


def radio_groups(table: Any, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return questions with a column of true and false for each choice: choice to column."""
    import pyarrow.compute as pc

    groups: dict[str, dict[str, str]] = {}
    for name in names:
        question, _, choice = name.rpartition(".")
        if folded(question) == folded(ANSWER[:-1]):
            continue
        values = pc.unique(text_column(table, name)).to_pylist()
        if {folded(value) for value in values if value} <= {"true", "false"}:
            groups.setdefault(question, {})[choice] = name
    return {question: group for question, group in groups.items() if len(group) > 1}


def pressed(table: Any, group: Mapping[str, str]) -> Any:
    """Return the choices whose columns say true, joined, and null where none does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen = [
        pc.if_else(says(text_column(table, name), "true"), choice + JOINED, "")
        for choice, name in group.items()
    ]
    joined = pc.utf8_rtrim(pc.binary_join_element_wise(*chosen, ""), JOINED)
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def form_questions(column: Any) -> dict[str, Any]:
    """Return the questions of forms in JSON; each distinct form is read once."""
    import pyarrow as pa

    coded = column.dictionary_encode().combine_chunks()
    forms = [read_form(text) for text in coded.dictionary.to_pylist()]
    questions = dict.fromkeys(name for form in forms for name in form)
    return {
        name: pa.array(
            [JOINED.join(form[name]) if form.get(name) else None for form in forms], pa.string()
        ).take(coded.indices)
        for name in questions
    }


def read_form(text: str) -> dict[str, list[str]]:
    """Return what a form's questions were answered; fields that hold no choice are left away."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    parts = value if isinstance(value, list) else [value]
    found = {
        name: form_choices(field)
        for part in parts
        if isinstance(part, dict)
        for name, field in part.items()
    }
    return {name: choices for name, choices in found.items() if choices is not None}


def form_choices(field: Any) -> list[str] | None:
    """Return the choices of one field of a form: none made is [], and no choice at all is None."""
    if isinstance(field, str):
        return [field] if field else []
    if isinstance(field, bool | int | float):
        return [json.dumps(field)]
    if isinstance(field, dict) and isinstance(field.get("label"), str):
        return [field["label"]]
    if isinstance(field, dict) and isinstance(field.get("labels"), list):
        labels = field["labels"]
        return labels if all(isinstance(label, str) for label in labels) else None
    if isinstance(field, dict) and field and all(isinstance(on, bool) for on in field.values()):
        return [choice for choice, on in field.items() if on]
    return None


EXPORT = Export("mturk", "Amazon Mechanical Turk", "table", recognises, votes)
