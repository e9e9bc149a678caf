"""Intervals of agreement in which raters are a sample, too."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import Votes, simulate_votes
from analysis import agreement
from analysis.raters.agreement.coefficients import Scale
from analysis.raters.agreement.jackknife import rater_variances

NAMES = ("percent", "fleiss_kappa", "krippendorff_alpha", "gwet_ac")


def coins(right: NDArray[np.float64]) -> NDArray[np.float64]:
    same = np.eye(3)
    return np.asarray(right[:, None, None] * same + (1 - right)[:, None, None] / 2 * (1 - same))


def drawn(seed: int, n_raters: int, n_items: int, votes_per_item: int) -> Votes:
    rng = np.random.default_rng(seed)
    return simulate_votes(
        coins(rng.uniform(0.4, 1.0, n_raters)),
        class_prior=[0.5, 0.3, 0.2],
        n_items=n_items,
        votes_per_item=votes_per_item,
        seed=seed,
    ).votes


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_leaving_out_is_leaving_out(scale: Scale) -> None:
    votes = drawn(1, 7, 40, 3)
    values = np.arange(3.0) if scale == "interval" else None
    found = rater_variances(votes, scale, values)
    without = [
        agreement(votes.where(votes.raters != rater), scale=scale, replicates=1)
        for rater in range(7)
    ]
    for name in NAMES:
        each = np.array([getattr(of, name).value for of in without])
        expected = 6 / 7 * ((each - each.mean()) ** 2).sum()
        assert found[name] == pytest.approx(expected, rel=1e-9)


def test_intervals_over_items_and_raters_cover() -> None:
    """Of 60 samples of 12 raters; alpha of all raters is what 400 of them have."""
    truth = agreement(drawn(1000, 400, 4000, 10), replicates=1).krippendorff_alpha.value
    inside = np.zeros(2)
    for seed in range(60):
        found = agreement(drawn(seed, 12, 300, 5), replicates=200)
        for place, part in enumerate(
            (found.krippendorff_alpha, found.items_and_raters["krippendorff_alpha"])
        ):
            inside[place] += part.low <= truth <= part.high
    assert inside[0] < 40  # the raters' own spread is left out
    assert inside[1] >= 52  # of 60, of which 57 should be


def test_groups_of_raters_say_what_raters_say(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = drawn(4, 150, 1500, 6)
    each = rater_variances(votes, "nominal", None)
    monkeypatch.setattr("analysis.raters.agreement.jackknife.MOST_GROUPS", 50)
    groups = rater_variances(votes, "nominal", None)
    for name in NAMES:  # a variance of 50 numbers is known to a fifth
        assert groups[name] == pytest.approx(each[name], rel=0.5)


def test_two_raters_are_no_sample() -> None:
    found = agreement(drawn(3, 2, 50, 2), replicates=10)
    assert np.isnan(found.items_and_raters["krippendorff_alpha"].low)


def test_blocks_of_replicates_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = drawn(7, 6, 40, 3)
    expected = agreement(votes, scale="ordinal", replicates=100)
    monkeypatch.setattr(importlib.import_module("analysis.raters.agreement.agreement"), "BLOCK", 1)
    found = agreement(votes, scale="ordinal", replicates=100)
    np.testing.assert_allclose(found.gwet_ac, expected.gwet_ac, rtol=1e-12)
    np.testing.assert_allclose(found.krippendorff_alpha, expected.krippendorff_alpha, rtol=1e-12)
