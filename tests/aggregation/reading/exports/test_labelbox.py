"""Data rows of Labelbox, and its older exports."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.labelbox import recognises, recognises_table, votes, votes_of_table

from .layouts import Triple, read_json, renamed, table_of, triples

PLAIN = ExportOptions()


def radio(name: str, choice: str, *below: dict[str, Any]) -> dict[str, Any]:
    answer = {"name": choice, "value": choice.lower(), "classifications": list(below)}
    return {"feature_id": "f", "name": name, "radio_answer": answer}


def label(rater: str, *found: dict[str, Any], skipped: bool = False) -> dict[str, Any]:
    return {
        "label_details": {"created_by": rater},
        "performance_details": {"skipped": skipped},
        "annotations": {"objects": [], "classifications": list(found)},
    }


def row(name: str, *labels: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"data_row": {"id": name, **more}, "projects": {"p": {"labels": list(labels)}}}


def test_every_label_of_a_data_row(exports: Path, base: Counter[Triple]) -> None:
    found = votes(read_json(exports / "labelbox.ndjson"), PLAIN)
    assert triples(found) == renamed(base, rater=lambda rater: f"{rater}@x.org")
    assert found.left_out == {}


def test_skipped_and_blank_labels_are_left_out() -> None:
    rows = [row("d", label("a", radio("q", "X")), label("b", skipped=True), label("c"))]
    found = votes(rows, PLAIN)
    assert triples(found) == Counter({("d", "a", "X"): 1})
    assert found.left_out == {"skipped": 1, "unanswered": 1}


def test_a_row_is_called_by_the_key_that_the_user_gave_it() -> None:
    one = label("a", radio("q", "X"))
    assert votes([row("d", one, global_key="g")], PLAIN).item.to_pylist() == ["g"]
    assert votes([row("d", one, external_id="e", global_key="g")], PLAIN).item.to_pylist() == ["e"]


def test_a_question_below_another_is_asked_for_by_both() -> None:
    rows = [row("d", label("a", radio("kind", "Cat", radio("breed", "Manx"))))]
    assert votes(rows, PLAIN).answer.to_pylist() == ["Cat"]
    below = votes(rows, ExportOptions(answer="kind / breed"))
    assert below.answer.to_pylist() == ["Manx"]


def test_several_questions_lists_and_text() -> None:
    boxes = {"name": "boxes", "checklist_answers": [{"name": "x"}, {"name": "y"}]}
    text = {"name": "why", "text_answer": {"content": "so"}}
    rows = [row("d", label("a", boxes, text))]
    with pytest.raises(VoteError, match="2 questions, 'boxes', 'why'"):
        votes(rows, PLAIN)
    assert votes(rows, ExportOptions(answer="why")).answer.to_pylist() == ["so"]
    with pytest.raises(VoteError, match="several choices, such as 'x', 'y'"):
        votes(rows, ExportOptions(answer="boxes"))


OLD = [
    (
        {"classifications": [{"title": "Q", "value": "q", "answer": {"title": "X", "value": "x"}}]},
        "X",
    ),
    ({"objects": [], "classifications": [{"title": "Q", "answers": [{"title": "X"}]}]}, "X"),
    ({"classifications": [{"title": "Q", "answer": "free"}]}, "free"),
    ({"Q": "X"}, "X"),
    ("X", "X"),
    ({"Q": ["X"], "box": [{"geometry": []}]}, "X"),
]


@pytest.mark.parametrize(("given", "answer"), OLD)
def test_older_exports(given: Any, answer: str) -> None:
    record = {
        "ID": "1",
        "DataRow ID": "d1",
        "External ID": "a.png",
        "Created By": "a@x.org",
        "Label": given,
    }
    skipped = {**record, "Created By": "b@x.org", "Label": {}, "Skipped": True}
    assert recognises([record, skipped])
    found = votes([record, skipped], PLAIN)
    assert triples(found) == Counter({("a.png", "a@x.org", answer): 1})
    assert found.left_out == {"skipped": 1}
    cell = (given if isinstance(given, str) else json.dumps(given)).replace('"', '""')
    table = table_of(
        f'ID,DataRow ID,Label,Created By,External ID\n1,d1,"{cell}",a@x.org,a.png\n'
        "2,d1,Skip,b@x.org,a.png\n"
    )
    assert recognises_table(table.column_names)
    assert triples(votes_of_table(table, PLAIN)) == triples(found)


def test_other_records_are_not_of_labelbox() -> None:
    assert not recognises([{"task": "a", "worker": "b", "label": "c"}])
    assert not recognises_table(["Label", "Created By", "item"])
    assert not recognises([])
