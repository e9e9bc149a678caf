"""The E-step against the paper's equation in exact numbers, however small probabilities get."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import VoteError, Votes, e_step
from aggregation.models import known_truth

from ...support import oracle
from ...support.known_truth_models import Model, compiles, doubles, models, shape_of

LEAST_DOUBLE = 5e-324
TINY = (LEAST_DOUBLE, 1e-320, 1e-300, 1e-200, 1e-120, 1e-3, 0.0)


@st.composite
def distributions(draw: st.DrawFn, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Probabilities along the last axis, some of them 0."""
    size = int(np.prod(shape))
    counts = np.array(draw(st.lists(st.integers(0, 9), min_size=size, max_size=size)), dtype=float)
    counts = counts.reshape(shape)
    counts[counts.sum(axis=-1) == 0] = 1
    return np.asarray(counts / counts.sum(axis=-1, keepdims=True))


def assert_expectation(
    model: Model, rates: NDArray[np.float64], prior: NDArray[np.float64], rtol: float = 1e-13
) -> None:
    """One E-step is the paper's, zeros are exact zeros, and an impossible item is an error."""
    exact: dict[str, Any] = {
        "n_items": model.votes.n_items,
        "rates": oracle.exact(rates),
        "prior": oracle.exact(prior),
    }
    impossible = [sum(row) == 0 for row in oracle.joint(model.triples, **exact)]
    if any(impossible):
        with pytest.raises(VoteError, match=f"votes on item {impossible.index(True)} have prob"):
            e_step(model.votes, error_rates=rates, class_prior=prior)
        return
    found = e_step(model.votes, error_rates=rates, class_prior=prior)
    expected = oracle.posterior(model.triples, **exact)
    # Below the least normal double there are fewer digits to compare.
    np.testing.assert_allclose(found.posterior, doubles(expected), rtol=rtol, atol=1e-321)
    for i, row in enumerate(expected):
        assert all(
            found.posterior[i, j] == 0 for j, probability in enumerate(row) if not probability
        )
    np.testing.assert_allclose(found.posterior.sum(axis=1), 1, rtol=1e-14)
    log_likelihood = oracle.log_likelihood(model.triples, **exact)
    np.testing.assert_allclose(found.log_likelihood, log_likelihood, rtol=1e-13, atol=1e-13)


@compiles
@given(models(), st.data())
def test_expectation(model: Model, data: st.DataObject) -> None:
    rates = data.draw(distributions(shape_of(model)))
    prior = data.draw(distributions((model.n_classes,)))
    assert_expectation(model, rates, prior)


@compiles
@given(models(max_votes=60), st.data())
def test_expectation_with_rates_near_the_least_double(model: Model, data: st.DataObject) -> None:
    n_raters, n_classes, n_answers = shape_of(model)
    rates = np.zeros(shape_of(model))
    for rater in range(n_raters):
        for cls in range(n_classes):
            rates[rater, cls] = data.draw(st.sampled_from(TINY))
            likely = data.draw(st.integers(0, n_answers - 1))
            rates[rater, cls, likely] = 1 - (rates[rater, cls].sum() - rates[rater, cls, likely])
    prior = np.full(n_classes, data.draw(st.sampled_from(TINY)))
    prior[0] = 1 - prior[1:].sum()
    assert_expectation(model, rates, prior, rtol=1e-11)


def unequal_raters(n_raters: int, n_classes: int, n_answers: int) -> NDArray[np.float64]:
    rates = np.random.default_rng(n_raters).random((n_raters, n_classes, n_answers)) ** 4
    return np.asarray(rates / rates.sum(axis=-1, keepdims=True))


def test_three_thousand_votes_an_item() -> None:
    n_raters = 3000
    answers = np.random.default_rng(5).integers(0, 4, n_raters)
    votes = Votes.from_triples(np.zeros(n_raters, int), np.arange(n_raters), answers)
    triples = [(0, rater, answer) for rater, answer in enumerate(answers.tolist())]
    rates = unequal_raters(n_raters, 3, 4)
    prior = np.array([0.5, 0.25, 0.25])
    found = e_step(votes, error_rates=rates, class_prior=prior)
    exact: dict[str, Any] = {
        "n_items": 1,
        "rates": oracle.exact(rates),
        "prior": oracle.exact(prior),
    }
    assert found.log_likelihood < -3000
    np.testing.assert_allclose(
        found.log_likelihood, oracle.log_likelihood(triples, **exact), rtol=1e-13
    )
    expected = doubles(oracle.posterior(triples, **exact))
    np.testing.assert_allclose(found.posterior, expected, rtol=1e-11, atol=1e-321)


@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_a_class_that_half_of_the_votes_rule_out_can_come_back(ratio: float) -> None:
    """The first 1,500 votes make class 1 less likely than the least double; the others undo it."""
    n_raters = 3000
    answers = [0] * (n_raters // 2) + [1] * (n_raters // 2)
    votes = Votes.from_triples([0] * n_raters, range(n_raters), answers)
    rates = np.tile([[0.99, 0.01], [0.01, 0.99]], (n_raters, 1, 1))
    prior = np.array([ratio, 1.0]) / (1 + ratio)
    found = e_step(votes, error_rates=rates, class_prior=prior)
    np.testing.assert_allclose(found.posterior, [prior], rtol=1e-12)
    np.testing.assert_allclose(
        found.log_likelihood, n_raters / 2 * (np.log(0.99) + np.log(0.01)), rtol=1e-13
    )


def test_the_order_of_multiplication_is_the_published_one() -> None:
    """From 1, by the votes in the order of the raters, then by the prior: to the last bit."""
    rng = np.random.default_rng(3)
    rates, prior = unequal_raters(9, 2, 3), np.array([0.7, 0.3])
    answers = rng.integers(0, 3, (200, 9))
    items, raters = np.divmod(rng.permutation(answers.size), 9)
    votes = Votes.from_triples(items, raters, answers[items, raters])
    found = e_step(votes, error_rates=rates, class_prior=prior)
    for item, row in enumerate(answers.tolist()):
        products = []
        for cls in range(2):
            product = 1.0
            for rater, answer in enumerate(row):
                product = product * float(rates[rater, cls, answer])
            products.append(product * float(prior[cls]))
        total = products[0] + products[1]
        assert found.posterior[item].tolist() == [products[0] / total, products[1] / total]


@pytest.mark.parametrize("n_items", [1, 2, 3, 7])
def test_items_at_once_change_nothing(n_items: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Items without votes and items whose products underflow stand at the pieces' borders."""
    rng = np.random.default_rng(4)
    sizes = [2000, 0, 3, 2000, 5, 0, 0, 1, 1800, 2]
    items = np.repeat(np.arange(10), sizes)
    votes = Votes.from_triples(
        items, rng.integers(0, 5, len(items)), rng.integers(0, 3, len(items)), n_items=12
    )
    model: dict[str, Any] = {"error_rates": unequal_raters(5, 2, 3), "class_prior": [0.75, 0.25]}
    whole = e_step(votes, **model)
    for item in (0, 3, 8):
        alone = e_step(votes.select([item]), **model)
        assert alone.log_likelihood < np.log(5e-324)
        np.testing.assert_array_equal(whole.posterior[[item]], alone.posterior)
    monkeypatch.setattr(known_truth, "ITEMS_AT_ONCE", n_items)
    found = e_step(votes, **model)
    np.testing.assert_array_equal(found.posterior, whole.posterior)
    assert found.log_likelihood == whole.log_likelihood


def test_an_item_without_votes_has_the_prior() -> None:
    votes = Votes.from_triples([1], [0], [0], n_items=3, n_answers=2)
    prior = [0.25, 0.625, 0.125]
    found = e_step(votes, error_rates=[[[0.5, 0.5]] * 3], class_prior=prior)
    np.testing.assert_array_equal(found.posterior, [prior] * 3)
    assert found.log_likelihood == np.log(0.5)


def test_no_items_have_an_empty_posterior() -> None:
    votes = Votes.from_triples([0], [0], [0], n_answers=2).select([])
    found = e_step(votes, error_rates=[[[0.5, 0.5]] * 3], class_prior=[0.5, 0.25, 0.25])
    assert found.posterior.shape == (0, 3)
    assert found.log_likelihood == 0.0


def test_a_zero_rules_a_class_out_however_likely_the_rest() -> None:
    rates = np.tile([[0.5, 0.5], [0.0, 1.0], [0.9, 0.1]], (2, 1, 1))
    votes = Votes.from_triples([0, 0, 1], [0, 1, 0], [1, 0, 1])
    found = e_step(votes, error_rates=rates, class_prior=[0.5, 0.5, 0.0])
    assert found.posterior[0].tolist() == [1.0, 0.0, 0.0]
    np.testing.assert_allclose(found.posterior[1], [1 / 3, 2 / 3, 0.0])


def test_impossible_votes_name_the_item() -> None:
    votes = Votes.from_triples(["good", "bad", "bad"], ["ann"] * 3, ["no", "no", "yes"])
    with pytest.raises(VoteError, match="the votes on item bad have probability 0 under every"):
        e_step(votes, error_rates=[[[1, 0], [0, 1]]], class_prior=[0.5, 0.5])


def test_votes_that_only_an_impossible_class_explains_are_impossible() -> None:
    votes = Votes.from_triples([0], [0], [0], n_answers=2)
    with pytest.raises(VoteError, match="the votes on item 0 have probability 0 under every"):
        e_step(votes, error_rates=[[[0.0, 1.0], [0.5, 0.5]]], class_prior=[1, 0])


@compiles
@given(models(), st.data())
def test_permuting_classes_permutes_the_posterior(model: Model, data: st.DataObject) -> None:
    rates = data.draw(distributions(shape_of(model))) + 0.5
    rates /= rates.sum(axis=-1, keepdims=True)
    prior = data.draw(distributions((model.n_classes,))) + 0.5
    prior /= prior.sum()
    order = data.draw(st.permutations(range(model.n_classes)))
    found = e_step(model.votes, error_rates=rates, class_prior=prior)
    permuted = e_step(model.votes, error_rates=rates[:, order], class_prior=prior[order])
    np.testing.assert_allclose(permuted.posterior, found.posterior[:, order], rtol=1e-14)
    # The sum over classes is rounded in another order.
    np.testing.assert_allclose(
        permuted.log_likelihood, found.log_likelihood, rtol=1e-14, atol=1e-14
    )


VOTES = Votes.from_tensor([[[1, 0], [0, 1], [0, 1]]])
GOOD_RATES = [[[0.5, 0.5], [0.25, 0.75]]]


@pytest.mark.parametrize(
    ("rates", "prior", "message"),
    [
        (GOOD_RATES[0], [0.5, 0.5], r"error_rates of shape \(2, 2\) do not fit .* = \(1, 2, 2\)"),
        (GOOD_RATES, [0.5, 0.25, 0.25], r"shape \(1, 2, 2\) do not fit .* = \(1, 3, 2\)"),
        (GOOD_RATES, 1.0, r"class_prior has one axis, one entry a class: shape \(\)"),
        (GOOD_RATES, [[0.5, 0.5]], r"class_prior has one axis.*shape \(1, 2\)"),
        (GOOD_RATES, [1.5, -0.5], re.escape("class_prior[0] is 1.5: probabilities must be in")),
        (GOOD_RATES, [np.nan, 1], re.escape("class_prior[0] is nan: probabilities must be in")),
        (GOOD_RATES, [0.5, 0.25], "class_prior sums to 0.75: it must sum to 1"),
        ([[[0.5, 0.5], [-1, 2]]], [0.5, 0.5], re.escape("error_rates[0, 1, 0] is -1.0: prob")),
        ([[[0.5, 0.5], [0.5, 0.25]]], [0.5, 0.5], re.escape("error_rates[0, 1] sums to 0.75: it")),
        ([[[0.5, 0.5], ["a", 1]]], [0.5, 0.5], "error_rates must be numbers: "),
        ([[[0.5, 0.5], [1]]], [0.5, 0.5], "error_rates must be numbers in rows of equal length"),
    ],
)
def test_parameters_must_fit_the_votes(rates: Any, prior: Any, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        e_step(VOTES, error_rates=rates, class_prior=prior)


def test_rounded_probabilities_are_no_mistake() -> None:
    e_step(VOTES, error_rates=[[[0.3333333, 0.6666666]] * 2], class_prior=[0.1, 0.9])
