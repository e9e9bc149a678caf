from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score

from analysis.raters.quality.measures import (
    bits_per_answer,
    concordance,
    expected_cost,
    spammer_score,
)

SPAMMER = np.full((3, 3), 1 / 3)


def dirichlet_rates(shape: tuple[int, ...], n_answers: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).dirichlet(np.ones(n_answers), size=shape)


def test_bits_are_those_of_a_peer() -> None:
    # scikit-learn measures labels: give it so many of each class and answer.
    counts = np.random.default_rng(1).integers(1, 50, (3, 4))
    cls, answer = (np.repeat(codes, counts.ravel()) for codes in map(np.ravel, np.indices((3, 4))))
    rates, prior = counts / counts.sum(axis=1, keepdims=True), counts.sum(axis=1) / counts.sum()
    expected = mutual_info_score(cls, answer) / math.log(2)
    assert bits_per_answer(rates, class_prior=prior) == pytest.approx(expected, rel=1e-12)


def test_bits_at_the_ends() -> None:
    prior = np.array([0.2, 0.5, 0.3])
    oracle, liar = np.eye(3), np.eye(3)[[1, 2, 0]]
    rates = np.stack((oracle, liar, SPAMMER, np.tile([0.0, 1.0, 0.0], (3, 1))))
    bits = bits_per_answer(rates, class_prior=prior)
    most = entropy(prior, base=2)
    np.testing.assert_allclose(bits, [most, most, 0, 0], atol=1e-15)


def test_spammer_score_is_the_distance_to_a_spammer() -> None:
    # Raykar & Yu (2012), section 3: the squared Frobenius distance to the nearest matrix whose
    # rows are all the same, which are the mean of the rows, over the number of classes less one.
    rates = dirichlet_rates((7, 4), 5, 2)
    nearest = rates.mean(axis=1, keepdims=True)
    expected = ((rates - nearest) ** 2).sum(axis=(1, 2)) / 3
    np.testing.assert_allclose(spammer_score(rates), expected, rtol=1e-12)


def test_spammer_score_of_two_classes() -> None:
    # Raykar & Yu (2012), section 2: (sensitivity + specificity - 1) squared.
    for sensitivity, specificity in ((0.9, 0.8), (0.3, 0.2), (0.6, 0.4), (1.0, 1.0)):
        rates = [[specificity, 1 - specificity], [1 - sensitivity, sensitivity]]
        expected = (sensitivity + specificity - 1) ** 2
        assert spammer_score(rates) == pytest.approx(expected, abs=1e-15)
    assert spammer_score([[0.3, 0.7]]) == 0


def test_cost_by_enumeration() -> None:
    rates, prior = dirichlet_rates((3,), 4, 3), np.array([0.5, 0.2, 0.3])
    costs = np.random.default_rng(4).uniform(0, 5, (3, 3))
    expected = sum(
        min(sum(prior[j] * rates[j, k] * costs[j, d] for j in range(3)) for d in range(3))
        for k in range(4)
    )
    assert expected_cost(rates, class_prior=prior, costs=costs) == pytest.approx(expected)
    # Without costs: how often the likeliest class is wrong.
    wrong = 1 - (prior[:, None] * rates).max(axis=0).sum()
    assert expected_cost(rates, class_prior=prior) == pytest.approx(wrong)


def test_concordance() -> None:
    prior = np.array([0.5, 0.2, 0.3])
    turned = np.eye(3)[::-1]
    rates = np.stack((np.eye(3), turned, SPAMMER, np.tile([0.0, 0.0, 1.0], (3, 1))))
    ordinal = concordance(rates, class_prior=prior, scale="ordinal")
    np.testing.assert_allclose(ordinal[:3], [1, -1, 0], atol=1e-12)
    assert math.isnan(ordinal[3])
    nominal = concordance(rates, class_prior=prior, scale="nominal")
    assert nominal[0] == pytest.approx(1)
    assert nominal[1] < 0
    np.testing.assert_allclose(nominal[2:], 0, atol=1e-12)
    two = rates[:, :2]
    assert np.isnan(concordance(two, class_prior=[0.5, 0.5], scale="nominal")).all()
    cls, answer = np.random.default_rng(5).integers(3, size=(2, 400))
    counts = np.zeros((3, 3))
    np.add.at(counts, (cls, answer), 1)
    found = concordance(
        counts / counts.sum(axis=1, keepdims=True),
        class_prior=counts.sum(axis=1) / 400,
        scale="interval",
    )
    assert found == pytest.approx(np.corrcoef(cls, answer)[0, 1], abs=1e-12)
