"""Starts, fixed parameters, and arguments that make no sense."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import (
    IdentifiabilityWarning,
    VoteError,
    Votes,
    diagonal_pseudo_count,
    fit_dawid_skene,
    read_known_items,
    simulate_votes,
)

from ....support.em_models import assert_fixed_point, assert_rising, crowd, quiet_fit
from ....support.em_oracle import model_of

# --- starts ---------------------------------------------------------------------------------------


def test_starting_from_a_fit_or_its_parameters_or_posterior() -> None:
    votes = crowd(votes_per_item=4)
    fit = fit_dawid_skene(votes)
    for start in (fit, (fit.error_rates, fit.class_prior), fit.posterior):
        again = fit_dawid_skene(votes, start=start)
        assert again.n_steps < fit.n_steps / 3
        assert again.log_likelihood >= fit.log_likelihood - 1e-9
    first = fit_dawid_skene(votes, start=fit, max_steps=0)
    np.testing.assert_array_equal(first.error_rates, fit.error_rates)
    new = crowd(votes_per_item=4, seed=9)
    assert fit_dawid_skene(new, start=fit).votes is new


def test_a_start_rounded_to_few_digits_is_no_error() -> None:
    # Sums of 1.0000002 would be taken for likelihood, and the first step would lose it.
    votes = crowd(n_items=2000)
    fit = fit_dawid_skene(votes)
    upwards = np.ceil(fit.error_rates * 1e7) / 1e7, np.ceil(fit.class_prior * 1e7) / 1e7
    again = fit_dawid_skene(votes, start=upwards)
    assert_rising(again.objective_trace)
    fixed = fit_dawid_skene(votes, error_rates=upwards[0], class_prior=upwards[1])
    np.testing.assert_allclose(fixed.error_rates.sum(axis=2), 1, rtol=1e-13)
    assert fixed.log_likelihood <= fit.log_likelihood + 1e-6


def test_fixed_error_rates_are_kept_and_the_prior_is_found() -> None:
    rates = np.array([[[0.9, 0.1, 0], [0.1, 0.9, 0], [0.5, 0.5, 0]]] * 5)
    prior = np.array([0.2, 0.2, 0.6])
    votes = simulate_votes(rates, class_prior=prior, n_items=2000, seed=1).votes
    fit = fit_dawid_skene(votes, error_rates=rates)
    np.testing.assert_array_equal(fit.error_rates, rates)
    # Nobody ever answers 2, and yet its class is not ruled out at the start.
    np.testing.assert_allclose(fit.class_prior, prior, atol=0.05)
    both = fit_dawid_skene(votes, error_rates=rates, class_prior=prior)
    np.testing.assert_array_equal(both.class_prior, prior)
    assert fit.log_likelihood >= both.log_likelihood
    assert_fixed_point(model_of(votes, 3, fixed_rates=rates), fit, gain=1e-6)


def test_fixed_class_prior_is_kept_whatever_the_labels() -> None:
    for seed in range(5):
        votes = crowd(n_classes=2, n_items=100, seed=seed)
        fit = fit_dawid_skene(votes, class_prior=[0.9, 0.1], restarts=3, seed=seed)
        np.testing.assert_array_equal(fit.class_prior, [0.9, 0.1])
        np.testing.assert_array_equal(fit.switched, [0, 1])


# --- bad arguments --------------------------------------------------------------------------------

SMALL = Votes.from_triples([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], [1, 1, 0, 0, 1])
HALVES = np.full((2, 2, 2), 0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_classes": 0}, "n_classes=0: there must be a class"),
        ({"n_classes": 2.5}, r"n_classes=2\.5: give a whole number"),
        ({"n_classes": "2"}, "n_classes='2': give a whole number"),
        ({"max_steps": -1}, "max_steps=-1: give a whole number"),
        ({"max_steps": 2.5}, r"max_steps=2\.5: give a whole number"),
        ({"restarts": -1}, "restarts=-1: give a whole number"),
        ({"restarts": 1.5}, r"restarts=1\.5: give a whole number"),
        ({"seed": -1}, "seed=-1: give 0 or more"),
        ({"tol": -1e-9}, "tol=-1e-09: the least gain"),
        ({"tol": float("nan")}, "tol=nan: give a finite number"),
        ({"tol": "small"}, "tol='small': give a finite number"),
        ({"threads": 0}, "threads=0: give 1 or more"),
        ({"threads": 100_000}, "threads=100000: give 1 or more, up to 1,024"),
        ({"pseudo_count": 1e308, "family": "one-coin"}, r"pseudo_count has 1e\+308: beside more"),
        ({"threads": 1.5}, r"threads=1\.5: give a whole number"),
        ({"family": "two-coin"}, "family 'two-coin' is not one of 'full', 'one-coin', 'shared'"),
        ({"family": "one-coin", "n_classes": 3}, "an answer for each class: 3 classes, 2 answers"),
        ({"truth_role": "gold"}, "truth_role 'gold' is neither 'clamped' nor 'start'"),
        ({"pseudo_count": -1}, r"pseudo_count must be 0 or more and finite: -1\.0"),
        ({"pseudo_count": [1, 2, 3]}, r"pseudo_count of shape \(3,\) does not fit"),
        ({"pseudo_count": "one"}, "pseudo_count='one' is neither numbers nor 'diagonal'"),
        ({"class_prior": [0.2, 0.3]}, r"class_prior sums to 0\.5: it must sum to 1"),
        ({"class_prior": [[0.5, 0.5]]}, "class_prior has one axis"),
        (
            {"class_prior": [0.2, 0.3, 0.5], "n_classes": 2},
            "class_prior has 3 entries, there are 2 classes",
        ),
        (
            {"class_prior": [0.2, 0.3, 0.5], "error_rates": HALVES},
            "class_prior has 3 entries, there are 2 classes",
        ),
        ({"error_rates": HALVES[0]}, r"error_rates of shape \(2, 2\) do not fit"),
        ({"error_rates": np.full((3, 2, 2), 0.5)}, r"error_rates of shape \(3, 2, 2\) do not fit"),
        ({"error_rates": 1.2 * HALVES}, r"error_rates\[0, 0\] sums to 1\.2"),
        ({"error_rates": [[[1, 0], [0]]]}, "error_rates must be numbers in rows of equal length"),
        ({"start": (1, 2, 3)}, r"start as a tuple is \(error_rates, class_prior\): it has 3"),
        ({"start": [[1, 0], [0, 1]]}, r"start of shape \(2, 2\) does not fit .* = \(3, 2\)"),
        ({"start": np.full((3, 2), 0.4)}, "start: posteriors must be in 0..1 and sum to 1"),
        ({"start": "vote shares"}, "start must be numbers"),
        ({"start": [[1, 0], [0, 1], [1]]}, "start must be numbers in rows of equal length"),
        (
            {"n_classes": 2, "start": (np.full((2, 3, 2), 0.5), [0.2, 0.3, 0.5])},
            "start has 3 classes, the fit has 2",
        ),
        ({"start": ([[[1, 0], [1, 0]]] * 2, [0.5, 0.5])}, "votes have probability 0"),
        ({"error_rates": [[[1, 0], [1, 0]]] * 2}, "votes have probability 0"),
        ({"start": ([[[1, 0], [1, 0]]] * 2, [0.5, 0.5]), "max_steps": 0}, "have probability 0"),
    ],
)
def test_arguments_must_make_sense(options: dict[str, Any], message: str) -> None:
    with pytest.raises(VoteError, match=message) as caught:
        fit_dawid_skene(SMALL, **options)
    assert "\n" not in str(caught.value)


def test_a_fit_of_other_raters_is_no_start() -> None:
    votes = crowd()
    fit = fit_dawid_skene(votes)
    others = replace(votes, rater_names=[*"abcdef"])
    with pytest.raises(VoteError, match=r"none of the raters \('a', .*\) is known to the earlier"):
        fit_dawid_skene(others, start=fit)


def test_numpy_numbers_are_numbers() -> None:
    fit = quiet_fit(
        SMALL,
        n_classes=np.int64(2),
        max_steps=np.int32(50),
        tol=np.float32(1e-6),
        restarts=np.int64(1),
        threads=np.int64(1),
    )
    assert fit.n_classes == 2


def test_warnings_point_at_the_caller() -> None:
    with pytest.warns(IdentifiabilityWarning) as caught:
        fit_dawid_skene(Votes.from_triples([0, 1], [0, 0], [0, 1]))
    assert {warning.filename for warning in caught} == {__file__}


def test_the_start_says_how_many_classes_there_are() -> None:
    votes = crowd(n_raters=5, n_items=60)
    two = quiet_fit(votes, n_classes=2)
    for start in (two, (two.error_rates, two.class_prior), two.posterior):
        assert quiet_fit(votes, start=start, max_steps=0).n_classes == 2


def test_a_diagonal_of_pseudo_counts() -> None:
    expected = [[0.6, 0.1, 0.1], [0.1, 0.6, 0.1], [0.1, 0.1, 0.6]]
    np.testing.assert_allclose(diagonal_pseudo_count(0.1, 0.5, 3), expected, rtol=1e-15)
    for wrong in ((-0.1, 0.5, 2), (0.1, np.nan, 2), (0.1, 0.5, 0)):
        with pytest.raises(VoteError, match=r"off=-0.1, extra=0.5|nan|n_classes=0"):
            diagonal_pseudo_count(*wrong)


def test_pseudo_counts_that_favour_the_diagonal_by_name() -> None:
    votes = crowd(votes_per_item=3)
    fit = fit_dawid_skene(votes, pseudo_count="diagonal")
    same = fit_dawid_skene(votes, pseudo_count=diagonal_pseudo_count(0.1, 0.5, 3))
    assert fit.posterior.tobytes() == same.posterior.tobytes()
    again = fit.options.method(votes, **fit.options.arguments())
    assert again.posterior.tobytes() == fit.posterior.tobytes()
    with pytest.raises(VoteError, match="pseudo_count='diag' is neither numbers nor 'diagonal'"):
        fit_dawid_skene(votes, pseudo_count="diag")
    with pytest.raises(
        VoteError, match=r"favours answers that are the class.*2 classes, 3 answers"
    ):
        fit_dawid_skene(votes, n_classes=2, pseudo_count="diagonal")


def test_published_accuracy_of_zencrowd(datasets: Path) -> None:
    # Zheng et al. (2017), Truth inference in crowdsourcing, PVLDB 10(5), table 6: 92.80
    votes = Votes.read(datasets / "D_Product" / "votes.csv")
    truth = read_known_items(datasets / "D_Product" / "gold.csv", votes=votes).truth
    right = np.tile(0.2 + 0.6 * np.eye(2), (votes.n_raters, 1, 1))
    uniform = [0.5, 0.5]
    options: dict[str, Any] = {"family": "one-coin", "class_prior": uniform, "accelerate": False}
    fit = quiet_fit(votes, start=(right, uniform), max_steps=20, **options)
    known = truth >= 0
    assert (fit.classes() == truth)[known].mean() == pytest.approx(0.9280, abs=5e-5)
