"""Questions of forms on Mechanical Turk: a column each, one a choice, or all of a form as JSON.

References
----------
.. [1] Amazon SageMaker documentation (docs.aws.amazon.com): "SageMaker Crowd HTML Elements", the
       section "Output" of each element, such as crowd-classifier-multi-select and
       crowd-radio-group.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..tables.table import folded
from .tables import filled_columns, says, text_column, with_prefix

ANSWER = "Answer."
# The whole form, as JSON.
FORM = "answer.taskanswers"
# Between choices, in columns that are made here.
JOINED = "\x1f"


def find_questions(table: Any) -> dict[str, Any]:
    """Return all questions with an answer, by name, and each one's column of answers.

    Several choices in one answer are joined by `JOINED` where they had a column or a field each.
    """
    plain: list[str] = []
    forms: list[str] = []
    for name in filled_columns(table, with_prefix(table, ANSWER)):
        (forms if folded(name) == FORM else plain).append(name)
    groups = button_columns(table, plain)
    grouped = {name for buttons in groups.values() for name in buttons.values()}
    questions = {name: text_column(table, name) for name in plain if name not in grouped}
    questions |= {name: pressed(table, buttons) for name, buttons in groups.items()}
    for name in forms:
        questions |= form_questions(text_column(table, name))
    return questions


def button_columns(table: Any, names: Sequence[str]) -> dict[str, dict[str, str]]:
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
    found = {question: buttons for question, buttons in groups.items() if len(buttons) > 1}
    lone = {
        question: next(iter(buttons.items()))
        for question, buttons in groups.items()
        if len(buttons) == 1
    }
    if len(lone) > 1:
        together = dict(zip(own_names(lone), (name for _, name in lone.values()), strict=True))
        if pc.max(presses(table, together)).as_py() == 1:
            found[ANSWER + " or ".join(together)] = together
    return found


def own_names(lone: Mapping[str, tuple[str, Any]]) -> list[str]:
    """Return a name for each of some lone buttons: its value, or its own where values repeat."""
    values = [value for value, _ in lone.values()]
    if len(set(values)) == len(values):
        return values
    return [name.removeprefix(ANSWER) for name in lone]


def presses(table: Any, buttons: Mapping[str, str]) -> Any:
    """Return in how many of some columns each row says true."""
    import pyarrow as pa
    import pyarrow.compute as pc

    total: Any = pa.scalar(0, pa.int64())
    for name in buttons.values():
        total = pc.add(total, says(text_column(table, name), "true").cast(pa.int64()))
    return total


def pressed(table: Any, buttons: Mapping[str, str]) -> Any:
    """Return the choices whose columns say true, joined, and null where none does."""
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen = [
        pc.if_else(says(text_column(table, name), "true"), choice + JOINED, "")
        for choice, name in buttons.items()
    ]
    joined = pc.utf8_rtrim(pc.binary_join_element_wise(*chosen, ""), JOINED)
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def form_questions(column: Any) -> dict[str, Any]:
    """Return the questions of forms in JSON; each distinct form is read once."""
    import pyarrow as pa

    coded = column.dictionary_encode().combine_chunks()
    forms = with_groups([read_form(text) for text in coded.dictionary.to_pylist()])
    questions: dict[str, list[str | None]] = {}
    for number, form in enumerate(forms):
        for name, field in form.items():
            choices = form_choices(field)
            if choices is not None:
                answers = questions.setdefault(name, [None] * len(forms))
                answers[number] = JOINED.join(choices) or None
    return {
        name: pa.array(answers, pa.string()).take(coded.indices)
        for name, answers in questions.items()
    }


def read_form(text: str) -> dict[str, Any]:
    """Return a form's fields: none of what is no form."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    parts = value if isinstance(value, list) else [value]
    return {name: field for part in parts if isinstance(part, dict) for name, field in part.items()}


def with_groups(forms: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return forms in which buttons that submit a field each are one question.

    They are told by their fields, of one choice that is on or off, of which never two are on.
    """
    lone: dict[str, tuple[str, Any]] = {}
    others = set()
    for form in forms:
        for name, field in form.items():
            if isinstance(field, dict) and [type(on) for on in field.values()] == [bool]:
                lone.setdefault(name, (next(iter(field)), None))
            else:
                others.add(name)
    lone = {name: value for name, value in lone.items() if name not in others}
    on = [[name for name in lone if any(form.get(name, {}).values())] for form in forms]
    if len(lone) < 2 or max(map(len, on)) != 1:
        return list(forms)
    choices = dict(zip(lone, own_names(lone), strict=True))
    question = " or ".join(choices.values())
    return [
        {
            **{name: field for name, field in form.items() if name not in lone},
            question: {choices[name]: name in on_here for name in lone},
        }
        for form, on_here in zip(forms, on, strict=True)
    ]


def form_choices(field: Any) -> list[str] | None:
    """Return the choices of one field of a form: none made is [], and no choice at all is None."""
    if isinstance(field, str):
        return [field] if field else []
    if isinstance(field, bool | int | float):
        return [json.dumps(field)]
    if not isinstance(field, dict) or not field:
        return None
    if isinstance(field.get("label"), str):
        return [field["label"]]
    labels = field.get("labels")
    if isinstance(labels, list):
        return labels if all(isinstance(label, str) for label in labels) else None
    if all(isinstance(on, bool) for on in field.values()):
        return [choice for choice, on in field.items() if on]
    return None
