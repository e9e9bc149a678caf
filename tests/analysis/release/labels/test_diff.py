"""Two label files compared, against sets of pairs."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import AnalysisError, Release, diff_labels, make_labels
from analysis.release.files.questions import Questions, image_name
from analysis.release.labels.diff import LabelDiff, diff_csv

Sets = list[list[int]]
LABELS = st.lists(st.integers(0, 4) | st.integers(0, 999), unique=True, max_size=4)
CHANGES = st.dictionaries(st.integers(0, 49_999), st.tuples(LABELS, LABELS))


def files(changes: dict[int, tuple[list[int], list[int]]]) -> tuple[Sets, Sets]:
    """Two files that are the same but for some images."""
    both: tuple[Sets, Sets] = ([[7]] * 50_000, [[7]] * 50_000)
    for image, pair in changes.items():
        for label_sets, labels in zip(both, pair, strict=True):
            label_sets[image] = labels
    return both


def pairs(questions: Questions) -> list[tuple[int, int]]:
    return list(zip(questions.images.tolist(), questions.labels.tolist(), strict=True))


@settings(deadline=None, max_examples=25)
@given(CHANGES)
def test_by_sets_of_pairs(changes: dict[int, tuple[list[int], list[int]]]) -> None:
    before, after = files(changes)
    diff = diff_labels(before, after)
    old = {(image + 1, label) for image, (labels, _) in changes.items() for label in labels}
    new = {(image + 1, label) for image, (_, labels) in changes.items() for label in labels}
    assert pairs(diff.added) == sorted(new - old)
    assert pairs(diff.dropped) == sorted(old - new)
    changed = {image for image, _ in new ^ old}
    assert diff.changed_images.tolist() == sorted(changed)
    lists = sorted((image + 1, *lists) for image, lists in changes.items())
    assert diff.emptied.tolist() == [image for image, a, b in lists if a and not b]
    assert diff.filled.tolist() == [image for image, a, b in lists if b and not a]
    assert diff.reordered.tolist() == [
        image for image, a, b in lists if a != b and image not in changed
    ]
    assert diff.identical == (before == after)
    same = 50_000 - len(changes)
    for label in (0, 3, 7):
        assert diff.before[label] == sum(key == label for _, key in old) + same * (label == 7)
        assert diff.added_by_class[label] == sum(key == label for _, key in new - old)
        assert diff.dropped_by_class[label] == sum(key == label for _, key in old - new)
    assert diff.n_images_before == same + sum(bool(a) for _, a, _ in lists)
    assert diff.n_images_after == same + sum(bool(b) for _, _, b in lists)


def test_nothing_is_lost(simulated: Release) -> None:
    before = make_labels(simulated, threshold=0.9)
    after = make_labels(simulated, threshold=0.3)
    diff = diff_labels(before, after)
    assert len(diff.added) > 0
    assert len(diff.dropped) == len(diff.emptied) == len(diff.reordered) == 0
    gained = diff.after - diff.before
    assert np.array_equal(gained, diff.added_by_class)
    back = diff_labels(after, before)
    assert pairs(back.dropped) == pairs(diff.added)
    assert back.emptied.tolist() == diff.filled.tolist() != []


@pytest.fixture
def diff() -> LabelDiff:
    return diff_labels(
        *files({0: ([1, 2], [2, 3]), 1: ([1], []), 4: ([5, 6], [6, 5]), 9: ([3], [3, 1])})
    )


def test_most_changed_and_examples(diff: LabelDiff) -> None:
    assert diff.most_changed().tolist() == [1, 3]
    assert diff.most_changed(1).tolist() == [1]
    assert diff.examples(1) == ([image_name(10)], [image_name(1), image_name(2)])
    assert diff.examples(1, 1) == ([image_name(10)], [image_name(1)])
    assert diff.examples(500) == ([], [])


def test_csv(diff: LabelDiff) -> None:
    rows = list(csv.DictReader(io.StringIO(diff_csv(diff))))
    assert [int(row["label"]) for row in rows] == list(range(1000))
    assert list(rows[1].values()) == ["1", "2", "1", "1", "2", image_name(10), image_name(1)]
    assert list(rows[7].values()) == ["7", "49996", "49996", "0", "0", "", ""]


def test_label_sets_that_cannot_be_compared() -> None:
    good: Sets = [[1]] * 50_000
    with pytest.raises(AnalysisError, match="before: should be a list of 50,000 lists of labels"):
        diff_labels([[1]], good)
    with pytest.raises(AnalysisError, match=f"after: {image_name(3)} has a label twice"):
        diff_labels(good, [*good[:2], [4, 4], *good[3:]])
