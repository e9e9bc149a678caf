"""`reassess pick`: choose an operating point, and learn what it costs and how sure that is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.defaults import REPLICATES
from analysis.release.files.writing import write_file

from ..terminal.files import STANDARD_OUTPUT
from ..terminal.messages import UsageError, in_options, print_result, print_whole, say
from ..terminal.options import DataOption, output_option

if TYPE_CHECKING:
    from analysis.scores.picking import PickedPoint


def pick(
    precision: Annotated[
        float | None,
        typer.Option(help="Highest recall with at least this precision.", show_default=False),
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option(help="Highest precision with at least this recall.", show_default=False),
    ] = None,
    f_beta: Annotated[
        float | None,
        typer.Option(help="Highest F of this beta; 1 is F1.", show_default=False),
    ] = None,
    costs: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="MISSING WRONG",
            help="Least cost, for what a missing and what a wrong label costs.",
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[
        float | None, typer.Option(help="This threshold.", show_default=False)
    ] = None,
    with_confidence: Annotated[
        float | None,
        typer.Option(
            help="With --precision: reach it on new questions with this probability, such as 0.95.",
            show_default=False,
        ),
    ] = None,
    out_of_sample: Annotated[
        bool,
        typer.Option(
            "--out-of-sample", help="Choose by scores that each leave their own image out."
        ),
    ] = False,
    by_group: Annotated[
        bool,
        typer.Option("--by-group", help="Choose apart for the animal labels and for the others."),
    ] = False,
    replicates: Annotated[int, typer.Option(help="Bootstrap replicates over images.")] = REPLICATES,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
    output: Annotated[
        Path | None,
        output_option("Write the numbers as csv.", "csv", show_default=False),
    ] = None,
    data: DataOption = None,
) -> None:
    """Choose an operating point by one target, with 95 % intervals over the golden images.

    Prints a table on a terminal, and csv where the output is piped or redirected.
    """
    from analysis import AnalysisError, load_release, out_of_sample_scores
    from analysis.scores.picking import pick as pick_points
    from analysis.scores.picking import picks_csv
    from analysis.statistics.operating_point import Costs, Target

    wanted = None if costs is None else Costs(*costs)
    try:
        target = Target(precision, recall, f_beta, wanted, threshold, with_confidence)
    except AnalysisError as error:
        raise UsageError(in_options(str(error))) from error
    release = load_release(data)
    picked = pick_points(
        release,
        target,
        golden_scores=out_of_sample_scores(release) if out_of_sample else None,
        by_group=by_group,
        replicates=replicates,
        seed=seed,
    )
    text = picks_csv(picked)
    if output is not None and output != STANDARD_OUTPUT:
        write_file(output, text)
    if sys.stdout.isatty() and output != STANDARD_OUTPUT:
        print_table(picked)
    else:
        print_result(text)
    for point in picked:
        say().print(point.sentence())
    if precision is not None and with_confidence is None:
        say().print("--with-confidence 0.95 picks so that they do 95 times in 100.")


def print_table(picked: tuple[PickedPoint, ...]) -> None:
    """Print the numbers with their intervals."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("", "threshold", "precision", "recall", "F1", "labels", "images"):
        table.add_column(heading, justify="left" if not heading else "right")
    for point in picked:
        estimate = point.estimate
        values = (estimate.precision, estimate.recall, estimate.f1)
        table.add_row(
            point.group,
            f"{point.threshold:g}",
            *(f"{value.value:.3f}\n({value.low:.3f}-{value.high:.3f})" for value in values),
            f"{point.n_labels:,}",
            f"{point.n_images:,}",
        )
    print_whole(table)
