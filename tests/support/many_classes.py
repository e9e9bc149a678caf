"""Votes on many classes, by raters who confuse neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes


def neighbours(
    n_items: int, n_raters: int, n_classes: int, votes_per_item: int = 3, seed: int = 0
) -> tuple[Votes, NDArray[np.int64]]:
    """Simulate votes and return the truth; each rater is right with a probability of its own.

    Of the wrong answers, seven in ten are the next or next but one class, on either side.
    """
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, n_classes, n_items)
    right = rng.beta(6, 4, n_raters)
    items = np.repeat(np.arange(n_items), votes_per_item)
    raters = rng.integers(0, n_raters, len(items))
    near = rng.choice([-2, -1, 1, 2], len(items), p=[0.15, 0.35, 0.35, 0.15])
    far = rng.integers(1, n_classes, len(items))
    off = np.where(rng.random(len(items)) < 0.7, near, far)
    off[rng.random(len(items)) < right[raters]] = 0
    answers = (truth[items] + off) % n_classes
    votes = Votes.from_triples(
        items, raters, answers, n_items=n_items, n_raters=n_raters, n_answers=n_classes
    )
    return votes, truth
