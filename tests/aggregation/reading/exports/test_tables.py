"""Columns of tables by name, and what they hold."""

from __future__ import annotations

import pyarrow as pa
import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.exports.tables import (
    either,
    filled_columns,
    gold_column,
    one_to_one,
    readable,
    says,
    text_column,
    varying,
    with_prefix,
)

from .layouts import table_of

TABLE = table_of("key,Data ,answer,none\n1,a,x,\n1,a,y,\n2,b,x,\n")


def test_columns_are_found_and_become_text() -> None:
    table = pa.table({"n": [1, None], "b": [True, False], "t": ["", "x"]})
    assert text_column(table, "N").to_pylist() == ["1", None]
    assert text_column(table, "missing", " b ").to_pylist() == ["true", "false"]
    assert text_column(table, "t").to_pylist() == [None, "x"]
    assert text_column(table, "missing") is None
    with pytest.raises(VoteError, match=r"no column 'missing' for the rater: .*--rater; .*'n'"):
        text_column(table, "missing", role="rater")


def test_the_first_of_two_columns_of_one_name_is_taken() -> None:
    table = pa.table([["a"], ["b"]], names=["x", "x"])
    assert text_column(table, "x").to_pylist() == ["a"]


def test_gold_is_a_column_or_none() -> None:
    assert gold_column(TABLE, ExportOptions(), None) is None
    assert gold_column(TABLE, ExportOptions(), "gold") is None
    assert gold_column(TABLE, ExportOptions(truth_column="NONE"), "answer") is None
    named = gold_column(TABLE, ExportOptions(truth_column="answer"), None)
    assert named.to_pylist() == ["x", "y", "x"]
    with pytest.raises(VoteError, match="no column 'anser' for --truth-column"):
        gold_column(TABLE, ExportOptions(truth_column="anser"), None)


def test_what_columns_hold() -> None:
    assert with_prefix(TABLE, "D") == ["Data "]
    assert filled_columns(TABLE, TABLE.column_names) == ["key", "Data ", "answer"]
    column = pa.chunked_array([[" Yes", "no", None]])
    assert says(column, "yes").to_pylist() == [True, False, False]
    assert says(None, "yes") is None


def test_masks_join_where_they_are() -> None:
    left, right = pa.chunked_array([[True, False, False]]), pa.chunked_array([[False, True, False]])
    assert either(left, None, right).to_pylist() == [True, True, False]
    assert either(None, None) is None


def test_answers_differ_within_a_key_and_data_do_not() -> None:
    assert varying(TABLE, TABLE["key"], ["Data ", "answer", "none"]) == ["answer"]
    assert varying(TABLE, TABLE["key"], []) == []
    assert one_to_one(TABLE["key"], TABLE["Data "])
    assert not one_to_one(TABLE["key"], TABLE["answer"])


def test_items_are_called_by_data_that_name_each() -> None:
    key = TABLE["key"]
    assert readable(TABLE, key, "key", ["Data "])[1].to_pylist() == ["a", "a", "b"]
    assert readable(TABLE, key, "key", ["answer"]) == ("key", key)
    assert readable(TABLE, key, "key", ["Data ", "none"]) == ("key", key)
    # One row an item: an answer would name each, too.
    once = TABLE.slice(1)
    assert readable(once, once["key"], "key", ["Data "])[0] == "key"
