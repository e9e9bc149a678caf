"""Votes are grouped the same whatever their order, their types and the number of threads."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation._grouping import MOST_INSERTED, SCANNED, group_by_item
from aggregation.threads import Threads

N_ITEMS, N_RATERS, N_ANSWERS = 200, 20, 4


def columns(order: str, n_votes: int = 5 * SCANNED + 17) -> NDArray[np.int64]:
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
        starts, codes = group_by_item(*typed, n_items=N_ITEMS, n_answers=N_ANSWERS, threads=threads)
    items, raters, answers = votes
    expected = raters * N_ANSWERS + answers
    np.testing.assert_array_equal(codes, expected[np.lexsort((expected, items))])
    counts = np.bincount(items, minlength=N_ITEMS)
    np.testing.assert_array_equal(starts, np.concatenate(([0], np.cumsum(counts))))
