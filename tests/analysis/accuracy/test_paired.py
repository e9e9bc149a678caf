"""Two models compared: against a published example, SciPy, and the test behind the interval."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binom, binomtest, norm

from analysis import AnalysisError, compare_models
from analysis.accuracy.paired import PairedComparison, paired_interval

COUNTS = st.tuples(*[st.integers(0, 40)] * 4).filter(lambda counts: sum(counts) > 0)


def test_published_example() -> None:
    """Cavo et al. (2012), as the R package contingencytables works it out (its tests)."""
    compared = PairedComparison(both=59, only_first=6, only_second=16, neither=80)
    assert round(compared.p_exact, 6) == 0.052479
    assert round(compared.p_mid, 6) == 0.034690
    # there: the first less the second, -0.0621 (-0.1240 to -0.0054)
    assert round(compared.difference, 4) == 0.0621
    assert [round(end, 4) for end in compared.interval] == [0.0054, 0.1240]


@given(COUNTS)
def test_mcnemar_by_scipy(counts: tuple[int, int, int, int]) -> None:
    compared = PairedComparison(*counts)
    _, first, second, _ = counts
    exact = binomtest(first, first + second).pvalue if first + second else 1.0
    assert compared.p_exact == pytest.approx(exact, rel=1e-12)
    seen = binom.pmf(min(first, second), first + second, 0.5)
    tail = binom.cdf(min(first, second), first + second, 0.5)
    assert compared.p_mid == pytest.approx(2 * tail - seen, rel=1e-12)
    assert compared.p_mid <= compared.p_exact <= 1


def score_by_search(difference: float, first: int, second: int, n: int) -> float:
    """The score statistic, its nuisance parameter found by maximising the likelihood."""
    low, high = max(0.0, -difference), (1 - difference) / 2

    def unlikely(share: float) -> float:
        shares = (share, share + difference, 1 - 2 * share - difference)
        seen = (first, second, n - first - second)
        return -sum(
            count * math.log(max(part, 1e-300))
            for count, part in zip(seen, shares, strict=True)
            if count
        )

    found = minimize_scalar(
        unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-12}
    )
    variance = n * (2 * found.x + difference - difference**2)
    return (second - first - n * difference) / math.sqrt(variance)


@settings(deadline=None)
@given(COUNTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_interval_ends_where_the_score_test_rejects(
    counts: tuple[int, int, int, int], confidence: float
) -> None:
    _, first, second, _ = counts
    n = sum(counts)
    low, high = paired_interval(first, second, n, confidence=confidence)
    assert -1 <= low <= (second - first) / n <= high <= 1
    z = norm.ppf((1 + confidence) / 2)
    for end, sign in ((low, 1), (high, -1)):
        if abs(end) < 1 - 1e-9:
            assert score_by_search(end, first, second, n) == pytest.approx(sign * z, abs=2e-3)
        else:
            assert second - first == end * n, "only where all cases are discordant one way"


@given(COUNTS)
def test_models_change_places(counts: tuple[int, int, int, int]) -> None:
    both, first, second, neither = counts
    compared, other = PairedComparison(*counts), PairedComparison(both, second, first, neither)
    assert compared.difference == -other.difference
    assert compared.interval == pytest.approx([-end for end in reversed(other.interval)], abs=1e-12)
    assert (compared.p_exact, compared.p_mid) == (other.p_exact, other.p_mid)


def test_interval_covers_the_difference() -> None:
    rng = np.random.default_rng(6)
    shares = (0.6, 0.12, 0.08, 0.2)
    draws = rng.multinomial(80, shares, size=2000)
    ends = [paired_interval(first, second, 80) for _, first, second, _ in draws.tolist()]
    covered = np.mean([low <= -0.04 <= high for low, high in ends])
    assert 0.935 < covered < 0.975


def test_without_images() -> None:
    compared = compare_models([1, 2], [2, 1], label_sets=[[], []])
    assert compared == (0, 0, 0, 0)
    assert math.isnan(compared.difference)
    assert all(map(math.isnan, compared.interval))
    assert compared.p_exact == compared.p_mid == 1


CASE = st.tuples(*[st.integers(0, 3)] * 2, st.lists(st.integers(0, 3), unique=True))


@settings(deadline=None)
@given(st.lists(CASE, min_size=1))
def test_by_counting(cases: list[tuple[int, int, list[int]]]) -> None:
    first, second, label_sets = zip(*cases, strict=True)
    compared = compare_models(first, second, label_sets=label_sets)
    outcomes = [(one in labels, two in labels) for one, two, labels in cases if labels]
    expected = ((True, True), (True, False), (False, True), (False, False))
    assert compared == tuple(outcomes.count(outcome) for outcome in expected)
    assert compared.n_images == len(outcomes)


@pytest.mark.parametrize(
    ("first", "second", "n", "confidence", "message"),
    [
        (3, 4, 6, 0.95, "3 and 4 of 6 cases: counts are at least 0 and add up to n"),
        (-1, 4, 6, 0.95, "-1 and 4 of 6 cases"),
        (1, 2, 6, 95, "confidence 95 is not between 0 and 1: 0.95 is 95 %"),
    ],
)
def test_counts_that_cannot_be(
    first: int, second: int, n: int, confidence: float, message: str
) -> None:
    with pytest.raises(AnalysisError, match=re.escape(message)):
        paired_interval(first, second, n, confidence=confidence)
