"""Accuracy over the threshold: the same as making the label file of each threshold."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import AnalysisError, Release, accuracy_curve, make_labels, real_accuracy
from analysis.accuracy.curve import AccuracyCurve
from tests.support.predictions import guesses


def check(curve: AccuracyCurve, top: NDArray[np.int64], release: Release, n: int) -> None:
    """Compare with the label files of some thresholds: the ends, scores, and between them."""
    rng = np.random.default_rng(9)
    scores = np.unique(release.scores)
    some = rng.choice(scores, n).tolist()
    edges = [*some, *np.nextafter(some, 1).tolist(), *np.nextafter(some, 0).tolist()]
    for threshold in (0.0, 0.8, 1.0, scores[0], scores[-1], *edges):
        label_sets = make_labels(release, threshold=threshold)
        expected = real_accuracy(top, label_sets=label_sets, k=curve.k)
        assert curve.at(threshold) == expected


@pytest.mark.parametrize("k", [1, 3])
def test_by_making_label_files(simulated: Release, k: int) -> None:
    top = guesses(simulated)
    curve = accuracy_curve(top, release=simulated, k=k)
    assert 0.2 < curve.at(0.5).accuracy < 1
    assert curve.simulated
    check(curve, top, simulated, 6)


@pytest.mark.release
def test_published_release(release: Release) -> None:
    top = guesses(release)
    curve = accuracy_curve(top, release=release, k=2)
    assert not curve.simulated
    assert len(curve.thresholds) == len(np.unique(release.scores))
    check(curve, top, release, 2)


@pytest.mark.release
def test_original_labels(release: Release) -> None:
    curve = accuracy_curve(release.original_labels, release=release)
    assert curve.at(0.8) == (42_164, 46_837)
    assert curve.beyond == (25_111, 25_111)
    assert curve.at(0) == (50_000, 50_000)


def test_points_and_bands(simulated: Release) -> None:
    curve = accuracy_curve(guesses(simulated), release=simulated)
    assert np.array_equal(curve.thresholds, np.unique(simulated.scores))
    for counts in (curve.correct, curve.n_images):
        assert (np.diff(counts) <= 0).all()
    low, high = curve.interval
    assert ((low <= curve.accuracy) & (curve.accuracy <= high)).all()
    for point in (0, len(low) // 2, len(low) - 1):
        expected = curve.at(curve.thresholds[point])
        assert curve.accuracy[point] == expected.accuracy
        assert (low[point], high[point]) == expected.interval


def test_other_scores(simulated: Release) -> None:
    curve = accuracy_curve(
        simulated.original_labels, release=simulated, scores=np.full(len(simulated.questions), 0.5)
    )
    assert curve.thresholds.tolist() == [0.5]
    asked = len(np.unique(simulated.questions.images))
    assert curve.at(0.5).n_images == 50_000
    assert curve.at(0.6) == (50_000 - asked, 50_000 - asked)


def test_what_cannot_be_used(simulated: Release) -> None:
    with pytest.raises(AnalysisError, match="2 predictions: there are 50,000 images"):
        accuracy_curve([1, 2], release=simulated)
    with pytest.raises(AnalysisError, match="do not fit"):
        accuracy_curve(simulated.original_labels, release=simulated, scores=[0.5])
    curve = accuracy_curve(simulated.original_labels, release=simulated)
    with pytest.raises(AnalysisError, match="threshold nan is not a number"):
        curve.at(float("nan"))
