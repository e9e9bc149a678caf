"""Examples of doccano."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.doccano import recognises, recognises_table, votes, votes_of_table
from aggregation.reading.exports.export import FILE, ExportOptions

from .layouts import Triple, read_json, renamed, table_of, triples

PLAIN = ExportOptions()


def example(number: int, *labels: Any, rater: str = "ann", **more: Any) -> dict[str, Any]:
    return {"id": number, "text": f"t{number}", "label": list(labels), FILE: rater, **more}


def test_a_file_a_rater(exports: Path, base: Counter[Triple]) -> None:
    files = sorted(exports.glob("doccano_*.jsonl"))
    assert len(files) == 4
    assert all(recognises(read_json(path)) for path in files)
    examples = [{**one, FILE: path.stem} for path in files for one in read_json(path)]
    found = votes(examples, PLAIN)
    assert triples(found) == renamed(base, rater=lambda rater: f"doccano_{rater}")
    assert found.left_out == {}


def test_one_file_does_not_say_whose_it_is() -> None:
    one = example(1, "x")
    del one[FILE]
    with pytest.raises(VoteError, match=r"give their folder or a pattern such as 'votes_\*.jsonl'"):
        votes([one], PLAIN)
    named = {**one, "who": "bob"}
    assert votes([named], ExportOptions(rater="who")).rater.to_pylist() == ["bob"]


def test_examples_without_a_label_or_with_several() -> None:
    found = votes([example(1, "x"), example(2)], PLAIN)
    assert triples(found) == Counter({("t1", "ann", "x"): 1})
    assert found.left_out == {"unanswered": 1}
    with pytest.raises(VoteError, match="several choices, such as 'x', 'y'"):
        votes([example(1, "x", "y")], PLAIN)


def test_images_are_called_by_their_file() -> None:
    image = {"id": 1, "filename": "a.png", "label": ["x"], FILE: "ann"}
    assert recognises([image])
    assert votes([image], PLAIN).item.to_pylist() == ["a.png"]


def test_two_projects_count_their_ids_anew() -> None:
    files = [example(1, "x"), {**example(1, "y", rater="bob"), "text": "t2"}]
    assert votes(files, PLAIN).item.to_pylist() == ["t1", "t2"]


def test_annotations_with_their_user() -> None:
    notes = [{"label": 3, "user": 1}, {"label": 4, "user": 2}]
    one = {"id": 1, "text": "t", "annotations": notes}
    assert recognises([one])
    assert triples(votes([one], PLAIN)) == Counter({("t", "1", "3"): 1, ("t", "2", "4"): 1})


def test_the_oldest_records_name_their_user() -> None:
    one = {"doc_id": 20, "text": "t", "labels": ["x"], "username": "admin"}
    assert recognises([one])
    assert triples(votes([one], PLAIN)) == Counter({("t", "admin", "x"): 1})


@pytest.mark.parametrize(
    "spans",
    [
        example(1, [0, 4, "PER"]),
        {"text": "t", "annotation_approver": None, "labels": [[0, 4, "PER"]]},
        {
            "id": 1,
            "text": "t",
            "annotations": [{"label": 7, "start_offset": 0, "end_offset": 2, "user": 1}],
        },
    ],
)
def test_spans_are_no_votes(spans: dict[str, Any]) -> None:
    assert recognises([spans])
    with pytest.raises(VoteError, match="labels are of parts of a text"):
        votes([spans], PLAIN)


def test_csv_with_labels_joined() -> None:
    table = table_of(f"id,text,label,{FILE}\n1,t1,x,ann\n1,t1,x#y,bob\n")
    assert recognises_table(table.column_names)
    assert not recognises_table(["id", "text", "label"])
    with pytest.raises(VoteError, match="several choices, such as 'x', 'y'"):
        votes_of_table(table, PLAIN)
    found = votes_of_table(table, ExportOptions(multiple="split"))
    assert found.item.to_pylist() == ["t1", "t1", "t1"]
    assert found.rater.to_pylist() == ["ann", "bob", "bob"]
    with pytest.raises(VoteError, match="does not say whose labels"):
        votes_of_table(table.drop_columns([FILE]), PLAIN)


@pytest.mark.parametrize(
    "record",
    [
        {"id": 1, "text": "t", "label": "x"},
        {"task": "a", "worker": "b", "label": ["x"]},
        {"id": 1, "text": "t"},
    ],
)
def test_other_records_are_not_examples(record: dict[str, Any]) -> None:
    assert not recognises([record])
