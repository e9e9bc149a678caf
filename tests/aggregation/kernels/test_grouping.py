"""Votes are grouped the same whatever their order, their types and the number of threads."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import VoteError, Votes, expected_counts
from aggregation.kernels.grouping import group_by_item
from aggregation.kernels.radix import MOST_INSERTED, VOTES_IN_CACHE
from aggregation.kernels.threads import Threads
from aggregation.models import known_truth
from aggregation.votes import parts

N_ITEMS, N_RATERS, N_ANSWERS = 200, 20, 4
SIZES: dict[str, Any] = {"n_items": N_ITEMS, "n_raters": N_RATERS, "n_answers": N_ANSWERS}


def columns(order: str, n_votes: int = 5137) -> NDArray[np.int64]:
    """Item, rater and answer of votes; the first item and the last one have none."""
    rng = np.random.default_rng(0)
    items = rng.integers(1, N_ITEMS - 1, n_votes)
    items[: 2 * MOST_INSERTED] = 7  # too many to be sorted by insertion
    raters, answers = rng.integers(N_RATERS, size=n_votes), rng.integers(N_ANSWERS, size=n_votes)
    rows = np.stack((items, raters, answers))
    if order == "shuffled":
        return rows
    keys = (answers, raters, items) if order == "sorted" else (items,)
    return rows[:, np.lexsort(keys)]


@pytest.mark.parametrize("order", ["sorted", "by item", "shuffled"])
@pytest.mark.parametrize("n_threads", [1, 2, 3, 7])
@pytest.mark.parametrize("types", [("i8", "i8", "i8"), ("u1", "i2", "u8"), ("i4", "u4", "i1")])
def test_grouping_is_sorting(order: str, n_threads: int, types: tuple[str, ...]) -> None:
    votes = columns(order)
    typed: list[NDArray[Any]] = [
        column.astype(kind) for column, kind in zip(votes, types, strict=True)
    ]
    with closing(Threads(n_threads)) as threads:
        grouped = group_by_item(*typed, **SIZES, threads=threads)
        guessed = group_by_item(*typed, **SIZES, threads=threads, ascending=True)
    assert grouped is not None
    starts, codes = grouped
    assert (guessed is None) == (order == "shuffled")
    if guessed is not None:
        for found, expected in zip(guessed, grouped, strict=True):
            np.testing.assert_array_equal(found, expected)
    items, raters, answers = votes
    expected = raters * N_ANSWERS + answers
    np.testing.assert_array_equal(codes, expected[np.lexsort((expected, items))])
    counts = np.bincount(items, minlength=N_ITEMS)
    np.testing.assert_array_equal(starts, np.concatenate(([0], np.cumsum(counts))))


@pytest.mark.parametrize("n_threads", [1, 2, 3, 7])
@pytest.mark.parametrize("wrong", [-1, -(10**12), N_ITEMS, 10**12])
def test_items_that_are_none_are_found_wherever_they_stand(n_threads: int, wrong: int) -> None:
    items, raters, answers = columns("sorted")
    for place in range(0, len(items), 97):
        odd = items.copy()
        odd[place] = wrong
        with closing(Threads(n_threads)) as threads:
            found = group_by_item(
                odd,
                raters,
                answers,
                **SIZES,
                threads=threads,
                ascending=True,
            )
        assert found is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (-1, "item at row 60000 is -1: codes are 0, 1, 2"),
        (10**12, "looks like an identifier"),
        (5, None),
    ],
)
def test_a_long_column_of_items_is_looked_through(wrong: int, message: str | None) -> None:
    n_votes = 120_000
    items = np.arange(n_votes) // 5
    items[60_000] = wrong
    others = np.zeros(n_votes, dtype=int)
    if message is not None:
        with pytest.raises(VoteError, match=message):
            Votes.from_triples(items, others, others)
        return
    votes = Votes.from_triples(items, others, others)
    np.testing.assert_array_equal(np.diff(votes.starts), np.bincount(items))


def test_more_items_than_were_said_are_an_error() -> None:
    items = np.arange(120_000) // 5
    items[70_000] = 200_000  # and the last one is small enough
    others = np.zeros(len(items), dtype=int)
    with pytest.raises(VoteError, match="item 200000 at row 70000 is beyond n_items=30000"):
        Votes.from_triples(items, others, others, n_items=30_000)


@settings(deadline=None, max_examples=60)
@given(
    n_items=st.sampled_from([1, 2, 5, 300, 10**6]),
    n_raters=st.sampled_from([1, 3, 5000, 10**6]),
    n_answers=st.sampled_from([1, 3, 2000]),
    n_votes=st.sampled_from([1, 2, 40, 3000, 3 * VOTES_IN_CACHE]),
    n_threads=st.integers(1, 3),
    spread=st.sampled_from([1, 3]),
    shuffled=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_sizes_are_grouped_as_by_lexsort(
    n_items: int,
    n_raters: int,
    n_answers: int,
    n_votes: int,
    n_threads: int,
    spread: int,
    shuffled: bool,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    # spread 3: most votes are on few items
    items = (n_items * rng.random(n_votes) ** spread).astype(np.int64)
    if not shuffled:
        items.sort()
    raters, answers = rng.integers(n_raters, size=n_votes), rng.integers(n_answers, size=n_votes)
    with closing(Threads(n_threads)) as threads:
        grouped = group_by_item(
            items,
            raters,
            answers,
            n_items=n_items,
            n_raters=n_raters,
            n_answers=n_answers,
            threads=threads,
        )
    assert grouped is not None
    order = np.lexsort((answers, raters, items))
    np.testing.assert_array_equal(grouped[1], (raters * n_answers + answers)[order])
    expected = np.searchsorted(items[order], np.arange(n_items + 1))
    np.testing.assert_array_equal(grouped[0], expected)


def test_long_votes_are_counted_as_short_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    items, raters, answers = columns("shuffled")
    votes = Votes.from_triples(items, raters, answers, **SIZES)
    weights = np.random.default_rng(1).random((N_ITEMS, 3))
    counts, expected = votes.answer_counts(), expected_counts(votes, weights)
    for module in (parts, known_truth):
        monkeypatch.setattr(module, "WORTH_COMPILING", 0)
    compiled = votes.answer_counts()
    assert compiled.dtype == counts.dtype
    np.testing.assert_array_equal(compiled, counts)
    np.testing.assert_array_equal(expected_counts(votes, weights), expected)
