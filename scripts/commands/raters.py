"""`reassess raters`: who is good, who guesses, who copies, and how far raters agree."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..outputs.drawing import Drawing, unshown
from ..outputs.rater_files import checked_and_shown, drawn_by, leave_out, write_report
from ..terminal.inputs import print_notes, read_inputs
from ..terminal.messages import (
    UsageError,
    announced_compilation,
    print_result,
    print_whole,
    recorded_doubts,
    say,
)
from ..terminal.options import DataOption, VotesOption, out_option
from ..terminal.progress import stages
from ..terminal.rater_words import summary
from ..terminal.votes_options import VotesOptions, takes_votes

if TYPE_CHECKING:
    from analysis.raters.golden.accuracy import RaterAccuracy
    from analysis.raters.report import RaterReport

HEADINGS = ("votes", "accuracy [95 %]", "prec.", "recall", "bits")
CAPTION = (
    "Yes against the rest; a label fits where at least 3 experts say yes, and for an expert where "
    "most of the others do. In brackets: 95 % Wilson intervals. Bits that an answer tells, and the "
    "verdict, are found without golden answers."
)

# What is computed: the report, its tables, and with --out also model checks and figures.
N_STAGES, N_STAGES_WRITTEN = 5, 8


class Scale(StrEnum):
    """Scales of answers; see `analysis.raters.agreement.agreement`."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


@takes_votes
def raters(
    said: VotesOptions,
    out: Annotated[
        Path | None,
        out_option(
            "Folder to write tables (raters.csv, pairs.csv, model_check.csv, ...) and figures "
            "to. Default: none.",
            show_default=False,
        ),
    ] = None,
    votes: VotesOption = None,
    without: Annotated[
        str | None,
        typer.Option(
            metavar="1,2,...",
            help="Leave out these raters of the release: what that changes in scores, Figure 3 and "
            "labels, and nothing else.",
            show_default=False,
        ),
    ] = None,
    scale: Annotated[
        Scale, typer.Option(help="Of the answers of --votes; the release's are ordinal.")
    ] = Scale.NOMINAL,
    refits: Annotated[
        int,
        typer.Option(
            help="Fits to items drawn anew, such as 200, for intervals of bits and leanings that "
            "know how far the items' classes are in doubt; with 0 they take them for granted."
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of the bootstraps.")] = 0,
    data: DataOption = None,
) -> None:
    """Judge raters: quality, agreement, copies, and the same rater twice.

    Prints a table on a terminal, and csv where the output is piped or redirected.
    """
    refuse_what_does_not_go_together(votes, without, said)
    figures = Drawing() if out is not None and without is None else nullcontext()
    from analysis import load_release, report_on_release, report_on_votes
    from analysis.raters.tables import report_tables

    release, notes, written = None, list[str](), list[str]()
    with announced_compilation(), recorded_doubts() as doubts, figures as drawing:
        if votes is not None:
            read, known, notes, unmeant = read_inputs(votes, said)
            doubts += [*unmeant, *(() if out is None else unshown(read))]
        else:
            release = load_release(data)
            if without is not None:
                leave_out(without, release, out, seed=seed)
                return
        with stages(N_STAGES if out is None else N_STAGES_WRITTEN) as begin:
            show = None if drawing is None else drawn_by(drawing, release)
            how: dict[str, Any] = {"refits": refits, "seed": seed, "progress": begin, "show": show}
            if release is not None:
                report = report_on_release(release, **how)
            else:
                report = report_on_votes(read, known=known, scale=scale.value, **how)
            model = None
            if drawing is not None:
                model = checked_and_shown(report, release, drawing, seed=seed, progress=begin)
            begin("tables")
            tables = report_tables(report)
            if drawing is not None and model is not None and out is not None:
                begin("figures")
                written = write_report(out, report, model, release, tables, drawing)
    if sys.stdout.isatty():
        print_table(report)
    else:
        print_result(tables["raters.csv"])
    print_notes(notes)
    for doubt in dict.fromkeys(doubts):
        say().print(f"warning: {doubt}", style="yellow", markup=False)
    order_said = votes is None or said.answers is not None
    for line in (*summary(report, order_said=order_said), *written):
        say().print(line, markup=False)


def refuse_what_does_not_go_together(
    votes: Path | None, without: str | None, said: VotesOptions
) -> None:
    """Refuse options of a user's own votes for the release, and the other way round."""
    if votes is not None and without is not None:
        raise UsageError("--without goes with the release, not with --votes VOTES")
    if votes is None and said != VotesOptions():
        raise UsageError("options of votes and of known items go with --votes VOTES")


def print_table(report: RaterReport) -> None:
    """Print raters, experts and the original label, or a user's raters; the best first."""
    from rich.table import Table

    # No box: with one space between columns it fits 80 characters.
    golden = report.golden
    caption = CAPTION if golden is not None else None
    table = Table(box=None, padding=(0, 1, 0, 0), caption=caption, caption_justify="left")
    table.add_column("")
    headings = HEADINGS if golden is not None else ("votes", "accuracy", "bits")
    for heading in headings:
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    if golden is None:
        table.add_column("evidence")
        rows = rows_of_votes(report)
    else:
        rows = rows_of_release(report, golden.accuracy)
    for cells in rows:
        table.add_row(*cells)
    print_whole(table)


def rows_of_votes(report: RaterReport) -> Iterator[tuple[str, ...]]:
    """Yield each rater's cells, the most informative first."""
    from rich.markup import escape

    quality = report.quality
    for row in (-quality.bits.value).argsort(kind="stable"):
        words, evidence = quality.verdicts[row]
        yield (
            escape(str(quality.rater_names[row])),
            f"{quality.votes[row]:,}",
            rounded(report.known.value[row]),
            rounded(quality.bits.value[row]),
            escape(words),
            escape(evidence),
        )


def rows_of_release(report: RaterReport, accuracy: RaterAccuracy) -> Iterator[tuple[str, ...]]:
    """Yield each row's cells, the most accurate of a kind first, a blank row after each kind."""
    from analysis.raters.golden.accuracy import KINDS

    place = {name: row for row, name in enumerate(report.quality.rater_names)}
    for kind in KINDS:
        of_kind = accuracy.of_kind(kind)
        right = of_kind.accuracy
        shares = (of_kind.precision, of_kind.recall)
        for row in (-right.value).argsort(kind="stable"):  # NaN comes last
            name = of_kind.raters[row]
            judged = ("", "")
            if kind == "rater":
                rater = place[name]
                bits = report.quality.bits.value[rater]
                judged = (rounded(bits), report.quality.verdicts[rater].words)
            yield (
                name if name == kind else f"{kind} {name}",
                f"{of_kind.votes[row]:,}",
                with_interval(*(part[row] for part in right)),
                *(rounded(share.value[row]) for share in shares),
                *judged,
            )
        yield ()


def with_interval(estimate: float, low: float, high: float) -> str:
    """Write a proportion and its interval in three decimals, 0/0 as nothing."""
    return "" if math.isnan(estimate) else f"{estimate:.3f} [{low:.3f}, {high:.3f}]"


def rounded(share: float) -> str:
    """Write a number in three decimals, 0/0 as nothing."""
    return "" if math.isnan(share) else f"{share:.3f}"
