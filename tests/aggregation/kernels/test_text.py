"""Kernels over Arrow's bytes against Python's own strings."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation.kernels.text import (
    all_as_named,
    differ_plainly,
    hash_keys,
    order_of_texts,
    short_keys,
)
from aggregation.reading.layouts.same_names import folded_name
from aggregation.reading.tables.distinct import texts_of

from ...support.known_truth_models import compiles

# Few characters, so that texts agree in long stretches; NUL is what words are filled up with.
NAMES = st.one_of(
    st.text("ab\0é猫", max_size=20),
    st.text(max_size=12),
    st.builds(str.__add__, st.just("https://example.org/images/"), st.text("01", max_size=18)),
)


def buffers(names: list[str], kind: type = np.int32) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    encoded = [name.encode() for name in names]
    offsets: NDArray[np.int32] = np.cumsum([0, *map(len, encoded)]).astype(kind)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets


@compiles
@given(st.lists(NAMES, max_size=40, unique=True))
@example(["a", "a\0", "a\0\0", "", "a" * 8, "a" * 8 + "\0", "a" * 9])
def test_order_is_that_of_bytes_and_of_characters(names: list[str]) -> None:
    order = order_of_texts(*buffers(names))
    assert [names[place] for place in order] == sorted(names)


@compiles
@given(st.lists(NAMES, min_size=1, max_size=40))
@example(["a", "a\0"])
def test_keys_are_equal_where_texts_are(names: list[str]) -> None:
    data, offsets = buffers(names, np.int64)
    keys = np.empty(len(names), dtype=np.uint64)
    if short_keys(data, offsets, 0, keys):
        assert [names[k] for k in np.argsort(keys, kind="stable")] == sorted(names)
    else:
        assert any(len(name.encode()) > 8 or name.endswith("\0") for name in names)
        hash_keys(data, offsets, keys)
    assert len(set(keys.tolist())) == len(set(names))


def test_a_text_that_is_not_its_name_is_found() -> None:
    names = buffers(["ab", "abc", ""])
    for texts, same in ((["abc", "", "ab"], True), (["abd", "", "ab"], False)):
        codes = np.array([1, 2, 0], dtype=np.int32)
        assert all_as_named(*buffers(texts), codes, *names) is same
    assert not all_as_named(*buffers(["ab"]), np.array([1], dtype=np.int32), *names)


LINES = st.lists(st.text("aAzé .+-e019_", max_size=6), min_size=1, max_size=8, unique=True)


@compiles
@given(LINES)
@example(["10", "1"])
@example(["1e3", "a"])
@example(["007", "7"])
@example(["1_0", "10"])
def test_lines_that_differ_plainly_fold_to_different_names(lines: list[str]) -> None:
    whole = "\n".join(lines)
    if differ_plainly(*texts_of(pa.array(lines))):
        assert whole.isascii()
        assert len(set(map(folded_name, lines))) == len(lines)


@pytest.mark.parametrize("lines", ["img_01 img_02", "w1 w2", "1 20 0a", "5-a 1.b"])
def test_usual_names_differ_plainly(lines: str) -> None:
    assert differ_plainly(*texts_of(pa.array(lines.split(" "))))


@pytest.mark.parametrize(
    "names",
    [
        ["A", "b"],
        ["a b", "c"],
        ["01", "1"],
        ["1.0", "1"],
        ["a", ""],
        [""],
        ["é", "e"],
        ["a\n", "b"],
    ],
)
def test_doubtful_names_do_not(names: list[str]) -> None:
    assert not differ_plainly(*texts_of(pa.array(names)))
