"""Votes and known items, read as the options say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .messages import say
from .options import VotesOptions

if TYPE_CHECKING:
    from aggregation import KnownItems, Votes


def read_inputs(
    file: Path, said: VotesOptions, n_classes: int | None = None
) -> tuple[Votes, KnownItems | None]:
    """Read the votes, and the known items where there are any."""
    from aggregation import Votes, read_known_items

    with say().status("reading the votes"):
        order = None if said.answers is None else said.answers.split(",")
        votes = Votes.read(file, **said.columns, answer_names=order)
        if said.truth is None:
            return votes, None
        return votes, read_known_items(said.truth, votes=votes, item=said.item, n_classes=n_classes)
