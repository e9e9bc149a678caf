"""Standard errors against numerical curvature of the oracle's likelihood, EM's rate, and chance."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from aggregation import (
    ConvergenceWarning,
    Fit,
    IdentifiabilityWarning,
    SimulatedVotes,
    VoteError,
    Votes,
    VoteWarning,
    estimate_error_rates,
    fit_dawid_skene,
    simulate_votes,
    standard_errors,
)
from aggregation.uncertainty.information import estimated_cells, relative_information
from analysis import Release

from ...support.curvature import (
    PRIOR,
    RATES,
    SQUARE,
    Array,
    Model,
    full_model,
    numerical_covariance,
    one_coin_model,
    shared_model,
    small,
)

# Sets are small here, so that numerical differences are quick.
pytestmark = pytest.mark.filterwarnings("ignore:.* votes a parameter:aggregation.VoteWarning")


def some_truth(drawn: SimulatedVotes) -> Array:
    """Every fourth item's class, and another one's that is not certain."""
    truth = np.eye(2)[drawn.truth]
    truth[np.arange(len(truth)) % 4 > 0] = 0
    truth[1] = 0.75, 0.25
    return truth


NEVER_1 = RATES.copy()
NEVER_1[0] = [[0.8, 0.0, 0.2], [0.3, 0.0, 0.7]]
PSEUDO = np.linspace(0.5, 2, 6).reshape(2, 3)


@pytest.mark.parametrize(
    ("rates", "options", "model_of"),
    [
        pytest.param(RATES, {}, full_model, id="full"),
        pytest.param(NEVER_1, {}, full_model, id="an answer never given"),
        pytest.param(RATES, {"class_prior": PRIOR}, full_model, id="fixed class prior"),
        pytest.param(RATES, {"error_rates": True}, full_model, id="fixed error rates"),
        pytest.param(RATES, {"truth": True}, full_model, id="known items"),
        pytest.param(SQUARE, {"family": "one-coin"}, one_coin_model, id="one-coin"),
        pytest.param(SQUARE, {"family": "one-coin", "pseudo_count": [3, 1]}, one_coin_model),
        pytest.param(
            RATES, {"family": "shared", "pseudo_count": PSEUDO}, shared_model, id="shared"
        ),
    ],
)
def test_covariance_is_the_inverse_curvature(
    rates: Array, options: dict[str, Any], model_of: Callable[[Fit], tuple[Model, Array]]
) -> None:
    drawn = small(rates)
    if "truth" in options:
        options = options | {"truth": some_truth(drawn)}
    if "error_rates" in options:
        options = options | {"error_rates": np.concatenate((RATES, RATES[:1]))}
    fit = fit_dawid_skene(drawn.votes, n_classes=2, tol=1e-15, **options)
    model, x = model_of(fit)
    expected = numerical_covariance(fit, model, x)
    errors = standard_errors(fit)
    found = errors.covariance()
    assert np.isfinite(found).any()
    if options == {"family": "one-coin"}:
        # the rater without votes has no cell, and right and wrong are one parameter
        assert np.isnan(errors.error_rates[-1]).all()
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)
    deviations = np.sqrt(np.diagonal(found))
    np.testing.assert_array_equal(deviations[:-2], errors.error_rates.reshape(-1))
    np.testing.assert_array_equal(deviations[-2:], errors.class_prior)


def test_pseudo_counts_are_information() -> None:
    drawn = small()
    fit = fit_dawid_skene(drawn.votes, n_classes=2, tol=1e-15, pseudo_count=PSEUDO)
    errors = standard_errors(fit)
    assert np.isfinite(errors.covariance()).all()
    # a rater without votes has the pseudo-counts alone, as from a Dirichlet posterior's curvature
    share = PSEUDO / PSEUDO.sum(axis=1, keepdims=True)
    expected = np.sqrt(share * (1 - share) / PSEUDO.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(errors.error_rates[-1], expected, rtol=1e-9)


def test_known_classes_give_binomial_errors() -> None:
    drawn = small()
    fit = fit_dawid_skene(drawn.votes, n_classes=2, truth=drawn.truth)
    errors = standard_errors(fit)
    rates = estimate_error_rates(drawn.votes, truth=drawn.truth)[:-1]
    by_class = [
        np.bincount(drawn.votes.raters, drawn.truth[drawn.votes.items] == cls, 5) for cls in (0, 1)
    ]
    n = np.stack(by_class, axis=1)[:-1, :, None]
    np.testing.assert_allclose(errors.error_rates[:-1], np.sqrt(rates * (1 - rates) / n))
    share = np.bincount(drawn.truth) / len(drawn.truth)
    np.testing.assert_allclose(errors.class_prior, np.sqrt(share[0] * share[1] / len(drawn.truth)))


def test_the_least_information_is_the_rate_of_em() -> None:
    drawn = small(n_items=150)
    fit = fit_dawid_skene(
        drawn.votes, n_classes=2, pseudo_count=1, accelerate=False, tol=1e-13, max_steps=100_000
    )
    gains = np.diff(fit.objective_trace)
    cells = estimated_cells(fit)
    # changes of the sum of a row are outside the model
    sums = np.sqrt(cells.values)[:, None] * (cells.rows[:, None] == np.unique(cells.rows))
    inside = np.eye(len(sums)) - sums @ sums.T
    information = inside @ relative_information(fit, cells) @ inside + sums @ sums.T
    rate = 1 - np.linalg.eigvalsh(information)[0]
    assert 0.5 < rate < 1
    settled = slice(len(gains) // 2, 3 * len(gains) // 4)
    assert np.median(gains[1:][settled] / gains[:-1][settled]) == pytest.approx(rate**2, rel=1e-4)


def test_intervals_cover() -> None:
    covered = []
    for seed in range(40):
        drawn = simulate_votes(RATES, class_prior=PRIOR, n_items=400, votes_per_item=4, seed=seed)
        fit = fit_dawid_skene(drawn.votes, n_classes=2)
        rates, prior = standard_errors(fit).intervals(confidence=0.9)
        covered += ((rates[0] <= RATES) & (rates[1] >= RATES)).reshape(-1).tolist()
        covered += ((prior[0] <= PRIOR) & (prior[1] >= PRIOR)).tolist()
    # 40 runs of 26 parameters: the standard deviation of this share is about 0.01
    assert np.mean(covered) == pytest.approx(0.9, abs=0.03)


def test_intervals_stay_inside() -> None:
    fit = fit_dawid_skene(small(n_items=30).votes, n_classes=2, pseudo_count=0.1)
    errors = standard_errors(fit)
    narrow, wide = errors.intervals(confidence=0.5), errors.intervals(confidence=0.999)
    for ends, estimate in (
        (wide.error_rates, fit.error_rates),
        (wide.class_prior, fit.class_prior),
    ):
        assert ((ends >= 0) & (ends <= 1)).all()
        assert ((ends[0] < estimate) & (estimate < ends[1])).all()
    assert (np.diff(narrow.error_rates, axis=0) < np.diff(wide.error_rates, axis=0)).all()
    assert narrow.class_prior[0, 0] == pytest.approx(1 - narrow.class_prior[1, 1])


def test_a_rater_alone_is_not_told_and_the_others_are() -> None:
    drawn = simulate_votes(RATES, class_prior=PRIOR, n_items=200, votes_per_item=4, seed=3)
    alone = np.arange(200, 260)
    start = np.concatenate(([[[0.4, 0.3, 0.3], [0.2, 0.3, 0.5]]], RATES)), PRIOR
    votes = Votes.from_triples(
        [*(f"i{item}" for item in drawn.votes.items), *(f"i{item}" for item in alone)],
        [*(f"r{rater}" for rater in drawn.votes.raters), *(["hermit"] * 60)],
        [*drawn.votes.answers.tolist(), *(np.arange(60) % 3).tolist()],
    )
    with pytest.warns(IdentifiabilityWarning, match="2 pieces"):
        fit = fit_dawid_skene(votes, n_classes=2, start=start, tol=1e-14)
    with pytest.warns(IdentifiabilityWarning, match="do not tell error rates of rater hermit:"):
        errors = standard_errors(fit)
    assert votes.rater_names[0] == "hermit"
    assert np.isnan(errors.error_rates[0]).all()
    apart = standard_errors(fit_dawid_skene(drawn.votes, n_classes=2, tol=1e-14))
    np.testing.assert_allclose(errors.error_rates[1:], apart.error_rates, rtol=1e-3)
    np.testing.assert_allclose(errors.class_prior, apart.class_prior, rtol=1e-3)


def test_a_lone_rater_is_not_told() -> None:
    votes = Votes.from_triples(range(50), [0] * 50, [0] * 20 + [1] * 30)
    with pytest.warns(IdentifiabilityWarning, match="single rater"):
        fit = fit_dawid_skene(votes, start=([[[0.7, 0.3], [0.4, 0.6]]], [0.5, 0.5]))
    with pytest.warns(IdentifiabilityWarning, match="rater 0 and the class prior"):
        errors = standard_errors(fit)
    assert np.isnan(errors.error_rates).all()
    assert np.isnan(errors.class_prior).all()
    assert np.isnan(errors.intervals().class_prior).all()


def test_a_saddle_is_refused() -> None:
    votes = simulate_votes(SQUARE, class_prior=PRIOR, n_items=200, votes_per_item=4, seed=1).votes
    at_saddle = fit_dawid_skene(votes, start=np.full((200, 2), 0.5))
    assert at_saddle.converged
    with pytest.raises(VoteError, match=r"not at a maximum of the likelihood .* restarts"):
        standard_errors(at_saddle)


def test_a_fit_that_has_not_converged_is_warned_of() -> None:
    votes = small(n_items=200).votes
    with pytest.warns(ConvergenceWarning):
        fit = fit_dawid_skene(votes, n_classes=2, pseudo_count=1, max_steps=12)
    with pytest.warns(ConvergenceWarning, match="has not converged"):
        standard_errors(fit)


def test_a_hard_fit_is_refused() -> None:
    fit = fit_dawid_skene(small().votes, n_classes=2, hard=True, pseudo_count=1)
    with pytest.raises(VoteError, match="hard=False, or use bootstrap"):
        standard_errors(fit)


@pytest.mark.parametrize("confidence", [0, 1, 95, float("nan")])
def test_a_confidence_is_between_0_and_1(confidence: float) -> None:
    errors = standard_errors(fit_dawid_skene(small().votes, n_classes=2, pseudo_count=1))
    with pytest.raises(VoteError, match=r"0\.95 is 95 %"):
        errors.intervals(confidence=confidence)


def test_too_many_parameters_are_for_the_bootstrap() -> None:
    rates = np.tile(SQUARE[:1], (1600, 1, 1))
    votes = simulate_votes(rates, class_prior=PRIOR, n_items=900, votes_per_item=10, seed=0).votes
    fit = fit_dawid_skene(votes, pseudo_count=1)
    with pytest.raises(VoteError, match=r"3201 free parameters .* bootstrap\(fit\)"):
        standard_errors(fit)


def test_nothing_estimated_has_no_errors() -> None:
    votes = small().votes
    rates = np.concatenate((RATES, RATES[:1]))
    errors = standard_errors(fit_dawid_skene(votes, error_rates=rates, class_prior=PRIOR))
    assert np.isnan(errors.error_rates).all()
    assert np.isnan(errors.covariance()).all()


@pytest.mark.release
def test_errors_of_the_release(release: Release) -> None:
    fit = fit_dawid_skene(release.votes)
    errors = standard_errors(fit)
    expected = np.bincount(release.votes.raters, minlength=release.votes.n_raters)
    assert np.isfinite(errors.class_prior).all()
    busy = np.isfinite(errors.error_rates).all(axis=(1, 2))
    assert busy.mean() > 0.7
    # no error is less than if the classes were seen, and few votes make large errors
    rates, prior = fit.error_rates[busy], fit.class_prior[:, None]
    least = np.sqrt(rates * (1 - rates) / expected[busy, None, None])
    assert (errors.error_rates[busy] > least).all()
    assert (errors.class_prior > np.sqrt(prior * (1 - prior) / fit.votes.n_items)[:, 0]).all()


def test_few_votes_are_told() -> None:
    weak = [[[0.7, 0.3], [0.3, 0.7]]] * 20
    few, many = (
        simulate_votes(
            weak, class_prior=[0.5, 0.5], n_items=n_items, votes_per_item=3, seed=2
        ).votes
        for n_items in (300, 3000)
    )
    with pytest.warns(VoteWarning, match=r"22 votes a parameter, .* times that of seen classes"):
        standard_errors(fit_dawid_skene(few))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        standard_errors(fit_dawid_skene(many))
        standard_errors(fit_dawid_skene(few, pseudo_count=0.1))
        standard_errors(fit_dawid_skene(few, family="one-coin"))
