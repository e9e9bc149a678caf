"""The six files as they are: the release as it was measured, and the same as NumPy reads."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from analysis import Release, load_release
from analysis.release.files import download
from analysis.release.files.readers import YES, read_label_sets, read_votes

from ...support import bad_releases as bad

RATERS, GOLDEN, RATERS_GOLDEN, SCORES, LABELS, ORIGINAL = download.FILES


@pytest.fixture
def folder(simulated_dir: Path, tmp_path: Path) -> Path:
    return bad.linked(simulated_dir, tmp_path / "release")


@pytest.mark.release
def test_what_the_release_holds(release: Release) -> None:
    """Numbers that were measured on the files apart from this package."""
    votes, golden = release.votes, release.golden
    assert (votes.n_items, votes.n_raters, votes.n_answers) == (184_962, 85, 3)
    assert len(release.questions) == 184_962
    assert set(np.diff(votes.starts)) == {5}
    np.testing.assert_array_equal(np.bincount(votes.answers), [729_424, 78_942, 116_444])
    votes_of_raters = np.bincount(votes.raters)
    assert (votes_of_raters.min(), votes_of_raters.max()) == (6, 50_720)
    assert len(np.unique(votes.codes.reshape(-1, 5), axis=0)) == 99_219
    assert len(np.unique(release.questions.images)) == 24_889
    assert (len(golden.questions), golden.experts.n_raters, golden.experts.n_votes) == (
        1135,
        5,
        5 * 1135,
    )
    assert 1 not in golden.experts.answers  # no expert says maybe
    assert len(np.unique(release.questions.images[golden.questions])) == 155
    assert (golden.fits().sum(), golden.fits(at_least=2).sum()) == (248, 303)
    answers = np.bincount(golden.raters.raters, minlength=85)
    assert set(answers) == {0, 1135}
    without = [name for name, n in zip(votes.rater_names, answers, strict=True) if n == 0]
    assert sorted(without) == [111, 132, 134, 146, 153, 167, 189]
    assert sum(not labels for labels in release.label_sets) == 3163
    assert sum(map(len, release.label_sets)) == 57_553
    np.testing.assert_array_equal(np.bincount(release.original_labels), np.full(1000, 50))
    assert release.altered_files == []
    assert not release.simulated


@pytest.mark.release
def test_golden_answers_are_those_of_the_named_raters(release: Release) -> None:
    raw = bad.arrays_of(release.folder / RATERS_GOLDEN)
    by_rater = release.golden.raters.to_tensor()
    for rater, name in enumerate(release.votes.rater_names):
        row = np.flatnonzero(raw["ids"] == name)
        np.testing.assert_array_equal(by_rater[rater], raw["tensor"][row].sum(axis=0))


def test_the_same_as_numpy_reads(simulated: Release) -> None:
    files = {
        name: bad.arrays_of(simulated.folder / name)
        for name in (RATERS, GOLDEN, RATERS_GOLDEN, SCORES)
    }
    raters, golden = files[RATERS], files[GOLDEN]
    np.testing.assert_array_equal(simulated.votes.to_tensor(), raters["tensor"])
    np.testing.assert_array_equal(simulated.questions.to_info(), raters["info"])
    assert list(simulated.votes.rater_names) == raters["ids"].tolist()
    np.testing.assert_array_equal(simulated.golden.experts.to_tensor(), golden["tensor"])
    np.testing.assert_array_equal(raters["info"][simulated.golden.questions], golden["info"])
    yes_votes = golden["tensor"][:, :, 2].sum(axis=0)
    np.testing.assert_array_equal(simulated.golden.yes_votes(), yes_votes)
    np.testing.assert_array_equal(simulated.scores, files[SCORES]["tensor"])
    assert simulated.label_sets == json.loads((simulated.folder / LABELS).read_text())
    ids = (simulated.folder / ORIGINAL).read_text().split()
    rank = sorted(set(ids)).index
    assert simulated.original_labels[:50].tolist() == [rank(i) for i in ids[:50]]


@pytest.mark.parametrize("dtype", ["uint8", "bool", "int64", "float16", "float32", ">f8"])
def test_votes_of_another_type(dtype: str, folder: Path, simulated: Release) -> None:
    for name in (RATERS, GOLDEN, RATERS_GOLDEN):
        bad.change(folder / name, tensor=bad.arrays_of(folder / name)["tensor"].astype(dtype))
    loaded = load_release(folder)
    for found, expected in (
        (loaded.votes, simulated.votes),
        (loaded.golden.experts, simulated.golden.experts),
        (loaded.golden.raters, simulated.golden.raters),
    ):
        np.testing.assert_array_equal(found.starts, expected.starts)
        np.testing.assert_array_equal(found.codes, expected.codes)
        assert list(found.rater_names) == list(expected.rater_names)


def test_scores_under_the_name_of_the_public_description(folder: Path, simulated: Release) -> None:
    scores = bad.arrays_of(folder / SCORES)["tensor"]
    bad.change(folder / SCORES, tensor=None, scores=scores.astype(">f8"))
    np.testing.assert_array_equal(load_release(folder).scores, simulated.scores)


def test_golden_files_in_another_order(folder: Path, simulated: Release) -> None:
    for name in (GOLDEN, RATERS_GOLDEN):
        arrays = bad.arrays_of(folder / name)
        bad.change(
            folder / name,
            tensor=np.ascontiguousarray(arrays["tensor"][::-1, ::-1]),
            info=np.ascontiguousarray(arrays["info"][::-1]),
            ids=arrays["ids"][::-1].copy(),
        )
    golden = load_release(folder).golden
    np.testing.assert_array_equal(golden.questions, simulated.golden.questions[::-1])
    np.testing.assert_array_equal(golden.fits(), simulated.golden.fits()[::-1])
    by_rater = simulated.golden.raters.to_tensor()
    np.testing.assert_array_equal(golden.raters.to_tensor(), by_rater[:, ::-1])


def test_questions_in_another_order(folder: Path, simulated: Release) -> None:
    """Turn them so that the first golden question is the first of all."""
    turn = -int(simulated.golden.questions[0])
    for name in (RATERS, SCORES):
        arrays = bad.arrays_of(folder / name)
        arrays["tensor"] = np.roll(arrays["tensor"], turn, axis=arrays["tensor"].ndim // 2)
        bad.change(folder / name, **arrays | {"info": np.roll(arrays["info"], turn, axis=0)})
    turned = load_release(folder)
    expected = (simulated.golden.questions + turn) % len(simulated.questions)
    np.testing.assert_array_equal(turned.golden.questions, expected)
    np.testing.assert_array_equal(turned.scores, np.roll(simulated.scores, turn))
    np.testing.assert_array_equal(turned.is_original(), np.roll(simulated.is_original(), turn))


def test_which_questions_are_about_the_original_label(simulated: Release) -> None:
    originals = simulated.original_labels.tolist()
    pairs = zip(
        simulated.questions.images.tolist(), simulated.questions.labels.tolist(), strict=True
    )
    expected = [originals[image - 1] == label for image, label in pairs]
    assert simulated.is_original().tolist() == expected


def test_scores_of_0_and_1(folder: Path) -> None:
    scores = bad.arrays_of(folder / SCORES)["tensor"]
    scores[:2] = 0, 1
    bad.change(folder / SCORES, tensor=scores)
    np.testing.assert_array_equal(load_release(folder).scores, scores)


@pytest.mark.parametrize("n_raters", [1, 2])
def test_few_raters(n_raters: int, tmp_path: Path) -> None:
    tensor = np.broadcast_to(np.eye(3), (n_raters, 3, 3))
    np.savez(tmp_path / "a.npz", tensor=tensor, ids=np.arange(n_raters, dtype=np.uint8))
    np.testing.assert_array_equal(read_votes(tmp_path / "a.npz", 3).to_tensor(), tensor)


def test_a_last_line_without_an_end(folder: Path, simulated: Release) -> None:
    bad.rewrite(folder / ORIGINAL, (folder / ORIGINAL).read_bytes().rstrip(b"\n"))
    np.testing.assert_array_equal(load_release(folder).original_labels, simulated.original_labels)


def test_lines_of_another_system(folder: Path, simulated: Release) -> None:
    bad.rewrite(folder / ORIGINAL, (folder / ORIGINAL).read_bytes().replace(b"\n", b"\r\n"))
    np.testing.assert_array_equal(load_release(folder).original_labels, simulated.original_labels)


def test_notices(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    load_release(folder)
    (folder / "simulated.json").unlink()
    load_release(folder)
    published = {
        name: file._replace(sha256=download.sha256_of(folder / name))
        for name, file in download.FILES.items()
    }
    monkeypatch.setattr(download, "FILES", published)
    load_release(folder)
    bad.rewrite(folder / LABELS, (folder / LABELS).read_text() + "\n")
    altered = load_release(folder)
    assert altered.altered_files == [LABELS]
    expected = (
        f"{folder} holds a SIMULATED release, not the published one",
        f"{folder}: not the published files, loaded all the same: {', '.join(download.FILES)}",
        f"{folder}: not the published file, loaded all the same: {LABELS}",
    )
    assert caplog.record_tuples == [
        ("analysis.release.release", logging.WARNING, message) for message in expected
    ]


def test_a_stray_marker_does_not_make_a_release_simulated(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Real WordNet ids begin with n0 and n1; made-up ones do not."""
    bad.rewrite(folder / ORIGINAL, (folder / ORIGINAL).read_text().replace("n9", "n0"))
    assert (folder / "simulated.json").is_file()
    found = load_release(folder)
    assert not found.simulated
    (message,) = caplog.messages
    assert message.startswith(f"{folder}: not the published files, loaded all the same: ")


@pytest.mark.release
def test_a_stray_marker_beside_the_published_release(
    release: Release, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = bad.linked(release.folder, tmp_path / "copy")
    bad.rewrite(copy / "simulated.json", "{}")
    bad.rewrite(copy / LABELS, (copy / LABELS).read_text() + "\n")
    assert not load_release(copy).simulated
    assert caplog.messages == [f"{copy}: not the published file, loaded all the same: {LABELS}"]


@pytest.mark.release
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory(release: Release) -> None:
    """The dense tensor alone has 377 MB; what is kept of it has 5."""
    program = (
        "import sys; from analysis.release.release import load_release; load_release(sys.argv[1]);"
        "print(open('/proc/self/status').read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, release.folder], capture_output=True, text=True, check=True
    )
    (kilobytes,) = re.findall(r"VmHWM:\s+(\d+) kB", done.stdout)
    assert int(kilobytes) < 100_000


def test_a_label_file_alone(simulated: Release) -> None:
    assert read_label_sets(simulated.folder / LABELS) == simulated.label_sets


def test_yes_votes_at_least(simulated: Release) -> None:
    tensor = simulated.golden.experts.to_tensor()
    for at_least in range(7):
        expected = [
            sum(row[YES] for row in answers) >= at_least for answers in tensor.swapaxes(0, 1)
        ]
        assert simulated.golden.fits(at_least=at_least).tolist() == expected
