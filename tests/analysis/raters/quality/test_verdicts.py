"""Verdicts on raters with few votes, and on raters who take two classes for each other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import beta

from aggregation import KnownItems, Votes, fit_dawid_skene, simulate_votes
from analysis import rater_quality, report_on_votes
from analysis.raters.quality.measures import bits_per_answer
from analysis.raters.quality.pooled_skill import GRID, skill_posterior
from analysis.raters.quality.verdicts import PROBABLY, WEAK, sure_swaps


def coins(right: NDArray[np.float64], n_classes: int) -> NDArray[np.float64]:
    """Error rates of raters who are right with one probability each."""
    wrong = (1 - right) / (n_classes - 1)
    same = np.eye(n_classes)
    return np.asarray(right[:, None, None] * same + wrong[:, None, None] * (1 - same))


@pytest.mark.parametrize(("n_classes", "votes_each"), [(2, 8), (4, 8), (8, 17)])
def test_few_votes_among_guessers_and_good_raters(n_classes: int, votes_each: int) -> None:
    """Of 1,500 raters three in ten guess: what is called probable is so in 19 of 20."""
    rng = np.random.default_rng(n_classes)
    right = np.where(rng.random(1500) < 0.3, 1 / n_classes, rng.beta(9, 1, 1500))
    drawn = simulate_votes(
        coins(right, n_classes),
        class_prior=np.full(n_classes, 1 / n_classes),
        n_items=1500 * votes_each // 5,
        seed=n_classes,
    )
    fit = fit_dawid_skene(drawn.votes, truth=drawn.truth, n_classes=n_classes, pseudo_count=0.01)
    quality = rater_quality(fit, draws=20)
    bits = bits_per_answer(drawn.error_rates, class_prior=drawn.class_prior)
    worth = bits >= WEAK * np.log2(n_classes)
    words = np.array([verdict.words for verdict in quality.verdicts])
    reliable, weak = words == "probably reliable", words == "probably weak"
    assert reliable.sum() > 40
    assert worth[reliable].mean() >= PROBABLY - 0.03
    if n_classes > 2:
        assert weak.sum() > 40
    assert not weak.any() or worth[weak].mean() <= 1 - PROBABLY + 0.03


def five_votes(n_good: int, n_guessers: int, right: int) -> str:
    """Judge a rater with 5 votes, so many of them right, among others with 60."""
    rng = np.random.default_rng(1)
    others = np.concatenate((np.full(n_good, 0.95), np.full(n_guessers, 0.5)))
    n_items = 12 * len(others)
    truth = np.arange(n_items) % 2
    items = [rng.choice(n_items, 60, replace=False) for _ in others]
    answers = [
        np.where(rng.random(60) < p, truth[of], 1 - truth[of])
        for p, of in zip(others, items, strict=True)
    ]
    mine = np.where(np.arange(5) < right, truth[:5], 1 - truth[:5])
    votes = Votes.from_triples(
        np.concatenate((*items, np.arange(5))),
        np.append(np.repeat(np.arange(len(others)), 60), np.full(5, len(others))),
        np.concatenate((*answers, mine)),
        n_items=n_items,
    )
    return rater_quality(fit_dawid_skene(votes, truth=truth, n_classes=2)).verdicts[-1].words


def test_five_votes_are_judged_by_the_company_they_keep() -> None:
    assert five_votes(n_good=40, n_guessers=1, right=5) == "probably reliable"
    assert five_votes(n_good=40, n_guessers=4, right=3) == "too few answers"
    assert five_votes(n_good=2, n_guessers=38, right=3) == "probably weak"
    assert five_votes(n_good=2, n_guessers=38, right=5) == "too few answers"


def test_the_pool_of_skills_is_found_again() -> None:
    """Two kinds of raters, and the posterior of each is Bayes' with these two."""
    rng = np.random.default_rng(2)
    kinds = rng.random(4000) < 0.25
    right = rng.binomial(6, np.where(kinds, 0.3, 0.9)).astype(np.float64)
    posterior = skill_posterior(right, np.full(4000, 6.0))
    for hits in (0, 1, 2, 5, 6):  # 3 and 4 are where smoothing tells
        odds = 0.25 * 0.3**hits * 0.7 ** (6 - hits), 0.75 * 0.9**hits * 0.1 ** (6 - hits)
        low = posterior[right == hits][:, GRID < 0.6].sum(axis=1)
        np.testing.assert_allclose(low, odds[0] / sum(odds), atol=0.05)


def test_who_did_not_vote_has_the_prior() -> None:
    posterior = skill_posterior(np.array([3.0, 0.0]), np.array([4.0, 0.0]))
    np.testing.assert_allclose(posterior.sum(axis=1), 1)
    np.testing.assert_allclose(skill_posterior(np.zeros(2), np.zeros(2)), 1 / len(GRID))


def with_swaps(n_classes: int, swapped: dict[int, list[tuple[int, int]]]) -> NDArray[np.float64]:
    rates = coins(np.full(8, 0.9), n_classes)
    for rater, pairs in swapped.items():
        rates[rater] = coins(np.array([0.98]), n_classes)[0]
        for one, other in pairs:
            rates[rater][[one, other]] = rates[rater][[other, one]]
    return rates


@pytest.mark.parametrize(
    ("n_classes", "pairs", "words"),
    [
        (2, [(0, 1)], "swaps ant and bee"),
        (4, [(1, 2)], "swaps bee and cat"),
        (4, [(0, 3), (1, 2)], "swaps ant and dog, bee and cat"),
    ],
)
def test_a_swap_is_called_one(n_classes: int, pairs: list[tuple[int, int]], words: str) -> None:
    names = ("ant", "bee", "cat", "dog")[:n_classes]
    drawn = simulate_votes(
        with_swaps(n_classes, {3: pairs}),
        class_prior=np.full(n_classes, 1 / n_classes),
        n_items=600,
        votes_per_item=6,
        seed=3,
    )
    named = [names[answer] for answer in drawn.votes.answers]
    votes = Votes.from_triples(drawn.votes.items, drawn.votes.raters, named)
    quality = rater_quality(fit_dawid_skene(votes))
    assert quality.verdicts[3].words == words
    one, other = pairs[0]
    rates = quality.shrunken[3]
    shares = f"{rates[one, other]:.2f} and {rates[other, one]:.2f}"
    assert quality.verdicts[3].evidence.startswith(
        f"{shares}: {names[other]} for {names[one]}, {names[one]} for {names[other]}"
    )
    assert {verdict.words for verdict in quality.verdicts[:3]} == {"reliable"}
    # Where classes are called otherwise than answers, they are not the same things in that order.
    classes = [f"class {k}" for k in range(n_classes)]
    known = KnownItems(drawn.truth, tuple(classes), 0)
    words_of = [verdict.words for verdict in report_on_votes(votes, known=known).quality.verdicts]
    assert not any(said.startswith("swaps") for said in words_of)


def test_a_confused_rater_swaps_nothing() -> None:
    rates = with_swaps(4, {})
    rates[3][1] = [0.05, 0.5, 0.4, 0.05]
    rates[3][2] = [0.05, 0.4, 0.5, 0.05]
    drawn = simulate_votes(rates, class_prior=[0.25] * 4, n_items=600, votes_per_item=6, seed=4)
    assert rater_quality(fit_dawid_skene(drawn.votes)).verdicts[3].words == "reliable"


def test_a_swap_is_sure_of_both_rates() -> None:
    counts = np.random.default_rng(5).gamma(1.5, 4, (500, 3, 3))
    rest = counts.sum(axis=2, keepdims=True) - counts
    surely = beta.sf(0.5, counts, rest) >= 0.975
    expected = surely & surely.swapaxes(1, 2) & np.triu(np.ones((3, 3), dtype=bool), 1)
    assert expected.any()
    np.testing.assert_array_equal(sure_swaps(counts), expected)
