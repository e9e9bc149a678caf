"""`reassess ingest`: put votes of any number into a store on disk."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..terminal.inputs import print_notes
from ..terminal.messages import UsageError, announced_compilation, quietly, say
from ..terminal.options import out_option, place_of
from ..terminal.progress import shares_shown
from ..terminal.votes_options import VotesOptions, takes_votes_alone

if TYPE_CHECKING:
    from aggregation import VoteStore

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@takes_votes_alone
def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES...",
            help="Votes in files, folders or patterns, as `reassess fit` takes them, of any size; "
            "also stores, to add votes to.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        out_option(
            "A new or empty folder for the store, or one in which the same command was broken off; "
            "with --add, a store.",
            show_default=False,
            parser=place_of,
        ),
    ],
    said: VotesOptions,
    memory: Annotated[
        str,
        typer.Option(metavar="BYTES", help="Memory to keep to, such as 500M or 2G."),
    ] = "1G",
    partitions: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Number of partitions. Default: as many as the memory needs.",
            show_default=False,
        ),
    ] = None,
    add: Annotated[
        bool,
        typer.Option(
            "--add",
            help="Add the votes to the store that is there. It is the old one or the new one at "
            "any moment; files that are in it already are left out.",
        ),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages but errors.")] = False,
) -> None:
    """Put votes of any number into a store on disk, which `reassess fit` takes in place of a file.

    Text, Parquet and Feather with a vote a row are read a batch at a time; everything else a file
    at a time. If it is broken off, the same command goes on from there, and comes to the same
    bytes. Items are kept in the store's order: partition by partition, sorted by name within one.
    """
    from aggregation import VoteStore
    from aggregation.votes.store.remote.urls import check_on_disk

    if said.truth is not None or said.cls is not None:
        raise UsageError("a store keeps no known classes: give --truth to the fit")
    if add and partitions is not None:
        raise UsageError("--add keeps the number of partitions: leave --partitions out")
    check_on_disk(out)
    how: dict[str, Any] = {"memory": bytes_said(memory), **said.reading()}
    with quietly(quiet), announced_compilation():
        before = VoteStore.open(out) if add else None
        with shares_shown() as tell:
            if before is None:
                store = VoteStore.ingest(files, out, partitions=partitions, progress=tell, **how)
            else:
                store = before.add(files, progress=tell, **how)
        print_notes(list(store.notes))
        say().print(made(store, before), markup=False)


def bytes_said(text: str) -> int:
    """Return a number of bytes, such as 500M.

    Examples
    --------
    >>> bytes_said("1.5G"), bytes_said("200000000")
    (1500000000, 200000000)
    """
    found = re.fullmatch(r"(\d+\.?\d*)\s*([KMGT]?)i?B?", text.strip(), re.IGNORECASE)
    if found is None:
        raise UsageError(f"--memory {text!r} should be a number of bytes, such as 500M or 2G")
    return round(float(found[1]) * UNITS[found[2].upper()])


def made(store: VoteStore, before: VoteStore | None = None) -> str:
    """Say in one line what a store holds, and what was added to the one before."""
    from aggregation.errors import number_of
    from aggregation.models.summary import votes_line

    parts, holds = number_of(store.n_partitions, "partition"), votes_line(store)
    if before is None:
        return f"wrote {holds}, to {store.folder} in {parts}"
    added = store.n_votes - before.n_votes
    return f"added {number_of(added, 'vote')} to {store.folder}, which holds {holds}, in {parts}"
