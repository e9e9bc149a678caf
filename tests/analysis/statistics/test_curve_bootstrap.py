from __future__ import annotations

import itertools
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from analysis import AnalysisError, precision_recall
from analysis.statistics.curve_bootstrap import CurveReplicates, bootstrap_curve
from analysis.statistics.estimates import estimate, image_weights, percentile_interval
from analysis.statistics.precision_recall import PrecisionRecall

Floats = NDArray[np.float64]
# Few distinct scores, so that ties are common.
SCORES = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])
QUESTIONS = st.lists(
    st.tuples(SCORES, st.booleans(), st.integers(0, 4)), min_size=1, max_size=25
).filter(lambda questions: any(fits for _, fits, _ in questions))


def assembled(
    scores: Floats, truth: NDArray[np.bool_], images: NDArray[np.int64], weights: NDArray[np.int32]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Put together the questions of a draw, those of an image drawn twice twice."""
    distinct = np.unique(images)
    rows = [
        row
        for image, times in zip(distinct, weights, strict=True)
        for row in np.flatnonzero(images == image).tolist() * int(times)
    ]
    return scores[rows], truth[rows]


def some_questions(
    seed: int = 0, n_images: int = 12
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, n_images, size=60)
    truth = rng.random(60) < 0.4
    return np.round(0.4 * truth + 0.6 * rng.random(60), 1), truth, images


@given(QUESTIONS, st.integers(0, 5))
def test_every_replicate_is_the_curve_of_its_questions(
    questions: list[tuple[float, bool, int]], seed: int
) -> None:
    scores, truth, images = (np.array(column) for column in zip(*questions, strict=True))
    drawn = bootstrap_curve(scores, truth=truth, images=images, replicates=4, seed=seed, threads=1)
    weights = image_weights(len(np.unique(images)), replicates=4, seed=seed)
    recalls = np.array([0.01, 0.3, 0.5, 1.0])
    at_recall, area = drawn.precision_at_recall(recalls), drawn.average_precision
    for row, draw in enumerate(weights):
        some_scores, some_truth = assembled(scores, truth, images, draw)
        if not some_truth.any():
            assert np.isnan(area[row])
            assert np.isnan(at_recall[row]).all()
            continue
        curve = precision_recall(some_scores, truth=some_truth)
        for place, threshold in enumerate(drawn.thresholds):
            point = curve.at(threshold)
            assert (drawn.kept[row, place], drawn.hits[row, place]) == (point.kept, point.hits)
        np.testing.assert_allclose(area[row], curve.average_precision, rtol=1e-12)
        np.testing.assert_allclose(
            area[row], average_precision_score(some_truth, some_scores), rtol=1e-12
        )
        expected = [first_precision(curve, recall) for recall in recalls]
        assert at_recall[row].tolist() == expected
        same_point(drawn, curve, row, 0.5)
        same_point(drawn, curve, row, 2.0)


def first_precision(curve: PrecisionRecall, recall: float) -> float:
    """Go down the curve to the first point that has the recall."""
    points = zip(curve.precision, curve.recall, strict=True)
    return next(float(precision) for precision, found in points if found >= recall)


def same_point(drawn: CurveReplicates, curve: PrecisionRecall, row: int, threshold: float) -> None:
    expected = curve.at(threshold)
    found = [column[row] for column in drawn.at(threshold)]
    np.testing.assert_array_equal(found, [expected.precision, expected.recall, expected.f1])


def test_interval_is_that_of_all_draws_there_are() -> None:
    # With 4 images there are 4**4 draws, all equally likely.
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2])
    truth = np.array([1, 0, 1, 1, 0, 0, 1, 0], dtype=bool)
    images = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    areas = []
    for draw in itertools.product(range(4), repeat=4):
        some = assembled(scores, truth, images, np.bincount(draw, minlength=4).astype(np.int32))
        areas.append(average_precision_score(some[1], some[0]) if some[1].any() else np.nan)
    drawn = bootstrap_curve(scores, truth=truth, images=images, replicates=20_000)
    area = drawn.average_precision
    np.testing.assert_allclose(np.isnan(area).mean(), np.isnan(areas).mean(), atol=0.005)
    np.testing.assert_allclose(np.nanmean(area), np.nanmean(areas), atol=0.005)
    np.testing.assert_allclose(
        percentile_interval(area), np.nanquantile(areas, (0.025, 0.975)), atol=0.01
    )


def test_threads_and_the_number_of_replicates_change_nothing() -> None:
    scores, truth, images = some_questions()

    def curves(replicates: int, threads: int | None) -> CurveReplicates:
        return bootstrap_curve(
            scores, truth=truth, images=images, replicates=replicates, seed=3, threads=threads
        )

    one, many, few = curves(240, 1), curves(240, 5), curves(70, None)
    assert np.array_equal(one.kept, many.kept)
    assert np.array_equal(one.hits, many.hits)
    assert np.array_equal(one.hits[:70], few.hits)
    assert not np.array_equal(one.hits[0], one.hits[1])


def test_other_scores_are_measured_on_the_same_draws() -> None:
    scores, truth, images = some_questions()
    one, two = (
        bootstrap_curve(guess, truth=truth, images=images, replicates=50, seed=1)
        for guess in (scores, 1 - scores)
    )
    assert np.array_equal(one.kept[:, -1], two.kept[:, -1])
    assert np.array_equal(one.n_fits, two.n_fits)


def test_names_of_images_are_as_good_as_numbers() -> None:
    scores, truth, images = some_questions()
    names = [f"image {image:02d}" for image in images]
    one, two = (
        bootstrap_curve(scores, truth=truth, images=given, replicates=20)
        for given in (images, names)
    )
    assert np.array_equal(one.kept, two.kept)


def test_2000_replicates_of_the_whole_curve_take_less_than_two_seconds() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 155, size=1135)
    start = perf_counter()
    drawn = bootstrap_curve(rng.random(1135), truth=rng.random(1135) < 0.2, images=images)
    assert drawn.kept.shape == (2000, 1135)
    assert np.isfinite(drawn.average_precision).all()
    assert perf_counter() - start < 2


def test_percentile_interval_leaves_out_what_has_no_value() -> None:
    values = np.array([[3.0, 1.0], [np.nan, 5.0], [1.0, 2.0]])
    low, high = percentile_interval(values, confidence=0.5)
    assert (low.tolist(), high.tolist()) == ([1.5, 1.25], [2.5, 1.75])
    low, high = percentile_interval(np.full((3, 2), np.nan))
    assert np.isnan([low, high]).all()
    assert estimate(0.5, [0.0, 1.0], confidence=0.5) == (0.5, 0.25, 0.75)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"images": [1, 2]}, r"images of shape \(2,\) do not fit 3 questions"),
        ({"replicates": 0}, "replicates=0: give 1 or more"),
        ({"seed": -1}, "seed=-1: give 0 or more"),
        ({"truth": [0, 0, 0]}, "no question's label fits"),
    ],
)
def test_refuses(changed: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"truth": [1, 0, 1], "images": [1, 1, 2], "replicates": 5}
    with pytest.raises(AnalysisError, match=message):
        bootstrap_curve([0.1, 0.2, 0.3], **(arguments | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("recalls", [[0.0], [1.5], [np.nan]])
def test_refuses_recalls(recalls: list[float]) -> None:
    drawn = bootstrap_curve([0.1], truth=[1], images=[0], replicates=2)
    with pytest.raises(AnalysisError, match=f"recalls {recalls[0]:g}: give a list of numbers"):
        drawn.precision_at_recall(recalls)
    with pytest.raises(AnalysisError, match=r"recalls of shape \(\)"):
        drawn.precision_at_recall(0.5)


def test_refuses_confidence() -> None:
    with pytest.raises(AnalysisError, match=r"confidence 95 is not between 0 and 1"):
        percentile_interval([1.0], confidence=95)


@pytest.mark.parametrize(("replicates", "seed"), [(0, 0), (1, -1)])
def test_refuses_weights(replicates: int, seed: int) -> None:
    with pytest.raises(AnalysisError, match="or more"):
        image_weights(3, replicates=replicates, seed=seed)
