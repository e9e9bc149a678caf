"""Models compared: parameters counted, BIC, and left-out votes predicted by a plain calculation."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

from aggregation import (
    VoteError,
    Votes,
    VoteWarning,
    bic,
    compare_fits,
    fit_dawid_skene,
    fit_ibcc,
    fit_mace_em,
    fit_one_coin_bayes,
    held_out_log_likelihood,
    n_parameters,
    objective_difference,
    simulate_votes,
    vote_share,
)

from ...support.em_models import quiet_fit

RATES = [[[0.9, 0.1], [0.2, 0.8]], [[0.8, 0.2], [0.3, 0.7]], [[0.7, 0.3], [0.1, 0.9]]]


@pytest.fixture(scope="module")
def votes() -> Votes:
    return simulate_votes(RATES, class_prior=[0.6, 0.4], n_items=60, votes_per_item=3, seed=4).votes


@pytest.mark.parametrize(
    ("options", "number"),
    [
        ({}, 3 * 2 + 1),
        ({"family": "one-coin"}, 3 + 1),
        ({"family": "shared"}, 2 + 1),
        ({"class_prior": [0.5, 0.5]}, 3 * 2),
        ({"error_rates": RATES}, 1),
    ],
)
def test_free_parameters_are_counted(votes: Votes, options: dict[str, Any], number: int) -> None:
    fit = fit_dawid_skene(votes, **options)
    assert n_parameters(fit) == number
    assert bic(fit) == pytest.approx(number * math.log(60) - 2 * fit.log_likelihood)


def test_left_out_votes_are_predicted_by_the_posterior_of_the_others(votes: Votes) -> None:
    """With everything fixed the prediction is a ratio of two likelihoods."""
    options: dict[str, Any] = {"error_rates": RATES, "class_prior": [0.6, 0.4]}
    found = held_out_log_likelihood(votes, folds=votes.n_votes, **options)
    expected = np.zeros(votes.n_items)
    for item, rater, answer in zip(votes.items, votes.raters, votes.answers, strict=True):
        cast = list(zip(votes.items, votes.raters, votes.answers, strict=True))
        others = [(r, a) for i, r, a in cast if i == item and r != rater]
        without = with_it = 0.0
        for cls, prior in enumerate((0.6, 0.4)):
            joint = prior * math.prod(RATES[r][cls][a] for r, a in others)
            without += joint
            with_it += joint * RATES[rater][cls][answer]
        expected[item] += math.log(with_it / without)
    np.testing.assert_allclose(found.by_item, expected, rtol=1e-10)
    assert found.n_votes == votes.n_votes
    assert found.log_likelihood == pytest.approx(expected.sum() / votes.n_votes)


def test_the_model_that_made_the_votes_predicts_them_best(votes: Votes) -> None:
    models: dict[str, dict[str, Any]] = {
        "full": {"pseudo_count": 0.5},
        "shared": {"family": "shared", "pseudo_count": 0.5},
    }
    full, shared = compare_fits(votes, models, folds=4, seed=2)
    best = max((full, shared), key=lambda row: row.held_out)
    assert (best.difference, best.standard_error) == (0.0, 0.0)
    other = full if best is shared else shared
    assert other.difference == pytest.approx(other.held_out - best.held_out)
    assert other.standard_error > 0
    assert (full.n_parameters, shared.n_parameters) == (7, 3)


def test_methods_are_compared_with_models(votes: Votes) -> None:
    models: dict[str, dict[str, Any]] = {
        "ml": {},
        "bayes": {"method": "ibcc", "own_count": 3.0},
        "shares": {"method": "vote-share"},
        "mine": {"method": own_rates},
    }
    ml, bayes, shares, mine = compare_fits(votes, models, folds=4, seed=2)
    assert (ml.objective_kind, ml.n_parameters, ml.objective) == (
        *("log likelihood", 7),
        ml.log_likelihood,
    )
    assert (bayes.objective_kind, bayes.n_parameters) == ("elbo", None)
    assert bayes.objective == fit_ibcc(votes, own_count=3.0).objective
    alone = held_out_log_likelihood(votes, method="ibcc", folds=4, seed=2, own_count=3.0)
    assert bayes.held_out == alone.log_likelihood
    others = (ml.held_out, bayes.held_out, mine.held_out)
    for row in (ml, bayes, mine):
        assert row.difference == pytest.approx(row.held_out - max(others))
    # nothing is said of a method without a model, and no likelihood of one that has none
    nothing = [shares.held_out, shares.difference, shares.standard_error, shares.log_likelihood]
    assert np.isnan([*nothing, shares.bic, bayes.bic, bayes.log_likelihood]).all()
    assert shares.objective_kind == "score"


def own_rates(votes: Votes) -> tuple[Any, Any]:
    return fit_dawid_skene(votes, error_rates=RATES).posterior, RATES


def test_what_is_impossible_is_minus_infinity_beside_others(votes: Votes) -> None:
    never = [[[1, 0], [1, 0]]] * 3
    models: dict[str, dict[str, Any]] = {"bayes": {"method": "ibcc"}, "never": {"method": certain}}
    bayes, other = compare_fits(votes, models)
    assert (bayes.difference, bayes.standard_error) == (0.0, 0.0)
    assert other.held_out == other.difference == -np.inf
    assert np.isnan(other.standard_error)
    assert certain(votes)[1] == never


def certain(votes: Votes) -> tuple[Any, Any]:
    return vote_share(votes).posterior, [[[1, 0], [1, 0]]] * 3


def test_objectives_of_one_kind_are_subtracted_and_no_others(votes: Votes) -> None:
    bayes, coin, ml = fit_ibcc(votes), fit_one_coin_bayes(votes), fit_dawid_skene(votes)
    assert objective_difference(bayes, coin) == bayes.objective - coin.objective
    again = fit_ibcc(Votes.from_triples(votes.items, votes.raters, votes.answers))
    assert objective_difference(bayes, again) == 0
    smoothed = fit_dawid_skene(votes, pseudo_count=1.0)
    assert objective_difference(smoothed, smoothed) == 0
    fewer = fit_ibcc(votes.where(votes.raters > 0))
    for one, other, message in (
        (bayes, ml, "an elbo and a log likelihood are not compared: compare votes"),
        (ml, smoothed, "a log likelihood and a log posterior are not compared"),
        (vote_share(votes), vote_share(votes), "scores are of each method's own making"),
        (smoothed, fit_mace_em(votes), "densities of two methods' parameters"),
        (bayes, fewer, "objectives of different votes"),
    ):
        with pytest.raises(VoteError, match=message):
            objective_difference(one, other)


@pytest.mark.filterwarnings("ignore::aggregation.IdentifiabilityWarning")
@pytest.mark.filterwarnings("ignore::aggregation.ConvergenceWarning")
def test_without_models_pseudo_counts_are_compared() -> None:
    votes = simulate_votes(
        [[[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]]] * 40,
        class_prior=[0.5, 0.3, 0.2],
        n_items=80,
        votes_per_item=3,
        seed=1,
    ).votes
    with pytest.warns(VoteWarning, match="has 242 for 240 votes"):
        rows = compare_fits(votes, folds=4)
    added = {"0": 0, "0.1": 0.1, "1/3": 1 / 3, "0.1 + 0.5 * eye(3)": 0.1 + 0.5 * np.eye(3)}
    assert [row.name for row in rows] == list(added)
    for row, count in zip(rows, added.values(), strict=True):
        assert row.log_likelihood == quiet_fit(votes, pseudo_count=count).log_likelihood
    # a rater with six votes has not given each answer in each class: left-out ones are impossible
    assert (rows[0].held_out, rows[0].difference) == (-np.inf, -np.inf)
    assert math.isnan(rows[0].standard_error)
    assert all(np.isfinite(row.held_out) for row in rows[1:])
    assert rows[3].difference == rows[3].standard_error == 0


def test_impossible_votes_and_no_models_are_refused(votes: Votes) -> None:
    with pytest.raises(VoteError, match="no models to compare"):
        compare_fits(votes, {})
    with pytest.raises(VoteError, match="share=1"):
        held_out_log_likelihood(votes, share=1)
    once = Votes.from_triples([0, 0, 1, 1], [0, 1, 0, 1], [0, 0, 1, 0])
    certain = [[[1, 0], [0, 1]], [[1, 0], [0, 1]]]
    with pytest.raises(VoteError, match="have probability 0 under"):
        held_out_log_likelihood(once, folds=2, error_rates=certain, class_prior=[0.5, 0.5])


def test_more_parameters_than_votes_are_told() -> None:
    few = Votes.from_triples([0, 0, 1, 1, 2, 2], [0, 1, 2, 3, 0, 3], [0, 0, 1, 1, 0, 1])
    fit = quiet_fit(few, pseudo_count=0.1)
    with pytest.warns(VoteWarning, match="the fit has 9 for 6 votes"):
        bic(fit)
    models: dict[str, dict[str, Any]] = {
        "full": {"pseudo_count": 0.1},
        "shared": {"family": "shared", "pseudo_count": 0.1},
    }
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compare_fits(few, models, folds=3)
    told = [str(warning.message) for warning in caught if warning.category is VoteWarning]
    assert len(told) == 1
    assert told[0].startswith("more parameters than votes: full has 9 for 6 votes. BIC")
