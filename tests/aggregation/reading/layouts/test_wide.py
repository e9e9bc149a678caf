"""Wide dataframes: a column for each rater, of any library and type."""

from __future__ import annotations

import importlib
from collections import Counter
from typing import Any

import pytest

from aggregation import Votes, read_votes

from ....support.named import named_votes

pandas: Any = importlib.import_module("pandas")
polars: Any = importlib.import_module("polars")

ITEMS = ["i", "j", "k"]


@pytest.mark.parametrize("make", [pandas.DataFrame, polars.DataFrame, polars.LazyFrame, dict])
@pytest.mark.parametrize(
    ("ann", "bob"),
    [
        (["x", "y", "x"], ["y", "y", "x"]),
        (["x", "y", "x"], ["y", None, ""]),
        ([1, 2, 10], [2, 2, 1]),
        ([1, 2, 10], [2, None, 1]),
        ([True, False, True], [True, True, False]),
    ],
)
def test_each_column_is_a_rater(make: Any, ann: list[Any], bob: list[Any]) -> None:
    votes = Votes.from_frame(make({"item": ITEMS, "ann": ann, "bob": bob}), wide=True)
    given = zip(2 * ITEMS, 3 * ["ann"] + 3 * ["bob"], ann + bob, strict=True)
    assert named_votes(votes) == Counter(row for row in given if row[2] not in (None, ""))


def test_numbers_that_are_no_floats_are_text() -> None:
    frame = pandas.DataFrame({"item": ITEMS, "ann": [1, 2**60 + 1, 1], "bob": [1.5, None, 2.5]})
    votes = Votes.from_frame(frame, wide=True)
    assert (votes.n_votes, str(2**60 + 1) in votes.answer_names) == (5, True)


def test_categories_keep_their_order() -> None:
    kind = polars.Enum(["no", "maybe", "yes"])
    frame = polars.DataFrame({"item": ITEMS, "ann": ["yes", "no", None], "bob": ["no"] * 3})
    frame = frame.with_columns(polars.col("ann", "bob").cast(kind))
    votes = read_votes(frame, wide=True).votes
    assert votes.n_votes == 5
    assert [name for name in votes.answer_names if name != "maybe"] == ["no", "yes"]


def test_numbered_pairs_of_a_frame() -> None:
    frame = pandas.DataFrame(
        {"id": ITEMS, "r1": ["ann"] * 3, "a1": [1, 2, 1], "r2": ["bob", None, "cem"]}
    )
    frame["a2"] = [1, None, 2]
    votes = Votes.from_frame(frame, rater="r{}", answer="a{}")
    assert (votes.n_votes, votes.rater_names, votes.answer_names) == (
        5,
        ("ann", "bob", "cem"),
        (1, 2),
    )
