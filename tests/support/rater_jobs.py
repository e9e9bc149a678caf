"""Simulated rating jobs in which something is the matter with some raters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aggregation import Votes, simulate_votes

PRIOR = (0.6, 0.15, 0.25)


def good_rates(n_raters: int, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw raters who are right in 60 to 95 % of items, shape (n_raters, 3, 3)."""
    right = rng.uniform(0.6, 0.95, (n_raters, 1, 1))
    return right * np.eye(3) + (1 - right) / 2 * (1 - np.eye(3))


def job(
    rates: NDArray[np.float64], *, seed: int, n_items: int = 1500, votes_per_item: int = 5
) -> Votes:
    """Draw a job from the model."""
    drawn = simulate_votes(
        rates, class_prior=PRIOR, n_items=n_items, votes_per_item=votes_per_item, seed=seed
    )
    return drawn.votes


def with_copies(
    votes: Votes, copies: list[tuple[int, int]], *, share: float, rng: np.random.Generator
) -> Votes:
    """Let raters take over a share of their answers from others, on items that both answered."""
    answers = votes.answers.copy()
    answer_of = {
        (item, rater): answer
        for item, rater, answer in zip(
            votes.items.tolist(), votes.raters.tolist(), answers.tolist(), strict=True
        )
    }
    for place, (item, rater) in enumerate(
        zip(votes.items.tolist(), votes.raters.tolist(), strict=True)
    ):
        for copier, source in copies:
            if rater == copier and (item, source) in answer_of and rng.random() < share:
                answers[place] = answer_of[item, source]
    return Votes.from_triples(votes.items, votes.raters, answers, n_raters=votes.n_raters)
