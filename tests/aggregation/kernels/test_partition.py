"""Where rows of text end, against Python's own reader; and rows shared out among partitions."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.kernels.partition import last_row_end, share_out, torn_cell

TEXT = st.text(st.sampled_from('ab",\n'), max_size=30)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@given(text=TEXT)
@settings(deadline=None)
def test_a_text_can_be_cut_where_its_last_whole_row_ends(text: str) -> None:
    end = last_row_end(np.frombuffer(text.encode(), np.uint8), ord(","), ord("\n"))
    assert end == 0 or text[end - 1] == "\n"
    assert rows(text[:end]) + rows(text[end:]) == rows(text)
    # what is left is one row at the most
    assert len(rows(text[end:])) <= 1


@given(
    keys=st.lists(st.integers(0, 2**64 - 1), max_size=40),
    n_partitions=st.integers(1, 7),
)
@settings(deadline=None)
def test_rows_of_a_partition_keep_their_order(keys: list[int], n_partitions: int) -> None:
    partitions = np.empty(len(keys), np.int32)
    order, ends = np.empty(len(keys), np.int64), np.zeros(n_partitions, np.int64)
    share_out(np.array(keys, np.uint64), partitions, ends, order)
    np.testing.assert_array_equal(order, np.argsort(partitions, kind="stable"))
    np.testing.assert_array_equal(ends, np.cumsum(np.bincount(partitions, minlength=n_partitions)))
    for key, partition in zip(keys, partitions.tolist(), strict=True):
        mixed = ((key ^ (key >> 32)) * 0x9E3779B97F4A7C15) % 2**64
        assert partition == (mixed >> 32) * n_partitions >> 32


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('a,"b\nc",d\n"e ""f""\n",g\r\n', -1),
        ('a,5" b\nc,d\n', -1),
        ('a,"b" c\nd,e\n', -1),
        ('a,"b\nc,d\n', 2),
        ('a,"b\nc,"d"\n', 2),
        ('a,b\n"c\nd,"e\nf"\n', 4),
        ('a,"b\nc"\r\nd,"e\n', 11),
        ("", -1),
    ],
)
def test_a_cell_that_takes_rows_in(text: str, place: int) -> None:
    assert torn_cell(np.frombuffer(text.encode(), np.uint8), ord(","), ord("\n")) == place
