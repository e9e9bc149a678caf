"""Records of JSON, and votes out of answered ones."""

from __future__ import annotations

from typing import Any

import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import FILE, ExportOptions
from aggregation.reading.exports.records import (
    FEW,
    Answered,
    as_text,
    first_records,
    record_votes,
    records_of,
)


def answered(item: Any, rater: Any, *choices: Any, **more: Any) -> Answered:
    return Answered(item, {}, rater, {"q": choices}, **more)


@pytest.mark.parametrize(
    ("value", "records"),
    [
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ({"a": [1, 2], "b": [3, 4]}, [{"a": 1, "b": 3}, {"a": 2, "b": 4}]),
        ({"x": {"a": 1}, "y": {"a": 2}}, [{"id": "x", "a": 1}, {"id": "y", "a": 2}]),
        ({"x": {"id": 7}}, [{"id": 7}]),
        ({"a": 1, "b": [2]}, [{"a": 1, "b": [2]}]),
        ({"a": [1], "b": [2, 3]}, [{"a": [1], "b": [2, 3]}]),
    ],
)
def test_records_come_in_many_ways(value: Any, records: Any) -> None:
    assert records_of(value) == records
    assert first_records(value) == records


def test_what_holds_no_records() -> None:
    with pytest.raises(VoteError, match="is not a list of records"):
        records_of([1, 2])
    for value in ([1, 2], 3, "text", None):
        assert first_records(value) == []


def test_only_a_few_are_looked_at() -> None:
    many = [{"a": number} for number in range(100)]
    assert len(first_records(many)) == FEW
    assert len(first_records({str(number): record for number, record in enumerate(many)})) == FEW
    assert len(first_records({"a": list(range(100))})) == FEW


def test_values_as_text() -> None:
    values = ["t", 3, -0, 2.5, True, None, ["a"]]
    assert [as_text(value) for value in values] == ["t", "3", "0", "2.5", "true", None, '["a"]']


def test_rows_about_other_questions_are_not_unanswered() -> None:
    rows = [
        answered(1, "a", "x"),
        answered(2, "a"),
        Answered(3, {}, "a", {}),
        Answered(4, {}, "a", {"p": ["y"]}),
        answered(5, "a", "z", left_out="skipped"),
    ]
    found = record_votes(rows, ExportOptions(answer="q"))
    assert found.item.to_pylist() == ["1"]
    assert found.left_out == {"skipped": 1, "unanswered": 2}


def test_raters_are_said_or_in_the_files_name() -> None:
    rows = [answered(1, None, "x", beside={FILE: "ann", "who": 7}), answered(2, "bob", "x")]
    assert record_votes(rows, ExportOptions()).rater.to_pylist() == ["ann", "bob"]
    assert record_votes(rows, ExportOptions(rater="Who")).rater.to_pylist() == ["7", None]
    with pytest.raises(VoteError, match="no field is called 'whom', for the rater: there are"):
        record_votes(rows, ExportOptions(rater="whom"))


def test_gold_of_several_choices_is_left_aside() -> None:
    rows = [
        answered(1, "a", "x", gold={"q": ["x"]}),
        answered(2, "a", "x", gold={"q": ["x", "y"]}),
        answered(3, "a", "x", gold={"p": ["x"]}),
    ]
    found = record_votes(rows, ExportOptions())
    assert found.known.to_pylist() == [{"item": "1", "class": "x"}]
    assert found.golden.to_pylist() == [True, False, False]


def test_errors_of_the_export_itself_are_handed_on() -> None:
    def row(number: int) -> Answered:
        raise VoteError(f"labels of {number} are of parts")

    with pytest.raises(VoteError, match=r"^labels of 3 are of parts$"):
        record_votes(map(row, [3]), ExportOptions())
