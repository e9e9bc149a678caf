"""ReaL accuracy: against the paper's figure for the original labels, and by counting."""

from __future__ import annotations

import csv
import io
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from analysis import (
    AnalysisError,
    Release,
    accuracy_by_class,
    accuracy_table,
    compare_models,
    real_accuracy,
)
from analysis.accuracy.real_accuracy import RealAccuracy, by_class_csv, correct_images
from analysis.accuracy.table import accuracy_csv
from analysis.release.files.questions import image_name

LABEL = st.integers(0, 5) | st.integers(0, 999)
LABELS = st.lists(LABEL, unique=True)
TOP = st.lists(LABEL, unique=True, min_size=3, max_size=3)
CASES = st.lists(st.tuples(TOP, LABELS), min_size=1)


@pytest.mark.release
def test_original_labels(release: Release) -> None:
    """The paper says 90.02 %."""
    result = real_accuracy(release.original_labels, label_sets=release.label_sets)
    assert result == RealAccuracy(correct=42_164, n_images=46_837)
    assert round(100 * result.accuracy, 4) == 90.0228


@pytest.mark.release
def test_original_labels_by_class(release: Release) -> None:
    originals = release.original_labels
    table = accuracy_by_class(originals, label_sets=release.label_sets, original_labels=originals)
    assert (table.correct.sum(), table.n_images.sum()) == (42_164, 46_837)
    assert (table.n_originals == 50).all()
    assert np.array_equal(table.original_correct, table.n_originals)


@pytest.mark.release
def test_a_perfect_and_a_hopeless_model(release: Release) -> None:
    label_sets = release.label_sets
    last = [labels[-1] if labels else 0 for labels in label_sets]
    assert real_accuracy(last, label_sets=label_sets) == (46_837, 46_837)
    wrong = [next(label for label in range(1000) if label not in labels) for labels in label_sets]
    assert real_accuracy(wrong, label_sets=label_sets) == (0, 46_837)


@settings(deadline=None)
@given(CASES, st.integers(1, 3))
def test_by_counting(cases: list[tuple[list[int], list[int]]], k: int) -> None:
    predictions = [top for top, _ in cases]
    label_sets = [labels for _, labels in cases]
    labelled = [bool(set(top[:k]) & set(labels)) for top, labels in cases if labels]
    array = np.array(predictions, dtype=np.int16)
    result = real_accuracy(array, label_sets=label_sets, k=k)
    assert result == (sum(labelled), len(labelled))
    if labelled:
        assert result.accuracy == sum(labelled) / len(labelled)
        wilson = binomtest(*result).proportion_ci(method="wilson")
        np.testing.assert_allclose(result.interval, wilson, rtol=1e-9, atol=1e-12)
    hits = correct_images(array, label_sets=label_sets, k=k)
    assert hits.tolist() == [bool(set(top[:k]) & set(labels)) for top, labels in cases]


@settings(deadline=None)
@given(CASES, st.randoms(use_true_random=False))
def test_by_name(cases: list[tuple[list[int], list[int]]], random: Any) -> None:
    label_sets = [labels for _, labels in cases]
    expected = real_accuracy([top for top, _ in cases], label_sets=label_sets, k=2)
    order = list(range(len(cases)))
    random.shuffle(order)
    predictions = [cases[i][0] for i in order]
    names = [image_name(i + 1) for i in order]
    assert real_accuracy(predictions, label_sets=label_sets, k=2, names=names) == expected


def test_scores_and_their_ranks_are_the_same() -> None:
    rng = np.random.default_rng(4)
    scores = rng.random((50, 1000))
    label_sets = [rng.choice(1000, 150, replace=False).tolist() for _ in range(50)]
    ranks = np.argsort(-scores, axis=1)[:, :10]
    for k in (1, 3, 10):
        expected = real_accuracy(ranks, label_sets=label_sets, k=k)
        assert real_accuracy(scores, label_sets=label_sets, k=k) == expected
    assert 0 < real_accuracy(scores, label_sets=label_sets).accuracy < 1


def test_no_image_with_labels() -> None:
    result = real_accuracy([1, 2], label_sets=[[], []])
    assert result == (0, 0)
    assert math.isnan(result.accuracy)
    assert all(map(math.isnan, result.interval))


@settings(deadline=None)
@given(st.lists(st.tuples(TOP, LABELS, LABEL), min_size=1), st.integers(1, 3))
def test_by_class_by_counting(cases: list[tuple[list[int], list[int], int]], k: int) -> None:
    table = accuracy_by_class(
        [top for top, _, _ in cases],
        label_sets=[labels for _, labels, _ in cases],
        original_labels=[original for _, _, original in cases],
        k=k,
    )
    for label in {0, 1, *(original for _, _, original in cases)}:
        of_class = [(top[:k], labels) for top, labels, original in cases if original == label]
        with_labels = [(top, labels) for top, labels in of_class if labels]
        assert table.n_images[label] == len(with_labels)
        assert table.correct[label] == sum(
            bool(set(top) & set(labels)) for top, labels in with_labels
        )
        assert table.n_originals[label] == len(of_class)
        assert table.original_correct[label] == sum(label in top for top, _ in of_class)


def test_original_labels_of_other_images() -> None:
    message = re.escape("original_labels of shape (3,) do not fit 2 label sets")
    with pytest.raises(AnalysisError, match=message):
        accuracy_by_class([1, 2], label_sets=[[1], [2]], original_labels=[1, 2, 3])


def test_by_class_as_csv() -> None:
    tables = {
        name: accuracy_by_class(
            predictions, label_sets=[[3, 4], [], [5]], original_labels=[3, 3, 7]
        )
        for name, predictions in (("a", [3, 3, 7]), ("b", [4, 0, 5]))
    }
    rows = list(csv.DictReader(io.StringIO(by_class_csv(tables))))
    assert [(row["model"], int(row["label"])) for row in rows] == [
        (name, label) for name in "ab" for label in range(1000)
    ]
    counts = ("images", "correct", "original_images", "original_correct")
    assert [rows[3][column] for column in counts] == ["1", "1", "2", "2"]
    assert [rows[1003][column] for column in counts] == ["1", "1", "2", "0"]
    assert [rows[1007][column] for column in counts] == ["1", "1", "1", "0"]
    assert float(rows[7]["accuracy"]) == 0.0
    assert rows[5]["accuracy"] == rows[5]["low"] == rows[5]["original_accuracy"] == ""


def test_table_of_one_model_and_of_two() -> None:
    label_sets = [[3, 4], [], [5], [9]]
    originals = [3, 2, 6, 9]
    one = {"a": [[3, 0], [2, 0], [6, 5], [1, 2]]}
    rows = accuracy_table(one, label_sets=label_sets, original_labels=originals, topk=(1, 2))
    assert [tuple(row)[:6] for row in rows] == [
        ("a", "ReaL", 1, 1, 3, 1 / 3),
        ("a", "original", 1, 3, 4, 3 / 4),
        ("a", "ReaL", 2, 2, 3, 2 / 3),
        ("a", "original", 2, 3, 4, 3 / 4),
    ]
    assert all(row.low < row.accuracy < row.high and math.isnan(row.p_mid) for row in rows)
    two = one | {"b": [[4, 0], [1, 0], [5, 6], [9, 2]]}
    rows = accuracy_table(two, label_sets=label_sets, original_labels=originals)
    assert [tuple(row)[:6] for row in rows] == [
        ("a", "ReaL", 1, 1, 3, 1 / 3),
        ("b", "ReaL", 1, 3, 3, 1.0),
        ("b - a", "ReaL", 1, 2, 3, 2 / 3),
        ("a", "original", 1, 3, 4, 3 / 4),
        ("b", "original", 1, 1, 4, 1 / 4),
        ("b - a", "original", 1, -2, 4, -1 / 2),
    ]
    assert (rows[2].p_exact, rows[2].p_mid) == (0.5, 0.25)
    text = accuracy_csv(rows).splitlines()
    assert text[0] == "model,labels,k,correct,images,accuracy,low,high,p_exact,p_mid,rank"
    assert text[1].startswith("a,ReaL,1,1,3,0.3333333333333333,")
    assert text[1].endswith(",,,2")
    assert text[3].endswith(",0.5,0.25,")


def test_table_of_many_models() -> None:
    label_sets = [[3, 4], [], [5], [9]]
    originals = [3, 2, 6, 9]
    models = {"a": [3, 2, 6, 1], "b": [4, 1, 5, 9], "c": [3, 0, 0, 0], "d": [4, 1, 5, 0]}
    rows = accuracy_table(models, label_sets=label_sets, original_labels=originals)
    assert [(row.model, row.correct, row.rank) for row in rows] == [
        *(("a", 1, 3), ("b", 3, 1), ("c", 1, 3), ("d", 2, 2)),
        *(("b - a", 2, None), ("c - a", 0, None), ("d - a", 1, None)),
        *(("a", 3, 1), ("b", 1, 2), ("c", 1, 2), ("d", 0, 4)),
        *(("b - a", -2, None), ("c - a", -2, None), ("d - a", -3, None)),
    ]
    assert [row.is_difference for row in rows] == ([False] * 4 + [True] * 3) * 2
    for row in rows:
        if row.is_difference:
            sets = label_sets if row.labels == "ReaL" else [[label] for label in originals]
            pair = compare_models(models["a"], models[row.model[0]], label_sets=sets)
            assert (row.accuracy, row.p_mid) == (pair.difference, pair.p_mid)


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ([1, 2], "2 predictions: there are 3 images"),
        ([True, False, True], "predictions of type bool are no numbers"),
        ([1, 1000, -1], "the prediction for ILSVRC2012_val_00000002.JPEG is 1000: labels are 0 to"),
        ([1, 2, -1], "the prediction for ILSVRC2012_val_00000003.JPEG is -1: labels are 0 to 999"),
    ],
)
def test_predictions_that_cannot_be_used(predictions: list[Any], message: str) -> None:
    with pytest.raises(AnalysisError, match=re.escape(message)):
        real_accuracy(predictions, label_sets=[[1], [2], []])


@pytest.mark.parametrize(
    ("k", "message"),
    [
        (0, "top 0: there is no such accuracy, k is 1 or more"),
        (3, "top 3 asked, but the predictions have 2 of 1000 labels an image"),
    ],
)
def test_k_that_cannot_be_counted(k: int, message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        real_accuracy([[1, 2]], label_sets=[[1]], k=k)
    with pytest.raises(AnalysisError, match="top 1001 asked"):
        real_accuracy(np.zeros((1, 1000)), label_sets=[[1]], k=1001)


@pytest.mark.parametrize("label", [-1, 1000])
def test_label_sets_that_cannot_be_used(label: int) -> None:
    message = f"label_sets: {image_name(2)} has the label {label}: labels are 0 to 999"
    with pytest.raises(AnalysisError, match=message):
        real_accuracy([1, 2], label_sets=[[1], [2, label]])
