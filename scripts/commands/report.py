"""`reassess report`: one page on anyone's own votes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from analysis.release.files.writing import write_file

from ..outputs.drawing import unshown
from ..terminal.files import STANDARD_OUTPUT
from ..terminal.inputs import print_notes, read_inputs
from ..terminal.messages import announced_compilation, print_result, recorded_doubts, say
from ..terminal.options import VotesArgument, output_option
from ..terminal.progress import stages
from ..terminal.votes_options import VotesOptions, takes_votes

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregation import KnownItems, Votes
    from analysis.comparison.comparison import VotesComparison

# What is computed: the raters' report, the model's, each of the usual methods, and the page.
N_STAGES = 14
# Of more votes methods are not compared: each aggregates them six times.
MOST_COMPARED = 1_000_000


@takes_votes
def report(
    file: VotesArgument,
    said: VotesOptions,
    output: Annotated[Path, output_option("The page to write.", "html")] = Path("report.html"),
) -> None:
    """Write one page on your own votes: open it in a browser, no network is needed.

    Labels and how sure they are, items that need another vote, each rater with error rates and a
    verdict, which classes are taken for each other, pairs and copies, whether the model holds, and
    methods side by side as `reassess compare --votes` has them; of more than a million votes
    without these, which would take long.
    """
    from analysis import report_on_votes, votes_page
    from analysis.diagnostics.report import model_report_on_votes

    with announced_compilation(), recorded_doubts() as doubts:
        votes, known, notes, unmeant = read_inputs(file, said)
        doubts += [*unmeant, *unshown(votes)]
        with stages(N_STAGES) as begin:
            raters = report_on_votes(votes, known=known, progress=begin)
            model = model_report_on_votes(raters.fit, progress=begin)
            methods = methods_side_by_side(votes, known, notes, begin)
            begin("page")
            page = votes_page(raters, model, methods, title=title_of(file))
    if methods is not None:
        doubts += [f"{one.name}: {text}" for one in methods.methods for text in one.doubts]
    if output == STANDARD_OUTPUT:
        print_result(page)
    else:
        write_file(output, page)
    print_notes(notes)
    for doubt in dict.fromkeys(doubts):
        say().print(f"warning: {doubt}", style="yellow", markup=False)
    if output != STANDARD_OUTPUT:
        say().print(f"wrote {output}: open it in a browser", markup=False)


def methods_side_by_side(
    votes: Votes, known: KnownItems | None, notes: list[str], begin: Callable[[str], object]
) -> VotesComparison | None:
    """Compare the usual methods; where that cannot be or would take long, note so."""
    from aggregation import VoteError
    from analysis import AnalysisError, compare_on_votes

    if votes.n_votes > MOST_COMPARED:
        notes.append(
            f"no methods side by side: there are more than {MOST_COMPARED:,} votes; reassess "
            "compare --votes compares them"
        )
        return None
    try:
        return compare_on_votes(
            votes,
            truth=None if known is None else known.truth,
            progress=lambda name, _: begin(f"methods: {name}"),
        )
    except (AnalysisError, VoteError) as error:
        notes.append(f"no methods side by side: {error}")
        return None


def title_of(file: Path) -> str:
    """Name the page after its votes."""
    return "Votes" if file == STANDARD_OUTPUT else f"Votes in {file.name}"
