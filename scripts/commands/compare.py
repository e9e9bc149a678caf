"""`reassess compare`: aggregation methods side by side on golden questions, or one's own votes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analysis.defaults import FOLDS, REPLICATES, THRESHOLD
from analysis.release.files.writing import write_files

from ..outputs.method_tables import print_methods
from ..terminal.inputs import print_notes, read_inputs
from ..terminal.messages import (
    UsageError,
    announced_compilation,
    print_result,
    print_whole,
    recorded_doubts,
    say,
    warn,
)
from ..terminal.options import DataOption, VotesOption, out_option
from ..terminal.votes_options import VotesOptions, takes_votes

if TYPE_CHECKING:
    from analysis.scores.calibration_report import CalibrationReport
    from analysis.scores.methods.comparison import Comparison, Progress

HEADINGS = ("in sample", "out of sample [95 %]", "less published [95 %]")
CAPTION = (
    "Average precision on the golden questions. In brackets: 95 % intervals by a bootstrap over "
    "images, paired for the difference, which is one out of sample."
)


@takes_votes
def compare(
    said: VotesOptions,
    out: Annotated[
        Path | None,
        out_option("Folder to write tables and figures to. Default: none.", show_default=False),
    ] = None,
    votes: VotesOption = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Of --votes: a method, or MODULE:FUNCTION of your own, looked up in the working "
            "folder, too; may be said again. Differences are to the first. Default: some of each "
            "kind.",
            show_default=False,
        ),
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(help="Of the release's operating points: the least score kept, in 0..1."),
    ] = THRESHOLD,
    folds: Annotated[
        int | None,
        typer.Option(
            help="Folds over images where EM uses golden truth, 10 by default; of --votes, parts "
            "that are left out in turn, 5 by default.",
            show_default=False,
        ),
    ] = None,
    replicates: Annotated[
        int, typer.Option(help="Of the bootstrap over images, or known items.")
    ] = REPLICATES,
    seed: Annotated[int, typer.Option(help="Of the bootstrap, and of the folds.")] = 0,
    data: DataOption = None,
) -> None:
    """Compare aggregation methods: on the golden questions, or on your own votes.

    Prints tables on a terminal, and csv where the output is piped or redirected. With --out, writes
    comparison.csv, compare.png and .pdf, calibration.csv, reliability.csv, and calibration.png and
    .pdf; of --votes, methods.csv and methods.png and .pdf.
    """
    if votes is not None:
        if threshold != THRESHOLD or data is not None:
            raise UsageError("--threshold and --data go with the release, not with --votes VOTES")
        asked = {} if folds is None else {"folds": folds}
        compare_votes(votes, said, method, out, replicates=replicates, seed=seed, **asked)
        return
    if method is not None or said != VotesOptions():
        raise UsageError("--method, and options of votes and known items, go with --votes VOTES")
    compare_release(
        data, out, threshold, FOLDS if folds is None else folds, replicates=replicates, seed=seed
    )


def compare_release(
    data: Path | None,
    out: Path | None,
    threshold: float,
    folds: int,
    *,
    replicates: int,
    seed: int,
) -> None:
    """Compare methods on the golden questions."""
    from analysis import compare_methods, load_release
    from analysis.scores.calibration_report import (
        report_calibration,
        scored_by,
        scores_to_calibrate,
    )
    from analysis.scores.methods.comparison import comparison_csv

    release = load_release(data)
    with announced_compilation(), recorded_doubts() as doubts, shown_progress() as progress:
        result = compare_methods(
            release,
            threshold=threshold,
            folds=folds,
            replicates=replicates,
            seed=seed,
            progress=progress,
        )
        if out is not None:
            progress("calibration", 0.0)
            scores = scores_to_calibrate(release, scored_by(result), folds=folds, seed=seed)
            report = report_calibration(release, scores, replicates=replicates, seed=seed)
            files = contents(result, report)
            write_files({out / name: content for name, content in files.items()})
    if sys.stdout.isatty():
        print_table(result)
    else:
        print_result(comparison_csv(result))
    for doubt in dict.fromkeys(doubts):
        say().print(f"EM: {doubt}")
    say().print(summary(result))
    if out is not None:
        say().print(f"wrote {', '.join(files)} to {out}", markup=False)


def compare_votes(
    file: Path,
    said: VotesOptions,
    methods: list[str] | None,
    out: Path | None,
    **options: Any,
) -> None:
    """Compare methods on a user's own votes."""
    from analysis import compare_on_votes
    from analysis.comparison.comparison import USUAL
    from analysis.comparison.tables import methods_csv
    from analysis.comparison.words import CAVEAT

    look_in_working_folder()
    with announced_compilation(), recorded_doubts() as doubts, shown_progress() as progress:
        votes, known, notes, unmeant = read_inputs(file, said)
        doubts += unmeant
        result = compare_on_votes(
            votes,
            truth=None if known is None else known.truth,
            methods=USUAL if methods is None else methods,
            progress=progress,
            **options,
        )
        files = {"methods.csv": methods_csv(result).encode()}
        if out is not None:
            from analysis.figures import figure_files, votes_comparison_figure

            files |= figure_files({"methods": votes_comparison_figure(result)})
            write_files({out / name: content for name, content in files.items()})
    print_notes(notes)
    for doubt in (
        *doubts,
        *(f"{one.name}: {text}" for one in result.methods for text in one.doubts),
    ):
        warn(doubt)
    if sys.stdout.isatty():
        print_methods(result)
    else:
        print_result(files["methods.csv"])
        say().print(CAVEAT)
    if out is not None:
        say().print(f"wrote {', '.join(files)} to {out}", markup=False)


def look_in_working_folder() -> None:
    """Let methods of one's own be found there; last, so that it hides nothing."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)


def contents(result: Comparison, report: CalibrationReport) -> dict[str, bytes]:
    """Return the files that are written, by name."""
    from analysis.defaults import FORMATS
    from analysis.figures import calibration_figure, comparison_figure, figure_bytes
    from analysis.scores.calibration_report import calibration_csv, reliability_csv
    from analysis.scores.methods.comparison import comparison_csv

    figures = {"compare": comparison_figure(result), "calibration": calibration_figure(report)}
    return {
        "comparison.csv": comparison_csv(result).encode(),
        "calibration.csv": calibration_csv(report).encode(),
        "reliability.csv": reliability_csv(report).encode(),
        **{
            f"{name}.{form}": figure_bytes(figure, form)
            for name, figure in figures.items()
            for form in FORMATS
        },
    }


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show what is being computed, where standard error is a terminal."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
    )
    with Progress(*columns, console=say(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=1.0)

        def show(what: str, done: float) -> None:
            bar.update(task, description=what, completed=done)

        yield show


def summary(result: Comparison) -> str:
    """Say in one line how far the published recipe's curve flatters it."""
    published = result.methods[0]
    word = "simulated golden" if result.simulated else "golden"
    return (
        f"published recipe on {published.curve.n_questions:,} {word} questions of "
        f"{result.n_images:,} images: average precision {published.in_sample.value:.5f} in sample, "
        f"{published.out_of_sample.value:.5f} out of sample"
    )


def print_table(result: Comparison) -> None:
    """Print average precision in sample and out of sample, and the gap to the published recipe."""
    from rich.table import Table

    # No box: with one space between columns it fits 80 characters.
    table = Table(
        box=None, padding=(0, 1, 0, 0), pad_edge=False, caption=CAPTION, caption_justify="left"
    )
    table.add_column("SIMULATED release" if result.simulated else "")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for method in result.methods:
        measured, gap = method.out_of_sample, method.difference
        table.add_row(
            method.name,
            f"{method.in_sample.value:.3f}",
            f"{measured.value:.3f} [{measured.low:.3f}, {measured.high:.3f}]",
            f"{gap.value:+.3f} [{gap.low:.3f}, {gap.high:.3f}]",
        )
    print_whole(table)
