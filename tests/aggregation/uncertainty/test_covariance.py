"""Robust standard errors against numerical scores, against chance, and for dependent items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import (
    Fit,
    IdentifiabilityWarning,
    VoteError,
    Votes,
    estimate_class_prior,
    fit_dawid_skene,
    simulate_votes,
    standard_errors,
)

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


@pytest.mark.parametrize(
    ("rates", "options", "model_of"),
    [
        pytest.param(RATES, {}, full_model, id="full"),
        pytest.param(RATES, {"class_prior": PRIOR}, full_model, id="fixed class prior"),
        pytest.param(RATES, {"truth": True}, full_model, id="known items"),
        pytest.param(SQUARE, {"family": "one-coin"}, one_coin_model, id="one-coin"),
        pytest.param(RATES, {"family": "shared", "pseudo_count": 1.0}, shared_model, id="shared"),
    ],
)
@pytest.mark.parametrize("in_groups", [False, True])
def test_sandwich_is_that_of_numerical_scores(
    rates: Array,
    options: dict[str, Any],
    model_of: Callable[[Fit], tuple[Model, Array]],
    in_groups: bool,
) -> None:
    drawn = small(rates)
    if "truth" in options:
        truth = np.eye(2)[drawn.truth] * (np.arange(len(drawn.truth)) % 4 == 0)[:, None]
        options = options | {"truth": truth}
    fit = fit_dawid_skene(drawn.votes, n_classes=2, tol=1e-15, **options)
    group_of = np.arange(drawn.votes.n_items) // (3 if in_groups else 1)
    model, x = model_of(fit)
    expected = numerical_covariance(fit, model, x, group_of)
    found = standard_errors(fit, robust=True, groups=group_of.tolist() if in_groups else None)
    assert np.isfinite(found.covariance()).any()
    np.testing.assert_allclose(found.covariance(), expected, rtol=1e-4, atol=1e-7)
    assert found.n_groups == len(np.unique(group_of))


def test_pseudo_counts_do_not_vary() -> None:
    drawn = small()
    pseudo_count = np.linspace(0.5, 2, 6).reshape(2, 3)
    fit = fit_dawid_skene(drawn.votes, n_classes=2, tol=1e-15, pseudo_count=pseudo_count)
    errors = standard_errors(fit, robust=True)
    # the rater without votes has pseudo-counts alone: no vote could have been another
    np.testing.assert_allclose(errors.error_rates[-1], 0, atol=1e-12)
    assert (errors.error_rates[:-1] > 0).all()


def test_seen_classes_give_the_standard_error_of_a_mean() -> None:
    drawn = small()
    fit = fit_dawid_skene(drawn.votes, n_classes=2, truth=drawn.truth)
    group_of = np.arange(len(drawn.truth)) % 20
    errors = standard_errors(fit, robust=True, groups=group_of)
    share = estimate_class_prior(drawn.truth)[1]
    sums = np.bincount(group_of, drawn.truth - share)
    expected = np.sqrt(20 / 19 * (sums @ sums)) / len(drawn.truth)
    np.testing.assert_allclose(errors.class_prior, expected, rtol=1e-9)


def copied(votes: Votes, times: int) -> tuple[Votes, NDArray[np.int64]]:
    """Each item so many times, and which copies belong together."""
    of_copy = np.repeat(np.arange(votes.n_items), times)
    return votes.select(of_copy), of_copy


def test_items_that_are_copies_are_worth_one() -> None:
    votes = simulate_votes(RATES, class_prior=PRIOR, n_items=400, votes_per_item=4, seed=3).votes
    four, of_copy = copied(votes, 4)
    once, copies = (fit_dawid_skene(v, n_classes=2, tol=1e-14) for v in (votes, four))
    alone = standard_errors(once, robust=True)
    together = standard_errors(copies, robust=True, groups=of_copy)
    np.testing.assert_allclose(together.error_rates, alone.error_rates, rtol=1e-4)
    np.testing.assert_allclose(together.class_prior, alone.class_prior, rtol=1e-4)
    naive = standard_errors(copies)
    assert np.median(together.error_rates / naive.error_rates) == pytest.approx(2, rel=0.1)


def test_of_the_models_own_votes_they_are_those_of_the_model() -> None:
    votes = simulate_votes(RATES, class_prior=PRIOR, n_items=20_000, votes_per_item=4, seed=4).votes
    fit = fit_dawid_skene(votes, n_classes=2)
    model, robust = standard_errors(fit), standard_errors(fit, robust=True)
    np.testing.assert_allclose(robust.error_rates, model.error_rates, rtol=0.06)
    np.testing.assert_allclose(robust.class_prior, model.class_prior, rtol=0.06)


def test_few_groups_have_wider_intervals() -> None:
    fit = fit_dawid_skene(small(n_items=300).votes, n_classes=2, pseudo_count=0.1)
    few = standard_errors(fit, robust=True, groups=np.arange(301) % 5)
    low, high = few.intervals(confidence=0.95).class_prior
    prior, error = fit.class_prior, few.class_prior
    reach = 2.776445 * error / (prior * (1 - prior))  # Student's t with 4 degrees of freedom
    logit = np.log(prior / (1 - prior))
    np.testing.assert_allclose(low, 1 / (1 + np.exp(reach - logit)), rtol=1e-6)
    np.testing.assert_allclose(high, 1 / (1 + np.exp(-reach - logit)), rtol=1e-6)


def test_groups_that_do_not_fit_are_refused() -> None:
    fit = fit_dawid_skene(small().votes, n_classes=2, pseudo_count=1)
    with pytest.raises(VoteError, match="give robust=True with them"):
        standard_errors(fit, groups=np.zeros(81, dtype=int))
    with pytest.raises(VoteError, match="2 groups for 81 items"):
        standard_errors(fit, robust=True, groups=["a", "b"])
    with pytest.raises(VoteError, match="there is one: give two or more"):
        standard_errors(fit, robust=True, groups=["a"] * 81)


def test_what_the_votes_do_not_tell_has_none() -> None:
    votes = Votes.from_triples(range(50), [0] * 50, [0] * 20 + [1] * 30)
    with pytest.warns(IdentifiabilityWarning, match="single rater"):
        fit = fit_dawid_skene(votes, start=([[[0.7, 0.3], [0.4, 0.6]]], [0.5, 0.5]))
    with pytest.warns(IdentifiabilityWarning, match="rater 0 and the class prior"):
        errors = standard_errors(fit, robust=True)
    assert np.isnan(errors.error_rates).all()
    assert np.isnan(errors.class_prior).all()
