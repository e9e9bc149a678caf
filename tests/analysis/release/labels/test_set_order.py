"""Sets of CPython 3.5 and 3.6: against a plain emulation, and against what 3.6 itself gives."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Release
from analysis.release.labels.label_sets import published_order
from analysis.release.labels.set_order import set_order

from ....support.python36_set import iteration_order

# What CPython 3.6.15 prints for a set that the values on the left were added to in this order. Sets
# of 19 and 20 grow earlier in today's interpreters.
OF_CPYTHON_36 = [
    (
        "261 637",
        "637 261",
    ),
    (
        "367 707 759 814",
        "759 707 814 367",
    ),
    (
        "667 757 861 944 965",
        "965 944 757 667 861",
    ),
    (
        "29 255 476 542 664 794 860 965",
        "965 860 664 794 476 29 542 255",
    ),
    (
        "8 16 0 24",
        "8 16 0 24",
    ),
    (
        "7 15 23 31 39",
        "39 7 15 23 31",
    ),
    (
        "999 998 0 64 32 128 96",
        "0 32 64 128 96 998 999",
    ),
    (
        "38 49 59 74 88 96 154 219 331 374 404 428 444 519 548 596 666 840 931 970",
        "96 931 548 38 519 840 74 331 428 970 219 49 404 596 374 666 88 154 59 444",
    ),
    (
        "50 60 63 71 92 126 228 246 406 434 564 579 590 596 599 642 645 846 970",
        "642 579 228 645 599 71 970 590 92 846 50 434 564 596 246 406 60 126 63",
    ),
]


def ordered(values: list[int]) -> list[int]:
    array = np.array(values, dtype=np.int64)
    result: list[int] = array[set_order(np.array([0, len(values)]), array)].tolist()
    return result


@pytest.mark.parametrize(("values", "expected"), OF_CPYTHON_36)
def test_known_orders(values: str, expected: str) -> None:
    inserted, iterated = ([int(value) for value in text.split()] for text in (values, expected))
    assert ordered(inserted) == iterated
    assert iteration_order(inserted) == iterated


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(
        st.lists(st.integers(0, 999), unique=True, max_size=100),
        st.lists(st.integers(0, 999), unique=True, min_size=15, max_size=30).map(sorted),
        st.lists(st.integers(0, 2**40), unique=True, max_size=50),
        st.lists(st.integers(0, 30).map(lambda i: 32 * i), unique=True),
    )
)
def test_against_plain_emulation(values: list[int]) -> None:
    assert ordered(values) == iteration_order(values)


@pytest.mark.parametrize("size", [5, 19, 20, 21, 84, 85, 341, 342, 1000])
def test_sizes_about_a_growth(size: int) -> None:
    rng = np.random.default_rng(size)
    for _ in range(5):
        values = rng.permutation(1000)[:size].tolist()
        assert ordered(values) == iteration_order(values)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 999), unique=True, max_size=40), max_size=8))
def test_groups_are_sets_of_their_own(groups: list[list[int]]) -> None:
    values = np.array([value for group in groups for value in group], dtype=np.int64)
    starts = np.cumsum([0, *map(len, groups)])
    order = set_order(starts, values)
    assert sorted(order.tolist()) == list(range(len(values)))
    found = [
        values[order[begin:end]].tolist() for begin, end in itertools.pairwise(starts.tolist())
    ]
    assert found == [iteration_order(group) for group in groups]


@pytest.mark.release
def test_published_lists_are_in_this_order(release: Release) -> None:
    """Each list is what the threshold leaves of the set of all the image's labels."""
    order = published_order(release.questions)
    asked: dict[int, list[int]] = {}
    pairs = zip(
        release.questions.images[order].tolist(),
        release.questions.labels[order].tolist(),
        strict=True,
    )
    for image, label in pairs:
        asked.setdefault(image, []).append(label)
    assert all(labels == iteration_order(sorted(labels)) for labels in asked.values())
    in_order = [
        [label for label in labels if label in release.label_sets[image - 1]]
        for image, labels in asked.items()
    ]
    assert in_order == [release.label_sets[image - 1] for image in asked]
    assert sum(labels != sorted(labels) for labels in in_order) > 1000
