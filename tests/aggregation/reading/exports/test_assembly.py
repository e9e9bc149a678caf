"""From columns to votes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pytest

from aggregation.errors import VoteError
from aggregation.reading.exports.assembly import json_choices, split_at, stacked, table_votes
from aggregation.reading.exports.export import ExportOptions
from aggregation.reading.layouts.vote_table import VoteTable

from .layouts import known, triples

ITEM = pa.chunked_array([["i", "i", "j"], ["j", "k"]])
RATER = pa.chunked_array([["a", "b", "a"], ["b", "a"]])
ANSWER = pa.chunked_array([["x", "x|y", None], ["y", "z"]])


def made(multiple: Any = "error", **more: Any) -> VoteTable:
    return table_votes(ITEM, RATER, ANSWER, ExportOptions(multiple=multiple), **more)


def test_answers_stay_as_they_are_without_choices() -> None:
    assert made().answer.to_pylist() == ["x", "x|y", None, "y", "z"]


def test_choices() -> None:
    with pytest.raises(VoteError, match="1 answers are of several choices, such as 'x', 'y'"):
        made(choices=split_at("|"))
    first = made("first", choices=split_at("|"))
    assert first.answer.to_pylist() == ["x", "x", None, "y", "z"]
    split = made("split", choices=split_at("|"))
    assert split.item.to_pylist() == ["i", "i", "i", "j", "j", "k"]
    assert split.rater.to_pylist() == ["a", "b", "b", "a", "b", "a"]
    assert split.answer.to_pylist() == ["x", "x", "y", None, "y", "z"]


def test_a_row_counts_for_the_first_reason_alone() -> None:
    late = pa.chunked_array([[True, True, False], [False, False]])
    bad = pa.chunked_array([[False, True, True], [False, False]])
    none = pa.chunked_array([[False] * 5])
    found = made(left_out={"late": late, "absent": None, "bad": bad, "never": none})
    assert triples(found) == Counter({("j", "b", "y"): 1, ("k", "a", "z"): 1})
    assert found.left_out == {"late": 2, "bad": 1}


def test_gold_is_known_even_where_its_row_is_left_out() -> None:
    gold = pa.chunked_array([["x", "x", None], ["y|z", None]])
    late = pa.chunked_array([[True, False, False], [False, False]])
    found = made("split", gold=gold, left_out={"late": late}, choices=split_at("|"))
    assert known(found) == {"i": "x"}
    assert found.golden.to_pylist() == [True, True, False, True, False]
    assert found.notes == ("1 items have gold of several choices, and are not taken as known.",)
    whole = made(gold=gold)
    assert known(whole) == {"i": "x", "j": "y|z"}


def test_gold_that_disagrees_is_handed_on() -> None:
    gold = pa.chunked_array([["x", "y", None], [None, None]])
    assert made(gold=gold).known.to_pylist() == [
        {"item": "i", "class": "x"},
        {"item": "i", "class": "y"},
    ]


def test_no_rows_at_all() -> None:
    none = pa.chunked_array([pa.array([], pa.string())])
    empty = table_votes(none, none, none, ExportOptions(), gold=none, choices=split_at("|"))
    assert triples(empty) == Counter()
    assert known(empty) == {}


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("cat", ["cat"]),
        ('["a", "b"]', ["a", "b"]),
        ('{"choices": ["a"]}', ["a"]),
        ("[oops", ["[oops"]),
        ('{"rating": 4}', ['{"rating": 4}']),
        ("[1, true]", ["1", "true"]),
        ("[]", []),
    ],
)
def test_choices_in_json(text: str, choices: list[str]) -> None:
    assert json_choices(text) == choices


def test_tables_end_to_end() -> None:
    gold = pa.chunked_array([["x", None, None], [None, None]])
    late = pa.chunked_array([[True, False, False], [False, False]])
    one = made(gold=gold, left_out={"late": late}, notes=("one",))
    found = stacked([one, one])
    assert triples(found) == Counter({vote: 2 * n for vote, n in triples(one).items()})
    assert found.left_out == {"late": 2}
    assert found.notes == ("one",)
    assert len(found.golden) == 8
    plain = stacked([made(), made()])
    assert plain.golden is None
    assert plain.known is None
