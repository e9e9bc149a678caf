"""Columns of names: codes, or in Arrow, until someone wants what Python has."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from aggregation.held import LateNames, NamedCodes
from aggregation.reading.names import ArrowNames

NAMES = ["ann", "bob", "", "=1+1"]


def late(names: list[Any], kind: Any = None) -> LateNames:
    return LateNames(partial(pa.array, names, kind), len(names))


@pytest.mark.parametrize(
    "names", [NAMES, tuple(NAMES), late(NAMES), late(NAMES, pa.large_string())]
)
def test_codes_stand_for_names(names: Any) -> None:
    column = NamedCodes(np.array([3, -1, 0, 0]), names)
    expected = ["=1+1", None, "ann", "ann"]
    assert list(column) == expected
    assert column == expected
    assert column == tuple(expected)
    assert column != expected[:3]
    assert column != "=1+1"
    assert [column[place] for place in range(4)] == expected
    assert column[1:3] == expected[1:3]
    assert column[-1] == "ann"
    assert len(column) == 4
    assert repr(column) == repr(tuple(expected))
    assert hash(column) == hash(tuple(expected))
    with pytest.raises(IndexError):
        column[4]
    held = pa.array(column)
    assert held.type == pa.string()
    assert held.to_pylist() == expected


@pytest.mark.parametrize("names", [[5, 6], [date(2020, 1, 2), date(2020, 1, 3)], [0.5, 1.5]])
def test_other_names_have_the_types_of_lists(names: list[Any]) -> None:
    for held in (names, late(names), ArrowNames(pa.array(names), np.array([0, 1]))):
        found = pa.array(NamedCodes(np.array([1, 0, -1]), held))
        assert found.equals(pa.array([names[1], names[0], None]))


def test_whole_numbers_of_any_width_are_as_of_a_list() -> None:
    assert pa.array(late([1, 2], pa.uint8())).type == pa.array([1, 2]).type


def test_names_stay_in_arrow_while_some_are_taken() -> None:
    names = ArrowNames(pa.array(["c", "a", "b"]), np.array([1, 2, 0]))
    assert list(NamedCodes(np.array([2, -1, 0]), names)) == ["c", None, "a"]
    assert "whole" not in vars(names)
    assert names == ("a", "b", "c")
    assert list(NamedCodes(np.array([2, -1, 0]), names)) == ["c", None, "a"]
