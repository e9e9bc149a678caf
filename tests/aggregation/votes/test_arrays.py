"""Columns that are no votes are refused in one line that quotes what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import VoteError, Votes
from aggregation.votes.arrays import check_code_range, order_of_appearance


@pytest.mark.parametrize(
    ("columns", "sizes", "message"),
    [
        (([0, 1], [0], [0, 1]), {}, "must be equally long, one vote a row: 2, 1 and 2"),
        (([], [], []), {}, "no votes: the column of items is empty"),
        ((np.empty(0), [0], [0]), {}, "no votes: the column of items is empty"),
        (([0], [0], [np.nan]), {}, r"answer at row 0 is nan: not a number \(leave a missing vote"),
        (([0, 1], [0, np.inf], [0, 1]), {}, "rater at row 1 is inf: not a number"),
        (([0, None], [0, 1], [0, 1]), {}, r"item at row 1 is missing \(None\): leave the vote out"),
        (([0, 1], [0, -1], [0, 1]), {}, "rater at row 1 is -1: codes are 0, 1, 2, ..."),
        (([0, 1], [0, -1.0], [0, 1]), {}, "rater at row 1 is -1: codes are 0, 1, 2, ..."),
        (([0, 1], [0, 1], [0, 1.5]), {}, "answer at row 1 is 1.5: not a whole number"),
        (
            ([0, 4], [0, 1], [0, 1]),
            {"n_items": 4},
            "item 4 at row 1 is beyond n_items=4: codes are 0..3",
        ),
        (
            ([0], [9], [0]),
            {"n_raters": 9},
            "rater 9 at row 0 is beyond n_raters=9: codes are 0..8",
        ),
        (
            ([0], ["ann"], [0]),
            {"n_raters": 2},
            "n_raters=2 but there are 1 rater names: leave it out, or pass codes",
        ),
        (
            ([2_000_000_000], [0], [0]),
            {},
            "item 2000000000 among 1 votes looks like an identifier.*pass items as strings",
        ),
        (([0], [2**64], [0]), {}, "rater 18446744073709551616 among 1 votes looks like an identif"),
        (([0], [2.0**53], [0]), {}, r"rater codes of 2\*\*53 and above are not exact as floats"),
        (
            ([0], [50_000], [0]),
            {"n_answers": 50_000},
            "50001 raters x 50000 answers are more than 2147483647 pairs",
        ),
        (([[0, 1]], [0], [0]), {}, r"item at row 0 is a list, which cannot be a name: \[0, 1\]"),
        ((np.ones((2, 2), int), [0], [0]), {}, r"items must be a flat column.*shape \(2, 2\)"),
        ((7, [0], [0]), {}, r"items must be a flat column, one entry a vote: shape \(\)"),
        (("ab", [0, 1], [0, 1]), {}, r"items must be a flat column, one entry a vote: shape \(\)"),
    ],
)
def test_an_error_quotes_what_is_wrong(
    columns: tuple[Any, Any, Any], sizes: dict[str, int], message: str
) -> None:
    with pytest.raises(VoteError, match=message) as caught:
        Votes.from_triples(*columns, **sizes)
    assert "\n" not in str(caught.value)


def test_the_largest_number_of_pairs_is_allowed() -> None:
    check_code_range(np.iinfo(np.int32).max, 1)
    with pytest.raises(VoteError, match="give raters and answers consecutive codes"):
        check_code_range(2**30, 2)


def test_a_large_code_is_a_code_where_its_number_is_given() -> None:
    votes = Votes.from_triples([0], [2_000_000], [0], n_raters=2_000_001)
    assert votes.raters.tolist() == [2_000_000]


@given(st.lists(st.integers(0, 6), max_size=20))
def test_order_of_appearance(codes: list[int]) -> None:
    expected = list(dict.fromkeys([*codes, *range(7)]))
    found = order_of_appearance(np.array(codes, dtype=np.int32), 7)
    assert (list(range(7)) if found is None else found.tolist()) == expected
    assert (found is None) == (expected == list(range(7)))


def test_votes_remember_the_order_and_the_frame() -> None:
    import polars as pl

    frame = pl.DataFrame(
        {"item": ["b", "a", "c", "a"], "rater": list("xxxy"), "answer": list("nnyy")}
    )
    votes = Votes.from_frame(frame)
    assert votes.native == "polars"
    assert votes.item_names == ("a", "b", "c")
    assert votes.item_order is not None
    assert votes.item_order.tolist() == [1, 0, 2]
    assert votes.where(votes.answers == 0).item_order is votes.item_order
    assert votes.select([2, 1]).item_order is None
    assert votes.stacked(votes).item_order is None
    assert repr(votes) == "Votes(4 votes: 3 items, 2 raters, 2 answers)"
    assert Votes.from_triples([1, 0], [0, 1], [0, 1]).item_order is None
