"""`reassess score`: label a new batch of votes with the rates of an earlier fit."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..outputs.fit_files import described
from ..outputs.score_files import print_scores, write_scores
from ..outputs.store_files import fetched, manifest_of, opened_store
from ..terminal.inputs import print_notes, read_inputs
from ..terminal.messages import UsageError, announced_compilation, quietly, warn
from ..terminal.options import Format, VotesOrUrlArgument, out_option
from ..terminal.votes_options import VotesOptions, takes_votes_alone

if TYPE_CHECKING:
    from aggregation import Votes, VoteStore


class UnknownRaters(StrEnum):
    """What becomes of raters whom the fit does not know; see `score_votes`."""

    MEAN = "mean"
    ERROR = "error"


@takes_votes_alone
def score(
    file: VotesOrUrlArgument,
    fitted: Annotated[
        Path,
        typer.Option(
            "--fit",
            metavar="DIR",
            help="An earlier fit, which `reassess fit -o DIR` wrote.",
            show_default=False,
        ),
    ],
    said: VotesOptions,
    out: Annotated[
        Path | None,
        out_option(
            "Folder to write all tables to. Default: none; labels go to standard output.",
            show_default=False,
        ),
    ] = None,
    unknown_raters: Annotated[
        UnknownRaters,
        typer.Option(help="mean: they take the mean rates of the others. error: there are none."),
    ] = UnknownRaters.MEAN,
    output_format: Annotated[
        Format, typer.Option("--format", help="Of the posteriors' file.")
    ] = Format.PARQUET,
    threads: Annotated[
        int | None, typer.Option(help="Never changes a result. Default: as many as help.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="No messages but warnings and errors.")
    ] = False,
) -> None:
    """Label new votes with the rates of an earlier fit, which are held fixed: one pass.

    Raters and answers are matched by name. Prints each item's label as csv, or the first ones as a
    table on a terminal. With -o DIR writes labels.csv, raters.csv, posteriors.parquet or
    posteriors.csv, and score.json instead. VOTES may be a store that `reassess ingest` made, on a
    path or at a URL.
    """
    from aggregation import read_fit, score_votes
    from analysis.release.labels.provenance import versions

    with quietly(quiet), announced_compilation():
        earlier = read_fit(fitted)
        votes, notes = votes_and_notes(file, said)
        scores = score_votes(votes, earlier, unknown_raters=unknown_raters.value, threads=threads)
        print_notes([*notes, scores.held.said(fitted)])
        if out is None:
            print_scores(scores, threads)
            return
        made = {
            "versions": versions(),
            "inputs": {"votes": of_votes(file, votes), "fit": described(fitted / "fit.json")},
            "method": earlier.method,
            "n_votes": votes.n_votes,
            "n_items": votes.n_items,
            "n_raters": votes.n_raters,
            "n_unknown_raters": scores.held.n_unknown,
        }
        write_scores(scores, out, output_format.value, threads, made)


def votes_and_notes(file: Path | str, said: VotesOptions) -> tuple[Votes | VoteStore, list[str]]:
    """Open a store or read votes into memory; return also what is to be said of them."""
    from aggregation.votes.store.manifest import is_store
    from aggregation.votes.store.remote.urls import is_url
    from aggregation.votes.store.remote.urls import said as named

    if said.truth is not None or said.cls is not None:
        raise UsageError("score knows no items: give --truth to reassess fit")
    if is_url(file) or is_store(Path(file)):
        if said != VotesOptions():
            raise UsageError(
                f"{named(str(file))} is a store, whose votes were read when it was made: leave the "
                "options of votes out"
            )
        return fetched(opened_store(file)), []
    votes, known, notes, doubts = read_inputs(Path(file), said)
    for doubt in doubts:
        warn(doubt)
    if known is not None:
        notes.append("Known classes beside the votes are left aside.")
    return votes, notes


def of_votes(file: Path | str, votes: Votes | VoteStore) -> dict[str, str]:
    """Name the file whose hash says which votes they are: of a store its manifest."""
    from aggregation import VoteStore

    return manifest_of(file, votes) if isinstance(votes, VoteStore) else described(Path(file))
