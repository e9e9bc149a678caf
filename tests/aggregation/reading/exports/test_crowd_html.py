"""Questions of forms: buttons in columns of their own, and Crowd HTML elements in JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aggregation.reading.exports.crowd_html import JOINED, find_questions

from .layouts import table_of

HEAD = "HITId,WorkerId,"


def questions(table: Any) -> dict[str, list[str | None]]:
    return {name: column.to_pylist() for name, column in find_questions(table).items()}


def forms(*fields: Any) -> dict[str, list[str | None]]:
    cells = (json.dumps([form]).replace('"', '""') for form in fields)
    return questions(
        table_of("Answer.taskAnswers,x\n" + "".join(f'"{cell}",1\n' for cell in cells))
    )


def test_buttons_with_a_column_each_are_one_question() -> None:
    table = table_of(
        HEAD + "Answer.mood.good,Answer.mood.bad,Answer.mood.odd one\n"
        "1,a,true,false,false\n1,b,false,false,true\n2,a,False,TRUE,false\n2,b,false,false,false\n"
    )
    assert questions(table) == {"Answer.mood": ["good", "odd one", "bad", None]}


def test_checked_boxes_with_a_column_each_are_joined() -> None:
    table = table_of(HEAD + "Answer.q.a,Answer.q.b\n1,a,true,true\n2,a,false,true\n")
    assert questions(table) == {"Answer.q": [f"a{JOINED}b", "b"]}


def test_one_column_of_true_and_false_is_a_question() -> None:
    table = table_of(HEAD + "Answer.is.cat,Answer.note\n1,a,true,x\n1,b,false,y\n")
    assert questions(table) == {"Answer.is.cat": ["true", "false"], "Answer.note": ["x", "y"]}


def test_lone_buttons_of_which_one_is_pressed_are_one_question() -> None:
    table = table_of(
        HEAD + "Answer.good.good,Answer.bad.bad\n1,a,true,false\n2,a,false,true\n3,a,false,false\n"
    )
    assert questions(table) == {"Answer.good or bad": ["good", "bad", None]}
    same = table_of(HEAD + "Answer.good.on,Answer.bad.on\n1,a,true,false\n2,a,false,true\n")
    assert questions(same) == {"Answer.good or bad": ["good", "bad"]}


def test_lone_boxes_of_which_two_are_checked_are_questions_each() -> None:
    table = table_of(HEAD + "Answer.good.on,Answer.new.on\n1,a,true,true\n2,a,false,true\n")
    assert list(questions(table)) == ["Answer.good.on", "Answer.new.on"]
    boxes = [{"good": {"on": True}, "new": {"on": True}}, {"good": {"on": False}}]
    assert forms(*boxes) == {"good": ["on", None], "new": ["on", None]}


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({"q": {"label": "cat"}}, "cat"),
        ({"q": {"cat": False, "dog": True}}, "dog"),
        ({"q": "cat"}, "cat"),
        ({"q": True}, "true"),
        ({"q": 3}, "3"),
        ({"q": {"labels": ["cat"]}}, "cat"),
        ({"q": {"labels": ["cat", "dog"]}}, f"cat{JOINED}dog"),
        ({"q": {"labels": []}}, None),
        ({"q": {"cat": False, "dog": False}}, None),
        ({"q": ""}, None),
        ({"other": {"boundingBoxes": [{"left": 1}]}}, None),
        ({"q": {}}, None),
    ],
)
def test_what_each_element_submits(form: Any, answer: str | None) -> None:
    assert forms({"q": "always"}, form) == {"q": ["always", answer]}


def test_lone_buttons_of_forms_are_one_question() -> None:
    found = forms(
        {"good": {"good": True}, "bad": {"bad": False}, "why": "so"},
        {"good": {"good": False}, "bad": {"bad": True}, "why": ""},
        {"good": {"good": False}, "bad": {"bad": False}},
    )
    assert found == {"why": ["so", None, None], "good or bad": ["good", "bad", None]}


def test_what_is_no_form_answers_nothing() -> None:
    table = table_of("Answer.taskAnswers,x\n{oops,1\n3,1\n[4],1\n")
    assert questions(table) == {}
