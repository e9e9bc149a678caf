"""Votes drawn from the model have the frequencies that the model says."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import permutations
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chisquare

from aggregation import VoteError, Votes, simulate_votes
from aggregation.datasets import draws as draws_module
from aggregation.datasets.draws import draw_answers, draw_codes, draw_raters
from aggregation.datasets.simulate import draw_error_rates

# 3 raters, 2 classes, 4 answers; some answers are impossible.
ERROR_RATES = np.array(
    [
        [[0.7, 0.1, 0.1, 0.1], [0.0, 0.0, 0.25, 0.75]],
        [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4]],
        [[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]],
    ]
)
CLASS_PRIOR = np.array([0.8, 0.2])
# Some thirty frequencies are tested, so 1 in 1000 is no rarity; the samples are so large that a
# wrong model is far below this.
LEAST_P = 1e-5


def assert_drawn_from(counts: NDArray[Any], probabilities: NDArray[Any]) -> None:
    possible = probabilities > 0
    assert counts[~possible].sum() == 0
    expected = counts.sum() * probabilities[possible] / probabilities.sum()
    if possible.sum() > 1:
        assert chisquare(counts[possible], expected).pvalue > LEAST_P


def successive_sampling(weights: tuple[float, ...], k: int) -> dict[frozenset[int], float]:
    """Probability of each set of k raters drawn one by one without replacement, by enumeration."""
    chances: dict[frozenset[int], float] = defaultdict(float)
    for drawn in permutations(range(len(weights)), k):
        left = [sum(weights) - sum(weights[r] for r in drawn[:n]) for n in range(k)]
        chances[frozenset(drawn)] += float(prod(weights[r] / left[n] for n, r in enumerate(drawn)))
    return chances


def test_answers_have_the_frequencies_of_the_error_rates() -> None:
    simulated = simulate_votes(
        ERROR_RATES, class_prior=CLASS_PRIOR, n_items=60_000, votes_per_item=2, seed=11
    )
    votes, truth = simulated.votes, simulated.truth
    counts = np.zeros(ERROR_RATES.shape)
    np.add.at(counts, (votes.raters, truth[votes.items], votes.answers), 1)
    assert counts.sum() == 120_000
    for rater_counts, rater_rates in zip(counts, ERROR_RATES, strict=True):
        for row, rates in zip(rater_counts, rater_rates, strict=True):
            assert row.sum() > 5_000
            assert_drawn_from(row, rates)


def test_classes_have_the_frequencies_of_the_class_prior() -> None:
    prior = np.array([0.5, 0.0, 0.3, 0.2])
    rates = draw_error_rates(6, 4, seed=0)
    truth = simulate_votes(rates, class_prior=prior, n_items=50_000, seed=12).truth
    assert_drawn_from(np.bincount(truth, minlength=4), prior)


@pytest.mark.parametrize(
    ("weights", "k"),
    [
        ((1.0, 1.0, 1.0, 1.0), 2),
        ((1.0, 2.0, 3.0, 10.0), 2),
        ((1.0, 2.0, 3.0, 10.0), 3),
        ((5.0, 0.0, 1.0, 1.0, 0.5), 3),
        # One rater has all but a millionth of the weight: the others come from the table.
        ((1.0, 1e-7, 2e-7, 3e-7), 2),
        ((1.0, 1e-7, 0.0, 2e-7, 3e-7), 3),
    ],
)
def test_raters_are_drawn_as_one_by_one_without_replacement(
    weights: tuple[float, ...], k: int
) -> None:
    n_items = 200_000
    drawn = draw_raters(
        np.full(n_items, k), weights=np.array(weights), rng=np.random.default_rng(13)
    )
    counts = Counter(map(frozenset, drawn.reshape(n_items, k).tolist()))
    chances = successive_sampling(weights, k)
    assert set(counts) <= set(chances)
    # A set that is expected less than five times is too rare for the test.
    usual = [chosen for chosen, chance in chances.items() if chance * n_items > 5]
    assert sum(counts[chosen] for chosen in usual) > 0.999 * n_items
    assert_drawn_from(
        np.array([counts[chosen] for chosen in usual]),
        np.array([chances[chosen] for chosen in usual]),
    )


def test_the_first_rater_is_drawn_by_weight() -> None:
    weights = 10 ** np.linspace(0, 3, 12)
    rates = draw_error_rates(12, 2, seed=0)
    votes = simulate_votes(
        rates,
        class_prior=[0.5, 0.5],
        n_items=50_000,
        votes_per_item=1,
        rater_weights=weights,
        seed=14,
    ).votes
    assert_drawn_from(np.bincount(votes.raters, minlength=12), weights)


def test_the_table_is_drawn_in_pieces_that_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = np.arange(300) % 5
    weights = np.array([1.0, 1e-9, 1e-9, 2e-9, 0.0])

    in_one = draw_raters(sizes, weights=weights, rng=np.random.default_rng(15))
    monkeypatch.setattr(draws_module, "TABLE_CELLS", 16)
    in_pieces = draw_raters(sizes, weights=weights, rng=np.random.default_rng(15))
    assert np.array_equal(in_one, in_pieces)


@given(
    sizes=st.lists(st.integers(0, 4), min_size=1, max_size=30).filter(any),
    spare=st.lists(st.floats(1e-12, 1e12) | st.just(0.0), max_size=4),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_every_item_has_its_number_of_different_active_raters(
    sizes: list[int], spare: list[float], seed: int
) -> None:
    weights = [1.0, 1e-9, 1e9, 0.5, *spare]
    votes = simulate_votes(
        draw_error_rates(len(weights), 3, 2, seed=seed),
        class_prior=[0.2, 0.3, 0.5],
        n_items=len(sizes),
        votes_per_item=sizes,
        rater_weights=weights,
        seed=seed,
    ).votes
    assert np.diff(votes.starts).tolist() == sizes
    assert len(set(zip(votes.items.tolist(), votes.raters.tolist(), strict=True))) == sum(sizes)
    assert all(weights[rater] > 0 for rater in votes.raters)


def test_votes_are_what_from_triples_makes_of_their_columns() -> None:
    votes = simulate_votes(
        ERROR_RATES, class_prior=CLASS_PRIOR, n_items=500, votes_per_item=2, seed=16
    ).votes
    again = Votes.from_triples(
        votes.items, votes.raters, votes.answers, n_items=500, n_raters=3, n_answers=4
    )
    assert np.array_equal(again.starts, votes.starts)
    assert np.array_equal(again.codes, votes.codes)
    assert again.codes.dtype == votes.codes.dtype
    assert again.item_names == votes.item_names
    assert again.rater_names == votes.rater_names
    assert again.answer_names == votes.answer_names


def test_an_answer_of_rate_0_is_never_drawn_for_rounding() -> None:
    class LastPlace(np.random.Generator):
        def random(self, size: Any = None, *_: Any, **__: Any) -> Any:
            return np.full(size, np.nextafter(1, 0))

    # The ten rates add up to a little less than 1 in double precision.
    rates = np.array([[[0.1] * 10 + [0.0]]])
    zeros = np.zeros(3, dtype=int)
    last = LastPlace(np.random.PCG64(0))
    assert draw_answers(rates, raters=zeros, classes=zeros, rng=last).tolist() == [9, 9, 9]
    assert draw_codes(rates[0, 0], 3, rng=last).tolist() == [9, 9, 9]


def test_the_seed_decides_everything() -> None:
    def codes(seed: int | np.random.Generator) -> bytes:
        simulated = simulate_votes(
            ERROR_RATES, class_prior=CLASS_PRIOR, n_items=99, seed=seed, votes_per_item=2
        )
        return simulated.votes.codes.tobytes() + simulated.truth.tobytes()

    assert codes(1) == codes(1) == codes(np.random.default_rng(1))
    assert codes(1) != codes(2)
    moving = np.random.default_rng(1)
    assert codes(moving) != codes(moving)


def test_what_was_passed_in_is_copied() -> None:
    rates = ERROR_RATES.copy()
    simulated = simulate_votes(rates, class_prior=CLASS_PRIOR, n_items=5, votes_per_item=3, seed=0)
    rates[:] = 0
    assert np.array_equal(simulated.error_rates, ERROR_RATES)
    assert np.array_equal(simulated.class_prior, CLASS_PRIOR)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"error_rates": [[0.5, 0.5]]}, r"error_rates must have the axes \(rater, class, answer\)"),
        ({"error_rates": np.zeros((0, 2, 2))}, r"shape \(0, 2, 2\)"),
        ({"error_rates": [[[1.5, -0.5]] * 2]}, "error_rates must be in 0..1: one entry is 1.5"),
        ({"error_rates": [[[np.nan, 1]] * 2]}, "error_rates must be in 0..1: one entry is nan"),
        ({"error_rates": [[[0.5, 0.25]] * 2]}, "sum to 1 along the last axis: one sum is 0.75"),
        ({"class_prior": [0.2, 0.3, 0.5]}, "class_prior has 3 classes, error_rates have 2"),
        ({"class_prior": [0.2, 0.2]}, "class_prior must sum to 1"),
        ({"class_prior": 1.0}, r"class_prior must have the axes \(class\)"),
        ({"n_items": 0}, "n_items=0: there must be at least one item"),
        ({"votes_per_item": 4}, "item 0 is to have 4 votes: give 0 to 3"),
        ({"votes_per_item": [1, 2, 3, -1, 1]}, "item 3 is to have -1 votes"),
        ({"votes_per_item": [1, 2]}, r"one whole number, or 5 of them, .* shape \(2,\)"),
        ({"votes_per_item": 1.5}, "float64 of shape"),
        ({"votes_per_item": 0}, "no votes: votes_per_item is 0 for every item"),
        ({"rater_weights": [1, 0, 0]}, "give 0 to 1, for a rater votes once on an item and 1"),
        ({"rater_weights": [1, 2]}, r"rater_weights of shape \(2,\) do not fit 3 raters"),
        ({"rater_weights": [1, -2, 1]}, "the weight of rater 1 is -2.0"),
        ({"rater_weights": [1, 1, np.inf]}, "the weight of rater 2 is inf"),
        ({"rater_weights": [0, 0, 0]}, "rater_weights are all 0"),
        ({"seed": -1}, "seed=-1: give 0 or more"),
        ({"seed": None}, "seed=None: give a whole number"),
        ({"seed": True}, "seed=True: give a whole number"),
    ],
)
def test_unusable_parameters_are_named(changed: dict[str, Any], message: str) -> None:
    parameters: dict[str, Any] = {
        "error_rates": ERROR_RATES,
        "class_prior": CLASS_PRIOR,
        "n_items": 5,
        "votes_per_item": 2,
        "seed": 0,
    }
    with pytest.raises(VoteError, match=message):
        simulate_votes(**(parameters | changed))


def test_very_large_and_small_weights_do_not_overflow() -> None:
    votes = simulate_votes(
        ERROR_RATES,
        class_prior=CLASS_PRIOR,
        n_items=10_000,
        votes_per_item=1,
        rater_weights=[1e308, 1e308, 1e-308],
        seed=17,
    ).votes
    assert_drawn_from(np.bincount(votes.raters, minlength=3), np.array([0.5, 0.5, 0.0]))


def test_drawn_error_rates_are_of_very_different_raters() -> None:
    rates = draw_error_rates(200, 3, spammers=0.25, seed=18)
    assert rates.shape == (200, 3, 3)
    assert rates.min() >= 0
    np.testing.assert_allclose(rates.sum(axis=-1), 1, rtol=1e-12)
    answers_alike = (rates == rates[:, :1]).all(axis=(1, 2))
    assert answers_alike.sum() == 50
    right = rates[:, range(3), range(3)].mean(axis=1)
    assert (right[~answers_alike] > 0.95).sum() >= 10
    assert right[~answers_alike].std() > 0.1


@pytest.mark.parametrize(
    ("n_classes", "n_answers", "right"),
    [(2, 3, [0, 2]), (3, None, [0, 1, 2]), (3, 5, [0, 2, 4]), (1, 2, [0]), (2, 1, [0, 0])],
)
def test_right_answers_are_spread_over_the_answers(
    n_classes: int, n_answers: int | None, right: list[int]
) -> None:
    rates = draw_error_rates(4, n_classes, n_answers, spammers=0, skill=(1e6, 1e-6), seed=0)
    assert rates.argmax(axis=-1).tolist() == [right] * 4
    assert rates.max(axis=-1).min() > 0.999


def test_drawn_error_rates_are_decided_by_the_seed() -> None:
    assert np.array_equal(draw_error_rates(5, 2, seed=3), draw_error_rates(5, 2, seed=3))
    assert not np.array_equal(draw_error_rates(5, 2, seed=3), draw_error_rates(5, 2, seed=4))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_raters": 0}, "n_raters=0: there must be at least one"),
        ({"n_classes": 0}, "n_classes=0"),
        ({"n_answers": 0}, "n_answers=0"),
        ({"spammers": 1.5}, "spammers=1.5 must be a share in 0..1"),
        ({"spammers": np.nan}, "spammers=nan"),
        ({"skill": (0.0, 1.0)}, r"skill=\(0.0, 1.0\) must be two parameters"),
        ({"skill": (1.0, np.inf)}, "skill="),
        ({"seed": "now"}, "seed='now' must be a whole number"),
    ],
)
def test_unusable_parameters_of_error_rates_are_named(
    changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(VoteError, match=message):
        draw_error_rates(**({"n_raters": 3, "n_classes": 2, "seed": 0} | changed))
