"""Annotations of Label Studio a row: csv, and JSON_MIN."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.label_studio_min import (
    recognises,
    recognises_records,
    votes,
    votes_of_records,
)

from .layouts import Triple, rater_number, read_json, read_table, renamed, table_of, triples

PLAIN = ExportOptions()
HEAD = "annotation_id,annotator,id,lead_time,"


def test_csv_and_json_min(exports: Path, base: Counter[Triple]) -> None:
    numbered = renamed(base, rater=lambda rater: str(rater_number(rater) + 1))
    table = read_table(exports / "labelstudio.csv")
    records = read_json(exports / "labelstudio_min.json")
    assert recognises(table.column_names)
    assert recognises_records(records)
    for found in (votes(table, PLAIN), votes_of_records(records, PLAIN)):
        assert triples(found) == numbered
        assert found.left_out == {}
        assert found.known is None


def test_data_belong_to_the_task_and_answers_do_not() -> None:
    table = table_of(HEAD + "kind,verdict,text\n1,a,1,9,k,yes,t\n2,b,1,9,k,no,t\n3,a,2,9,k,no,s\n")
    found = votes(table, PLAIN)
    assert found.answer.to_pylist() == ["yes", "no", "no"]
    assert found.item.to_pylist() == ["1", "1", "2"]
    assert votes(table, ExportOptions(item="text")).item.to_pylist() == ["t", "t", "s"]


def test_answers_repeat_where_all_agree() -> None:
    table = table_of(HEAD + "verdict,text\n1,a,1,9,yes,t\n2,b,1,9,yes,t\n3,a,2,9,yes,s\n")
    found = votes(table, PLAIN)
    assert found.answer.to_pylist() == ["yes", "yes", "yes"]
    assert found.item.to_pylist() == ["t", "t", "s"]


def test_columns_that_cannot_be_told_apart_are_named() -> None:
    table = table_of(HEAD + "verdict,text\n1,a,1,9,yes,t\n2,a,2,9,no,s\n")
    with pytest.raises(VoteError, match="which of the columns 'verdict', 'text' has the answers"):
        votes(table, PLAIN)
    assert votes(table, ExportOptions(answer="verdict")).item.to_pylist() == ["1", "2"]
    both = table_of(HEAD + "p,q\n1,a,1,9,x,y\n2,b,1,9,y,x\n")
    with pytest.raises(VoteError, match="2 questions, 'p', 'q'"):
        votes(both, PLAIN)


def test_several_choices_are_json() -> None:
    cells = '"{""choices"": [""x"", ""y""]}"'
    table = table_of(HEAD + f"q,text\n1,a,1,9,{cells},t\n2,b,1,9,x,t\n")
    with pytest.raises(VoteError, match="1 answers are of several choices, such as 'x', 'y'"):
        votes(table, PLAIN)
    split = votes(table, ExportOptions(multiple="split"))
    assert split.answer.to_pylist() == ["x", "y", "x"]
    rows = [
        {"annotation_id": 1, "annotator": 1, "id": 1, "lead_time": 1, "q": {"choices": ["x", "y"]}},
        {"annotation_id": 2, "annotator": "a@b.org", "id": 1, "lead_time": 1, "q": 3},
    ]
    found = votes_of_records(rows, ExportOptions(multiple="first"))
    assert triples(found) == Counter({("1", "1", "x"): 1, ("1", "a@b.org", "3"): 1})


def test_other_tables_are_not_of_label_studio() -> None:
    assert not recognises(["id", "annotator", "label"])
    assert not recognises_records([{"id": 1, "annotator": 2, "label": "x"}])
    assert not recognises_records([])
