"""Votes and known items, read as the options say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .messages import say

if TYPE_CHECKING:
    from aggregation import KnownItems, Votes


def read_inputs(
    file: Path,
    truth: Path | None,
    columns: dict[str, str | None],
    answers: str | None,
    classes: int | None,
) -> tuple[Votes, KnownItems | None]:
    """Read the votes, and the known items where there are any."""
    from aggregation import Votes, read_known_items

    with say().status("reading the votes"):
        order = None if answers is None else answers.split(",")
        votes = Votes.read(file, **columns, answer_names=order)
        if truth is None:
            return votes, None
        return votes, read_known_items(truth, votes=votes, item=columns["item"], n_classes=classes)
