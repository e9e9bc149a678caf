from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from analysis import AnalysisError, Release, out_of_sample_scores, recalibrate
from analysis.scores.calibration_report import MAJORITY, report_calibration
from analysis.scores.methods.out_of_sample import image_folds
from analysis.scores.recalibration import FITTERS, fit_isotonic, fit_platt, log_odds, platt_targets

from ...support.questions import some_questions


def test_platt_is_weighted_logistic_regression() -> None:
    scores, outcomes, _ = some_questions(3)
    found = fit_platt(scores, outcomes)
    targets = platt_targets(outcomes)
    # each question as a yes and a no, weighted by its target
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(
        np.tile(log_odds(scores), 2)[:, None],
        np.repeat([1, 0], len(scores)),
        sample_weight=np.concatenate((targets, 1 - targets)),
    )
    np.testing.assert_allclose(found.slope, peer.coef_[0, 0], rtol=1e-4)
    np.testing.assert_allclose(found.intercept, peer.intercept_[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        found([0.2, 0.9]), peer.predict_proba(log_odds([0.2, 0.9])[:, None])[:, 1], rtol=1e-4
    )


def test_platt_targets_are_those_of_the_paper() -> None:
    assert platt_targets([1, 0, 0, 0]).tolist() == [2 / 3, 1 / 5, 1 / 5, 1 / 5]


def test_maps_are_never_certain_and_never_fall() -> None:
    scores = np.array([0.0, 0.1, 0.2, 0.8, 1.0])
    for mapping in (fit_isotonic(scores, [0, 0, 1, 1, 1]), fit_platt(scores, [0, 0, 1, 1, 1])):
        mapped = mapping(np.linspace(0, 1, 101))
        assert (np.diff(mapped) >= 0).all()
        assert 0 < mapped.min() < mapped.max() < 1


@pytest.mark.parametrize("method", ["isotonic", "platt"])
def test_recalibration_is_a_direct_loop(simulated: Release, method: Any) -> None:
    found = recalibrate(simulated, method=method, folds=4, seed=1)
    scores, truth = out_of_sample_scores(simulated), simulated.golden.fits()
    fold = image_folds(simulated, 4, seed=1)
    fit = FITTERS[method]
    for place in range(len(fold)):
        others = fold != fold[place]
        if method == "isotonic":
            peer = IsotonicRegression(out_of_bounds="clip")
            peer.fit(scores[others], platt_targets(truth[others]))
            expected = peer.predict([scores[place]])[0]
        else:
            expected = fit(scores[others], truth[others])(scores[place])
        np.testing.assert_allclose(found.golden_out_of_sample[place], expected, atol=1e-9)
        if place > 60:
            break
    assert np.array_equal(found.scores, fit(scores, truth)(simulated.scores))


def test_recalibrated_scores_can_be_chosen_from(simulated: Release) -> None:
    from analysis import make_labels

    scores = recalibrate(simulated, method="platt").scores
    assert scores.shape == simulated.scores.shape
    assert len(make_labels(simulated, scores=scores, threshold=0.5)) == 50_000


def test_refuses_another_method(simulated: Release) -> None:
    with pytest.raises(AnalysisError, match="method 'beta' is not one of 'isotonic', 'platt'"):
        recalibrate(simulated, method="beta")  # type: ignore[arg-type]


@pytest.mark.release
def test_recalibration_mends_the_published_scores(release: Release) -> None:
    scores = {"published": out_of_sample_scores(release)}
    for method in ("isotonic", "platt"):
        scores[method] = recalibrate(release, method=method).golden_out_of_sample
    report = report_calibration(release, scores)
    published, isotonic_, platt = (found[MAJORITY] for found in report.of.values())
    assert round(published.log_loss.value, 3) == 0.318
    assert isotonic_.log_loss.high < published.log_loss.value
    assert platt.log_loss.high < published.log_loss.value
    assert platt.brier.value < published.brier.value
