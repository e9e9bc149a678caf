"""Predictions: ranked against a plain sort, put in order by name, and refused by name."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import AnalysisError, ranked_labels
from analysis.accuracy.reading.image_names import image_numbers, is_image_name
from analysis.accuracy.reading.predictions import CHUNK, _highest
from analysis.release.files.questions import image_name
from tests.support.predictions import Tensor


def by_sorting(row: list[float], most: int) -> list[int]:
    return sorted(range(len(row)), key=lambda label: (-row[label], label))[:most]


@given(
    st.integers(1, 7).flatmap(
        lambda width: st.tuples(
            st.lists(
                st.lists(st.integers(0, 3) | st.just(-np.inf), min_size=width, max_size=width),
                min_size=1,
            ),
            st.integers(1, width),
        )
    )
)
def test_highest_by_sorting(case: tuple[list[list[float]], int]) -> None:
    rows, most = case
    expected = [by_sorting(row, most) for row in rows]
    assert _highest(-np.array(rows, dtype=np.float64), most).tolist() == expected


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "uint8", "int16"])
@pytest.mark.parametrize("most", [1, 5, 1000])
def test_scores_by_sorting(dtype: str, most: int) -> None:
    scores = np.random.default_rng(1).integers(0, 200, (40, 1000)).astype(dtype)
    ranked = ranked_labels(scores, n_images=40, most=most)
    assert ranked.dtype == np.int16
    assert ranked.tolist() == [by_sorting(row, most) for row in scores.tolist()]


def test_scores_of_many_images() -> None:
    n = 2 * CHUNK + 3
    best = np.random.default_rng(2).integers(0, 1000, n)
    scores = np.zeros((n, 1000), dtype=np.float32)
    scores[np.arange(n), best] = 1
    assert np.array_equal(ranked_labels(scores, n_images=n)[:, 0], best)
    scores[CHUNK + 4, 7] = np.nan
    with pytest.raises(AnalysisError, match=f"score of {image_name(CHUNK + 5)} for label 7 is nan"):
        ranked_labels(scores, n_images=n)


@pytest.mark.parametrize("dtype", ["int16", "int64", "uint8", "float32", "object"])
def test_labels_of_any_type(dtype: str) -> None:
    labels = np.array([3, 0, 255])
    assert ranked_labels(labels.astype(dtype), n_images=3).tolist() == [[3], [0], [255]]
    top = np.array([[3, 1], [0, 9], [255, 4]])
    assert ranked_labels(top.astype(dtype), n_images=3).tolist() == top.tolist()
    assert ranked_labels(top.tolist(), n_images=3, most=1).tolist() == top.tolist()


@pytest.mark.parametrize("half", [False, True])
def test_tensors(half: bool) -> None:
    tensor: Any = Tensor(np.array([[3.0, 1.0], [2.0, 9.0]]), half=half)
    assert ranked_labels(tensor, n_images=2).tolist() == [[3, 1], [2, 9]]


@settings(deadline=None)
@given(st.permutations(range(1, 9)), st.sampled_from(["{}", "val/n01/{}", "C:\\val\\{}"]))
def test_names_put_predictions_in_order(order: list[int], path: str) -> None:
    names = [path.format(image_name(image)) for image in order]
    labels = np.array([100 + image for image in order])
    expected = [[100 + image] for image in range(1, 9)]
    for given_names in (names, iter(names), [name.encode() for name in names], np.array(names)):
        assert ranked_labels(labels, names=given_names, n_images=8).tolist() == expected
    scores = np.eye(1000)[labels]
    assert ranked_labels(scores, names=names, n_images=8, most=1).tolist() == expected


def test_other_spellings_of_names() -> None:
    names = [PurePosixPath("a/ILSVRC2012_val_00000002.JPEG"), "ILSVRC2012_val_00000001"]
    assert image_numbers(names, 2).tolist() == [2, 1]


@pytest.mark.parametrize(
    "name",
    [
        "ILSVRC2012_val_00000002_n01751748.JPEG",
        "n01751748/ILSVRC2012_val_00000002.jpeg",
        "ilsvrc2012_VAL_00000002.jpg",
        "val\\ILSVRC2012_val_00000002.png",
        b"ILSVRC2012_val_00000002_n01751748",
    ],
)
def test_names_of_other_copies(name: str | bytes) -> None:
    assert image_numbers([name], 2, partial=True).tolist() == [2]
    assert is_image_name(name)


SYNSETS = [f"n{7 * i:08d}" for i in range(1000)]


def test_wordnet_ids() -> None:
    top = np.array([[3, 1], [0, 9], [255, 4]])
    ids = np.array(SYNSETS)[top]
    for given_ids in (ids, ids.astype(object), ids.tolist()):
        assert ranked_labels(given_ids, n_images=3, synsets=SYNSETS).tolist() == top.tolist()
    assert ranked_labels(ids[:, 0].tolist(), n_images=3, synsets=SYNSETS)[:, 0].tolist() == [
        3,
        0,
        255,
    ]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (
            ["n00000007", "n00000008"],
            "entry 1 of the predictions is 'n00000008', none of",
        ),
        (
            ["n00000007", "cat"],
            "is 'cat', none of the 1,000 WordNet ids of the",
        ),
        (
            [["n00000007"], ["n00000007", "n00000014"]],
            "entry 1 of the predictions is ['n00",
        ),
        ([["n00000007"] * 2, ["n00000007", "n00000014"]], "have the label 1 twice"),
    ],
)
def test_wordnet_ids_that_cannot_be_used(ids: list[Any], message: str) -> None:
    with pytest.raises(AnalysisError, match=re.escape(message)):
        ranked_labels(ids, n_images=2, synsets=SYNSETS)


def test_wordnet_ids_need_their_order() -> None:
    with pytest.raises(AnalysisError, match=r"'n00000007': WordNet ids need synsets=load_synsets"):
        ranked_labels(["n00000007"], n_images=1)


FIRST, SECOND, THIRD = map(image_name, (1, 2, 3))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([FIRST, SECOND, "cat.jpg"], "entry 2 has the image name 'cat.jpg': names are ILSVRC2012"),
        ([FIRST, SECOND, image_name(4)], "entry 2 has the image name 'ILSVRC2012_val_00000004.J"),
        ([image_name(0), SECOND, THIRD], "entry 0 has the image name 'ILSVRC2012_val_00000000.J"),
        (["ILSVRC2012_val_1.JPEG", SECOND, THIRD], "entry 0 has the image name 'ILSVRC2012_val_1"),
        ([f"{FIRST}.txt", SECOND, THIRD], "entry 0 has the image name"),
        (["ILSVRC2012_val_0000000\u0661.JPEG", SECOND, THIRD], "entry 0 has the image name"),
        ([FIRST, None, THIRD], "entry 1 has the image name None"),
        ([SECOND, FIRST, "a/" + SECOND], f"entries 0 and 2 are both for {SECOND}"),
        ([FIRST, THIRD], f"{SECOND} is missing: there are 2 image names, not 3"),
    ],
)
def test_names_that_cannot_be_used(names: list[Any], message: str) -> None:
    with pytest.raises(AnalysisError, match=re.escape(message)):
        ranked_labels(np.arange(len(names)), names=names, n_images=3)


WIDE = np.zeros((3, 1000))


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ([1, 2], "2 predictions: there are 3 images"),
        ([[1], [2], [3], [4]], "4 predictions: there are 3 images"),
        (
            5,
            "predictions of shape (): give labels (n,), the top k labels (n, k) or scores (n, 1000",
        ),
        (None, "predictions=None: give an array of numbers"),
        (np.zeros((5, 3)), "5 predictions: there are 3 images, so transpose the array"),
        (np.zeros((3, 2, 2)), "predictions of shape (3, 2, 2)"),
        (np.zeros((3, 0)), "predictions of shape (3, 0)"),
        (np.zeros((3, 1001)), "1001 scores an image: there are 1000 labels, so leave out what is"),
        ([1, 1000, -1], f"the prediction for {SECOND} is 1000: labels are 0 to 999"),
        ([[1, 2], [3, 4], [5, -1]], f"the prediction for {THIRD} is -1: labels are 0 to 999"),
        ([1.0, float("nan"), 2.0], f"the prediction for {SECOND} is nan: labels are 0 to 999"),
        ([1.0, float("inf"), 2.0], f"the prediction for {SECOND} is inf"),
        (
            [1.0, 2.0, 0.25],
            f"the prediction for {THIRD} is 0.25: labels are 0 to 999, and scores h",
        ),
        ([[1, 2], [3, 3], [4, 5]], f"the predictions for {SECOND} have the label 3 twice"),
        (np.vstack([WIDE[:2], np.full(1000, np.nan)]), f"score of {THIRD} for label 0 is nan"),
        (np.tile(np.arange(1000), (3, 1)), "1000 whole numbers an image may be scores or ranked"),
        ([1, None, 3], "entry 1 of the predictions is None, no label"),
        ([1, "2", 3], "entry 1 of the predictions is '2', no label"),
        ([[1, 2], [3, None], [4, 5]], "entry 1 of the predictions is None, no label"),
        ([1, 2, 10**30], "entry 2 of the predictions is 1000000000000000000000000000000, no label"),
        ([[1, 2], [3], [4, 5]], "entry 1 of the predictions is [3], but entry 0 is [1, 2]: give"),
        ([[1, 2], 3, [4, 5]], "entry 1 of the predictions is 3, but entry 0 is [1, 2]"),
        ([True, False, True], "predictions of type bool are no numbers"),
        (np.array(["1", "2", "3"]), "predictions of type <U1 are no numbers"),
        (np.array([1j, 2, 3]), "predictions of type complex128 are no numbers"),
        (np.ma.masked_equal([1, 2, 3], 2), "predictions have masked entries"),
    ],
)
def test_predictions_that_cannot_be_used(predictions: Any, message: str) -> None:
    with pytest.raises(AnalysisError, match=re.escape(message)) as caught:
        ranked_labels(predictions, n_images=3)
    assert "\n" not in str(caught.value)


def test_messages_name_the_image_and_not_the_row() -> None:
    names = [THIRD, FIRST, SECOND]
    with pytest.raises(AnalysisError, match=f"prediction for {THIRD} is 1000"):
        ranked_labels([1000, 1, 2], names=names, n_images=3)
    scores = np.zeros((3, 1000))
    scores[1, 5] = np.nan
    with pytest.raises(AnalysisError, match=f"score of {FIRST} for label 5"):
        ranked_labels(scores, names=names, n_images=3)


def test_more_names_than_predictions() -> None:
    with pytest.raises(AnalysisError, match="2 predictions, but 3 image names"):
        ranked_labels([1, 2], names=[FIRST, SECOND, THIRD], n_images=3)


@pytest.mark.parametrize("most", [0, 1001])
def test_how_many_to_keep(most: int) -> None:
    with pytest.raises(
        AnalysisError, match=f"the best {most} labels: 1 to 1000 can be kept|most={most}: give 1"
    ):
        ranked_labels(WIDE, n_images=3, most=most)
