"""`reassess diff`: what changed, in words and as csv."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis import Release, diff_labels, make_labels
from analysis.release.files.questions import image_name
from analysis.release.labels.diff import diff_csv

from ...support.commands import Command, refused


@pytest.fixture
def two_files(tmp_path: Path, simulated: Release) -> tuple[Path, Path]:
    paths = tmp_path / "a.json", tmp_path / "b.json"
    for path, threshold in zip(paths, (0.8, 0.95), strict=True):
        path.write_text(json.dumps(make_labels(simulated, threshold=threshold)))
    return paths


def test_command(reassess: Command, two_files: tuple[Path, Path]) -> None:
    diff = diff_labels(*(json.loads(path.read_text()) for path in two_files))
    ended = reassess("diff", *two_files, "-o", "new/diff.csv")
    assert ended.status == 0
    assert Path("new/diff.csv").read_text() == diff_csv(diff)
    assert ended.err == "wrote new/diff.csv\n"
    assert reassess("diff", *two_files, "-o", "-") == (0, diff_csv(diff), "")
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
    before, after = ([*[[7]] * 4, changed, *[[7]] * 49_995] for changed in ([5, 6], [6, 5]))
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
            refused(reassess("diff", *arguments, "-o", "diff.csv"), message)
            assert not Path("diff.csv").exists()
    bad.unlink()
    refused(reassess("diff", good, bad), f"{bad}: No such file or directory")
