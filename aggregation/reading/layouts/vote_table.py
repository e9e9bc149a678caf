"""Votes as users have them, before names become codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ROLES = ("item", "rater", "answer")


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
    written : frozenset of str
        The roles whose numbers were written as text, as a csv has them.
    line : callable or None
        Takes a row; returns where it is in the file, such as "line 7".
    called : dict of str to str
        For roles that are columns of a table, what these are called.
    """

    item: Any
    rater: Any
    answer: Any
    known: Any = None
    left_out: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    golden: Any = None
    written: frozenset[str] = frozenset(ROLES)
    line: Callable[[int], str] | None = None
    called: dict[str, str] = field(default_factory=dict)

    def column(self, role: str) -> Any:
        """Return the column of a role."""
        return getattr(self, role)
