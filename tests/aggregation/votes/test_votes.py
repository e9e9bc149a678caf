"""Votes keep every vote in one canonical order, and share no memory with what they are made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation import VoteError, Votes

from ...support.vote_rows import (
    N_ANSWERS,
    N_ITEMS,
    N_RATERS,
    Triples,
    assert_same,
    compiles,
    triples,
    triples_of,
    votes_of,
)

# --- from_triples: what is kept -------------------------------------------------------------------


@compiles
@given(triples())
def test_every_vote_is_kept_once_in_canonical_order(rows: Triples) -> None:
    votes = votes_of(rows)
    assert triples_of(votes) == sorted(rows)
    assert (votes.n_items, votes.n_raters, votes.n_answers) == (N_ITEMS, N_RATERS, N_ANSWERS)
    assert votes.n_votes == len(rows)
    assert votes.starts.dtype == np.int64
    assert votes.codes.dtype == np.int32
    sizes = Counter(item for item, _, _ in rows)
    assert np.diff(votes.starts).tolist() == [sizes[item] for item in range(N_ITEMS)]


@compiles
@given(triples(), st.randoms(use_true_random=False))
def test_order_of_the_rows_changes_nothing(rows: Triples, random: Any) -> None:
    shuffled = random.sample(rows, len(rows))
    assert_same(votes_of(rows), votes_of(shuffled))


@compiles
@given(triples())
def test_to_tensor_counts_each_vote(rows: Triples) -> None:
    times = Counter(rows)
    tensor = votes_of(rows).to_tensor()
    assert tensor.shape == (N_RATERS, N_ITEMS, N_ANSWERS)
    for (rater, item, answer), count in np.ndenumerate(tensor):
        assert count == times[item, rater, answer]


@compiles
@given(triples())
def test_votes_per_rater(rows: Triples) -> None:
    times = Counter(rater for _, rater, _ in rows)
    assert votes_of(rows).votes_per_rater().tolist() == [times[r] for r in range(N_RATERS)]


@pytest.mark.parametrize("n_votes", [64, 65, 66, 1000])
@pytest.mark.parametrize("ascending_items", [True, False])
def test_an_item_may_have_any_number_of_votes(n_votes: int, ascending_items: bool) -> None:
    rng = np.random.default_rng(n_votes)
    raters, answers = rng.integers(0, 300, n_votes), rng.integers(0, 7, n_votes)
    items = np.zeros(n_votes, dtype=np.int64)
    items[-1 if ascending_items else 0] = 1
    votes = Votes.from_triples(items, raters, answers)
    assert triples_of(votes) == sorted(
        zip(items.tolist(), raters.tolist(), answers.tolist(), strict=True)
    )


def test_codes_are_kept_with_their_gaps() -> None:
    votes = Votes.from_triples([4, 1], [3, 0], [0, 2])
    assert (votes.n_items, votes.n_raters, votes.n_answers) == (5, 4, 3)
    assert np.diff(votes.starts).tolist() == [0, 1, 0, 0, 1]
    assert triples_of(votes) == [(1, 0, 2), (4, 3, 0)]
    assert (votes.item_names, votes.rater_names, votes.answer_names) == (
        range(5),
        range(4),
        range(3),
    )


def test_given_sizes_leave_room_at_the_end() -> None:
    one_hundred: Any = np.int8(100)
    votes = Votes.from_triples([0], [0], [0], n_items=3, n_raters=one_hundred, n_answers=2)
    assert (votes.n_items, votes.n_raters, votes.n_answers) == (3, 100, 2)
    assert repr(votes) == "Votes(1 votes: 3 items, 100 raters, 2 answers)"
    assert type(votes.n_raters) is int


def test_repeated_votes_count_as_often_as_they_occur() -> None:
    votes = Votes.from_triples([0, 0, 0], [1, 1, 1], [1, 0, 1])
    assert triples_of(votes) == [(0, 1, 0), (0, 1, 1), (0, 1, 1)]


def test_the_largest_codes_are_told_apart() -> None:
    n_raters = np.iinfo(np.int32).max // 3
    votes = Votes.from_triples([0, 0], [n_raters - 1, 0], [2, 1], n_raters=n_raters, n_answers=3)
    assert triples_of(votes) == [(0, 0, 1), (0, n_raters - 1, 2)]


@pytest.mark.parametrize(
    "dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i4", "f2", "f4", "f8", ">f8"]
)
def test_every_width_of_number_gives_the_same_votes(dtype: str) -> None:
    # 127 is the largest int8: codes must not be computed in the type they come in.
    items, raters, answers = [127, 0, 127, 3], [120, 0, 127, 5], [2, 1, 0, 2]
    votes = Votes.from_triples(*(np.array(c, dtype=dtype) for c in (items, raters, answers)))
    assert triples_of(votes) == [(0, 0, 1), (3, 5, 2), (127, 120, 2), (127, 127, 0)]
    assert_same(votes, Votes.from_triples(items, raters, answers))


@pytest.mark.parametrize(
    "answers",
    [
        [False, True, True],
        [np.False_, np.True_, np.True_],
        np.array([False, True, True]),
        [0.0, 1.0, -0.0 + 1],
        [False, 1, 1.0],
        np.array([0, True, 1.0], dtype=object),
        iter([0, 1, 1]),
        (answer for answer in (0, 1, 1)),
        np.array([[0, 1, 1], [9, 9, 9]], dtype=np.int32).T[:, 0],
    ],
)
def test_whatever_equals_a_code_is_that_code(answers: Any) -> None:
    votes = Votes.from_triples([0, 1, 2], [0, 0, 0], answers)
    assert votes.answers.tolist() == [0, 1, 1]
    assert votes.answer_names == range(2)


def test_columns_of_a_packed_record_array() -> None:
    records = np.array(
        [(0, 1, 2), (1, 0, 0)], dtype=[("answer", "i1"), ("rater", "i4"), ("item", "i8")]
    )
    votes = Votes.from_triples(records["item"], records["rater"], records["answer"])
    assert triples_of(votes) == [(0, 0, 1), (2, 1, 0)]


# --- memory ---------------------------------------------------------------------------------------


def test_the_users_arrays_stay_the_users() -> None:
    columns = [np.array([0, 1, 2]), np.array([0, 1, 0]), np.array([1, 0, 1])]
    votes = Votes.from_triples(*columns)
    before = triples_of(votes)
    for column in columns:
        assert column.flags.writeable
        assert not np.shares_memory(column, votes.codes)
        assert not np.shares_memory(column, votes.starts)
        column[:] = 0
    assert triples_of(votes) == before


def test_read_only_columns_are_as_good_as_others() -> None:
    column = np.array([0, 1])
    column.flags.writeable = False
    assert triples_of(Votes.from_triples(column, column, column)) == [(0, 0, 0), (1, 1, 1)]


def test_votes_cannot_be_changed() -> None:
    votes = Votes.from_triples([0, 1], [0, 1], [1, 0])
    for other in (votes, votes.select([1]), votes.with_rater([0], [0], name="x")):
        with pytest.raises(ValueError, match="read-only"):
            other.codes[0] = 1
        with pytest.raises(ValueError, match="read-only"):
            other.starts[0] = 1
        with pytest.raises(FrozenInstanceError):
            other.n_raters = 7  # type: ignore[misc]


# --- select ---------------------------------------------------------------------------------------


@compiles
@given(triples(), st.lists(st.integers(0, N_ITEMS - 1), max_size=9))
def test_select_takes_items_in_the_order_given(rows: Triples, chosen: list[int]) -> None:
    votes = votes_of(rows)
    selected = votes.select(chosen)
    np.testing.assert_array_equal(selected.to_tensor(), votes.to_tensor()[:, chosen])
    assert (selected.n_items, selected.n_raters, selected.n_answers) == (
        len(chosen),
        N_RATERS,
        N_ANSWERS,
    )
    assert list(selected.item_names) == chosen
    assert (selected.rater_names, selected.answer_names) == (votes.rater_names, votes.answer_names)


@compiles
@given(triples(), st.lists(st.booleans(), min_size=N_ITEMS, max_size=N_ITEMS))
def test_select_takes_a_mask(rows: Triples, mask: list[bool]) -> None:
    votes = votes_of(rows)
    for given_mask in (mask, np.array(mask)):
        assert_same(votes.select(given_mask), votes.select(np.flatnonzero(mask)))


def test_select_carries_names() -> None:
    votes = Votes.from_triples(["a", "c", "b"], ["x", "y", "x"], ["n", "n", "y"])
    assert votes.select([2, 0]).item_names == ("c", "a")
    assert votes.select([2, 0]).select([1]).item_names == ("a",)


def test_nothing_may_be_selected() -> None:
    empty = Votes.from_triples([0], [0], [0]).select([])
    assert (empty.n_items, empty.n_votes, empty.n_raters) == (0, 0, 1)
    assert empty.select([]).n_items == 0
    assert empty.to_tensor().shape == (1, 0, 1)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([0, 3], "item 3 at row 1 is beyond n_items=3"),
        ([0, -1], "item at row 1 is -1"),
        (np.array([2**63], dtype=np.uint64), "item 9223372036854775808 at row 0 is beyond"),
        ([0.5], "item at row 0 is 0.5: not a whole number"),
        ([np.nan], "item at row 0 is nan"),
        (["a"], "item at row 0 is 'a': codes are wanted here, 0..2"),
        ([True, False], r"a mask of shape \(2,\) does not fit 3 items"),
        ([[True, False, True]], r"a mask of shape \(1, 3\) does not fit 3 items"),
        (1, r"items must be a flat column, one entry a vote: shape \(\)"),
        ([[0, 1]], "item at row 0 is"),
        (np.zeros((2, 2), dtype=int), r"items must be a flat column.*\(2, 2\)"),
    ],
)
def test_select_refuses_what_is_no_item(items: Any, message: str) -> None:
    votes = Votes.from_triples(["a", "c", "b"], ["x", "y", "x"], ["n", "n", "y"])
    with pytest.raises(VoteError, match=message):
        votes.select(items)


# --- with_rater -----------------------------------------------------------------------------------


@compiles
@given(triples(), triples())
def test_a_new_rater_comes_last(rows: Triples, added: Triples) -> None:
    votes = votes_of(rows)
    items, _, answers = zip(*added, strict=True)
    more = votes.with_rater(items, answers, name="new")
    new = [(item, N_RATERS, answer) for item, _, answer in added]
    assert triples_of(more) == sorted(rows + new)
    assert more.n_raters == N_RATERS + 1
    assert more.rater_names == (*range(N_RATERS), "new")
    assert_same(votes, votes_of(rows))


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "u8", "f4", ">i4"])
def test_a_new_rater_is_not_cut_to_the_width_of_its_answers(dtype: str) -> None:
    votes = Votes.from_triples([0], [0], [0], n_items=128, n_raters=85, n_answers=3)
    more = votes.with_rater(np.array([127, 0], dtype), np.array([2, 1], dtype), name="new")
    assert triples_of(more) == [(0, 0, 0), (0, 85, 1), (127, 85, 2)]


def test_a_new_rater_may_have_no_votes() -> None:
    more = Votes.from_triples([0], [0], [0]).with_rater([], [], name="new")
    assert (more.n_raters, more.n_votes, more.rater_names) == (2, 1, (0, "new"))


@pytest.mark.parametrize(
    ("items", "answers", "message"),
    [
        ([0, 1], [0], "2 items but 1 answers: one vote a row"),
        ([2], [0], "item 2 at row 0 is beyond n_items=2: codes are 0..1"),
        ([0], [3], "answer 3 at row 0 is beyond n_answers=3: codes are 0..2"),
        ([-1], [0], "item at row 0 is -1"),
        ([0], ["yes"], "answer at row 0 is 'yes': codes are wanted here, 0..2"),
    ],
)
def test_a_new_rater_votes_in_codes(items: Any, answers: Any, message: str) -> None:
    votes = Votes.from_triples([0, 1], [0, 0], [0, 2])
    with pytest.raises(VoteError, match=message):
        votes.with_rater(items, answers, name="new")


def test_votes_are_taken_where_a_mask_says() -> None:
    votes = Votes.from_triples([0, 0, 1, 2], [0, 1, 1, 0], [1, 0, 0, 1])
    taken = votes.where(votes.answers == 1)
    assert triples_of(taken) == [(0, 0, 1), (2, 0, 1)]
    assert (taken.n_items, taken.n_raters, taken.n_answers) == (3, 2, 2)
    with pytest.raises(VoteError, match=r"chosen of shape \(2,\) and type bool is no mask of 4"):
        votes.where([True, False])
    with pytest.raises(VoteError, match="type int64 is no mask"):
        votes.where([1, 0, 1, 1])


def test_dropped_raters_stay_without_votes() -> None:
    votes = Votes.from_triples([0, 0, 1, 2], [0, 1, 1, 0], [1, 0, 0, 1])
    left = votes.drop_raters([1])
    assert triples_of(left) == [(0, 0, 1), (2, 0, 1)]
    assert left.votes_per_rater().tolist() == [2, 0]
    with pytest.raises(VoteError, match="rater 2 at row 0"):
        votes.drop_raters([2])


def test_votes_of_other_raters_are_not_stacked() -> None:
    votes = Votes.from_triples([0, 1], [0, 1], [1, 0])
    assert triples_of(votes.stacked(votes)) == [(0, 0, 1), (1, 1, 0), (2, 0, 1), (3, 1, 0)]
    with pytest.raises(VoteError, match="1 raters with 2 answers cannot be stacked on votes of 2"):
        votes.stacked(Votes.from_triples([0], [0], [1]))


def test_answers_are_counted_by_item() -> None:
    votes = Votes.from_triples([0, 0, 2, 2], [0, 1, 1, 0], [1, 1, 0, 1], n_answers=3)
    assert votes.answer_counts().tolist() == [[0, 2, 0], [0, 0, 0], [1, 1, 0]]
    np.testing.assert_array_equal(votes.answer_counts(), votes.to_tensor().sum(axis=0))
    weights = np.array([0.5, 0.25, 1.0, 2.0])
    assert votes.answer_counts(weights)[0].tolist() == [0, 0.75, 0]
