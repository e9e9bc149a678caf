"""Methods side by side, as tables of the page on one's own votes."""

from __future__ import annotations

from typing import NamedTuple

from ...comparison.comparison import MethodOnVotes, VotesComparison
from ...comparison.words import (
    OF_KNOWN,
    OF_VOTES,
    known_caption,
    vote_cells,
    votes_caption,
    with_ends,
)
from ...statistics.estimates import Estimate


class MethodTable(NamedTuple):
    """A table of methods: its title, headings, rows of a method each, and what they are."""

    title: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    caption: str


def method_tables(data: VotesComparison) -> list[MethodTable]:
    """Return a table of votes, and one of known items where there are any."""
    rows = [(one.name, *vote_cells(one)) for one in data.methods]
    tables = [MethodTable("Methods on the votes", OF_VOTES, rows, votes_caption(data))]
    if data.n_known:
        rows = [(one.name, *rightness_cells(one)) for one in data.methods]
        tables.append(MethodTable("Methods on known items", OF_KNOWN, rows, known_caption(data)))
    return tables


def rightness_cells(method: MethodOnVotes) -> tuple[str, ...]:
    """Return what is said of a method on known items, each with its interval."""
    if method.rightness is None or method.difference is None:
        return ("",) * len(OF_KNOWN)
    found, less = method.rightness, method.difference
    return (
        with_ends(found.accuracy, "{:.1f}"),
        with_ends(less.accuracy, "{:+.1f}"),
        with_ends(found.macro_f1, "{:.1f}"),
        in_nats(found.log_loss),
        f"{with_ends(found.overconfidence, '{:+.1f}')} %",
    )


def in_nats(measured: Estimate) -> str:
    """Write a loss and the ends of its interval."""
    value, low, high = (f"{nats:.3f}" for nats in measured)
    return f"{value} [{low}, {high}]"
