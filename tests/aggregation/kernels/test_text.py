"""Kernels over Arrow's bytes against Python's own strings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation.kernels import text
from aggregation.kernels.text import (
    all_as_named,
    differ_plainly,
    hash_keys,
    numbered,
    order_of_texts,
    short_keys,
)
from aggregation.reading.layouts.same_names import ODD_NUMBER, folded_name

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


@pytest.mark.parametrize("n_distinct", [1, 7, 3000, 40_000])
def test_numbers_come_in_order_of_appearance(n_distinct: int) -> None:
    keys = np.random.default_rng(n_distinct).integers(n_distinct, size=60_000).astype(np.uint64)
    keys[keys % 2 == 0] <<= np.uint64(40)  # more than the lower half of a key counts
    codes, firsts = numbered(keys)
    seen: dict[int, int] = {}
    assert codes.tolist() == [seen.setdefault(key, len(seen)) for key in keys.tolist()]
    assert keys[firsts].tolist() == list(seen)


def test_a_full_table_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "FIRST_SLOTS", 2)
    codes, firsts = numbered(np.array([5, 0, 5, 9, 1, 0], dtype=np.uint64))
    assert codes.tolist() == [0, 1, 0, 2, 3, 1]
    assert firsts.tolist() == [0, 1, 3, 4]


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
def test_lines_that_differ_plainly_fold_to_different_names(lines: list[str]) -> None:
    whole = "\n".join(lines)
    if differ_plainly(np.frombuffer(whole.encode(), dtype=np.uint8)):
        assert whole.isascii()
        assert ODD_NUMBER.search(whole) is None
        assert len(set(map(folded_name, lines))) == len(lines)


@pytest.mark.parametrize("lines", ["img_01\nimg_02", "w1\nw2", "1\n20\n0a", "5-a\n1.b"])
def test_usual_names_differ_plainly(lines: str) -> None:
    assert differ_plainly(np.frombuffer(lines.encode(), dtype=np.uint8))


@pytest.mark.parametrize(
    "lines", ["A\nb", "a b\nc", "01\n1", "1.0\n1", "a\n", "", "é\ne", "a\t\nb"]
)
def test_doubtful_names_do_not(lines: str) -> None:
    assert not differ_plainly(np.frombuffer(lines.encode(), dtype=np.uint8))
