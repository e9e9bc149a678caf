"""Distinct texts of long columns against pyarrow's dictionaries and NumPy's order."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.kernels import text
from aggregation.reading import names as names_module
from aggregation.reading.columns import WORTH_COMPILING
from aggregation.reading.layouts.same_names import same_names
from aggregation.reading.names import ArrowNames, coded_arrow
from aggregation.reading.tables import distinct
from aggregation.reading.tables.distinct import distinct_texts, is_long_text, sorted_texts

from ....support.known_truth_models import compiles

NAMES = st.one_of(
    st.text("ab\0é猫", max_size=20),
    st.text(max_size=12),
    st.builds(str.__add__, st.just("https://example.org/images/"), st.text("01", max_size=18)),
)
KINDS = {"string": pa.string(), "large_string": pa.large_string()}


@pytest.fixture
def any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distinct, "WORTH_COMPILING", 1)
    monkeypatch.setattr(names_module, "WORTH_COMPILING", 1)


def chunked(values: list[str], kind: str, skip: int, cut: int) -> Any:
    """A column of two chunks, and an empty one, that begin within larger arrays."""
    first = pa.array(["before"] * skip + values[:cut], KINDS[kind]).slice(skip)
    second = pa.array([*values[cut:], "after"], KINDS[kind]).slice(0, len(values) - cut)
    return pa.chunked_array([first, second.slice(0, 0), second])


@pytest.mark.parametrize("kind", KINDS)
@compiles
@given(
    values=st.lists(NAMES, min_size=1, max_size=30),
    repeats=st.integers(1, 3),
    skip=st.integers(0, 3),
    cut=st.integers(0, 30),
)
def test_codes_are_those_of_pyarrow(
    kind: str, values: list[str], repeats: int, skip: int, cut: int
) -> None:
    column = chunked(values * repeats, kind, skip, min(cut, len(values) * repeats))
    found = distinct_texts(column)
    assert found is not None
    names, codes = found
    encoded = column.combine_chunks().dictionary_encode()
    assert names.equals(encoded.dictionary)
    np.testing.assert_array_equal(codes, encoded.indices.to_numpy())
    assert names.take(pa.array(sorted_texts(names))).to_pylist() == sorted(set(values))


@pytest.mark.usefixtures("any_length")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "values",
    [
        ["b", "a", "c", "a"],
        ["10", "9", "1e1", "9"],
        ["7", "12", "3", "7"],
        ["", "é", "e", "Z", ""],
        ["f47ac10b-58cc-4372-a567-0e02b2c3d479", "f47ac10b-58cc-4372-a567-0e02b2c3d478"],
    ],
)
@pytest.mark.parametrize("text_only", [False, True])
def test_columns_are_coded_as_short_ones_are(
    monkeypatch: pytest.MonkeyPatch, kind: str, values: list[str], text_only: bool
) -> None:
    column = chunked(values, kind, 2, 1)
    assert is_long_text(column)
    long = coded_arrow(column, "item", text_only=text_only)
    monkeypatch.setattr(names_module, "is_long_text", lambda _: False)
    short = coded_arrow(column, "item", text_only=text_only)
    np.testing.assert_array_equal(long.codes, short.codes)
    assert (long.size, long.names) == (short.size, short.names)


@pytest.mark.usefixtures("any_length")
def test_two_texts_with_one_hash_are_left_to_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "hash_keys", lambda _data, _offsets, keys: keys.fill(1))
    column = pa.chunked_array([["a" * 20, "b" * 20, "a" * 20]])
    assert distinct_texts(column) is None
    found = coded_arrow(column, "item")
    assert found.codes.tolist() == [0, 1, 0]
    assert found.names == ("a" * 20, "b" * 20)


def test_a_long_column_takes_the_kernels() -> None:
    rng = np.random.default_rng(0)
    values = [f"img_{k}" for k in rng.integers(5000, size=WORTH_COMPILING)]
    column = pa.chunked_array([pa.array(values)])
    assert is_long_text(column)
    assert not is_long_text(column.slice(1))
    assert not is_long_text(pa.chunked_array([pa.array([None, *values])]))
    names, codes = np.unique(values, return_inverse=True)
    found = coded_arrow(column, "item")
    assert found.names == tuple(names.tolist())
    np.testing.assert_array_equal(found.codes, codes)


def in_arrow(names: list[Any]) -> ArrowNames:
    return ArrowNames(pa.array(names), np.arange(len(names)))


@pytest.mark.usefixtures("any_length")
@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["a", "b"], []),
        (["a", "A"], [[0, 1]]),
        (["7", "07", "a\nb"], [[0, 1]]),
        (["x\ny", "x y"], [[0, 1]]),
    ],
)
def test_same_names_of_many_are_found(names: list[str], groups: list[list[int]]) -> None:
    assert same_names(in_arrow(names)) == groups


def test_numbers_are_never_the_same_name() -> None:
    assert same_names(in_arrow([1, 10, 2])) == []


def test_names_in_arrow_are_used_as_a_tuple_is() -> None:
    names = ArrowNames(pa.array(["b", "c", "a"]), np.array([2, 0, 1]))
    assert (len(names), names[1], names[-1], names[:2]) == (3, "b", "c", ("a", "b"))
    assert list(names) == ["a", "b", "c"]
    assert names == ("a", "b", "c")
    assert names.whole == ("a", "b", "c")
    assert names == in_arrow(["a", "b", "c"])
    assert names != ("a", "b")
    assert (hash(names), repr(names)) == (hash(names.whole), "('a', 'b', 'c')")
    assert "b" in names
    assert pickle.loads(pickle.dumps(names)) == names


LISTS = st.lists(
    st.tuples(st.lists(NAMES, min_size=1, max_size=5), st.lists(st.integers(0, 4), max_size=6)),
    min_size=1,
    max_size=4,
)


@pytest.mark.usefixtures("any_length")
@pytest.mark.parametrize("kind", KINDS)
@compiles
@given(LISTS)
def test_places_in_lists_are_coded_as_the_texts_are(
    kind: str, parts: list[tuple[list[str], list[int]]]
) -> None:
    chunks = [
        pa.DictionaryArray.from_arrays(
            pa.array([place % len(words) for place in places], pa.int32()),
            pa.array(words, KINDS[kind]),
        )
        for words, places in parts
    ]
    column = pa.chunked_array([*chunks, chunks[0]])
    if not len(column):
        return
    found, plain = coded_arrow(column, "item"), coded_arrow(column.cast(KINDS[kind]), "item")
    np.testing.assert_array_equal(found.codes, plain.codes)
    assert (found.size, found.names) == (plain.size, plain.names)
