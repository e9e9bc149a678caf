"""The numbers of docs/default-method.md are those of the sets and of the draws that it names."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregation import METHODS

from ...support.few_votes import Known, accuracy_and_loss, all_sets, long_tail, thinned
from ...support.page_code import words

PAGE = (Path(__file__).parents[3] / "docs" / "default-method.md").read_text(encoding="utf-8")
TABLES = [
    re.findall(r"^\| ([\w ,]+) \| (\d.*) / (.*) \| (.*) / (.*) \| (.*) / (.*) \|$", part, re.M)
    for part in PAGE.split("\n| votes |")[1:]
]
COMPARED = ("vote-share", "dawid-skene", "ibcc")
DRAWS = range(3)
Measured = NDArray[np.float64]


def measured(jobs: Sequence[Known]) -> Measured:
    """Mean accuracy and log loss of each method, shape (3, 2)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [
            [accuracy_and_loss(METHODS[name](votes).posterior, truth) for name in COMPARED]
            for votes, truth in jobs
        ]
    return np.asarray(np.mean(found, axis=0))


def check(found: dict[str, Measured], rows: list[tuple[str, ...]]) -> None:
    """Hold the rows of a table, and its mean, to what was found."""
    expected = found | {"mean": np.mean(list(found.values()), axis=0)} if len(rows) > 2 else found
    assert [row[0] for row in rows] == list(expected)
    for name, *cells in rows:
        written = np.array(cells, dtype=float).reshape(3, 2)
        np.testing.assert_allclose(written[:, 0], 100 * expected[name][:, 0], atol=0.0051)
        np.testing.assert_allclose(written[:, 1], expected[name][:, 1], atol=0.0011)


def gains(found: dict[str, Measured]) -> Measured:
    """How far maximum likelihood and IBCC are above the votes, in points, shape (n_sets, 2)."""
    accuracy = 100 * np.array(list(found.values()))[:, :, 0]
    return np.asarray(accuracy[:, 1:] - accuracy[:, :1])


def test_real_votes(datasets: Path) -> None:
    found = {name: measured([known]) for name, known in all_sets(datasets).items()}
    check(found, TABLES[0])
    below = (gains(found) < -1e-9).sum(axis=0)
    assert f"on all votes it is below on {below[1]} of {len(found)} sets" in words(PAGE)


def test_three_votes_an_item(datasets: Path) -> None:
    found = {
        name: measured([Known(thinned(votes, 3, seed), truth) for seed in DRAWS])
        for name, (votes, truth) in all_sets(datasets).items()
    }
    check(found, TABLES[1])
    below, (of_likelihood, of_ibcc) = (gains(found) < -1e-9).sum(axis=0), -gains(found).min(axis=0)
    assert f"with three an item on {below[1]}." in words(PAGE)
    assert (
        f"worst loss against the majority is {of_ibcc:.1f} points where that of maximum likelihood "
        f"is {of_likelihood:.1f}."
    ) in words(PAGE)


def test_long_tails() -> None:
    found = {
        f"long tail, {per_item} votes an item": measured(
            [long_tail(seed, per_item) for seed in DRAWS]
        )
        for per_item in (5, 3)
    }
    check(found, TABLES[2])
    assert (gains(found)[:, 1] > 0).all()
    np.testing.assert_array_equal((2 * gains(found) @ [-1, 1]).round() / 2, [4.5, 6.5])


@pytest.mark.parametrize("seed", DRAWS)
def test_thinned_votes_are_three_at_most_of_those_there_were(seed: int) -> None:
    votes = long_tail(seed, 5).votes
    kept = thinned(votes, 3, seed)
    assert np.diff(kept.starts).tolist() == np.minimum(np.diff(votes.starts), 3).tolist()
    every = set(zip(votes.items, votes.raters, votes.answers, strict=True))
    assert set(zip(kept.items, kept.raters, kept.answers, strict=True)) < every
