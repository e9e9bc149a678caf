"""The order of predictions without image names, against names that say it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis import AnalysisError, Release, find_order, read_predictions
from analysis.accuracy.order import folder_order, in_image_order, order_note
from analysis.release.files.questions import image_name

N = 5000
RNG = np.random.default_rng(31)
ORIGINALS = RNG.integers(0, 1000, N)
FOLDER = np.argsort(ORIGINALS, kind="stable")


def model(accuracy: float, k: int = 5) -> NDArray[np.int16]:
    """Predictions in order of the file names, with the original label first so often."""
    top = np.array([RNG.choice(1000, k, replace=False) for _ in range(N)])
    top[RNG.random(N) < accuracy, 0] = -1
    rows, columns = np.nonzero(top == ORIGINALS[:, None])
    top[rows, columns] = 1000  # not twice
    top[:, 0] = np.where(top[:, 0] == -1, ORIGINALS, top[:, 0])
    clipped: NDArray[np.int16] = np.clip(top, 0, 999).astype(np.int16)
    return clipped


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_folders_as_they_are_listed(labels: list[int]) -> None:
    """ImageFolder sorts the folders, then the files in each: a sort of the paths does so, too."""
    paths = [f"n{label:08d}/{image_name(i + 1)}" for i, label in enumerate(labels)]
    listed = sorted(range(len(paths)), key=paths.__getitem__)
    assert folder_order(labels).tolist() == listed


@pytest.mark.parametrize("accuracy", [0.03, 0.5, 1.0])
def test_order_is_found(accuracy: float) -> None:
    top = model(accuracy)
    assert find_order(top, ORIGINALS).order == "names"
    assert find_order(top[:, 0], ORIGINALS).order == "names"
    assert np.array_equal(in_image_order(top, original_labels=ORIGINALS), top)
    found = find_order(top[FOLDER], ORIGINALS)
    assert found.order == "folder"
    assert found.by_folder == (top[:, 0] == ORIGINALS).sum()
    assert np.array_equal(in_image_order(top[FOLDER], original_labels=ORIGINALS), top)


def test_best_label_last() -> None:
    worst_first = model(0.7)[:, ::-1]
    found = find_order(worst_first[FOLDER], ORIGINALS)
    assert (found.order, found.k) == ("folder", 5)
    assert str(found).startswith("one of the first 5 labels is the original one for ")


@pytest.mark.parametrize("seed", range(5))
def test_chance_has_no_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    chance = rng.integers(0, 1000, (N, 1)).astype(np.int16)
    assert find_order(chance, ORIGINALS).order is None
    with pytest.raises(AnalysisError, match=r"cannot be told.* % .* % .*--order names or --order"):
        in_image_order(chance, original_labels=ORIGINALS)
    assert in_image_order(chance, original_labels=ORIGINALS, order="names") is chance


def test_labels_that_count_from_1() -> None:
    shifted = np.minimum(model(0.7) + 1, 999)[FOLDER]
    with pytest.raises(AnalysisError, match="the labels count from 1: less 1, "):
        in_image_order(shifted[:, :1], original_labels=ORIGINALS)


def test_what_cannot_be_used() -> None:
    top = model(0.5)
    with pytest.raises(AnalysisError, match=re.escape("order 'tfds': it is names or folder")):
        in_image_order(top, original_labels=ORIGINALS, order="tfds")
    with pytest.raises(AnalysisError, match="'folder' is that of the original labels: give these"):
        in_image_order(top, original_labels=None, order="folder")
    with pytest.raises(AnalysisError, match="4,999 predictions: there are 5,000 images"):
        find_order(top[1:], ORIGINALS)


def test_notes() -> None:
    top = model(0.7)
    share = f"{100 * (top[:, 0] == ORIGINALS).mean():.2f} %"
    note = order_note(top[FOLDER], ORIGINALS)
    assert note.startswith("no image names, so the rows are taken in ImageFolder order: ")
    assert f"{share} in ImageFolder order" in note
    assert f"{share} of the images in order of the file names" in order_note(top, ORIGINALS)
    assert "as asked, but the other order fits" in order_note(top, ORIGINALS, order="folder")
    images = np.arange(1, N + 1)
    assert order_note(top, ORIGINALS, images=images) == ""
    assert "as by chance: are the labels" in order_note(top[FOLDER], ORIGINALS, images=images)


def test_read_in_order(tmp_path: Path) -> None:
    top = model(0.7)
    path = tmp_path / "p.npy"
    np.save(path, top[FOLDER])
    read = read_predictions(path, n_images=N, original_labels=ORIGINALS)
    assert np.array_equal(read, top)
    assert np.array_equal(read_predictions(path, n_images=N), top[FOLDER])
    asked = read_predictions(path, n_images=N, original_labels=ORIGINALS, order="names")
    assert np.array_equal(asked, top[FOLDER])
    with pytest.raises(AnalysisError, match=re.escape(f"{path}: the order 'folder' is that of")):
        read_predictions(path, n_images=N, order="folder")


@pytest.mark.release
def test_the_releases_own_order(release: Release) -> None:
    """Predicting the original labels in folder order is counting 50 of each label."""
    in_folders = np.repeat(np.arange(1000), 50)
    found = find_order(in_folders, release.original_labels)
    assert (found.order, found.by_folder) == ("folder", 50_000)
    assert 20 < found.by_names < 100
