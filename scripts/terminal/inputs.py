"""Votes and known items, read as the options say, and what is to be said of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .messages import say
from .votes_options import VotesOptions

if TYPE_CHECKING:
    from aggregation import KnownItems, ReadOptions, Votes, VoteStore


class Inputs(NamedTuple):
    """What a command works on, what was found out about it, and what was probably not meant."""

    votes: Votes
    known: KnownItems | None
    notes: list[str]
    doubts: list[str]


def read_inputs(file: Path, said: VotesOptions, n_classes: int | None = None) -> Inputs:
    """Read the votes, and the known items where there are any."""
    from aggregation import read_votes

    with say().status("reading the votes"):
        read = read_votes(file, n_classes=n_classes, **beside(said))
        known = read.known
        if said.truth is not None:
            known = read_truth(said.truth, read.votes, said, n_classes)
    return Inputs(read.votes, known, list(read.notes), list(read.doubts))


def print_notes(notes: list[str]) -> None:
    """Say what was found out about the votes, a line each."""
    for note in notes:
        say().print(note, style="dim", markup=False)


def beside(said: VotesOptions) -> ReadOptions:
    """Return the options of reading; a file of known items comes before classes in the votes'."""
    options = said.reading()
    if said.truth is not None and said.truth_column is None:
        options["truth_column"] = "NONE"
    return options


def read_truth(
    file: Path, votes: Votes | VoteStore, said: VotesOptions, n_classes: int | None
) -> KnownItems:
    """Read items of known class, whose column may be called as that of the votes."""
    from aggregation import read_known_items
    from aggregation.errors import ColumnError

    def read(item: list[str] | None) -> KnownItems:
        return read_known_items(
            file,
            votes=votes,
            item=item,
            cls=said.cls,
            n_classes=n_classes,
            normalise=said.normalise,
        )

    try:
        return read(said.item)
    except ColumnError:
        return read(None)
