"""Batches against a label file: as timm counts them, which is written out here once more."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import AnalysisError, RealLabelsImagenet, Release
from analysis.release.files.questions import image_name

from ...support.predictions import Tensor

N = 50_000
ORDER = np.random.default_rng(11).permutation(N)
FILENAMES = [f"val/{image_name(i + 1)}" for i in ORDER.tolist()]


def by_timm(
    outputs: list[Any], labels: list[list[int]], filenames: list[str], topk: tuple[int, ...]
) -> dict[int, float]:
    """What timm.data.RealLabelsImagenet does, image by image, in percent."""
    by_name = {f"ILSVRC2012_val_{i + 1:08d}.JPEG": labels for i, labels in enumerate(labels)}
    correct: dict[int, list[bool]] = {k: [] for k in topk}
    rows = [row for output in outputs for row in output]
    for name, row in zip(filenames, rows, strict=False):
        expected = by_name[Path(name).name]
        if expected:
            for k in topk:
                correct[k].append(any(label in expected for label in list(row)[:k]))
    return {k: float(np.mean(found)) * 100 for k, found in correct.items()}


@pytest.fixture(scope="module")
def label_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(12)
    labels = [rng.choice(20, rng.integers(0, 4), replace=False).tolist() for _ in range(N)]
    path = tmp_path_factory.mktemp("labels") / "real.json"
    path.write_text(json.dumps(labels))
    return path


def test_top_k_labels_as_timm(label_file: Path) -> None:
    rng = np.random.default_rng(13)
    labels = json.loads(label_file.read_text())
    top = np.argsort(rng.random((N, 20)), axis=1)[:, :6]
    batches = np.array_split(top, 7)
    evaluation = RealLabelsImagenet(FILENAMES, real_json=label_file, topk=(1, 2, 5))
    for done in (3, 7):
        for batch in batches[done - 3 if done == 3 else 3 : done]:
            evaluation.add_result(batch)
        expected = by_timm(batches[:done], labels, FILENAMES, (1, 2, 5))
        assert evaluation.get_accuracy() == pytest.approx(expected, rel=1e-12)
        assert evaluation.get_accuracy(k=2) == pytest.approx(expected[2], rel=1e-12)
    assert 0 < expected[1] < expected[2] < expected[5] < 100


@pytest.mark.parametrize("wrap", [np.asarray, Tensor, np.ndarray.tolist])
def test_scores_of_any_library(label_file: Path, wrap: Any) -> None:
    labels = json.loads(label_file.read_text())
    scores = np.random.default_rng(14).random((90, 1000))
    scores[:, :20] += 0.5
    ranks = np.argsort(-scores, axis=1)
    evaluation = RealLabelsImagenet(FILENAMES, real_json=label_file)
    for batch in np.array_split(scores, 4):
        evaluation.add_result(wrap(batch))
    expected = by_timm([ranks], labels, FILENAMES[:90], (1, 5))
    assert evaluation.get_accuracy() == pytest.approx(expected, rel=1e-12)


def test_default_is_the_releases_file(simulated: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REASSESS_DATA", str(simulated.folder))
    evaluation = RealLabelsImagenet(FILENAMES, topk=[1])
    evaluation.add_result(simulated.original_labels[ORDER])
    pairs = zip(simulated.label_sets, simulated.original_labels.tolist(), strict=True)
    hits = [original in labels for labels, original in pairs if labels]
    assert evaluation.get_accuracy() == {1: pytest.approx(100 * np.mean(hits))}


@pytest.mark.release
def test_original_labels(release: Release) -> None:
    evaluation = RealLabelsImagenet(FILENAMES, real_json=release.folder / "real.json", topk=(1,))
    for batch in np.array_split(release.original_labels[ORDER], 50):
        evaluation.add_result(batch)
    assert round(evaluation.get_accuracy(1), 4) == 90.0228


def test_nothing_added(label_file: Path) -> None:
    assert math.isnan(RealLabelsImagenet(FILENAMES, label_file).get_accuracy(5))


def test_a_refused_batch_is_not_counted(label_file: Path) -> None:
    evaluation = RealLabelsImagenet(FILENAMES, label_file)
    evaluation.add_result(np.tile(np.arange(5), (10, 1)))
    before = evaluation.get_accuracy()
    third = FILENAMES[12].removeprefix("val/")
    scores = np.zeros((5, 1000))
    scores[2, 3] = np.nan
    for batch, message in (
        (scores, f"score of {third} for label 3 is nan"),
        ([[1, 2], [3, 4], [5, 1000]], f"the prediction for {third} is 1000"),
        ([1, 2, 3], "top 5 asked, but the predictions have 1 of 1000 labels"),
        (np.zeros((N, 5)), "50,000 more results: 10 of 50,000 images have one already"),
        (7, "predictions of shape ()"),
    ):
        with pytest.raises(AnalysisError, match=re.escape(message)):
            evaluation.add_result(batch)
        assert evaluation.get_accuracy() == before
    evaluation.add_result(np.tile(np.arange(5), (N - 10, 1)))
    with pytest.raises(AnalysisError, match="1 more results: 50,000 of 50,000 images"):
        evaluation.add_result([[1, 2, 3, 4, 5]])


def test_file_names_that_cannot_be_used(label_file: Path) -> None:
    for names, message in (
        (FILENAMES[:-1], "is missing: there are 49,999 image names, not 50,000"),
        ([*FILENAMES[:-1], FILENAMES[0]], f"entries 0 and 49999 are both for {FILENAMES[0][4:]}"),
        ([*FILENAMES[:-1], "cat.jpg"], "entry 49999 has the image name 'cat.jpg'"),
    ):
        with pytest.raises(AnalysisError, match=message):
            RealLabelsImagenet(names, label_file)


@pytest.mark.parametrize("topk", [(), (0,), (1, 1001)])
def test_topk_that_cannot_be_counted(label_file: Path, topk: tuple[int, ...]) -> None:
    with pytest.raises(AnalysisError, match=re.escape(f"topk={topk}: give one or more numbers in")):
        RealLabelsImagenet(FILENAMES, label_file, topk)


def test_other_k(label_file: Path) -> None:
    with pytest.raises(AnalysisError, match=re.escape("top 3 was not counted: topk=(1, 5)")):
        RealLabelsImagenet(FILENAMES, label_file).get_accuracy(3)


def test_a_label_file_with_holes(tmp_path: Path) -> None:
    path = tmp_path / "real.json"
    path.write_text(json.dumps([[1]] * 9 + [None] + [[2]] * (N - 10)))
    message = f"{path}: {image_name(10)} has None, not a list of labels"
    with pytest.raises(AnalysisError, match=re.escape(message)):
        RealLabelsImagenet(FILENAMES, path)
