"""Votes as a user sees them: by name."""

from __future__ import annotations

from collections import Counter
from typing import Any

from aggregation import Votes


def named_votes(votes: Votes) -> Counter[tuple[Any, Any, Any]]:
    """Votes as (item, rater, answer) names, each with how often it occurs."""
    return Counter(
        (votes.item_names[item], votes.rater_names[rater], votes.answer_names[answer])
        for item, rater, answer in zip(
            votes.items.tolist(), votes.raters.tolist(), votes.answers.tolist(), strict=True
        )
    )
