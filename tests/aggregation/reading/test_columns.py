"""Columns become codes: distinct names stay distinct, and nothing missing becomes a name."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import VoteError, Votes
from aggregation.reading.columns import SPARE_CODES, SPARE_CODES_PER_VOTE, coded_column, codes_below

DAYS = [datetime.date(2020, 6, 12), datetime.date(2019, 1, 1), datetime.date(2020, 6, 12)]


def named_codes(values: Any) -> list[Any]:
    """The column again, from its codes and names."""
    codes, size, names = coded_column(values, "rater")
    assert size == len(names)
    return [names[code] for code in codes]


@given(st.lists(st.text(max_size=3), min_size=1))
def test_strings_come_back_and_their_codes_are_sorted(values: list[str]) -> None:
    codes, size, names = coded_column(values, "rater")
    assert [names[code] for code in codes] == values
    assert names == tuple(sorted(set(values)))
    assert size == len(set(values))


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_integers_are_their_own_names(values: list[int]) -> None:
    codes, size, names = coded_column(values, "rater")
    assert codes.tolist() == values
    assert names == range(size)
    assert size == max(values) + 1


@given(
    st.lists(
        st.one_of(
            st.text(max_size=2),
            st.binary(max_size=2),
            st.tuples(st.integers(0, 2), st.text(max_size=1)),
            st.frozensets(st.integers(0, 2)),
            st.integers(0, 3),
            st.fractions(0, 2),
        ),
        min_size=1,
    )
)
def test_names_of_any_kind_come_back(values: list[Any]) -> None:
    values = [*values, "a string, so that the numbers are names too"]
    assert named_codes(values) == values
    codes, size, _ = coded_column(values, "rater")
    assert sorted(set(codes.tolist())) == list(range(size))
    for i, one in enumerate(values):
        for j, other in enumerate(values):
            assert (codes[i] == codes[j]) == (one == other)


def test_a_number_and_its_digits_are_different_names() -> None:
    codes, size, names = coded_column([1, "1", 1, "01"], "rater")
    assert codes.tolist() == [0, 1, 0, 2]
    assert names == (1, "1", "01")
    assert size == 3


@pytest.mark.parametrize(
    "values",
    [
        np.array(["b", "a", "b"]),
        np.array(["b", "a", "b"], dtype=object),
        np.array(["b", "a", "b"], dtype=np.dtypes.StringDType()),
        [np.str_("b"), "a", np.str_("b")],
        iter("bab"),
    ],
)
def test_strings_of_any_make_become_python_strings(values: Any) -> None:
    codes, _, names = coded_column(values, "rater")
    assert codes.tolist() == [1, 0, 1]
    assert names == ("a", "b")
    assert all(isinstance(name, str) for name in names)


def test_strings_that_differ_in_a_trailing_nul_stay_distinct() -> None:
    # NumPy's fixed-width strings would drop it.
    assert named_codes(["a", "a\0", "a"]) == ["a", "a\0", "a"]
    assert coded_column(["a", "a\0"], "rater").size == 2


def test_dates_are_names_in_order_of_time() -> None:
    for values in (DAYS, np.array(DAYS, dtype=object), np.array(DAYS, dtype="datetime64[s]")):
        codes, size, names = coded_column(values, "item")
        assert codes.tolist() == [1, 0, 1]
        assert size == len(names) == 2
    assert names[1] == np.datetime64("2020-06-12")


def test_tuples_are_names_and_not_rows() -> None:
    codes, _, names = coded_column([(2, "x"), (1, "y"), (2, "x")], "item")
    assert codes.tolist() == [1, 0, 1]
    assert names == ((1, "y"), (2, "x"))


def test_names_without_an_order_come_as_they_appear() -> None:
    codes, _, names = coded_column([3 + 1j, 2 + 0j, 3 + 1j, "z"], "item")
    assert codes.tolist() == [0, 1, 0, 2]
    assert names == (3 + 1j, 2 + 0j, "z")


def test_integers_in_an_object_array_are_codes() -> None:
    values = np.array([5, 7], dtype=object)
    assert coded_column(values, "item").codes.tolist() == [5, 7]
    assert coded_column([Decimal(5), Decimal(7)], "item").codes.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, None], r"item at row 1 is missing \(None\): leave the vote out"),
        (["a", float("nan"), "b"], r"item at row 1 is missing \(nan\)"),
        (np.array(["a", None], dtype=object), r"item at row 1 is missing \(None\)"),
        (np.array([1, np.nan], dtype=object), "item at row 1 is nan: not a number"),
        (np.array(["2020-01-01", "NaT"], dtype="M8[D]"), r"item at row 1 is missing \(NaT\)"),
        ([np.datetime64("NaT"), np.datetime64(3, "D")], r"item at row 0 is missing \(NaT\)"),
        (np.array([1j, np.nan]), r"item at row 1 is missing \(\(nan\+0j\)\)"),
        ([np.complex128(1), np.complex128(np.nan)], r"item at row 1 is missing \(\(nan\+0j\)\)"),
        (np.ma.array([0, 1], mask=[False, True]), "the column of items has masked entries"),
        (["a", ["b"]], r"item at row 1 is a list, which cannot be a name: \['b'\]"),
        (["a", ("b", [])], "item at row 1 is a tuple, which cannot be a name"),
        ([np.zeros(2), "a"], "item at row 0 is a ndarray, which cannot be a name"),
        ([0, 2**63], "item 9223372036854775808 among 2 votes looks like an identifier"),
        ([0, -(2**70)], "item -1180591620717411303424 among 2 votes looks like an identifier"),
    ],
)
def test_what_is_missing_or_no_name_is_refused(values: Any, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        coded_column(values, "item")


def test_a_value_that_cannot_be_compared_is_missing() -> None:
    class NotAvailable:
        """As pandas.NA: comparisons have no truth value."""

        __hash__ = object.__hash__

        def __ne__(self, other: object) -> Any:
            return np.array([True, False])

        def __str__(self) -> str:
            return "<NA>"

    with pytest.raises(VoteError, match=r"item at row 1 is missing \(<NA>\)"):
        coded_column(["a", NotAvailable()], "item")


def test_an_unmasked_masked_array_is_an_array() -> None:
    assert coded_column(np.ma.array([0, 2], mask=[False, False]), "item").codes.tolist() == [0, 2]


def test_the_limit_between_codes_and_identifiers() -> None:
    most = SPARE_CODES + 2 * SPARE_CODES_PER_VOTE
    assert coded_column([0, most], "item").size == most + 1
    with pytest.raises(VoteError, match="looks like an identifier"):
        coded_column([0, most + 1], "item")
    assert coded_column([0, most + 1], "item", most + 2).size == most + 2


def test_an_integer_array_is_not_copied() -> None:
    values = np.array([3, 1, 2], dtype=np.int16)
    assert np.shares_memory(coded_column(values, "item").codes, values)


def test_codes_below_are_copies() -> None:
    values = np.array([3, 1, 2], dtype=np.int64)
    assert not np.shares_memory(codes_below(values, "item", 4), values)
    assert codes_below([], "item", 4).dtype == np.int64
    assert codes_below(np.array([], dtype=str), "item", 4).tolist() == []


def test_names_of_all_three_columns_reach_the_votes() -> None:
    votes = Votes.from_triples(["q2", "q1"], DAYS[:2], [("fits", 1), ("fits", 0)])
    assert votes.item_names == ("q1", "q2")
    assert votes.rater_names == (DAYS[1], DAYS[0])
    assert votes.answer_names == (("fits", 0), ("fits", 1))
    assert votes.items.tolist() == [0, 1]
    assert votes.raters.tolist() == [0, 1]
    assert votes.answers.tolist() == [0, 1]
