"""The page on label files with the real timm and TensorFlow Datasets: `make test-ecosystem`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import RealLabelsImagenet, Release, real_accuracy
from analysis.release.files.questions import image_name

from ..support.commands import Command
from ..support.page_code import run_page
from .test_docs import DOCS, prepare

pytestmark = [
    pytest.mark.ecosystem,
    pytest.mark.skipif(
        not os.environ.get("REASSESS_ECOSYSTEM"),
        reason="needs timm and TensorFlow Datasets: make test-ecosystem installs them",
    ),
]
IN_TFDS = (7, 2, 50_000, 31, 4444)
BATCH = 500


class ImageFolder:
    """What the page takes for granted of timm's data set: names in an order of their own."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def filenames(self, basename: bool) -> list[str]:
        assert basename
        return self.names


def scores_of(predictions: NDArray[Any]) -> NDArray[np.float32]:
    """Scores of which those of the predictions are the highest, no two equal."""
    rng = np.random.default_rng(8)
    scores = rng.permuted(np.tile(np.linspace(0, 1, 1000), (len(predictions), 1)), axis=1)
    scores[np.arange(len(predictions)), predictions] = 2
    return scores.astype(np.float32)


def batches(predictions: NDArray[Any]) -> Iterator[tuple[Any, None]]:
    """Return timm's loader; a batch's images are their predictions."""
    for start in range(0, len(predictions), BATCH):
        yield predictions[start : start + BATCH], None


def tfds_examples(predictions: NDArray[Any]) -> Any:
    """Return a few examples as `imagenet2012_real` has them; an image's pixel is its prediction."""
    import tensorflow as tf

    images = [int(predictions[image - 1]) for image in IN_TFDS]
    return tf.data.Dataset.from_tensor_slices(
        {
            "file_name": [image_name(image) for image in IN_TFDS],
            "image": tf.reshape(tf.constant(images, tf.int32), (-1, 1, 1, 1)),
            "original_label": [0] * len(IN_TFDS),
        }
    )


def test_label_files(
    reassess: Command, simulated: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    import timm.data  # noqa: F401  # before TensorFlow: the other way round may crash
    import torch

    import tensorflow as tf  # isort: skip
    import tensorflow_datasets as tfds  # isort: skip

    predictions = prepare(simulated, monkeypatch)
    unsorted = np.load("unsorted_predictions.npy")
    names = Path("names.txt").read_text().split()
    given = {
        "dataset": ImageFolder(names),
        "loader": batches(unsorted),
        "model": lambda images: torch.from_numpy(scores_of(images)),
        "preprocess": lambda image: image,
        "classify": lambda images: tf.one_hot(tf.reshape(images, (-1,)), 1000),
    }
    with tfds.testing.mock_data(as_dataset_fn=lambda *_, **__: tfds_examples(predictions)):
        page = run_page(DOCS / "using-label-files.md", reassess, compare=False, ecosystem=given)
    labels = json.loads(Path("real-0.9.json").read_text())
    ours = RealLabelsImagenet(names, real_json="real-0.9.json")
    for images, _ in batches(unsorted):
        ours.add_result(scores_of(images))
    assert page["by_timm"].get_accuracy() == pytest.approx(ours.get_accuracy(), rel=1e-12)
    last = page["example"]
    assert last["file_name"] == image_name(IN_TFDS[-1]).encode()
    assert last["real_label"].tolist() == labels[IN_TFDS[-1] - 1]
    few = [image - 1 for image in IN_TFDS]
    expected = real_accuracy(predictions[few], label_sets=[labels[i] for i in few])
    assert (page["right"], page["n_images"]) == expected


def test_where_timm_counts_otherwise(simulated: Release) -> None:
    """The differences that the page names, as the installed timm and PyTorch have them."""
    import torch
    from timm.data import RealLabelsImagenet as Timm

    names = [image_name(i + 1) for i in range(50_000)]
    label_file = simulated.folder / "real.json"
    first = next(i for i, found in enumerate(simulated.label_sets) if found)
    label = simulated.label_sets[first][0]
    by_timm = Timm(names, real_json=str(label_file), topk=(1,))
    by_timm.sample_idx = first
    scores = torch.zeros((1, 1000))
    scores[0, label] = float("nan")
    by_timm.add_result(scores)
    assert by_timm.get_accuracy() == {1: 100.0}
    other = Timm(
        [name.replace(".JPEG", ".jpeg") for name in names], real_json=str(label_file), topk=(1,)
    )
    with pytest.raises(KeyError):
        other.add_result(torch.zeros((1, 1000)))
