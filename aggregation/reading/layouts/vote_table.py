"""Votes as users have them, before names become codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class VoteTable:
    """Votes as users have them: three columns of equal length, a vote a row, and what came beside.

    Attributes
    ----------
    item, rater, answer : pyarrow.ChunkedArray or pyarrow.Array, shape (n_votes,)
        Names of any type (text where they come from text), null where missing.
    known : pyarrow.Table or None
        Columns "item" and "class": gold that came in the same file. An item may be there more than
        once; whether its classes agree has not been looked at.
    left_out : dict of str to int
        For each reason, in words ("rejected", "skipped"), how many votes were left out.
    notes : tuple of str
        What was guessed or should be said: one sentence each, no final newline.
    golden : pyarrow.Array of bool or None, shape (n_votes,)
        Whether the vote's row was a test question.
    """

    item: Any
    rater: Any
    answer: Any
    known: Any = None
    left_out: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    golden: Any = None
