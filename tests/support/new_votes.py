"""Votes that come after a fit: of other raters, with other answers, in another order."""

from __future__ import annotations

import numpy as np

from aggregation import Votes

Row = tuple[str, str, str]


def drawn_rows(
    raters: str = "abcdef",
    answers: tuple[str, ...] = ("cat", "dog", "emu"),
    n_items: int = 60,
    seed: int = 0,
) -> list[Row]:
    """Draw a row a vote: raters are right with 6 to 9 in 10, two of three of them on each item."""
    rng = np.random.default_rng(seed)
    rows = []
    for item in range(n_items):
        truth = answers[rng.integers(len(answers))]
        for place, rater in enumerate(raters):
            if rng.random() < 2 / 3:
                right = rng.random() < 0.6 + 0.3 * place / len(raters)
                answer = truth if right else answers[rng.integers(len(answers))]
                rows.append((f"item {item}", rater, answer))
    return rows


def votes_of(rows: list[Row]) -> Votes:
    """Return votes of rows."""
    return Votes.from_triples(*zip(*rows, strict=True))
