"""`reassess explore`: a page on which to choose an operating point by looking."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from analysis.release.files.writing import write_file

from ..terminal.files import STANDARD_OUTPUT
from ..terminal.inputs import print_notes, read_inputs
from ..terminal.messages import (
    UsageError,
    announced_compilation,
    print_result,
    recorded_doubts,
    say,
)
from ..terminal.options import DataOption, VotesOption, output_option
from ..terminal.votes_options import VotesOptions, takes_votes


@takes_votes
def explore(
    said: VotesOptions,
    output: Annotated[Path, output_option("The page to write.", "html")] = Path("explore.html"),
    votes: VotesOption = None,
    data: DataOption = None,
) -> None:
    """Write a page to explore operating points: open it in a browser, no network is needed.

    Drag the point along the curve, or type a threshold, and see precision and recall with their
    intervals, what changes against real.json, and examples with their votes; download the label
    file. Of your own votes some items must be known: they start the fit, and are then held out.
    """
    from analysis import explorer_page, load_release

    if votes is not None:
        page = page_of_votes(votes, said)
    elif said != VotesOptions():
        raise UsageError("options of votes and of known items go with --votes VOTES")
    else:
        page = explorer_page(load_release(data))
    if output == STANDARD_OUTPUT:
        print_result(page)
        return
    write_file(output, page)
    say().print(f"wrote {output}: open it in a browser", markup=False)


def page_of_votes(file: Path, said: VotesOptions) -> str:
    """Fit a user's own votes without their known items' classes, and make the page of the fit."""
    from aggregation import fit_dawid_skene
    from analysis import votes_explorer_page

    with announced_compilation(), recorded_doubts() as doubts:
        votes, known, notes, unmeant = read_inputs(file, said)
        if known is None:
            raise UsageError(
                "precision and recall need items of known class: give them with --truth FILE"
            )
        doubts += unmeant
        fit = fit_dawid_skene(
            votes, truth=known.truth, truth_role="start", n_classes=len(known.class_names)
        )
        page = votes_explorer_page(fit, known)
    print_notes(notes)
    for doubt in dict.fromkeys(doubts):
        say().print(f"warning: {doubt}", style="yellow", markup=False)
    return page
