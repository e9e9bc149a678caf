from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, log_loss

from analysis import AnalysisError, Release, measure_calibration
from analysis.figures import calibration_figure, figure_bytes
from analysis.release.simulated.drawn_release import simulate_release
from analysis.scores.calibration_report import (
    ISOTONIC,
    MAJORITY,
    PLATT,
    SHARE,
    STATISTICS,
    CalibrationReport,
    calibration_csv,
    expert_outcomes,
    reliability_csv,
    report_calibration,
    scores_to_calibrate,
)
from analysis.scores.methods.comparison import score_all
from analysis.statistics.calibration import Calibration, isotonic
from analysis.statistics.estimates import image_weights
from tests.support.questions import some_questions

Floats = NDArray[np.float64]
SCORES = st.one_of(st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]), st.floats(0, 1))
QUESTIONS = st.lists(st.tuples(SCORES, st.floats(0, 1), st.integers(0, 5)), min_size=1, max_size=40)


def calibration_error(scores: Floats, outcomes: Floats, n_bins: int) -> float:
    """Go through the bins one by one."""
    edges = np.arange(n_bins + 1) / n_bins
    total = 0.0
    for b in range(n_bins):
        last = b == n_bins - 1
        inside = [b * 1.0 <= s * n_bins and (s * n_bins < b + 1 or last) for s in scores]
        if any(inside):
            total += abs((scores[inside] - outcomes[inside]).sum())
    assert len(edges) == n_bins + 1
    return total / len(scores)


def statistics(scores: Floats, outcomes: Any, n_bins: int) -> list[float]:
    """The statistics of 0 and 1 by scikit-learn, in the order of STATISTICS."""
    brier = brier_score_loss(outcomes, scores)
    mapped = IsotonicRegression().fit(scores, outcomes).predict(scores)
    recalibrated = brier_score_loss(outcomes, mapped)
    uncertainty = brier_score_loss(outcomes, np.full(len(scores), np.mean(outcomes)))
    return [
        brier,
        brier - recalibrated,
        uncertainty - recalibrated,
        uncertainty,
        log_loss(outcomes, scores, labels=[0, 1]),
        calibration_error(scores, outcomes, n_bins),
    ]


def values(found: Calibration) -> list[float]:
    return [getattr(found, name).value for name in STATISTICS]


def test_statistics_are_those_of_scikit_learn() -> None:
    scores, outcomes, images = some_questions()
    found = measure_calibration(scores, outcomes=outcomes, images=images, n_bins=7, replicates=2)
    np.testing.assert_allclose(values(found), statistics(scores, outcomes, 7), rtol=1e-9)


def test_intervals_are_those_of_assembled_replicates() -> None:
    scores, outcomes, images = some_questions(1)
    found = measure_calibration(scores, outcomes=outcomes, images=images, replicates=60, seed=9)
    drawn = []
    for weights in image_weights(len(np.unique(images)), replicates=60, seed=9):
        rows = np.repeat(np.arange(300), weights[np.unique(images, return_inverse=True)[1]])
        drawn.append(statistics(scores[rows], outcomes[rows], 10))
    expected = np.quantile(drawn, (0.025, 0.975), axis=0).T
    ends = [getattr(found, name)[1:] for name in STATISTICS]
    np.testing.assert_allclose(ends, expected, rtol=1e-9)


@given(QUESTIONS)
def test_decomposition_is_exact(questions: list[tuple[float, float, int]]) -> None:
    scores, outcomes, images = (np.array(column) for column in zip(*questions, strict=True))
    found = measure_calibration(scores, outcomes=outcomes, images=images, replicates=3)
    parts = found.miscalibration.value - found.discrimination.value + found.uncertainty.value
    np.testing.assert_allclose(found.brier.value, parts, atol=1e-12)
    np.testing.assert_allclose(found.brier.value, np.mean((scores - outcomes) ** 2), atol=1e-12)
    assert found.miscalibration.value > -1e-12
    assert found.discrimination.value > -1e-12
    error = calibration_error(scores, outcomes, 10)
    np.testing.assert_allclose(found.expected_calibration_error.value, error, atol=1e-12)


@given(QUESTIONS)
def test_isotonic_is_that_of_scikit_learn(questions: list[tuple[float, float, int]]) -> None:
    scores, outcomes, _ = (np.array(column) for column in zip(*questions, strict=True))
    # scikit-learn takes scores that differ in the last bits for equal
    scores = np.round(scores, 6)
    points, regressed = isotonic(scores, outcomes)
    assert points.tolist() == sorted(set(scores.tolist()))
    expected = IsotonicRegression().fit(scores, outcomes).predict(points)
    np.testing.assert_allclose(regressed, expected, atol=1e-9)


def test_bins_are_means() -> None:
    scores, outcomes, images = some_questions(2)
    bins = measure_calibration(scores, outcomes=outcomes, images=images, replicates=50).bins
    assert bins.n.sum() == 300
    for b in range(10):
        inside = [min(int(score * 10), 9) == b for score in scores]
        assert bins.n[b] == sum(inside)
        np.testing.assert_allclose(bins.mean_score[b], scores[inside].mean())
        np.testing.assert_allclose(bins.outcome[b], outcomes[inside].mean())
        assert 0 <= bins.low[b] <= bins.outcome[b] <= bins.high[b] <= 1


def test_empty_bins_and_faultless_ones() -> None:
    found = measure_calibration(
        [0.95, 0.96, 0.97, 1.0], outcomes=[1, 1, 1, 1], images=[1, 1, 2, 2], replicates=20
    )
    assert found.bins.n.tolist() == [0] * 9 + [4]
    assert np.isnan(found.bins.outcome[:9]).all()
    assert np.isnan(found.bins.low[:9]).all()
    assert found.bins.low[9] < 0.6 < found.bins.high[9] == 1


def test_certain_and_wrong_costs_an_infinite_log_loss() -> None:
    found = measure_calibration([1.0, 0.5], outcomes=[0, 1], images=[1, 2], replicates=20)
    assert found.log_loss.value == np.inf
    assert np.isnan(found.log_loss[1:]).all()
    certain = measure_calibration([1.0, 0.0], outcomes=[1, 0], images=[1, 2], replicates=20)
    assert certain.log_loss.value == certain.brier.value == 0


def test_scores_of_the_model_are_calibrated_where_the_truth_is_known() -> None:
    simulated = simulate_release(n_images=1500, n_golden_images=400, seed=2)
    release = simulated.release
    found = measure_calibration(
        release.scores, outcomes=simulated.truth, images=release.questions.images, replicates=50
    )
    assert found.expected_calibration_error.value < 0.02
    assert found.miscalibration.value < 0.03 * found.brier.value + 0.001


@pytest.mark.parametrize(
    ("scores", "outcomes", "options", "message"),
    [
        ([0.1, 0.2], [1], {}, r"scores of shape \(2,\) and outcomes of shape \(1,\) do not fit"),
        ([], [], {}, r"scores of shape \(0,\)"),
        ([0.1, 1.1], [1, 0], {}, r"score 1 is 1\.1: scores are in 0\.\.1"),
        ([0.1, np.nan], [1, 0], {}, "score 1 is nan"),
        ([0.1, 0.2], [2, 0], {}, r"outcome 0 is 2\.0: outcomes are in 0\.\.1"),
        ([0.1, 0.2], [1, 0], {"n_bins": 0}, "n_bins=0"),
        ([0.1, 0.2], [1, 0], {"images": [1]}, r"images of shape \(1,\)"),
        ([0.1, 0.2], [1, 0], {"replicates": 0}, "replicates=0"),
        ([0.1, 0.2], [1, 0], {"confidence": 0.0}, "confidence 0"),
    ],
)
def test_refuses(
    scores: list[float], outcomes: list[float], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(AnalysisError, match=message):
        measure_calibration(scores, outcomes=outcomes, **({"images": [1, 2]} | options))


@pytest.fixture(scope="module")
def report(simulated: Release) -> CalibrationReport:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scored = score_all(simulated, folds=2)
    scores = scores_to_calibrate(simulated, scored, folds=3)
    return report_calibration(simulated, scores, replicates=30)


def test_outcomes_are_the_experts(simulated: Release) -> None:
    experts = simulated.golden.experts.to_tensor()[:, :, 2]
    outcomes = expert_outcomes(simulated)
    assert np.array_equal(outcomes[MAJORITY], experts.sum(axis=0) >= 3)
    assert np.array_equal(outcomes[SHARE], experts.mean(axis=0))


def test_csv_holds_every_scores_twice(report: CalibrationReport) -> None:
    rows = list(csv.DictReader(io.StringIO(calibration_csv(report))))
    assert len(rows) == 2 * len(report.of) == 28
    for row in rows:
        found = report.of[row["scores"]][row["against"]]
        for name in STATISTICS:
            estimate = getattr(found, name)
            cells = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
            np.testing.assert_equal([float(cell or "nan") for cell in cells], list(estimate))


def test_reliability_csv_holds_the_bins(report: CalibrationReport) -> None:
    rows = list(csv.DictReader(io.StringIO(reliability_csv(report))))
    assert len(rows) == 28 * 10
    some = [row for row in rows if (row["scores"], row["against"]) == (PLATT, SHARE)]
    assert [int(row["n"]) for row in some] == report.of[PLATT][SHARE].bins.n.tolist()
    assert (some[0]["from"], some[-1]["to"]) == ("0.0", "1.0")


def test_figure_writes_the_measures(report: CalibrationReport) -> None:
    figure = calibration_figure(report)
    found = " ".join(text.get_text().replace("\n", " ") for text in figure.findobj(Text))
    for name in (ISOTONIC, PLATT):
        for against in (MAJORITY, SHARE):
            brier = report.of[name][against].brier.value
            assert f"Brier {brier:.3f}, log loss" in found
    assert "SIMULATED release" in found
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if text.get_text() not in ("", "SIMULATED"):
            box = text.get_window_extent()
            assert figure.bbox.x0 <= box.x0 <= box.x1 <= figure.bbox.x1, text.get_text()
    assert figure_bytes(figure, "png") == figure_bytes(calibration_figure(report), "png")
