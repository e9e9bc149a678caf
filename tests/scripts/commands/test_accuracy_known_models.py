"""Known models: three of ImageNetV2's published predictions, and what timm publishes of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from analysis import Release, load_predictions, load_synsets, read_predictions
from analysis.release.files.questions import image_name

from ...support.commands import Command

pytestmark = [pytest.mark.release, pytest.mark.predictions]


class Known(NamedTuple):
    """Accuracies in percent; `real_by_timm` is of timm's own weights, None where they differ."""

    original: str
    real: str
    real_by_timm: str | None


KNOWN = {
    "resnet101": Known("77.374", "83.863", "83.863"),
    "vgg19": Known("72.376", "79.486", "79.486"),
    "senet154": Known("81.304", "86.346", None),
}


def accuracies(out: str) -> dict[tuple[str, str], str]:
    """Top-1 accuracies as printed, by model and labels."""
    rows = [row for row in csv.DictReader(io.StringIO(out)) if row["k"] == "1"]
    return {(row["model"], row["labels"]): f"{100 * float(row['accuracy']):.3f}" for row in rows}


def test_accuracies_and_ranks(reassess: Command, release: Release, predictions: Path) -> None:
    paths = [predictions / f"{name}.npy" for name in KNOWN]
    ended = reassess("accuracy", *paths, "--data", release.folder)
    assert ended.status == 0
    found = accuracies(ended.out)
    for name, known in KNOWN.items():
        assert found[name, "original"] == known.original
        assert found[name, "ReaL"] == known.real == (known.real_by_timm or known.real)
        assert f"{name}: no image names, so the rows are taken in ImageFolder order" in ended.err
    rows = list(csv.DictReader(io.StringIO(ended.out)))
    ranks = [row["rank"] for row in rows]
    assert ranks == ["2", "3", "1", "", ""] * 4
    assert [row["model"] for row in rows[3:5]] == ["vgg19 - resnet101", "senet154 - resnet101"]


@pytest.fixture(scope="module")
def in_order(release: Release, predictions: Path) -> NDArray[np.int16]:
    """Predictions of resnet101 by image, put in order with NumPy alone."""
    top: NDArray[np.int16] = np.load(predictions / "resnet101.npy")
    ordered = np.empty_like(top)
    ordered[np.argsort(release.original_labels, kind="stable")] = top
    return ordered


def test_read_in_python(release: Release, predictions: Path, in_order: NDArray[np.int16]) -> None:
    path = predictions / "resnet101.npy"
    read = read_predictions(path, original_labels=release.original_labels)
    assert np.array_equal(read, in_order)


def test_the_same_as_people_have_it(
    tmp_path: Path, reassess: Command, release: Release, in_order: NDArray[np.int16]
) -> None:
    """WordNet ids beside probabilities and known labels, names with a synset, in folder order."""
    synsets = np.array(load_synsets(release.folder))
    order = np.argsort(release.original_labels, kind="stable")
    truth = synsets[release.original_labels]
    names = [
        f"{truth[i]}/{image_name(i + 1).removesuffix('.JPEG')}_{truth[i]}.jpeg"
        for i in order.tolist()
    ]
    table = {"filename": names, "target": release.original_labels[order]}
    table |= {f"label_{k}": synsets[in_order[order, k]] for k in range(5)}
    table |= {f"prob_{k}": np.full(len(order), 0.5**k - 0.01) for k in range(5)}
    arrow_csv.write_csv(pa.table(table), tmp_path / "resnet101.csv")
    found = load_predictions(tmp_path / "resnet101.csv", data=release.folder)
    assert np.array_equal(found.labels, in_order)
    ended = reassess("accuracy", tmp_path / "resnet101.csv", "--data", release.folder)
    assert accuracies(ended.out)["resnet101", "ReaL"] == KNOWN["resnet101"].real
    assert "predictions are the columns label_0 to label_4, not the column target" in ended.err


def test_part_of_the_images(
    tmp_path: Path, reassess: Command, release: Release, in_order: NDArray[np.int16]
) -> None:
    part = np.flatnonzero(np.arange(50_000) % 10 == 3)
    table = {"name": [image_name(i + 1) for i in part.tolist()], "pred": in_order[part, 0]}
    arrow_csv.write_csv(pa.table(table), tmp_path / "p.csv")
    ended = reassess("accuracy", tmp_path / "p.csv", "--partial", "--data", release.folder)
    assert ended.err == "measured on 5,000 of 50,000 images\n"
    labels = [release.label_sets[i] for i in part.tolist()]
    right = [in_order[i, 0] in found for i, found in zip(part, labels, strict=True) if found]
    assert accuracies(ended.out)["p", "ReaL"] == f"{100 * np.mean(right):.3f}"
