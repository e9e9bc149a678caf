from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import AnalysisError, Release, precision_recall
from analysis.scores.golden_curves import golden_curve
from analysis.statistics.precision_recall import OperatingPoint

# Few distinct scores, so that ties are common; some of them neighbours in double precision.
SCORES = st.sampled_from([0.0, 0.25, 0.5, np.nextafter(0.5, 1), 0.75, 1.0])
QUESTIONS = st.lists(st.tuples(SCORES, st.booleans()), min_size=1, max_size=40).filter(
    lambda questions: any(fits for _, fits in questions)
)
Pairs = list[tuple[float, bool]]


def count(questions: Pairs, threshold: float) -> tuple[int, int]:
    """Count directly what is kept, and the hits among it."""
    kept = [fits for score, fits in questions if score >= threshold]
    return len(kept), sum(kept)


def average_precision(questions: Pairs) -> Fraction:
    """Average, over what fits, the precision at its own score: the other way to say the sum."""
    own_scores = [score for score, fits in questions if fits]
    precisions = [Fraction(*reversed(count(questions, score))) for score in own_scores]
    return sum(precisions, Fraction(0)) / len(precisions)


@given(QUESTIONS)
def test_curve_is_what_counting_gives(questions: Pairs) -> None:
    scores, fits = zip(*questions, strict=True)
    curve = precision_recall(scores, truth=fits)
    assert curve.thresholds.tolist() == sorted(set(scores), reverse=True)
    counted = [count(questions, threshold) for threshold in curve.thresholds]
    assert list(zip(curve.kept.tolist(), curve.hits.tolist(), strict=True)) == counted
    assert curve.precision.tolist() == [hits / kept for kept, hits in counted]
    assert curve.recall.tolist() == [hits / sum(fits) for _, hits in counted]
    assert (curve.n_questions, curve.n_fits) == (len(questions), sum(fits))


@given(QUESTIONS)
def test_curve_ends_with_everything_kept_and_recall_never_falls(questions: Pairs) -> None:
    scores, fits = zip(*questions, strict=True)
    curve = precision_recall(scores, truth=fits)
    assert (np.diff(curve.recall) >= 0).all()
    assert (np.diff(curve.kept) > 0).all()
    assert curve.recall[-1] == 1
    assert curve.precision[-1] == sum(fits) / len(fits)


@given(QUESTIONS)
def test_average_precision_is_the_mean_over_what_fits(questions: Pairs) -> None:
    scores, fits = zip(*questions, strict=True)
    curve = precision_recall(scores, truth=fits)
    expected = float(average_precision(questions))
    np.testing.assert_allclose(curve.average_precision, expected, rtol=1e-13)


@given(QUESTIONS, st.floats(-0.5, 1.5))
def test_at_any_threshold_is_what_counting_gives(questions: Pairs, between: float) -> None:
    scores, fits = zip(*questions, strict=True)
    curve = precision_recall(scores, truth=fits)
    for threshold in (between, *scores, -np.inf, np.inf):
        point = curve.at(threshold)
        kept, hits = count(questions, threshold)
        assert (point.threshold, point.kept, point.hits) == (threshold, kept, hits)
        assert point.n_fits == sum(fits)
        assert point.recall == hits / sum(fits)
        assert point.precision == hits / kept if kept else np.isnan(point.precision)
        misses, false_hits = sum(fits) - hits, kept - hits
        assert point.f1 == 2 * hits / (2 * hits + false_hits + misses)


@given(QUESTIONS, st.randoms(use_true_random=False))
def test_order_of_questions_is_of_no_account(questions: Pairs, random: Random) -> None:
    scores, fits = zip(*questions, strict=True)
    curve = precision_recall(scores, truth=fits)
    shuffled = list(questions)
    random.shuffle(shuffled)
    scores, fits = zip(*shuffled, strict=True)
    again = precision_recall(scores, truth=fits)
    assert np.array_equal(curve.kept, again.kept)
    assert np.array_equal(curve.hits, again.hits)


def test_example_of_scikit_learn() -> None:
    # The example in the documentation of precision_recall_curve and average_precision_score; the
    # curve there ascends in the threshold and has one point more, (0, 1).
    curve = precision_recall([0.1, 0.4, 0.35, 0.8], truth=[0, 0, 1, 1])
    assert curve.thresholds.tolist() == [0.8, 0.4, 0.35, 0.1]
    np.testing.assert_allclose(curve.precision, [1, 0.5, 2 / 3, 0.5], rtol=1e-15)
    np.testing.assert_allclose(curve.recall, [0.5, 0.5, 1, 1], rtol=1e-15)
    assert round(curve.average_precision, 2) == 0.83


def test_questions_of_one_score_are_one_point() -> None:
    curve = precision_recall([0.5] * 4, truth=[1, 0, 0, 0])
    assert curve.kept.tolist() == [4]
    assert curve.average_precision == 0.25


def test_nothing_kept() -> None:
    point = precision_recall([0.1, 0.2], truth=[0, 1]).at(0.5)
    assert np.isnan(point.precision)
    assert (point.recall, point.f1, point.kept, point.hits, point.n_fits) == (0, 0, 0, 0, 1)


def test_nothing_fits_and_nothing_is_kept() -> None:
    point = OperatingPoint.from_counts(1, kept=0, hits=0, n_fits=0)
    assert np.isnan([point.precision, point.recall, point.f1]).all()
    assert OperatingPoint.from_counts(1, kept=3, hits=0, n_fits=0).precision == 0


@pytest.mark.parametrize(
    ("scores", "truth", "message"),
    [
        ([0.1, 0.2], [True], r"shape \(2,\) and truth of shape \(1,\) do not fit"),
        ([[0.1]], [[True]], r"scores of shape \(1, 1\)"),
        (0.1, True, r"scores of shape \(\)"),
        ([0.1, np.nan], [True, False], "score 1 is nan"),
        ([0.1, 0.2], [1, 2], "truth 1 is 2: 1 where the label fits, otherwise 0"),
        ([0.1, 0.2], [1, np.nan], "truth 1 is nan"),
        ([0.1, 0.2], [0, 0], "no question's label fits"),
        ([], [], "no question's label fits"),
    ],
)
def test_refuses(scores: list[float], truth: list[float], message: str) -> None:
    with pytest.raises(AnalysisError, match=message):
        precision_recall(scores, truth=truth)


def test_refuses_threshold_nan() -> None:
    with pytest.raises(AnalysisError, match="threshold nan"):
        precision_recall([0.1], truth=[1]).at(np.nan)


def test_golden_curve_refuses_scores_of_other_questions(simulated: Release) -> None:
    with pytest.raises(AnalysisError, match="do not fit"):
        golden_curve(simulated, scores=np.zeros(3))
    with pytest.raises(AnalysisError, match=r"score 0 is 1\.5: scores are in 0\.\.1"):
        golden_curve(simulated, scores=np.full(len(simulated.scores), 1.5))


def test_golden_curve_takes_other_scores(simulated: Release) -> None:
    golden = simulated.golden
    perfect = np.zeros(len(simulated.scores))
    perfect[golden.questions] = golden.yes_votes() >= 3
    assert golden_curve(simulated, scores=perfect).average_precision == 1
    assert golden_curve(simulated, scores=1 - perfect).at(1).hits == 0


@pytest.mark.release
def test_published_curve(release: Release) -> None:
    curve = golden_curve(release)
    assert (curve.n_questions, curve.n_fits) == (1135, 248)
    assert round(curve.average_precision, 10) == 0.8932425341
    for threshold, precision, recall, kept in (
        (0.8, 0.89767, 0.77823, 215),
        (0.5, 0.84232, 0.81855, 241),
    ):
        point = curve.at(threshold)
        assert (round(point.precision, 5), round(point.recall, 5)) == (precision, recall)
        assert point.kept == kept


@pytest.mark.release
def test_published_curve_is_what_counting_gives(release: Release) -> None:
    experts = release.golden.experts.to_tensor()[:, :, 2].sum(axis=0)
    scores = release.scores[release.golden.questions].tolist()
    questions = list(zip(scores, (experts >= 3).tolist(), strict=True))
    curve = golden_curve(release)
    expected = float(average_precision(questions))
    np.testing.assert_allclose(curve.average_precision, expected, rtol=1e-12)
    counted = [count(questions, threshold) for threshold in curve.thresholds.tolist()]
    assert list(zip(curve.kept.tolist(), curve.hits.tolist(), strict=True)) == counted
