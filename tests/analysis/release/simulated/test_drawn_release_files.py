"""A simulated release is written whole, the same for the same seed, and over nothing else."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import AnalysisError, load_release, published_labels, published_scores
from analysis.release.files import download
from analysis.release.files.questions import N_IMAGES
from analysis.release.release import SIMULATED
from analysis.release.simulated.drawn_release import (
    simulate_release,
    write_simulated_release,
)
from analysis.release.simulated.draws import draw_original_labels, draw_questions


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write_small(folder: Path, **changed: Any) -> None:
    write_simulated_release(folder, **({"n_images": 20, "n_raters": 8} | changed))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_small(tmp_path / name, seed=seed)
    a, b, c = (contents(tmp_path / name) for name in "abc")
    assert a == b
    assert len(a) == 8
    assert all(a[name] != c[name] for name in a)


def test_no_member_of_an_archive_has_the_time_of_writing(simulated_dir: Path) -> None:
    archives = sorted(simulated_dir.glob("*.npz"))
    assert len(archives) == 5
    for path in archives:
        with zipfile.ZipFile(path) as archive:
            assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    "sizes",
    [
        {"n_images": 50},
        {"n_images": 1, "n_raters": 5},
        {"n_images": 30, "n_golden_images": 30, "n_raters": 5, "n_experts": 3},
        {"n_images": 30, "n_raters": 200, "n_experts": 9},
    ],
)
def test_other_sizes_load_and_reproduce(tmp_path: Path, sizes: dict[str, int]) -> None:
    write_simulated_release(tmp_path / "small", **sizes)
    release = load_release(tmp_path / "small")
    assert np.array_equal(published_scores(release), release.scores)
    assert published_labels(release) == release.label_sets
    marker = json.loads((tmp_path / "small" / SIMULATED).read_text())
    assert sizes.items() <= marker.items()
    assert marker["n_golden_images"] == sizes.get(
        "n_golden_images", max(1, marker["n_images"] // 3)
    )
    assert marker["n_questions"] == len(release.questions)


def test_150_images_are_golden_unless_said_otherwise() -> None:
    release = simulate_release(n_images=600).release
    assert len(np.unique(release.questions.images[release.golden.questions])) == 150


def test_all_50_000_images_can_have_questions() -> None:
    rng = np.random.default_rng(5)
    original_labels = draw_original_labels(rng)
    questions = draw_questions(N_IMAGES, original_labels, rng=rng)
    assert len(np.unique(questions.keys)) == len(questions)
    per_image = np.bincount(questions.images)
    assert per_image[0] == 0
    assert (len(per_image), per_image[1:].min(), per_image.max()) == (N_IMAGES + 1, 2, 15)
    assert 0 <= questions.labels.min() < questions.labels.max() <= 999
    asked = original_labels[questions.images - 1] == questions.labels
    assert 0.96 < asked.sum() / N_IMAGES < 0.98


def test_an_earlier_simulated_release_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    write_small(tmp_path / "a", seed=1)
    (tmp_path / "a" / "notes.txt").write_text("mine")
    write_small(tmp_path / "a", seed=2)
    write_small(tmp_path / "b", seed=2)
    assert contents(tmp_path / "a") == contents(tmp_path / "b") | {"notes.txt": b"mine"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_failure_leaves_the_earlier_release_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_small(tmp_path / "a", seed=1)
    before = contents(tmp_path / "a")

    def full_disk(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    for name in ("a", "b"):
        with pytest.raises(OSError, match="No space left"):
            write_small(tmp_path / name, seed=2)
    assert contents(tmp_path / "a") == before
    assert contents(tmp_path / "b") == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_an_exchange_that_breaks_off_is_no_release_and_can_be_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a"
    write_small(folder, seed=1)
    replace = Path.replace

    def break_off(path: Path, target: Path) -> Path:
        if target.name == download.SCORES:
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", break_off)
        with pytest.raises(KeyboardInterrupt):
            write_small(folder, seed=2)
    with pytest.raises(AnalysisError, match=r"lacks raters\.npz"):
        load_release(folder)
    write_small(folder, seed=2)
    assert load_release(folder).simulated


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / download.RATERS).write_bytes(b"the real one")
    with pytest.raises(AnalysisError, match=r"holds no simulated release .* name a new folder"):
        write_small(tmp_path)
    assert contents(tmp_path) == {download.RATERS: b"the real one"}
    with pytest.raises(AnalysisError, match=r"raters\.npz is a file: name a folder"):
        write_small(tmp_path / download.RATERS)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_images": 0}, "n_images=0: it must be 1 to 50,000"),
        ({"n_images": 50_001}, "n_images=50001"),
        ({"n_golden_images": 0}, "n_golden_images=0: it must be 1 to 20"),
        ({"n_golden_images": 21}, "n_golden_images=21"),
        ({"n_raters": 4}, "n_raters=4: it must be 5 or more"),
        ({"n_experts": 2}, "n_experts=2: it must be 3 or more"),
        ({"seed": -1}, "seed=-1: it must be 0 or more"),
    ],
)
def test_unusable_sizes_are_named_and_nothing_is_written(
    tmp_path: Path, changed: dict[str, int], message: str
) -> None:
    with pytest.raises(AnalysisError, match=message):
        write_small(tmp_path / "a", **changed)
    assert not (tmp_path / "a").exists()
