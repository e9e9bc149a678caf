from __future__ import annotations

import csv
import inspect
import io

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis import (
    AnalysisError,
    Release,
    out_of_sample_scores,
    precision_recall,
    precision_recall_bands,
)
from analysis.release.simulated.drawn_release import simulate_release
from analysis.scores.golden_curves import golden_bands
from analysis.scores.methods.optimism import bands_csv, in_and_out_of_sample
from analysis.statistics.bands import paired_difference, proportion_interval
from analysis.statistics.estimates import Estimate, percentile_interval
from analysis.statistics.intervals import wilson_interval
from analysis.statistics.precision_recall import PrecisionRecall

Floats = NDArray[np.float64]
Samples = list[tuple[Floats, NDArray[np.bool_], NDArray[np.int64]]]
RECALLS = np.array([0.2, 0.5, 0.7, 0.8, 0.9])


def draw_samples(
    scores: Floats, truth: NDArray[np.bool_], images: NDArray[np.int64], *, n: int, seed: int
) -> Samples:
    """Draw releases of 150 images from a population of images, with replacement."""
    rng = np.random.default_rng(seed)
    of_image = [np.flatnonzero(images == image) for image in range(images.max() + 1)]
    samples = []
    for _ in range(n):
        drawn = [of_image[image] for image in rng.integers(len(of_image), size=150)]
        rows = np.concatenate(drawn)
        samples.append(
            (scores[rows], truth[rows], np.repeat(np.arange(150), list(map(len, drawn))))
        )
    return samples


def covered(samples: Samples, population: PrecisionRecall, *, by_image: bool = True) -> Floats:
    """Share of samples whose intervals hold the population's values: area, point, band."""
    point = population.at(0.8)
    values = [population.average_precision, point.precision, point.recall, point.f1]
    values += population.precision[np.searchsorted(population.recall, RECALLS)].tolist()
    held = []
    for scores, truth, images in samples:
        bands = precision_recall_bands(
            scores,
            truth=truth,
            images=images if by_image else np.arange(len(images)),
            recalls=RECALLS,
            replicates=150,
            threads=1,
        )
        measured = bands.at(0.8)
        ends = [bands.average_precision[1:], *(share[1:] for share in measured[1:])]
        ends += zip(bands.low, bands.high, strict=True)
        held.append([low <= v <= high for v, (low, high) in zip(values, ends, strict=True)])
    return np.asarray(np.mean(held, axis=0))


def test_intervals_cover_the_truth_of_simulated_releases() -> None:
    simulated = simulate_release(n_images=1500, n_golden_images=100, seed=11)
    scores, truth = simulated.release.scores, simulated.truth == 1
    images = np.unique(simulated.release.questions.images, return_inverse=True)[1]
    samples = draw_samples(scores, truth, images, n=100, seed=0)
    shares = covered(samples, precision_recall(scores, truth=truth))
    # of 100 samples, each with a chance of 0.95, fewer than 88 only once in 600 times
    assert (shares[:4] > 0.87).all(), shares
    assert (shares[4:] > 0.87).all(), shares


def test_questions_of_one_image_are_not_independent() -> None:
    # Images that are easy or hard as a whole, and hard ones that are all wrong.
    rng = np.random.default_rng(5)
    images = np.repeat(np.arange(1000), 8)
    hard = np.repeat(rng.random(1000) < 0.3, 8)
    truth = rng.random(8000) < 0.4
    scores = np.round(np.where(truth ^ hard, 0.6, 0.0) + 0.4 * rng.random(8000), 3)
    samples = draw_samples(scores, truth, images, n=100, seed=1)
    population = precision_recall(scores, truth=truth)
    # of the average precision: nominally 0.95
    assert covered(samples, population)[0] > 0.87
    assert covered(samples, population, by_image=False)[0] < 0.8


def test_bands_are_percentiles_no_narrower_than_wilson(simulated: Release) -> None:
    scores = simulated.scores[simulated.golden.questions]
    bands = golden_bands(simulated, scores, replicates=150, seed=2)
    curve, drawn = bands.curve, bands.replicates
    assert bands.n_images == len(np.unique(simulated.golden_images()))
    for recall, precision, low, high in zip(
        bands.recalls, bands.precision, bands.low, bands.high, strict=True
    ):
        place = next(i for i, found in enumerate(curve.recall) if found >= recall)
        assert precision == curve.precision[place]
        ends = percentile_interval(drawn.precision_at_recall([recall])[:, 0])
        wilson = wilson_interval(curve.hits[place], curve.kept[place])
        assert (low, high) == (min(ends[0], wilson.low), max(ends[1], wilson.high))
        assert 0 <= low <= precision <= high <= 1


def test_point_is_that_of_the_curve(simulated: Release) -> None:
    bands = golden_bands(simulated, simulated.scores[simulated.golden.questions], replicates=150)
    measured = bands.at(0.8)
    assert measured.point == bands.curve.at(0.8)
    for share in measured[1:]:
        assert isinstance(share, Estimate)
        assert share.low < share.value < share.high
    ends = percentile_interval(bands.replicates.at(0.8).f1)
    assert np.array_equal(measured.f1[1:], ends)


def test_nothing_kept_has_no_precision(simulated: Release) -> None:
    bands = golden_bands(simulated, 0.5 * simulated.scores[simulated.golden.questions])
    measured = bands.at(0.9)
    assert np.isnan(measured.precision).all()
    assert measured.recall.value == measured.recall.low == 0 < measured.recall.high


def test_faultless_questions_are_not_certain() -> None:
    low, high = proportion_interval(20, 20, np.ones(100))
    assert low < 0.9
    assert high == 1


def test_difference_is_paired() -> None:
    rng = np.random.default_rng(0)
    truth, images = rng.random(200) < 0.3, np.arange(200) // 5
    scores = 0.3 * truth + rng.random(200)
    one, two = (
        precision_recall_bands(guess, truth=truth, images=images, replicates=200)
        for guess in (scores, scores + 0.05 * rng.random(200))
    )
    gap = paired_difference(one, two)
    assert gap.value == one.curve.average_precision - two.curve.average_precision
    assert gap.low <= gap.value <= gap.high
    assert gap.high - gap.low < 0.5 * (one.average_precision.high - one.average_precision.low)
    assert paired_difference(one, one) == (0, 0, 0)


def test_optimism_is_that_of_the_scores(simulated: Release) -> None:
    data = in_and_out_of_sample(simulated, threshold=0.5, replicates=60, seed=4)
    fitted = golden_bands(
        simulated, simulated.scores[simulated.golden.questions], replicates=60, seed=4
    )
    left_out = golden_bands(simulated, out_of_sample_scores(simulated), replicates=60, seed=4)
    assert data.in_sample.average_precision == fitted.average_precision
    assert data.out_of_sample.average_precision == left_out.average_precision
    assert data.optimism == paired_difference(fitted, left_out)
    assert data.threshold == 0.5
    assert data.simulated


def test_csv_holds_both_bands(simulated: Release) -> None:
    data = in_and_out_of_sample(simulated, replicates=40)
    rows = list(csv.DictReader(io.StringIO(bands_csv(data))))
    assert [float(row["recall"]) for row in rows] == data.in_sample.recalls.tolist()
    for name, bands in (("in_sample", data.in_sample), ("out_of_sample", data.out_of_sample)):
        for end, column in (("", "precision"), ("_low", "low"), ("_high", "high")):
            found = [float(row[f"precision_{name}{end}"]) for row in rows]
            assert found == getattr(bands, column).tolist()


def test_refuses(simulated: Release) -> None:
    with pytest.raises(AnalysisError, match="recalls 2: give a list"):
        precision_recall_bands([0.1], truth=[1], images=[1], recalls=[2])
    with pytest.raises(AnalysisError, match="confidence 1 is not between"):
        precision_recall_bands([0.1], truth=[1], images=[1], confidence=1)
    with pytest.raises(AnalysisError, match=r"threshold 8.* is not in 0\.\.1"):
        in_and_out_of_sample(simulated, threshold=8)
    with pytest.raises(AnalysisError, match="do not fit"):
        golden_bands(simulated, [0.5])


@pytest.mark.release
def test_published_bands(release: Release) -> None:
    data = in_and_out_of_sample(release)
    fitted, left_out = data.in_sample, data.out_of_sample
    assert (fitted.n_images, fitted.curve.n_questions, fitted.curve.n_fits) == (155, 1135, 248)
    assert round(fitted.average_precision.value, 10) == 0.8932425341
    assert round(left_out.average_precision.value, 5) == 0.89099
    assert round(data.optimism.value, 4) == 0.0023
    assert 0 < data.optimism.low < data.optimism.high < 0.005


def test_help_shows_no_array() -> None:
    shown = str(inspect.signature(precision_recall_bands))
    assert "recalls: 'ArrayLike | None' = None" in shown
    bands = precision_recall_bands([0.9, 0.6, 0.4], truth=[1, 0, 1], images=[1, 1, 2])
    assert bands.recalls.tolist() == [k / 200 for k in range(1, 201)]
