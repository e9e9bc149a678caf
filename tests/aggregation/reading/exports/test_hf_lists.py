"""Data sets with a row an item."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.hf_lists import (
    recognises,
    recognises_records,
    votes,
    votes_of_records,
)

from .layouts import Triple, known, table_of, triples

PLAIN = ExportOptions()
WANTED = Counter({("a", "r1", "x"): 1, ("a", "r2", "y"): 1, ("b", "r1", "y"): 1})


def test_lists_of_a_parquet_file(exports: Path, base: Counter[Triple]) -> None:
    table = parquet.read_table(exports / "hf_lists.parquet")
    assert recognises(table.column_names)
    assert triples(votes(table, PLAIN)) == base
    assert triples(votes_of_records(table.to_pylist(), PLAIN)) == base


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "['r1', 'r2']", '["x", "y"]'), ("b", "['r1']", '["y"]')],
        [("a", "r1,r2", "x, y"), ("b", "r1", "y")],
        [("a", "['r1' 'r2']", "[x y]"), ("b", "[r1]", "['y']")],
    ],
)
def test_lists_in_text(rows: list[tuple[str, str, str]]) -> None:
    names = ["id", "annotators", "annotations"]
    table = pa.table([list(column) for column in zip(*rows, strict=True)], names=names)
    assert triples(votes(table, PLAIN)) == WANTED


@pytest.mark.parametrize(
    "kind", [pa.list_(pa.int64()), pa.large_list(pa.int8()), pa.list_(pa.int8(), 2)]
)
def test_lists_of_numbers_of_any_kind(kind: Any) -> None:
    table = pa.table(
        {"annotators": pa.array([[7, 8], None], kind), "labels": pa.array([[1, 0], None], kind)}
    )
    found = votes(table, PLAIN)
    assert triples(found) == Counter({("0", "7", "1"): 1, ("0", "8", "0"): 1})
    assert "the row's number" in found.notes[0]


def test_records_by_their_id_with_commas() -> None:
    value = {
        "a": {"text": "t", "annotators": "r1,r2", "annotations": "x,y", "hard_label": "x"},
        "b": {"text": "s", "annotators": "r1", "annotations": "y", "hard_label": None},
    }
    assert recognises_records(value)
    assert triples(votes_of_records(value, PLAIN)) == WANTED
    found = votes_of_records(value, ExportOptions(truth_column="hard_label", item="text"))
    assert known(found) == {"t": "x"}
    assert found.golden.to_pylist() == [True, True, False]


@pytest.mark.parametrize("sign", [",", ", ", ";", " | "])
def test_text_is_taken_apart_at_any_sign(sign: str) -> None:
    value = [{"id": "a", "raters": sign.join(("r1", "r2")), "votes": sign.join("xy")}]
    found = triples(votes_of_records(value, PLAIN))
    assert found == {("a", "r1", "x"): 1, ("a", "r2", "y"): 1}
    commas = [{"id": "a", "raters": "Roe, R.; Doe, D.", "votes": "x; y"}]
    assert votes_of_records(commas, PLAIN).rater.to_pylist() == ["Roe, R.", "Doe, D."]


def test_a_record_is_no_list() -> None:
    value = [{"id": "a", "annotators": "r1,r2", "annotations": '{"r1": "x", "r2": "y"}'}]
    with pytest.raises(VoteError, match="is no list, but a record"):
        votes_of_records(value, PLAIN)
    assert not recognises_records([{"annotators": "r1", "annotations": {"r1": "x"}}])


def test_lists_that_do_not_fit_are_named() -> None:
    value = [
        {"id": "a", "raters": ["r1", "r2"], "votes": ["x"]},
        {"id": "b", "raters": None, "votes": ["y"]},
    ]
    with pytest.raises(VoteError, match=r"item 'a' has not as many entries.*\(2 items have not\)"):
        votes_of_records(value, PLAIN)


def test_several_choices_within_a_list() -> None:
    value = [{"id": "a", "raters": ["r1", "r2"], "votes": [["x", "y"], ["x"]]}]
    table = pa.Table.from_pylist(value)
    with pytest.raises(VoteError, match="several choices, such as 'x', 'y'"):
        votes(table, PLAIN)
    found = votes(table, ExportOptions(multiple="split"))
    assert found.rater.to_pylist() == ["r1", "r1", "r2"]


def test_two_columns_of_answers_have_to_be_chosen_from() -> None:
    value = [{"id": "a", "raters": ["r1"], "votes": ["x"], "labels": ["z"]}]
    with pytest.raises(VoteError, match=r"which column has the lists of answers.*--answer"):
        votes_of_records(value, PLAIN)
    assert votes_of_records(value, ExportOptions(answer="labels")).answer.to_pylist() == ["z"]


def test_a_column_that_can_hold_no_lists() -> None:
    table = pa.table({"raters": pa.array([{"a": 1}]), "votes": pa.array([["x"]])})
    with pytest.raises(VoteError, match="'raters' should have lists"):
        votes(table, PLAIN)


def test_other_tables_have_no_lists() -> None:
    assert not recognises(["id", "annotator", "label"])
    assert not recognises_records([{"id": 1, "annotators": 3, "labels": ["x"]}])
    assert not recognises(table_of("annotators,text\n3,t\n").column_names)
