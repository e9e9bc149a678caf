"""Measures on known items against plain loops, scikit-learn, and a bootstrap that really draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, log_loss

from analysis import AnalysisError, measure_rightness
from analysis.comparison.measures import LEAST, MEASURES
from analysis.statistics.estimates import drawn_images


def drawn(n: int = 90, n_classes: int = 4, seed: int = 3) -> tuple[NDArray[np.float64], list[int]]:
    rng = np.random.default_rng(seed)
    posterior = rng.dirichlet(np.full(n_classes, 0.5), n)
    posterior[::7] = 0
    posterior[::7, :2] = 0.5  # ties
    truth = [int(rng.choice(n_classes, p=row)) for row in posterior]
    truth[5] = (truth[5] + 1) % n_classes
    return posterior, truth


def plainly(posterior: NDArray[np.float64], truth: list[int]) -> dict[str, float]:
    """By the definitions, one item after the other."""
    n, n_classes = posterior.shape
    right = loss = brier = top = 0.0
    hits, given = [0.0] * n_classes, [0.0] * n_classes
    for row, cls in zip(posterior.tolist(), truth, strict=True):
        best = [k for k in range(n_classes) if row[k] == max(row)]
        right += (cls in best) / len(best)
        loss -= math.log(max(row[cls], LEAST))
        brier += sum((row[k] - (k == cls)) ** 2 for k in range(n_classes))
        top += max(row)
        for k in best:
            given[k] += 1 / len(best)
            hits[k] += (k == cls) / len(best)
    f1 = [
        2 * hits[k] / (given[k] + truth.count(k))
        for k in range(n_classes)
        if given[k] + truth.count(k) > 0
    ]
    numbers = (right, sum(f1) / len(f1) * n, loss, brier, top, top - right)
    return dict(zip(MEASURES, (number / n for number in numbers), strict=True))


def test_measures_are_what_they_are_defined_to_be() -> None:
    posterior, truth = drawn()
    known = np.array(truth)
    known[::5] = -1
    items = np.flatnonzero(known >= 0)
    measured, less = measure_rightness({"": posterior}, known, replicates=3)
    expected = plainly(posterior[items], known[items].tolist())
    for name in MEASURES:
        assert getattr(measured[""], name).value == pytest.approx(expected[name], rel=1e-12)
        assert getattr(less[""], name) == (0, 0, 0)


def test_without_ties_they_are_scikit_learns() -> None:
    posterior, truth = drawn()
    keep = np.arange(90) % 7 > 0
    posterior, known = posterior[keep], np.array(truth)[keep]
    labels = posterior.argmax(axis=1)
    found = measure_rightness({"": posterior}, known, replicates=1)[0][""]
    assert found.accuracy.value == pytest.approx(accuracy_score(known, labels))
    assert found.macro_f1.value == pytest.approx(f1_score(known, labels, average="macro"))
    assert found.log_loss.value == pytest.approx(log_loss(known, posterior, labels=range(4)))
    few = known < 2  # two classes occur, and more may be given
    found = measure_rightness({"": posterior[few]}, known[few], replicates=1)[0][""]
    expected = f1_score(known[few], labels[few], average="macro")
    assert found.macro_f1.value == pytest.approx(expected)


def test_intervals_are_quantiles_of_measures_on_drawn_items() -> None:
    posterior, truth = drawn()
    other = np.roll(posterior, 1, axis=0)
    measured, less = measure_rightness(
        {"one": posterior, "other": other}, truth, replicates=120, seed=5
    )
    weights = drawn_images(90, range(120), 5)
    draws = [np.repeat(np.arange(90), row) for row in weights]
    found = {
        name: [plainly(these[rows], [truth[row] for row in rows]) for rows in draws]
        for name, these in {"one": posterior, "other": other}.items()
    }
    for name in ("macro_f1", "log_loss", "overconfidence"):
        values = np.array([[draw[name] for draw in found[key]] for key in ("one", "other")])
        low, high = np.quantile(values[1], (0.025, 0.975))
        assert getattr(measured["other"], name)[1:] == pytest.approx((low, high))
        gaps = np.quantile(values[1] - values[0], (0.025, 0.975))
        assert getattr(less["other"], name)[1:] == pytest.approx(tuple(gaps))
        back = measure_rightness(
            {"one": posterior, "other": other}, truth, baseline="other", replicates=1
        )[1]
        assert getattr(back["one"], name).value == -getattr(less["other"], name).value


def test_faultless_labels_are_not_certain_to_be_so() -> None:
    found = measure_rightness({"": np.eye(3)[[0, 1, 2, 0]]}, [0, 1, 2, 0], replicates=20)[0][""]
    assert found.accuracy.value == found.accuracy.high == 1
    assert found.accuracy.low == pytest.approx(0.5101, abs=1e-4)  # Wilson's, of 4 in 4
    assert found.log_loss == (0, 0, 0)


def test_what_is_impossible_costs_what_is_said() -> None:
    found = measure_rightness({"": [[1.0, 0.0]]}, [1], replicates=1)[0][""]
    assert found.log_loss.value == pytest.approx(-math.log(1e-12))
    assert found.brier.value == 2
    assert found.overconfidence.value == 1


def test_what_does_not_fit_is_refused() -> None:
    half = [[0.5, 0.5]] * 3
    for posteriors, truth, message in (
        ({}, [0], "posteriors of shapes none"),
        ({"a": half, "b": half[:2]}, [0, 1, 1], r"shapes \(2, 2\), \(3, 2\)"),
        ({"a": half}, [0, 1], r"truth of shape \(2,\) does not fit 3 items"),
        ({"a": half}, [0, 1, 2], r"truth of item 2 is 2: classes are 0..1, or -1"),
        ({"a": half}, [0.5, 1, 1], "truth of item 0 is 0.5"),
        ({"a": half}, [-1] * 3, "the class of no item is known"),
    ):
        with pytest.raises(AnalysisError, match=message):
            measure_rightness(posteriors, truth)
    with pytest.raises(AnalysisError, match="replicates=0"):
        measure_rightness({"a": half}, [0, 1, 1], replicates=0)
