"""Warnings that name why votes cannot tell the model's parameters."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregation import IdentifiabilityWarning, Votes, fit_dawid_skene, simulate_votes
from aggregation.models.dawid_skene.identifiability import count_pieces, listed

from ....support.em_models import crowd
from ....support.sparse_em import NAMES, real_votes


def messages(votes: Votes, **options: Any) -> list[str]:
    """Fit, and return what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit_dawid_skene(votes, **options)
    assert all(warning.category is IdentifiabilityWarning for warning in caught)
    return [str(warning.message) for warning in caught]


def in_pieces(n_pieces: int, n_items: int = 60) -> Votes:
    """Crowds that never meet: each has its own items and raters."""
    crowds = [crowd(n_items=n_items, n_classes=2, seed=seed) for seed in range(n_pieces)]
    return Votes.from_triples(
        np.concatenate([c.items + n_items * k for k, c in enumerate(crowds)]),
        np.concatenate([c.raters + 6 * k for k, c in enumerate(crowds)]),
        np.concatenate([c.answers for c in crowds]),
    )


def test_good_votes_raise_no_doubts() -> None:
    assert messages(crowd()) == []
    assert messages(crowd(n_classes=10)) == []


@pytest.mark.parametrize("n_pieces", [2, 3, 5])
def test_pieces_without_a_vote_between_them(n_pieces: int) -> None:
    (message,) = messages(in_pieces(n_pieces))
    assert message.startswith(f"raters and items fall into {n_pieces} pieces without a vote")
    assert "same class in another" in message


def test_one_item_that_all_saw_joins_the_pieces() -> None:
    votes = in_pieces(3)
    joined = Votes.from_triples(
        np.concatenate((votes.items, [0, 0])),
        np.concatenate((votes.raters, [7, 13])),
        np.concatenate((votes.answers, [0, 0])),
    )
    assert messages(joined) == []


def test_a_rater_alone_on_some_items_is_a_piece() -> None:
    votes = crowd(n_items=50)
    with_loner = Votes.from_triples(
        np.concatenate((votes.items, [50, 51, 52])),
        np.concatenate((votes.raters, [6, 6, 6])),
        np.concatenate((votes.answers, [0, 1, 1])),
    )
    (message,) = messages(with_loner)
    assert "fall into 2 pieces" in message


def test_raters_and_items_without_votes_are_no_pieces() -> None:
    votes = crowd(n_items=50)
    wider = Votes.from_triples(votes.items, votes.raters, votes.answers, n_items=60, n_raters=9)
    assert messages(wider) == []


def test_known_items_join_the_pieces_that_have_some() -> None:
    votes = in_pieces(3)
    truth = np.full(votes.n_items, -1)
    truth[[0, 60]] = 0
    (message,) = messages(votes, truth=truth, restarts=0)
    assert "fall into 2 pieces" in message
    truth[120] = 1
    assert messages(votes, truth=truth) == []
    assert "fall into 3 pieces" in messages(votes, truth=truth, truth_role="start")[0]


def test_fixed_or_shared_error_rates_need_no_connection() -> None:
    votes = in_pieces(2)
    rates = np.tile([[0.8, 0.2], [0.2, 0.8]], (12, 1, 1))
    assert messages(votes, error_rates=rates) == []
    assert messages(votes, family="shared") == []
    assert len(messages(votes, family="one-coin")) == 1


def test_a_single_rater() -> None:
    votes = Votes.from_triples(range(10), [0] * 10, [0, 1] * 5)
    (message,) = messages(votes)
    assert message.startswith("there is a single rater")
    assert messages(votes, truth=[0, 1] + [-1] * 8, pseudo_count=1) == []


def test_a_single_class_has_nothing_to_tell() -> None:
    votes = Votes.from_triples(range(10), [0] * 10, [0, 1] * 5)
    assert messages(votes, n_classes=1) == []


def test_a_class_that_emptied() -> None:
    votes = crowd(n_classes=2)
    wider = Votes.from_triples(votes.items, votes.raters, votes.answers, n_answers=3)
    (message,) = messages(wider)
    assert message == "class 2 emptied: no item is likely to be of it"
    widest = Votes.from_triples(votes.items, votes.raters, votes.answers, n_answers=4)
    (message,) = messages(widest)
    assert message.startswith("classes 2, 3 emptied")
    assert messages(wider, class_prior=[0.5, 0.4, 0.1]) == []


def test_raters_who_voted_once_are_named() -> None:
    votes = crowd(n_items=50)

    def with_newcomers(n: int) -> Votes:
        return Votes.from_triples(
            [*(f"i{i:02}" for i in votes.items), *(f"i{i:02}" for i in range(n))],
            [*(f"r{k}" for k in votes.raters), *(f"newcomer {k}" for k in range(n))],
            [*votes.answers.astype(str), *(["0"] * n)],
        )

    (message,) = messages(with_newcomers(1))
    assert message == (
        "rater newcomer 0 voted once: a pseudo_count, such as 0.1, keeps such error rates from 0 "
        "and 1"
    )
    (message,) = messages(with_newcomers(2))
    assert message.startswith("raters newcomer 0, newcomer 1 voted once")
    (message,) = messages(with_newcomers(8))
    assert "newcomer 4 and 3 more voted once" in message
    assert messages(with_newcomers(2), pseudo_count=0.5) == []
    assert messages(with_newcomers(2), family="shared") == []


def test_each_cause_has_a_warning_of_its_own() -> None:
    votes = Votes.from_triples([0, 1, 2], [0, 1, 2], [0, 1, 0], n_answers=3)
    found = messages(votes)
    assert len(found) == 3
    for part in ("fall into 3 pieces", "error rates are estimated", "emptied"):
        assert any(part in message for message in found), part


def test_pieces_are_those_of_a_graph_search() -> None:
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n_raters, n_items, n_votes = rng.integers(1, 12, size=3)
        pairs = rng.integers(0, [n_items, n_raters], size=(n_votes, 2))
        votes = Votes.from_triples(pairs[:, 0], pairs[:, 1], np.zeros(n_votes, dtype=int))
        active = np.unique(votes.raters)
        unseen, pieces = set(active.tolist()), 0
        while unseen:
            pieces += 1
            frontier = {unseen.pop()}
            while frontier:
                items = votes.items[np.isin(votes.raters, list(frontier))]
                frontier = set(votes.raters[np.isin(votes.items, items)].tolist()) & unseen
                unseen -= frontier
        parent = np.arange(votes.n_raters)
        found = count_pieces(votes.starts, votes.codes, parent.copy(), parent, len(active))
        assert found == pieces, seed


def test_names_are_listed() -> None:
    assert listed("rater", "raters", [3]) == "rater 3"
    assert listed("rater", "raters", [3, "x"]) == "raters 3, x"


def test_more_error_rates_than_votes_are_counted() -> None:
    votes = crowd(n_raters=30, n_classes=4, n_items=40, votes_per_item=3)
    (message,) = [
        text for text in messages(votes, leave_zeros=True) if "error rates are estimated" in text
    ]
    assert message.startswith("360 error rates are estimated from 120 votes: try a pseudo_count")
    assert not any("estimated from" in text for text in messages(votes, pseudo_count=0.1))
    assert not any(
        "estimated from" in text for text in messages(votes, family="one-coin", leave_zeros=True)
    )


@pytest.mark.parametrize(
    ("options", "begin", "end"),
    [
        ({}, "12 error rates are estimated from 8 votes: try", "or family='one-coin' or 'shared'"),
        ({"n_classes": 3}, "9 error rates are estimated from 8 votes: try", "or family='shared'"),
        (
            {"family": "shared", "n_classes": 9},
            "9 error rates are estimated from 8 votes",
            "as 0.1",
        ),
    ],
)
def test_what_to_try_is_what_the_votes_allow(options: dict[str, Any], begin: str, end: str) -> None:
    n_answers = 2 if options else 3
    n_raters = 2 if not options else 3
    items, raters = np.divmod(np.arange(8), n_raters)
    votes = Votes.from_triples(items, raters, np.arange(8) % n_answers, n_answers=n_answers)
    (said,) = [text for text in messages(votes, leave_zeros=True, **options) if begin in text]
    assert said.startswith(begin)
    assert said.endswith(end)


def test_few_raters_who_voted_once_among_many_votes_are_no_matter() -> None:
    votes = crowd(n_items=400)
    triples = [
        *zip(votes.items.tolist(), votes.raters.tolist(), votes.answers.tolist(), strict=True)
    ]
    more = Votes.from_triples(*zip(*triples, (0, 6, 0), strict=True))
    assert votes.n_votes == 2000
    assert messages(more) == []


def test_one_coin_raters_who_lose_a_class_are_told() -> None:
    rates = [[[0.8, 0.2], [0.55, 0.45]]] * 16  # of class 1 they know no more than chance would
    votes = simulate_votes(
        rates, class_prior=[0.7, 0.3], n_items=400, votes_per_item=12, seed=1
    ).votes
    (told,) = messages(votes, family="one-coin")
    assert told.startswith("26% of the answers are 1, but one-coin raters leave it 2.5% of the")
    assert "better than chance in one class only" in told
    assert messages(votes) == []
    assert messages(votes, family="one-coin", class_prior=[0.5, 0.5]) == []


def test_one_coin_raters_who_keep_their_classes_are_not() -> None:
    for n_classes in (2, 4):
        assert messages(crowd(n_classes=n_classes), family="one-coin") == []


@pytest.mark.parametrize(
    ("name", "is_told"),
    [("trec", True), ("adult2", True), ("D_Product", False), ("face", False), ("dog", False)],
)
def test_one_coin_on_real_votes(datasets: Path, name: str, is_told: bool) -> None:
    votes = real_votes(datasets, name)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit_dawid_skene(votes, family="one-coin")
    assert any("one-coin raters leave" in str(one.message) for one in caught) == is_told


def test_one_coin_on_bluebirds(datasets: Path) -> None:
    (told,) = messages(Votes.read(datasets / "bluebird_votes.csv"), family="one-coin")
    assert told.startswith("38% of the answers are 1, but one-coin raters leave it 2.8% of")


@pytest.mark.parametrize("family", ["full", "one-coin", "shared"])
def test_on_real_votes_few_warnings_are_due(datasets: Path, family: Any) -> None:
    crowded = {"full": {"act_CF", "act_MS", "labelme"}, "one-coin": set(), "shared": set()}
    once = {"full": set(), "one-coin": {"act_CF"}, "shared": set()}
    for name in NAMES:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fit_dawid_skene(real_votes(datasets, name), family=family)
        said = " ".join(str(warning.message) for warning in caught)
        assert ("error rates are estimated from" in said) == (name in crowded[family]), name
        assert ("voted once" in said) == (name in once[family]), name
