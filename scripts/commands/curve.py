"""`reassess curve`: Figure 3, the precision-recall curve on the golden questions."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.defaults import REPLICATES, THRESHOLD
from analysis.release.files.writing import write_file

from ..terminal.files import STANDARD_OUTPUT
from ..terminal.messages import UsageError, print_result, print_whole, say
from ..terminal.options import DataOption, output_option

if TYPE_CHECKING:
    from analysis import Release
    from analysis.scores.figure3 import Figure3
    from analysis.scores.methods.optimism import InAndOutOfSample
    from analysis.statistics.estimates import Estimate

HEADINGS = ("precision", "recall", "F1", "kept", "hits", "fits")


def curve(
    output: Annotated[
        Path,
        output_option("Where to draw: a .png or .pdf file."),
    ] = Path("figure3.png"),
    threshold: Annotated[
        float, typer.Option(help="The operating point to mark: the least score kept, in 0..1.")
    ] = THRESHOLD,
    bands: Annotated[
        bool,
        typer.Option(
            "--bands",
            help="Draw a 95 % band by a bootstrap over images, and the curve in sample and out of "
            "sample, instead.",
        ),
    ] = False,
    replicates: Annotated[int, typer.Option(help="Of the bootstrap, for --bands.")] = REPLICATES,
    seed: Annotated[int, typer.Option(help="Of the bootstrap, for --bands.")] = 0,
    data: DataOption = None,
) -> None:
    """Draw Figure 3: precision and recall of the published scores on the golden questions.

    Prints the numbers as a table on a terminal, and as csv where the output is piped or redirected;
    with --bands, both curves and their bands as csv. With -o -, the drawing takes their place, as
    png.
    """
    from analysis import load_release
    from analysis.defaults import FORMATS

    form = "png" if output == STANDARD_OUTPUT else output.suffix.removeprefix(".").lower()
    if form not in FORMATS:
        raise UsageError(f"{output}: a figure is drawn as {' or '.join(FORMATS)}: name such a file")
    release = load_release(data)
    if bands:
        draw_bands(release, output, form, threshold=threshold, replicates=replicates, seed=seed)
    else:
        draw_figure3(release, output, form, threshold=threshold)
    if output != STANDARD_OUTPUT:
        say().print(f"wrote {output}", markup=False)


def draw_figure3(release: Release, output: Path, form: str, *, threshold: float) -> None:
    """Draw Figure 3 and print its numbers."""
    from analysis.figures import figure3, figure_bytes
    from analysis.scores.figure3 import figure3_csv, figure3_data

    result = figure3_data(release, threshold=threshold)
    drawing = figure_bytes(figure3(result), form)
    if output == STANDARD_OUTPUT:
        print_result(drawing)
    else:
        write_file(output, drawing)
        if sys.stdout.isatty():
            print_table(result)
        else:
            print_result(figure3_csv(result))
    say().print(summary(result))


def draw_bands(
    release: Release, output: Path, form: str, *, threshold: float, replicates: int, seed: int
) -> None:
    """Draw the curve in sample and out of sample, with a band, and print the numbers."""
    from analysis.figures import bands_figure, figure_bytes
    from analysis.scores.methods.optimism import bands_csv, in_and_out_of_sample

    result = in_and_out_of_sample(release, threshold=threshold, replicates=replicates, seed=seed)
    drawing = figure_bytes(bands_figure(result), form)
    if output == STANDARD_OUTPUT:
        print_result(drawing)
    else:
        write_file(output, drawing)
        if not sys.stdout.isatty():
            print_result(bands_csv(result))
    for line in bands_summary(result):
        say().print(line)


def bands_summary(data: InAndOutOfSample) -> Iterator[str]:
    """Say what the two curves come to, and how far the one in sample flatters."""
    for name, measured in (("in sample", data.in_sample), ("out of sample", data.out_of_sample)):
        point = measured.at(data.threshold)
        yield (
            f"{name}: average precision {with_ends(measured.average_precision)}; at "
            f"{data.threshold:g} precision {with_ends(point.precision)}, recall "
            f"{with_ends(point.recall)}, F1 {with_ends(point.f1)}"
        )
    optimism = with_ends(data.optimism)
    yield f"optimism of the average precision: {optimism}, given the fitted scores"


def with_ends(measured: Estimate) -> str:
    """Write an estimate and its interval in five decimals."""
    return f"{measured.value:.5f} [{measured.low:.5f}, {measured.high:.5f}]"


def summary(data: Figure3) -> str:
    """Say in one line what the curve was measured on, and the area under it."""
    curve = data.curve
    return (
        f"{data.scores_name} on {curve.n_questions:,} golden questions, {curve.n_fits:,} of which "
        f"fit: average precision {curve.average_precision:.5f}"
    )


def print_table(data: Figure3) -> None:
    """Print the numbers behind the marks of the figure."""
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0))  # fits 80 characters
    table.add_column("SIMULATED release" if data.simulated else "")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for rule, point in data.rules.items():
        shares = (point.precision, point.recall, point.f1)
        counts = (point.kept, point.hits, point.n_fits)
        table.add_row(rule, *map(rounded, shares), *(f"{count:,}" for count in counts))
    print_whole(table)


def rounded(share: float) -> str:
    """Write a proportion in five decimals, 0/0 as nothing."""
    return "" if math.isnan(share) else f"{share:.5f}"
