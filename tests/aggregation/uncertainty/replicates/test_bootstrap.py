"""The bootstrap against fits of votes that are really drawn anew, and against standard errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import (
    ConvergenceWarning,
    VoteError,
    Votes,
    bootstrap,
    fit_dawid_skene,
    simulate_votes,
    standard_errors,
)
from aggregation.models.dawid_skene.switching import best_match
from aggregation.uncertainty.replicates.resampling import _overlap

RATES = np.array([[[0.8, 0.2], [0.3, 0.7]], [[0.7, 0.3], [0.1, 0.9]], [[0.9, 0.1], [0.4, 0.6]]] * 2)
PRIOR = np.array([0.6, 0.4])


def drawn_votes(n_items: int = 120, *, seed: int = 2) -> tuple[Votes, NDArray[np.int64]]:
    drawn = simulate_votes(RATES, class_prior=PRIOR, n_items=n_items, votes_per_item=4, seed=seed)
    return drawn.votes, drawn.truth


def some_known(truth: NDArray[np.int64]) -> NDArray[np.float64]:
    """Every third item's class; of every sixth it is not certain."""
    known = np.eye(2)[truth]
    known[np.arange(len(truth)) % 3 > 0] = 0
    known[::6] = 0.8 * known[::6] + 0.1
    return known


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="full"),
        pytest.param({"pseudo_count": [[2.0, 0.5], [1.0, 1.0]]}, id="pseudo-counts"),
        pytest.param({"family": "one-coin"}, id="one-coin"),
        pytest.param({"family": "shared"}, id="shared"),
        pytest.param({"hard": True}, id="hard"),
        pytest.param({"class_prior": PRIOR}, id="fixed class prior"),
        pytest.param({"error_rates": RATES}, id="fixed error rates"),
        pytest.param({"class_prior": np.full(9, 1 / 9), "pseudo_count": 1}, id="many classes"),
        pytest.param({"known": True}, id="known items"),
        pytest.param({"known": True, "groups": True}, id="known items, in groups"),
        pytest.param({"groups": True, "n_classes": 1}, id="one class, in groups"),
    ],
)
def test_replicates_are_fits_of_drawn_items(options: dict[str, Any]) -> None:
    votes, truth = drawn_votes()
    options = dict(options)
    groups = np.arange(votes.n_items)
    if options.pop("groups", False):
        groups = groups // 7 * 3  # neither of equal size nor numbered without gaps
    known = some_known(truth) if options.pop("known", False) else None
    fit = fit_dawid_skene(votes, truth=known, tol=1e-14, **options)
    boot = bootstrap(fit, groups=groups.tolist(), replicates=3, seed=9)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    for k in range(3):
        chosen = np.random.default_rng((9, k)).integers(len(members), size=len(members))
        items = np.concatenate([members[group] for group in chosen])
        again = fit_dawid_skene(
            votes.select(items),
            truth=None if known is None else known[items],
            start=fit,
            tol=1e-14,
            **options,
        )
        np.testing.assert_allclose(boot.class_prior[k], again.class_prior, rtol=1e-4)
        np.testing.assert_allclose(boot.error_rates[k], again.error_rates, rtol=1e-4, atol=1e-6)
    assert boot.converged.all()


def test_neither_threads_nor_the_number_of_replicates_matter() -> None:
    fit = fit_dawid_skene(drawn_votes()[0])
    few, many = bootstrap(fit, replicates=4, threads=1), bootstrap(fit, replicates=9, threads=3)
    assert (len(few), len(many)) == (4, 9)
    np.testing.assert_array_equal(few.error_rates, many.error_rates[:4])
    np.testing.assert_array_equal(few.class_prior, many.class_prior[:4])
    other = bootstrap(fit, replicates=4, seed=1)
    assert (other.class_prior != few.class_prior).all()


def test_the_spread_is_the_standard_error() -> None:
    votes, _ = drawn_votes(1000)
    fit = fit_dawid_skene(votes)
    spread, errors = bootstrap(fit, replicates=300).standard_errors(), standard_errors(fit)
    # 300 replicates know a standard deviation to 4 %
    ratios = np.append(
        spread.error_rates / errors.error_rates, spread.class_prior[0] / errors.class_prior[0]
    )
    np.testing.assert_allclose(ratios, 1, atol=0.25)
    assert np.median(ratios) == pytest.approx(1, abs=0.06)


def test_items_that_are_copies_are_worth_one() -> None:
    votes, _ = drawn_votes(600)
    copies = votes.select(np.repeat(np.arange(votes.n_items), 4))
    once, copied = fit_dawid_skene(votes, tol=1e-13), fit_dawid_skene(copies, tol=1e-13)
    true = bootstrap(once, replicates=200).standard_errors()
    in_groups = bootstrap(
        copied, replicates=200, groups=np.repeat(np.arange(votes.n_items), 4)
    ).standard_errors()
    np.testing.assert_allclose(in_groups.class_prior, true.class_prior, rtol=1e-3)
    np.testing.assert_allclose(in_groups.error_rates, true.error_rates, rtol=1e-3)
    naive = bootstrap(copied, replicates=200).standard_errors()
    assert np.median(true.error_rates / naive.error_rates) == pytest.approx(2, rel=0.15)


def test_groups_may_have_names() -> None:
    fit = fit_dawid_skene(drawn_votes()[0])
    codes = np.arange(120) // 4
    names = [f"image {code:03}" for code in codes]
    by_code, by_name = (bootstrap(fit, groups=groups, replicates=2) for groups in (codes, names))
    np.testing.assert_array_equal(by_code.class_prior, by_name.class_prior)


def test_a_rater_who_is_not_drawn_has_no_error_rates() -> None:
    votes, _ = drawn_votes()
    votes = votes.with_rater([5], [1], name="once").with_rater([], [], name="never")
    fit = fit_dawid_skene(votes, pseudo_count=[[[0.5]]] * 6 + [[[0.0]]] * 2)
    boot = bootstrap(fit, replicates=25)
    drawn = np.array(
        [(np.random.default_rng((0, k)).integers(120, size=120) == 5).any() for k in range(25)]
    )
    assert 0 < drawn.sum() < 25
    np.testing.assert_array_equal(np.isfinite(boot.error_rates[:, 6]).all(axis=(1, 2)), drawn)
    np.testing.assert_array_equal(np.isnan(boot.error_rates[:, 6]).all(axis=(1, 2)), ~drawn)
    assert np.isfinite(boot.error_rates[:, :6]).all()
    spread, intervals = boot.standard_errors(), boot.intervals()
    assert np.isfinite(spread.error_rates[:7]).all()
    assert np.isnan(spread.error_rates[7]).all()
    assert np.isnan(intervals.error_rates[:, 7]).all()


@pytest.mark.parametrize("n_classes", [2, 9])
def test_votes_that_are_not_drawn_may_be_impossible(n_classes: int) -> None:
    votes, _ = drawn_votes()
    votes = votes.with_rater([5, 6], [1, 0], name="twice")
    fit = fit_dawid_skene(votes, class_prior=np.full(n_classes, 1 / n_classes), tol=1e-7)
    boot = bootstrap(fit, replicates=25)
    # where one of the two is drawn alone, the other has probability 0
    drawn = np.array(
        [np.isin([5, 6], np.random.default_rng((0, k)).integers(120, size=120)) for k in range(25)]
    )
    only_first = drawn[:, 0] & ~drawn[:, 1]
    assert only_first.any()
    assert (np.nan_to_num(boot.error_rates[only_first, 6, :, 0]) == 0).all()
    np.testing.assert_array_equal(boot.class_prior, np.full((25, n_classes), 1 / n_classes))


def test_only_some_raters_are_kept() -> None:
    fit = fit_dawid_skene(drawn_votes()[0])
    everyone, some = bootstrap(fit, replicates=3), bootstrap(fit, replicates=3, raters=[4, 1])
    np.testing.assert_array_equal(some.error_rates, everyone.error_rates[:, [4, 1]])
    np.testing.assert_array_equal(some.raters, [4, 1])
    assert some.intervals().error_rates.shape == (2, 2, 2, 2)


def test_intervals_leave_out_as_much_below_as_above() -> None:
    boot = bootstrap(fit_dawid_skene(drawn_votes()[0]), replicates=101)
    low, high = boot.intervals(confidence=0.9).class_prior
    in_order = np.sort(boot.class_prior, axis=0)
    np.testing.assert_allclose(low, in_order[5])
    np.testing.assert_allclose(high, in_order[95])
    with pytest.raises(VoteError, match=r"0\.95 is 95 %"):
        boot.intervals(confidence=90)


def test_progress_is_told() -> None:
    told: list[int] = []
    bootstrap(fit_dawid_skene(drawn_votes()[0]), replicates=5, threads=2, progress=told.append)
    assert told == [1, 2, 3, 4, 5]


def test_classes_are_matched_by_their_votes() -> None:
    counts = np.random.default_rng(0).gamma(1.0, size=(5, 3, 4))
    order = np.array([2, 0, 3, 1])
    np.testing.assert_array_equal(best_match(_overlap(counts[:, :, order], counts)), order)


def test_replicates_that_have_not_converged_are_warned_of() -> None:
    votes, _ = drawn_votes()
    with pytest.warns(ConvergenceWarning):
        fit = fit_dawid_skene(votes, max_steps=2)
    with pytest.warns(ConvergenceWarning, match="3 of 3 replicates"):
        assert not bootstrap(fit, replicates=3).converged.any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replicates": 0}, "replicates=0: give 1 or more"),
        ({"groups": [0, 1]}, "2 groups for 120 items: give one an item"),
        ({"raters": [6]}, "rater"),
        ({"threads": 0}, "threads=0"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], message: str) -> None:
    fit = fit_dawid_skene(drawn_votes()[0])
    with pytest.raises(VoteError, match=message):
        bootstrap(fit, **options)


def test_a_fit_without_steps_is_refused() -> None:
    votes, truth = drawn_votes()
    fit = fit_dawid_skene(votes, truth=truth, truth_role="start", max_steps=0)
    with pytest.raises(VoteError, match="max_steps=0"):
        bootstrap(fit)
