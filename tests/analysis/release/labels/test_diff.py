"""Two label files compared, against sets of pairs; and `reassess diff`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import AnalysisError, Release, diff_labels, make_labels
from analysis.release.files.questions import Questions, image_name
from analysis.release.labels.diff import LabelDiff, diff_csv

from ....support.commands import Command, refused

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


@pytest.fixture
def two_files(tmp_path: Path, simulated: Release) -> tuple[Path, Path]:
    paths = tmp_path / "a.json", tmp_path / "b.json"
    for path, threshold in zip(paths, (0.8, 0.95), strict=True):
        path.write_text(json.dumps(make_labels(simulated, threshold=threshold)))
    return paths


def test_command(reassess: Command, two_files: tuple[Path, Path]) -> None:
    diff = diff_labels(*(json.loads(path.read_text()) for path in two_files))
    ended = reassess("diff", *two_files, "--csv", "new/diff.csv")
    assert ended.status == 0
    assert Path("new/diff.csv").read_text() == diff_csv(diff)
    assert ended.err == "wrote new/diff.csv\n"
    lines = ended.out.splitlines()
    assert lines[0] == (
        f"labels: {diff.before.sum():,} -> {diff.after.sum():,} "
        f"(0 added, {len(diff.dropped):,} dropped)"
    )
    assert lines[1].endswith(f"(0 filled, {len(diff.emptied):,} emptied)")
    emptied = ", ".join(image_name(image) for image in diff.emptied[:3].tolist())
    assert lines[3] == f"images that become empty: {len(diff.emptied):,}, first {emptied}"
    label = int(diff.most_changed(1)[0])
    row = [label, diff.before[label], diff.after[label], 0, diff.dropped_by_class[label]]
    assert lines[6].split() == [*map(str, row), diff.examples(label)[1][0]]
    assert len(lines) == 6 + len(diff.most_changed(10))


def test_command_on_files_that_differ_in_order_alone(reassess: Command, tmp_path: Path) -> None:
    before, after = files({4: ([5, 6], [6, 5])})
    for name, label_sets in (("a.json", before), ("b.json", after)):
        (tmp_path / name).write_text(json.dumps(label_sets))
    ended = reassess("diff", "a.json", "b.json")
    assert ended.out.splitlines()[2:] == [
        f"images with the same labels in another order: 1, first {image_name(5)}"
    ]
    ended = reassess("diff", "a.json", "a.json")
    assert (ended.status, ended.out) == (0, "the same labels in the same order\n")


def test_command_refuses(reassess: Command, two_files: tuple[Path, Path]) -> None:
    good, _ = two_files
    bad = good.with_name("bad.json")
    holes = json.loads(good.read_text())
    holes[2] = None
    for content, message in (
        ("[[1], [2]]", f"{bad}: should be a list of 50,000 lists of labels: it has 2 entries"),
        (json.dumps(holes), f"{bad}: {image_name(3)} has None, not a list of labels"),
        ("nonsense", f"{bad}: not a JSON file"),
    ):
        bad.write_text(content)
        for arguments in ((good, bad), (bad, good)):
            refused(reassess("diff", *arguments, "--csv", "diff.csv"), message)
            assert not Path("diff.csv").exists()
    bad.unlink()
    refused(reassess("diff", good, bad), f"{bad}: No such file or directory")
