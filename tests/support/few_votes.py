"""Few votes: real ones thinned, and a long tail of raters; and how right a result is of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes, read_known_items

LEAST = 1e-12


class Known(NamedTuple):
    """Votes, and the class of each item, -1 where it is not known, shape (n_items,)."""

    votes: Votes
    truth: NDArray[np.int64]


def all_sets(folder: Path) -> dict[str, Known]:
    """Read every set of votes with known answers, by name."""
    files = {
        path.name: (path / "votes.csv", path / "gold.csv")
        for path in sorted(folder.iterdir())
        if path.is_dir()
    }
    files["bluebird"] = folder / "bluebird_votes.csv", folder / "bluebird_gold.csv"
    read = {name: (Votes.read(votes), gold) for name, (votes, gold) in files.items()}
    return {
        name: Known(votes, read_known_items(gold, votes=votes).truth)
        for name, (votes, gold) in read.items()
    }


def thinned(votes: Votes, most: int, seed: int) -> Votes:
    """Keep so many votes of each item, drawn without replacement."""
    drawn = np.random.default_rng(seed).random(votes.n_votes)
    order = np.lexsort((drawn, votes.items))
    rank = np.arange(votes.n_votes) - votes.starts[votes.items]
    kept = np.zeros(votes.n_votes, dtype=bool)
    kept[order[rank < most]] = True
    return votes.where(kept)


def long_tail(seed: int, per_item: int) -> Known:
    """Draw 17 votes of each of 3,000 raters, of very different skill, on items of 8 classes."""
    n_raters, each, n_classes = 3000, 17, 8
    rng = np.random.default_rng(seed)
    n_items = n_raters * each // per_item
    truth = rng.integers(n_classes, size=n_items)
    skill = 0.05 + 0.9 * rng.beta(4, 2, n_raters)
    items = rng.permutation(np.repeat(np.arange(n_items), per_item))[: n_raters * each]
    raters = np.repeat(np.arange(n_raters), each)
    wrong = (truth[items] + rng.integers(1, n_classes, len(items))) % n_classes
    answers = np.where(rng.random(len(items)) < skill[raters], truth[items], wrong)
    votes = Votes.from_triples(items, raters, answers, n_items=n_items, n_answers=n_classes)
    return Known(votes, truth)


def accuracy_and_loss(posterior: NDArray[np.float64], truth: NDArray[np.int64]) -> list[float]:
    """Return the share of known items that are right, ties 1/k, and the mean log loss in nats."""
    known = np.flatnonzero(truth >= 0)
    rows, of_truth = posterior[known], posterior[known, truth[known]]
    top = rows.max(axis=1, keepdims=True) * (1 - LEAST)
    right = (of_truth >= top[:, 0]) / (rows >= top).sum(axis=1)
    return [float(right.mean()), float(-np.log(np.maximum(of_truth, LEAST)).mean())]
