"""Votes as users have them."""

from __future__ import annotations

import pyarrow as pa

from aggregation.reading.layouts.vote_table import VoteTable


def test_a_table_has_nothing_beside_its_votes_unless_it_is_given() -> None:
    column = pa.array(["a"])
    one, other = VoteTable(column, column, column), VoteTable(column, column, column)
    assert (one.known, one.golden, one.notes, one.left_out) == (None, None, (), {})
    assert one.left_out is not other.left_out
    assert one != other
