from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from analysis import AnalysisError
from analysis.statistics.intervals import proportion, wilson_interval

# Newcombe (1998), Statistics in Medicine 17, 857-872: the paper's four examples, method 3.
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
COUNTS = st.integers(1, 10**9).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)
CONFIDENCE = st.floats(0.001, 0.999)


@pytest.mark.parametrize(("successes", "trials", "low", "high"), NEWCOMBE)
def test_published_examples(successes: int, trials: int, low: float, high: float) -> None:
    interval = wilson_interval(successes, trials)
    assert (round(float(interval.low), 4), round(float(interval.high), 4)) == (low, high)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("trials", [1, 2, 7, 155, 1135])
def test_same_as_scipy(trials: int, confidence: float) -> None:
    from scipy.stats import binomtest

    successes = range(trials + 1)
    expected = [binomtest(k, trials).proportion_ci(confidence, method="wilson") for k in successes]
    low, high = wilson_interval(successes, trials, confidence=confidence)
    np.testing.assert_allclose(low, [ci.low for ci in expected], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(high, [ci.high for ci in expected], rtol=1e-12, atol=1e-15)


@given(COUNTS, CONFIDENCE)
def test_ends_are_where_the_score_test_rejects(counts: tuple[int, int], confidence: float) -> None:
    """Wilson's definition: (p - end)**2 = z**2 end (1 - end) / n at both ends."""
    from scipy.special import ndtri

    successes, trials = counts
    z = ndtri((1 + confidence) / 2)
    for end in wilson_interval(successes, trials, confidence=confidence):
        distance = (successes / trials - end) ** 2
        np.testing.assert_allclose(distance, z**2 * end * (1 - end) / trials, rtol=1e-4, atol=1e-13)


@given(COUNTS, CONFIDENCE)
def test_contains_the_estimate_within_0_to_1(counts: tuple[int, int], confidence: float) -> None:
    estimate, low, high = proportion(*counts, confidence=confidence)
    assert estimate == counts[0] / counts[1]
    assert 0 <= low <= estimate <= high <= 1
    assert low < high


@given(COUNTS)
def test_failures_are_the_mirror_image(counts: tuple[int, int]) -> None:
    successes, trials = counts
    low, high = wilson_interval(successes, trials)
    mirrored = wilson_interval(trials - successes, trials)
    np.testing.assert_allclose([1 - high, 1 - low], mirrored, rtol=0, atol=1e-15)


@given(COUNTS, st.integers(2, 1000))
def test_narrows_with_more_trials(counts: tuple[int, int], times: int) -> None:
    successes, trials = counts
    few = wilson_interval(successes, trials)
    many = wilson_interval(successes * times, trials * times)
    assert many.high - many.low < few.high - few.low


@given(COUNTS, CONFIDENCE, CONFIDENCE)
def test_widens_with_confidence(counts: tuple[int, int], one: float, other: float) -> None:
    inner = wilson_interval(*counts, confidence=min(one, other))
    outer = wilson_interval(*counts, confidence=max(one, other))
    assert outer.low <= inner.low + 1e-15
    assert inner.high <= outer.high + 1e-15


def test_ends_are_exact_at_none_and_all() -> None:
    trials = np.arange(1, 2000)
    assert (wilson_interval(0, trials).low == 0).all()
    assert (wilson_interval(trials, trials).high == 1).all()


def test_no_trials_are_nan() -> None:
    estimate, low, high = proportion([0, 1], [0, 2])
    assert np.isnan([estimate[0], low[0], high[0]]).all()
    np.testing.assert_allclose([estimate[1], low[1] + high[1]], [0.5, 1.0], rtol=1e-15)


def test_shapes_are_broadcast() -> None:
    successes = np.arange(6).reshape(2, 3)
    parts = proportion(successes, successes.sum(axis=1, keepdims=True))
    assert [part.shape for part in parts] == [(2, 3)] * 3
    np.testing.assert_array_equal(parts.value[1], np.array([3, 4, 5]) / 12)
    row = wilson_interval([3, 4, 5], 12)
    np.testing.assert_array_equal((parts.low[1], parts.high[1]), row)


@pytest.mark.parametrize(
    ("successes", "trials", "message"),
    [
        (3, 2, "3 successes in 2 trials"),
        (-1, 2, "-1 successes in 2 trials"),
        (np.nan, 2, "nan successes in 2 trials"),
        (1, np.nan, "1 successes in nan trials"),
        (1, np.inf, "1 successes in inf trials"),
        ([1, 2], [1, 2, 3], "do not fit each other"),
    ],
)
def test_counts_that_cannot_be(successes: ArrayLike, trials: ArrayLike, message: str) -> None:
    for function in (wilson_interval, proportion):
        with pytest.raises(AnalysisError, match=re.escape(message)):
            function(successes, trials)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 95, np.nan])
def test_confidence_out_of_range(confidence: float) -> None:
    with pytest.raises(AnalysisError, match="is not between 0 and 1"):
        wilson_interval(1, 2, confidence=confidence)
