"""`reassess report`: one page on anyone's own votes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from analysis.release.files.writing import write_file

from ..terminal.files import STANDARD_OUTPUT
from ..terminal.inputs import print_notes, read_inputs
from ..terminal.messages import announced_compilation, print_result, recorded_doubts, say
from ..terminal.options import VotesArgument, output_option
from ..terminal.progress import stages
from ..terminal.votes_options import VotesOptions, takes_votes

# What is computed: the raters' report, the model's, figures and the page.
N_STAGES = 7


@takes_votes
def report(
    file: VotesArgument,
    said: VotesOptions,
    output: Annotated[Path, output_option("The page to write.")] = Path("report.html"),
) -> None:
    """Write one page on your own votes: open it in a browser, no network is needed.

    Labels and how sure they are, items that need another vote, each rater with error rates and a
    verdict, which classes are taken for each other, pairs and copies, and whether the model holds.
    """
    from analysis import report_on_votes, votes_page
    from analysis.diagnostics.report import model_report_on_votes

    with announced_compilation(), recorded_doubts() as doubts:
        votes, known, notes, unmeant = read_inputs(file, said)
        doubts += unmeant
        with stages(N_STAGES) as begin:
            raters = report_on_votes(votes, known=known, progress=begin)
            model = model_report_on_votes(raters.fit, progress=begin)
            begin("page")
            page = votes_page(raters, model, title=title_of(file))
    if output == STANDARD_OUTPUT:
        print_result(page)
    else:
        write_file(output, page)
    print_notes(notes)
    for doubt in dict.fromkeys(doubts):
        say().print(f"warning: {doubt}", style="yellow", markup=False)
    if output != STANDARD_OUTPUT:
        say().print(f"wrote {output}: open it in a browser", markup=False)


def title_of(file: Path) -> str:
    """Name the page after its votes."""
    return "Votes" if file == STANDARD_OUTPUT else f"Votes in {file.name}"
