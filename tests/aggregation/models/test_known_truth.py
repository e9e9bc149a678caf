"""Error rates and class prior of known classes, against the paper's equations in exact numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from aggregation import VoteError, Votes, estimate_class_prior, estimate_error_rates
from analysis import Release

from ...support import oracle
from ...support.known_truth_models import Model, compiles, doubles, models, shape_of


@st.composite
def eighths(draw: st.DrawFn, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Numbers 0, 1/8, ... 2, whose sums are exact."""
    size = int(np.prod(shape))
    numbers = draw(st.lists(st.integers(0, 16), min_size=size, max_size=size))
    return np.array(numbers, dtype=float).reshape(shape) / 8


def assert_rates_exact(
    model: Model, weights: NDArray[np.float64], rates: NDArray[np.float64], pseudo_count: Any
) -> None:
    """Error rates of exact counts are those of the paper, to the last bit."""
    expected = oracle.error_rates(
        model.triples,
        oracle.exact(weights),
        n_raters=model.votes.n_raters,
        n_answers=model.votes.n_answers,
        pseudo_count=oracle.exact(np.broadcast_to(pseudo_count, shape_of(model))),
    )
    np.testing.assert_array_equal(rates, doubles(expected))


# --- error rates ----------------------------------------------------------------------------------


@compiles
@given(models(), st.data())
def test_error_rates_of_known_classes(model: Model, data: st.DataObject) -> None:
    truth = data.draw(
        st.lists(
            st.integers(-1, model.n_classes - 1),
            min_size=model.votes.n_items,
            max_size=model.votes.n_items,
        )
    )
    n_raters, _, n_answers = shape_of(model)
    shape = data.draw(st.sampled_from([(), (n_answers,), (n_raters, 1, 1), shape_of(model)]))
    pseudo_count = data.draw(eighths(shape))
    rates = estimate_error_rates(
        model.votes, truth=truth, n_classes=model.n_classes, pseudo_count=pseudo_count
    )
    weights = np.array([[float(cls == j) for j in range(model.n_classes)] for cls in truth])
    assert_rates_exact(model, weights, rates, pseudo_count)


@compiles
@given(models(), st.data())
def test_error_rates_of_weighted_classes(model: Model, data: st.DataObject) -> None:
    weights = data.draw(eighths((model.votes.n_items, model.n_classes)))
    rates = estimate_error_rates(model.votes, truth=weights, pseudo_count=0.25)
    assert_rates_exact(model, weights, rates, 0.25)
    np.testing.assert_array_equal(
        rates, estimate_error_rates(model.votes, truth=weights.tolist(), pseudo_count=0.25)
    )


def test_error_rates_by_hand() -> None:
    # Rater 0: items of class 0 get 0, 0, 1, of class 1 get 1; rater 1 votes on class 1 alone.
    votes = Votes.from_triples([0, 1, 2, 3, 3, 4], [0, 0, 0, 0, 1, 0], [0, 0, 1, 1, 2, 2])
    truth = [0, 0, 0, 1, -1]
    np.testing.assert_array_equal(
        estimate_error_rates(votes, truth=truth),
        [[[2 / 3, 1 / 3, 0], [0, 1, 0]], [[1 / 3, 1 / 3, 1 / 3], [0, 0, 1]]],
    )
    np.testing.assert_array_equal(
        estimate_error_rates(votes, truth=truth, pseudo_count=1),
        [[[3 / 6, 2 / 6, 1 / 6], [1 / 4, 2 / 4, 1 / 4]], [[1 / 3] * 3, [1 / 4, 1 / 4, 2 / 4]]],
    )
    np.testing.assert_array_equal(
        estimate_error_rates(votes, truth=truth, pseudo_count=[0, 0, 1])[0],
        [[2 / 4, 1 / 4, 1 / 4], [0, 1 / 2, 1 / 2]],
    )
    np.testing.assert_array_equal(
        estimate_error_rates(votes, truth=truth, pseudo_count=[[[0]], [[1]]])[1],
        [[1 / 3] * 3, [1 / 4, 1 / 4, 2 / 4]],
    )


def test_repeated_votes_weigh_as_often_as_they_occur() -> None:
    votes = Votes.from_triples([0, 0, 0], [0, 0, 0], [0, 0, 1])
    np.testing.assert_array_equal(
        estimate_error_rates(votes, truth=[1]), [[[0.5, 0.5], [2 / 3, 1 / 3]]]
    )


def test_nothing_expected_is_a_uniform_row() -> None:
    votes = Votes.from_triples([0], [0], [0], n_answers=7)
    rates = estimate_error_rates(votes, truth=[-1], n_classes=3)
    np.testing.assert_array_equal(rates, np.full((1, 3, 7), 1 / 7))


@pytest.mark.parametrize(
    ("truth", "n_classes", "expected"),
    [([0, 0], None, 2), ([-1, 4], None, 5), ([0, 1], 3, 3), ([0, 0], 1, 1), ([[1], [0]], None, 1)],
)
def test_number_of_classes(truth: Any, n_classes: int | None, expected: int) -> None:
    votes = Votes.from_triples([0, 1], [0, 0], [0, 1])
    assert estimate_error_rates(votes, truth=truth, n_classes=n_classes).shape == (1, expected, 2)


@pytest.mark.parametrize("dtype", ["i1", "u1", "u8", "f2", "f8", bool, ">i4"])
def test_truth_may_be_of_any_type(dtype: Any) -> None:
    votes = Votes.from_triples([0, 1, 2], [0, 0, 0], [1, 0, 1])
    np.testing.assert_array_equal(
        estimate_error_rates(votes, truth=np.array([1, 0, 0]).astype(dtype)),
        [[[0.5, 0.5], [0.0, 1.0]]],
    )


# --- class prior ----------------------------------------------------------------------------------


@given(st.lists(st.integers(-1, 3), min_size=1), st.sampled_from([None, 4, 6]))
def test_class_prior_of_known_classes(truth: list[int], n_classes: int | None) -> None:
    if max(truth) < 0:
        with pytest.raises(VoteError, match="the class of no item is known"):
            estimate_class_prior(truth, n_classes=n_classes)
        return
    prior = estimate_class_prior(truth, n_classes=n_classes)
    size = n_classes or max(max(truth) + 1, 2)
    weights = [[Fraction(cls == j) for j in range(size)] for cls in truth]
    np.testing.assert_array_equal(prior, doubles(oracle.class_prior(weights)))


@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_class_prior_of_weighted_classes(n_items: int, n_classes: int, data: Any) -> None:
    weights = data.draw(eighths((n_items, n_classes)).filter(lambda weights: weights.sum() > 0))
    prior = estimate_class_prior(weights)
    np.testing.assert_array_equal(prior, doubles(oracle.class_prior(oracle.exact(weights))))


def test_class_prior_needs_a_known_class() -> None:
    with pytest.raises(VoteError, match="the class of no item is known"):
        estimate_class_prior([[0, 0], [0, 0]])
    with pytest.raises(VoteError, match="the class of no item is known"):
        estimate_class_prior([])


# --- errors ---------------------------------------------------------------------------------------

VOTES = Votes.from_tensor([[[1, 0], [0, 1], [0, 1]]])


@pytest.mark.parametrize(
    ("truth", "n_classes", "message"),
    [
        ([0, 1], None, r"truth of shape \(2,\) does not fit 3 items: give one class an item"),
        (1, None, r"truth of shape \(\) does not fit 3 items"),
        ([0, 1, 2], 2, "truth of item 2 is 2: classes are 0..1, or -1 where it is not known"),
        ([0, -2, 1], None, "truth of item 1 is -2: classes are 0..1, or -1"),
        ([0, 1, 0.5], None, "truth of item 2 is 0.5: classes are 0..1, or -1"),
        ([np.nan, 1, 0], None, "truth of item 0 is nan: classes are 0..1, or -1"),
        ([0, 3, np.inf], None, "truth of item 2 is inf: classes are 0..3, or -1"),
        ([0, None, 1], None, "truth must be numbers: None"),
        (["yes", "no", "yes"], None, "truth must be numbers: it holds 'yes'"),
        ([0, 1, 0], 0, "n_classes=0: there must be a class"),
        ([[0, 1], [1]], None, "truth must be numbers in rows of equal length"),
        (np.ones((2, 2)), None, r"truth of shape \(2, 2\) does not fit 3 items"),
        (np.ones((3, 2)), 3, r"truth of shape \(3, 2\) does not fit 3 items and 3 classes"),
        (np.ones((3, 0)), None, r"truth of shape \(3, 0\) does not fit 3 items"),
        (np.ones((3, 2, 1)), None, r"truth of shape \(3, 2, 1\) does not fit 3 items"),
        (
            [[0, 1], [1, -1], [0, 1]],
            None,
            "truth of item 1 gives class 1 the weight -1: weights mu",
        ),
        ([[0, 1], [1, 0], [0, np.nan]], None, "truth of item 2 gives class 1 the weight nan"),
        ([[np.inf, 1], [1, 0], [0, 1]], None, "truth of item 0 gives class 0 the weight inf"),
    ],
)
def test_truth_must_fit_the_votes(truth: Any, n_classes: int | None, message: str) -> None:
    with pytest.raises(VoteError, match=message) as caught:
        estimate_error_rates(VOTES, truth=truth, n_classes=n_classes)
    assert "\n" not in str(caught.value)


def test_truth_of_a_class_prior_is_a_column_too() -> None:
    with pytest.raises(VoteError, match=r"truth of shape \(\) does not fit"):
        estimate_class_prior(1)
    with pytest.raises(VoteError, match=r"truth of item 1 is 7: classes are 0\.\.2"):
        estimate_class_prior([0, 7], n_classes=3)


@pytest.mark.parametrize(
    ("pseudo_count", "message"),
    [
        (-1, "pseudo_count must be 0 or more and finite: -1.0"),
        ([0, np.nan], "pseudo_count must be 0 or more and finite: nan"),
        (np.inf, "pseudo_count must be 0 or more and finite: inf"),
        ([1, 2, 3], r"pseudo_count of shape \(3,\) does not fit .* = \(1, 2, 2\)"),
        ("one", "pseudo_count='one': give an array of numbers"),
    ],
)
def test_pseudo_count_must_fit_the_votes(pseudo_count: Any, message: str) -> None:
    with pytest.raises(VoteError, match=message):
        estimate_error_rates(VOTES, truth=[0, 1, 1], pseudo_count=pseudo_count)


# --- the published release ------------------------------------------------------------------------


@pytest.mark.release
def test_error_rates_of_the_golden_questions_are_counts_over_251_and_890(release: Release) -> None:
    experts = np.load(release.folder / "golden.npz")["tensor"]
    golden = np.load(release.folder / "raters_golden.npz")
    fits = experts[:, :, 2].sum(axis=0) >= 3
    assert (len(fits), int(fits.sum())) == (1135, 248)
    rates = estimate_error_rates(release.golden.raters, truth=fits.astype(int), pseudo_count=1)
    assert rates.shape == (85, 2, 3)
    place = {rater: row for row, rater in enumerate(release.golden.raters.rater_names)}
    answered = [place[rater] for rater in golden["ids"].tolist()]
    assert len(answered) == 78
    for row, plane in zip(answered, golden["tensor"].astype(int), strict=True):
        counts = np.stack([plane[~fits].sum(axis=0), plane[fits].sum(axis=0)]) + 1
        assert counts.sum(axis=1).tolist() == [890, 251]
        np.testing.assert_array_equal(rates[row], counts / [[890], [251]])
    without = np.setdiff1d(np.arange(85), answered)
    np.testing.assert_array_equal(rates[without], np.full((7, 2, 3), 1 / 3))
    prior = estimate_class_prior(fits)
    np.testing.assert_array_equal(prior, [887 / 1135, 248 / 1135])


@pytest.mark.release
def test_error_rates_of_the_original_label(release: Release) -> None:
    says_yes = release.is_original()[release.golden.questions]
    answers = np.where(says_yes, 2, 0)
    votes = Votes.from_triples(np.arange(1135), np.zeros(1135, int), answers)
    experts = np.load(release.folder / "golden.npz")["tensor"]
    fits = experts[:, :, 2].sum(axis=0) >= 2
    rates = estimate_error_rates(votes, truth=fits, pseudo_count=1)
    np.testing.assert_array_equal(
        rates, [[[811 / 835, 1 / 835, 23 / 835], [171 / 306, 1 / 306, 134 / 306]]]
    )
