"""Choosing a threshold: what is chosen meets the target, and nothing on the curve does better."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import AnalysisError, choose_threshold, precision_recall
from analysis.statistics.precision_recall import PrecisionRecall
from analysis.statistics.thresholds import ThresholdInterval, same_side, shortest_decimal
from analysis.tables import without_nan

curves = (
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=30)
    .filter(lambda rows: any(fits for _, fits in rows))
    .map(lambda rows: precision_recall([s / 20 for s, _ in rows], truth=[f for _, f in rows]))
)
shares = st.sampled_from([0.0, 0.1, 0.25, 1 / 3, 0.5, 0.7, 0.9, 1.0])


def points(curve: PrecisionRecall) -> list[tuple[Fraction, Fraction]]:
    """Exact precision and recall of each point, from its counts."""
    return [
        (Fraction(hits, kept), Fraction(hits, curve.n_fits))
        for hits, kept in zip(curve.hits.tolist(), curve.kept.tolist(), strict=True)
    ]


def chosen(curve: PrecisionRecall, **target: float) -> tuple[Fraction, Fraction]:
    point = choose_threshold(curve, **target).point  # type: ignore[arg-type]
    return Fraction(point.hits, point.kept), Fraction(point.hits, curve.n_fits)


@given(curves, shares)
def test_precision(curve: PrecisionRecall, least: float) -> None:
    reachable = [recall for precision, recall in points(curve) if float(precision) >= least]
    if not reachable:
        with pytest.raises(
            AnalysisError, match=r"there is no threshold for .* the highest precision is"
        ):
            choose_threshold(curve, precision=least)
        return
    precision, recall = chosen(curve, precision=least)
    assert float(precision) >= least
    assert recall == max(reachable)


@given(curves, shares)
def test_recall(curve: PrecisionRecall, least: float) -> None:
    precision, recall = chosen(curve, recall=least)
    assert float(recall) >= least
    assert precision == max(p for p, r in points(curve) if float(r) >= least)


@given(curves, st.sampled_from([0.5, 1.0, 2.0]))
def test_f_beta(curve: PrecisionRecall, beta: float) -> None:
    square = Fraction(beta) ** 2

    def f(precision: Fraction, recall: Fraction) -> Fraction:
        below = square * precision + recall
        return (1 + square) * precision * recall / below if below else Fraction(0)

    best = max(f(*point) for point in points(curve))
    assert float(f(*chosen(curve, f_beta=beta))) == pytest.approx(float(best), rel=1e-12)


@given(curves, st.integers(0, 5), st.integers(1, 5))
def test_costs(curve: PrecisionRecall, missing: int, wrong: int) -> None:
    threshold, interval, point = choose_threshold(curve, costs=(missing, wrong))
    hits, kept = [0, *curve.hits.tolist()], [0, *curve.kept.tolist()]
    costs = [
        missing * (curve.n_fits - hit) + wrong * (keep - hit)
        for hit, keep in zip(hits, kept, strict=True)
    ]
    assert missing * (point.n_fits - point.hits) + wrong * (point.kept - point.hits) == min(costs)
    assert point.kept == kept[costs.index(min(costs))]  # of the cheapest, the one with the fewest
    assert math.isinf(threshold) == (point.kept == 0)
    assert interval.low < threshold <= interval.high


def test_nothing_is_kept_where_that_is_cheapest() -> None:
    choice = choose_threshold(precision_recall([0.9, 0.8, 0.2], truth=[0, 1, 0]), costs=(1, 5))
    assert choice.threshold == math.inf
    assert choice.interval == (0.9, math.inf)
    assert (choice.point.kept, choice.point.hits, choice.point.recall) == (0, 0, 0.0)
    assert math.isnan(choice.point.precision)
    assert without_nan(choice)[:2] == [None, [0.9, None]]  # what JSON can hold


@given(curves, shares)
def test_interval_keeps_the_same(curve: PrecisionRecall, least: float) -> None:
    choice = choose_threshold(curve, recall=least)
    low, high = choice.interval
    assert low < choice.threshold <= high
    for threshold in (high, np.nextafter(low, 2)):
        assert curve.at(float(threshold)).kept == choice.point.kept
    if low > -math.inf:
        assert curve.at(low).kept > choice.point.kept


@given(curves, st.floats(0, 1))
def test_named_threshold(curve: PrecisionRecall, threshold: float) -> None:
    choice = choose_threshold(curve, threshold=threshold)
    assert choice.threshold == threshold
    assert choice.interval.low < threshold <= choice.interval.high
    assert choice.point == curve.at(threshold) or math.isnan(choice.point.precision)


@given(st.floats(0, 1), st.floats(0, 1))
def test_shortest_decimal(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    if low == high:
        return
    number = shortest_decimal(ThresholdInterval(low, high))
    assert low < number <= high
    digits = len(repr(number).partition(".")[2]) if number not in (0, 1) else 0
    if digits > 1 and "e" not in repr(number):
        grid = np.arange(math.floor(high * 10) / 10, low, -0.1)  # nothing with one digit fits
        assert not any(low < round(float(x), 1) <= high for x in grid)


def test_same_side() -> None:
    assert same_side([0.1, 0.5, 0.5, 0.9], 0.5) == (0.1, 0.5)
    assert same_side([0.1], 0.05) == (-math.inf, 0.1)
    assert same_side([0.1], 0.2) == (0.1, math.inf)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({}, "none is given"),
        ({"precision": 0.5, "recall": 0.5}, "not precision and recall"),
        ({"precision": 1.2}, r"precision 1.2 is not in 0\.\.1"),
        ({"recall": -0.1}, r"recall -0.1 is not in 0\.\.1"),
        ({"recall": math.nan}, "recall=nan: give a finite number"),
        ({"f_beta": 0}, "f_beta 0 is not above 0"),
        ({"costs": (0, 0)}, "not both 0"),
        ({"costs": (-1, 2)}, "0 or more"),
        ({"threshold": 1.5}, r"threshold 1.5 is not in 0\.\.1"),
    ],
)
def test_bad_targets(target: dict[str, float], message: str) -> None:
    curve = precision_recall([0.9, 0.1], truth=[1, 0])
    with pytest.raises(AnalysisError, match=message):
        choose_threshold(curve, **target)  # type: ignore[arg-type]


def test_unreachable_says_what_can_be_reached() -> None:
    curve = precision_recall([0.9, 0.8], truth=[0, 1])
    with pytest.raises(AnalysisError, match=r"highest precision is 0.50000, at threshold 0.8"):
        choose_threshold(curve, precision=0.6)
