"""Votes come out of a tensor as they went in, and what is no vote is refused with its place."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import VoteError, Votes
from aggregation.reading.tensors.tensor import vote_cells

from ....support.vote_rows import assert_same, compiles, triples_of


@st.composite
def tensors(draw: st.DrawFn) -> NDArray[np.int64]:
    """Tensors of 0 and 1 with at most one answer a rater and item, and at least one vote."""
    n_raters, n_items, n_answers = (draw(st.integers(1, n)) for n in (4, 5, 3))
    cells = st.lists(
        st.integers(-1, n_answers - 1), min_size=n_raters * n_items, max_size=n_raters * n_items
    )
    answers = np.array(draw(cells.filter(lambda cells: max(cells) >= 0)))
    one_hot = answers.reshape(n_raters, n_items, 1) == np.arange(n_answers)
    return np.asarray(one_hot, dtype=np.int64)


@compiles
@given(tensors())
def test_a_tensor_survives_the_round_trip(tensor: NDArray[np.int64]) -> None:
    votes = Votes.from_tensor(tensor)
    np.testing.assert_array_equal(votes.to_tensor(), tensor)
    raters, items, answers = np.nonzero(tensor)
    n_raters, n_items, n_answers = tensor.shape
    assert_same(
        votes,
        Votes.from_triples(
            items, raters, answers, n_items=n_items, n_raters=n_raters, n_answers=n_answers
        ),
    )


@pytest.mark.parametrize("dtype", [bool, "i1", "u1", "i8", ">i2", "f2", "f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_tensor_may_be_of_any_type_and_layout(dtype: Any, order: Any) -> None:
    dense = np.array([[[1, 0], [0, 1], [0, 0]], [[0, 0], [0, 1], [-0.0, 0]]])
    votes = Votes.from_tensor(dense.astype(dtype, order=order))
    assert triples_of(votes) == [(0, 0, 0), (1, 0, 1), (1, 1, 1)]
    assert votes.n_items == 3


def test_names_come_with_a_tensor() -> None:
    votes = Votes.from_tensor(
        [[[1, 0], [0, 1]]], item_names="ab", rater_names=[7], answer_names=["no", "yes"]
    )
    assert votes.item_names == ("a", "b")
    assert votes.rater_names == (7,)
    assert votes.answer_names == ("no", "yes")


@pytest.mark.parametrize("entry", [2.0, 0.5, np.nan, -1.0, np.inf])
def test_a_tensor_holds_nothing_but_0_and_1(entry: float) -> None:
    tensor = np.zeros((3, 4, 2))
    tensor[1, 0, 0] = 1
    tensor[2, 3, 1] = entry
    message = f"entry (2, 3, 1) of the tensor is {entry}: only 0 and 1 are votes"
    with pytest.raises(VoteError, match=re.escape(message)):
        Votes.from_tensor(tensor)


def test_a_piece_of_a_tensor_says_where_it_is_in_the_whole() -> None:
    piece = np.array([0, 1, 0, 7], dtype=np.uint8)
    with pytest.raises(VoteError, match=r"entry \(1, 0, 2\) of the tensor is 7"):
        vote_cells(piece, 8, 3, 3)
    np.testing.assert_array_equal(vote_cells(piece[:3], 8, 3, 3), [1])


def test_a_rater_gives_an_item_one_answer_in_a_tensor() -> None:
    tensor = np.zeros((2, 3, 2), dtype=bool)
    tensor[1, 2] = True
    with pytest.raises(VoteError, match="rater 1 gave item 2 more than one answer"):
        Votes.from_tensor(tensor)
    with pytest.raises(VoteError, match="rater 'bob' gave item 2 more than one answer"):
        Votes.from_tensor(tensor, rater_names=["ann", "bob"])


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (1, 2, 3, 4)])
def test_a_tensor_has_three_axes(shape: tuple[int, ...]) -> None:
    with pytest.raises(VoteError, match=f"three axes .* shape {re.escape(str(shape))}"):
        Votes.from_tensor(np.ones(shape))


@pytest.mark.parametrize("shape", [(2, 3, 2), (0, 3, 2), (2, 0, 2), (2, 3, 0)])
def test_a_tensor_without_votes_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(VoteError, match="no votes: every entry of the tensor is 0"):
        Votes.from_tensor(np.zeros(shape))


@pytest.mark.parametrize("tensor", [[[["1", "0"]]], [[[None, 1]]], [[[1j, 0]]]])
def test_a_tensor_holds_numbers(tensor: Any) -> None:
    with pytest.raises(
        VoteError, match=r"tensor must be numbers|a tensor of votes holds numbers, 0 and 1"
    ):
        Votes.from_tensor(tensor)


def test_there_is_one_name_for_each() -> None:
    with pytest.raises(VoteError, match="3 rater names for 1 raters"):
        Votes.from_tensor([[[1]]], rater_names=["a", "b", "c"])


def test_the_users_tensor_and_names_stay_the_users() -> None:
    tensor, names = np.ones((2, 1, 1)), ["ann", "bob"]
    votes = Votes.from_tensor(tensor, rater_names=names)
    tensor[:] = 0
    names[0] = "eve"
    assert tensor.flags.writeable
    assert votes.n_votes == 2
    assert list(votes.rater_names) == ["ann", "bob"]


def test_the_cells_of_a_reader_stay_the_readers() -> None:
    cells = np.array([0, 3])
    votes = Votes.from_cells([cells], n_items=2, n_answers=2)
    cells[:] = 1
    assert cells.flags.writeable
    assert triples_of(votes) == [(0, 0, 0), (1, 0, 1)]
